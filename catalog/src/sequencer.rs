//! The one thread that gives every fact its place.
//!
//! Order, never changed: decide against the tables and the batch's own earlier claims; write and
//! sync one line; apply it to the tables; publish; answer. Nobody sees a claim that is not durable,
//! and two commands never get the same version number.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use rushes_disk::{Clock, Committer, Disk};

use crate::claim::{CLAIM_FORM, Claim, Fact, RequestKey, rfc3339};
use crate::command::{Command, CommandError};
use crate::decide::decide;
use crate::facts::Known;
use crate::fold::{FoldError, Placed, fold};
use crate::journal::{Journal, JournalError, JournalReader, Position};
use crate::line::{Head, LineBuilder};
use crate::model::{Revision, Viewer};
use crate::search::Feed;
use crate::tables::{Get, Key, Overlay, RequestRow, Tables};

/// Room that must be left for claims and tables, in bytes: the smaller of this and a share of the
/// disk. Uploads keep far more free.
const ROOM_BYTES: u64 = 8 << 20;
/// That share: one part in so many.
const ROOM_SHARE: u64 = 40;

/// Why nothing is recorded after a panic of the sequencer.
pub const SEQUENCER_FAILED: &str = "the sequencer failed; restart the daemon";

/// A command on its way to the sequencer. It has passed `check`.
#[derive(Debug)]
pub struct Request {
    /// In whose name.
    pub viewer: Viewer,
    /// What.
    pub command: Command,
    /// How a retry is recognised.
    pub key: Option<RequestKey>,
    /// About how long its claims are, in bytes.
    pub weight: usize,
}

/// The answer: which claim says it.
#[derive(Debug, Clone, Copy)]
pub struct Outcome {
    /// The first claim.
    pub revision: Revision,
    /// Where it stands.
    pub position: Position,
    /// Whether an earlier try was answered with it.
    pub replayed: bool,
}

/// Claims that are durable and in the tables.
#[derive(Debug)]
pub struct Committed {
    /// The claims, in order.
    pub claims: Vec<(Revision, Claim)>,
    /// The last one's number.
    pub revision: Revision,
    /// The first revision of the journal file that they stand in.
    pub segment: Revision,
}

/// Who is told of claims; called on the sequencer's thread, so it must not wait.
pub type Publish = Box<dyn Fn(Committed) + Send>;

/// What was written since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Claims that are durable and shown.
    pub claims: u64,
    /// Lines that hold them.
    pub batches: u64,
    /// Lines that were written and synced or should have been: those that failed, too.
    pub syncs: u64,
}

/// What queries may know of the sequencer.
#[derive(Debug, Default)]
pub struct State {
    revision: AtomicU64,
    claims: AtomicU64,
    batches: AtomicU64,
    syncs: AtomicU64,
    stopped: RwLock<Option<String>>,
}

impl State {
    /// The last claim that is in the tables.
    pub fn revision(&self) -> Revision {
        self.revision.load(Ordering::Acquire)
    }

    /// Why nothing can be recorded; `None` when all is well.
    pub fn read_only(&self) -> Option<String> {
        self.stopped.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes no more writes, for a reason that does not go away by itself.
    pub fn stop(&self, reason: String) {
        let mut stopped = self.stopped.write().unwrap_or_else(PoisonError::into_inner);
        stopped.get_or_insert(reason);
    }

    pub fn reach(&self, revision: Revision) {
        self.revision.store(revision, Ordering::Release);
    }

    /// What was written since the start.
    pub fn written(&self) -> Written {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Written {
            claims: read(&self.claims),
            batches: read(&self.batches),
            syncs: read(&self.syncs),
        }
    }

    fn count(&self, claims: usize) {
        self.claims.fetch_add(claims as u64, Ordering::Relaxed);
        self.batches.fetch_add(1, Ordering::Relaxed);
    }
}

/// The committing end.
pub struct Sequencer {
    pub(crate) journal: Journal,
    pub(crate) reader: Arc<JournalReader>,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) state: Arc<State>,
    pub(crate) feed: Option<Arc<Feed>>,
    pub(crate) publish: Publish,
}

type Answer = Result<Outcome, CommandError>;

/// A line in the making, with what it will change.
struct Batch<'a> {
    line: LineBuilder,
    segment: Revision,
    start: u64,
    overlay: Overlay<'a, Tables>,
    claims: Vec<(Revision, Claim)>,
}

impl std::fmt::Debug for Sequencer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sequencer").field("head", &self.journal.head()).finish_non_exhaustive()
    }
}

impl Committer for Sequencer {
    type Item = Request;
    type Done = Answer;

    fn weight(item: &Request) -> usize {
        item.weight
    }

    fn commit(&mut self, items: Vec<Request>) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(items.len());
        let mut waiting = items.as_slice();
        while !waiting.is_empty() {
            match self.commit_line(waiting) {
                Ok(line) => {
                    waiting = waiting.get(line.len()..).unwrap_or_default();
                    answers.extend(line);
                }
                Err(error) => {
                    answers.extend(waiting.iter().map(|_| Err(error.clone())));
                    waiting = &[];
                }
            }
        }
        answers
    }
}

impl Drop for Sequencer {
    /// A panic leaves a batch half done: nothing may build on that.
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.state.stop(SEQUENCER_FAILED.to_owned());
        }
    }
}

impl Sequencer {
    /// The last durable claim.
    pub fn head(&self) -> Head {
        self.journal.head()
    }

    /// Commits as many items as one line takes, at least one, and answers those.
    fn commit_line(&mut self, items: &[Request]) -> Result<Vec<Answer>, CommandError> {
        if let Some(reason) = self.state.read_only() {
            return Err(CommandError::ReadOnly { reason });
        }
        self.check_room()?;
        let tables = Arc::clone(&self.tables);
        let (line, segment, start) = self.journal.next_line().map_err(|error| {
            tracing::error!(%error, "the journal cannot be written");
            not_begun(&error)
        })?;
        let overlay = Overlay::over(&*tables);
        let mut batch = Batch { line, segment, start, overlay, claims: Vec::new() };
        let mut answers = Vec::new();
        for item in items {
            if batch.line.is_long() {
                break;
            }
            answers.push(match self.decide(item, &mut batch) {
                // Folding failed halfway: the batch is spoilt, and none of it was written.
                Err(Undecided::Spoilt(error)) => return Err(self.spoilt(&error)),
                Err(Undecided::Refused(error)) => Err(error),
                Ok(outcome) => Ok(outcome),
            });
        }
        if batch.line.count() > 0 {
            self.write(batch)?;
        }
        Ok(answers)
    }

    /// Refuses while there is next to no room: sled does not survive a full disk, and what it is
    /// about to write goes out later.
    fn check_room(&self) -> Result<(), CommandError> {
        match self.disk.space() {
            Ok(space) if space.free < ROOM_BYTES.min(space.total / ROOM_SHARE) => {
                Err(CommandError::DiskFull)
            }
            // A disk that cannot tell will say so when it is written.
            _ => Ok(()),
        }
    }

    fn write(&mut self, batch: Batch<'_>) -> Result<(), CommandError> {
        let Batch { line, segment, overlay, claims, .. } = batch;
        let changes = overlay.into_changes();
        self.state.syncs.fetch_add(1, Ordering::Relaxed);
        let head = self.journal.append(line).map_err(|error| {
            tracing::error!(%error, "claims could not be written");
            match &error {
                JournalError::Disk(disk) if disk.is_full() && is_write(disk) => {
                    CommandError::DiskFull
                }
                _ => CommandError::OutcomeUnknown,
            }
        })?;
        if let Err(error) = self.tables.apply(changes, head) {
            // The claims are durable, but no query shows them: nothing more may build on that.
            tracing::error!(%error, "the tables are behind the journal");
            self.state.stop(error.to_string());
            return Err(CommandError::OutcomeUnknown);
        }
        self.state.reach(head.revision);
        self.state.count(claims.len());
        if let Some(feed) = &self.feed {
            feed.add(&claims, head);
        }
        (self.publish)(Committed { claims, revision: head.revision, segment });
        Ok(())
    }

    fn decide(&self, item: &Request, batch: &mut Batch<'_>) -> Result<Outcome, Undecided> {
        if let Some(earlier) = answered(item, &batch.overlay)? {
            return Ok(earlier);
        }
        let known = Known::new(&batch.overlay, &self.reader, &batch.claims);
        let facts = decide(item.viewer, &item.command, &known)?;
        let at = rfc3339(self.clock.now());
        let mut request = item.key.clone();
        let mut first = None;
        for fact in facts {
            let by = match &fact {
                // Whom nobody made, made itself.
                Fact::UserAdded { user_id, .. } if item.viewer == Viewer::NOBODY => *user_id,
                _ => item.viewer.user,
            };
            let claim = Claim { v: CLAIM_FORM, at: at.clone(), by, request: request.take(), fact };
            let (revision, position) = batch.add(claim)?;
            first.get_or_insert((revision, position));
        }
        let (revision, position) = first.ok_or(CommandError::OutcomeUnknown)?;
        Ok(Outcome { revision, position, replayed: false })
    }

    fn spoilt(&self, error: &FoldError) -> CommandError {
        tracing::error!(%error, "the tables failed: no more writes");
        self.state.stop(error.to_string());
        CommandError::ReadOnly { reason: error.to_string() }
    }
}

impl Batch<'_> {
    fn add(&mut self, claim: Claim) -> Result<(Revision, Position), Undecided> {
        let json = serde_json::to_string(&claim).map_err(|error| {
            let reason = format!("cannot be written as JSON: {error}");
            CommandError::Invalid { field: "metadata", reason }
        })?;
        let revision = self.line.next_revision();
        let offset = self.start + self.line.push(&json) as u64;
        let position = Position::of(self.segment, offset, &json);
        fold(Placed { revision, position, claim: &claim }, &mut self.overlay)
            .map_err(Undecided::Spoilt)?;
        self.claims.push((revision, claim));
        Ok((revision, position))
    }
}

/// Why a command has no outcome.
enum Undecided {
    /// It is refused; the others go on.
    Refused(CommandError),
    /// The tables failed.
    Spoilt(FoldError),
}

impl From<CommandError> for Undecided {
    fn from(error: CommandError) -> Self {
        Self::Refused(error)
    }
}

/// The answer that an earlier try of the same request got.
pub fn answered(item: &Request, facts: &impl Get) -> Result<Option<Outcome>, CommandError> {
    let Some(request) = &item.key else { return Ok(None) };
    let row = facts.get::<RequestRow>(&Key::request(item.viewer.user, &request.key))?;
    let Some(RequestRow { digest, revision, position }) = row else { return Ok(None) };
    if digest != *request.digest.as_bytes() {
        return Err(CommandError::KeyReused);
    }
    Ok(Some(Outcome { revision, position, replayed: true }))
}

fn is_write(error: &rushes_disk::DiskError) -> bool {
    error.verb == rushes_disk::Verb::Write
}

fn not_begun(error: &JournalError) -> CommandError {
    match error {
        JournalError::Disk(disk) if disk.is_full() => CommandError::DiskFull,
        _ => CommandError::ReadOnly { reason: error.to_string() },
    }
}
