//! `multipart/form-data` (RFC 7578, RFC 2046), piece by piece, out of whatever pieces the network
//! delivers.
//!
//! Pure: bytes in, events out. It is ours because file names arrive here: real clients put NUL,
//! raw UTF-8 and unescaped backslashes into them, which must become a safe display name and not a
//! refused upload. Invariant: how a body is cut into pieces never changes its events, and what is
//! buffered stays below one fed piece plus [`HEAD_BYTES_MAX`].

use bytes::{Bytes, BytesMut};
use memchr::memmem;

/// Longest head of a part (and longest text before the first one): file names of 10 kB exist.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// Longest boundary (RFC 2046, section 5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A part begins.
    Head(Head),
    /// Bytes of it.
    Data(Bytes),
    /// It is complete.
    PartEnd,
    /// The form is complete.
    End,
}

/// What a part says about itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The field's name.
    pub name: String,
    /// What the client calls its file, as sent: anything at all.
    pub filename: Option<String>,
}

/// Why a body is not a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The body ends in the middle.
    #[error("the form ends in the middle: send it again")]
    Truncated,
    /// A part's head does not end.
    #[error("the head of a part is longer than {HEAD_BYTES_MAX} bytes")]
    HeadTooLong,
    /// A part has no name.
    #[error("a part of the form has no name")]
    Nameless,
    /// What follows a boundary is neither a part nor the end.
    #[error("the form's boundary is followed by neither a part nor its end")]
    Boundary,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Preamble,
    Boundary,
    Head,
    Data,
    End,
}

/// The parser: feed it, then ask for events until there are none.
#[derive(Debug)]
pub struct Parser {
    buffer: BytesMut,
    delimiter: Vec<u8>,
    state: State,
    skipped: usize,
}

impl Parser {
    /// Starts a form with the boundary of its `Content-Type`.
    pub fn new(boundary: &str) -> Self {
        Self {
            // As if a line had ended before, so that the first delimiter looks like the others.
            buffer: BytesMut::from(&b"\r\n"[..]),
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            state: State::Preamble,
            skipped: 0,
        }
    }

    /// Takes the next piece of the body.
    pub fn feed(&mut self, piece: &[u8]) {
        if self.state != State::End {
            self.buffer.extend_from_slice(piece);
        }
    }

    /// The next event; `None` needs another piece, and means [`Malformed::Truncated`] when there
    /// is none.
    pub fn event(&mut self) -> Result<Option<Event>, Malformed> {
        loop {
            match self.state {
                State::Preamble => {
                    if self.preamble()?.is_none() {
                        return Ok(None);
                    }
                }
                State::Boundary => match self.boundary()? {
                    Some(State::End) => {
                        self.state = State::End;
                        return Ok(Some(Event::End));
                    }
                    Some(state) => self.state = state,
                    None => return Ok(None),
                },
                State::Head => return self.head(),
                State::Data => return Ok(self.data()),
                State::End => return Ok(None),
            }
        }
    }

    fn preamble(&mut self) -> Result<Option<()>, Malformed> {
        if let Some(at) = memmem::find(&self.buffer, &self.delimiter) {
            drop(self.buffer.split_to(at + self.delimiter.len()));
            self.state = State::Boundary;
            return Ok(Some(()));
        }
        let whole = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
        self.skipped += self.buffer.split_to(whole).len();
        if self.skipped > HEAD_BYTES_MAX { Err(Malformed::HeadTooLong) } else { Ok(None) }
    }

    /// Reads what follows a delimiter: padding, then a line end (a part) or two dashes (the end).
    fn boundary(&mut self) -> Result<Option<State>, Malformed> {
        let padding = self.buffer.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if padding > HEAD_BYTES_MAX {
            return Err(Malformed::HeadTooLong);
        }
        let Some(two) = self.buffer.get(padding..padding + 2) else { return Ok(None) };
        let state = match two {
            b"\r\n" => State::Head,
            b"--" => State::End,
            _ => return Err(Malformed::Boundary),
        };
        drop(self.buffer.split_to(padding + 2));
        Ok(Some(state))
    }

    fn head(&mut self) -> Result<Option<Event>, Malformed> {
        let Some(at) = memmem::find(&self.buffer, b"\r\n\r\n") else {
            let too_long = self.buffer.len() > HEAD_BYTES_MAX;
            return if too_long { Err(Malformed::HeadTooLong) } else { Ok(None) };
        };
        if at > HEAD_BYTES_MAX {
            return Err(Malformed::HeadTooLong);
        }
        let head = self.buffer.split_to(at);
        let head = head_of(&String::from_utf8_lossy(&head))?;
        drop(self.buffer.split_to(b"\r\n\r\n".len()));
        self.state = State::Data;
        Ok(Some(Event::Head(head)))
    }

    fn data(&mut self) -> Option<Event> {
        match memmem::find(&self.buffer, &self.delimiter) {
            Some(0) => {
                drop(self.buffer.split_to(self.delimiter.len()));
                self.state = State::Boundary;
                Some(Event::PartEnd)
            }
            Some(at) => Some(Event::Data(self.buffer.split_to(at).freeze())),
            None => {
                let whole = self.buffer.len().saturating_sub(self.delimiter.len() - 1);
                (whole > 0).then(|| Event::Data(self.buffer.split_to(whole).freeze()))
            }
        }
    }
}

/// The boundary of a form's `Content-Type`; `None` when it is not one.
pub fn boundary(content_type: &str) -> Option<String> {
    let (essence, parameters) = parameters(content_type);
    let boundary = parameters.into_iter().find(|(name, _)| name == "boundary")?.1;
    let fine = essence == "multipart/form-data"
        && (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len())
        && !boundary.contains(['\r', '\n']);
    fine.then_some(boundary)
}

fn head_of(text: &str) -> Result<Head, Malformed> {
    let mut head = Head::default();
    let mut named = false;
    for line in text.split("\r\n") {
        let Some((header, value)) = line.split_once(':') else { continue };
        if header.eq_ignore_ascii_case("content-disposition") {
            let (_, parameters) = parameters(value);
            for (name, value) in parameters {
                match name.as_str() {
                    "name" => (head.name, named) = (unescaped(&value), true),
                    "filename" if head.filename.is_none() => {
                        head.filename = Some(unescaped(&value));
                    }
                    "filename*" => head.filename = extended(&value).or(head.filename),
                    _ => {}
                }
            }
        }
    }
    if named { Ok(head) } else { Err(Malformed::Nameless) }
}

/// Splits `token; name=value; name="value"`; the token and names in lower case.
fn parameters(text: &str) -> (String, Vec<(String, String)>) {
    let (essence, mut rest) = text.split_once(';').unwrap_or((text, ""));
    let mut found = Vec::new();
    while let Some((name, after)) = rest.split_once('=') {
        let name = name.trim_matches([';', ' ', '\t']).to_ascii_lowercase();
        let after = after.trim_start();
        let (value, left) = if let Some(quoted) = after.strip_prefix('"') {
            in_quotes(quoted)
        } else {
            let (value, left) = after.split_once(';').unwrap_or((after, ""));
            (value.trim().to_owned(), left)
        };
        found.push((name, value));
        rest = left;
    }
    (essence.trim().to_ascii_lowercase(), found)
}

/// A quoted string, and what follows it. A backslash escapes only quotes and itself: a path of
/// Windows is sent as it is.
fn in_quotes(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '"' => return (value, rest.as_str()),
            '\\' if rest.as_str().starts_with(['"', '\\']) => value.extend(rest.next()),
            c => value.push(c),
        }
    }
    (value, "")
}

/// Undoes what browsers escape in names (HTML, multipart/form-data encoding algorithm).
fn unescaped(value: &str) -> String {
    value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n")
}

/// `UTF-8''%e2%82%ac.png` (RFC 8187); `None` when it is something else.
fn extended(value: &str) -> Option<String> {
    let (charset, rest) = value.split_once('\'')?;
    let (_, encoded) = rest.split_once('\'')?;
    if !charset.eq_ignore_ascii_case("utf-8") {
        return None;
    }
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Everything that a body holds, cut into pieces at the given places.
    fn read(body: &[u8], cuts: &[usize]) -> Result<Vec<(Head, Vec<u8>)>, Malformed> {
        let mut parser = Parser::new("b");
        let mut parts: Vec<(Head, Vec<u8>)> = Vec::new();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (body.len() + 1)).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        for pair in cuts.windows(2) {
            parser.feed(&body[pair[0]..pair[1]]);
            while let Some(event) = parser.event()? {
                match event {
                    Event::Head(head) => parts.push((head, Vec::new())),
                    Event::Data(data) => parts.last_mut().unwrap().1.extend_from_slice(&data),
                    Event::PartEnd => {}
                    Event::End => return Ok(parts),
                }
            }
        }
        Err(Malformed::Truncated)
    }

    fn part(disposition: &str, content: &[u8]) -> Vec<u8> {
        let head = format!("--b\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
        [head.as_bytes(), content, b"\r\n--b--\r\n"].concat()
    }

    fn filename(disposition: &str) -> Option<String> {
        read(&part(disposition, b""), &[]).unwrap().remove(0).0.filename
    }

    #[test]
    fn a_form_as_curl_sends_it() {
        let body = b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
            Content-Type: image/png\r\n\r\n\x89PNG\r\n--\r\n\r\n--b\r\n\
            content-disposition: form-data; name=\"type\"\r\n\r\n\r\n--b--\r\n";
        let head = |name: &str, filename: Option<&str>| Head {
            name: name.to_owned(),
            filename: filename.map(str::to_owned),
        };
        let expected = vec![
            (head("file", Some("a.png")), b"\x89PNG\r\n--\r\n".to_vec()),
            (head("type", None), Vec::new()),
        ];
        assert_eq!(read(body, &[]), Ok(expected.clone()));
        let every_byte: Vec<usize> = (0..body.len()).collect();
        assert_eq!(read(body, &every_byte), Ok(expected));
    }

    #[test]
    fn file_names_arrive_as_they_were_sent() {
        for (disposition, expected) in [
            (r#"name="file"; filename="a\"b\\c.png""#, r#"a"b\c.png"#),
            (r#"name="file"; filename="C:\x\y.png""#, r"C:\x\y.png"),
            (r#"name="file"; filename="a%22b%0D%0Ac""#, "a\"b\r\nc"),
            ("name=\"file\"; filename=\"a\0b\"", "a\0b"),
            (r#"name="file"; filename="a;b=c""#, "a;b=c"),
            ("name=file; filename=plain.png", "plain.png"),
            (r#"name="file"; filename="x"; filename*=UTF-8''%e2%82%ac"#, "€"),
            (r#"name="file"; filename="x"; filename*=UTF-8''%zz"#, "x"),
            (r#"name="file"; filename="""#, ""),
        ] {
            assert_eq!(filename(disposition).as_deref(), Some(expected), "{disposition}");
        }
        assert_eq!(filename(r#"name="file""#), None);
    }

    #[test]
    fn what_is_not_a_form_is_refused() {
        let long = [b"--b\r\nx: ".to_vec(), vec![b'x'; HEAD_BYTES_MAX + 1]].concat();
        let preamble = vec![b'x'; HEAD_BYTES_MAX + 100];
        for (body, error) in [
            (&b""[..], Malformed::Truncated),
            (b"--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nabc", Malformed::Truncated),
            (b"--b\r\nContent-Type: text/plain\r\n\r\nabc\r\n--b--", Malformed::Nameless),
            (b"--bx\r\n", Malformed::Boundary),
            (&long, Malformed::HeadTooLong),
            (&preamble, Malformed::HeadTooLong),
        ] {
            assert_eq!(read(body, &[]), Err(error), "{:.40}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn the_boundary_is_read_from_the_content_type() {
        let found = |text: &str| boundary(text);
        assert_eq!(found("multipart/form-data; boundary=x-1"), Some("x-1".to_owned()));
        assert_eq!(found("Multipart/Form-Data; Boundary=\"x 1\""), Some("x 1".to_owned()));
        for refused in ["multipart/form-data", "multipart/mixed; boundary=x", "application/json"] {
            assert_eq!(found(refused), None, "{refused}");
        }
        assert_eq!(found(&format!("multipart/form-data; boundary={}", "x".repeat(71))), None);
    }

    proptest! {
        #[test]
        fn a_content_survives_however_it_is_cut(
            content in prop::collection::vec(prop::sample::select(b"\r\n-bx".to_vec()), 0..60),
            cuts in prop::collection::vec(any::<usize>(), 0..20),
        ) {
            let framed = [&content[..], b"\r\n--b"].concat();
            prop_assume!(memmem::find(&framed, b"\r\n--b") == Some(content.len()));
            let parts = read(&part("name=\"file\"", &content), &cuts).unwrap();
            prop_assert_eq!(&parts[0].1, &content);
        }
    }
}
