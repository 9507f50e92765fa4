//! The one thread that brings the index up to the facts.
//!
//! Invariant: a commit of the index holds every asset that a claim up to its stamp was about, as it
//! was at that claim or later. What fails is thrown away and made anew from the journal.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rushes_disk::Derived;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy};

use super::error::SearchError;
use super::feed::{Feed, Touched, Work, touch};
use super::schema::{LAYOUT, Layout, Owner};
use super::shown::Shown;
use crate::journal::{JournalReader, ReadError};
use crate::line::Head;
use crate::model::Revision;
use crate::records::asset_now;
use crate::tables::{AssetRow, Get, Key, Tables};

/// What the index keeps in memory before it writes, in bytes.
const WRITING_BYTES: usize = 48 << 20;
/// Segments with more assets than this are not merged any more: a stop waits for merges.
const MERGED_ASSETS_MAX: usize = 200_000;
/// How long claims gather after a commit: a search sees them within a second.
const GATHER: Duration = Duration::from_millis(400);
/// How long a failed index rests before it is made anew: the disk may be full.
const REST: Duration = Duration::from_secs(10);
/// Assets of the journal that are indexed at once.
const CHUNK_ASSETS: usize = 1000;
/// Assets of the journal after which the index is committed, so that a kill loses little work.
const COMMIT_ASSETS: usize = 200_000;

/// What the thread works with.
#[derive(Debug)]
pub struct Indexer {
    /// Where the index lies.
    pub derived: Derived,
    /// What it holds.
    pub layout: Layout,
    /// The facts.
    pub tables: Arc<Tables>,
    /// The claims.
    pub journal: Arc<JournalReader>,
    /// What is to be done.
    pub feed: Arc<Feed>,
    /// Who searches.
    pub shown: Arc<Shown>,
}

/// The index while it is written.
struct Book {
    writer: IndexWriter,
    view: IndexReader,
    /// Everything up to here is in it.
    done: Head,
    /// The last commit's stamp.
    committed: Head,
    /// Assets since then.
    uncommitted: usize,
}

/// Why a replay ends early.
enum Stop {
    Reached,
    Closing,
    Failed(SearchError),
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self::Failed(error.into())
    }
}

impl Indexer {
    /// Works until the catalogue closes. The answer is where the index lies when it holds
    /// everything.
    pub fn run(self, mut is_trusted: bool) -> Option<(Derived, Head)> {
        loop {
            let session = catch_unwind(AssertUnwindSafe(|| self.session(is_trusted)));
            let panicked = |_| Err(SearchError::Failed("it panicked".to_owned()));
            match session.unwrap_or_else(panicked) {
                Ok(done) => return done.map(|head| (self.derived, head)),
                Err(error) => tracing::error!(%error, "the search index is made anew"),
            }
            self.shown.rebuild(0);
            self.feed.lose();
            // One that was found may be spoilt; one that was just made says more of the disk.
            let was_found = std::mem::replace(&mut is_trusted, false);
            if !was_found && self.feed.pause(REST) {
                return None;
            }
        }
    }

    /// Opens the index and follows the facts. `None` when the catalogue closed before the index
    /// held everything.
    fn session(&self, is_trusted: bool) -> Result<Option<Head>, SearchError> {
        let mut book = self.open(is_trusted)?;
        if book.done == self.feed.head() {
            self.shown.show(&book.view);
        }
        loop {
            match self.feed.take(book.done) {
                Work::Assets(touched, head) => {
                    self.put(&mut book, &touched)?;
                    book.done = head;
                }
                Work::Journal(target) => {
                    if !self.catch_up(&mut book, target)? {
                        book.commit()?;
                        return Ok(None);
                    }
                }
                Work::Close => {
                    book.commit()?;
                    book.writer.wait_merging_threads()?;
                    return Ok(Some(book.done));
                }
            }
            if book.uncommitted > 0 {
                book.commit()?;
            }
            self.shown.show(&book.view);
            self.feed.pause(GATHER);
        }
    }

    fn open(&self, is_trusted: bool) -> Result<Book, SearchError> {
        let known = if is_trusted { self.open_known() } else { None };
        let (index, done) = match known {
            Some(known) => known,
            None => (self.make()?, Head::default()),
        };
        Layout::register(&index);
        let options = IndexWriterOptions::builder()
            .memory_budget_per_thread(WRITING_BYTES)
            .num_worker_threads(1)
            .num_merge_threads(1)
            .build();
        let writer: IndexWriter = index.writer_with_options(options)?;
        let mut merging = LogMergePolicy::default();
        merging.set_max_docs_before_merge(MERGED_ASSETS_MAX);
        writer.set_merge_policy(Box::new(merging));
        let view = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Book { writer, view, done, committed: done, uncommitted: 0 })
    }

    /// The index that is there, with its stamp; `None` when it is of no use.
    fn open_known(&self) -> Option<(Index, Head)> {
        let index = Index::open_in_dir(self.derived.path()).ok()?;
        let payload = index.load_metas().ok()?.payload?;
        let (layout, head) = payload.split_once(' ')?;
        let head = Head::parse(head).filter(|_| layout.parse() == Ok(LAYOUT))?;
        let is_ours = index.schema() == self.layout.schema
            && head.revision <= self.feed.head().revision
            && self.journal.contains(head).ok()?;
        is_ours.then_some((index, head))
    }

    fn make(&self) -> Result<Index, SearchError> {
        tracing::info!("rebuilding the search index from the journal");
        self.derived.clear()?;
        std::fs::create_dir_all(self.derived.path())?;
        Ok(Index::create_in_dir(self.derived.path(), self.layout.schema.clone())?)
    }

    /// Reads the journal up to a revision, or until the catalogue closes: then the answer is
    /// `false`.
    fn catch_up(&self, book: &mut Book, target: Revision) -> Result<bool, SearchError> {
        let mut touched = Touched::new();
        let mut reached = book.done;
        let ended = self.journal.replay(book.done, |claims, head| {
            for (.., claim) in claims {
                touch(claim, &mut touched);
            }
            reached = head;
            if touched.len() >= CHUNK_ASSETS {
                self.put(book, &touched).map_err(Stop::Failed)?;
                touched.clear();
                book.done = head;
                self.shown.progress(head.revision, target);
            }
            if book.uncommitted >= COMMIT_ASSETS {
                book.commit().map_err(Stop::Failed)?;
            }
            if head.revision >= target {
                return Err(Stop::Reached);
            }
            if self.feed.is_closing() { Err(Stop::Closing) } else { Ok(()) }
        });
        match ended {
            Err(Stop::Failed(error)) => return Err(error),
            Err(Stop::Closing) => return Ok(false),
            Err(Stop::Reached) | Ok(_) => {}
        }
        self.put(book, &touched)?;
        book.done = reached;
        Ok(true)
    }

    /// Brings assets up to what they are now.
    fn put(&self, book: &mut Book, touched: &Touched) -> Result<(), SearchError> {
        for ((owner, id), is_new) in touched {
            if !is_new {
                book.writer.delete_term(Owner::new(&self.layout, *owner).asset(*id));
            }
            let row = self.tables.get::<AssetRow>(&Key::asset(*owner, *id))?;
            if let Some(row) = row.filter(|row| row.deleted.is_none()) {
                let asset = asset_now(&self.journal, &row)?;
                book.writer.add_document(self.layout.document(&asset))?;
            }
            book.uncommitted += 1;
        }
        Ok(())
    }
}

impl Book {
    /// Makes what was put durable together with its stamp, and visible.
    fn commit(&mut self) -> Result<(), SearchError> {
        if self.committed == self.done && self.uncommitted == 0 {
            return Ok(());
        }
        let mut commit = self.writer.prepare_commit()?;
        commit.set_payload(&format!("{LAYOUT} {}", self.done));
        commit.commit()?;
        self.view.reload()?;
        self.committed = self.done;
        self.uncommitted = 0;
        Ok(())
    }
}
