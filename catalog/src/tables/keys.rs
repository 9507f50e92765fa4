//! The keys of the tables: a tag, the owner, and what is looked up, in the order of listing.
//!
//! Everything but users, the stamp and what the sweep asks (who names a content, whoever it is)
//! starts with its owner, so a query in one user's name cannot reach a row of another's. Texts end
//! in a zero byte, which none of them contains; numbers are big-endian, so that they sort.

use rushes_digest::Digest;

use crate::element::ElementRef;
use crate::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId, UserId};
use crate::model::{ElementKind, Identity, Revision, Scope, Version};

use super::rows::{CostsOf, CostsRow, ShelfOf};

/// What assets are counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// Where they stand.
    Status,
    /// Their kind of media.
    Kind,
}

impl Tally {
    const fn tag(self) -> u8 {
        match self {
            Self::Status => b's',
            Self::Kind => b'k',
        }
    }
}

/// Room that most keys need, in bytes.
const KEY_BYTES: usize = 128;

/// A key, or the beginning of one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key(Vec<u8>);

impl Key {
    /// Whether a row says what there is in a project: neither what is counted, named or found by
    /// words nor what answers requests.
    pub fn is_of_project(key: &[u8]) -> bool {
        let kept = [b'P', b'L', b'S', b's', b'E', b'e', b'F', b'A', b'H', b'V'];
        key.first().is_some_and(|tag| kept.contains(tag))
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Takes the bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// How far the journal is in the tables.
    pub fn stamp() -> Self {
        Self(b"!stamp".to_vec())
    }

    /// A user by its name.
    pub fn user_named(name: &str) -> Self {
        Self(b"U".to_vec()).text(name)
    }

    /// A user by what an issuer calls it.
    pub fn user_identified(identity: &Identity) -> Self {
        Self(b"@".to_vec()).text(&identity.issuer).text(&identity.subject)
    }

    /// How many users there are.
    pub fn user_count() -> Self {
        Self(b"#users".to_vec())
    }

    /// All users.
    pub fn users() -> Self {
        Self(b"u".to_vec())
    }

    /// A user.
    pub fn user(user: UserId) -> Self {
        Self::owned(b'u', user)
    }

    /// An owner's projects.
    pub fn projects(owner: UserId) -> Self {
        Self::owned(b'P', owner)
    }

    /// A project, whatever the case of its id.
    pub fn project(owner: UserId, project: &ProjectId) -> Self {
        Self::projects(owner).text(&project.folded())
    }

    /// An owner's deleted projects.
    pub fn deleted_projects(owner: UserId) -> Self {
        Self::owned(b'p', owner)
    }

    /// A deleted project, whatever the case of its id.
    pub fn deleted_project(owner: UserId, project: &ProjectId) -> Self {
        Self::deleted_projects(owner).text(&project.folded())
    }

    /// The project whose folder has a name, whatever the case of the name. A deleted one has none.
    pub fn project_folder(owner: UserId, folded: &str) -> Self {
        Self::owned(b'G', owner).text(folded)
    }

    /// When anything in a project was last changed.
    pub fn activity(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'L', owner).text(&project.folded())
    }

    /// The claims that touched a project.
    pub fn project_claims(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'J', owner).text(&project.folded())
    }

    /// Such a claim.
    pub fn project_claim(owner: UserId, project: &ProjectId, revision: Revision) -> Self {
        Self::project_claims(owner, project).bytes(&revision.to_be_bytes())
    }

    /// When an owner's projects had their folders, by the folded name: what each claim says of one.
    pub fn lives(owner: UserId) -> Self {
        Self::owned(b'a', owner)
    }

    /// Those of one name.
    pub fn folder_lives(owner: UserId, folded: &str) -> Self {
        Self::lives(owner).text(folded)
    }

    /// What one claim says of it.
    pub fn life(owner: UserId, folded: &str, revision: Revision) -> Self {
        Self::folder_lives(owner, folded).bytes(&revision.to_be_bytes())
    }

    /// The first claims of the seconds in which there were any.
    pub fn seconds() -> Self {
        Self(b"t".to_vec())
    }

    /// That of one second since 1970.
    pub fn second(second: u64) -> Self {
        Self::seconds().bytes(&second.to_be_bytes())
    }

    /// The last such second.
    pub fn last_second() -> Self {
        Self(b"#second".to_vec())
    }

    /// Scopes whose assets are to follow them, of all owners.
    pub fn all_follows() -> Self {
        Self(b"W".to_vec())
    }

    /// Such a scope.
    pub fn follow(owner: UserId, scope: &Scope) -> Self {
        Self::all_follows().bytes(owner.as_bytes()).scope(scope)
    }

    /// A project's scenes, by number.
    pub fn scenes(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'S', owner).text(&project.folded())
    }

    /// A scene by its number.
    pub fn scene(owner: UserId, project: &ProjectId, number: u32) -> Self {
        Self::scenes(owner, project).bytes(&number.to_be_bytes())
    }

    /// A scene by its id, deleted ones too.
    pub fn scene_by_id(owner: UserId, scene: SceneId) -> Self {
        Self::owned(b's', owner).bytes(scene.as_bytes())
    }

    /// A project's elements of a kind, by id.
    pub fn elements(owner: UserId, project: &ProjectId, kind: ElementKind) -> Self {
        Self::owned(b'E', owner).text(&project.folded()).bytes(&[kind.tag()])
    }

    /// An element of a project's.
    pub fn element(owner: UserId, project: &ProjectId, element: ElementRef) -> Self {
        Self::elements(owner, project, element.kind).bytes(element.id.as_bytes())
    }

    /// An element by its id, deleted ones too.
    pub fn element_by_id(owner: UserId, element: ElementId) -> Self {
        Self::owned(b'e', owner).bytes(element.as_bytes())
    }

    /// The element whose folder has a name, deleted or not, whatever the case of the name.
    pub fn element_folder(
        owner: UserId,
        project: &ProjectId,
        kind: ElementKind,
        folded: &str,
    ) -> Self {
        Self::owned(b'F', owner).text(&project.folded()).bytes(&[kind.tag()]).text(folded)
    }

    /// How many scenes a project has.
    pub fn scene_count(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'N', owner).text(&project.folded())
    }

    /// How many elements of a kind a project has.
    pub fn element_count(owner: UserId, project: &ProjectId, kind: ElementKind) -> Self {
        Self::owned(b'n', owner).text(&project.folded()).bytes(&[kind.tag()])
    }

    /// An owner's assets.
    pub fn assets(owner: UserId) -> Self {
        Self::owned(b'A', owner)
    }

    /// An asset.
    pub fn asset(owner: UserId, asset: AssetId) -> Self {
        Self::assets(owner).bytes(asset.as_bytes())
    }

    /// The histories of a scope.
    pub fn histories(owner: UserId, scope: &Scope) -> Self {
        Self::owned(b'H', owner).scope(scope)
    }

    /// The histories of a project and its parts, all of them.
    pub fn project_histories(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'H', owner).text(&project.folded())
    }

    /// A history.
    pub fn history(owner: UserId, scope: &Scope, key: &AssetKey) -> Self {
        Self::histories(owner, scope).text(&key.folded())
    }

    /// The versions of all histories of a scope.
    pub fn scope_versions(owner: UserId, scope: &Scope) -> Self {
        Self::owned(b'V', owner).scope(scope)
    }

    /// The versions of a history.
    pub fn versions(owner: UserId, scope: &Scope, key: &AssetKey) -> Self {
        Self::scope_versions(owner, scope).text(&key.folded())
    }

    /// The versions of a project and its parts, all of them.
    pub fn project_versions(owner: UserId, project: &ProjectId) -> Self {
        Self::owned(b'V', owner).text(&project.folded())
    }

    /// A version.
    pub fn version(owner: UserId, scope: &Scope, key: &AssetKey, version: Version) -> Self {
        Self::versions(owner, scope, key).bytes(&version.to_be_bytes())
    }

    /// The contents that an owner's assets name, as far as they are not deleted.
    pub fn contents(owner: UserId) -> Self {
        Self::owned(b'D', owner)
    }

    /// A content that an owner's assets name.
    pub fn content(owner: UserId, digest: &Digest) -> Self {
        Self::contents(owner).bytes(digest.as_bytes())
    }

    /// Metadata of an owner that is a blob of its own.
    pub fn metadata(owner: UserId, digest: &Digest) -> Self {
        Self::owned(b'M', owner).bytes(digest.as_bytes())
    }

    /// Whether anybody names a content.
    pub fn naming(digest: &Digest) -> Self {
        Self(b"C".to_vec()).bytes(digest.as_bytes())
    }

    /// The contents that nobody names any more and whose bytes are still there.
    pub fn all_released() -> Self {
        Self(b"R".to_vec())
    }

    /// Such a content.
    pub fn released(digest: &Digest) -> Self {
        Self::all_released().bytes(digest.as_bytes())
    }

    /// All journal files that have a second copy.
    pub fn all_segments() -> Self {
        Self(b"!kept".to_vec())
    }

    /// Such a file, by its first revision.
    pub fn segment(first: Revision) -> Self {
        Self::all_segments().bytes(&first.to_be_bytes())
    }

    /// The sum of the sizes of an owner's assets that are not deleted.
    pub fn logical_bytes(owner: UserId) -> Self {
        Self::owned(b'B', owner)
    }

    /// The assets that were made from an asset.
    pub fn uses(owner: UserId, source: AssetId) -> Self {
        Self::owned(b'x', owner).bytes(source.as_bytes())
    }

    /// That an asset was made from another one, by that one.
    pub fn used_by(owner: UserId, source: AssetId, user: AssetId) -> Self {
        Self::uses(owner, source).bytes(user.as_bytes())
    }

    /// The assets that an asset was made from.
    pub fn sources(owner: UserId, user: AssetId) -> Self {
        Self::owned(b'l', owner).bytes(user.as_bytes())
    }

    /// That an asset was made from another one, by itself.
    pub fn made_from(owner: UserId, user: AssetId, source: AssetId) -> Self {
        Self::sources(owner, user).bytes(source.as_bytes())
    }

    /// The assets that a workflow made.
    pub fn workflow(owner: UserId, workflow: &str) -> Self {
        Self::owned(b'w', owner).text(workflow)
    }

    /// An asset that a workflow made.
    pub fn workflow_asset(owner: UserId, workflow: &str, asset: AssetId) -> Self {
        Self::workflow(owner, workflow).bytes(asset.as_bytes())
    }

    /// The assets that were made from a prompt record.
    pub fn prompt(owner: UserId, prompt: &str) -> Self {
        Self::owned(b'y', owner).text(prompt)
    }

    /// An asset that was made from a prompt record.
    pub fn prompt_asset(owner: UserId, prompt: &str, asset: AssetId) -> Self {
        Self::prompt(owner, prompt).bytes(asset.as_bytes())
    }

    /// An owner's tags.
    pub fn tags(owner: UserId) -> Self {
        Self::owned(b'T', owner)
    }

    /// A tag.
    pub fn tag(owner: UserId, tag: &str) -> Self {
        Self::tags(owner).text(tag)
    }

    /// The words by which an owner's assets are put together.
    pub fn shelves(owner: UserId, of: ShelfOf) -> Self {
        Self::owned(b'h', owner).bytes(&[of.tag()])
    }

    /// Such a word.
    pub fn shelf(owner: UserId, of: ShelfOf, word: &str) -> Self {
        Self::shelves(owner, of).text(word)
    }

    /// The word whose folder has a name, whatever its case.
    pub fn shelf_folder(owner: UserId, of: ShelfOf, folded: &str) -> Self {
        Self::owned(b'f', owner).bytes(&[of.tag()]).text(folded)
    }

    /// The assets that have a word, in the order in which they came.
    pub fn shelved(owner: UserId, of: ShelfOf, word: &str) -> Self {
        Self::owned(b'k', owner).bytes(&[of.tag()]).text(word)
    }

    /// Such an asset, by the claim that made it.
    pub fn shelved_asset(owner: UserId, of: ShelfOf, word: &str, revision: Revision) -> Self {
        Self::shelved(owner, of, word).bytes(&revision.to_be_bytes())
    }

    /// An owner's assets that are neither deleted nor archived, the newest first.
    pub fn recent(owner: UserId) -> Self {
        Self::owned(b'r', owner)
    }

    /// Such an asset, by the claim that made it.
    pub fn recent_asset(owner: UserId, revision: Revision) -> Self {
        Self::recent(owner).bytes(&(Revision::MAX - revision).to_be_bytes())
    }

    /// How many of an owner's assets stand where, or are of which kind.
    pub fn tallies(owner: UserId, of: Tally) -> Self {
        Self::owned(b'K', owner).bytes(&[of.tag()])
    }

    /// How many stand there, or are of that kind.
    pub fn tally(owner: UserId, of: Tally, word: &str) -> Self {
        Self::tallies(owner, of).text(word)
    }

    /// What an owner's assets cost, or those of a project.
    pub fn costs(owner: UserId, of: CostsOf, project: Option<&ProjectId>) -> Self {
        let key = Self::owned(b'O', owner).bytes(&[of.tag()]);
        match project {
            Some(project) => key.text(&project.folded()),
            None => key,
        }
    }

    /// A sum of such costs.
    pub fn cost(owner: UserId, of: CostsOf, row: &CostsRow) -> Self {
        let (project, scene) =
            row.scope.as_ref().map_or((None, None), |(id, scene)| (Some(id), *scene));
        let key = match of {
            CostsOf::Scene => Self::scene_costs(owner, project, scene),
            CostsOf::All => Self::costs(owner, of, None),
            CostsOf::Project | CostsOf::ProjectModel => {
                let folded = project.map(ProjectId::folded).unwrap_or_default();
                Self::costs(owner, of, None).text(&folded)
            }
        };
        match of {
            CostsOf::All | CostsOf::ProjectModel => {
                key.text(&row.provider).text(&row.model).text(&row.month)
            }
            CostsOf::Project | CostsOf::Scene => key.text(&row.month),
        }
    }

    /// What comes right behind the sums of a scene.
    pub fn scene_costs_end(
        owner: UserId,
        project: Option<&ProjectId>,
        scene: Option<[u8; 16]>,
    ) -> Self {
        Self::scene_costs(owner, project, scene).bytes(&[u8::MAX])
    }

    fn scene_costs(owner: UserId, project: Option<&ProjectId>, scene: Option<[u8; 16]>) -> Self {
        let folded = project.map(ProjectId::folded).unwrap_or_default();
        let key = Self::costs(owner, CostsOf::Scene, None).text(&folded);
        match scene {
            None => key.bytes(&[0]),
            Some(scene) => key.bytes(&[1]).bytes(&scene),
        }
    }

    /// A request that was answered.
    pub fn request(owner: UserId, key: &str) -> Self {
        Self::owned(b'I', owner).text(key)
    }

    /// The key of which this one is the beginning.
    pub fn followed_by(self, rest: &[u8]) -> Self {
        self.bytes(rest)
    }

    fn owned(tag: u8, owner: UserId) -> Self {
        let mut key = Vec::with_capacity(KEY_BYTES);
        key.push(tag);
        Self(key).bytes(owner.as_bytes())
    }

    fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes()).bytes(&[0])
    }

    fn scope(self, scope: &Scope) -> Self {
        let key = self.text(&scope.project.folded());
        match scope.part {
            None => key.bytes(b"p"),
            Some(part) => key.bytes(&[part.tag()]).bytes(part.as_bytes()),
        }
    }
}
