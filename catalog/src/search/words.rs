//! How a text is cut into words, whatever its script.
//!
//! Pure. Invariant: what is kept and what is asked are folded and cut by the same code, so that a
//! text is found by every stretch of whole words in it.
//!
//! Thai, Lao, Khmer, Burmese, Chinese and Japanese put no spaces between words, and telling them
//! apart takes a dictionary. Their characters are kept as overlapping pairs instead: any stretch of
//! two characters or more is found as a phrase of its pairs, a single one as the beginning of a
//! pair.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a word that count: longer ones are cut here, when they are kept and when they are
/// asked.
const WORD_CHARS_MAX: usize = 64;

/// A part of a text between spaces and signs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// A word.
    Word(String),
    /// Characters of a script that puts no spaces between words.
    Dense(Vec<char>),
}

/// A word or pair and its place in the text.
pub type Token = (usize, String);

/// A text without what makes no difference: case, width, accents (NFKD, lower case, without the
/// marks of U+0300 to U+036F, NFC).
pub fn fold(text: &str) -> String {
    let lower = text.nfkd().flat_map(char::to_lowercase);
    let bare = lower.filter(|c| !('\u{300}'..='\u{36f}').contains(c));
    let mut folded = String::with_capacity(text.len());
    for c in bare.nfc() {
        match c {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            c => folded.push(c),
        }
    }
    folded
}

/// The pieces of a text, in order.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut word, mut dense) = (String::new(), Vec::new());
    for c in fold(text).chars() {
        // Joiners stand inside words and mean nothing to a search.
        if matches!(c, '\u{200c}' | '\u{200d}' | '\u{ad}') {
            continue;
        }
        let is_dense = is_dense(c);
        if !is_dense {
            end_dense(&mut dense, &mut pieces);
        }
        if is_dense {
            end_word(&mut word, &mut pieces);
            dense.push(c);
        } else if c.is_alphanumeric() || (is_combining_mark(c) && !word.is_empty()) {
            word.push(c);
        } else {
            end_word(&mut word, &mut pieces);
        }
    }
    end_dense(&mut dense, &mut pieces);
    end_word(&mut word, &mut pieces);
    pieces
}

fn end_word(word: &mut String, pieces: &mut Vec<Piece>) {
    if !word.is_empty() {
        pieces.push(Piece::Word(word.chars().take(WORD_CHARS_MAX).collect()));
        word.clear();
    }
}

fn end_dense(dense: &mut Vec<char>, pieces: &mut Vec<Piece>) {
    if !dense.is_empty() {
        pieces.push(Piece::Dense(std::mem::take(dense)));
    }
}

/// What is kept of a text: every word, every pair, and the last character of a dense piece alone,
/// so that each of its characters begins something.
pub fn kept(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut place = 0;
    for piece in pieces(text) {
        let last = if let Piece::Dense(chars) = &piece { chars.last().copied() } else { None };
        place = pairs(piece, place, &mut tokens);
        if let (Some(last), Some(at)) = (last, place.checked_sub(1)) {
            match tokens.last() {
                // A character alone is there already.
                Some((known, _)) if *known == at => {}
                _ => tokens.push((at, last.to_string())),
            }
        }
    }
    tokens
}

/// What pieces are asked for as, next to each other.
pub fn asked(pieces: Vec<Piece>) -> Vec<Token> {
    let mut tokens = Vec::new();
    pieces.into_iter().fold(0, |place, piece| pairs(piece, place, &mut tokens));
    tokens
}

/// Adds a piece at a place, and tells the place after it.
fn pairs(piece: Piece, place: usize, tokens: &mut Vec<Token>) -> usize {
    match piece {
        Piece::Word(word) => {
            tokens.push((place, word));
            place + 1
        }
        Piece::Dense(chars) => {
            let pairs = chars.windows(2).zip(place..);
            tokens.extend(pairs.map(|(pair, place)| (place, pair.iter().collect())));
            if chars.len() == 1 {
                tokens.push((place, chars.iter().collect()));
            }
            place + chars.len()
        }
    }
}

/// Whether a character is of a script that puts no spaces between words (the blocks of Unicode 16).
fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{e01}'..='\u{e4e}' | '\u{e81}'..='\u{ecd}' | '\u{edc}'..='\u{edf}' // Thai, Lao
        | '\u{1000}'..='\u{103f}' | '\u{1050}'..='\u{108f}' // Burmese
        | '\u{aa60}'..='\u{aa7f}' | '\u{a9e0}'..='\u{a9ef}' | '\u{a9fa}'..='\u{a9fe}'
        | '\u{1780}'..='\u{17d3}' | '\u{17dc}'..='\u{17dd}' // Khmer
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{3096}' | '\u{309d}'..='\u{309f}' // Kana
        | '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3105}'..='\u{312f}' // Bopomofo
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' // Han
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(tokens: &[Token]) -> Vec<&str> {
        tokens.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn words_are_folded_and_cut_at_everything_that_is_no_letter_or_digit() {
        let kept = kept("A Red-Fox's café, ＦＯＸ_02.png Straße Ødegård łódź İzmir");
        assert_eq!(
            texts(&kept),
            [
                "a", "red", "fox", "s", "cafe", "fox", "02", "png", "strasse", "odegard", "lodz",
                "izmir"
            ]
        );
        assert!(kept.iter().map(|(place, _)| *place).eq(0..12));
    }

    #[test]
    fn marks_stay_in_scripts_whose_letters_they_are() {
        assert_eq!(texts(&kept("हिन्दी फ़िल्म")), ["हिन्दी", "फ़िल्म"].map(fold));
        assert_eq!(texts(&kept("한국어 영화")), ["한국어", "영화"]);
        assert_eq!(texts(&kept("ΟΔΟΣ ночь")), ["οδοσ", "ночь"]);
    }

    #[test]
    fn dense_scripts_are_pairs_and_every_stretch_of_them_is_found() {
        let text = "ฉากเมืองยามค่ำคืน fox 雪の狐";
        let kept = kept(text);
        assert_eq!(texts(&kept).iter().filter(|text| **text == "fox").count(), 1);
        for part in ["เมือง", "ยามค่ำคืน", "雪の", "の狐", "คืน fox 雪の"]
        {
            let wanted = asked(pieces(part));
            let found = kept.iter().any(|(start, _)| {
                wanted.iter().all(|(place, text)| kept.contains(&(start + place, text.clone())))
            });
            assert!(found, "{part}: {wanted:?} in {kept:?}");
        }
        assert_eq!(asked(pieces("狐")), [(0, "狐".to_owned())]);
        assert!(kept.iter().any(|(_, text)| text == "狐"), "the last character stands alone, too");
    }

    #[test]
    fn a_long_word_is_cut_the_same_when_it_is_kept_and_asked() {
        let long = "x".repeat(500);
        assert_eq!(kept(&long), asked(pieces(&long)));
        assert_eq!(kept(&long)[0].1.len(), WORD_CHARS_MAX);
    }

    #[test]
    fn signs_alone_are_no_words() {
        assert!(kept("— … !? \u{200d} \u{301}").is_empty());
    }
}
