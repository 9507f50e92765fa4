//! What the small world answers of projects.

use std::sync::Arc;

use rushes_vault::ids::{AssetKey, ElementId, ProjectId};
use rushes_vault::model::{
    ElementEntry, ElementKind, HistoryEntry, Project, Scene, Scope, Version, VersionEntry, Viewer,
};
use rushes_vault::source::{Facts, RecordOf};

use super::{Answer, Fake, Gate, Past, after};

impl Facts for Fake {
    fn project(&self, _: Viewer, id: &ProjectId) -> Answer<Option<Project>> {
        Ok(self.facts().projects.get(id).cloned())
    }

    fn scenes(
        &self,
        _: Viewer,
        project: &ProjectId,
        cursor: Option<u32>,
        limit: usize,
    ) -> Answer<Vec<Scene>> {
        let facts = self.facts();
        let cursor = cursor.map(|number| (project.clone(), number));
        let range = facts.scenes.range(after(cursor, (project.clone(), 0)));
        let own = range.take_while(|((id, _), _)| id == project);
        Ok(own.take(limit).map(|(_, scene)| scene.clone()).collect())
    }

    fn scene(&self, _: Viewer, project: &ProjectId, number: u32) -> Answer<Option<Scene>> {
        Ok(self.facts().scenes.get(&(project.clone(), number)).cloned())
    }

    fn histories(
        &self,
        _: Viewer,
        scope: &Scope,
        cursor: Option<&AssetKey>,
        limit: usize,
    ) -> Answer<Vec<HistoryEntry>> {
        let facts = self.facts();
        let cursor = cursor.map(|key| (scope.clone(), key.folded()));
        let range = facts.histories.range(after(cursor, (scope.clone(), String::new())));
        let own = range.take_while(|((of, _), _)| of == scope);
        Ok(own.take(limit).map(|(_, past)| past.entry()).collect())
    }

    fn history(&self, _: Viewer, scope: &Scope, key: &AssetKey) -> Answer<Option<HistoryEntry>> {
        let answer = self.facts().past(scope, key).map(Past::entry);
        let mut gate = self.gate.lock().unwrap();
        if *gate == Gate::Armed {
            *gate = Gate::Holding;
            self.passed.notify_all();
            drop(gate);
            self.wait_gate(|gate| *gate == Gate::Holding);
        }
        Ok(answer)
    }

    fn versions(
        &self,
        _: Viewer,
        scope: &Scope,
        key: &AssetKey,
        cursor: Option<Version>,
        limit: usize,
    ) -> Answer<Vec<VersionEntry>> {
        let facts = self.facts();
        let all = facts.past(scope, key).map_or(&[][..], |past| &past.versions);
        let skipped = cursor.unwrap_or_default() as usize;
        Ok(all.iter().skip(skipped).take(limit).cloned().collect())
    }

    fn version(
        &self,
        _: Viewer,
        scope: &Scope,
        key: &AssetKey,
        version: Version,
    ) -> Answer<Option<VersionEntry>> {
        let facts = self.facts();
        let index = (version as usize).checked_sub(1);
        Ok(index.and_then(|index| facts.past(scope, key)?.versions.get(index).cloned()))
    }

    fn record(&self, _: Viewer, of: &RecordOf) -> Answer<Option<Arc<[u8]>>> {
        let facts = self.facts();
        let text = match of {
            RecordOf::Project(id) => facts.projects.get(id).map(|_| {
                let inside = |(scope, _): &&(Scope, String)| scope.project == *id;
                let versions: usize = (facts.histories.iter())
                    .filter(|(place, _)| inside(place))
                    .map(|(_, past)| past.versions.len())
                    .sum();
                format!("{{\"project\": \"{id}\", \"versions\": {versions}}}\n")
            }),
            RecordOf::Scene(id, scene) => {
                let scope = Scope::of_scene(id.clone(), *scene);
                let own = facts.histories.iter().filter(|((of, _), _)| *of == scope);
                let versions: usize = own.map(|(_, past)| past.versions.len()).sum();
                Some(format!("{{\"scene\": \"{scene}\", \"versions\": {versions}}}\n"))
            }
            RecordOf::Storyboard(_) => None,
            RecordOf::Element(_, element) => {
                Some(format!("{{\"{}\": \"{}\"}}\n", element.kind.word(), element.id))
            }
            RecordOf::Asset(asset) => Some(format!("{{\"asset\": \"{asset}\"}}\n")),
        };
        Ok(text.map(|text| text.into_bytes().into()))
    }

    fn elements(
        &self,
        _: Viewer,
        (project, kind): (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Answer<Vec<ElementEntry>> {
        let facts = self.facts();
        let own = facts.elements.iter().filter(|(of, entry)| of == project && entry.kind == kind);
        let mut own: Vec<_> = own.map(|(_, entry)| entry.clone()).collect();
        own.sort_by_key(|entry| entry.id);
        Ok(own.into_iter().filter(|entry| Some(entry.id) > after).take(limit).collect())
    }

    fn element(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        folder: &str,
    ) -> Answer<Option<ElementEntry>> {
        let all = self.elements(viewer, of, None, usize::MAX)?;
        Ok(all.into_iter().find(|entry| entry.folder == folder))
    }
}
