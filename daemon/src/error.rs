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
use rushes_api::{Code, Problem, Progress};
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
/// What a daemon that starts asks for, in seconds: often enough for who waits.
const RETRY_STARTING_S: &str = "5";
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
    progress: Option<Box<Progress>>,
}

impl Refusal {
    /// Refuses with a code; `detail` is shown to the client.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        Self { code, detail, field: None, cause: None, current: None, progress: None }
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

    /// Answers what comes before the daemon is ready.
    pub fn starting(progress: Progress) -> Self {
        let Progress { phase, done, total } = &progress;
        let detail = format!("the daemon is starting ({phase}: {done} of {total}): try again soon");
        Self { progress: Some(Box::new(progress)), ..Self::new(Code::Starting, detail) }
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
        Problem {
            field: self.field.clone(),
            current: self.current.as_deref().cloned(),
            progress: self.progress.as_deref().cloned(),
            ..problem
        }
    }

    /// Logs the refusal, with what the client is not told.
    pub fn log(&self) {
        let (code, detail) = (self.code.as_str(), &self.detail);
        // Whoever asks while it starts, or for what is not there yet, is no failure of its own.
        let is_own = !matches!(self.code, Code::Starting | Code::NotYet);
        if self.code.status() >= 500 && is_own {
            let cause = self.cause.as_deref().unwrap_or_default();
            tracing::error!(code, detail, cause, "request failed");
        } else {
            tracing::debug!(code, detail, "request refused");
        }
    }

    /// The document that the client gets, with the id under which the log has it.
    pub fn document(&self, request: &str) -> Vec<u8> {
        let instance = Some(format!("urn:rushes:request:{request}"));
        serde_json::to_vec(&Problem { instance, ..self.problem() }).unwrap_or_default()
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
            Code::Starting => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_STARTING_S));
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
            CommandError::TooMuch(_) => Self::new(Code::TooLarge, text),
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
        match error {
            QueryError::TooMuch(much) => Self::new(Code::TooLarge, much.to_string()),
            error => Self::failed(error),
        }
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
            SourceError::TooMuch(text) => Self::new(Code::TooLarge, text),
            SourceError::Full => Self::new(Code::DiskFull, error.to_string()),
            SourceError::Failed(cause) => Self::failed(cause),
            // Only who writes in the folder is told these.
            SourceError::Frozen
            | SourceError::Saved
            | SourceError::Taken
            | SourceError::TooLarge { .. }
            | SourceError::Refused(_) => Self::failed(error.to_string()),
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
        let sent = String::from_utf8(refusal.document("x")).unwrap();
        assert!(sent.contains("/health") && !sent.contains("journal"), "{sent}");
        assert_eq!(refusal.cause, Some(reason));
    }
}
