//! What the query of a list may say: `?limit=&cursor=` are the pages that lists come in.
//!
//! Invariant: an unknown or unreadable member is refused by name, and no page is larger than
//! [`PAGE_MAX`].

use axum::extract::Query;
use axum::http::Uri;
use rushes_api::Code;
use rushes_vault::weight;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::call::Call;
use crate::error::Refusal;
use crate::parameters::PAGE_MAX;

/// Entries of a page when the client does not say.
pub const DEFAULT: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    limit: Option<usize>,
    cursor: Option<String>,
}

/// A page that is wanted.
#[derive(Debug)]
pub struct Page<C> {
    /// At most how many entries.
    pub limit: usize,
    /// Behind which entry.
    pub after: Option<C>,
}

impl<C: std::str::FromStr> Page<C> {
    /// The page that a request asks for.
    pub fn of(call: &Call) -> Result<Self, Refusal> {
        let asked: Asked = query(&call.uri)?;
        let limit = limit(asked.limit, DEFAULT)?;
        let after = asked
            .cursor
            .map(|cursor| cursor.parse())
            .transpose()
            .map_err(|_| bad("cursor", "must be the next_cursor of a page"))?;
        Ok(Self { limit, after })
    }
}

/// The cursor of the page behind one, where there is more.
pub fn next_cursor<T>(page: &weight::Page<T>, cursor: impl Fn(&T) -> String) -> Option<String> {
    page.entries.last().filter(|_| page.has_more).map(cursor)
}

/// Reads a query.
pub fn query<T: DeserializeOwned>(uri: &Uri) -> Result<T, Refusal> {
    let query = Query::<T>::try_from_uri(uri);
    query
        .map(|Query(query)| query)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))
}

/// How many entries are wanted.
pub fn limit(asked: Option<usize>, default: usize) -> Result<usize, Refusal> {
    let limit = asked.unwrap_or(default);
    if (1..=PAGE_MAX).contains(&limit) {
        return Ok(limit);
    }
    Err(bad("limit", format_args!("must be from 1 to {PAGE_MAX}")))
}

/// Refuses a member of the query.
pub fn bad(member: &str, reason: impl std::fmt::Display) -> Refusal {
    Refusal::of_field(Code::BadRequest, member, reason)
}
