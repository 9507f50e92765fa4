//! rushesd: one process that keeps a data directory and shows it over HTTP and as a folder.
//!
//! Holds the process's edges: settings, privacy, logging and the exit code. Invariant: nothing is
//! written before other users of the machine are shut out.

mod asked;
mod auth;
mod banner;
mod bodies;
mod call;
mod clock;
mod config;
mod cors;
mod crossing;
mod document;
mod edge;
mod error;
mod front;
mod gate;
mod guard;
mod health;
mod hosts;
mod intake;
mod jobs;
mod jwks;
mod jwt;
mod lifecycle;
mod metrics;
mod objects;
mod operation;
mod parameters;
mod reply;
mod routes;
mod secrets;
mod serve;
mod sign;
mod state;
mod tokens;
mod unread;
mod users;
mod wire;
mod wire_assets;
mod wire_project;
mod wire_store;

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::Parser;
use rushes_vault::{LockError, OpenError};
use rustix::fs::Mode;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, getrlimit, set_dumpable_behavior, setrlimit, umask,
};
use tracing_subscriber::EnvFilter;

use crate::config::{Args, Config, LogFormat};
use crate::lifecycle::StartError;
use crate::secrets::SecretError;

/// The daemon failed.
const FAILED: u8 = 1;
/// Another daemon has the data directory (`EX_TEMPFAIL`, sysexits.h).
const LOCKED: u8 = 75;
/// The settings cannot be used (`EX_CONFIG`, sysexits.h).
const MISCONFIGURED: u8 = 78;

fn main() -> ExitCode {
    let config = match Config::resolve(Args::parse()) {
        Ok(config) => config,
        Err(error) => return refused(&error, MISCONFIGURED),
    };
    if let Err(error) = log(&config) {
        return refused(&error, MISCONFIGURED);
    }
    umask(Mode::RWXG | Mode::RWXO);
    if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
        tracing::warn!(%error, "a core dump of this process may hold tokens");
    }
    raise_file_limit();
    match lifecycle::run(&config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => refused(&error, code_of(&error)),
    }
}

fn code_of(error: &StartError) -> u8 {
    match error {
        StartError::Open(OpenError::Lock(LockError::Held { .. })) => LOCKED,
        StartError::Secret(SecretError::Exposed { .. } | SecretError::Malformed { .. })
        | StartError::NoUser { .. }
        | StartError::Keys(_) => MISCONFIGURED,
        _ => FAILED,
    }
}

fn refused(error: &dyn std::error::Error, code: u8) -> ExitCode {
    // Nobody may be reading; the exit code says it too.
    let _closed = writeln!(io::stderr(), "rushesd: {error}");
    ExitCode::from(code)
}

/// Takes as many open files as the system gives: connections, uploads and files that are open in
/// the mount each hold one, and the usual soft limit of 1,024 is for programs that use select(2).
fn raise_file_limit() {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, limit = limit.current, "the limit of open files stays");
    }
}

fn log(config: &Config) -> Result<(), tracing_subscriber::filter::ParseError> {
    let filter = EnvFilter::try_new(&config.log)?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // It would report a log that cannot be written with a panic.
        .log_internal_errors(false)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    match config.log_format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).with_span_list(false).init(),
    }
    Ok(())
}
