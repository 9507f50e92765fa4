//! What can be said of a command without looking at any fact: lengths, counts, ranges.

use crate::command::{
    Command, CommandError, DIGESTS_MAX, METADATA_INLINE_BYTES_MAX, NAME_BYTES_MAX, NewAsset,
    NewScene, SCENE_NUMBER_MAX, SOURCES_MAX, TAGS_MAX, TEXT_BYTES_MAX, WORD_BYTES_MAX,
};
use crate::model::{Identity, Status};
use rushes_digest::Digest;
use serde_json::Value;

/// How deep metadata may be nested: far below what the reader of a claim, or of a record of it,
/// follows (128 levels, `serde_json`).
pub const METADATA_DEPTH_MAX: usize = 64;

type Checked = Result<(), CommandError>;

/// Refuses what no state of the facts could make acceptable.
pub fn check(command: &Command) -> Checked {
    match command {
        Command::AddUser(user) => {
            check_user_name(&user.name)?;
            user.identity.as_ref().map_or(Ok(()), check_identity)
        }
        Command::ChangeUser(change) => change.name.as_deref().map_or(Ok(()), check_user_name),
        Command::CreateProject(project) => {
            required("name", &project.name)?;
            at_most("name", Some(&project.name), NAME_BYTES_MAX)?;
            one_line("name", Some(&project.name))?;
            at_most("description", project.description.as_deref(), TEXT_BYTES_MAX)
        }
        Command::AddScene(scene) => check_scene(scene),
        Command::AddAsset(asset) => check_asset(asset),
        Command::FreeBytes { digests } if digests.len() > DIGESTS_MAX => {
            invalid("digests", format!("at most {DIGESTS_MAX}, got {}", digests.len()))
        }
        Command::FreeBytes { .. }
        | Command::SetBest(_)
        | Command::DeleteAsset { .. }
        | Command::RestoreAsset { .. } => Ok(()),
    }
}

fn check_user_name(name: &str) -> Checked {
    required("name", name)?;
    if crate::names::is_portable(name) && name.len() <= WORD_BYTES_MAX {
        return Ok(());
    }
    invalid("name", "must be a short name without / \\ : * ? \" < > |".to_owned())
}

fn check_identity(identity: &Identity) -> Checked {
    for (field, text) in [("issuer", &identity.issuer), ("subject", &identity.subject)] {
        required(field, text)?;
        at_most(field, Some(text), WORD_BYTES_MAX)?;
        one_line(field, Some(text))?;
    }
    Ok(())
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
            Command::AddUser(user) => user.name.len() + 2 * WORD_BYTES_MAX,
            Command::ChangeUser(change) => long(&change.name),
            Command::CreateProject(project) => project.name.len() + long(&project.description),
            Command::AddScene(scene) => scene.title.len() + long(&scene.description),
            Command::AddAsset(asset) => {
                long(&asset.generation.prompt)
                    + long(&asset.generation.error)
                    + METADATA_INLINE_BYTES_MAX
                    + asset.generation.source_asset_ids.len() * 40
                    + asset.tags.iter().map(String::len).sum::<usize>()
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
    for (field, word) in [
        ("type", Some(asset.kind.as_str())),
        ("asset_type", asset.asset_type.as_deref()),
        ("client_id", asset.client_id.as_deref()),
        ("provider", asset.generation.provider.as_deref()),
        ("model", asset.generation.model.as_deref()),
    ] {
        at_most(field, word, WORD_BYTES_MAX)?;
        one_line(field, word)?;
    }
    at_most("prompt", asset.generation.prompt.as_deref(), TEXT_BYTES_MAX)?;
    at_most("error", asset.generation.error.as_deref(), TEXT_BYTES_MAX)?;
    amount("estimated_cost", asset.generation.estimated_cost)?;
    if asset.tags.len() > TAGS_MAX {
        return invalid("tags", format!("at most {TAGS_MAX}, got {}", asset.tags.len()));
    }
    for tag in &asset.tags {
        required("tags", tag)?;
        at_most("tags", Some(tag), WORD_BYTES_MAX)?;
        one_line("tags", Some(tag))?;
    }
    let sources = asset.generation.source_asset_ids.len();
    if sources > SOURCES_MAX {
        return invalid("source_asset_ids", format!("at most {SOURCES_MAX}, got {sources}"));
    }
    let depth = asset.metadata.values().map(depth_of).max().unwrap_or(0);
    if depth > METADATA_DEPTH_MAX {
        let reason = format!("nested {depth} deep, {METADATA_DEPTH_MAX} are allowed");
        return invalid("metadata", reason);
    }
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

fn depth_of(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth_of).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth_of).max().unwrap_or(0),
        _ => 0,
    }
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
