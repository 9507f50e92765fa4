//! A request with its viewer and what its path names, as the routes take it.
//!
//! Invariant: there is no `Call` without a valid token whose access is enough. A route that takes a
//! `Call` as it is needs write access for every method that may change something, and answers a
//! token of one project only for what its path names in that project; a route that needs more or
//! less says so in its signature. What a path names badly is "not there", the same answer as for
//! what belongs to somebody else.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OriginalUri, RawPathParams, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use rushes_api::paths::IDEMPOTENCY_KEY;
use rushes_api::{Access, Code};
use rushes_vault::Vault;
use rushes_vault::command::{PartRef, SceneRef, WORD_CHARS_MAX};
use rushes_vault::ids::{AssetId, AssetKey, ElementId, ProjectId, UserId};
use rushes_vault::model::{Asset, Version, Viewer};
use uuid::Uuid;

use crate::asked::Asked;
use crate::auth::{self, Grant};
use crate::clock;
use crate::edge::{Base, Links, is_safe};
use crate::error::Refusal;
use crate::sign::is_signed;
use crate::state::App;

/// An authenticated request without its body.
#[derive(Debug)]
pub struct Call {
    /// The daemon.
    pub app: Arc<App>,
    /// On whose behalf.
    pub viewer: Viewer,
    /// What they may do.
    pub grant: Grant,
    /// What links begin with.
    pub links: Links,
    /// The headers.
    pub headers: HeaderMap,
    /// The target.
    pub uri: Uri,
    named: Vec<(String, String)>,
}

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy)]
struct Needs {
    access: Access,
    /// Whether the route itself keeps to [`Call::project_only`].
    is_across: bool,
}

/// Reading is free with read access; everything else changes something.
fn by_method(method: &Method) -> Access {
    if is_safe(method) { Access::Read } else { Access::Write }
}

/// Who asks, by the type that a handler takes it as.
pub trait Caller {
    /// Whether a signed URL will do.
    const IS_SIGNED: bool = false;
    /// What they must be allowed; `None` for everybody.
    fn access(method: &Method) -> Option<Access>;
}

impl Caller for Call {
    fn access(method: &Method) -> Option<Access> {
        Some(by_method(method))
    }
}

impl Caller for Signed {
    const IS_SIGNED: bool = true;

    fn access(_: &Method) -> Option<Access> {
        Some(Access::Read)
    }
}

/// Nobody in particular is asked for.
impl Caller for State<Arc<App>> {
    fn access(_: &Method) -> Option<Access> {
        None
    }
}

macro_rules! calls {
    ($(
        $(#[$doc:meta])*
        $name:ident needs |$method:pat_param| $access:expr, across $across:literal;
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub struct $name(pub Call);

            impl Caller for $name {
                fn access($method: &Method) -> Option<Access> {
                    Some($access)
                }
            }

            impl FromRequestParts<Arc<App>> for $name {
                type Rejection = Refusal;

                async fn from_request_parts(
                    parts: &mut Parts,
                    app: &Arc<App>,
                ) -> Result<Self, Refusal> {
                    let $method = &parts.method;
                    let needs = Needs { access: $access, is_across: $across };
                    Call::open(parts, app, needs).await.map(Self)
                }
            }
        )*
    };
}

calls! {
    /// Names no project in its path, but keeps to [`Call::project_only`] itself.
    Across needs |method| by_method(method), across true;
    /// The same, and it only reads, though it is sent with a method that changes things elsewhere.
    ReadingAcross needs |_| Access::Read, across true;
    /// It only reads, though it is sent with a method that changes things elsewhere.
    Reading needs |_| Access::Read, across false;
    /// Is for admins.
    Admin needs |_| Access::Admin, across false;
}

/// A route that a signed URL opens as well.
#[derive(Debug)]
pub struct Signed(pub Call);

impl FromRequestParts<Arc<App>> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let uri = match parts.extensions.get::<OriginalUri>() {
            Some(OriginalUri(uri)) => uri.clone(),
            None => parts.uri.clone(),
        };
        let query = uri.query().unwrap_or_default();
        if parts.headers.contains_key(AUTHORIZATION) || !is_signed(query) {
            return Call::from_request_parts(parts, app).await.map(Self);
        }
        let target = (uri.path(), query);
        let grant = auth::grant_signed(app, &parts.method, target, clock::now())?;
        let needs = Needs { access: Access::Read, is_across: false };
        Call::granted(parts, app, needs, grant).await.map(Self)
    }
}

impl FromRequestParts<Arc<App>> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Refusal> {
        let needs = Needs { access: by_method(&parts.method), is_across: false };
        Self::open(parts, app, needs).await
    }
}

impl Call {
    async fn open(parts: &mut Parts, app: &Arc<App>, needs: Needs) -> Result<Self, Refusal> {
        let grant = auth::grant(app, &parts.headers, clock::now()).await?;
        Self::granted(parts, app, needs, grant).await
    }

    async fn granted(
        parts: &mut Parts,
        app: &Arc<App>,
        needs: Needs,
        grant: Grant,
    ) -> Result<Self, Refusal> {
        if let Some(asked) = parts.extensions.get::<Arc<Asked>>() {
            asked.is_of(grant.viewer.user);
        }
        grant.must_have(needs.access)?;
        let base = parts.extensions.get::<Base>().cloned();
        let base = base.ok_or_else(|| Refusal::failed("a route lies outside the edge"))?;
        let params = RawPathParams::from_request_parts(parts, app)
            .await
            .map_err(|error| Refusal::new(Code::BadRequest, format!("the path: {error}")))?;
        let named = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let call = Self {
            app: Arc::clone(app),
            viewer: grant.viewer,
            links: Links::new(base, app, (grant.viewer, grant.project.clone())),
            grant,
            named: named.collect(),
            headers: parts.headers.clone(),
            uri: parts.uri.clone(),
        };
        if !needs.is_across {
            call.must_be_in_project().await?;
        }
        Ok(call)
    }

    /// Refuses what lies outside of the one project that the token sees, as if it were not there.
    async fn must_be_in_project(&self) -> Result<(), Refusal> {
        let Some(only) = self.project_only().cloned() else { return Ok(()) };
        if self.named("project").is_ok() {
            return if self.project()? == only { Ok(()) } else { Err(Refusal::missing("project")) };
        }
        if let Some(scene) = self.scene()? {
            let SceneRef::Id(scene) = scene else { return Err(Refusal::missing("scene")) };
            let found = self.ask(move |vault, viewer| vault.scene_project(viewer, scene)).await?;
            return if found == Some(only) { Ok(()) } else { Err(Refusal::missing("scene")) };
        }
        if self.named("asset").is_ok() {
            let id = self.asset()?;
            let asset = self.ask(move |vault, viewer| vault.asset(viewer, id)).await?;
            let is_in = asset.is_some_and(|asset| is_in(&asset, &only));
            return if is_in { Ok(()) } else { Err(Refusal::missing("asset")) };
        }
        Err(Refusal::new(Code::Forbidden, "this token sees one project, and this is not about it"))
    }

    /// The one project that the token sees; `None` for all of the viewer's.
    pub fn project_only(&self) -> Option<&ProjectId> {
        self.grant.project.as_ref()
    }

    /// Whether the token sees an asset that the viewer has.
    pub fn sees(&self, asset: &Asset) -> bool {
        self.project_only().is_none_or(|only| is_in(asset, only))
    }

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

    /// The element in the path, under the word for its kind.
    pub fn element(&self, word: &'static str) -> Result<ElementId, Refusal> {
        self.named(word)?.parse().map_err(|_| Refusal::missing(word))
    }

    /// The asset key in the path.
    pub fn asset_key(&self) -> Result<AssetKey, Refusal> {
        self.named("asset_key")?.parse().map_err(|_| Refusal::missing("history"))
    }

    /// The asset in the path.
    pub fn asset(&self) -> Result<AssetId, Refusal> {
        self.named("asset")?.parse().map_err(|_| Refusal::missing("asset"))
    }

    /// The kind of asset in the path.
    pub fn asset_type(&self) -> Result<String, Refusal> {
        self.named("asset_type").map(str::to_owned)
    }

    /// The user in the path.
    pub fn user(&self) -> Result<UserId, Refusal> {
        self.named("user")?.parse().map_err(|_| Refusal::missing("user"))
    }

    /// The token in the path.
    pub fn token(&self) -> Result<Uuid, Refusal> {
        self.named("token")?.parse().map_err(|_| Refusal::missing("token"))
    }

    /// The key that makes the request safe to repeat.
    pub fn idempotency_key(&self) -> Result<Option<String>, Refusal> {
        let mut sent = self.headers.get_all(IDEMPOTENCY_KEY).iter();
        let key = sent.next().map(|key| key.to_str().map(str::to_owned)).transpose();
        let reason = "send one, of printable ASCII characters";
        match (key, sent.next()) {
            (Ok(Some(key)), None) if key.chars().count() > WORD_CHARS_MAX => {
                let reason = format_args!("at most {WORD_CHARS_MAX} characters");
                Err(Refusal::invalid("Idempotency-Key", reason))
            }
            (Ok(Some(key)), None) if key.trim().is_empty() => {
                Err(Refusal::invalid("Idempotency-Key", "must not be empty"))
            }
            (Ok(key), None) => Ok(key),
            _ => Err(Refusal::of_field(Code::BadRequest, "Idempotency-Key", reason)),
        }
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

/// Whether an asset is a version in a project.
pub fn is_in(asset: &Asset, project: &ProjectId) -> bool {
    asset.placement.as_ref().is_some_and(|placement| placement.scope.project == *project)
}

/// Refuses a record that names an asset outside of the one project that a token sees, as if it were
/// not there. What the record named before is not asked again.
pub fn must_see(
    vault: &Vault,
    viewer: Viewer,
    only: Option<&ProjectId>,
    named: &[(&'static str, AssetId)],
    before: impl FnOnce() -> Result<Vec<AssetId>, Refusal>,
) -> Result<(), Refusal> {
    let Some(only) = only else { return Ok(()) };
    let before = before()?;
    for (field, id) in named.iter().filter(|(_, id)| !before.contains(id)) {
        let asset = vault.asset(viewer, *id)?;
        if !asset.is_some_and(|asset| is_in(&asset, only)) {
            return Err(Refusal::invalid(field, "there is no such asset"));
        }
    }
    Ok(())
}

/// A scene as clients name it: a UUID or its number.
pub fn scene_ref(text: &str) -> Option<SceneRef> {
    match text.parse() {
        Ok(id) => Some(SceneRef::Id(id)),
        Err(_) => text.parse().ok().map(SceneRef::Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_is_named_by_number_or_id() {
        assert_eq!(scene_ref("3"), Some(SceneRef::Number(3)));
        let id = "0193a5b0-7c3e-7000-8000-000000000001";
        assert!(matches!(scene_ref(id), Some(SceneRef::Id(_))));
        assert_eq!(scene_ref("three"), None);
    }
}
