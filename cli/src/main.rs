//! rushes: the command line of a rushes daemon.
//!
//! Speaks HTTP and knows nothing of vaults: whatever it does, any other client can do. Invariant:
//! results go to standard output, everything else to standard error.

mod account;
mod args;
mod client;
mod delete;
mod discover;
mod error;
mod freeing;
mod get;
mod job;
mod progress;
mod put;
mod run;
mod search;
mod sent;
mod show;
mod store;
mod store_words;
mod target;
mod upload;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;
use crate::error::{CliError, exit};

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = match runtime {
        Ok(runtime) => {
            let done = runtime.block_on(until_interrupted(args));
            // A read of standard input may never end; nobody waits for it any more.
            runtime.shutdown_background();
            done
        }
        Err(error) => Err(CliError::from(error)),
    };
    let Err(error) = done else { return ExitCode::from(exit::OK) };
    let code = error.exit_code();
    if code != exit::OK {
        // Where nobody listens the exit code still tells.
        let _ = writeln!(std::io::stderr(), "rushes: {error}");
    }
    ExitCode::from(code)
}

/// Ctrl-C ends a command in order: what is unfinished is dropped, and cleans up after itself.
async fn until_interrupted(args: Args) -> Result<(), CliError> {
    tokio::select! {
        done = run::run(args) => done,
        _ = tokio::signal::ctrl_c() => Err(CliError::Interrupted),
    }
}
