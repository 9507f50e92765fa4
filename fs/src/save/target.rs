//! Which history a name stands for, and what it is saved as.
//!
//! Asks the source. Invariant: what is saved under a name is shown under that name afterwards.

use rushes_vault::ids::AssetKey;
use rushes_vault::source::{SaveAs, SourceError};

use crate::names;
use crate::save::machine::{Base, Place};
use crate::save::names::{is_scratch, parts};
use crate::view::View;

/// What a name without an extension is saved with.
const NO_EXTENSION: &str = "bin";

/// What a file is saved as under a name.
pub fn save_as(
    view: &View,
    place: &Place,
    (base, modified_ms): (Option<Base>, i64),
) -> Result<SaveAs, SourceError> {
    let (stem, extension) = parts(&place.name);
    let asset_key = if is_scratch(&place.name) { None } else { key(view, place, stem, extension)? };
    Ok(SaveAs {
        scope: place.scope.clone(),
        asset_key,
        extension: extension.unwrap_or(NO_EXTENSION).to_owned(),
        filename: place.name.to_string(),
        base: base.map(|base| base.asset),
        modified_ms,
    })
}

/// The stem, or all of the name when the stem's history shows another type of media.
fn key(
    view: &View,
    place: &Place,
    stem: &str,
    extension: Option<&str>,
) -> Result<Option<AssetKey>, SourceError> {
    let Ok(short) = stem.parse::<AssetKey>() else { return Ok(None) };
    let Some(extension) = extension else { return Ok(Some(short)) };
    let fitting = |key: &AssetKey| names::current(&place.scope, key, extension) == *place.name;
    let short = names::keys_of_current(&place.name).find(fitting).unwrap_or(short);
    let entry = view.source.history(view.viewer, &place.scope, &short)?;
    let content = entry.and_then(|entry| entry.current).and_then(|current| current.content);
    match content {
        Some(content) if !content.extension.eq_ignore_ascii_case(extension) => {
            Ok(place.name.parse().ok().or(Some(short)))
        }
        _ => Ok(Some(short)),
    }
}

/// The version that the view shows under a name.
pub fn shown_at(view: &View, place: &Place) -> Result<Option<Base>, SourceError> {
    for key in names::keys_of_current(&place.name) {
        let entry = view.source.history(view.viewer, &place.scope, &key)?;
        let Some(entry) = entry.filter(|entry| !entry.is_hidden) else { continue };
        let Some(current) = entry.current else { continue };
        let Some(content) = current.content else { continue };
        if view.current_name(&place.scope, &entry.asset_key, &content.extension)? == *place.name {
            let (asset, made) = (current.asset, current.revision);
            let (digest, size) = (content.digest, content.size);
            return Ok(Some(Base { asset, made, digest, size }));
        }
    }
    Ok(None)
}
