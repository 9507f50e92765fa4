//! Refusals on the wire: RFC 9457 problem documents with codes that programs can rely on.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::health::Progress;

/// The media type of a problem document.
pub const MEDIA_TYPE: &str = "application/problem+json";

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $text:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong, for programs. Codes never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $text)] $code,)*
            /// A code that is newer than this client.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl Code {
            /// Every code that the daemon sends.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $text,)*
                    Self::Unknown => "unknown",
                }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$code => $status,)*
                    Self::Unknown => 500,
                }
            }

            /// What it means, in a few words; the same for every problem of this code.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$code => $title,)*
                    Self::Unknown => "unknown problem",
                }
            }
        }
    };
}

codes! {
    /// The request is not well formed: headers, path, query or the body's syntax.
    BadRequest = "bad_request", 400, "the request is malformed";
    /// No token, or one that is not valid.
    Unauthorized = "unauthorized", 401, "a valid bearer token is needed";
    /// A page of another origin asked for a change.
    CrossOrigin = "cross_origin", 403, "changes from another origin are refused";
    /// The token may not do this, or the signature of a URL: the detail says what is needed.
    Forbidden = "forbidden", 403, "not allowed";
    /// There is no such thing for this user, or no such route.
    NotFound = "not_found", 404, "not found";
    /// The asset is deleted: its record is there, its bytes are not shown.
    Deleted = "deleted", 404, "the asset is deleted";
    /// The route exists, but not with this method.
    MethodNotAllowed = "method_not_allowed", 405, "method not allowed";
    /// The client sent nothing for too long.
    Timeout = "timeout", 408, "the request took too long to arrive";
    /// The id or number is taken.
    Taken = "taken", 409, "taken";
    /// One of its kind runs already.
    Running = "running", 409, "running already";
    /// The bytes were freed after the asset was deleted: it cannot be restored.
    Gone = "gone", 410, "the bytes are gone";
    /// The record was changed meanwhile; `current` is what it is now.
    Changed = "changed", 412, "changed meanwhile";
    /// The body, or one of its fields, is larger than allowed.
    TooLarge = "too_large", 413, "too large";
    /// The body is of a kind that this route does not take.
    UnsupportedMediaType = "unsupported_media_type", 415, "unsupported media type";
    /// No byte of the content lies in the wanted range.
    RangeNotSatisfiable = "range_not_satisfiable", 416, "range not satisfiable";
    /// The request is for a host that this daemon does not answer for.
    Misdirected = "misdirected", 421, "this daemon does not answer for that host";
    /// A field is missing, unknown, sent twice or not acceptable; `field` names it.
    Invalid = "invalid", 422, "a field is not acceptable";
    /// No asset of the sender's has the bytes that a digest names: send the bytes. Whether anybody
    /// else has them changes nothing.
    BytesNeeded = "bytes_needed", 422, "the bytes themselves are needed";
    /// The idempotency key was used for another request.
    KeyReused = "key_reused", 422, "the idempotency key was used for another request";
    /// What was asked for is not there in this version of the daemon.
    NotYet = "not_yet", 501, "not there yet";
    /// A failure of the daemon.
    Internal = "internal", 500, "the daemon failed";
    /// The bytes on the disk are not what they should be.
    Damaged = "damaged", 500, "the stored bytes are damaged";
    /// The store or the catalogue is not in a state in which anything may be freed.
    NotNow = "not_now", 409, "not now";
    /// Too much waits already; nothing was changed.
    Busy = "busy", 503, "the daemon is busy";
    /// The daemon starts; `progress` says how far it is.
    Starting = "starting", 503, "the daemon is starting";
    /// The daemon takes no writes; its log and `/health` say why.
    ReadOnly = "read_only", 503, "the daemon takes no writes";
    /// The write failed and nobody knows whether it was kept: retry with the same key.
    OutcomeUnknown = "outcome_unknown", 503, "the outcome is unknown";
    /// There is no room for it; nothing was kept.
    DiskFull = "disk_full", 507, "the disk is full";
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let codes = Self::ALL.iter().map(|code| code.as_str());
        let schema = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
        schema.description(Some("What went wrong, for programs.")).into()
    }
}

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ProblemCode")
    }
}

/// A problem document (RFC 9457). Everything but `field`, `current`, `progress` and
/// `instance` is always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem, one for each code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of this code.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened here, then the remedy where there is one.
    pub detail: String,
    /// What went wrong, for programs.
    pub code: Code,
    /// Which field of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The record as it is now, where it was changed meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Value>,
    /// How far the start has come, where that is what to wait for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Which request: `urn:rushes:request:` and the answer's `X-Request-Id`, under which the
    /// daemon's log has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
}

impl Problem {
    /// Makes a problem of a code; `detail` says what happened, then the remedy.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:rushes:problem:{}", code.as_str()),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            field: None,
            current: None,
            progress: None,
            instance: None,
        }
    }

    /// Names the field that is at fault.
    #[must_use]
    pub fn of_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_says_code_status_and_field() {
        let problem = Problem::new(Code::Invalid, "tags: not a JSON array").of_field("tags");
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["code"], "invalid");
        assert_eq!(json["status"], 422);
        assert_eq!(json["field"], "tags");
        assert_eq!(json["type"], "urn:rushes:problem:invalid");
        assert_eq!(serde_json::from_value::<Problem>(json).unwrap(), problem);
    }

    #[test]
    fn a_code_from_the_future_is_still_readable() {
        assert_eq!(serde_json::from_str::<Code>("\"new_in_9\"").unwrap(), Code::Unknown);
    }
}
