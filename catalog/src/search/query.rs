//! What is asked of the index, in its own terms.
//!
//! Invariant: [`query_of`] is the only place where a query is made, and the term of its owner is in
//! each.

use std::collections::BTreeSet;

use tantivy::query::{
    Bm25StatisticsProvider, BooleanQuery, ConstScoreQuery, Occur, PhraseQuery, Query, TermQuery,
    TermSetQuery,
};
use tantivy::schema::{Field as Column, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::ask::{Part, Want};
use super::error::SearchError;
use super::field::Field;
use super::schema::Owner;

/// Most words that the beginning of one may stand for.
const BEGINNING_WORDS_MAX: usize = 4096;
/// Most places in the index that these may have together: reading them takes a tenth of a second.
const BEGINNING_PLACES_MAX: u64 = 4_000_000;

type Clause = (Occur, Box<dyn Query>);

/// The query of an owner for the parts of a text and for properties.
pub fn query_of(
    owner: &Owner,
    parts: &[Part],
    filters: &[(Field, String)],
    searcher: &Searcher,
) -> Result<BooleanQuery, SearchError> {
    let mut clauses: Vec<Clause> = vec![(Occur::Must, exact(owner.everything()))];
    for (field, value) in filters {
        clauses.push((Occur::Must, exact(owner.exact(*field, value))));
    }
    for part in parts {
        let occur = if part.is_without { Occur::MustNot } else { Occur::Must };
        clauses.push((occur, want_query(owner, &part.want, searcher)?));
    }
    Ok(BooleanQuery::new(clauses))
}

/// A term that an asset has or has not: it makes none more relevant.
fn exact(term: Term) -> Box<dyn Query> {
    let query = TermQuery::new(term, IndexRecordOption::Basic);
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

fn want_query(
    owner: &Owner,
    want: &Want,
    searcher: &Searcher,
) -> Result<Box<dyn Query>, SearchError> {
    match want {
        Want::Beginning(word) => {
            let terms = beginning(owner, word, searcher)?;
            let query = TermSetQuery::new(terms);
            Ok(Box::new(ConstScoreQuery::new(Box::new(query), 0.0)))
        }
        Want::Words(tokens) => match tokens.as_slice() {
            [(_, word)] => {
                Ok(Box::new(TermQuery::new(owner.word(word), IndexRecordOption::WithFreqs)))
            }
            tokens => {
                let terms = tokens.iter().map(|(place, word)| (*place, owner.word(word)));
                Ok(Box::new(PhraseQuery::new_with_offset(terms.collect())))
            }
        },
    }
}

/// The owner's words that begin so. Nobody else's are looked at.
fn beginning(owner: &Owner, word: &str, searcher: &Searcher) -> Result<Vec<Term>, SearchError> {
    let from = owner.word_text(word);
    let (mut found, mut places) = (BTreeSet::new(), 0);
    for segment in searcher.segment_readers() {
        let words = segment.inverted_index(owner.words())?;
        let mut stream = words.terms().range().ge(from.as_bytes()).into_stream()?;
        while let Some((text, term)) = stream.next() {
            let Ok(text) = std::str::from_utf8(text) else { continue };
            if !text.starts_with(&from) {
                break;
            }
            places += u64::from(term.doc_freq);
            found.insert(Term::from_field_text(owner.words(), text));
            if found.len() > BEGINNING_WORDS_MAX || places > BEGINNING_PLACES_MAX {
                return Err(SearchError::Refused {
                    field: "q",
                    reason: format!("too many words begin with {word}: write more of it"),
                });
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Numbers that scores are made with: the same for ever, whatever else the index holds. A score
/// that grew with the others would move assets between two pages, and tell of other users.
#[derive(Debug)]
pub struct FixedStatistics;

/// Assets, as far as scores are concerned.
const ASSETS: u64 = 1_000_000;
/// Words of each.
const WORDS_EACH: u64 = 50;
/// Assets that have any one word.
const WITH_A_WORD: u64 = 1000;

impl Bm25StatisticsProvider for FixedStatistics {
    fn total_num_tokens(&self, _: Column) -> tantivy::Result<u64> {
        Ok(ASSETS * WORDS_EACH)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(ASSETS)
    }

    fn doc_freq(&self, _: &Term) -> tantivy::Result<u64> {
        Ok(WITH_A_WORD)
    }
}
