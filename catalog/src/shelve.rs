//! How assets are put together by their words: kinds of media and tags, as the folder shows them.
//!
//! Knows no claim. Invariant: an asset is listed under a word exactly while it has that word, has
//! bytes and is not deleted; a word has one folder name for as long as anything is listed there.

use std::collections::BTreeSet;

use rushes_digest::Digest;

use crate::folders::{folded, free, title};
use crate::ids::{AssetId, UserId};
use crate::tables::{AssetRow, Get, Key, Overlay, ShelfOf, ShelfRow, TablesError};

type Changed = Result<(), TablesError>;
type Words = BTreeSet<(u8, String)>;

/// Digits of a digest that tell two words apart.
const MARK_DIGITS: usize = 16;

/// Lists an asset where its row says, and no longer where the row before said.
pub fn shelve<B: Get>(
    (owner, id): (UserId, AssetId),
    before: Option<&AssetRow>,
    after: &AssetRow,
    into: &mut Overlay<'_, B>,
) -> Changed {
    let (before, now) = (before.map(words_of).unwrap_or_default(), words_of(after));
    for (letter, word) in before.difference(&now) {
        take_out((owner, *letter), word, after, into)?;
    }
    for (letter, word) in now.difference(&before) {
        put_in((owner, *letter), word, (id, after), into)?;
    }
    Ok(())
}

fn words_of(row: &AssetRow) -> Words {
    if row.deleted.is_some() || row.content.is_none() {
        return Words::new();
    }
    let tags = row.tags.iter().map(|tag| (ShelfOf::Tag.tag(), tag.clone()));
    tags.chain([(ShelfOf::Kind.tag(), row.kind.clone())]).collect()
}

fn put_in<B: Get>(
    (owner, letter): (UserId, u8),
    word: &str,
    (id, asset): (AssetId, &AssetRow),
    into: &mut Overlay<'_, B>,
) -> Changed {
    let Some(of) = ShelfOf::of(letter) else { return Ok(()) };
    let key = Key::shelf(owner, of, word);
    let shelf = if let Some(shelf) = into.get::<ShelfRow>(&key)? {
        ShelfRow { count: shelf.count + 1, ..shelf }
    } else {
        let mark = Digest::of(word.as_bytes()).to_hex();
        let mark = mark.get(..MARK_DIGITS).unwrap_or_default();
        let is_taken = |name: &str| {
            let word = into.get::<String>(&Key::shelf_folder(owner, of, name))?;
            Ok::<_, TablesError>(word.is_some())
        };
        let folder = free(&title(word, "unnamed"), mark, is_taken)?;
        into.put(Key::shelf_folder(owner, of, &folded(&folder)), &word.to_owned())?;
        ShelfRow { folder, count: 1 }
    };
    into.put(key, &shelf)?;
    into.put(Key::shelved_asset(owner, of, word, asset.revision), &id)
}

fn take_out<B: Get>(
    (owner, letter): (UserId, u8),
    word: &str,
    asset: &AssetRow,
    into: &mut Overlay<'_, B>,
) -> Changed {
    let Some(of) = ShelfOf::of(letter) else { return Ok(()) };
    into.remove(Key::shelved_asset(owner, of, word, asset.revision));
    let key = Key::shelf(owner, of, word);
    let Some(shelf) = into.get::<ShelfRow>(&key)? else { return Ok(()) };
    if shelf.count > 1 {
        return into.put(key, &ShelfRow { count: shelf.count - 1, ..shelf });
    }
    into.remove(Key::shelf_folder(owner, of, &folded(&shelf.folder)));
    into.remove(key);
    Ok(())
}
