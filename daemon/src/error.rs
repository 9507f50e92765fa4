//! How a request is refused: every error of the floors below becomes a problem document here,
//! once.
//!
//! Knows no route. Invariant: what a client sends never makes a 5xx, and an inner cause (paths,
//! system errors) goes to the log, never to the client.

use std::fmt::Display;
use std::io::ErrorKind;

use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rushes_api::problem::MEDIA_TYPE;
use rushes_api::{Code, Problem};
use rushes_vault::command::CommandError;
use rushes_vault::search::SearchError;
use rushes_vault::source::SourceError;
use rushes_vault::sweep::SweepError;
use rushes_vault::upkeep::{StoreError, UpkeepError};
use rushes_vault::{IngestError, QueryError};
use serde_json::Value;

use crate::secrets::SecretError;
use crate::tokens::TokenError;

/// What a busy daemon asks for, in seconds: queues drain in less.
const RETRY_BUSY_S: &str = "1";
/// What a full disk asks for, in seconds: somebody has to free space.
const RETRY_FULL_S: &str = "60";

/// A refused request.
#[derive(Debug, Clone)]
pub struct Refusal {
    code: Code,
    detail: String,
    field: Option<String>,
    cause: Option<String>,
    current: Option<Box<Value>>,
}

impl Refusal {
    /// Refuses with a code; `detail` is shown to the client.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None, cause: None, current: None }
    }

    /// Refuses because of one field.
    pub fn of_field(code: Code, field: &str, reason: impl Display) -> Self {
        let field = field.to_owned();
        Self { field: Some(field.clone()), ..Self::new(code, format!("{field}: {reason}")) }
    }

    /// Refuses a field's value; `reason` says what would be right.
    pub fn invalid(field: &str, reason: impl Display) -> Self {
        Self::of_field(Code::Invalid, field, reason)
    }

    /// Answers that there is no such thing for this viewer.
    pub fn missing(what: &str) -> Self {
        Self::new(Code::NotFound, format!("there is no such {what}"))
    }

    /// Answers that the bytes of a deleted asset are not shown.
    pub fn deleted() -> Self {
        Self::new(Code::Deleted, "the asset is deleted: restore it, if its bytes are still there")
    }

    /// Answers a change whose record was changed meanwhile with that record.
    pub fn changed(current: Option<Value>) -> Self {
        let detail = "the record was changed meanwhile: look at `current` and try again";
        Self { current: current.map(Box::new), ..Self::new(Code::Changed, detail) }
    }

    /// A failure of the daemon; the cause goes to the log only.
    pub fn failed(cause: impl Display) -> Self {
        let detail = "the daemon failed: its log says why";
        Self { cause: Some(cause.to_string()), ..Self::new(Code::Internal, detail) }
    }

    /// Whether it answers a change whose record was changed meanwhile.
    pub fn is_changed(&self) -> bool {
        self.code == Code::Changed
    }

    /// What the client is told.
    pub fn problem(&self) -> Problem {
        let problem = Problem::new(self.code, self.detail.as_str());
        Problem { field: self.field.clone(), current: self.current.as_deref().cloned(), ..problem }
    }

    /// Logs the refusal under a name, and gives the document with that name in it.
    pub fn render(&self, request: &str) -> Vec<u8> {
        let problem = Problem { instance: Some(request.to_owned()), ..self.problem() };
        let (code, detail) = (self.code.as_str(), &self.detail);
        if problem.status >= 500 {
            let cause = self.cause.as_deref().unwrap_or_default();
            tracing::error!(request, code, detail, cause, "request failed");
        } else {
            tracing::debug!(request, code, detail, "request refused");
        }
        serde_json::to_vec(&problem).unwrap_or_default()
    }
}

impl IntoResponse for Refusal {
    /// Sets status and headers; the refusal itself travels as an extension, and the edge writes
    /// the body, so that one place logs and names every refusal.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() =
            StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        match self.code {
            Code::Unauthorized => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Code::Busy | Code::OutcomeUnknown => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_BUSY_S));
            }
            Code::DiskFull => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_FULL_S));
            }
            _ => {}
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<CommandError> for Refusal {
    fn from(error: CommandError) -> Self {
        let text = error.to_string();
        match error {
            CommandError::Invalid { field, reason } => Self::invalid(field, reason),
            CommandError::Missing { what } => Self::missing(what),
            CommandError::Unresolved { field, what } => {
                Self::invalid(field, format_args!("there is no such {what}"))
            }
            CommandError::Taken { field } => {
                Self { field: Some(field.to_owned()), ..Self::new(Code::Taken, text) }
            }
            CommandError::Deleted { .. } => Self::new(Code::Deleted, text),
            CommandError::Changed { .. } => Self::changed(None),
            CommandError::Gone { .. } => Self::new(Code::Gone, text),
            CommandError::NotAllowed => Self::new(Code::Forbidden, text),
            CommandError::KeyReused => Self::new(Code::KeyReused, text),
            CommandError::DiskFull => Self::new(Code::DiskFull, text),
            CommandError::OutcomeUnknown => Self::new(Code::OutcomeUnknown, text),
            CommandError::ReadOnly { reason } => {
                let detail = "the catalogue takes no writes: its log and /health say why";
                Self { cause: Some(reason), ..Self::new(Code::ReadOnly, detail) }
            }
        }
    }
}

impl From<IngestError> for Refusal {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Command(error) => error.into(),
            IngestError::DiskFull => Self::new(Code::DiskFull, error.to_string()),
            IngestError::BytesNeeded => {
                let field = Some("digest".to_owned());
                Self { field, ..Self::new(Code::BytesNeeded, error.to_string()) }
            }
            IngestError::TooLarge(_) => Self::new(Code::TooLarge, error.to_string()),
            IngestError::Store(error) => Self::failed(error),
        }
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::TooMany { .. } => Self::new(Code::Invalid, error.to_string()),
            TokenError::Secret(error) => error.into(),
        }
    }
}

impl From<SecretError> for Refusal {
    fn from(error: SecretError) -> Self {
        match &error {
            SecretError::Io { source, .. } if source.kind() == ErrorKind::StorageFull => {
                Self::new(Code::DiskFull, "the disk is full: free some space and try again")
            }
            _ => Self::failed(error),
        }
    }
}

impl From<QueryError> for Refusal {
    fn from(error: QueryError) -> Self {
        Self::failed(error)
    }
}

impl From<SearchError> for Refusal {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Refused { field, reason } => {
                Self::of_field(Code::BadRequest, field, reason)
            }
            SearchError::Rebuilding { .. } | SearchError::TooLong => {
                Self::new(Code::Busy, error.to_string())
            }
            SearchError::Query(error) => error.into(),
            SearchError::Off | SearchError::Failed(_) => Self::failed(error),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::failed(error)
    }
}

impl From<UpkeepError> for Refusal {
    fn from(error: UpkeepError) -> Self {
        Self::failed(error)
    }
}

impl From<SweepError> for Refusal {
    fn from(error: SweepError) -> Self {
        match error {
            SweepError::ReadOnly | SweepError::Damaged { .. } => {
                Self::new(Code::NotNow, error.to_string())
            }
            SweepError::Command(error) => error.into(),
            SweepError::Query(error) => error.into(),
            SweepError::Store(error) => error.into(),
        }
    }
}

impl From<SourceError> for Refusal {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Damaged(cause) => {
                let detail = "the stored bytes are damaged";
                Self { cause: Some(cause), ..Self::new(Code::Damaged, detail) }
            }
            SourceError::Failed(cause) => Self::failed(cause),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_were_freed_are_gone_for_good() {
        let problem = Refusal::from(CommandError::Gone { what: "asset" }).problem();
        assert_eq!((problem.code, problem.status), (Code::Gone, 410));
        assert!(problem.detail.ends_with("upload them again"), "{}", problem.detail);
    }

    #[test]
    fn why_nothing_is_written_is_for_the_log() {
        let reason = "/srv/data/journal/1.jsonl: line 7: bad checksum".to_owned();
        let refusal = Refusal::from(CommandError::ReadOnly { reason: reason.clone() });
        let sent = String::from_utf8(refusal.render("x")).unwrap();
        assert!(sent.contains("/health") && !sent.contains("journal"), "{sent}");
        assert_eq!(refusal.cause, Some(reason));
    }
}
