//! What can be asked in pages.
//!
//! Invariant: a page is one range scan, and reads no more of the journal than a page may.

use crate::Catalog;
use crate::element::ElementRef;
use crate::find;
use crate::graph::{element_of, project_of, scene_of};
use crate::ids::{AssetId, ElementId, ProjectId};
use crate::model::{Asset, Element, ElementKind, Project, Scene, Viewer};
use crate::query::{Answer, ROWS_MAX};
use crate::tables::{AssetRow, ElementRow, Get, Key, ProjectRow, SceneRow};
use crate::weight::{self, Page};

impl Catalog {
    /// A page of projects by id, after a cursor.
    pub fn project_page(
        &self,
        viewer: Viewer,
        after: Option<&ProjectId>,
        limit: usize,
    ) -> Answer<Page<Project>> {
        let limit = limit.min(ROWS_MAX);
        let prefix = Key::projects(viewer.user);
        let after = after.map(|id| Key::project(viewer.user, id));
        let rows = self.tables.read()?.scan::<ProjectRow>(&prefix, after.as_ref(), limit + 1)?;
        let rows = weight::page(rows.into_iter().map(|(_, row)| row).collect(), limit);
        rows.read(|row| project_of(viewer.user, row, &self.reader))
    }

    /// A page of a project's scenes by number, after a cursor.
    pub fn scene_page(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Answer<Page<Scene>> {
        let limit = limit.min(ROWS_MAX);
        let prefix = Key::scenes(viewer.user, project);
        let after = after.map(|number| Key::scene(viewer.user, project, number));
        let tables = self.tables.read()?;
        if find::project(viewer.user, project, &tables)?.is_none() {
            return Ok(Page { entries: Vec::new(), has_more: false });
        }
        let rows = tables.scan::<SceneRow>(&prefix, after.as_ref(), limit + 1)?;
        drop(tables);
        let rows = weight::page(rows.into_iter().map(|(_, row)| row).collect(), limit);
        rows.read(|row| scene_of(row, &self.reader))
    }

    /// A page of a project's elements by kind and id, after a cursor.
    pub fn element_page(
        &self,
        viewer: Viewer,
        (project, kind): (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Answer<Page<Element>> {
        let limit = limit.min(ROWS_MAX);
        let prefix = Key::elements(viewer.user, project, kind);
        let after = after.map(|id| Key::element(viewer.user, project, ElementRef { kind, id }));
        let tables = self.tables.read()?;
        if find::project(viewer.user, project, &tables)?.is_none() {
            return Ok(Page { entries: Vec::new(), has_more: false });
        }
        let rows = tables.scan::<ElementRow>(&prefix, after.as_ref(), limit + 1)?;
        drop(tables);
        let rows = weight::page(rows.into_iter().map(|(_, row)| row).collect(), limit);
        rows.read(|row| element_of(row, &self.reader))
    }

    /// A page of the assets that the rows of a list name.
    pub(crate) fn listed(
        &self,
        viewer: Viewer,
        (prefix, after): (&Key, Option<&Key>),
        limit: usize,
    ) -> Answer<Page<Asset>> {
        let limit = limit.min(ROWS_MAX);
        let facts = self.tables.read()?;
        let listed = facts.scan::<AssetId>(prefix, after, limit + 1)?;
        let row =
            |(_, id): &(Vec<u8>, AssetId)| facts.get::<AssetRow>(&Key::asset(viewer.user, *id));
        let rows = listed.iter().filter_map(|listed| row(listed).transpose());
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        drop(facts);
        weight::page(rows, limit).read(|row| self.asset_now(&row))
    }
}

impl<R> Page<R> {
    /// What the claims of the rows say.
    fn read<T>(self, each: impl FnMut(R) -> Answer<T>) -> Answer<Page<T>> {
        let entries = self.entries.into_iter().map(each).collect::<Answer<_>>()?;
        Ok(Page { entries, has_more: self.has_more })
    }
}
