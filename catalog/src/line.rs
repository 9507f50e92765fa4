//! One line of the journal: a batch of claims with its place in the chain.
//!
//! `{"v":1,"first":17,"claims":[…],"prev":"…","sum":"…"}` and a newline. `sum` is the first 16
//! bytes of BLAKE3 over everything before `,"sum"`, in hex; `prev` is the sum of the line before,
//! zeros for the first. A line is written and synced as a whole, so it holds all of a batch or is
//! torn.

use rushes_digest::Digest;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::Revision;

/// Newest form of a line that this program reads and the one that it writes.
pub const LINE_FORM: u16 = 1;
/// Longest line, in bytes: bounds what recovery holds in memory.
pub const LINE_BYTES_MAX: usize = 16 << 20;
/// A line that has grown past this takes no more commands. A command's claims stay far below the
/// rest, even where every byte of its texts becomes six in JSON.
pub const LINE_BYTES_ENOUGH: usize = 4 << 20;

/// `,"sum":"` + 32 hex digits + `"}`
const SEAL_BYTES: usize = 8 + 2 * Sum::BYTES + 2;

/// A line's checksum, and so the name of everything up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum([u8; Sum::BYTES]);

impl Sum {
    /// Length in bytes.
    pub const BYTES: usize = 16;

    /// Wraps the 16 bytes of a stamp.
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    fn of(bytes: &[u8]) -> Self {
        let mut sum = [0; Self::BYTES];
        sum.iter_mut().zip(Digest::of(bytes).as_bytes()).for_each(|(to, from)| *to = *from);
        Self(sum)
    }

    /// Reads 32 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        u128::from_str_radix(text, 16)
            .ok()
            .filter(|_| text.len() == 2 * Self::BYTES)
            .map(|number| Self(number.to_be_bytes()))
    }
}

impl std::fmt::Display for Sum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

/// How far a journal goes: the last claim and the sum of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Revision of the last claim; 0 for an empty journal.
    pub revision: Revision,
    /// Sum of the last line; zeros for an empty journal.
    pub sum: Sum,
}

impl Head {
    /// The head of a text that [`std::fmt::Display`] made.
    pub fn parse(text: &str) -> Option<Self> {
        let (revision, sum) = text.split_once(' ')?;
        Some(Self { revision: revision.parse().ok()?, sum: Sum::parse(sum)? })
    }
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.revision, self.sum)
    }
}

/// Builds a line, claim by claim, and knows where each one will stand.
#[derive(Debug)]
pub struct LineBuilder {
    text: String,
    first: Revision,
    count: u64,
    prev: Sum,
}

impl LineBuilder {
    /// Starts the line that follows `head`.
    pub fn after(head: Head) -> Self {
        let first = head.revision + 1;
        let text = format!("{{\"v\":{LINE_FORM},\"first\":{first},\"claims\":[");
        Self { text, first, count: 0, prev: head.sum }
    }

    /// Revision of the next claim.
    pub fn next_revision(&self) -> Revision {
        self.first + self.count
    }

    /// Appends a claim's JSON and tells at which byte of the line it starts.
    pub fn push(&mut self, claim_json: &str) -> usize {
        if self.count > 0 {
            self.text.push(',');
        }
        self.count += 1;
        let at = self.text.len();
        self.text.push_str(claim_json);
        at
    }

    /// Whether it has grown long enough to be written before it takes another command.
    pub fn is_long(&self) -> bool {
        self.text.len() >= LINE_BYTES_ENOUGH
    }

    /// How many claims there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Seals the line: its text with the newline, and the head after it.
    pub fn finish(mut self) -> (String, Head) {
        self.text.push_str("],\"prev\":\"");
        self.text.push_str(&self.prev.to_string());
        self.text.push('"');
        let sum = Sum::of(self.text.as_bytes());
        self.text.push_str(&seal(sum));
        self.text.push('\n');
        (self.text, Head { revision: self.first + self.count - 1, sum })
    }
}

fn seal(sum: Sum) -> String {
    format!(",\"sum\":\"{sum}\"}}")
}

/// A line that was read and whose sum is right.
#[derive(Debug)]
pub struct Line<'a> {
    /// Revision of its first claim.
    pub first: Revision,
    /// Its claims: byte offset in the line, and JSON.
    pub claims: Vec<(usize, &'a str)>,
    /// Sum of the line before.
    pub prev: Sum,
    /// Its own sum.
    pub sum: Sum,
}

impl Line<'_> {
    /// The head after this line.
    pub fn head(&self) -> Head {
        Head { revision: self.first + self.claims.len() as u64 - 1, sum: self.sum }
    }
}

/// Why a line is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is not complete or its bytes are not those that were written.
    #[error("the checksum does not match")]
    Sum,
    /// It is longer than a line is ever written.
    #[error("it is longer than a line may be")]
    Long,
    /// Its bytes are right, but this program does not know the form.
    #[error("it was written by a newer version of rushes: update rushes to read it")]
    Newer,
    /// Its bytes are right, but they do not form a batch: a defect of the program that wrote it.
    #[error("it is not a batch: {0}")]
    Form(String),
}

#[derive(Deserialize)]
struct Wire<'a> {
    v: u16,
    first: Revision,
    #[serde(borrow)]
    claims: Vec<&'a RawValue>,
    prev: &'a str,
}

/// Checks and reads a line, given without its newline.
pub fn parse(text: &[u8]) -> Result<Line<'_>, LineError> {
    let body_end = text.len().checked_sub(SEAL_BYTES).ok_or(LineError::Sum)?;
    let (body, end) = text.split_at(body_end);
    let sum = Sum::of(body);
    if end != seal(sum).as_bytes() {
        return Err(LineError::Sum);
    }
    let text = std::str::from_utf8(text).map_err(|error| LineError::Form(error.to_string()))?;
    let wire: Wire<'_> =
        serde_json::from_str(text).map_err(|error| LineError::Form(error.to_string()))?;
    if wire.v > LINE_FORM {
        return Err(LineError::Newer);
    }
    let prev = Sum::parse(wire.prev).ok_or_else(|| LineError::Form("prev is no sum".to_owned()))?;
    if wire.first == 0 || wire.claims.is_empty() {
        return Err(LineError::Form("no claims or no revision".to_owned()));
    }
    let start = text.as_ptr() as usize;
    let claims = wire
        .claims
        .into_iter()
        .map(|raw| (raw.get().as_ptr() as usize - start, raw.get()))
        .collect();
    Ok(Line { first: wire.first, claims, prev, sum })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> (String, Head) {
        let mut builder = LineBuilder::after(Head { revision: 16, sum: Sum([7; 16]) });
        assert_eq!(builder.push("{\"a\":1}"), 28);
        assert_eq!(builder.next_revision(), 18);
        builder.push("{\"b\":\"é\"}");
        builder.finish()
    }

    #[test]
    fn a_line_comes_back_with_its_claims_where_the_builder_said() {
        let (text, head) = line();
        let line = parse(text.trim_end().as_bytes()).unwrap();
        assert_eq!((line.first, line.prev, line.head()), (17, Sum([7; 16]), head));
        assert_eq!(line.claims, [(28, "{\"a\":1}"), (36, "{\"b\":\"é\"}")]);
    }

    #[test]
    fn no_flipped_bit_and_no_cut_goes_unnoticed() {
        let (text, _) = line();
        let bytes = text.trim_end().as_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut rotten = bytes.to_vec();
            rotten[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(parse(&rotten).unwrap_err(), LineError::Sum, "bit {bit}");
        }
        for cut in 0..bytes.len() {
            assert_eq!(parse(&bytes[..cut]).unwrap_err(), LineError::Sum, "cut {cut}");
        }
    }
}
