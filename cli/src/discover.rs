//! Finds the daemon and its token: what was said, else what a daemon on this machine left in its
//! data directory.
//!
//! Invariant: a token that was found on this machine is only ever sent to the address that stands
//! beside it, and only while a daemon holds that directory: whoever listens where one was is nobody
//! we know.

use std::fs::{self, File};
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::process::geteuid;
use serde::Deserialize;

use crate::error::CliError;

/// Who holds a data directory, as the daemon writes it: JSON, locked with flock(2) while it runs.
const LOCK_FILE: &str = "LOCK";
/// Longest lock file that is read, in bytes.
const LOCK_BYTES_MAX: u64 = 4096;
/// Where a daemon that is started by hand keeps its data.
const DATA_HERE: &str = "./rushes-data";
/// The first user's token, as the daemon writes it: one line.
const TOKEN_FILE: &str = "admin.token";

/// What the command line and the environment say.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// `--server`, `RUSHES_URL`.
    pub server: Option<String>,
    /// `--token`, `RUSHES_TOKEN`.
    pub token: Option<String>,
    /// `--data`, `RUSHES_DATA`.
    pub data: Option<PathBuf>,
}

/// Where the daemon is and how to be let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its address, without a slash at the end.
    pub server: String,
    /// The token; `None` where nobody knows one.
    pub token: Option<String>,
}

#[derive(Deserialize)]
struct Holder {
    address: Option<SocketAddr>,
}

/// A data directory that a daemon serves.
struct Served<'a> {
    data: &'a Path,
    server: String,
}

/// The data directories that a daemon of this machine may use, the likeliest first. The one in the
/// current directory counts only when nobody else can have put it there.
pub fn places(asked: &Asked, home: Option<PathBuf>) -> Vec<PathBuf> {
    if let Some(data) = &asked.data {
        return vec![data.clone()];
    }
    let own = home.map(|home| home.join(".local/share/rushes"));
    let here = Some(PathBuf::from(DATA_HERE)).filter(|here| is_trusted(here));
    [here, own, Some("/var/lib/rushes".into())].into_iter().flatten().collect()
}

/// Finds the daemon.
pub fn find(asked: Asked, places: Vec<PathBuf>) -> Result<Found, CliError> {
    let mut unreadable = None;
    let mut all: Vec<Served<'_>> = Vec::new();
    for place in &places {
        match served(place) {
            Ok(found) => all.extend(found),
            // It is somebody else's: only worth a word when no other is found.
            Err(error) => drop(unreadable.get_or_insert(error)),
        }
    }
    let Some(server) = asked.server.as_deref().map(cleaned).transpose()? else {
        let Some(Served { data, server }) = all.into_iter().next() else {
            return Err(unreadable.unwrap_or(CliError::NoDaemon { looked: places }));
        };
        let token = asked.token.map_or_else(|| token_in(data), Ok)?;
        return Ok(Found { server, token: Some(token) });
    };
    let beside = all.iter().find(|one| one.server == server);
    let token = match (asked.token, beside) {
        (Some(token), _) => Some(token),
        (None, Some(found)) => Some(token_in(found.data)?),
        (None, None) => None,
    };
    Ok(Found { server, token })
}

/// Whether a directory is ours or the system's, or not there at all.
fn is_trusted(directory: &Path) -> bool {
    let Ok(found) = fs::metadata(directory) else { return true };
    [0, geteuid().as_raw()].contains(&found.uid())
}

/// What a data directory's lock file says; `None` when no daemon serves there.
fn served(data: &Path) -> Result<Option<Served<'_>>, CliError> {
    let path = data.join(LOCK_FILE);
    let failed = |error| CliError::file("read", path.clone(), error);
    let lock = match File::open(&path) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    match flock(&lock, FlockOperation::NonBlockingLockShared) {
        // Nobody holds it; ours goes with the file.
        Ok(()) => return Ok(None),
        Err(Errno::WOULDBLOCK) => {}
        Err(errno) => return Err(failed(errno.into())),
    }
    let mut text = String::new();
    lock.take(LOCK_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    let Ok(Holder { address: Some(address) }) = serde_json::from_str(&text) else {
        return Ok(None);
    };
    Ok(Some(Served { data, server: format!("http://{}", near(address)) }))
}

/// A daemon that listens everywhere is reached on the loopback.
fn near(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn token_in(data: &Path) -> Result<String, CliError> {
    let path = data.join(TOKEN_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().to_owned()),
        Err(error) => Err(CliError::file("read the token in", path, error)),
    }
}

/// An address as it is used: with a scheme, without a slash at the end.
fn cleaned(server: &str) -> Result<String, CliError> {
    let bad = |why: &str| CliError::BadServer { server: server.into(), why: why.into() };
    let whole = if server.contains("://") { server.into() } else { format!("http://{server}") };
    let url = reqwest::Url::parse(&whole).map_err(|error| bad(&error.to_string()))?;
    match url.scheme() {
        "http" => {}
        "https" => return Err(bad("this program speaks no TLS yet")),
        _ => return Err(bad("the scheme is unknown")),
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(bad("it holds more than a host, a port and a path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    /// A data directory as a daemon leaves it.
    fn left(lock: &str) -> (TempDir, PathBuf) {
        let dir = TempDir::new().unwrap();
        fs::write(dir.path().join(LOCK_FILE), lock).unwrap();
        fs::write(dir.path().join(TOKEN_FILE), "secret\n").unwrap();
        let path = dir.path().to_owned();
        (dir, path)
    }

    /// A data directory that a daemon serves while the file is open.
    fn held(lock: &str) -> (TempDir, PathBuf, File) {
        let (dir, path) = left(lock);
        let file = File::open(path.join(LOCK_FILE)).unwrap();
        flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
        (dir, path, file)
    }

    const LOCK: &str = r#"{"pid":12,"address":"0.0.0.0:7999"}"#;

    #[test]
    fn a_daemon_is_found_by_its_lock_with_its_token() {
        let (_dir, data, _daemon) = held(LOCK);
        let found = find(Asked::default(), vec!["/nowhere".into(), data.clone()]).unwrap();
        let expected =
            Found { server: "http://127.0.0.1:7999".into(), token: Some("secret".into()) };
        assert_eq!(found, expected);
    }

    #[test]
    fn whoever_listens_where_a_daemon_was_gets_no_token() {
        let (_dir, data, daemon) = held(LOCK);
        let to = |server: Option<&str>| {
            let asked = Asked { server: server.map(str::to_owned), ..Asked::default() };
            find(asked, vec![data.clone()])
        };
        to(None).unwrap();
        drop(daemon);
        let refused = to(None).unwrap_err();
        assert!(matches!(refused, CliError::NoDaemon { .. }), "{refused}");
        assert_eq!(to(Some("127.0.0.1:7999")).unwrap().token, None);
    }

    #[test]
    fn a_stopped_daemon_does_not_hide_a_running_one() {
        let (_stopped, stopped) = left(r#"{"pid":1,"address":"127.0.0.1:7998"}"#);
        let (_running, running, _daemon) = held(LOCK);
        let found = find(Asked::default(), vec![stopped, running]).unwrap();
        assert_eq!(found.server, "http://127.0.0.1:7999");
    }

    #[test]
    fn a_directory_of_somebody_else_is_not_trusted() {
        let (_dir, own) = left(LOCK);
        assert!(
            is_trusted(&own) && is_trusted(Path::new("/")) && is_trusted(Path::new("/no/such"))
        );
        if !geteuid().is_root() {
            println!("skipped: needs root");
            return;
        }
        std::os::unix::fs::chown(&own, Some(65_534), None).unwrap();
        assert!(!is_trusted(&own));
    }

    #[test]
    fn a_found_token_goes_to_no_other_address() {
        let (_dir, data, _daemon) = held(LOCK);
        let ask = |server: &str| {
            let asked = Asked { server: Some(server.into()), ..Asked::default() };
            find(asked, vec![data.clone()]).unwrap().token
        };
        assert_eq!(ask("http://example.org:7999"), None);
        assert_eq!(ask("127.0.0.1:7999/").as_deref(), Some("secret"));
    }

    #[test]
    fn a_given_token_wins() {
        let (_dir, data, _daemon) = held(LOCK);
        let asked = Asked { token: Some("mine".into()), ..Asked::default() };
        let found = find(asked, vec![data.clone()]).unwrap();
        assert_eq!(found.token.as_deref(), Some("mine"));
    }

    #[test]
    fn nobody_there_is_said_with_the_places() {
        let (_dir, empty, _daemon) = held("{}");
        let places = vec![PathBuf::from("/nowhere"), empty];
        let error = find(Asked::default(), places.clone()).unwrap_err();
        assert!(matches!(error, CliError::NoDaemon { looked } if looked == places));
    }

    #[test]
    fn only_plain_http_addresses_are_taken() {
        assert_eq!(cleaned("host:1").unwrap(), "http://host:1");
        for server in ["https://host", "ftp://host", "http://host?x", "http://", "http://a@b"] {
            assert!(matches!(cleaned(server), Err(CliError::BadServer { .. })), "{server}");
        }
    }

    #[test]
    fn a_named_directory_is_the_only_place() {
        let asked = Asked { data: Some("/d".into()), ..Asked::default() };
        assert_eq!(places(&asked, None), [PathBuf::from("/d")]);
        let all = places(&Asked::default(), Some("/home/a".into()));
        assert_eq!(all.len(), 3);
        assert!(all.contains(&PathBuf::from("/home/a/.local/share/rushes")));
    }
}
