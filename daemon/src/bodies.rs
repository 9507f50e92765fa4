//! What clients send of projects, scenes and elements, as commands.
//!
//! Pure. Invariant: nothing that was sent is dropped: what is not known is refused by name.

use rushes_vault::command::{NewElement, NewProject, NewScene};
use rushes_vault::element::ElementRecord;
use rushes_vault::ids::AssetId;
use rushes_vault::model::ElementKind;
use rushes_vault::record::{ProjectRecord, SceneRecord};
use serde_json::{Map, Value};

use crate::error::Refusal;
use crate::intake::record;
use crate::objects::Objects;

type Members = Map<String, Value>;
/// Assets that are named, each with the member that does.
pub type Named = Vec<(&'static str, AssetId)>;

/// Elements that a project may be made with, by the member that holds them.
const MADE_WITH: [(&str, ElementKind); 5] = [
    ("characters", ElementKind::Character),
    ("locations", ElementKind::Location),
    ("moods", ElementKind::Mood),
    ("timelines", ElementKind::Timeline),
    ("prompts", ElementKind::Prompt),
];

/// A project with what it is made with.
pub fn new_project(mut members: Members) -> Result<NewProject, Refusal> {
    let id = text(&mut members, "id")?.map(|id| {
        let wanted = "must be 1 to 64 of A-Z a-z 0-9 . _ -, as a folder's name";
        id.parse().map_err(|_| Refusal::invalid("id", wanted))
    });
    let scenes = list(&mut members, "scenes")?.into_iter().map(new_scene);
    let scenes = scenes.collect::<Result<_, _>>()?;
    let mut elements = Vec::new();
    for (name, kind) in MADE_WITH {
        for element in list(&mut members, name)? {
            elements.push(new_element(kind, element)?);
        }
    }
    let record: ProjectRecord = record(members)?;
    Ok(NewProject { id: id.transpose()?, record, scenes, elements })
}

/// A scene.
pub fn new_scene(mut members: Members) -> Result<NewScene, Refusal> {
    let id = text(&mut members, "id")?
        .map(|id| id.parse().map_err(|_| Refusal::invalid("id", "must be a UUID")));
    let number = members.shift_remove("scene_number").filter(|number| !number.is_null());
    let scene_number = number.map(|number| {
        let number = serde::Deserialize::deserialize(Objects(number));
        number.map_err(|_: serde_json::Error| {
            Refusal::invalid("scene_number", "must be a number from 1")
        })
    });
    let record: SceneRecord = record(members)?;
    Ok(NewScene { id: id.transpose()?, scene_number: scene_number.transpose()?, record })
}

/// An element of a kind.
pub fn new_element(kind: ElementKind, mut members: Members) -> Result<NewElement, Refusal> {
    let id = text(&mut members, "id")?
        .map(|id| id.parse().map_err(|_| Refusal::invalid("id", "must be a UUID")));
    Ok(NewElement { id: id.transpose()?, record: element_record(kind, members)? })
}

/// A change of a project's record, whose members are all known, and the assets that it names: a
/// merge patch replaces lists as a whole.
pub fn project_patch(patch: Members) -> Result<(Members, Named), Refusal> {
    let record: ProjectRecord = record(without_nulls(&patch))?;
    Ok((patch, record.assets().collect()))
}

/// A change of a scene's record, whose members are all known.
pub fn scene_patch(patch: Members) -> Result<Members, Refusal> {
    record::<SceneRecord>(without_nulls(&patch)).map(|_| patch)
}

/// A change of an element's record, whose members are all known, and the assets that it names.
pub fn element_patch(kind: ElementKind, patch: Members) -> Result<(Members, Named), Refusal> {
    let record = element_record(kind, without_nulls(&patch))?;
    Ok((patch, named_in(&record)))
}

/// The assets that an element names.
pub fn named_in(record: &ElementRecord) -> Named {
    let member = record.assets_member();
    record.assets().into_iter().map(|id| (member, id)).collect()
}

fn element_record(kind: ElementKind, members: Members) -> Result<ElementRecord, Refusal> {
    Ok(match kind {
        ElementKind::Character => ElementRecord::Character(record(members)?),
        ElementKind::Location => ElementRecord::Location(record(members)?),
        ElementKind::Mood => ElementRecord::Mood(record(members)?),
        ElementKind::Timeline => ElementRecord::Timeline(record(members)?),
        ElementKind::Prompt => ElementRecord::Prompt(record(members)?),
    })
}

/// What a patch sets: its nulls remove members and say nothing of their shape.
fn without_nulls(patch: &Members) -> Members {
    let kept = patch.iter().filter(|(_, value)| !value.is_null());
    let kept = kept.map(|(name, value)| {
        let value = match value {
            Value::Object(members) => Value::Object(without_nulls(members)),
            value => value.clone(),
        };
        (name.clone(), value)
    });
    kept.collect()
}

fn text(members: &mut Members, name: &str) -> Result<Option<String>, Refusal> {
    match members.shift_remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::invalid(name, "must be a text")),
    }
}

fn list(members: &mut Members, name: &str) -> Result<Vec<Members>, Refusal> {
    let object = |value| match value {
        Value::Object(members) => Ok(members),
        _ => Err(Refusal::invalid(name, "must be an array of objects")),
    };
    match members.shift_remove(name) {
        None => Ok(Vec::new()),
        Some(Value::Array(values)) => values.into_iter().map(object).collect(),
        Some(_) => Err(Refusal::invalid(name, "must be an array of objects")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn members(value: Value) -> Members {
        let Value::Object(members) = value else { panic!("no object") };
        members
    }

    fn field<T: std::fmt::Debug>(refused: Result<T, Refusal>) -> String {
        refused.unwrap_err().problem().field.unwrap()
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (sent, wrong) in [
            (json!({"name": "x", "colour": 1}), "colour"),
            (json!({"name": 5}), "name"),
            (json!({"name": "x", "id": "../x"}), "id"),
            (json!({"name": "x", "moods": [{"name": "m", "colour": 1}]}), "colour"),
            (json!({"name": "x", "moods": {}}), "moods"),
            (json!({"name": "x", "storyboard": ["s-1", "Pilot"]}), "storyboard"),
            (json!({"name": "x", "scenes": [{"scene_number": "1"}]}), "scene_number"),
            (json!({"name": "x", "brand_asset_ids": ["x"]}), "brand_asset_ids[0]"),
        ] {
            assert_eq!(field(new_project(members(sent.clone()))), wrong, "{sent}");
        }
        assert_eq!(field(project_patch(members(json!({"tags": [null]})))), "tags[0]");
        assert_eq!(field(scene_patch(members(json!({"id": "x"})))), "id");
        let clip = json!({"clips": [{"in_ms": 1}]});
        assert!(element_patch(ElementKind::Timeline, members(clip)).is_err());
        let nulls =
            json!({"description": null, "storyboard": {"title": "x", "selected_mood": null}});
        assert_eq!(project_patch(members(nulls.clone())).unwrap().0, members(nulls));
    }
}
