//! Cuts the texts that the index is given.
//!
//! Invariant: every term that leaves here begins with the owner that its text begins with.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use super::words::{self, kept};

/// Name of the tokenizer in the schema.
pub const OWNED: &str = "owned";
/// Bytes of an owner at the beginning of a text and of its terms.
pub const OWNER_BYTES: usize = 32;

/// Cuts a text behind its owner into words, and puts the owner before each.
#[derive(Debug, Clone, Copy)]
pub struct Owned;

/// The words of one text.
pub struct OwnedTokens<'a> {
    owner: &'a str,
    words: std::vec::IntoIter<words::Token>,
    token: Token,
}

impl Tokenizer for Owned {
    type TokenStream<'a> = OwnedTokens<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> OwnedTokens<'a> {
        let (owner, text) = text.split_at_checked(OWNER_BYTES).unwrap_or_default();
        OwnedTokens { owner, words: kept(text).into_iter(), token: Token::default() }
    }
}

impl TokenStream for OwnedTokens<'_> {
    fn advance(&mut self) -> bool {
        let Some((place, word)) = self.words.next() else { return false };
        self.token.position = place;
        self.token.text.clear();
        self.token.text.push_str(self.owner);
        self.token.text.push_str(&word);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
