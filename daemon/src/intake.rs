//! A request's body as it arrives: bounded in size and in patience.
//!
//! Knows nothing of what the body means. Invariant: no more than the maximum is ever handed on,
//! and a client that sends nothing for [`SILENCE_MAX`] is given up.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use rushes_api::Code;
use rushes_api::record::in_snake_case;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::error::Refusal;
use crate::objects::Objects;

/// How long a client may send nothing in the middle of a body.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Largest JSON body: records are small, and it is read into memory.
const JSON_BYTES_MAX: u64 = 1024 * 1024;

/// A body.
#[derive(Debug)]
pub struct Intake {
    stream: BodyDataStream,
    left: u64,
    bytes_max: u64,
}

impl Intake {
    /// Opens a body of at most `bytes_max`. One that announces more is refused unread.
    pub fn open(headers: &HeaderMap, body: Body, bytes_max: u64) -> Result<Self, Refusal> {
        let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
        if announced
            .and_then(|length| length.parse().ok())
            .is_some_and(|length: u64| length > bytes_max)
        {
            return Err(too_large(bytes_max));
        }
        Ok(Self { stream: body.into_data_stream(), left: bytes_max, bytes_max })
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let Ok(next) = timeout(SILENCE_MAX, self.stream.next()).await else {
            return Err(Refusal::new(
                Code::Timeout,
                format!("nothing arrived for {} seconds: send it again", SILENCE_MAX.as_secs()),
            ));
        };
        let Some(bytes) = next.transpose().map_err(|error| {
            Refusal::new(Code::BadRequest, format!("the body broke off: {error}"))
        })?
        else {
            return Ok(None);
        };
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(length).ok_or_else(|| too_large(self.bytes_max))?;
        Ok(Some(bytes))
    }
}

fn too_large(bytes_max: u64) -> Refusal {
    Refusal::new(Code::TooLarge, format!("the body is larger than {bytes_max} bytes"))
}

/// Reads a JSON body. Unknown fields are refused by the type, and an array that stands for an
/// object; the refusal names the field.
pub async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Refusal> {
    if !is_json(headers) {
        return Err(Refusal::new(
            Code::UnsupportedMediaType,
            "the body must be JSON: send it with Content-Type: application/json",
        ));
    }
    let mut intake = Intake::open(headers, body, JSON_BYTES_MAX)?;
    let mut text = BytesMut::new();
    while let Some(bytes) = intake.next().await? {
        text.extend_from_slice(&bytes);
    }
    parse(&text)
}

/// Reads a JSON object whose members may be named in either casing.
pub async fn object(headers: &HeaderMap, body: Body) -> Result<Map<String, Value>, Refusal> {
    let sent = json(headers, body).await?;
    match in_snake_case(Value::Object(sent)) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Refusal::new(Code::Invalid, "the body must be a JSON object")),
        Err(name) => Err(Refusal::invalid(&name, "was sent in both spellings")),
    }
}

/// Reads a record from members that were sent. What is not one of its is refused by name.
pub fn record<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, Refusal> {
    serde_path_to_error::deserialize(Objects(Value::Object(members))).map_err(|error| {
        let (path, message) = (error.path().to_string(), error.into_inner().to_string());
        unfit(&path, &message)
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = sent.split(';').next().unwrap_or_default().trim();
    // The second one is how a PATCH may call itself (RFC 7396).
    ["application/json", "application/merge-patch+json"]
        .iter()
        .any(|known| essence.eq_ignore_ascii_case(known))
}

/// Reads a JSON text as a body is read; an error says what is wrong.
pub fn parse_text<T: DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde::Deserialize::deserialize(Objects(&mut reader))?;
    reader.end().map(|()| value)
}

fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = serde_path_to_error::deserialize(Objects(&mut reader)).map_err(|error| {
        let (path, error) = (error.path().to_string(), error.into_inner());
        if !error.is_data() {
            return Refusal::new(Code::BadRequest, format!("the body is not JSON: {error}"));
        }
        unfit(&path, &error.to_string())
    })?;
    reader.end().map_err(|error| {
        Refusal::new(Code::BadRequest, format!("the body is more than one JSON value: {error}"))
    })?;
    Ok(value)
}

fn unfit(path: &str, message: &str) -> Refusal {
    match field_in(message).or_else(|| (path != ".").then_some(path)) {
        Some(field) => Refusal::of_field(Code::Invalid, field, message),
        None => Refusal::new(Code::Invalid, message),
    }
}

/// The field that serde names in its message where the path does not lead to one.
fn field_in(message: &str) -> Option<&str> {
    ["missing field `", "unknown field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start))
        .and_then(|rest| rest.split('`').next())
}

#[cfg(test)]
mod tests {
    use rushes_api::NewScene;

    use super::*;

    fn refused(text: &str) -> (Code, Option<String>) {
        let problem = parse::<NewScene>(text.as_bytes()).unwrap_err().problem().clone();
        (problem.code, problem.field)
    }

    #[test]
    fn a_refused_json_body_names_the_field() {
        let invalid = |field: &str| (Code::Invalid, Some(field.to_owned()));
        assert_eq!(refused(r#"{"title":"x","colour":1}"#), invalid("colour"));
        assert_eq!(refused(r#"{"title":5}"#), invalid("title"));
        assert_eq!(refused(r#"{"scene_number":-1}"#), invalid("scene_number"));
        assert_eq!(refused(r#"{"title":"x","title":"y"}"#), invalid("title"));
        let deep = r#"{"metadata":{"a":[{"seed":1,"seed":2}]}}"#;
        assert_eq!(refused(deep), invalid("seed"), "nothing that was sent is dropped");
    }

    #[test]
    fn what_is_not_json_is_a_bad_request() {
        let deep = "[".repeat(100_000);
        for text in ["", "{", "nonsense", r#"{"title":"x"} {}"#, &deep] {
            let code = parse::<NewScene>(text.as_bytes()).unwrap_err().problem().code;
            assert!(matches!(code, Code::BadRequest | Code::Invalid), "{text:.20}");
        }
        assert_eq!(refused("{").0, Code::BadRequest);
        assert_eq!(refused("[1,2]").0, Code::Invalid);
        assert_eq!(refused("[1]"), (Code::Invalid, None), "the first field alone");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_client_is_given_up() {
        let silent = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let mut intake = Intake::open(&HeaderMap::new(), Body::from_stream(silent), 10).unwrap();
        assert_eq!(intake.next().await.unwrap_err().problem().code, Code::Timeout);
    }

    #[tokio::test]
    async fn a_body_may_be_exactly_as_large_as_allowed() {
        let headers = HeaderMap::new();
        let mut fits = Intake::open(&headers, Body::from("12345"), 5).unwrap();
        assert_eq!(fits.next().await.unwrap().unwrap(), "12345");
        let mut above = Intake::open(&headers, Body::from("123456"), 5).unwrap();
        assert_eq!(above.next().await.unwrap_err().problem().code, Code::TooLarge);
    }
}
