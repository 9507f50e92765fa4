//! What can be said of the records of projects, scenes and elements without looking at any fact.
//!
//! Also asked after a change was merged into a record: then what it became is checked.

use std::collections::HashSet;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::bounds::{
    Checked, METADATA_DEPTH_MAX, amount, at_most, depth_of, few, invalid, one_line, required, time,
};
use crate::command::{
    FOLDER_BYTES_MAX, LIST_MAX, MADE_WITH_MAX, NAME_CHARS_MAX, NewElement, NewProject, NewScene,
    PROJECT_BYTES_MAX, RECORD_BYTES_MAX, RECORD_METADATA_BYTES_MAX, SCENE_NUMBER_MAX, TAGS_MAX,
    TEXT_CHARS_MAX, WORD_CHARS_MAX,
};
use crate::element::{Clip, ElementRecord, Prompt};
use crate::names::is_portable;
use crate::record::{ProjectRecord, Reference, SceneRecord, Storyboard};

/// Checks a project with what it is made with.
pub fn new_project(project: &NewProject) -> Checked {
    project_record(&project.record)?;
    few("scenes", project.scenes.len(), MADE_WITH_MAX)?;
    few("elements", project.elements.len(), MADE_WITH_MAX)?;
    project.scenes.iter().try_for_each(new_scene)?;
    project.elements.iter().try_for_each(|NewElement { record, .. }| element_record(record))?;
    bytes_at_most("project", project, PROJECT_BYTES_MAX)?;
    let scenes = project.scenes.iter().filter_map(|scene| scene.id).map(|id| *id.as_bytes());
    let elements = project.elements.iter().filter_map(|one| one.id).map(|id| *id.as_bytes());
    if has_twice(scenes.chain(elements)) {
        return invalid("id", "is there twice: choose others or leave them out".to_owned());
    }
    if has_twice(project.scenes.iter().filter_map(|scene| scene.scene_number)) {
        return invalid("scene_number", "is there twice".to_owned());
    }
    Ok(())
}

/// Checks a scene.
pub fn new_scene(scene: &NewScene) -> Checked {
    if scene.scene_number.is_some_and(|number| !(1..=SCENE_NUMBER_MAX).contains(&number)) {
        return invalid("scene_number", format!("must be from 1 to {SCENE_NUMBER_MAX}"));
    }
    scene_record(&scene.record)
}

/// Checks the name of a folder.
pub fn folder(name: &str) -> Checked {
    if name.len() > FOLDER_BYTES_MAX {
        let length = name.len();
        return invalid("folder", format!("at most {FOLDER_BYTES_MAX} bytes, got {length}"));
    }
    if is_portable(name) {
        return Ok(());
    }
    let reason = "must be a name that every system takes: no control character, none of \
                  / \\ : * ? \" < > |, no dot or space at either end, not NUL or the like";
    invalid("folder", reason.to_owned())
}

/// Checks a project's record.
pub fn project_record(record: &ProjectRecord) -> Checked {
    name("name", &record.name)?;
    record.folder.as_deref().map_or(Ok(()), folder)?;
    text("description", record.description.as_deref())?;
    record.storyboard.as_ref().map_or(Ok(()), storyboard)?;
    for (field, ids) in [
        ("brand_asset_ids", &record.brand_asset_ids),
        ("character_asset_ids", &record.character_asset_ids),
        ("background_asset_ids", &record.background_asset_ids),
    ] {
        few(field, ids.len(), LIST_MAX)?;
    }
    few("external_codes", record.external_codes.len(), TAGS_MAX)?;
    for (system, code) in &record.external_codes {
        word("external_codes", system)?;
        word("external_codes", code)?;
    }
    references("references", &record.references)?;
    words("tags", &record.tags)?;
    time("archived_at", record.archived_at.as_deref())?;
    metadata(&record.metadata)?;
    whole(record)
}

/// Checks a scene's record.
pub fn scene_record(record: &SceneRecord) -> Checked {
    at_most("title", Some(&record.title), NAME_CHARS_MAX)?;
    one_line("title", Some(&record.title))?;
    text("description", record.description.as_deref())?;
    amount("duration_seconds", record.duration_seconds)?;
    if let Some(composition) = &record.composition {
        for part in [&composition.description, &composition.styling, &composition.animation] {
            text("composition", Some(part))?;
        }
        time("generated_at", composition.generated_at.as_deref())?;
    }
    metadata(&record.metadata)?;
    whole(record)
}

/// Checks an element's record.
pub fn element_record(record: &ElementRecord) -> Checked {
    match record {
        ElementRecord::Character(figure) | ElementRecord::Location(figure) => {
            name("name", &figure.name)?;
            text("description", figure.description.as_deref())?;
            few("asset_ids", figure.asset_ids.len(), LIST_MAX)?;
            metadata(&figure.metadata)?;
        }
        ElementRecord::Mood(mood) => {
            name("name", &mood.name)?;
            text("description", mood.description.as_deref())?;
            text("visual_style", mood.visual_style.as_deref())?;
            words("color_palette", &mood.color_palette)?;
            words("mood_keywords", &mood.mood_keywords)?;
            few("asset_ids", mood.asset_ids.len(), LIST_MAX)?;
            metadata(&mood.metadata)?;
        }
        ElementRecord::Timeline(timeline) => {
            name("name", &timeline.name)?;
            few("clips", timeline.clips.len(), LIST_MAX)?;
            timeline.clips.iter().try_for_each(clip)?;
            metadata(&timeline.metadata)?;
        }
        ElementRecord::Prompt(record) => prompt(record)?,
    }
    whole(record)
}

fn storyboard(storyboard: &Storyboard) -> Checked {
    at_most("storyboard", Some(&storyboard.id), WORD_CHARS_MAX)?;
    one_line("storyboard", Some(&storyboard.id))?;
    at_most("storyboard", Some(&storyboard.title), NAME_CHARS_MAX)?;
    one_line("storyboard", Some(&storyboard.title))?;
    let Some(brief) = &storyboard.creative_brief else { return Ok(()) };
    for part in [
        &brief.brand_name,
        &brief.product_description,
        &brief.target_audience,
        &brief.key_message,
        &brief.tone,
    ] {
        text("creative_brief", Some(part))?;
    }
    text("creative_brief", brief.additional_notes.as_deref())
}

fn clip(clip: &Clip) -> Checked {
    at_most("track", Some(&clip.track), WORD_CHARS_MAX)?;
    one_line("track", Some(&clip.track))?;
    if clip.in_ms < clip.out_ms {
        return Ok(());
    }
    invalid("clips", "a clip's out_ms must be behind its in_ms".to_owned())
}

fn prompt(prompt: &Prompt) -> Checked {
    word("kind", &prompt.kind)?;
    required("text", &prompt.text)?;
    text("text", Some(&prompt.text))?;
    few("derived_from", prompt.derived_from.len(), LIST_MAX)?;
    for (field, text) in
        [("workflow_id", &prompt.workflow_id), ("project_code", &prompt.project_code)]
    {
        at_most(field, text.as_deref(), WORD_CHARS_MAX)?;
        one_line(field, text.as_deref())?;
    }
    few("source_transcripts", prompt.source_transcripts.len(), LIST_MAX)?;
    for transcript in &prompt.source_transcripts {
        text("source_transcripts", Some(transcript))?;
    }
    references("external_references", &prompt.external_references)?;
    few("asset_ids", prompt.asset_ids.len(), LIST_MAX)?;
    metadata(&prompt.metadata)
}

fn references(field: &'static str, references: &[Reference]) -> Checked {
    few(field, references.len(), LIST_MAX)?;
    for one in references {
        for short in [&one.title, &one.url, &one.chapter, &one.segment] {
            at_most(field, short.as_deref(), NAME_CHARS_MAX)?;
            one_line(field, short.as_deref())?;
        }
        text(field, one.note.as_deref())?;
    }
    Ok(())
}

fn name(field: &'static str, name: &str) -> Checked {
    required(field, name)?;
    at_most(field, Some(name), NAME_CHARS_MAX)?;
    one_line(field, Some(name))
}

fn text(field: &'static str, text: Option<&str>) -> Checked {
    at_most(field, text, TEXT_CHARS_MAX)
}

fn words(field: &'static str, words: &[String]) -> Checked {
    few(field, words.len(), TAGS_MAX)?;
    words.iter().try_for_each(|one| word(field, one))
}

fn word(field: &'static str, word: &str) -> Checked {
    required(field, word)?;
    at_most(field, Some(word), WORD_CHARS_MAX)?;
    one_line(field, Some(word))
}

fn metadata(metadata: &Map<String, Value>) -> Checked {
    let depth = metadata.values().map(depth_of).max().unwrap_or(0);
    if depth > METADATA_DEPTH_MAX {
        let reason = format!("nested {depth} deep, {METADATA_DEPTH_MAX} are allowed");
        return invalid("metadata", reason);
    }
    bytes_at_most("metadata", metadata, RECORD_METADATA_BYTES_MAX)
}

fn whole(record: &impl Serialize) -> Checked {
    bytes_at_most("record", record, RECORD_BYTES_MAX)
}

fn bytes_at_most(field: &'static str, value: &impl Serialize, bytes_max: usize) -> Checked {
    match serde_json::to_vec(value) {
        Ok(json) if json.len() <= bytes_max => Ok(()),
        Ok(json) => {
            invalid(field, format!("at most {bytes_max} bytes as JSON, got {}", json.len()))
        }
        Err(error) => invalid(field, format!("cannot be written as JSON: {error}")),
    }
}

fn has_twice<T: Eq + std::hash::Hash>(mut values: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    !values.all(|value| seen.insert(value))
}
