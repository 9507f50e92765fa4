//! What somebody types into a search: words, "phrases", -without and a last word that goes on*.
//!
//! Pure; tantivy's own language is never spoken. Invariant: a text that is taken has at most
//! [`WORDS_MAX`] words in it.

use super::error::SearchError;
use super::words::{Piece, Token, asked, pieces};

/// Longest text, in bytes.
pub const ASKED_BYTES_MAX: usize = 512;
/// Most words, a stretch of a script without spaces counting as one.
pub const WORDS_MAX: usize = 32;

/// What one part of the text wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// Words next to each other; one alone is a word.
    Words(Vec<Token>),
    /// A word that begins so.
    Beginning(String),
}

/// One part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whether it must not be there.
    pub is_without: bool,
    /// What it wants.
    pub want: Want,
}

/// A stretch of the text as it is written.
struct Raw {
    is_without: bool,
    is_quoted: bool,
    text: String,
}

/// Reads a text; an empty one asks for nothing.
pub fn parse(text: &str) -> Result<Vec<Part>, SearchError> {
    if text.len() > ASKED_BYTES_MAX {
        return Err(refused(format!("must be at most {ASKED_BYTES_MAX} bytes")));
    }
    let raws = split(text)?;
    let count = raws.len();
    let (mut parts, mut words) = (Vec::new(), 0);
    for (index, raw) in raws.into_iter().enumerate() {
        let is_open = !raw.is_quoted && raw.text.ends_with('*');
        let pieces = pieces(&raw.text);
        words += pieces.len();
        if is_open && index + 1 < count {
            return Err(refused("a * may only end the last word".to_owned()));
        }
        let is_without = raw.is_without;
        parts.extend(wants(pieces, is_open).into_iter().map(|want| Part { is_without, want }));
    }
    if words > WORDS_MAX {
        return Err(refused(format!("must be at most {WORDS_MAX} words")));
    }
    if parts.is_empty() && !text.trim().is_empty() {
        return Err(refused("has no word in it: letters or digits are searched for".to_owned()));
    }
    Ok(parts)
}

fn wants(mut pieces: Vec<Piece>, is_open: bool) -> Vec<Want> {
    let beginning = match pieces.last() {
        Some(Piece::Word(word)) if is_open => Some(word.clone()),
        // A single character of a dense script is the beginning of a pair.
        Some(Piece::Dense(chars)) if chars.len() == 1 && pieces.len() == 1 => {
            Some(chars.iter().collect())
        }
        _ => None,
    };
    if beginning.is_some() {
        pieces.pop();
    }
    let tokens = asked(pieces);
    let words = (!tokens.is_empty()).then_some(Want::Words(tokens));
    words.into_iter().chain(beginning.map(Want::Beginning)).collect()
}

fn split(text: &str) -> Result<Vec<Raw>, SearchError> {
    let mut raws = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let minus = rest.strip_prefix('-').filter(|after| !after.starts_with(char::is_whitespace));
        let is_without = minus.is_some_and(|after| !after.is_empty());
        let from = minus.unwrap_or(rest);
        let (text, after) = if let Some(inner) = from.strip_prefix(is_quote) {
            inner.split_once(is_quote).ok_or_else(|| {
                refused("a \" is not closed: put another one behind the phrase".to_owned())
            })?
        } else {
            let end = from.find(|c: char| c.is_whitespace() || is_quote(c));
            from.split_at(end.unwrap_or(from.len()))
        };
        let is_quoted = from.starts_with(is_quote);
        raws.push(Raw { is_without, is_quoted, text: text.to_owned() });
        rest = after.trim_start();
    }
    Ok(raws)
}

/// Phones make curly ones of straight ones.
const fn is_quote(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„')
}

fn refused(reason: String) -> SearchError {
    SearchError::Refused { field: "q", reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |part: Part| {
            let sign = if part.is_without { "-" } else { "" };
            match part.want {
                Want::Words(tokens) => {
                    let texts: Vec<_> = tokens.into_iter().map(|(_, text)| text).collect();
                    format!("{sign}{}", texts.join("+"))
                }
                Want::Beginning(word) => format!("{sign}{word}*"),
            }
        };
        parse(text).unwrap().into_iter().map(show).collect()
    }

    #[test]
    fn words_phrases_exclusions_and_an_open_end_are_understood() {
        assert_eq!(shown("Red FOX"), ["red", "fox"]);
        assert_eq!(
            shown("“red fox” -\"at night\" -blue ta*"),
            ["red+fox", "-at+night", "-blue", "ta*"]
        );
        assert_eq!(shown("fox-tail.png"), ["fox+tail+png"]);
        assert_eq!(shown("scene_vi*"), ["scene", "vi*"]);
        assert_eq!(shown("\"red\"fox"), ["red", "fox"]);
        assert_eq!(shown("ยามค่ำ 狐")[1], "狐*");
        assert_eq!(shown("AND OR model:kling NEAR/3"), ["and", "or", "model+kling", "near+3"]);
        assert_eq!(shown("  "), [""; 0]);
        assert_eq!(shown("fox - tail"), ["fox", "tail"]);
    }

    #[test]
    fn what_cannot_be_searched_for_is_refused_with_a_remedy() {
        for (text, reason) in [
            ("\"red fox", "a \" is not closed: put another one behind the phrase"),
            ("re* fox", "a * may only end the last word"),
            ("!!! *", "has no word in it: letters or digits are searched for"),
            ("x ".repeat(300).as_str(), "must be at most 512 bytes"),
            ("x ".repeat(33).as_str(), "must be at most 32 words"),
            ("a*".repeat(200).as_str(), "must be at most 32 words"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.to_string(), format!("q: {reason}"), "{text}");
        }
    }
}
