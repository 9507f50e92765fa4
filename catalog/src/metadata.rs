//! What metadata may be: free, but readable, and no place for bytes.
//!
//! Pure. Invariant: what passes here can be read back from a claim or a blob, and stays small in
//! lists.

use serde_json::{Map, Value};

use crate::bounds::{METADATA_DEPTH_MAX, depth_of};
use crate::command::{CommandError, METADATA_TEXT_BYTES_MAX};

/// Refuses metadata that is nested too deep or has files in it.
pub fn check_metadata(metadata: &Map<String, Value>) -> Result<(), CommandError> {
    check_members("metadata", metadata)
}

/// The same for the free members of another field.
pub fn check_members(
    field: &'static str,
    members: &Map<String, Value>,
) -> Result<(), CommandError> {
    let invalid = |reason| Err(CommandError::Invalid { field, reason });
    let depth = members.values().map(depth_of).max().unwrap_or(0);
    if depth > METADATA_DEPTH_MAX {
        return invalid(format!("nested {depth} deep, {METADATA_DEPTH_MAX} are allowed"));
    }
    match members.iter().find(|(_, value)| has_file(value)) {
        Some((name, _)) => invalid(format!(
            "{name} holds a file as text: upload it as an asset of its own and name its id"
        )),
        None => Ok(()),
    }
}

fn has_file(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(has_file),
        Value::Object(members) => members.values().any(has_file),
        Value::String(text) => text.len() > METADATA_TEXT_BYTES_MAX && is_encoded(text),
        _ => false,
    }
}

/// Whether a long text is a `data:` URL (RFC 2397) or in base64 (RFC 4648, either alphabet, in
/// lines or not): texts that people or programs write have spaces, dots or brackets in them.
fn is_encoded(text: &str) -> bool {
    let is_url = text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    is_url
        || text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=' | b'\r' | b'\n')
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(value: &Value) -> bool {
        let Value::Object(metadata) = json!({ "workflow": value }) else { panic!("no object") };
        check_metadata(&metadata).is_err()
    }

    #[test]
    fn files_are_no_metadata_and_long_texts_are() {
        let base64 = "iVBORw0KGgo/+A".repeat(5000);
        assert!(refused(&json!(base64)));
        assert!(refused(&json!([{ "nodes": [base64] }])));
        assert!(refused(&json!(format!("data:image/png;base64,{base64}"))));
        assert!(refused(&json!(base64.replace("GgoA", "GgoA\r\n").replace('/', "_"))));
        assert!(!refused(&json!(base64.get(..METADATA_TEXT_BYTES_MAX))));
        assert!(!refused(&json!("a fox runs ".repeat(10_000))));
        assert!(!refused(&json!("{\"nodes\":[1,2]}".repeat(10_000))));
    }

    #[test]
    fn metadata_is_not_deeper_than_a_reader_follows() {
        let nested = |depth| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        assert!(!refused(&nested(METADATA_DEPTH_MAX)));
        assert!(refused(&nested(METADATA_DEPTH_MAX + 1)));
    }
}
