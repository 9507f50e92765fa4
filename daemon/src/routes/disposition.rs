//! How bytes that anybody made are handed to a browser without being run by it.
//!
//! Pure. Invariant: only types that cannot carry a program are shown inline; no file name can end a
//! header or start another one.

use std::fmt::Write;

/// Types that browsers show and that carry no program.
const INLINE: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/avif",
    "image/gif",
    "video/mp4",
    "video/webm",
    "video/ogg",
    "audio/wav",
    "audio/x-wav",
    "audio/vnd.wave",
    "audio/mpeg",
    "audio/mp4",
    "audio/webm",
    "audio/ogg",
    "audio/flac",
    "audio/x-flac",
];

/// The type for what must not be looked at.
const BYTES: &str = "application/octet-stream";

/// The `Content-Type` of a content, and whether it is shown inline.
pub fn served_as(media_type: &str) -> (&str, bool) {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if INLINE.contains(&essence) {
        return (essence, true);
    }
    let media = ["image/", "video/", "audio/"].iter().any(|kind| essence.starts_with(kind));
    let passive = media && !essence.contains("svg") && !essence.contains("xml");
    let plain = matches!(essence, "application/json" | "text/plain");
    (if passive || plain { essence } else { BYTES }, false)
}

/// The `Content-Disposition` of a content (RFC 6266): an ASCII name for old clients, and the real
/// one where it differs (RFC 8187). ASCII only, whatever the name holds.
pub fn disposition(inline: bool, filename: &str) -> String {
    let plain: String = filename.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let kind = if inline { "inline" } else { "attachment" };
    let mut header = format!("{kind}; filename=\"{plain}\"");
    if plain != filename {
        header.push_str("; filename*=UTF-8''");
        for byte in filename.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
                header.push(char::from(byte));
            } else {
                let _ = write!(header, "%{byte:02X}"); // writing into a String cannot fail
            }
        }
    }
    header
}

/// What means itself inside of quotes; `%` is left out because some clients decode it.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~') && !matches!(c, '"' | '\\' | '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_carry_a_program_is_a_download_of_bytes() {
        for active in [
            "text/html",
            "image/svg+xml",
            "application/xhtml+xml",
            "text/xml",
            "text/javascript",
            "application/pdf",
            "",
            "image/svg",
        ] {
            assert_eq!(served_as(active), (BYTES, false), "{active}");
        }
        assert_eq!(served_as("video/mp4"), ("video/mp4", true));
        assert_eq!(served_as("image/tiff"), ("image/tiff", false));
        assert_eq!(served_as("application/json"), ("application/json", false));
    }

    #[test]
    fn names_stay_inside_of_the_header() {
        assert_eq!(disposition(true, "fox 1.mp4"), "inline; filename=\"fox 1.mp4\"");
        assert_eq!(
            disposition(false, "a\"\r\nX: é%"),
            "attachment; filename=\"a___X: __\"; filename*=UTF-8''a%22%0D%0AX%3A%20%C3%A9%25"
        );
        for hostile in ["\u{2028}", "🦊", "a\0b", &"x".repeat(10_000)] {
            let header = disposition(true, hostile);
            assert!(header.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{header:.80}");
        }
    }
}
