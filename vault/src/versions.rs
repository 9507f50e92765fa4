//! Versions of several histories at once: made, chosen and read.
//!
//! Invariant: each entry of a batch is decided alone and holds or not as a whole; one that is
//! refused spoils no other. What is refused was never stored.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use rushes_catalog::command::{Command, CommandError, SetBest};
use rushes_catalog::ids::{AssetId, AssetKey, ProjectId, SceneId};
use rushes_catalog::model::{HistoryEntry, Scope, Version, Viewer};
use rushes_catalog::{Outcome, QueryError};
use rushes_digest::Digest;
use rushes_store::Lease;

use crate::assets::{AssetView, Change};
use crate::ingest::settled;
use crate::views::HistoryView;
use crate::{IngestError, IngestRequest, Vault, unreadable};

/// Where the bytes of a new version are.
#[derive(Debug, Clone)]
pub enum VersionOf {
    /// An asset of the viewer's that belongs to no history yet becomes the version.
    Asset(AssetId, Box<Change>),
    /// A new asset of bytes that the viewer has already.
    Content(Digest, Box<IngestRequest>),
}

/// Which versions of a history are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one that stands for the history: the chosen one, else the latest ready one.
    Best,
    /// The newest one that is not deleted.
    Latest,
    /// All of them.
    All,
    /// One, by its number.
    Number(Version),
}

/// The numbers of scenes.
pub type SceneNumbers = HashMap<SceneId, u32>;

/// The histories of a project and of its parts.
#[derive(Debug)]
pub struct ProjectHistories {
    /// Each with what it belongs to.
    pub histories: Vec<(Scope, HistoryEntry)>,
    /// The numbers of the project's scenes.
    pub numbers: SceneNumbers,
}

/// A command of a batch with what keeps its bytes where they are.
struct Prepared {
    command: Command,
    key: Option<String>,
    held: Vec<Lease>,
}

impl Vault {
    /// Makes several versions. Each answer is the asset afterwards, in the same order; a retry with
    /// the same keys gets the same answers.
    pub fn make_versions(
        &self,
        viewer: Viewer,
        wanted: Vec<(VersionOf, Option<String>)>,
    ) -> Vec<Result<AssetView, IngestError>> {
        let prepare = |(of, key)| self.prepare(viewer, of, key);
        let (mut answers, mut ready) = (Vec::new(), Vec::new());
        for prepared in wanted.into_iter().map(prepare) {
            match prepared {
                Ok(prepared) => {
                    answers.push(None);
                    ready.push(prepared);
                }
                Err(error) => answers.push(Some(Err(error))),
            }
        }
        let (commands, held): (Vec<_>, Vec<_>) =
            ready.into_iter().map(|one| ((one.command, one.key), one.held)).unzip();
        let subjects: Vec<_> = commands.iter().map(|(command, _)| subject_of(command)).collect();
        let outcomes = self.catalog.submit_all(viewer, commands).into_iter().zip(held);
        let mut made = outcomes.zip(subjects).map(|((outcome, held), subject)| {
            let outcome = settled(outcome, held)?;
            self.version_made(viewer, outcome, subject)
        });
        let answer = |answer: Option<_>| answer.or_else(|| made.next());
        answers.into_iter().filter_map(answer).collect()
    }

    fn version_made(
        &self,
        viewer: Viewer,
        outcome: Outcome,
        subject: Option<AssetId>,
    ) -> Result<AssetView, IngestError> {
        let asset = match subject {
            Some(id) => {
                let asset = self.asset(viewer, id).map_err(|error| unreadable(&error))?;
                asset.ok_or(CommandError::Missing { what: "asset" })?
            }
            None => self.answer(outcome)?.asset,
        };
        let views = self.asset_views(viewer, vec![asset]).map_err(|error| unreadable(&error))?;
        views.into_iter().next().ok_or_else(|| CommandError::OutcomeUnknown.into())
    }

    fn prepare(
        &self,
        viewer: Viewer,
        of: VersionOf,
        key: Option<String>,
    ) -> Result<Prepared, IngestError> {
        match of {
            VersionOf::Asset(id, change) => {
                let (command, lease) = self.change_command(viewer, id, &change)?;
                self.catalog.rehearse(viewer, &command, key.clone())?;
                Ok(Prepared { command, key, held: lease.into_iter().collect() })
            }
            VersionOf::Content(digest, request) => {
                let (command, held) = self.known_command(viewer, *request, digest, key.clone())?;
                Ok(Prepared { command, key, held })
            }
        }
    }

    /// Chooses several best versions. Each answer is the history afterwards, in the same order.
    pub fn choose_versions(
        &self,
        viewer: Viewer,
        wanted: Vec<(SetBest, Option<String>)>,
    ) -> Vec<Result<HistoryEntry, CommandError>> {
        let of = |(best, _): &(SetBest, _)| (best.scope.clone(), best.asset_key.clone());
        let histories: Vec<_> = wanted.iter().map(of).collect();
        let commands = wanted.into_iter().map(|(best, key)| (Command::SetBest(best), key));
        let outcomes = self.catalog.submit_all(viewer, commands.collect());
        let chosen = |(outcome, (scope, key)): (Result<Outcome, _>, (Scope, AssetKey))| {
            outcome?;
            let entry = self.catalog.history(viewer, &scope, &key);
            let entry = entry.map_err(|error| unreadable(&error))?;
            entry.ok_or(CommandError::Missing { what: "history" })
        };
        outcomes.into_iter().zip(histories).map(chosen).collect()
    }

    /// Some versions of a history, by number; `None` when there is no such history or version.
    pub fn versions_of(
        &self,
        viewer: Viewer,
        (scope, key): (&Scope, &AssetKey),
        which: Which,
    ) -> Result<Option<Vec<AssetView>>, QueryError> {
        let Some(entry) = self.catalog.history(viewer, scope, key)? else { return Ok(None) };
        let number = match which {
            Which::All => {
                let assets = self.catalog.version_assets(viewer, (scope, key))?;
                return self.asset_views(viewer, assets).map(Some);
            }
            Which::Best => entry.current.map(|current| current.version),
            Which::Latest => Some(entry.latest).filter(|latest| *latest > 0),
            Which::Number(number) => Some(number),
        };
        let Some(number) = number else { return Ok(None) };
        let asset = self.catalog.version_asset(viewer, (scope, key), number)?;
        asset.map(|asset| self.asset_views(viewer, vec![asset])).transpose()
    }

    /// One version, with its metadata in full.
    pub fn version_view(
        &self,
        viewer: Viewer,
        of: (&Scope, &AssetKey),
        version: Version,
    ) -> Result<Option<AssetView>, QueryError> {
        let found = self.catalog.version(viewer, of, version)?;
        found.map_or(Ok(None), |entry| self.asset_view(viewer, entry.asset))
    }

    /// The histories of a scope with all their versions, by key: two scans.
    pub fn full_histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
    ) -> Result<Vec<HistoryView>, QueryError> {
        let histories = self.catalog.full_histories(viewer, scope)?;
        let view = |(entry, assets)| {
            let versions = self.asset_views(viewer, assets)?;
            Ok(HistoryView { entry, versions })
        };
        histories.into_iter().map(view).collect()
    }

    /// What stands for each history of a project and of its parts, with the numbers of its scenes:
    /// two scans. `None` when there is no such project.
    pub fn project_histories(
        &self,
        viewer: Viewer,
        project: &ProjectId,
    ) -> Result<Option<ProjectHistories>, QueryError> {
        if self.catalog.project(viewer, project)?.is_none() {
            return Ok(None);
        }
        let numbers = self.catalog.scene_numbers(viewer, project)?;
        let mut histories = self.catalog.project_histories(viewer, project)?;
        histories.retain(|(scope, _)| scope.scene().is_none_or(|id| numbers.contains_key(&id)));
        Ok(Some(ProjectHistories { histories, numbers }))
    }

    /// The numbers of the scenes that assets are placed in: one look-up for each scene.
    pub fn numbers_of(
        &self,
        viewer: Viewer,
        views: &[AssetView],
    ) -> Result<SceneNumbers, QueryError> {
        let mut numbers = SceneNumbers::new();
        let placements = views.iter().filter_map(|view| view.asset.placement.as_ref());
        for scene in placements.filter_map(|placement| placement.scope.scene()) {
            if let Entry::Vacant(place) = numbers.entry(scene)
                && let Some(number) = self.catalog.scene_number(viewer, scene)?
            {
                place.insert(number);
            }
        }
        Ok(numbers)
    }

    /// The project of a scene.
    pub fn scene_project(
        &self,
        viewer: Viewer,
        scene: SceneId,
    ) -> Result<Option<ProjectId>, QueryError> {
        self.catalog.scene_project(viewer, scene)
    }
}

/// The asset that a command is about and that is there already.
fn subject_of(command: &Command) -> Option<AssetId> {
    match command {
        Command::ChangeAsset(change) => Some(change.id),
        _ => None,
    }
}
