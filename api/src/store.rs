//! The store's upkeep on the wire: what there is, what is wrong, and the long jobs.
//!
//! Everything here but a user's own figures is for admins alone.

use std::borrow::Cow;

use rushes_digest::Digest;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::schema::{DigestText, Id, Time, collect, member, one_of};

/// How a long job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It has not run since the daemon started.
    Never,
    /// It runs.
    Running,
    /// It came to its end.
    Finished,
    /// It was told to stop.
    Stopped,
    /// It could not go on; `why` says why.
    Failed,
}

/// A long job: one of its kind at a time. The answer to its start, to its stop and to `GET`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "R: Deserialize<'de>"))]
pub struct Job<R> {
    /// How it stands.
    pub status: JobStatus,
    /// When it started, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it has done until now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<R>,
}

/// How hard a scrub works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// It leaves the disk to others most of the time.
    #[default]
    Gentle,
    /// As fast as it can.
    Full,
}

/// Starts a scrub.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartScrub {
    /// How hard it works.
    #[serde(default)]
    pub pace: Pace,
}

/// Frees released bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartSweep {
    /// How long they must have been released, in seconds; 7 days when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_s: Option<u64>,
    /// Only says what it would do. So it is unless told otherwise.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub dry_run: bool,
    /// Compacts every pack of which less than half is needed; else only those in which this sweep
    /// left less.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub compact: bool,
}

/// Re-reads one content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// By its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// Or that of an asset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_id: Option<String>,
}

impl PartialSchema for Verify {
    fn schema() -> RefOr<Schema> {
        let by_digest = ("digest", member::<DigestText>("The content.").into());
        let by_id = ("asset_id", member::<Id>("An asset's content.").into());
        one_of([by_digest, by_id], &[])
    }
}

impl ToSchema for Verify {
    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        collect::<Id>(into);
        collect::<DigestText>(into);
    }
}

/// Most contents that one request frees: so many that it is answered soon.
pub const FREE_MAX: usize = 1000;

/// Frees bytes that no claim ever named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FreeFound {
    /// Which, at most [`FREE_MAX`]; those that a claim ever named are left alone.
    #[schema(value_type = Vec<DigestText>, max_items = 1000)]
    pub digests: Vec<Digest>,
    /// Only says what it would do. So it is unless told otherwise.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub dry_run: bool,
}

/// Bytes that no claim names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundContent {
    /// Their digest.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// How many; absent when that is damaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How they lie there.
    pub stored_as: StoredAs,
}

/// How a content lies on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoredAs {
    /// A file of its own.
    Whole,
    /// A record of a pack.
    Packed,
    /// Parts that it shares with others.
    InRanges,
}

/// A page of found contents, by digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoundPage {
    /// The contents: perhaps none, even where there is a next page.
    pub found: Vec<FoundContent>,
    /// Where the next page begins; absent on the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

fn yes() -> bool {
    true
}

/// How many, and how many bytes they have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Amount {
    /// How many.
    pub count: u64,
    /// How many bytes.
    pub bytes: u64,
}

/// What a user has and, for admins, what that takes on the disk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StoreStats {
    /// Bytes of the user's assets, whatever they share.
    pub logical_bytes: u64,
    /// The same contents, each counted once.
    pub contents: Amount,
    /// The contents by media type, the largest share first.
    pub by_type: Vec<TypeStats>,
    /// Whether `by_type` and `contents` hold everything: they are counted up to a limit.
    pub is_complete: bool,
    /// The whole store, of all users.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Stored>,
}

/// A user's contents of one media type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TypeStats {
    /// The media type (RFC 6838).
    pub media_type: String,
    /// How many assets have one, and their bytes.
    pub assets: Amount,
}

/// What lies on the disk. It is counted now and then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stored {
    /// Bytes of all users' assets, whatever they share.
    pub logical_bytes: u64,
    /// Different contents, each at its full length.
    pub contents: Amount,
    /// Bytes on the disk: wholes, packs and quarantine.
    pub disk_bytes: u64,
    /// Files that hold exactly one content.
    pub wholes: Amount,
    /// Files of small contents, chunks and manifests.
    pub packs: Amount,
    /// Small contents, as they lie in packs.
    pub packed: Amount,
    /// Contents that share parts with others.
    pub in_ranges: Amount,
    /// Files that were damaged and are kept aside.
    pub quarantine: Amount,
    /// Damaged contents.
    pub damaged: u64,
    /// Bytes of all users' assets for each byte on the disk.
    pub dedup_ratio: f64,
    /// Bytes of packed records for each byte that they take.
    pub compression_ratio: f64,
}

/// What a look at the store found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// Whether nothing is wrong.
    pub is_sound: bool,
    /// What there is to say, the worst first.
    pub findings: Vec<Finding>,
}

/// One thing that is not as it should be, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// Whether something is wrong; else it is only worth knowing.
    pub is_wrong: bool,
    /// What it is.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

/// How far a scrub has come, also before a restart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScrubReport {
    /// Files that were read.
    pub files: u64,
    /// Files that there are.
    pub files_total: u64,
    /// Bytes that were read.
    pub bytes: u64,
    /// Bytes that there are.
    pub bytes_total: u64,
    /// Damaged files that were met.
    pub damaged: u64,
    /// Those of them that are whole again.
    pub healed: u64,
    /// Files that could not be read or judged.
    pub unreadable: u64,
    /// When the last complete one ended, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Time>)]
    pub completed_at: Option<String>,
}

/// What a sweep has freed, or would free.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SweepReport {
    /// Whether it only looked.
    pub dry_run: bool,
    /// Contents that were looked at until now. The other figures come at the end.
    pub looked_at: u64,
    /// Contents that are freed.
    pub contents: u64,
    /// Bytes of files that are gone, packs included.
    pub bytes: u64,
    /// Bytes in packs that nothing needs any more; they go with their packs.
    pub bytes_dead: u64,
    /// Bytes that others need and that were written anew.
    pub bytes_moved: u64,
    /// Packs that are gone.
    pub packs: u64,
    /// Contents that were left alone.
    pub left_count: u64,
    /// The first of them, and why.
    pub left: Vec<LeftAlone>,
    /// Packs that could have been compacted and were left alone.
    pub packs_left: Vec<PackLeft>,
}

/// A pack that a sweep left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PackLeft {
    /// Its file, in the data directory.
    pub file: String,
    /// Why.
    pub why: String,
}

/// A content that a sweep left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftAlone {
    /// Which.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// Why.
    pub why: String,
}

/// What a reindex has done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReindexReport {
    /// Files that were looked at.
    pub files: u64,
    /// Entries that were missing or different.
    pub entered: u64,
    /// Entries whose bytes are not there any more.
    pub dropped: u64,
    /// Files that could not be used.
    pub refused: u64,
}

/// How a content is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Verified {
    /// Which content.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// `sound`, `healed`, `damaged` or `missing`.
    pub status: String,
    /// What is wrong with it, and what to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// A content that misses bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DamageEntry {
    /// The content.
    #[schema(value_type = DigestText)]
    pub digest: Digest,
    /// The file that was damaged, in the data directory.
    pub file: String,
    /// What is wrong with it.
    pub why: String,
    /// When that was noticed, RFC 3339.
    #[schema(value_type = Time)]
    pub since: String,
}

/// All damage that is not healed, up to a limit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DamageList {
    /// How much there is.
    pub count: u64,
    /// The first of it, by digest.
    pub damage: Vec<DamageEntry>,
}

impl<R: ToSchema> PartialSchema for Job<R> {
    fn schema() -> RefOr<Schema> {
        let why = ObjectBuilder::new().schema_type(Type::String);
        let job = ObjectBuilder::new()
            .property("status", member::<JobStatus>("How it stands."))
            .property("started_at", member::<Time>("When it started."))
            .property("ended_at", member::<Time>("When it ended."))
            .property("why", why.description(Some("Why it failed.")))
            .property("report", member::<R>("What it has done until now."));
        job.required("status").into()
    }
}

impl<R: ToSchema> ToSchema for Job<R> {
    fn name() -> Cow<'static, str> {
        R::name().replace("Report", "Job").into()
    }

    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        collect::<JobStatus>(into);
        collect::<Time>(into);
        collect::<R>(into);
    }
}
