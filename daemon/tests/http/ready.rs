//! The start as others see it: who asks is answered from the first moment on, and told how far it
//! is.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use reqwest::{Client, Method, StatusCode};
use rushes_api::{AssetReply, Code, Health, Progress, paths};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Daemon, PNG, command, expect, form, header, problem, problem_of, until};

/// A daemon that has opened its data and waits for its signing keys: their file is a pipe.
struct Held {
    child: Child,
    url: String,
    keys: Vec<u8>,
    folder: TempDir,
    supervisor: UnixDatagram,
}

impl Held {
    fn start(folder: TempDir) -> Self {
        let data = folder.path().join("data");
        let keys = fs::read(pipe_of(&data)).unwrap();
        fs::remove_file(pipe_of(&data)).unwrap();
        let private = Mode::RUSR | Mode::WUSR;
        mknodat(CWD, pipe_of(&data), FileType::Fifo, private, 0).unwrap();
        let notify = folder.path().join("notify");
        let supervisor = UnixDatagram::bind(&notify).unwrap();
        supervisor.set_nonblocking(true).unwrap();
        let mut command = command(&data);
        command.env("NOTIFY_SOCKET", &notify).stdout(Stdio::piped());
        let child = command.spawn().unwrap();
        let mut url = None;
        until("the address", || {
            url = address(&data, child.id());
            url.is_some()
        });
        Self { child, url: format!("http://{}", url.unwrap()), keys, folder, supervisor }
    }

    async fn progress(&self) -> Progress {
        let problem = problem(Client::new().get(format!("{}/ready", self.url))).await;
        assert_eq!((problem.code, problem.status), (Code::Starting, 503));
        problem.progress.unwrap()
    }

    fn told(&self) -> Option<Vec<u8>> {
        let mut told = [0; 1000];
        match self.supervisor.recv(&mut told) {
            Ok(length) => Some(told.into_iter().take(length).collect()),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::WouldBlock);
                None
            }
        }
    }

    /// Hands the keys over.
    fn go_on(&self) {
        let mut pipe = fs::File::options();
        let mut pipe = pipe.write(true).open(pipe_of(&self.folder.path().join("data"))).unwrap();
        pipe.write_all(&self.keys).unwrap();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn pipe_of(data: &Path) -> PathBuf {
    data.join("secrets/signing.json")
}

/// Where a process answers, as its lock file says.
fn address(data: &Path, pid: u32) -> Option<String> {
    let lock: Value = serde_json::from_slice(&fs::read(data.join("LOCK")).ok()?).ok()?;
    let is_its = lock.get("pid")?.as_u64()? == u64::from(pid);
    is_its.then(|| lock.get("address")?.as_str().map(str::to_owned)).flatten()
}

/// A data directory with one asset and without anything that is derived.
async fn without_index() -> (TempDir, AssetReply) {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let (folder, _) = daemon.stopped();
    fs::remove_dir_all(folder.path().join("data/index")).unwrap();
    (folder, asset)
}

/// Asks over a connection that stays open; the status line.
fn ask(connection: &mut BufReader<TcpStream>) -> String {
    let host = connection.get_ref().peer_addr().unwrap();
    let request = format!("GET /ready HTTP/1.1\r\nHost: {host}\r\n\r\n");
    connection.get_mut().write_all(request.as_bytes()).unwrap();
    let (mut status, mut length) = (String::new(), 0);
    connection.read_line(&mut status).unwrap();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line).unwrap();
        if let Some(bytes) = line.strip_prefix("content-length: ") {
            length = bytes.trim().parse().unwrap();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    connection.read_exact(&mut vec![0; length]).unwrap();
    status
}

#[tokio::test]
async fn who_asks_while_it_starts_is_told_how_far_it_is() {
    let (folder, asset) = without_index().await;
    let token = fs::read_to_string(folder.path().join("data/admin.token")).unwrap();
    let mut held = Held::start(folder);
    while held.progress().await.phase != "accounts" {}
    let mut connection =
        BufReader::new(TcpStream::connect(held.url.strip_prefix("http://").unwrap()).unwrap());
    assert!(ask(&mut connection).starts_with("HTTP/1.1 503 "));
    let client = Client::new();
    let data = paths::asset_data(&asset.id);
    for (method, path) in [
        (Method::GET, paths::PROJECTS),
        (Method::POST, paths::PROJECTS),
        (Method::GET, data.as_str()),
        (Method::GET, paths::METRICS),
        (Method::GET, "/nowhere"),
        (Method::POST, paths::HEALTH),
    ] {
        let request = client.request(method, format!("{}{path}", held.url));
        let answer = request.bearer_auth(token.trim()).send().await.unwrap();
        assert_eq!(header(&answer, "retry-after"), "5", "{path}");
        assert!(!header(&answer, paths::REQUEST_ID).is_empty(), "{path}");
        assert_eq!(problem_of(answer).await.code, Code::Starting, "{path}");
    }
    let foreign = client.get(format!("{}/ready", held.url)).header("host", "evil.example");
    assert_eq!(problem(foreign).await.code, Code::Misdirected);
    let health = client.get(format!("{}/health", held.url));
    let health: Health = expect(health, StatusCode::OK).await;
    assert_eq!(health.status, "starting");
    assert_eq!(held.told(), None, "the supervisor is told too early");

    held.go_on();
    let mut lines = BufReader::new(held.child.stdout.take().unwrap()).lines();
    lines.find(|line| line.as_ref().unwrap().trim().starts_with("HTTP")).unwrap().unwrap();
    assert!(ask(&mut connection).starts_with("HTTP/1.1 200 "), "the old connection");
    let read = client.get(format!("{}{data}", held.url)).bearer_auth(token.trim());
    assert_eq!(read.send().await.unwrap().bytes().await.unwrap(), PNG);
    until("the supervisor", || held.told().is_some_and(|told| told.starts_with(b"READY=1\n")));
}

#[tokio::test]
async fn a_stop_while_it_starts_ends_it_and_loses_nothing() {
    let (folder, asset) = without_index().await;
    let mut held = Held::start(folder);
    while held.progress().await.phase != "accounts" {}
    kill_process(Pid::from_child(&held.child), Signal::TERM).unwrap();
    assert_eq!(held.child.wait().unwrap().code(), Some(0));
    let data = held.folder.path().join("data");
    fs::remove_file(pipe_of(&data)).unwrap();
    fs::write(pipe_of(&data), &held.keys).unwrap();
    fs::set_permissions(pipe_of(&data), Permissions::from_mode(0o600)).unwrap();
    let folder = std::mem::replace(&mut held.folder, TempDir::new().unwrap());
    let daemon = Daemon::start_in(folder, &[]);
    let read = daemon.request(Method::GET, &paths::asset_data(&asset.id)).send().await.unwrap();
    assert_eq!(read.bytes().await.unwrap(), PNG);
    let ready: rushes_api::Ready = daemon.get(paths::READY).await;
    assert_eq!(ready.status, "ready");
    assert!(ready.search.is_some_and(|search| search.percent <= 100));
}
