//! What the index holds of an asset, and the terms that find it.
//!
//! Invariant: every term begins with its owner, as the keys of the tables do, and [`Owner`] is the
//! only one who makes terms. So no search reaches another user's assets, and neither their number
//! nor their words change what it answers or how long it takes.

use serde_json::Value;
use tantivy::schema::{
    BytesOptions, Field as Column, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing,
    TextOptions,
};
use tantivy::{Index, TantivyDocument, Term};

use super::field::Field;
use super::tokens::{OWNED, OWNER_BYTES, Owned};
use super::words::fold;
use crate::ids::{AssetId, UserId};
use crate::marks::once_each;
use crate::model::{Asset, Status};
use crate::tally::micros_of;

/// Changes whenever the schema, a term or the cutting of words changes its form: an older index is
/// then made anew.
pub const LAYOUT: u8 = 1;
/// Characters of a name that count for the order: a cursor holds them.
const NAME_CHARS_MAX: usize = 120;
/// What stands for a cost that nobody said: dearer than any.
pub const NO_COST: u64 = u64::MAX;

/// The columns and terms of the index.
#[derive(Debug, Clone)]
pub struct Layout {
    /// All of them.
    pub schema: Schema,
    words: Column,
    exact: Column,
    counted: [(Field, Column); Field::COUNTED.len()],
    created: Column,
    cost: Column,
    id: [Column; 2],
    name: Column,
}

impl Layout {
    /// The one layout.
    pub fn new() -> Self {
        let mut schema = Schema::builder();
        let positions = TextFieldIndexing::default()
            .set_tokenizer(OWNED)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let words = TextOptions::default().set_indexing_options(positions);
        let words = schema.add_text_field("words", words);
        let exact = schema.add_bytes_field("exact", BytesOptions::default().set_indexed());
        let text = TextOptions::default().set_fast("raw");
        let counted =
            Field::COUNTED.map(|field| (field, schema.add_text_field(field.word(), text.clone())));
        let number = NumericOptions::default().set_fast();
        let created = schema.add_u64_field(CREATED, number.clone());
        let cost = schema.add_u64_field(COST, number.clone());
        let id = ID.map(|half| schema.add_u64_field(half, number.clone()));
        let name = schema.add_text_field(NAME, text);
        Self { schema: schema.build(), words, exact, counted, created, cost, id, name }
    }

    /// Tells an index, new or found, how texts are cut.
    pub fn register(index: &Index) {
        index.tokenizers().register(OWNED, Owned);
    }

    /// What is kept of an asset.
    pub fn document(&self, asset: &Asset) -> TantivyDocument {
        let owner = Owner::new(self, asset.user_id);
        let mut document = TantivyDocument::new();
        document.add_bytes(self.exact, &owner.exact_bytes(EVERYTHING, &[]));
        document.add_bytes(self.exact, &owner.exact_bytes(ASSET, asset.id.as_bytes()));
        for (field, value) in values(asset) {
            document.add_bytes(self.exact, &owner.exact_bytes(field.tag(), value.as_bytes()));
            let column = self.counted.iter().find(|(counted, _)| *counted == field);
            if let Some((_, column)) = column {
                document.add_text(*column, &value);
            }
        }
        for text in texts(asset) {
            document.add_text(self.words, owner.word_text(text));
        }
        let created = asset.created_at.parse().map_or(0, jiff::Timestamp::as_millisecond);
        document.add_u64(self.created, u64::try_from(created).unwrap_or(0));
        let cost = asset.generation.estimated_cost.map_or(NO_COST, micros_of);
        document.add_u64(self.cost, cost);
        for (column, half) in self.id.into_iter().zip(halves(asset.id)) {
            document.add_u64(column, half);
        }
        let name: String = fold(&asset.marks.filename).chars().take(NAME_CHARS_MAX).collect();
        document.add_text(self.name, name);
        document
    }
}

/// Name of the column of creation times, milliseconds since 1970.
pub const CREATED: &str = "created";
/// Name of the column of costs, millionths of the account's currency.
pub const COST: &str = "cost";
/// Names of the columns of the ids' halves.
pub const ID: [&str; 2] = ["id_high", "id_low"];
/// Name of the column of folded file names.
pub const NAME: &str = "name";

/// Letter of the term that all assets of an owner have.
const EVERYTHING: u8 = b'*';
/// Letter of the term that one asset has.
const ASSET: u8 = b'a';

/// Makes the terms of one owner.
#[derive(Debug)]
pub struct Owner {
    words: Column,
    exact: Column,
    user: UserId,
    prefix: String,
}

impl Owner {
    /// Whose terms.
    pub fn new(layout: &Layout, user: UserId) -> Self {
        let prefix = format!("{:0OWNER_BYTES$x}", u128::from_be_bytes(*user.as_bytes()));
        Self { words: layout.words, exact: layout.exact, user, prefix }
    }

    /// The term that all the owner's assets have.
    pub fn everything(&self) -> Term {
        Term::from_field_bytes(self.exact, &self.exact_bytes(EVERYTHING, &[]))
    }

    /// The term of one asset.
    pub fn asset(&self, id: AssetId) -> Term {
        Term::from_field_bytes(self.exact, &self.exact_bytes(ASSET, id.as_bytes()))
    }

    /// The term of a property.
    pub fn exact(&self, field: Field, value: &str) -> Term {
        Term::from_field_bytes(self.exact, &self.exact_bytes(field.tag(), value.as_bytes()))
    }

    /// The term of a word.
    pub fn word(&self, word: &str) -> Term {
        Term::from_field_text(self.words, &self.word_text(word))
    }

    /// The owner with a text behind it: so the terms of a word, or of the beginning of one, begin.
    pub fn word_text(&self, word: &str) -> String {
        format!("{}{word}", self.prefix)
    }

    /// Where the terms of words are.
    pub fn words(&self) -> Column {
        self.words
    }

    fn exact_bytes(&self, tag: u8, value: &[u8]) -> Vec<u8> {
        [self.user.as_bytes().as_slice(), &[tag], value].concat()
    }
}

/// The halves of an id, as the columns hold them.
pub fn halves(id: AssetId) -> [u64; 2] {
    let id = u128::from_be_bytes(*id.as_bytes());
    let low = u128::from(u64::MAX);
    [id >> 64, id & low].map(|half| u64::try_from(half).unwrap_or(u64::MAX))
}

/// The texts whose words find an asset.
fn texts(asset: &Asset) -> impl Iterator<Item = &str> {
    let made = &asset.generation;
    let placement = asset.placement.as_ref();
    let one = [
        made.prompt.as_deref(),
        Some(asset.marks.filename.as_str()),
        asset.marks.notes.as_deref(),
        made.provider.as_deref(),
        made.model.as_deref(),
        asset.marks.asset_type.as_deref(),
        placement.map(|placement| placement.scope.project.as_str()),
        placement.map(|placement| placement.asset_key.as_str()),
    ];
    one.into_iter().flatten().chain(asset.marks.tags.iter().map(String::as_str))
}

/// What an asset is compared by as a whole.
fn values(asset: &Asset) -> Vec<(Field, String)> {
    let (made, marks) = (&asset.generation, &asset.marks);
    let placement = asset.placement.as_ref();
    let scene = placement.and_then(|placement| placement.scope.scene());
    let one = [
        (Field::Kind, Some(asset.kind.clone())),
        (Field::AssetType, marks.asset_type.clone()),
        (Field::Provider, made.provider.clone()),
        (Field::Model, made.model.clone()),
        (Field::Status, Some(status_of(asset).to_owned())),
        (Field::Project, placement.map(|placement| placement.scope.project.to_string())),
        (Field::Scene, scene.map(|scene| scene.to_string())),
        (Field::AssetKey, placement.map(|placement| placement.asset_key.to_string())),
        (Field::ClientId, asset.client_id.clone()),
        (Field::Seed, marks.metadata.get("seed").and_then(seed_of)),
    ];
    let one = one.into_iter().filter_map(|(field, value)| Some((field, value?)));
    one.chain(once_each(marks.tags.clone()).into_iter().map(|tag| (Field::Tag, tag))).collect()
}

/// Where an asset stands, as records say it.
const fn status_of(asset: &Asset) -> &'static str {
    if asset.marks.is_archived {
        return "archived";
    }
    match asset.status {
        Status::Ready => "ready",
        Status::Failed => "failed",
    }
}

/// A seed as it is asked for: generators write numbers, some of them as text.
fn seed_of(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    }
}
