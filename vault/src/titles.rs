//! Names for files that came without a meaningful one: out of the words of the prompt.
//!
//! Pure. Invariant: a name that says something is never replaced.

use rushes_catalog::names::display_name;

use crate::media::stem_of;

/// Most words that are taken from a prompt.
const WORDS_MAX: usize = 8;
/// Most characters of such a name, without its extension.
const CHARS_MAX: usize = 60;
/// What generators call everything, alone or with a number behind it.
const GENERIC: &[&str] = &[
    "",
    "audio",
    "blob",
    "clip",
    "download",
    "file",
    "generated",
    "generation",
    "image",
    "img",
    "media",
    "music",
    "out",
    "output",
    "photo",
    "picture",
    "result",
    "sample",
    "song",
    "sound",
    "speech",
    "temp",
    "tmp",
    "track",
    "unnamed",
    "untitled",
    "upload",
    "video",
    "voice",
];

/// The name to show: the one that was sent, or the first words of the prompt where it says nothing.
pub fn shown_name(sent: &str, prompt: Option<&str>) -> String {
    let name = display_name(sent);
    let words = prompt.map(first_words).unwrap_or_default();
    if words.is_empty() || !is_generic(stem_of(&name)) {
        return name;
    }
    match name.rsplit_once('.') {
        Some((_, extension)) => display_name(&format!("{words}.{extension}")),
        None => display_name(&words),
    }
}

fn is_generic(stem: &str) -> bool {
    let bare = stem.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    GENERIC.contains(&bare.as_str())
}

fn first_words(prompt: &str) -> String {
    let mut name = String::new();
    let words = prompt.split(|c: char| c.is_whitespace() || c.is_control());
    let words = words.map(|word| word.trim_matches('.')).filter(|word| !word.is_empty());
    for word in words.take(WORDS_MAX) {
        let room = CHARS_MAX.saturating_sub(name.chars().count() + 1);
        if !name.is_empty() && word.chars().count() > room {
            break;
        }
        if !name.is_empty() {
            name.push(' ');
        }
        // A script without spaces is one long word.
        name.extend(word.chars().take(CHARS_MAX).map(|c| if c == '.' { '_' } else { c }));
    }
    name.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_say_nothing_become_the_first_words_of_the_prompt() {
        let prompt = Some("A red fox, running. Through tall grass at dawn, cinematic, 35mm");
        let words = "A red fox, running Through tall grass at";
        for (sent, shown) in [
            ("Track 1.mp3", format!("{words}.mp3")),
            ("output_0001.mp4", format!("{words}.mp4")),
            ("image (2).png", format!("{words}.png")),
            ("00042.jpg", format!("{words}.jpg")),
            ("", words.to_owned()),
            ("den at dusk.png", "den at dusk.png".to_owned()),
            ("scene_video.mp4", "scene_video.mp4".to_owned()),
        ] {
            assert_eq!(shown_name(sent, prompt), shown, "{sent}");
        }
    }

    #[test]
    fn without_a_prompt_a_name_stays() {
        assert_eq!(shown_name("Track 1.mp3", None), "Track 1.mp3");
        assert_eq!(shown_name("", Some(" … ")), "unnamed");
        let thai = shown_name("video.mp4", Some(&"สุนัขจิ้งจอก".repeat(20)));
        let (words, extension) = thai.rsplit_once('.').unwrap();
        assert_eq!((words.chars().count() <= CHARS_MAX, extension), (true, "mp4"), "{thai}");
    }
}
