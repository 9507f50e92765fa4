//! What can go wrong for a command: one type, its words for people, its exit codes for scripts.
//!
//! Invariant: a message says what happened and then the remedy, where there is one.

use std::io;
use std::path::{Path, PathBuf};

use rushes_api::Problem;

/// Exit codes, as `--help` documents them.
pub mod exit {
    /// Done.
    pub const OK: u8 = 0;
    /// It failed; the message says why.
    pub const FAILED: u8 = 1;
    /// The command line makes no sense; clap uses the same.
    pub const USAGE: u8 = 2;
    /// There is no such thing.
    pub const NOT_FOUND: u8 = 3;
    /// No token, a wrong one, or one that may not do this.
    pub const DENIED: u8 = 4;
    /// No daemon was found, or it does not answer.
    pub const UNREACHABLE: u8 = 5;
    /// Stopped by Ctrl-C, as shells report it.
    pub const INTERRUPTED: u8 = 130;
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// No data directory names a running daemon.
    #[error(
        "no running daemon found: looked for a held LOCK file in {}: start one with `rushesd`, or \
         say where it is with --server or RUSHES_URL",
        list(looked)
    )]
    NoDaemon {
        /// The data directories that were tried.
        looked: Vec<PathBuf>,
    },
    /// The address cannot be used.
    #[error("{server} is not an address of a daemon: {why}: write it as http://HOST:PORT")]
    BadServer {
        /// What was given.
        server: String,
        /// What is wrong with it.
        why: String,
    },
    /// Nothing answers there.
    #[error("no answer from {server}: {why}: is rushesd running there?")]
    Unreachable {
        /// The daemon's address.
        server: String,
        /// What the network said.
        why: String,
    },
    /// There is no token to send.
    #[error(
        "no token for {server}: give one with --token or RUSHES_TOKEN; on the daemon's machine it \
         is in admin.token in its data directory"
    )]
    NoToken {
        /// The daemon's address.
        server: String,
    },
    /// The daemon said no; `problem` says why.
    #[error("{}{}", problem.detail, of_field(problem))]
    Refused {
        /// The daemon's words.
        problem: Box<Problem>,
    },
    /// An answer that is not the daemon's.
    #[error("{server} answered {status} with something else than expected: {why}: is it rushesd?")]
    Strange {
        /// The daemon's address.
        server: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        why: String,
    },
    /// The connection broke while bytes were on their way.
    #[error("the connection to {server} broke: {why}: try again")]
    Broken {
        /// The daemon's address.
        server: String,
        /// What the network said.
        why: String,
    },
    /// Nobody agreed to a deletion.
    #[error("nothing was deleted: agree to it, or say so ahead with --yes")]
    NotAgreed,
    /// The history has no such version.
    #[error("{history} has no version {version}: its latest is {latest}")]
    NoVersion {
        /// The history.
        history: String,
        /// Which one was wanted.
        version: u32,
        /// The newest one.
        latest: u32,
    },
    /// There are no bytes to get.
    #[error("{what} has no file: {why}")]
    NoFile {
        /// What was wanted.
        what: String,
        /// Why there is none.
        why: String,
    },
    /// The file is there already.
    #[error("{} exists: choose another name with -o, or replace it with --force", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// What arrived is not what the record names.
    #[error("{what} arrived damaged: its digest is {actual}, {expected} was expected: try again")]
    Damaged {
        /// What was got.
        what: String,
        /// The digest in the record.
        expected: String,
        /// The digest of what arrived.
        actual: String,
    },
    /// A file of this machine cannot be used.
    #[error("cannot {verb} {}: {source}", path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// The file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// One of several files could not be uploaded.
    #[error("{}: {source}", path.display())]
    Upload {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: Box<CliError>,
    },
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(#[from] io::Error),
    /// The daemon serves, but not everything.
    #[error("the daemon is {status}: {why}")]
    Unwell {
        /// Its own word for it.
        status: String,
        /// What is wrong.
        why: String,
    },
    /// Something in the store is not as it should be.
    #[error("{count} things are wrong: see above, and `rushes store damage`")]
    Unsound {
        /// How many.
        count: u64,
    },
    /// A long job of the daemon's failed.
    #[error("{why}")]
    JobFailed {
        /// The daemon's words.
        why: String,
    },
    /// Nobody agreed that bytes go.
    #[error("nothing was freed: agree to it, or say so ahead with --yes")]
    NotFreed,
    /// Somebody pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl CliError {
    /// Says what failed for a file.
    pub fn file(verb: &'static str, path: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::File { verb, path: path.into(), source }
    }

    /// Says which file it was about, unless it does already.
    pub fn of_file(self, path: &Path) -> Self {
        match self {
            Self::File { .. } => self,
            source => Self::Upload { path: path.to_owned(), source: Box::new(source) },
        }
    }

    /// The code to exit with. A reader of our output that has gone away had enough: no failure.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => exit::OK,
            Self::BadServer { .. } => exit::USAGE,
            Self::NoVersion { .. } | Self::NoFile { .. } => exit::NOT_FOUND,
            Self::NoToken { .. } => exit::DENIED,
            Self::NoDaemon { .. } | Self::Unreachable { .. } => exit::UNREACHABLE,
            Self::Interrupted => exit::INTERRUPTED,
            Self::Upload { source, .. } => source.exit_code(),
            Self::Refused { problem } => match problem.status {
                404 => exit::NOT_FOUND,
                401 | 403 | 421 => exit::DENIED,
                _ => exit::FAILED,
            },
            _ => exit::FAILED,
        }
    }
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// Names the field of a refusal unless its words already do.
fn of_field(problem: &Problem) -> String {
    match &problem.field {
        Some(field) if !problem.detail.contains(field.as_str()) => format!(" (field {field})"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use rushes_api::Code;

    use super::*;

    fn refused(code: Code) -> CliError {
        CliError::Refused { problem: Box::new(Problem::new(code, "no")) }
    }

    #[test]
    fn scripts_can_tell_the_kinds_of_failure_apart() {
        assert_eq!(refused(Code::NotFound).exit_code(), exit::NOT_FOUND);
        assert_eq!(refused(Code::Unauthorized).exit_code(), exit::DENIED);
        assert_eq!(refused(Code::Invalid).exit_code(), exit::FAILED);
        assert_eq!(CliError::NoDaemon { looked: vec![] }.exit_code(), exit::UNREACHABLE);
        let gone = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(CliError::Output(gone).exit_code(), exit::OK);
    }

    #[test]
    fn messages_say_what_happened_and_then_the_remedy() {
        let none = CliError::NoDaemon { looked: vec!["./rushes-data".into(), "/var".into()] };
        assert_eq!(
            none.to_string(),
            "no running daemon found: looked for a held LOCK file in ./rushes-data, /var: start \
             one with `rushesd`, or say where it is with --server or RUSHES_URL"
        );
        let problem = Problem::new(Code::Invalid, "not a JSON array").of_field("tags");
        let refused = CliError::Refused { problem: Box::new(problem) };
        assert_eq!(refused.to_string(), "not a JSON array (field tags)");
    }
}
