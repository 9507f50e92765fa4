//! A real `rushesd`, started, asked, killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::{Client, wait_until};

/// Path of a program that the workspace builds, beside the test's own.
pub fn program(name: &str) -> PathBuf {
    let ours = std::env::current_exe().unwrap();
    let mut beside = ours.ancestors().skip(1).take(2).map(|dir| dir.join(name));
    let built = beside.find(|path| path.is_file());
    built.unwrap_or_else(|| panic!("{name} is not built: cargo build --workspace --bins"))
}

/// How a daemon is started.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// Its data directory.
    pub data: PathBuf,
    /// Where it mounts.
    pub mount: Option<PathBuf>,
    /// What goes before the program: `unshare -m`, say.
    pub before: Vec<String>,
    /// Further arguments.
    pub arguments: Vec<String>,
    /// Where its output goes: beside the data directory when nothing is said.
    pub log: Option<PathBuf>,
}

impl Start {
    /// A daemon without a mount.
    pub fn on(data: &Path) -> Self {
        Self { data: data.to_owned(), ..Self::default() }
    }

    /// With a mount.
    #[must_use]
    pub fn mounted_at(mut self, mount: &Path) -> Self {
        self.mount = Some(mount.to_owned());
        self
    }

    /// The command line.
    pub fn command(&self) -> Command {
        let mut words = self.before.clone();
        words.push(program("rushesd").display().to_string());
        let (first, rest) = words.split_first().unwrap();
        let mut command = Command::new(first);
        command.args(rest).arg("--data").arg(&self.data);
        command.args(["--listen", "127.0.0.1:0"]).args(&self.arguments);
        if let Some(mount) = &self.mount {
            command.arg("--mount").arg(mount);
        }
        command.stdin(Stdio::null());
        command
    }

    /// Starts it and waits until it answers.
    pub fn run(&self) -> Daemon {
        let log = self.log.clone().unwrap_or_else(|| self.data.with_extension("log"));
        let file = std::fs::File::options().create(true).append(true).open(&log).unwrap();
        let mut command = self.command();
        command.stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap();
        let mut daemon = Daemon { child, start: self.clone(), log };
        wait_until("the daemon answers", || {
            let ended = daemon.child.try_wait().unwrap();
            assert!(ended.is_none(), "the daemon ended ({ended:?}):\n{}", daemon.log());
            daemon.is_ready()
        });
        daemon
    }
}

/// A running daemon. Dropping it kills it and detaches its mount.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    start: Start,
    log: PathBuf,
}

impl Daemon {
    /// Where it answers, as its lock file says.
    pub fn address(&self) -> Option<String> {
        let lock = std::fs::read_to_string(self.start.data.join("LOCK")).ok()?;
        let lock: serde_json::Value = serde_json::from_str(&lock).ok()?;
        // Under `unshare` the daemon is the child's own process: exec keeps the id.
        let is_ours = lock.get("pid")?.as_u64() == Some(u64::from(self.child.id()));
        is_ours.then(|| lock.get("address")?.as_str().map(str::to_owned)).flatten()
    }

    /// Whether `/ready` says so.
    pub fn is_ready(&self) -> bool {
        let ready = self.address().map(|address| format!("http://{address}/ready"));
        ready.is_some_and(|url| reqwest::blocking::get(url).is_ok_and(|it| it.status() == 200))
    }

    /// What `/health` says once it is well.
    pub fn health(&self) -> Option<serde_json::Value> {
        let url = format!("http://{}/health", self.address()?);
        let reply = reqwest::blocking::get(url).ok()?.error_for_status().ok()?;
        reply.json().ok()
    }

    /// The first user's token.
    pub fn token(&self) -> String {
        let path = self.start.data.join("admin.token");
        std::fs::read_to_string(path).unwrap().trim().to_owned()
    }

    /// A client in the first user's name.
    pub fn client(&self) -> Client {
        Client::new(&self.address().unwrap(), &self.token())
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everything it has said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Where that is.
    pub fn log_path(&self) -> &Path {
        &self.log
    }

    /// Kills it with SIGKILL and says how to start the next one.
    pub fn kill(mut self) -> Start {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let start = self.start.clone();
        // The dead mounts stay: the next start has to deal with them.
        self.start.mount = None;
        self.start.arguments.clear();
        start
    }

    /// Asks it to stop with SIGTERM and does not wait.
    pub fn ask_to_stop(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
    }

    /// Asks it to stop with SIGTERM and waits for it.
    pub fn stop(self) -> (ExitStatus, Start) {
        self.stop_by(Signal::TERM)
    }

    /// Asks it to stop with a signal and waits for it.
    pub fn stop_by(mut self, signal: Signal) -> (ExitStatus, Start) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let mut status = None;
        wait_until("the daemon stops", || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        (status.unwrap(), self.start.clone())
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let arguments = self.start.arguments.iter().zip(self.start.arguments.iter().skip(1));
        let others = arguments.filter(|(flag, _)| *flag == "--mount").map(|(_, at)| at);
        // Who mounts for a user says so behind the directory.
        let others = others.filter_map(|at| at.split('=').next()).map(PathBuf::from);
        for mount in self.start.mount.iter().cloned().chain(others) {
            let detach = rustix::mount::UnmountFlags::DETACH;
            if rustix::mount::unmount(&mount, detach).is_err() {
                // Only root may do that; the helper may for whoever mounted.
                let _ = Command::new("fusermount3").args(["-q", "-u", "-z"]).arg(mount).status();
            }
        }
        if std::thread::panicking() {
            eprintln!("--- what the daemon said\n{}", self.log());
        }
    }
}
