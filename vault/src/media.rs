//! What kind of media a content is: by its first bytes, else by its name.

use rushes_catalog::names;

/// Longest extension that is taken over from a name, in characters.
const EXTENSION_CHARS_MAX: usize = 12;
/// The type of bytes that nobody knows (RFC 2046, section 4.5.1).
const UNKNOWN: &str = "application/octet-stream";

/// What a content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Its media type (RFC 6838).
    pub media_type: String,
    /// The extension to show, without a dot.
    pub extension: String,
    /// image, video, audio or other.
    pub kind: &'static str,
}

/// Looks at the first bytes of a content and at the name that it came with. The bytes win; the name
/// keeps its extension where it fits the type (`jpeg` stays `jpeg`).
pub fn recognise(head: &[u8], filename: &str) -> Media {
    let named = extension_of(filename);
    let guessed = named.as_deref().and_then(|ext| mime_guess::from_ext(ext).first_raw());
    let (media_type, extension) = match infer::get(head) {
        Some(found) => {
            let fits = named.filter(|ext| {
                mime_guess::from_ext(ext)
                    .iter_raw()
                    .any(|raw| essence(raw) == essence(found.mime_type()))
            });
            (found.mime_type(), fits.unwrap_or_else(|| found.extension().to_owned()))
        }
        None => (guessed.unwrap_or(UNKNOWN), named.unwrap_or_else(|| "bin".to_owned())),
    };
    let kind = match media_type.split('/').next() {
        Some("image") => "image",
        Some("video") => "video",
        Some("audio") => "audio",
        _ => "other",
    };
    Media { media_type: media_type.to_owned(), extension, kind }
}

/// The part of a name before its extension, where that can be an asset key.
pub fn stem_of(filename: &str) -> &str {
    match filename.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem.trim_end_matches(['.', ' ']),
        _ => filename,
    }
}

fn extension_of(filename: &str) -> Option<String> {
    let (stem, extension) = filename.rsplit_once('.')?;
    let fine = !stem.is_empty()
        && (1..=EXTENSION_CHARS_MAX).contains(&extension.len())
        && extension.chars().all(|c| c.is_ascii_alphanumeric())
        && names::is_portable(filename);
    fine.then(|| extension.to_ascii_lowercase())
}

/// One type goes by several names: `audio/x-wav` is `audio/wav`.
fn essence(media_type: &str) -> String {
    media_type
        .replace("/x-", "/")
        .replace("audio/wave", "audio/wav")
        .replace("audio/mp3", "audio/mpeg")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0";

    #[test]
    fn bytes_win_over_names_and_a_fitting_extension_stays() {
        for (head, name, media_type, extension, kind) in [
            (PNG, "a.png", "image/png", "png", "image"),
            (PNG, "a.mp4", "image/png", "png", "image"),
            (JPEG, "a.JPEG", "image/jpeg", "jpeg", "image"),
            (JPEG, "noname", "image/jpeg", "jpg", "image"),
            (b"RIFF\0\0\0\0WAVEfmt ", "a.wav", "audio/x-wav", "wav", "audio"),
            (b"{}", "flow.json", "application/json", "json", "other"),
            (b"?", "shot.exr", UNKNOWN, "exr", "other"),
            (b"", "x.nosuchthing", UNKNOWN, "nosuchthing", "other"),
            (b"", "x.~", UNKNOWN, "bin", "other"),
        ] {
            let media = recognise(head, name);
            let got = (media.media_type.as_str(), media.extension.as_str(), media.kind);
            assert_eq!(got, (media_type, extension, kind), "{name}");
        }
    }

    #[test]
    fn stems_lose_their_extension_and_nothing_else() {
        for (name, stem) in [("a.b.png", "a.b"), ("noname", "noname"), ("x .png", "x")] {
            assert_eq!(stem_of(name), stem);
        }
    }
}
