//! A form's parts, as they arrive.
//!
//! Joins the body with the parser. Invariant: the form's texts stay below [`FORM_BYTES_MAX`]
//! together, whatever a client sends; only a file may be larger, and it is never held here.

use bytes::Bytes;
use rushes_api::Code;

use super::multipart::{Event, Head, Parser};
use crate::error::Refusal;
use crate::intake::Intake;

/// Most parts of a form: three times the fields there are.
const PARTS_MAX: usize = 64;
/// Longest text of one field: prompts with whole scripts in them exist, workflows too.
pub const TEXT_BYTES_MAX: usize = 1024 * 1024;
/// What a form may hold beside its file: all texts together, heads and boundaries.
pub const FORM_BYTES_MAX: usize = 4 * TEXT_BYTES_MAX;

/// The parts of a form.
#[derive(Debug)]
pub struct Parts {
    intake: Intake,
    parser: Parser,
    count: usize,
    text_bytes: usize,
}

impl Parts {
    /// Opens a form.
    pub fn new(intake: Intake, boundary: &str) -> Self {
        Self { intake, parser: Parser::new(boundary), count: 0, text_bytes: 0 }
    }

    /// The next part, once the one before has been read; `None` at the end.
    pub async fn part(&mut self) -> Result<Option<Head>, Refusal> {
        loop {
            match self.event().await? {
                Event::Head(head) => {
                    self.count += 1;
                    if self.count > PARTS_MAX {
                        let detail = format!("the form has more than {PARTS_MAX} parts");
                        return Err(Refusal::new(Code::TooLarge, detail));
                    }
                    return Ok(Some(head));
                }
                Event::End => return Ok(None),
                Event::Data(_) | Event::PartEnd => {}
            }
        }
    }

    /// The next bytes of the part; `None` at its end.
    pub async fn data(&mut self) -> Result<Option<Bytes>, Refusal> {
        match self.event().await? {
            Event::Data(bytes) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    /// The whole part as a text.
    pub async fn text(&mut self, field: &str) -> Result<String, Refusal> {
        let mut text = Vec::new();
        while let Some(bytes) = self.data().await? {
            self.text_bytes += bytes.len();
            if text.len() + bytes.len() > TEXT_BYTES_MAX || self.text_bytes > FORM_BYTES_MAX {
                return Err(Refusal::of_field(
                    Code::TooLarge,
                    field,
                    format_args!(
                        "longer than {TEXT_BYTES_MAX} bytes, or the form's texts too long"
                    ),
                ));
            }
            text.extend_from_slice(&bytes);
        }
        String::from_utf8(text).map_err(|_| Refusal::invalid(field, "must be UTF-8"))
    }

    async fn event(&mut self) -> Result<Event, Refusal> {
        loop {
            let event = self.parser.event().map_err(bad)?;
            if let Some(event) = event {
                return Ok(event);
            }
            match self.intake.next().await? {
                Some(bytes) => self.parser.feed(&bytes),
                None => return Err(bad(super::multipart::Malformed::Truncated)),
            }
        }
    }
}

fn bad(error: super::multipart::Malformed) -> Refusal {
    Refusal::new(Code::BadRequest, error.to_string())
}
