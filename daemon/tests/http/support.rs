//! A daemon to talk to, and forms as clients send them.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use rushes_api::{AssetReply, Problem, TokenMade, UserReply, paths};
use rustix::process::{Pid, Signal, kill_process};
use serde::de::DeserializeOwned;
use serde_json::json;
use tempfile::TempDir;

/// How long anything may take that needs no time: far above what a busy machine needs.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running daemon; killed when it is dropped.
pub struct Daemon {
    child: Child,
    /// Where it answers.
    pub url: String,
    token: String,
    folder: TempDir,
    client: reqwest::Client,
}

impl Daemon {
    /// Starts one on a new data directory.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts one with more flags.
    pub fn start_with(flags: &[&str]) -> Self {
        Self::start_in(TempDir::new().unwrap(), flags)
    }

    /// Starts one in a folder, whose `data` it uses.
    pub fn start_in(folder: TempDir, flags: &[&str]) -> Self {
        let mut command = command(&folder.path().join("data"));
        command.args(flags);
        Self::spawn(folder, command)
    }

    /// Starts a command that was put together by hand, whose data directory is in a folder.
    pub fn spawn(folder: TempDir, mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url =
            lines.find_map(|line| line.unwrap().trim().strip_prefix("HTTP")?.trim().parse().ok());
        let token = std::fs::read_to_string(folder.path().join("data/admin.token")).unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { child, url: url.unwrap(), token: token.trim().to_owned(), folder, client }
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The admin's token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `host:port`.
    pub fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// A request with the admin's token.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(&self.token)
    }

    /// A request without a token.
    pub fn anonymous(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }

    /// A request with another token.
    pub fn with(&self, token: &str, method: Method, path: &str) -> RequestBuilder {
        self.anonymous(method, path).bearer_auth(token)
    }

    /// Makes a user, and a token that may do all that it may.
    pub async fn user(&self, name: &str) -> (UserReply, String) {
        let user: UserReply = self.post(paths::USERS, &json!({ "name": name })).await;
        let ask = json!({ "name": "all", "access": "write", "user_id": user.id });
        let made: TokenMade = self.post(paths::TOKENS, &ask).await;
        (user, made.token)
    }

    /// Gets what must be there.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> T {
        expect(self.request(Method::GET, path), StatusCode::OK).await
    }

    /// Posts what must be made.
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &serde_json::Value) -> T {
        expect(self.request(Method::POST, path).json(body), StatusCode::CREATED).await
    }

    /// Uploads a form that must be taken.
    pub async fn upload(&self, form: Form) -> AssetReply {
        expect(self.upload_request(form), StatusCode::CREATED).await
    }

    /// An upload.
    pub fn upload_request(&self, form: Form) -> RequestBuilder {
        self.request(Method::POST, "/api/v2/upload-asset").multipart(form)
    }

    /// Uploads a form written by hand, with the boundary `b`.
    pub fn raw_upload(&self, body: Vec<u8>) -> RequestBuilder {
        self.request(Method::POST, "/api/upload-asset")
            .header("content-type", "multipart/form-data; boundary=b")
            .body(body)
    }

    /// Waits until staging holds as many files.
    pub fn wait_staged(&self, count: usize) {
        let staging = self.data().join("staging");
        until("staging", || std::fs::read_dir(&staging).unwrap().count() == count);
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).unwrap();
    }

    /// Waits for its end; its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Stops it, and hands its folder on with its exit code.
    pub fn stopped(mut self) -> (TempDir, Option<i32>) {
        self.terminate();
        let code = self.ended();
        let folder = std::mem::replace(&mut self.folder, TempDir::new().unwrap());
        (folder, code)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The daemon's command line on a data directory; a free port comes from the environment, and
/// nothing else.
pub fn command(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rushesd"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("RUSHES_")) {
        command.env_remove(name);
    }
    command.env("RUSHES_LISTEN", "127.0.0.1:0").env("RUSHES_LOG", "warn");
    command.arg("--data").arg(data);
    command
}

/// Runs a daemon that must not start.
pub fn refused(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// Waits for something that happens soon.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < PATIENCE, "{what} never came");
        std::thread::yield_now();
    }
}

/// Waits for something that happens soon and is asked for.
pub async fn until_async(what: &str, mut is: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is().await {
        assert!(begun.elapsed() < PATIENCE, "{what} never came");
        tokio::task::yield_now().await;
    }
}

/// Sends a request whose status must be as expected.
pub async fn expect<T: DeserializeOwned>(request: RequestBuilder, status: StatusCode) -> T {
    let response = request.send().await.unwrap();
    let (found, body) = (response.status(), response.text().await.unwrap());
    assert_eq!(found, status, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// Sends a request that must be refused with a problem document.
pub async fn problem(request: RequestBuilder) -> Problem {
    problem_of(request.send().await.unwrap()).await
}

/// The problem document of a response.
pub async fn problem_of(response: Response) -> Problem {
    let (status, kind) = (response.status(), header(&response, "content-type"));
    let body = response.text().await.unwrap();
    assert_eq!(kind, "application/problem+json", "{body}");
    let problem: Problem = serde_json::from_str(&body).unwrap();
    assert_eq!(problem.status, status.as_u16());
    problem
}

/// A header's text; empty when it is missing.
pub fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// A form with a file.
pub fn form(name: &str, content: &[u8]) -> Form {
    Form::new().part("file", Part::bytes(content.to_vec()).file_name(name.to_owned()))
}

/// Sends a request over a socket of its own and reads until the daemon closes it.
pub fn raw(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    std::io::Write::write_all(&mut stream, request).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// What begins like an MP4 file.
pub const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2 and then some film";
/// What begins like a PNG file.
pub const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
