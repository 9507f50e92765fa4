//! `?limit=&cursor=`: the pages that lists come in.

use axum::extract::Query;
use rushes_api::Code;
use serde::Deserialize;

use crate::call::Call;
use crate::error::Refusal;

/// Entries of a page when the client does not say.
const DEFAULT: usize = 100;
/// Most entries of a page.
const MAX: usize = 1000;

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
        let Query(asked) = Query::<Asked>::try_from_uri(&call.uri)
            .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))?;
        let limit = asked.limit.unwrap_or(DEFAULT);
        if !(1..=MAX).contains(&limit) {
            let reason = format!("must be from 1 to {MAX}");
            return Err(Refusal::of_field(Code::BadRequest, "limit", reason));
        }
        let after = asked.cursor.map(|cursor| cursor.parse()).transpose().map_err(|_| {
            Refusal::of_field(Code::BadRequest, "cursor", "must be the next_cursor of a page")
        })?;
        Ok(Self { limit, after })
    }

    /// What is there beyond the page says that there is another one: its cursor.
    pub fn cut<T>(&self, found: &mut Vec<T>, cursor: impl Fn(&T) -> String) -> Option<String> {
        let more = found.len() > self.limit;
        found.truncate(self.limit);
        found.last().filter(|_| more).map(cursor)
    }
}
