//! Whether anything came to a project, or to a part of it, after a claim.
//!
//! Knows the claims of a project by their numbers. Invariant: what only was changed, chosen, hidden
//! or deleted is no arrival.

use crate::Catalog;
use crate::claim::Fact;
use crate::ids::AssetId;
use crate::journal::Position;
use crate::model::{Placement, Revision, Scope, Viewer};
use crate::records::Answer;
use crate::tables::{AssetRow, Get, Key, PlaceRow};

/// Most claims that are read for one answer: after more of them something has come.
const CLAIMS_MAX: usize = 1000;

impl Catalog {
    /// Whether a version, or to a project also a scene or an element, came after a claim.
    pub fn has_arrivals(&self, viewer: Viewer, scope: &Scope, since: Revision) -> Answer<bool> {
        let prefix = Key::project_claims(viewer.user, &scope.project);
        let after = Key::project_claim(viewer.user, &scope.project, since);
        let tables = self.tables.read()?;
        let claims = tables.scan::<Position>(&prefix, Some(&after), CLAIMS_MAX)?;
        if claims.len() == CLAIMS_MAX {
            return Ok(true);
        }
        let place = |id: AssetId| tables.get::<AssetRow>(&Key::asset(viewer.user, id));
        for (revision, position) in claims {
            let Ok(revision) = revision.try_into().map(Revision::from_be_bytes) else { continue };
            let has_come = match self.reader.read(revision, position)?.fact {
                Fact::AssetAdded(added) => is_in(scope, added.placement.as_ref()),
                Fact::AssetPlaced { placement, .. } => is_in(scope, Some(&placement)),
                Fact::AssetRestored { asset_id } => {
                    let placed = place(asset_id)?.and_then(|row| row.place);
                    is_in(scope, placed.as_ref().map(PlaceRow::placement).as_ref())
                }
                Fact::AssetsRestored { scope: restored, .. } => {
                    scope.part.is_none() || restored == *scope
                }
                Fact::SceneAdded { .. }
                | Fact::SceneRestored { .. }
                | Fact::ElementAdded { .. }
                | Fact::ElementRestored { .. } => scope.part.is_none(),
                _ => false,
            };
            if has_come {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn is_in(scope: &Scope, placement: Option<&Placement>) -> bool {
    placement.is_some_and(|placement| scope.part.is_none() || placement.scope == *scope)
}
