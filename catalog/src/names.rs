//! Names that people send: what may be a file name on Linux, macOS and Windows, and how to make
//! one out of anything.

/// Longest file name that is shown, in bytes; a display name is metadata, never a path.
pub const FILE_NAME_BYTES_MAX: usize = 200;

const FORBIDDEN: &[char] = &['/', '\\', ':', '*', '?', '"', '<', '>', '|'];

/// Whether Windows reserves a name, with or without an extension (Naming Files, Microsoft Learn).
pub fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let upper = stem.to_ascii_uppercase();
    match upper.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        port => {
            (port.strip_prefix("COM").or_else(|| port.strip_prefix("LPT"))).is_some_and(|number| {
                matches!(
                    number,
                    "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³"
                )
            })
        }
    }
}

/// Whether a text can be a file name as it is, on every system people edit on.
pub fn is_portable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['.', ' '])
        && !name.ends_with(['.', ' '])
        && !name.chars().any(|c| c.is_control() || FORBIDDEN.contains(&c) || is_invisible(c))
        && !is_reserved(name)
}

/// Makes a display name out of whatever a client called its file: the last component, without
/// control characters and what no file system takes, at most [`FILE_NAME_BYTES_MAX`] bytes with
/// its extension kept. Nothing usable gives `unnamed`.
pub fn display_name(sent: &str) -> String {
    let last = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_invisible(*c))
        .map(|c| if FORBIDDEN.contains(&c) { '_' } else { c })
        .collect();
    let trimmed = clean.trim_matches(|c| c == ' ' || c == '.');
    if trimmed.is_empty() {
        return "unnamed".to_owned();
    }
    let named = if is_reserved(trimmed) { format!("_{trimmed}") } else { trimmed.to_owned() };
    shortened(&named)
}

fn shortened(name: &str) -> String {
    if name.len() <= FILE_NAME_BYTES_MAX {
        return name.to_owned();
    }
    let (stem, extension) = match name.rsplit_once('.') {
        Some((stem, extension)) if extension.len() <= 16 => (stem, format!(".{extension}")),
        _ => (name, String::new()),
    };
    let mut end = FILE_NAME_BYTES_MAX - extension.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    let stem = stem.get(..end).unwrap_or_default().trim_end_matches([' ', '.']);
    format!("{stem}{extension}")
}

/// Characters that show nothing or turn the text around: they make one name look like another.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}'
            | '\u{feff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_become_harmless() {
        for (sent, shown) in [
            ("../../etc/passwd", "passwd"),
            ("..\\..\\boot.ini", "boot.ini"),
            ("C:\\x\\clip.mp4", "clip.mp4"),
            ("/abs/clip.mp4", "clip.mp4"),
            ("a\0b.png", "ab.png"),
            ("a\"\r\nSet-Cookie: x=1", "a_Set-Cookie_ x=1"),
            ("", "unnamed"),
            ("..", "unnamed"),
            ("nul.png", "_nul.png"),
            ("\u{202e}gpj.exe", "gpj.exe"),
        ] {
            assert_eq!(display_name(sent), shown, "{sent:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let name = display_name(&format!("{}.png", "é".repeat(300)));
        assert!(name.len() <= FILE_NAME_BYTES_MAX && name.ends_with("é.png"), "{name}");
    }

    #[test]
    fn every_display_name_is_portable() {
        for sent in ["x", "COM1", "a|b", " lead", "trail. ", "\u{feff}"] {
            assert!(is_portable(&display_name(sent)), "{sent:?}");
        }
    }
}
