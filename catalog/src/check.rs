//! What can be said of a command without looking at any fact: lengths, counts, ranges.

use crate::command::{
    COST_MAX, Command, CommandError, DIGESTS_MAX, EVALUATION_BYTES_MAX, METADATA_INLINE_BYTES_MAX,
    NAME_BYTES_MAX, NewAsset, NewScene, SCENE_NUMBER_MAX, SOURCES_MAX, TAGS_MAX, TEXT_BYTES_MAX,
    WORD_BYTES_MAX,
};
use crate::marks::AssetPatch;
use crate::metadata::check_metadata;
use crate::model::{Generation, Status};
use rushes_digest::Digest;
use serde_json::{Map, Value};

type Checked = Result<(), CommandError>;

/// Refuses what no state of the facts could make acceptable.
pub fn check(command: &Command) -> Checked {
    match command {
        Command::AddUser { name } => {
            required("name", name)?;
            if crate::names::is_portable(name) && name.len() <= WORD_BYTES_MAX {
                return Ok(());
            }
            invalid("name", "must be a short name without / \\ : * ? \" < > |".to_owned())
        }
        Command::CreateProject(project) => {
            required("name", &project.name)?;
            at_most("name", Some(&project.name), NAME_BYTES_MAX)?;
            one_line("name", Some(&project.name))?;
            at_most("description", project.description.as_deref(), TEXT_BYTES_MAX)
        }
        Command::AddScene(scene) => check_scene(scene),
        Command::AddAsset(asset) => check_asset(asset),
        Command::ChangeAsset(change) => {
            if change.patch.metadata.is_some() != change.merged.is_some() {
                return invalid("metadata", "its patch was not worked out".to_owned());
            }
            check_patch(&change.patch)
        }
        Command::FreeBytes { digests } if digests.len() > DIGESTS_MAX => {
            invalid("digests", format!("at most {DIGESTS_MAX}, got {}", digests.len()))
        }
        Command::FreeBytes { .. }
        | Command::SetBest(_)
        | Command::DeleteAsset { .. }
        | Command::RestoreAsset { .. } => Ok(()),
    }
}

/// Refuses an idempotency key that no table should hold.
pub fn check_request_key(key: &str) -> Checked {
    required("Idempotency-Key", key)?;
    at_most("Idempotency-Key", Some(key), WORD_BYTES_MAX)?;
    if key.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Ok(());
    }
    invalid("Idempotency-Key", "must be printable ASCII".to_owned())
}

/// About how long a command's claims are, in bytes.
pub fn weight(command: &Command) -> usize {
    const FRAME_BYTES: usize = 512;
    let long = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    FRAME_BYTES
        + match command {
            Command::AddUser { name } => name.len(),
            Command::CreateProject(project) => project.name.len() + long(&project.description),
            Command::AddScene(scene) => scene.title.len() + long(&scene.description),
            Command::AddAsset(asset) => {
                long(&asset.generation.prompt)
                    + long(&asset.generation.error)
                    + METADATA_INLINE_BYTES_MAX
                    + asset.generation.source_asset_ids.len() * 40
                    + asset.tags.iter().map(String::len).sum::<usize>()
            }
            // What it does not change stands in the claim too: that is bounded like this.
            Command::ChangeAsset(change) => {
                let notes = change.patch.notes.as_ref().map_or(0, long);
                notes + METADATA_INLINE_BYTES_MAX + EVALUATION_BYTES_MAX
            }
            Command::SetBest(_) | Command::DeleteAsset { .. } | Command::RestoreAsset { .. } => 0,
            // Each in quotes, with a comma.
            Command::FreeBytes { digests } => digests.len() * (Digest::HEX_DIGITS + 3),
        }
}

fn check_scene(scene: &NewScene) -> Checked {
    at_most("title", Some(&scene.title), NAME_BYTES_MAX)?;
    one_line("title", Some(&scene.title))?;
    at_most("description", scene.description.as_deref(), TEXT_BYTES_MAX)?;
    if scene.scene_number.is_some_and(|number| !(1..=SCENE_NUMBER_MAX).contains(&number)) {
        return invalid("scene_number", format!("must be from 1 to {SCENE_NUMBER_MAX}"));
    }
    amount("duration_seconds", scene.duration_seconds)
}

fn check_asset(asset: &NewAsset) -> Checked {
    required("type", &asset.kind)?;
    words(&[
        ("type", Some(asset.kind.as_str())),
        ("asset_type", asset.asset_type.as_deref()),
        ("client_id", asset.client_id.as_deref()),
    ])?;
    check_generation(&asset.generation)?;
    check_tags(&asset.tags)?;
    check_metadata(&asset.metadata)?;
    match (asset.status, &asset.content, &asset.target) {
        (Status::Ready, None, _) => invalid("file", "is missing".to_owned()),
        (Status::Failed, Some(_), _) => {
            invalid("status", "a failed attempt has no file: leave one of them out".to_owned())
        }
        (Status::Failed, None, Some(target)) if target.set_best => {
            invalid("set_best", "a failed attempt cannot be the best version".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_generation(made: &Generation) -> Checked {
    words(&[
        ("provider", made.provider.as_deref()),
        ("model", made.model.as_deref()),
        ("workflow_id", made.workflow_id.as_deref()),
        ("prompt_id", made.prompt_id.as_deref()),
    ])?;
    at_most("prompt", made.prompt.as_deref(), TEXT_BYTES_MAX)?;
    at_most("error", made.error.as_deref(), TEXT_BYTES_MAX)?;
    amount("estimated_cost", made.estimated_cost)?;
    if made.estimated_cost.is_some_and(|cost| cost > COST_MAX) {
        return invalid("estimated_cost", format!("at most {COST_MAX}"));
    }
    if made.completed_at.as_ref().is_some_and(|time| time.parse::<jiff::Timestamp>().is_err()) {
        let reason = "must be a time as in RFC 3339, such as 2026-11-21T02:32:11Z".to_owned();
        return invalid("completed_at", reason);
    }
    let sources = made.source_asset_ids.len();
    if sources > SOURCES_MAX {
        return invalid("source_asset_ids", format!("at most {SOURCES_MAX}, got {sources}"));
    }
    Ok(())
}

fn check_patch(patch: &AssetPatch) -> Checked {
    if let Some(filename) = &patch.filename {
        required("filename", filename)?;
    }
    words(&[("asset_type", patch.asset_type.as_ref().and_then(|word| word.as_deref()))])?;
    let notes = patch.notes.as_ref().and_then(|notes| notes.as_deref());
    at_most("notes", notes, TEXT_BYTES_MAX)?;
    match &patch.tags {
        Some(tags) => check_tags(tags),
        None => Ok(()),
    }
}

/// Refuses an evaluation that no record should hold.
pub fn check_evaluation(evaluation: &Map<String, Value>) -> Checked {
    if evaluation.get("quality_score").is_some_and(|score| !score.is_number()) {
        return invalid("evaluation", "quality_score must be a number".to_owned());
    }
    check_metadata(evaluation)?;
    let length = serde_json::to_vec(evaluation).map_or(usize::MAX, |json| json.len());
    if length <= EVALUATION_BYTES_MAX {
        return Ok(());
    }
    invalid("evaluation", format!("at most {EVALUATION_BYTES_MAX} bytes of JSON, got {length}"))
}

fn check_tags(tags: &[String]) -> Checked {
    if tags.len() > TAGS_MAX {
        return invalid("tags", format!("at most {TAGS_MAX}, got {}", tags.len()));
    }
    for tag in tags {
        required("tags", tag)?;
        words(&[("tags", Some(tag.as_str()))])?;
    }
    Ok(())
}

fn words(named: &[(&'static str, Option<&str>)]) -> Checked {
    for (field, word) in named {
        at_most(field, *word, WORD_BYTES_MAX)?;
        one_line(field, *word)?;
    }
    Ok(())
}

fn invalid(field: &'static str, reason: String) -> Checked {
    Err(CommandError::Invalid { field, reason })
}

fn required(field: &'static str, text: &str) -> Checked {
    if text.trim().is_empty() { invalid(field, "must not be empty".to_owned()) } else { Ok(()) }
}

fn at_most(field: &'static str, text: Option<&str>, bytes_max: usize) -> Checked {
    let length = text.map_or(0, str::len);
    if length <= bytes_max {
        return Ok(());
    }
    invalid(field, format!("at most {bytes_max} bytes, got {length}"))
}

fn one_line(field: &'static str, text: Option<&str>) -> Checked {
    if text.is_some_and(|text| text.chars().any(char::is_control)) {
        return invalid(field, "must be one line without control characters".to_owned());
    }
    Ok(())
}

fn amount(field: &'static str, number: Option<f64>) -> Checked {
    if number.is_none_or(|number| number.is_finite() && number >= 0.0) {
        return Ok(());
    }
    invalid(field, "must be a number that is not negative".to_owned())
}
