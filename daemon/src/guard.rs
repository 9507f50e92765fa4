//! `If-Match`: a change that is made only to what the client has seen (RFC 9110, section 13.1.1).
//!
//! Invariant: without the header everything is taken; with it the sequencer decides, so that of two
//! changes at once one is refused with the record that the other has made.

use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rushes_vault::model::Revision;

use crate::error::Refusal;
use crate::reply::{self, Record};

/// A revision that no record has.
const NEVER: Revision = 0;

/// What a client has seen.
#[derive(Debug)]
pub enum Guard {
    /// It does not say: the record is taken as it is.
    None,
    /// Records of these revisions, as its tags name them.
    Seen(Vec<Revision>),
}

impl Guard {
    /// What a request says.
    pub fn of(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(IF_MATCH).iter().filter_map(|line| line.to_str().ok());
        let tags: Vec<_> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
        // Whatever there is: a change asks for that anyway.
        if !headers.contains_key(IF_MATCH) || tags.contains(&"*") {
            return Self::None;
        }
        Self::Seen(tags.into_iter().filter_map(reply::revision_of).collect())
    }

    /// Makes a change, of the expected revision alone. `look` answers what there is, as it is sent
    /// to clients.
    pub fn change<T: Record, A>(
        &self,
        look: impl Fn() -> Result<T, Refusal>,
        change: impl FnOnce(Option<Revision>) -> Result<A, Refusal>,
    ) -> Result<A, Refusal> {
        let expected = match self {
            Self::None => None,
            Self::Seen(seen) => Some(match seen.as_slice() {
                [] => NEVER,
                [one] => *one,
                several => {
                    Some(look()?.revision()).filter(|is| several.contains(is)).unwrap_or(NEVER)
                }
            }),
        };
        change(expected).map_err(|refusal| {
            if !refusal.is_changed() {
                return refusal;
            }
            Refusal::changed(look().ok().and_then(|reply| serde_json::to_value(reply).ok()))
        })
    }
}

/// Refuses `If-Match` where nothing is compared with it: a change that it was to prevent would be
/// made.
pub async fn refused(request: Request, next: Next) -> Response {
    if request.headers().contains_key(IF_MATCH) {
        return Refusal::invalid("If-Match", "is not taken here: leave it out").into_response();
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rushes_api::Code;
    use rushes_vault::command::CommandError;
    use serde_json::json;

    use super::*;

    fn guard(tags: &str) -> Guard {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::try_from(tags).unwrap());
        Guard::of(&headers)
    }

    #[test]
    fn a_change_is_guarded_by_the_revision_that_was_seen() {
        let look = || Ok(json!({"revision": 7}));
        let (tag, again) = (reply::tag_of(7, b"a link"), reply::tag_of(7, b"a newer link"));
        let asked = |guard: Guard| {
            let mut asked = None;
            let change = |expected| {
                asked = Some(expected);
                Ok(())
            };
            guard.change(look, change).unwrap();
            asked.unwrap()
        };
        assert_eq!(asked(Guard::of(&HeaderMap::new())), None);
        assert_eq!(asked(guard("*")), None);
        assert_eq!(asked(guard(&tag)), Some(7));
        assert_eq!(asked(guard(&again)), Some(7));
        assert_eq!(asked(guard(&format!("\"6-00\", {tag}"))), Some(7));
        for other in ["\"x\"", "\"6-00\", \"8-00\"", &format!("W/{tag}"), "7", ""] {
            assert_eq!(asked(guard(other)), Some(NEVER), "{other}");
        }
        let change = |_| -> Result<(), _> { Err(CommandError::Changed { revision: 7 }.into()) };
        let problem = guard("\"x\"").change(look, change).unwrap_err().problem();
        let current = Some(json!({"revision": 7}));
        assert_eq!((problem.code, problem.current), (Code::Changed, current));
    }
}
