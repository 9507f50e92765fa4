//! `GET …/assets/{asset}/data`: the bytes, whole or in part.
//!
//! Invariant: every byte was verified by the store on its way out; a content is immutable, so its
//! digest is its tag for ever. A content that turns out damaged after the first bytes ends the
//! connection, so that no client takes it for complete.

use std::ops::Range;
use std::sync::Arc;
use std::time::SystemTime;

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE,
    ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::{self, Stream};
use rushes_api::Code;
use rushes_vault::Vault;
use rushes_vault::model::{Asset, Content};
use rushes_vault::source::OpenContent;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType};
use utoipa::openapi::{ContentBuilder, ResponseBuilder};

use super::disposition::{disposition, served_as};
use super::range::{Wanted, wanted};
use crate::call::{Call, Signed};
use crate::cors::{CROSS_ORIGIN, RESOURCE_POLICY};
use crate::error::Refusal;
use crate::operation::{Operation, get};
use crate::parameters::{self, header as described_header};
use crate::{clock, reply};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    vec![
        answering_bytes(get("/assets/{asset}/data", data))
            .named("get_asset_data", "Answers the bytes of an asset, whole or in part."),
    ]
}

/// Says of an operation that it answers bytes.
pub fn answering_bytes(operation: Operation) -> Operation {
    let anything = || {
        let schema = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
        ContentBuilder::new().schema(Some(schema)).build()
    };
    let all = described("All of them.").content(ANYTHING, anything());
    let some = described("Those of the range.").content(ANYTHING, anything());
    let some =
        some.header("Content-Range", described_header::text("Which of how many (RFC 9110)."));
    operation
        .with(parameters::range())
        .with(parameters::if_none_match())
        .answering(StatusCode::OK, all)
        .answering(StatusCode::PARTIAL_CONTENT, some)
        .answering(StatusCode::NOT_MODIFIED, described("The client has them already."))
        .fails(&[Code::RangeNotSatisfiable])
}

fn described(about: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(about).header("ETag", described_header::etag())
}

/// Bytes read in one crossing: large enough that the crossing does not show, small enough that a
/// thousand slow clients fit into memory.
const READ_BYTES: usize = 256 * 1024;
/// The media type of any bytes.
const ANYTHING: &str = "*/*";
/// A content never changes, but only its owner may see it.
const FOREVER: &str = "private, max-age=31536000, immutable";

/// Answers the bytes of an asset.
pub async fn data(Signed(call): Signed) -> Result<Response, Refusal> {
    let id = call.asset()?;
    let found = call.ask(move |vault, viewer| vault.asset(viewer, id)).await?;
    let asset = found.ok_or_else(|| Refusal::missing("asset"))?;
    bytes_of(&call, asset).await
}

/// Answers the bytes of an asset that was found.
pub async fn bytes_of(call: &Call, asset: Asset) -> Result<Response, Refusal> {
    let Asset { content, marks, created_at, deleted_at, .. } = asset;
    if deleted_at.is_some() {
        return Err(Refusal::deleted());
    }
    let content = content.ok_or_else(|| {
        Refusal::new(Code::NotFound, "the attempt failed: there are no bytes, see its record")
    })?;
    let modified = created_at.parse::<jiff::Timestamp>().map_err(Refusal::failed)?.into();
    let mut described = describe(&content, &marks.filename, modified)?;
    keep(call, &mut described)?;
    let tag = format!("\"{}\"", content.digest);
    if unchanged(&call.headers, &tag, modified) {
        return Ok((StatusCode::NOT_MODIFIED, described).into_response());
    }
    let range = match part(&call.headers, &tag, modified, content.size) {
        Wanted::Whole => None,
        Wanted::Part(range) => Some(range),
        Wanted::Nothing => return unsatisfiable(content.size),
    };
    let body = open(call, &content, range.clone().unwrap_or(0..content.size)).await?;
    let mut response = (described, body).into_response();
    if let Some(range) = &range {
        let text = format!("bytes {}-{}/{}", range.start, range.end - 1, content.size);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        response.headers_mut().insert(CONTENT_RANGE, header(text)?);
    }
    let length = range.map_or(content.size, |range| range.end - range.start);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// The headers that say what a content is.
fn describe(content: &Content, filename: &str, modified: SystemTime) -> Result<HeaderMap, Refusal> {
    let (media_type, inline) = served_as(&content.media_type);
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, header(media_type.to_owned())?);
    headers.insert(CONTENT_DISPOSITION, header(disposition(inline, filename))?);
    headers.insert(ETAG, header(format!("\"{}\"", content.digest))?);
    headers.insert(LAST_MODIFIED, header(httpdate::fmt_http_date(modified))?);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(headers)
}

/// Says who may keep the bytes, and how long; other origins' pages may show what is signed, where
/// the operator named any.
fn keep(call: &Call, headers: &mut HeaderMap) -> Result<(), Refusal> {
    let Some(ends) = call.grant.ends.filter(|_| call.grant.is_signed) else {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
        return Ok(());
    };
    let left = ends.as_second().saturating_sub(clock::now().as_second()).max(0);
    headers.insert(CACHE_CONTROL, header(format!("public, max-age={left}"))?);
    if !call.app.front.origins.is_empty() {
        headers.insert(RESOURCE_POLICY, CROSS_ORIGIN);
    }
    Ok(())
}

/// Whether the client has the content already. Dates count only where no tag was sent.
fn unchanged(headers: &HeaderMap, tag: &str, modified: SystemTime) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return reply::known(headers, tag);
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|date| date.to_str().ok());
    since
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .is_some_and(|since| seconds(modified) <= seconds(since))
}

/// Which bytes are wanted; a part only when the client's half is of this very content.
fn part(headers: &HeaderMap, tag: &str, modified: SystemTime, size: u64) -> Wanted {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let same = match headers.get(IF_RANGE).map(HeaderValue::to_str) {
        None => true,
        Some(Ok(sent)) if sent.starts_with('"') => sent == tag,
        Some(Ok(sent)) => {
            httpdate::parse_http_date(sent).is_ok_and(|date| seconds(date) == seconds(modified))
        }
        Some(Err(_)) => false,
    };
    match text(RANGE) {
        Some(range) if same => wanted(range, size),
        _ => Wanted::Whole,
    }
}

fn unsatisfiable(size: u64) -> Result<Response, Refusal> {
    let detail = format!("no byte lies in that range: the content has {size} bytes");
    let mut response = Refusal::new(Code::RangeNotSatisfiable, detail).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_RANGE, header(format!("bytes */{size}"))?);
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    Ok(response)
}

/// Opens a content and reads its first bytes, so that damage there is still an answer.
async fn open(call: &Call, content: &Content, range: Range<u64>) -> Result<Body, Refusal> {
    let digest = content.digest;
    let begin = range.clone();
    let (open, first) = call
        .ask(move |vault: &Vault, viewer| {
            // It was there a moment ago.
            let open = vault.open_content(viewer, &digest)?.ok_or_else(Refusal::deleted)?;
            let first = read(open.as_ref(), &begin)?;
            Ok::<_, Refusal>((open, first))
        })
        .await?;
    let left = advanced(range, first.len());
    if left.is_empty() {
        return Ok(Body::from(first));
    }
    Ok(Body::from_stream(rest(call, open, first, left)))
}

/// The first bytes, then the others, each read when the client has taken those before.
fn rest(
    call: &Call,
    open: Arc<dyn OpenContent>,
    first: Bytes,
    left: Range<u64>,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + use<> {
    let app = Arc::clone(&call.app);
    stream::try_unfold((Some(first), left), move |(first, left)| {
        let (app, open) = (Arc::clone(&app), Arc::clone(&open));
        async move {
            if let Some(first) = first {
                return Ok(Some((first, (None, left))));
            }
            if left.is_empty() {
                return Ok(None);
            }
            let begin = left.clone();
            let bytes = app.crossing.call(move || read(open.as_ref(), &begin)).await;
            let bytes = bytes.map_err(|refusal| {
                refusal.log();
                std::io::Error::other(refusal.problem().detail)
            })?;
            let left = advanced(left, bytes.len());
            Ok(Some((bytes, (None, left))))
        }
    })
}

/// Reads the beginning of a range: all of it, or [`READ_BYTES`].
fn read(open: &dyn OpenContent, range: &Range<u64>) -> Result<Bytes, Refusal> {
    let length = usize::try_from(range.end - range.start).unwrap_or(READ_BYTES).min(READ_BYTES);
    let mut buffer = vec![0; length];
    let mut filled = 0;
    while let Some(empty) = buffer.get_mut(filled..).filter(|empty| !empty.is_empty()) {
        let offset = advanced(range.clone(), filled).start;
        match open.read_at(empty, offset)? {
            0 => return Err(Refusal::failed("a content is shorter than its record says")),
            count => filled += count,
        }
    }
    Ok(Bytes::from(buffer))
}

fn advanced(range: Range<u64>, bytes: usize) -> Range<u64> {
    let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
    range.start.saturating_add(bytes)..range.end
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn header(text: String) -> Result<HeaderValue, Refusal> {
    HeaderValue::try_from(text).map_err(Refusal::failed)
}
