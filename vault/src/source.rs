//! What the folder asks: a narrow trait, so that the view knows neither store nor journal, and
//! another daemon can stand behind it one day.
//!
//! Every call takes the viewer in whose name space it is answered. Lists are pages: at most
//! `limit` entries after a cursor, in the order of the cursor. Answers are facts; names, inodes and
//! file modes are the view's business.

use std::fmt;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use rushes_catalog::element::ElementRef;
use rushes_catalog::ids::{AssetId, AssetKey, ElementId, ProjectId, SceneId};
use rushes_catalog::model::{
    Asset, ElementEntry, ElementKind, HistoryEntry, Project, ProjectEntry, Revision, Scene, Scope,
    ShelfEntry, Version, VersionEntry, Viewer,
};
use rushes_catalog::{Links, ShelfOf};
use rushes_digest::Digest;

type Answer<T> = Result<T, SourceError>;

/// A record that is shown as a JSON file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RecordOf {
    /// `project.json`: the project, its scenes and their current versions.
    Project(ProjectId),
    /// `scene.json`: the scene and its histories in short.
    Scene(ProjectId, SceneId),
    /// `storyboard.json`: what a project should become.
    Storyboard(ProjectId),
    /// `character.json`, `location.json`, `mood.json`: the element and its histories in short.
    Element(ProjectId, ElementRef),
    /// `v001.json`, `v003.failed.json`, `v002.deleted.json`: the asset.
    Asset(AssetId),
}

/// Why the source could not answer. "Not there" is an answer (`None`), not an error.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The bytes are damaged; what the store knows stands in the text.
    #[error("{0}")]
    Damaged(String),
    /// The machine failed: the message names verb and path.
    #[error("{0}")]
    Failed(String),
    /// No room is left.
    #[error("the disk is full: free some space and try again")]
    Full,
    /// No file may be that long.
    #[error("a file has at most {bytes_max} bytes here")]
    TooLarge {
        /// How long one may be.
        bytes_max: u64,
    },
    /// The file is complete: what is written now belongs into a copy of it.
    #[error("the file is being saved")]
    Frozen,
    /// It was saved before, and another version is shown by now.
    #[error("the file was saved before")]
    Saved,
    /// What was to be made is there already.
    #[error("there is one of that name already")]
    Taken,
    /// The facts do not allow it.
    #[error("{0}")]
    Refused(String),
    /// It is more than one answer may hold.
    #[error("{0}")]
    TooMuch(String),
}

/// An open content. Reads may come from many threads at once.
pub trait OpenContent: Send + Sync + fmt::Debug {
    /// Length in bytes; never changes.
    fn size(&self) -> u64;
    /// Reads at an offset; fewer bytes than asked for only at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, SourceError>;
    /// The file that is exactly this content, read-only, where there is one: for kernel
    /// passthrough. The kernel ignores the size that FUSE reports, so nothing else may be given.
    fn exact_file(&self) -> Option<BorrowedFd<'_>>;
}

/// What a file that a program writes becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaveAs {
    /// The project or scene.
    pub scope: Scope,
    /// The history; `None` while the file's name is one that is never saved.
    pub asset_key: Option<AssetKey>,
    /// The extension in its name, without a dot.
    pub extension: String,
    /// Its name.
    pub filename: String,
    /// What it was made from.
    pub base: Option<AssetId>,
    /// When it was changed last, milliseconds since 1970.
    pub modified_ms: i64,
}

/// The version that holds the bytes of a save.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SavedAs {
    /// Its asset.
    pub asset: AssetId,
    /// The claim that made it.
    pub made: Revision,
    /// Its bytes.
    pub digest: Digest,
    /// How many.
    pub size: u64,
    /// Whether it was made for them; else it was there, and shown, before.
    pub is_new: bool,
}

/// A file that a program writes. Reads and writes may come from many threads at once.
///
/// Dropping it loses it, unless it was promised: then it becomes a version at the next start.
pub trait Unsaved: Send + Sync + fmt::Debug {
    /// Length in bytes.
    fn size(&self) -> u64;
    /// Reads at an offset; fewer bytes than asked for only at the end.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, SourceError>;
    /// Writes all bytes at an offset. Errors: `Frozen`, and then nothing was written; `Full`;
    /// `TooLarge`.
    fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), SourceError>;
    /// Makes it shorter, or longer with zeros. Errors: `Frozen`, `Full`, `TooLarge`.
    fn set_len(&self, size: u64) -> Result<(), SourceError>;
    /// Makes room for a range, which is zeros where it is new; `false` where the disk cannot.
    fn allocate(&self, range: Range<u64>) -> Result<bool, SourceError>;
    /// Nothing is written to it from now on. Waits for writes that are under way.
    fn freeze(&self) -> Result<(), SourceError>;
    /// Whether nothing may be written to it any more.
    fn is_frozen(&self) -> bool;
    /// Makes what it holds now come back after a kill; where it `lasts`, after a power cut too.
    fn promise(&self, save: &SaveAs, lasts: bool) -> Result<(), SourceError>;
    /// Its name is gone: it does not come back after a kill, unless it is frozen, to be saved.
    fn withdraw(&self);
    /// Nobody wants it any more; whoever reads it goes on.
    fn discard(&self);
    /// For the source that made it.
    fn as_any(&self) -> &dyn std::any::Any;
}

/// What a claim changed, as far as the folder shows it. `revision` is the last claim of the commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The last claim that is part of it.
    pub revision: Revision,
    /// What it touched.
    pub touched: Vec<Touched>,
}

/// The number of a view that follows the changes.
pub type Follower = u64;

/// Something the folder shows and a claim changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Touched {
    /// A project was made, deleted or restored, or its record changed.
    Project(Viewer, ProjectId),
    /// An element was made, deleted or restored, or its record changed.
    Element(Viewer, ProjectId, ElementEntry),
    /// A scene was made, deleted or restored, or its record changed.
    Scene(Viewer, ProjectId, u32),
    /// The scenes of a project have other numbers.
    Scenes(Viewer, ProjectId),
    /// A history got a version or another best one. The scene's number comes with it.
    History(Viewer, Scope, Option<u32>, AssetKey),
    /// A version of a history was deleted or restored: what stands for the history may be another
    /// one, and the version's own names are others. The scene's number comes with it.
    Version(Viewer, Scope, Option<u32>, AssetKey, Version),
    /// An asset was made (true), or it is not what it was: it was changed, placed, deleted or
    /// restored.
    Asset(Viewer, AssetId, bool),
    /// A content is referenced by the viewer now, or no more.
    Blob(Viewer, Digest),
    /// Bytes went that nobody names any more: no moment shows them from now on.
    Freed,
    /// Too much changed to name: everything may have.
    Everything,
}

/// A moment of which the past is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// When a claim was the last one.
    Revision(Revision),
    /// When a second was over, counted since 1970 (UTC).
    EndOf(u64),
}

/// Under which name a scope is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It is a project.
    Project,
    /// It is the scene of a number.
    Scene(u32),
    /// It is an element with a folder.
    Element(ElementEntry),
}

/// An asset wherever it stands, with the words that it has, or had when it was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetLine {
    /// As a file.
    pub entry: ShelfEntry,
    /// Its words.
    pub words: Vec<(ShelfOf, String)>,
    /// Whether it is deleted.
    pub is_deleted: bool,
}

/// What the folder asks beside projects and histories, by the same rules as [`Source`].
pub trait Shelves {
    /// Under which name a scope is shown; `None` when nobody knows it.
    fn place(&self, viewer: Viewer, scope: &Scope) -> Answer<Option<Place>>;

    /// The words by which assets are put together, each with its folder's name, by word, after a
    /// cursor.
    fn shelves(
        &self,
        viewer: Viewer,
        of: ShelfOf,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<(String, String)>>;

    /// The word whose folder has a name.
    fn shelf(&self, viewer: Viewer, of: ShelfOf, folder: &str) -> Answer<Option<String>>;

    /// The assets that have a word, by the claim that made them, after a cursor.
    fn shelved(
        &self,
        viewer: Viewer,
        of: (ShelfOf, &str),
        after: Option<Revision>,
        limit: usize,
    ) -> Answer<Vec<ShelfEntry>>;

    /// The asset that has a word and was made by a claim.
    fn shelved_at(
        &self,
        viewer: Viewer,
        of: (ShelfOf, &str),
        made: Revision,
    ) -> Answer<Option<ShelfEntry>>;

    /// The newest assets that are not put away, the newest first.
    fn recent(&self, viewer: Viewer, limit: usize) -> Answer<Vec<ShelfEntry>>;

    /// What a search for words finds, the best first; `None` for words that cannot be searched for.
    fn search(&self, viewer: Viewer, words: &str, limit: usize) -> Answer<Option<Vec<ShelfEntry>>>;

    /// What an asset was made from, or what was made from it, in the order in which these came.
    fn linked(&self, viewer: Viewer, of: (AssetId, Links), limit: usize)
    -> Answer<Vec<ShelfEntry>>;

    /// Whether there ever was anything of that.
    fn has_links(&self, viewer: Viewer, asset: AssetId) -> Answer<bool>;

    /// An asset that has, or had, bytes.
    fn line(&self, viewer: Viewer, asset: AssetId) -> Answer<Option<AssetLine>>;

    /// An asset's record as a value.
    fn asset(&self, viewer: Viewer, asset: AssetId) -> Answer<Option<Asset>>;

    /// Whether the bytes of an asset that may be deleted are still there.
    fn is_kept(&self, viewer: Viewer, asset: AssetId, digest: &Digest) -> Answer<bool>;

    /// Opens the bytes of an asset that may be deleted, as long as they are there.
    fn open_kept(
        &self,
        viewer: Viewer,
        asset: AssetId,
        digest: &Digest,
    ) -> Answer<Option<Arc<dyn OpenContent>>>;
}

/// What the folder asks when folders are made and removed, by the same rules as [`Source`]. None of
/// it waits until the folders show it: the caller is one.
pub trait Folders {
    /// The project whose folder has a name, written exactly like that.
    fn project_in(&self, viewer: Viewer, folder: &str) -> Answer<Option<Project>>;

    /// Calls the folder of a project otherwise. Errors: `Taken`, `Refused`.
    fn name_project(&self, viewer: Viewer, id: &ProjectId, folder: &str) -> Answer<()>;

    /// Makes a project whose folder has a name. Errors: `Taken`, `Refused`.
    fn add_project(&self, viewer: Viewer, name: &str) -> Answer<()>;

    /// Makes a scene. Errors: `Taken`, `Refused`.
    fn add_scene(&self, viewer: Viewer, project: &ProjectId, number: u32) -> Answer<()>;

    /// Deletes a project, scene, character, location or mood, which can be restored. Errors:
    /// `Refused`.
    fn archive(&self, viewer: Viewer, scope: &Scope) -> Answer<()>;

    /// The last claim that every call shows.
    fn revision(&self) -> Revision;

    /// Whether anything came to a project, or to a part of it, after a claim: a version, and to a
    /// project also a scene or an element. What was changed or deleted does not count.
    fn has_arrivals(&self, viewer: Viewer, scope: &Scope, since: Revision) -> Answer<bool>;
}

/// What the folder asks of a project, by the same rules as [`Source`]: of now, or of a moment.
pub trait Facts: Send + Sync + fmt::Debug + 'static {
    /// One project; the id is matched exactly as written.
    fn project(&self, viewer: Viewer, id: &ProjectId) -> Result<Option<Project>, SourceError>;

    /// Scenes of a project by number, after a cursor.
    fn scenes(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        after: Option<u32>,
        limit: usize,
    ) -> Result<Vec<Scene>, SourceError>;

    /// One scene by its number.
    fn scene(
        &self,
        viewer: Viewer,
        project: &ProjectId,
        number: u32,
    ) -> Result<Option<Scene>, SourceError>;

    /// Histories of a scope by key, after a cursor.
    fn histories(
        &self,
        viewer: Viewer,
        scope: &Scope,
        after: Option<&AssetKey>,
        limit: usize,
    ) -> Result<Vec<HistoryEntry>, SourceError>;

    /// One history.
    fn history(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Result<Option<HistoryEntry>, SourceError>;

    /// The folders of a project's elements of a kind, by id, after a cursor.
    fn elements(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        after: Option<ElementId>,
        limit: usize,
    ) -> Answer<Vec<ElementEntry>>;

    /// The element whose folder has a name.
    fn element(
        &self,
        viewer: Viewer,
        of: (&ProjectId, ElementKind),
        folder: &str,
    ) -> Answer<Option<ElementEntry>>;

    /// Versions of a history by number, after a cursor.
    fn versions(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
        after: Option<Version>,
        limit: usize,
    ) -> Result<Vec<VersionEntry>, SourceError>;

    /// One version.
    fn version(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
        version: Version,
    ) -> Result<Option<VersionEntry>, SourceError>;

    /// The text of a record: pretty JSON that ends in a newline.
    fn record(&self, viewer: Viewer, of: &RecordOf) -> Result<Option<Arc<[u8]>>, SourceError>;
}

/// What the folder asks of moments, by the same rules as [`Source`].
pub trait Moments {
    /// The last claim of a moment; `None` where that is not over, or before the first claim.
    fn moment(&self, moment: Moment) -> Answer<Option<Revision>>;

    /// The projects that were there when a claim was the last one, by the names of their folders,
    /// after a cursor.
    fn past_projects(
        &self,
        viewer: Viewer,
        revision: Revision,
        after: Option<&str>,
        limit: usize,
    ) -> Answer<Vec<ProjectEntry>>;

    /// The one whose folder had a name, written exactly like that.
    fn past_project(
        &self,
        viewer: Viewer,
        revision: Revision,
        folder: &str,
    ) -> Answer<Option<ProjectEntry>>;

    /// What was known of a project then; `None` when it was not there. Errors: `TooMuch`.
    fn past(
        &self,
        viewer: Viewer,
        revision: Revision,
        id: &ProjectId,
    ) -> Answer<Option<Arc<dyn Facts>>>;
}

/// What stands behind the folder.
pub trait Source: Facts + Shelves + Folders + Moments {
    /// Projects by id, after a cursor. Ids compare folded to lower case.
    fn projects(
        &self,
        viewer: Viewer,
        after: Option<&ProjectId>,
        limit: usize,
    ) -> Result<Vec<Project>, SourceError>;

    /// The history of a key, however that is spelled: in another case, or composed otherwise.
    fn history_like(
        &self,
        viewer: Viewer,
        scope: &Scope,
        key: &AssetKey,
    ) -> Result<Option<HistoryEntry>, SourceError>;

    /// Digests that the viewer references, in order, after a cursor, with their sizes.
    fn blobs(
        &self,
        viewer: Viewer,
        after: Option<&Digest>,
        limit: usize,
    ) -> Result<Vec<(Digest, u64)>, SourceError>;

    /// The size of a content that the viewer references.
    fn blob(&self, viewer: Viewer, digest: &Digest) -> Result<Option<u64>, SourceError>;

    /// Opens a content that the viewer references.
    fn open(
        &self,
        viewer: Viewer,
        digest: &Digest,
    ) -> Result<Option<Arc<dyn OpenContent>>, SourceError>;

    /// Whether there is a project, or a part of one, that is not deleted.
    fn is_there(&self, viewer: Viewer, scope: &Scope) -> Answer<bool>;

    /// Begins a file that a program writes: empty, or with the bytes of a content that the viewer
    /// references, or did. Errors: `Full`.
    fn begin(&self, viewer: Viewer, from: Option<&Digest>)
    -> Result<Arc<dyn Unsaved>, SourceError>;

    /// Makes a version of a frozen file, durably, and lets the file go; none where the version that
    /// is shown has the same bytes. After an error the file is as it was.
    fn save(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        file: &dyn Unsaved,
    ) -> Result<SavedAs, SourceError>;

    /// The same of a content that the viewer references: its file was moved.
    fn save_known(
        &self,
        viewer: Viewer,
        save: &SaveAs,
        digest: &Digest,
    ) -> Result<SavedAs, SourceError>;

    /// Does not show the name under which a version was shown until its history's next version,
    /// durably. Nothing is hidden where a newer one, or one that was chosen, is shown by now.
    fn hide(&self, viewer: Viewer, shown: AssetId) -> Result<(), SourceError>;

    /// Logical bytes that the viewer references, and bytes that are free: for `statfs`.
    fn space(&self, viewer: Viewer) -> Result<(u64, u64), SourceError>;

    /// Changes from now on, each sent after it is durable and visible to every call above.
    ///
    /// The receiver calls [`Source::shown`] with its number and a change's revision once no cache
    /// of its own shows anything older; whoever made the change waits for that, for a short time.
    /// Who drops the receiver is waited for no more.
    fn changes(&self) -> (Follower, Receiver<Change>);

    /// Says that the view that follows under a number shows everything up to a revision.
    fn shown(&self, follower: Follower, revision: Revision);
}
