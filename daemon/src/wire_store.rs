//! What the vault says of its bytes as wire values.
//!
//! Asks nothing. Invariant: files are named by their place in the data directory, never beyond it.

use jiff::Timestamp;
use rushes_api::store::{
    Amount, Check, DamageEntry, DamageList, Finding, FoundContent, FoundPage, LeftAlone, PackLeft,
    ReindexReport, ScrubReport, StoreStats, Stored, StoredAs, SweepReport, TypeStats, Verified,
};
use rushes_vault::Digest;
use rushes_vault::found::{self, BlobInfo, Found};
use rushes_vault::sweep::Swept;
use rushes_vault::upkeep::{
    self, Checked, Count, Damaged, Own, Reindexed, ScrubState, StoreError, Whole,
};

/// Most damage that one answer lists.
const DAMAGE_MAX: usize = 1000;

/// What there is: the asker's own and, for admins, everything.
pub fn stats(own: Own, whole: Option<&Whole>) -> StoreStats {
    let by_type = own.by_type.into_iter();
    StoreStats {
        logical_bytes: own.logical_bytes,
        contents: amount(own.contents),
        by_type: by_type
            .map(|(media_type, assets)| TypeStats { media_type, assets: amount(assets) })
            .collect(),
        is_complete: own.is_complete,
        store: whole.map(stored),
    }
}

fn stored(whole: &Whole) -> Stored {
    let stats = &whole.stats;
    let disk_bytes = stats.wholes.bytes + stats.packs.bytes + stats.quarantine.bytes;
    Stored {
        logical_bytes: whole.logical_bytes,
        contents: amount(stats.logical),
        disk_bytes,
        wholes: amount(stats.wholes),
        packs: amount(stats.packs),
        packed: amount(stats.packed),
        in_ranges: amount(stats.ranges),
        quarantine: amount(stats.quarantine),
        damaged: stats.damaged,
        dedup_ratio: ratio(whole.logical_bytes, disk_bytes),
        compression_ratio: ratio(stats.records_raw.bytes, stats.records_stored.bytes),
    }
}

/// How many of the one there are for each of the other; 1 where there is nothing.
#[expect(clippy::cast_precision_loss, reason = "a ratio that is shown with two digits")]
fn ratio(one: u64, other: u64) -> f64 {
    if other == 0 { 1.0 } else { one as f64 / other as f64 }
}

/// How far a scrub has come.
pub fn scrub(state: &ScrubState) -> ScrubReport {
    ScrubReport {
        files: state.files,
        files_total: state.files_total,
        bytes: state.bytes,
        bytes_total: state.bytes_total,
        damaged: state.damaged,
        healed: state.healed,
        unreadable: state.unreadable,
        completed_at: Some(state.ended_ms).filter(|ms| *ms > 0).map(time),
    }
}

/// What a check has found.
pub fn check(checked: Checked) -> Check {
    let mut findings: Vec<_> = checked.findings.into_iter().map(finding).collect();
    if checked.more > 0 {
        let what = format!("{} more findings are not listed", checked.more);
        let remedy = "what is wrong so often has one cause: begin with the first".to_owned();
        findings.push(Finding { is_wrong: true, what, remedy });
    }
    Check { is_sound: findings.is_empty(), findings }
}

fn finding(found: upkeep::Finding) -> Finding {
    let what = if found.place.as_os_str().is_empty() {
        found.what
    } else {
        format!("{}: {}", found.place.display(), found.what)
    };
    Finding { is_wrong: true, what, remedy: found.remedy.to_owned() }
}

/// How a content is that was read again. Errors: the store failed.
pub fn verified(
    digest: Digest,
    outcome: Result<Option<upkeep::Verified>, StoreError>,
) -> Result<Verified, StoreError> {
    let (status, why) = match outcome {
        Ok(Some(verified)) if verified.was_healed => ("healed", None),
        Ok(Some(_)) => ("sound", None),
        Ok(None) => ("missing", Some("there is no trace of it".to_owned())),
        Err(StoreError::Damaged { damage, .. }) => {
            ("damaged", Some(format!("{damage}: upload the same content again")))
        }
        Err(error) => return Err(error),
    };
    Ok(Verified { digest, status: status.to_owned(), why })
}

/// How far a reindex has come.
pub fn reindex(done: &Reindexed) -> ReindexReport {
    let Reindexed { files, entered, dropped, refused } = *done;
    ReindexReport { files, entered, dropped, refused }
}

/// What a sweep did, or would do.
pub fn swept(swept: Swept, (dry_run, looked_at): (bool, u64)) -> SweepReport {
    let left = swept.left.into_iter();
    let packs_left = swept.packs_left.into_iter();
    SweepReport {
        dry_run,
        looked_at,
        contents: swept.blobs,
        bytes: swept.bytes_freed,
        bytes_dead: swept.bytes_dead,
        bytes_moved: swept.bytes_moved,
        packs: swept.packs_compacted,
        left_count: swept.left_count,
        left: left.map(|(digest, why)| LeftAlone { digest, why: why.to_string() }).collect(),
        packs_left: packs_left
            .map(|(path, why)| PackLeft { file: path.display().to_string(), why: why.to_string() })
            .collect(),
    }
}

/// Contents that no claim ever named.
pub fn found(page: Found) -> FoundPage {
    let content = |found: BlobInfo| FoundContent {
        digest: found.digest,
        size: found.size,
        stored_as: match found.stored_as {
            found::StoredAs::Whole => StoredAs::Whole,
            found::StoredAs::Packed => StoredAs::Packed,
            found::StoredAs::Ranges => StoredAs::InRanges,
        },
    };
    FoundPage {
        found: page.contents.into_iter().map(content).collect(),
        next_cursor: page.next.map(|digest| digest.to_string()),
    }
}

/// Damage that is not healed.
pub fn damage(all: Vec<Damaged>) -> DamageList {
    let count = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let entry = |damaged: Damaged| DamageEntry {
        digest: damaged.digest,
        file: damaged.place.display().to_string(),
        why: damaged.why,
        since: time(damaged.since.0),
    };
    DamageList { count, damage: all.into_iter().take(DAMAGE_MAX).map(entry).collect() }
}

fn amount(count: Count) -> Amount {
    Amount { count: count.count, bytes: count.bytes }
}

fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map(|time| format!("{time:.3}")).unwrap_or_default()
}
