//! `If-Match`: a change that is made only to what the client has seen (RFC 9110, section 13.1.1).
//!
//! Invariant: without the header everything is taken; with it the sequencer decides, so that of two
//! changes at once one is refused with the record that the other has made.

use axum::http::HeaderMap;
use axum::http::header::IF_MATCH;
use rushes_vault::model::Revision;
use serde::Serialize;

use crate::error::Refusal;
use crate::reply;

/// A revision that no record has.
const NEVER: Revision = 0;

/// The tags that a client has seen; `None` takes the record as it is.
#[derive(Debug)]
pub struct Guard(Option<Vec<String>>);

impl Guard {
    /// What a request says.
    pub fn of(headers: &HeaderMap) -> Self {
        if !headers.contains_key(IF_MATCH) {
            return Self(None);
        }
        let lines = headers.get_all(IF_MATCH).iter().filter_map(|line| line.to_str().ok());
        Self(Some(lines.flat_map(|line| line.split(',')).map(|tag| tag.trim().into()).collect()))
    }

    /// Makes a change. `look` answers what there is with its revision, as it is sent to clients.
    pub fn change<T: Serialize, A>(
        &self,
        look: impl Fn() -> Result<(Revision, T), Refusal>,
        change: impl FnOnce(Option<Revision>) -> Result<A, Refusal>,
    ) -> Result<A, Refusal> {
        let expected = match &self.0 {
            None => None,
            Some(tags) => Some(expected(tags, &look()?)?),
        };
        change(expected).map_err(|refusal| {
            if !refusal.is_changed() {
                return refusal;
            }
            let current = look().ok().and_then(|(_, reply)| serde_json::to_value(reply).ok());
            Refusal::changed(current)
        })
    }
}

fn expected<T: Serialize>(tags: &[String], seen: &(Revision, T)) -> Result<Revision, Refusal> {
    let body = serde_json::to_vec(&seen.1).map_err(Refusal::failed)?;
    let tag = reply::tag_of(&body);
    let is_seen = tags.iter().any(|one| *one == tag || one == "*");
    Ok(if is_seen { seen.0 } else { NEVER })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use rushes_api::Code;
    use rushes_vault::command::CommandError;

    use super::*;

    fn guard(tags: &str) -> Guard {
        let mut headers = HeaderMap::new();
        headers.insert(IF_MATCH, HeaderValue::try_from(tags).unwrap());
        Guard::of(&headers)
    }

    #[test]
    fn a_change_is_guarded_by_what_was_seen() {
        let look = || Ok((7, [1]));
        let tag = reply::tag_of(b"[1]");
        let asked = |guard: Guard| {
            let mut asked = None;
            let change = |expected| {
                asked = Some(expected);
                Ok([2])
            };
            guard.change(look, change).unwrap();
            asked.unwrap()
        };
        assert_eq!(asked(Guard::of(&HeaderMap::new())), None);
        assert_eq!(asked(guard(&tag)), Some(7));
        assert_eq!(asked(guard(&format!("\"x\", {tag}"))), Some(7));
        assert_eq!(asked(guard("*")), Some(7));
        assert_eq!(asked(guard("\"x\"")), Some(NEVER));
        let change = |_| -> Result<(), _> { Err(CommandError::Changed { revision: 7 }.into()) };
        let refused = guard("\"x\"").change(look, change);
        let problem = refused.unwrap_err().problem();
        assert_eq!((problem.code, problem.current), (Code::Changed, Some(serde_json::json!([1]))));
    }
}
