//! What the query of a list may say.
//!
//! Invariant: an unknown or unreadable member is refused by name, and no page is larger than
//! [`PAGE_MAX`].

use axum::extract::Query;
use axum::http::Uri;
use rushes_api::Code;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::Refusal;

/// Entries of a page when the client does not say.
const PAGE_DEFAULT: usize = 100;
/// Most entries of a page.
pub const PAGE_MAX: usize = 1000;

/// A page of a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    limit: Option<usize>,
    /// Where the page before ended.
    pub cursor: Option<String>,
}

impl Page {
    /// How many entries.
    pub fn limit(&self) -> Result<usize, Refusal> {
        limit(self.limit)
    }
}

/// How many entries, as the client says or not.
pub fn limit(asked: Option<usize>) -> Result<usize, Refusal> {
    let limit = asked.unwrap_or(PAGE_DEFAULT);
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(bad("limit", format_args!("must be from 1 to {PAGE_MAX}")))
}

/// Reads a query.
pub fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Refusal> {
    let query = Query::<T>::try_from_uri(uri);
    query
        .map(|Query(query)| query)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))
}

/// Refuses a member of the query.
pub fn bad(member: &str, reason: impl std::fmt::Display) -> Refusal {
    Refusal::of_field(Code::BadRequest, member, reason)
}

/// Cuts a list that was asked for with one entry more than its limit; whether there is more.
pub fn cut<T>(found: &mut Vec<T>, limit: usize) -> bool {
    let more = found.len() > limit;
    found.truncate(limit);
    more
}
