//! A request with its viewer and what its path names, as the routes take it.
//!
//! Invariant: there is no `Call` without a valid token; what a path names badly is "not there", the
//! same answer as for what belongs to somebody else.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri};
use rushes_api::Code;
use rushes_api::paths::IDEMPOTENCY_KEY;
use rushes_vault::Vault;
use rushes_vault::command::{PartRef, SceneRef};
use rushes_vault::ids::{AssetId, AssetKey, ProjectId};
use rushes_vault::model::{Version, Viewer};

use crate::edge::Links;
use crate::error::Refusal;
use crate::state::App;

/// An authenticated request without its body.
#[derive(Debug)]
pub struct Call {
    /// The daemon.
    pub app: Arc<App>,
    /// On whose behalf.
    pub viewer: Viewer,
    /// What links begin with.
    pub links: Links,
    /// The headers.
    pub headers: HeaderMap,
    /// The target.
    pub uri: Uri,
    named: Vec<(String, String)>,
}

impl FromRequestParts<Arc<App>> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let viewer = viewer(app, &parts.headers)?;
        let links = parts.extensions.get::<Links>().cloned();
        let links = links.ok_or_else(|| Refusal::failed("a route lies outside the edge"))?;
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|error| Refusal::new(Code::BadRequest, format!("the path: {error}")))?;
        let named = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Ok(Self {
            app: Arc::clone(app),
            viewer,
            links,
            named: named.collect(),
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
        })
    }
}

impl Call {
    /// The project in the path.
    pub fn project(&self) -> Result<ProjectId, Refusal> {
        self.named("project")?.parse().map_err(|_| Refusal::missing("project"))
    }

    /// The project in the path; `None` where the path has none.
    pub fn project_if_named(&self) -> Result<Option<ProjectId>, Refusal> {
        if self.named("project").is_err() {
            return Ok(None);
        }
        self.project().map(Some)
    }

    /// The version in the path.
    pub fn version(&self) -> Result<Version, Refusal> {
        self.named("version")?.parse().map_err(|_| Refusal::missing("version"))
    }

    /// The workflow in the path, as its program calls it.
    pub fn workflow(&self) -> Result<String, Refusal> {
        self.named("workflow").map(str::to_owned)
    }

    /// The scene in the path; `None` where the path has none.
    pub fn scene(&self) -> Result<Option<SceneRef>, Refusal> {
        let Ok(text) = self.named("scene") else { return Ok(None) };
        scene_ref(text).map(Some).ok_or_else(|| Refusal::missing("scene"))
    }

    /// The part of the project in the path; `None` where the path has none.
    pub fn part(&self) -> Result<Option<PartRef>, Refusal> {
        let element = |text: &str, what| text.parse().map_err(|_| Refusal::missing(what));
        if let Some(scene) = self.scene()? {
            return Ok(Some(PartRef::Scene(scene)));
        }
        if let Ok(id) = self.named("character") {
            return element(id, "character").map(PartRef::Character).map(Some);
        }
        if let Ok(id) = self.named("location") {
            return element(id, "location").map(PartRef::Location).map(Some);
        }
        let Ok(id) = self.named("mood") else { return Ok(None) };
        element(id, "mood").map(PartRef::Mood).map(Some)
    }

    /// The asset key in the path.
    pub fn asset_key(&self) -> Result<AssetKey, Refusal> {
        self.named("asset_key")?.parse().map_err(|_| Refusal::missing("history"))
    }

    /// The asset in the path.
    pub fn asset(&self) -> Result<AssetId, Refusal> {
        self.named("asset")?.parse().map_err(|_| Refusal::missing("asset"))
    }

    /// The key that makes the request safe to repeat.
    pub fn idempotency_key(&self) -> Result<Option<String>, Refusal> {
        let mut sent = self.headers.get_all(IDEMPOTENCY_KEY).iter();
        let key = sent.next().map(|key| key.to_str().map(str::to_owned)).transpose();
        match (key, sent.next()) {
            (Ok(key), None) => Ok(key),
            _ => Err(Refusal::of_field(
                Code::BadRequest,
                "Idempotency-Key",
                "send one, of printable ASCII characters",
            )),
        }
    }

    /// Refuses everybody but the daemon's first user.
    pub fn first_user(&self) -> Result<(), Refusal> {
        if Some(self.viewer) == self.app.first_user {
            return Ok(());
        }
        Err(Refusal::new(Code::Forbidden, "this is for the daemon's first user"))
    }

    /// Asks the vault, off the async threads.
    pub async fn ask<T, E>(
        &self,
        question: impl FnOnce(&Vault, Viewer) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Refusal>
    where
        T: Send + 'static,
        E: Into<Refusal>,
    {
        let (vault, viewer) = (Arc::clone(&self.app.vault), self.viewer);
        self.app.crossing.call(move || question(&vault, viewer)).await
    }

    fn named(&self, name: &str) -> Result<&str, Refusal> {
        let found = self.named.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).ok_or_else(|| Refusal::missing("route"))
    }
}

/// A scene as clients name it: a UUID or its number.
pub fn scene_ref(text: &str) -> Option<SceneRef> {
    match text.parse() {
        Ok(id) => Some(SceneRef::Id(id)),
        Err(_) => text.parse().ok().map(SceneRef::Number),
    }
}

fn viewer(app: &App, headers: &HeaderMap) -> Result<Viewer, Refusal> {
    let refused = |detail: &str| Refusal::new(Code::Unauthorized, detail);
    let header = headers
        .get(AUTHORIZATION)
        .ok_or_else(|| refused("send a token: Authorization: Bearer TOKEN"))?;
    let token = header.to_str().ok().and_then(bearer);
    let token = token.ok_or_else(|| refused("the token must be sent as: Bearer TOKEN"))?;
    app.tokens.viewer(token).ok_or_else(|| refused("the token is not valid here"))
}

/// The token of an `Authorization` header (RFC 6750); the scheme's case does not matter.
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        assert_eq!(bearer("Bearer x"), Some("x"));
        assert_eq!(bearer("bearer  x "), Some("x"));
        assert_eq!(bearer("Basic x"), None);
        assert_eq!(bearer("Bearer"), None);
    }

    #[test]
    fn a_scene_is_named_by_number_or_id() {
        assert_eq!(scene_ref("3"), Some(SceneRef::Number(3)));
        let id = "0193a5b0-7c3e-7000-8000-000000000001";
        assert!(matches!(scene_ref(id), Some(SceneRef::Id(_))));
        assert_eq!(scene_ref("three"), None);
    }
}
