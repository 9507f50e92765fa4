//! What can be asked of assets and of several histories at once; the rest is in `query`.
//!
//! Invariant: as there, each answer is a bounded number of range scans and look-ups, and one read
//! of the journal, or two, for each asset in it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::Catalog;
use crate::find;
use crate::graph::{HISTORIES, HISTORIES_MAX};
use crate::ids::{AssetKey, ProjectId, SceneId};
use crate::model::{Asset, HistoryEntry, Part, Scope, Version, Viewer};
use crate::query::{Answer, ROWS_MAX, history_entry};
use crate::records::{asset_now, version_now};
use crate::tables::{AssetRow, Get, HistoryRow, Key, SceneRow, VersionRow};
use crate::weight::{self, Weighed};

impl Catalog {
    /// The project of a scene.
    pub fn scene_project(&self, viewer: Viewer, scene: SceneId) -> Answer<Option<ProjectId>> {
        let row = self.tables.read()?.get::<SceneRow>(&Key::scene_by_id(viewer.user, scene))?;
        Ok(row.map(|row| row.project))
    }

    /// The numbers of a project's scenes: one scan.
    pub fn scene_numbers(
        &self,
        viewer: Viewer,
        project: &ProjectId,
    ) -> Answer<HashMap<SceneId, u32>> {
        let prefix = Key::scenes(viewer.user, project);
        let rows = self.tables.read()?.scan::<SceneRow>(&prefix, None, ROWS_MAX)?;
        Ok(rows.into_iter().map(|(_, row)| (row.id(), row.number)).collect())
    }

    /// The histories of a project and of its parts, each with what it belongs to: one scan.
    pub fn project_histories(
        &self,
        viewer: Viewer,
        project: &ProjectId,
    ) -> Answer<Vec<(Scope, HistoryEntry)>> {
        let prefix = Key::project_histories(viewer.user, project);
        let tables = self.tables.read()?;
        let rows = tables.scan::<HistoryRow>(&prefix, None, HISTORIES_MAX + 1)?;
        let rows = weight::few(rows, HISTORIES_MAX, HISTORIES)?;
        let entry = |(key, row): (Vec<u8>, HistoryRow)| {
            let (tag, rest) = key.split_first()?;
            let part = rest.first_chunk::<16>().and_then(|id| Part::of_key(*tag, *id));
            Some((Scope { project: project.clone(), part }, history_entry(row)))
        };
        let mut found: Vec<(Scope, HistoryEntry)> = rows.into_iter().filter_map(entry).collect();
        let mut parts = HashMap::new();
        for (scope, _) in &found {
            if let Entry::Vacant(place) = parts.entry(scope.part) {
                place.insert(find::is_part_deleted(viewer.user, scope, &tables)?);
            }
        }
        // The histories of deleted parts are still there; nothing shows them.
        found.retain(|(scope, _)| parts.get(&scope.part) == Some(&false));
        Ok(found)
    }

    /// The asset of one version.
    pub fn version_asset(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        version: Version,
    ) -> Answer<Option<Asset>> {
        let at = Key::version(viewer.user, scope, key, version);
        let row = self.tables.read()?.get::<VersionRow>(&at)?;
        row.map(|row| self.version_now((scope, key), &row)).transpose()
    }

    /// The histories of a scope with the assets of all their versions: two scans.
    pub fn full_histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
    ) -> Answer<Vec<(HistoryEntry, Vec<Asset>)>> {
        let facts = self.tables.read()?;
        let (histories, versions) =
            (Key::histories(viewer.user, scope), Key::scope_versions(viewer.user, scope));
        let histories = facts.scan::<HistoryRow>(&histories, None, ROWS_MAX + 1)?;
        let versions = facts.scan::<VersionRow>(&versions, None, ROWS_MAX + 1)?;
        drop(facts);
        let instead = "ask for its histories one by one, or in short for the project";
        let histories = weight::few(histories, ROWS_MAX, ("histories", instead))?;
        let versions = weight::few(versions, ROWS_MAX, ("versions", instead))?;
        weight::whole(versions.iter().map(|(_, row)| row.bytes()), instead)?;
        let mut versions = versions.into_iter().peekable();
        let full = |(folded, row): (Vec<u8>, HistoryRow)| {
            // Both lists are in the order of the key, which the version's number follows.
            let mut assets = Vec::new();
            while let Some((_, version)) = versions.next_if(|(at, _)| at.starts_with(&folded)) {
                assets.push(self.version_now((scope, &row.asset_key), &version)?);
            }
            Ok((history_entry(row), assets))
        };
        histories.into_iter().map(full).collect()
    }

    /// The asset of a row, as it is now.
    pub(crate) fn asset_now(&self, row: &AssetRow) -> Answer<Asset> {
        asset_now(&self.reader, row)
    }

    /// The asset of a version's row, as it is now.
    pub(crate) fn version_now(
        &self,
        (scope, key): (&Scope, &AssetKey),
        row: &VersionRow,
    ) -> Answer<Asset> {
        version_now(&self.reader, (scope, key), row)
    }
}
