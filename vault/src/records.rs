//! The JSON files that stand beside the media in the folder.

use rushes_catalog::model::{Asset, ElementKind, HistoryEntry, Version, VersionEntry};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::source::SourceError;
use crate::views::{ElementView, ProjectView, SceneView};

/// The text of a record: pretty JSON that ends in a newline.
pub fn text(value: &impl Serialize) -> Result<Vec<u8>, SourceError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| unwritten(&error))?;
    text.push(b'\n');
    Ok(text)
}

/// `v001.json` and its like. That an asset is deleted or archived stands where its status was.
pub fn of_asset(asset: &Asset) -> Result<Vec<u8>, SourceError> {
    let mut record = object(asset)?;
    record.shift_remove("is_archived");
    let state = match asset {
        Asset { deleted_at: Some(_), .. } => Some("deleted"),
        Asset { marks, .. } if marks.is_archived => Some("archived"),
        _ => None,
    };
    if let Some(state) = state {
        record.insert("status".to_owned(), state.into());
    }
    text(&record)
}

/// `project.json`.
pub fn of_project(view: &ProjectView) -> Result<Vec<u8>, SourceError> {
    let scenes: Result<Vec<_>, _> = view.scenes.iter().map(scene_value).collect();
    let mut record = object(&view.project)?;
    record.insert("folder".to_owned(), view.project.folder().into());
    record.insert("assets".to_owned(), histories_value(&view.histories));
    record.insert("scenes".to_owned(), Value::Array(scenes?));
    for (kind, name) in [
        (ElementKind::Character, "characters"),
        (ElementKind::Location, "locations"),
        (ElementKind::Mood, "moods"),
        (ElementKind::Timeline, "timelines"),
    ] {
        let of_kind = view.elements.iter().filter(|view| view.element.record.kind() == kind);
        let values: Result<Vec<_>, _> = of_kind.map(element_value).collect();
        record.insert(name.to_owned(), Value::Array(values?));
    }
    text(&record)
}

/// `scene.json`.
pub fn of_scene(view: &SceneView) -> Result<Vec<u8>, SourceError> {
    text(&scene_value(view)?)
}

/// `character.json` and its like.
pub fn of_element(view: &ElementView) -> Result<Vec<u8>, SourceError> {
    text(&element_value(view)?)
}

fn scene_value(view: &SceneView) -> Result<Value, SourceError> {
    let mut record = object(&view.scene)?;
    record.insert("assets".to_owned(), histories_value(&view.histories));
    Ok(Value::Object(record))
}

fn element_value(view: &ElementView) -> Result<Value, SourceError> {
    let element = &view.element;
    let mut record = Map::new();
    record.insert("id".to_owned(), element.id.to_string().into());
    record.extend(element.record.members().map_err(|error| unwritten(&error))?);
    record.insert("assets".to_owned(), histories_value(&view.histories));
    record.insert("created_at".to_owned(), element.created_at.as_str().into());
    record.insert("updated_at".to_owned(), element.updated_at.as_str().into());
    Ok(Value::Object(record))
}

fn histories_value(histories: &[HistoryEntry]) -> Value {
    let entry = |history: &HistoryEntry| {
        let best: Option<Version> = history.best;
        let current = history.current.as_ref().map(version_value);
        let value = json!({ "best": best, "latest": history.latest, "current": current });
        (history.asset_key.to_string(), value)
    };
    Value::Object(histories.iter().map(entry).collect())
}

fn version_value(version: &VersionEntry) -> Value {
    let content = version.content.as_ref();
    json!({
        "version": version.version,
        "asset_id": version.asset,
        "digest": content.map(|content| content.digest),
        "size": content.map(|content| content.size),
    })
}

fn object(value: &impl Serialize) -> Result<Map<String, Value>, SourceError> {
    match serde_json::to_value(value) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(SourceError::Failed("a record is no object".to_owned())),
        Err(error) => Err(unwritten(&error)),
    }
}

fn unwritten(error: &serde_json::Error) -> SourceError {
    SourceError::Failed(format!("a record cannot be written: {error}"))
}
