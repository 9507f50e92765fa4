//! Start and stop: what is printed, which code the process ends with, what survives.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;

use reqwest::{Method, StatusCode};
use rushes_api::{AssetReply, Health, paths};
use tempfile::TempDir;

use crate::support::{Daemon, PNG, command, expect, form, refused, until};

#[tokio::test]
async fn health_needs_no_token_and_tells_nothing_of_anybody() {
    let daemon = Daemon::start();
    let health: Health = expect(daemon.anonymous(Method::GET, "/health"), StatusCode::OK).await;
    assert_eq!((health.status.as_str(), health.mounts), ("ok", Vec::new()));
    assert_eq!(health.version, env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_stop() {
    let daemon = Daemon::start();
    let asset = daemon.upload(form("x.png", PNG)).await;
    let (folder, code) = daemon.stopped();
    assert_eq!(code, Some(0));
    let daemon = Daemon::start_in(folder, &[]);
    let mut found: AssetReply = daemon.get(&paths::asset(&asset.id)).await;
    found.url.clone_from(&asset.url); // the port is another one
    found.public_url.clone_from(&asset.public_url);
    assert_eq!(found, asset);
    let data = daemon.request(Method::GET, &paths::asset_data(&asset.id)).send().await.unwrap();
    assert_eq!(data.bytes().await.unwrap(), PNG);
}

#[test]
fn a_stop_lets_a_running_upload_end() {
    let mut daemon = Daemon::start();
    let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n";
    let end = "\r\n--b--\r\n";
    let half = vec![b'x'; 4_000_000];
    let head = format!(
        "POST /api/upload-asset HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {}\r\n\r\n{body}",
        daemon.address(),
        daemon.token(),
        body.len() + 2 * half.len() + end.len(),
    );
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    client.write_all(head.as_bytes()).unwrap();
    client.write_all(&half).unwrap();
    daemon.wait_staged(1);
    daemon.terminate();
    until("the closed door", || TcpStream::connect(daemon.address()).is_err());
    client.write_all(&half).unwrap();
    client.write_all(end.as_bytes()).unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(daemon.ended(), Some(0));
}

#[test]
fn a_second_signal_ends_at_once() {
    let mut daemon = Daemon::start();
    let mut client = TcpStream::connect(daemon.address()).unwrap();
    let head = format!(
        "POST /api/projects HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n",
        daemon.address(),
        daemon.token(),
    );
    client.write_all(head.as_bytes()).unwrap();
    let mut waited_for = [0; 12];
    client.read_exact(&mut waited_for).unwrap();
    assert_eq!(&waited_for, b"HTTP/1.1 100");
    daemon.terminate();
    until("the closed door", || TcpStream::connect(daemon.address()).is_err());
    daemon.terminate();
    assert_eq!(daemon.ended(), Some(1));
}

#[test]
fn a_supervisor_is_told_when_it_is_ready_and_when_it_stops() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("notify");
    let supervisor = UnixDatagram::bind(&path).unwrap();
    let mut command = command(&folder.path().join("data"));
    command.env("NOTIFY_SOCKET", &path);
    let daemon = Daemon::spawn(folder, command);
    let mut told = [0; 1000];
    let length = supervisor.recv(&mut told).unwrap();
    assert!(told[..length].starts_with(b"READY=1\n"));
    let (_folder, code) = daemon.stopped();
    let length = supervisor.recv(&mut told).unwrap();
    assert_eq!((&told[..length], code), (&b"STOPPING=1\n"[..], Some(0)));
}

#[test]
fn a_second_daemon_is_told_who_has_the_directory() {
    let daemon = Daemon::start();
    let output = refused(&mut command(&daemon.data()));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(75), "{message}");
    assert!(message.contains(&daemon.pid().to_string()), "{message}");
    assert!(message.contains(daemon.address()), "{message}");
}

#[test]
fn wrong_settings_are_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let (data, file) = (folder.path().join("data"), folder.path().join("rushes.toml"));
    fs::write(&file, "colour = \"red\"").unwrap();
    let unknown_key = refused(command(&data).arg("--config").arg(&file));
    let message = String::from_utf8(unknown_key.stderr).unwrap();
    assert_eq!(unknown_key.status.code(), Some(78), "{message}");
    assert!(message.contains("colour"), "{message}");
    assert_eq!(refused(command(&data).arg("--colour")).status.code(), Some(2));
    assert_eq!(refused(command(&data).args(["--log", "a=b=c"])).status.code(), Some(78));
    assert!(!data.exists());
}

#[test]
fn an_exposed_token_is_refused_with_the_remedy() {
    let (folder, _) = Daemon::start().stopped();
    let data = folder.path().join("data");
    let token = data.join("admin.token");
    assert_eq!(fs::metadata(&token).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&token, fs::Permissions::from_mode(0o644)).unwrap();
    let output = refused(&mut command(&data));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(78), "{message}");
    assert!(message.contains("chmod 600"), "{message}");
}

#[test]
fn an_address_in_use_is_named() {
    let daemon = Daemon::start();
    let folder = TempDir::new().unwrap();
    let mut second = command(&folder.path().join("data"));
    let output = refused(second.args(["--listen", daemon.address()]));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains(daemon.address()), "{message}");
}

#[tokio::test]
async fn the_token_is_in_no_log() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let output = fs::File::create(&log).unwrap();
    let mut command = command(&folder.path().join("data"));
    command.args(["--log", "info,rushesd=trace,hyper=trace"]).stderr(output);
    let daemon = Daemon::spawn(folder, command);
    daemon.upload(form("x.png", PNG)).await;
    let _refused = daemon.anonymous(Method::GET, "/api/projects").bearer_auth("wrong").send().await;
    let token = daemon.token().to_owned();
    let (_folder, code) = daemon.stopped();
    let text = fs::read_to_string(&log).unwrap();
    assert_eq!(code, Some(0));
    assert!(text.contains("ready") && !text.contains(&token));
}
