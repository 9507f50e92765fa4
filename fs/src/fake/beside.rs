//! What the small world answers beside projects and histories.
//!
//! A word's folder is called as the word is, but for capitals, which end in `-2`.

use std::sync::Arc;

use rushes_vault::element::{ElementRef, part_of};
use rushes_vault::ids::{AssetId, ElementId, ProjectId};
use rushes_vault::model::{
    Asset, ElementEntry, ElementKind, Generation, Marks, Part, Placement, Revision, Scope,
    ShelfEntry, Status, Version, VersionContent, Viewer,
};
use rushes_vault::source::{AssetLine, OpenContent, Place, Shelves, Source, Touched};
use rushes_vault::{Digest, Links, ShelfOf};

use super::{Answer, Facts, Fake, VIEWER};

/// An asset with what it was made from.
#[derive(Debug, Clone)]
pub struct Held {
    /// The asset.
    pub line: AssetLine,
    /// Their ids.
    pub sources: Vec<AssetId>,
    /// What it was made by.
    pub prompt: Option<String>,
}

/// An element as a scope.
pub fn element(id: &str, kind: ElementKind, number: u8) -> Scope {
    let element = ElementRef { kind, id: ElementId::from_bytes([number; 16]) };
    Scope { project: id.parse().unwrap(), part: part_of(element) }
}

impl Fake {
    /// Adds an element.
    pub fn add_element(&self, id: &str, kind: ElementKind, number: u8, folder: &str) -> Revision {
        self.change(|facts| {
            let entry = ElementEntry {
                kind,
                id: ElementId::from_bytes([number; 16]),
                folder: folder.to_owned(),
                created_ms: 1_763_600_000_000,
            };
            let project: ProjectId = id.parse().unwrap();
            facts.elements.push((project.clone(), entry.clone()));
            vec![Touched::Element(VIEWER, project, entry)]
        })
    }

    /// Removes an element.
    pub fn remove_element(&self, number: u8) -> Revision {
        self.change(|facts| {
            let id = ElementId::from_bytes([number; 16]);
            let at = facts.elements.iter().position(|(_, entry)| entry.id == id).unwrap();
            let (project, entry) = facts.elements.remove(at);
            vec![Touched::Element(VIEWER, project, entry)]
        })
    }

    /// Gives a version tags.
    pub fn tag(&self, scope: &Scope, key: &str, version: Version, tags: &[&str]) -> Revision {
        self.change(|facts| {
            let past = facts.past(scope, &key.parse().unwrap()).unwrap();
            let asset = past.versions[version as usize - 1].asset;
            let count = u32::try_from(tags.len()).unwrap();
            let key = past.key.folded();
            let past = facts.histories.get_mut(&(scope.clone(), key)).unwrap();
            past.versions[version as usize - 1].tags = count;
            let line = &mut facts.assets.get_mut(&asset).unwrap().line;
            line.words.retain(|(of, _)| *of == ShelfOf::Kind);
            line.words.extend(tags.iter().map(|tag| (ShelfOf::Tag, (*tag).to_owned())));
            line.entry.tags = count;
            vec![Touched::Asset(VIEWER, asset, false)]
        })
    }

    /// Says by what the first version of a history was made.
    pub fn say(&self, scope: &Scope, key: &str, prompt: &str) -> Revision {
        self.change(|facts| {
            let asset = facts.past(scope, &key.parse().unwrap()).unwrap().versions[0].asset;
            facts.assets.get_mut(&asset).unwrap().prompt = Some(prompt.to_owned());
            vec![Touched::Asset(VIEWER, asset, false)]
        })
    }

    /// Adds an asset that is in no history, under whatever its file was called.
    pub fn add_titled(&self, title: &str, tag: &str) -> Revision {
        self.change(|facts| {
            let asset = super::asset_id(facts.revision);
            let digest = Digest::of(title.as_bytes());
            let content =
                VersionContent { digest, size: 0, extension: "png".to_owned(), modified_ms: None };
            let entry = ShelfEntry {
                asset,
                revision: facts.revision,
                filename: title.to_owned(),
                content,
                created_ms: 0,
                tags: 1,
                placement: None,
            };
            let words = vec![(ShelfOf::Tag, tag.to_owned())];
            let line = AssetLine { entry, words, is_deleted: false };
            facts.assets.insert(asset, Held { line, sources: Vec::new(), prompt: None });
            vec![Touched::Asset(VIEWER, asset, true)]
        })
    }

    /// Says what a version was made from.
    pub fn derive(&self, (scope, key, version): Of<'_>, sources: &[Of<'_>]) -> Revision {
        self.change(|facts| {
            let asset = |(scope, key, version): &Of<'_>| {
                let past = facts.past(scope, &key.parse().unwrap()).unwrap();
                past.versions[*version as usize - 1].asset
            };
            let user = asset(&(scope, key, version));
            let sources = sources.iter().map(asset).collect();
            facts.assets.get_mut(&user).unwrap().sources = sources;
            vec![Touched::Asset(VIEWER, user, true)]
        })
    }
}

/// A version: its scope, key and number.
pub type Of<'a> = (&'a Scope, &'a str, Version);

impl Facts {
    /// Notes a new asset with bytes.
    pub(super) fn hold(&mut self, placement: Placement, entry: &super::VersionEntry) {
        let Some(content) = entry.content.clone() else { return };
        let kind = if content.extension == "mp4" { "video" } else { "image" };
        let line = AssetLine {
            entry: ShelfEntry {
                asset: entry.asset,
                revision: entry.revision,
                filename: format!("{}.{}", placement.asset_key, content.extension),
                content,
                created_ms: entry.created_ms,
                tags: 0,
                placement: Some(placement),
            },
            words: vec![(ShelfOf::Kind, kind.to_owned())],
            is_deleted: false,
        };
        self.assets.insert(entry.asset, Held { line, sources: Vec::new(), prompt: None });
    }

    fn entries(&self) -> impl Iterator<Item = &AssetLine> {
        let mut lines: Vec<_> = self.assets.values().map(|held| &held.line).collect();
        lines.sort_by_key(|line| line.entry.revision);
        lines.into_iter().filter(|line| !line.is_deleted)
    }

    fn words(&self, of: ShelfOf) -> Vec<(String, String)> {
        let lines = self.entries().flat_map(|line| &line.words);
        let mut words: Vec<String> =
            lines.filter(|(own, _)| *own == of).map(|(_, word)| word.clone()).collect();
        words.sort();
        words.dedup();
        let named = |word: String| {
            let folder =
                if word.contains(char::is_uppercase) { format!("{word}-2") } else { word.clone() };
            (word, folder)
        };
        words.into_iter().map(named).collect()
    }
}

impl Shelves for Fake {
    fn place(&self, _: Viewer, scope: &Scope) -> Answer<Option<Place>> {
        let facts = self.facts();
        let element = |id: ElementId| {
            let found = facts.elements.iter().find(|(_, entry)| entry.id == id);
            found.map(|(_, entry)| Place::Element(entry.clone()))
        };
        Ok(match scope.part {
            None => Some(Place::Project),
            Some(Part::Scene(id)) => {
                let scene = facts.scenes.values().find(|scene| scene.id == id);
                scene.map(|scene| Place::Scene(scene.scene_number))
            }
            Some(Part::Character(id) | Part::Location(id) | Part::Mood(id)) => element(id),
        })
    }

    fn shelves(
        &self,
        _: Viewer,
        of: ShelfOf,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(String, String)>> {
        let words = self.facts().words(of);
        let rest = words.into_iter().filter(|(word, _)| Some(word.as_str()) > after);
        Ok(rest.take(limit).collect())
    }

    fn shelf(&self, _: Viewer, of: ShelfOf, folder: &str) -> Answer<Option<String>> {
        let words = self.facts().words(of);
        Ok(words.into_iter().find(|(_, own)| own == folder).map(|(word, _)| word))
    }

    fn shelved(
        &self,
        _: Viewer,
        (of, word): (ShelfOf, &str),
        after: Option<Revision>,
        limit: usize,
    ) -> Answer<Vec<ShelfEntry>> {
        let facts = self.facts();
        let has = |line: &&AssetLine| line.words.iter().any(|own| own.0 == of && own.1 == word);
        let own = facts.entries().filter(has).map(|line| line.entry.clone());
        Ok(own.filter(|entry| Some(entry.revision) > after).take(limit).collect())
    }

    fn shelved_at(
        &self,
        viewer: Viewer,
        of: (ShelfOf, &str),
        made: Revision,
    ) -> Answer<Option<ShelfEntry>> {
        let all = self.shelved(viewer, of, None, usize::MAX)?;
        Ok(all.into_iter().find(|entry| entry.revision == made))
    }

    fn recent(&self, _: Viewer, limit: usize) -> Answer<Vec<ShelfEntry>> {
        let mut all: Vec<_> = self.facts().entries().map(|line| line.entry.clone()).collect();
        all.reverse();
        all.truncate(limit);
        Ok(all)
    }

    fn search(&self, _: Viewer, words: &str, limit: usize) -> Answer<Option<Vec<ShelfEntry>>> {
        if !words.contains(char::is_alphanumeric) {
            return Ok(None);
        }
        let facts = self.facts();
        let found = facts.entries().filter(|line| line.entry.filename.contains(words));
        Ok(Some(found.take(limit).map(|line| line.entry.clone()).collect()))
    }

    fn linked(
        &self,
        _: Viewer,
        (asset, links): (AssetId, Links),
        limit: usize,
    ) -> Answer<Vec<ShelfEntry>> {
        let facts = self.facts();
        let is_linked = |line: &&AssetLine| {
            let (user, source) = match links {
                Links::Sources => (asset, line.entry.asset),
                Links::Uses => (line.entry.asset, asset),
            };
            facts.assets.get(&user).is_some_and(|held| held.sources.contains(&source))
        };
        let found = facts.entries().filter(is_linked).take(limit);
        Ok(found.map(|line| line.entry.clone()).collect())
    }

    fn has_links(&self, _: Viewer, asset: AssetId) -> Answer<bool> {
        let facts = self.facts();
        let has_sources = facts.assets.get(&asset).is_some_and(|held| !held.sources.is_empty());
        Ok(has_sources || facts.assets.values().any(|held| held.sources.contains(&asset)))
    }

    fn line(&self, _: Viewer, asset: AssetId) -> Answer<Option<AssetLine>> {
        Ok(self.facts().assets.get(&asset).map(|held| held.line.clone()))
    }

    fn asset(&self, viewer: Viewer, asset: AssetId) -> Answer<Option<Asset>> {
        let facts = self.facts();
        let asset = facts.assets.get(&asset).map(|held| Asset {
            id: asset,
            user_id: viewer.user,
            kind: String::new(),
            status: Status::Ready,
            content: None,
            placement: held.line.entry.placement.clone(),
            marks: Marks::default(),
            client_id: None,
            generation: Generation { prompt: held.prompt.clone(), ..Generation::default() },
            created_at: String::new(),
            deleted_at: None,
            revision: held.line.entry.revision,
        });
        Ok(asset)
    }

    fn is_kept(&self, _: Viewer, _: AssetId, digest: &Digest) -> Answer<bool> {
        Ok(self.facts().blobs.contains_key(digest))
    }

    fn open_kept(
        &self,
        viewer: Viewer,
        _: AssetId,
        digest: &Digest,
    ) -> Answer<Option<Arc<dyn OpenContent>>> {
        self.open(viewer, digest)
    }
}
