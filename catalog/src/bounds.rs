//! How long and how many: the checks that every command's fields share.

use serde_json::Value;

use crate::command::CommandError;

/// How deep metadata may be nested: far below what the reader of a claim, or of a record of it,
/// follows (128 levels, `serde_json`).
pub const METADATA_DEPTH_MAX: usize = 64;

/// Whether a field is acceptable.
pub type Checked = Result<(), CommandError>;

/// Refuses a field; the reason says what would be right.
pub fn invalid(field: &'static str, reason: String) -> Checked {
    Err(CommandError::Invalid { field, reason })
}

/// Refuses a text without anything in it.
pub fn required(field: &'static str, text: &str) -> Checked {
    if text.trim().is_empty() { invalid(field, "must not be empty".to_owned()) } else { Ok(()) }
}

/// Refuses a text that is too long.
pub fn at_most(field: &'static str, text: Option<&str>, chars_max: usize) -> Checked {
    let length = text.map_or(0, |text| text.chars().count());
    if length <= chars_max {
        return Ok(());
    }
    invalid(field, format!("at most {chars_max} characters, got {length}"))
}

/// Refuses a list that is too long.
pub fn few(field: &'static str, count: usize, count_max: usize) -> Checked {
    if count <= count_max {
        return Ok(());
    }
    invalid(field, format!("at most {count_max}, got {count}"))
}

/// Refuses a text with line breaks or other control characters.
pub fn one_line(field: &'static str, text: Option<&str>) -> Checked {
    if text.is_some_and(|text| text.chars().any(char::is_control)) {
        return invalid(field, "must be one line without control characters".to_owned());
    }
    Ok(())
}

/// Refuses what is no amount.
pub fn amount(field: &'static str, number: Option<f64>) -> Checked {
    if number.is_none_or(|number| number.is_finite() && number >= 0.0) {
        return Ok(());
    }
    invalid(field, "must be a number that is not negative".to_owned())
}

/// Refuses what is no time.
pub fn time(field: &'static str, text: Option<&str>) -> Checked {
    if text.is_none_or(|text| text.parse::<jiff::Timestamp>().is_ok()) {
        return Ok(());
    }
    invalid(field, "must be a time like 2026-11-21T04:09:11Z (RFC 3339)".to_owned())
}

/// How deep a value is nested.
pub fn depth_of(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth_of).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth_of).max().unwrap_or(0),
        _ => 0,
    }
}
