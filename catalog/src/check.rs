//! What can be said of a command without looking at any fact: lengths, counts, ranges.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::bounds::{Checked, amount, at_most, few, invalid, one_line, required, time};
use crate::check_records;
use crate::command::{
    COST_MAX, Command, DIGESTS_MAX, EVALUATION_BYTES_MAX, FOLLOWED_MAX, METADATA_INLINE_BYTES_MAX,
    NewAsset, RECORD_BYTES_MAX, REQUEST_KEY_CHARS_MAX, SCENES_MAX, SOURCES_MAX, TAGS_MAX,
    TEXT_CHARS_MAX, WORD_CHARS_MAX,
};
use crate::marks::AssetPatch;
use crate::metadata::{check_members, check_metadata};
use crate::model::{Generation, Identity, Status};
use rushes_digest::Digest;

/// Refuses what no state of the facts could make acceptable.
pub fn check(command: &Command) -> Checked {
    match command {
        Command::AddUser(user) => {
            check_user_name(&user.name)?;
            user.identity.as_ref().map_or(Ok(()), check_identity)
        }
        Command::ChangeUser(change) => change.name.as_deref().map_or(Ok(()), check_user_name),
        Command::CreateProject(project) => check_records::new_project(project),
        Command::NameProject { folder, .. } => check_records::folder(folder),
        Command::AddScene { scene, .. } => check_records::new_scene(scene),
        Command::AddElement { element, .. } => check_records::element_record(&element.record),
        Command::ReorderScenes { scene_ids, .. } => few("scene_ids", scene_ids.len(), SCENES_MAX),
        Command::FollowScope { asset_ids, .. } => few("asset_ids", asset_ids.len(), FOLLOWED_MAX),
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
        Command::ChangeProject { .. }
        | Command::DeleteProject { .. }
        | Command::RestoreProject { .. }
        | Command::ChangeScene { .. }
        | Command::DeleteScene { .. }
        | Command::RestoreScene { .. }
        | Command::ChangeElement { .. }
        | Command::DeleteElement { .. }
        | Command::RestoreElement { .. }
        | Command::FreeBytes { .. }
        | Command::KeepSegment(_)
        | Command::SetBest(_)
        | Command::HideHistory { .. }
        | Command::DeleteAsset { .. }
        | Command::RestoreAsset { .. } => Ok(()),
    }
}

fn check_user_name(name: &str) -> Checked {
    required("name", name)?;
    if crate::names::is_portable(name) && name.chars().count() <= WORD_CHARS_MAX {
        return Ok(());
    }
    invalid("name", "must be a short name without / \\ : * ? \" < > |".to_owned())
}

fn check_identity(identity: &Identity) -> Checked {
    for (field, text) in [("issuer", &identity.issuer), ("subject", &identity.subject)] {
        required(field, text)?;
        at_most(field, Some(text), WORD_CHARS_MAX)?;
        one_line(field, Some(text))?;
    }
    Ok(())
}

/// Refuses an idempotency key that no table should hold.
pub fn check_request_key(key: &str) -> Checked {
    required("Idempotency-Key", key)?;
    at_most("Idempotency-Key", Some(key), REQUEST_KEY_CHARS_MAX)?;
    if key.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Ok(());
    }
    invalid("Idempotency-Key", "must be printable ASCII".to_owned())
}

/// About how long a command's claims are, in bytes.
pub fn weight(command: &Command) -> usize {
    const FRAME_BYTES: usize = 512;
    /// An id in quotes, with a comma.
    const ID_BYTES: usize = 40;
    let long = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    FRAME_BYTES
        + match command {
            Command::AddUser(user) => user.name.len() + 2 * 4 * WORD_CHARS_MAX,
            Command::ChangeUser(change) => long(&change.name),
            Command::CreateProject(project) => {
                let parts = project.scenes.len() + project.elements.len();
                parts * FRAME_BYTES + json_bytes(project)
            }
            Command::AddScene { scene, .. } => json_bytes(scene),
            Command::AddElement { element, .. } => json_bytes(element),
            Command::ChangeProject { change, .. }
            | Command::ChangeScene { change, .. }
            | Command::ChangeElement { change, .. } => json_bytes(change),
            Command::ReorderScenes { scene_ids, .. } => scene_ids.len() * ID_BYTES,
            Command::FollowScope { asset_ids, .. } => asset_ids.len() * ID_BYTES,
            Command::AddAsset(asset) => {
                long(&asset.generation.prompt)
                    + long(&asset.generation.error)
                    + METADATA_INLINE_BYTES_MAX
                    + asset.generation.source_asset_ids.len() * ID_BYTES
                    + asset.tags.iter().map(String::len).sum::<usize>()
            }
            // What it does not change stands in the claim too: that is bounded like this.
            Command::ChangeAsset(change) => {
                let notes = change.patch.notes.as_ref().map_or(0, long);
                notes + METADATA_INLINE_BYTES_MAX + EVALUATION_BYTES_MAX
            }
            // Each in quotes, with a comma.
            Command::FreeBytes { digests } => digests.len() * (Digest::HEX_DIGITS + 3),
            _ => 0,
        }
}

fn json_bytes(value: &impl Serialize) -> usize {
    serde_json::to_vec(value).map_or(RECORD_BYTES_MAX, |json| json.len())
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
    at_most("prompt", made.prompt.as_deref(), TEXT_CHARS_MAX)?;
    at_most("error", made.error.as_deref(), TEXT_CHARS_MAX)?;
    amount("estimated_cost", made.estimated_cost)?;
    if made.estimated_cost.is_some_and(|cost| cost > COST_MAX) {
        return invalid("estimated_cost", format!("at most {COST_MAX}"));
    }
    time("completed_at", made.completed_at.as_deref())?;
    few("source_asset_ids", made.source_asset_ids.len(), SOURCES_MAX)
}

fn check_patch(patch: &AssetPatch) -> Checked {
    if let Some(filename) = &patch.filename {
        required("filename", filename)?;
    }
    words(&[("asset_type", patch.asset_type.as_ref().and_then(|word| word.as_deref()))])?;
    let notes = patch.notes.as_ref().and_then(|notes| notes.as_deref());
    at_most("notes", notes, TEXT_CHARS_MAX)?;
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
    check_members("evaluation", evaluation)?;
    let length = serde_json::to_vec(evaluation).map_or(usize::MAX, |json| json.len());
    if length <= EVALUATION_BYTES_MAX {
        return Ok(());
    }
    invalid("evaluation", format!("at most {EVALUATION_BYTES_MAX} bytes of JSON, got {length}"))
}

fn check_tags(tags: &[String]) -> Checked {
    few("tags", tags.len(), TAGS_MAX)?;
    for tag in tags {
        required("tags", tag)?;
        words(&[("tags", Some(tag.as_str()))])?;
    }
    Ok(())
}

fn words(named: &[(&'static str, Option<&str>)]) -> Checked {
    for (field, word) in named {
        at_most(field, *word, WORD_CHARS_MAX)?;
        one_line(field, *word)?;
    }
    Ok(())
}
