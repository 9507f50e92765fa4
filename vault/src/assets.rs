//! Assets as the doors show them, and what is said of them again.
//!
//! Knows no HTTP. Invariant: metadata that a patch leads to is durable before the claim that names
//! it, and a claim never names metadata that was worked out of an older record.

use rushes_catalog::QueryError;
use rushes_catalog::command::{
    ChangeAsset, Command, CommandError, METADATA_INLINE_BYTES_MAX, MergedMetadata, Target,
};
use rushes_catalog::ids::AssetId;
use rushes_catalog::lineage::{Lineage, OutdatedSource};
use rushes_catalog::marks::{AssetPatch, merge};
use rushes_catalog::metadata::check_metadata;
use rushes_catalog::model::{Asset, Generation, Revision, Viewer};
use rushes_catalog::names::display_name;
use rushes_catalog::weight::Page;
use rushes_digest::Digest;
use rushes_store::Lease;
use serde_json::Map;

use crate::ingest::settled;
use crate::{IngestError, Vault, metadata, unreadable};

/// How often a patch of metadata is worked out again because somebody else was faster. Each time
/// somebody was, so that this many writers at one asset all get through.
const MERGES_MAX: usize = 1000;

/// An asset with what the facts around it say of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AssetView {
    /// The asset.
    pub asset: Asset,
    /// The versions that it was made from, directly or not, and that no longer stand for their
    /// histories: it is outdated while there is one.
    pub outdated_sources: Vec<OutdatedSource>,
}

/// What is to be said again of an asset.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// What is said.
    pub patch: AssetPatch,
    /// The revision that its record must have; `None` takes any.
    pub expected: Option<Revision>,
    /// The history it becomes a version of; it must belong to none yet.
    pub target: Option<Target>,
}

impl Vault {
    /// An asset with what makes it outdated.
    pub fn asset_view(&self, viewer: Viewer, id: AssetId) -> Result<Option<AssetView>, QueryError> {
        let Some(asset) = self.asset(viewer, id)? else { return Ok(None) };
        Ok(self.asset_views(viewer, vec![asset])?.pop())
    }

    /// Assets with what makes them outdated: links are read for those only that have some.
    pub fn asset_views(
        &self,
        viewer: Viewer,
        assets: Vec<Asset>,
    ) -> Result<Vec<AssetView>, QueryError> {
        let derived = assets.iter().filter(|asset| has_sources(&asset.generation));
        let derived = derived.map(|asset| asset.id);
        let mut outdated = self.catalog.outdated_sources(viewer, derived)?.into_iter();
        let view = |asset: Asset| {
            let known = if has_sources(&asset.generation) { outdated.next() } else { None };
            let outdated_sources = known.unwrap_or_default();
            AssetView { asset, outdated_sources }
        };
        Ok(assets.into_iter().map(view).collect())
    }

    /// Says something again of an asset, makes it a version, or both. Durable and shown by every
    /// query on return; the answer is the record afterwards. Patches of different fields that come
    /// at once all hold. With an idempotency key a retry changes nothing again.
    pub fn change_asset(
        &self,
        viewer: Viewer,
        id: AssetId,
        change: &Change,
        key: Option<&str>,
    ) -> Result<Asset, IngestError> {
        for _ in 0..MERGES_MAX {
            let (command, lease) = self.change_command(viewer, id, change)?;
            let outcome = self.catalog.submit(viewer, command, key.map(str::to_owned));
            match settled(outcome, lease) {
                // Somebody else was faster; what was merged is of no use.
                Err(CommandError::Changed { .. }) if change.expected.is_none() => {}
                outcome => {
                    outcome?;
                    let asset = self.asset(viewer, id).map_err(|error| unreadable(&error))?;
                    return Ok(asset.ok_or(CommandError::Missing { what: "asset" })?);
                }
            }
        }
        Err(CommandError::Changed { revision: self.revision() }.into())
    }

    /// The command of a change; large metadata is durable on return, and stays while the lease is
    /// held.
    pub(crate) fn change_command(
        &self,
        viewer: Viewer,
        id: AssetId,
        change: &Change,
    ) -> Result<(Command, Option<Lease>), IngestError> {
        let mut patch = change.patch.clone();
        // An empty one is refused, not made up for.
        let shown = |name: String| if name.is_empty() { name } else { display_name(&name) };
        patch.filename = patch.filename.map(shown);
        let (merged, lease) = match &patch.metadata {
            None => (None, None),
            Some(metadata) => {
                let (merged, lease) = self.merged(viewer, id, metadata.as_ref())?;
                (Some(merged), lease)
            }
        };
        let (expected, target) = (change.expected, change.target.clone());
        let change = ChangeAsset { id, patch, expected, merged, target };
        Ok((Command::ChangeAsset(Box::new(change)), lease))
    }

    /// The metadata of an asset as it will be; `None` takes all of it away.
    fn merged(
        &self,
        viewer: Viewer,
        id: AssetId,
        patch: Option<&Map<String, serde_json::Value>>,
    ) -> Result<(MergedMetadata, Option<Lease>), IngestError> {
        let invalid = |reason| CommandError::Invalid { field: "metadata", reason };
        let asset = self.catalog.asset(viewer, id);
        let asset = asset.map_err(|error| CommandError::ReadOnly { reason: error.to_string() })?;
        let asset = asset.ok_or(CommandError::Missing { what: "asset" })?;
        let seen = asset.revision;
        let Some(patch) = patch else {
            return Ok((MergedMetadata { seen, metadata: Map::new(), digest: None }, None));
        };
        let asset = metadata::filled(&self.store, asset).map_err(|(_, error)| {
            tracing::error!(%error, "metadata that is to be changed cannot be read");
            invalid("what there is cannot be read; send null first to begin anew".to_owned())
        })?;
        let mut metadata = asset.marks.metadata;
        merge(&mut metadata, patch);
        check_metadata(&metadata)?;
        let json = serde_json::to_vec(&metadata).map_err(|error| invalid(error.to_string()))?;
        if json.len() <= METADATA_INLINE_BYTES_MAX {
            return Ok((MergedMetadata { seen, metadata, digest: None }, None));
        }
        let lease = self.keep_metadata(viewer, &json)?;
        let digest = Some(Digest::of(&json));
        Ok((MergedMetadata { seen, metadata: Map::new(), digest }, Some(lease)))
    }

    /// What an asset was made from and what was made from it, at most `depth` steps away, with what
    /// makes each of them outdated.
    pub fn lineage(
        &self,
        viewer: Viewer,
        id: AssetId,
        depth: usize,
    ) -> Result<Option<(Lineage, Vec<AssetView>)>, QueryError> {
        let Some(mut lineage) = self.catalog.lineage(viewer, id, depth)? else { return Ok(None) };
        let assets = std::mem::take(&mut lineage.assets);
        let views = self.asset_views(viewer, assets)?;
        Ok(Some((lineage, views)))
    }

    /// A page of the assets that a workflow made, in the order in which they came, after a cursor.
    pub fn workflow_assets(
        &self,
        viewer: Viewer,
        workflow: &str,
        after: Option<AssetId>,
        limit: usize,
    ) -> Result<Page<AssetView>, QueryError> {
        let page = self.catalog.workflow_assets(viewer, workflow, after, limit)?;
        let (entries, has_more) = (self.asset_views(viewer, page.entries)?, page.has_more);
        Ok(Page { entries, has_more })
    }

    /// The newest assets that are neither deleted nor archived, the newest first.
    pub fn recent(&self, viewer: Viewer, limit: usize) -> Result<Vec<AssetView>, QueryError> {
        let assets = self.catalog.recent(viewer, limit)?;
        self.asset_views(viewer, assets)
    }
}

fn has_sources(made: &Generation) -> bool {
    made.parent_id.is_some() || !made.source_asset_ids.is_empty()
}
