//! What the operator asked for: flags over environment over file over defaults.
//!
//! Knows nothing of what the settings do. Invariant: every setting has the same name in all three
//! places, and an unknown or unreadable one is an error that names it, never ignored.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Parser, ValueEnum};
use serde::Deserialize;

use crate::cors::Origins;
use crate::hosts::BaseUrl;
use crate::jwks::Place;
use crate::jwt::Trust;

/// Where the data are when nobody says.
const DATA_DEFAULT: &str = "rushes-data";
/// Where HTTP is when nobody says: reachable from this machine only.
const LISTEN_DEFAULT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7878);
/// Largest file that an upload may carry when nobody says.
const UPLOAD_BYTES_MAX_DEFAULT: u64 = 64 * 1024 * 1024 * 1024;
/// Most mounts: each has threads of its own.
const MOUNTS_MAX: usize = 64;
/// What is logged when nobody says.
const LOG_DEFAULT: &str = "info";

/// rushesd: keeps generated media and shows them over HTTP and in a folder.
#[derive(Debug, Default, Parser)]
#[command(name = "rushesd", version)]
pub struct Args {
    /// Directory that holds everything [default: ./rushes-data]
    #[arg(long, env = "RUSHES_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address for HTTP, with port 0 for any free one [default: 127.0.0.1:7878]
    #[arg(long, env = "RUSHES_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Directory to show the folder in, for a user; repeat it for more [default: none; first user]
    #[arg(long, env = "RUSHES_MOUNT", value_name = "DIR[=USER]")]
    pub mount: Vec<MountAt>,
    /// Whether other users of this machine may read the mounts [default: false]
    #[arg(long, env = "RUSHES_MOUNT_ALLOW_OTHER", value_name = "BOOL")]
    pub mount_allow_other: Option<bool>,
    /// TOML file with the same settings [default: none]
    #[arg(long, env = "RUSHES_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Largest file that an upload may carry, in bytes [default: 64 GiB]
    #[arg(long, env = "RUSHES_UPLOAD_MAX", value_name = "BYTES")]
    pub upload_max: Option<u64>,
    /// URL under which clients reach the daemon, for links in replies [default: the request's host]
    #[arg(long, env = "RUSHES_BASE_URL", value_name = "URL")]
    pub base_url: Option<BaseUrl>,
    /// Origins whose pages may use the API, with commas between them [default: none]
    #[arg(long, env = "RUSHES_ORIGINS", value_name = "ORIGIN,…")]
    pub origins: Option<Origins>,
    /// Issuer whose tokens (JWT) are taken beside the daemon's own [default: none]
    #[arg(long, env = "RUSHES_JWT_ISSUER", value_name = "URL")]
    pub jwt_issuer: Option<String>,
    /// The keys of that issuer (JWKS) [default: none]
    #[arg(long, env = "RUSHES_JWT_JWKS", value_name = "FILE|URL")]
    pub jwt_jwks: Option<Place>,
    /// What such a token must be for (aud) [default: anything]
    #[arg(long, env = "RUSHES_JWT_AUDIENCE", value_name = "NAME")]
    pub jwt_audience: Option<String>,
    /// Who may have asked for such a token (azp), with commas between them [default: anybody]
    #[arg(long, env = "RUSHES_JWT_PARTIES", value_name = "ORIGIN,…")]
    pub jwt_parties: Option<String>,
    /// What to log to standard error, as in `info` or `rushesd=debug` [default: info]
    #[arg(long, env = "RUSHES_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How to log it [default: text]
    #[arg(long, env = "RUSHES_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

/// Where to mount, and whose folder it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountAt {
    /// The directory.
    pub dir: PathBuf,
    /// The user's name; `None` is the first user.
    pub user: Option<String>,
}

impl FromStr for MountAt {
    type Err = &'static str;

    /// Reads `DIR[=USER]`; what follows the last `=` is part of the directory when it has a slash.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (dir, user) = match text.rsplit_once('=') {
            Some((dir, user)) if !user.contains('/') => (dir, Some(user)),
            _ => (text, None),
        };
        if dir.is_empty() || user.is_some_and(str::is_empty) {
            return Err("write DIR or DIR=USER");
        }
        Ok(Self { dir: PathBuf::from(dir), user: user.map(str::to_owned) })
    }
}

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The data directory.
    pub data: PathBuf,
    /// The address for HTTP.
    pub listen: SocketAddr,
    /// The mounts: none lies in another one.
    pub mounts: Vec<MountAt>,
    /// Whether the machine's other users may read them.
    pub mount_allow_other: bool,
    /// Largest file of an upload.
    pub upload_bytes_max: u64,
    /// What links in replies begin with; `None` takes the request's host.
    pub base_url: Option<BaseUrl>,
    /// Which other origins' pages may use the API.
    pub origins: Origins,
    /// Whose tokens are taken beside the daemon's own.
    pub trust: Option<Trust>,
    /// What to log.
    pub log: String,
    /// How.
    pub log_format: LogFormat,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The folder would hide a part of the data.
    #[error("the mount {mount} lies in the data directory: choose a folder outside of it")]
    MountInData {
        /// The folder.
        mount: PathBuf,
    },
    /// One folder would hide another one.
    #[error("the mount {one} lies in the mount {other}: choose folders apart from each other")]
    MountInMount {
        /// A folder.
        one: PathBuf,
        /// The one that it lies in, or is.
        other: PathBuf,
    },
    /// More folders than a session each is sensible for.
    #[error("there are more than {MOUNTS_MAX} mounts")]
    ManyMounts,
    /// An issuer without keys, or the other way round.
    #[error("{missing} is missing: an issuer's tokens need both jwt_issuer and jwt_jwks")]
    HalfTrust {
        /// The setting that is not there.
        missing: &'static str,
    },
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or a key in it is unknown or has a wrong value.
    #[error("{path} is not a valid configuration: {source}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// A key's text does not mean anything.
    #[error("{path}: {key}: {reason}")]
    Meaningless {
        /// The file.
        path: PathBuf,
        /// The key.
        key: &'static str,
        /// What would be right.
        reason: String,
    },
}

/// A text, or a list of them.
#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "a text or a list of texts")]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    data: Option<PathBuf>,
    listen: Option<SocketAddr>,
    mount: Option<OneOrMore>,
    mount_allow_other: Option<bool>,
    upload_max: Option<u64>,
    base_url: Option<String>,
    origins: Option<String>,
    jwt_issuer: Option<String>,
    jwt_jwks: Option<String>,
    jwt_audience: Option<String>,
    jwt_parties: Option<String>,
    log: Option<String>,
    log_format: Option<LogFormat>,
}

impl Config {
    /// Puts the settings together; reads the file that the flags or the environment name.
    pub fn resolve(args: Args) -> Result<Self, ConfigError> {
        let (path, keys) = match args.config {
            Some(path) => {
                let keys = read(&path)?;
                (path, keys)
            }
            None => (PathBuf::new(), Keys::default()),
        };
        let data = args.data.or(keys.data).unwrap_or_else(|| DATA_DEFAULT.into());
        let mounts = mounts(args.mount, keys.mount, &path)?;
        keep_apart(&data, &mounts)?;
        let trust = trust(
            args.jwt_issuer.or(keys.jwt_issuer),
            either(args.jwt_jwks, keys.jwt_jwks, &path, "jwt_jwks")?,
            args.jwt_audience.or(keys.jwt_audience),
            args.jwt_parties.or(keys.jwt_parties),
        )?;
        Ok(Self {
            data,
            mounts,
            trust,
            listen: args.listen.or(keys.listen).unwrap_or(LISTEN_DEFAULT),
            mount_allow_other: args
                .mount_allow_other
                .or(keys.mount_allow_other)
                .unwrap_or_default(),
            upload_bytes_max: args
                .upload_max
                .or(keys.upload_max)
                .unwrap_or(UPLOAD_BYTES_MAX_DEFAULT),
            base_url: either(args.base_url, keys.base_url, &path, "base_url")?,
            origins: either(args.origins, keys.origins, &path, "origins")?.unwrap_or_default(),
            log: args.log.or(keys.log).unwrap_or_else(|| LOG_DEFAULT.to_owned()),
            log_format: args.log_format.or(keys.log_format).unwrap_or_default(),
        })
    }
}

/// Whose tokens are taken, where anything was said of that.
fn trust(
    issuer: Option<String>,
    keys: Option<Place>,
    audience: Option<String>,
    parties: Option<String>,
) -> Result<Option<Trust>, ConfigError> {
    if issuer.is_none() && keys.is_none() && audience.is_none() && parties.is_none() {
        return Ok(None);
    }
    let issuer = issuer.filter(|issuer| !issuer.is_empty());
    let issuer = issuer.ok_or(ConfigError::HalfTrust { missing: "jwt_issuer" })?;
    let keys = keys.ok_or(ConfigError::HalfTrust { missing: "jwt_jwks" })?;
    let parties = parties.unwrap_or_default();
    let parties = parties.split(',').map(str::trim).filter(|party| !party.is_empty());
    let parties = parties.map(str::to_owned).collect();
    Ok(Some(Trust { issuer, keys, audience, parties }))
}

/// The mounts: those of the flags, else those of the file.
fn mounts(
    flags: Vec<MountAt>,
    key: Option<OneOrMore>,
    path: &Path,
) -> Result<Vec<MountAt>, ConfigError> {
    let texts = match key {
        _ if !flags.is_empty() => return Ok(flags),
        None => return Ok(flags),
        Some(OneOrMore::One(text)) => vec![text],
        Some(OneOrMore::More(texts)) => texts,
    };
    let read = |text: &String| text.parse().map_err(|reason: &str| (path, reason));
    let read: Result<_, _> = texts.iter().map(read).collect();
    read.map_err(|(path, reason)| ConfigError::Meaningless {
        path: path.to_owned(),
        key: "mount",
        reason: reason.to_owned(),
    })
}

/// Refuses a mount that lies in the data directory or in another one, as far as the names tell.
fn keep_apart(data: &Path, mounts: &[MountAt]) -> Result<(), ConfigError> {
    if mounts.len() > MOUNTS_MAX {
        return Err(ConfigError::ManyMounts);
    }
    let whole = |path: &Path| {
        let above = path.parent().and_then(|above| above.canonicalize().ok());
        let named = above.zip(path.file_name()).map(|(above, name)| above.join(name));
        path.canonicalize().ok().or(named).or_else(|| std::path::absolute(path).ok())
    };
    let lies_in = |one: &Path, other: &Path| {
        whole(one).zip(whole(other)).is_some_and(|(one, other)| one.starts_with(other))
    };
    for (position, MountAt { dir, .. }) in mounts.iter().enumerate() {
        if lies_in(dir, data) {
            return Err(ConfigError::MountInData { mount: dir.clone() });
        }
        let others = mounts.iter().enumerate().filter(|(other, _)| *other != position);
        if let Some((_, other)) = others.into_iter().find(|(_, other)| lies_in(dir, &other.dir)) {
            let (one, other) = (dir.clone(), other.dir.clone());
            return Err(ConfigError::MountInMount { one, other });
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Keys, ConfigError> {
    let text = fs::read_to_string(path)
        .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
    toml::from_str(&text).map_err(|source| ConfigError::Malformed {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

fn either<T: FromStr>(
    flag: Option<T>,
    text: Option<String>,
    path: &Path,
    key: &'static str,
) -> Result<Option<T>, ConfigError>
where
    T::Err: std::fmt::Display,
{
    match (flag, text) {
        (Some(value), _) => Ok(Some(value)),
        (None, None) => Ok(None),
        (None, Some(text)) => text.parse().map(Some).map_err(|reason: T::Err| {
            ConfigError::Meaningless { path: path.to_owned(), key, reason: reason.to_string() }
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str, flags: &[&str]) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rushes.toml");
        fs::write(&path, text).unwrap();
        let mut line = vec!["rushesd", "--config", path.to_str().unwrap()];
        line.extend(flags);
        Config::resolve(Args::try_parse_from(line).unwrap())
    }

    #[test]
    fn without_anything_it_serves_this_machine_and_this_user_only() {
        let config = Config::resolve(Args::default()).unwrap();
        assert_eq!(config.data, PathBuf::from("rushes-data"));
        assert_eq!(config.listen, "127.0.0.1:7878".parse().unwrap());
        assert_eq!((config.mounts, config.base_url), (Vec::new(), None));
        assert!(!config.mount_allow_other);
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let file = "listen = \"127.0.0.1:1\"\nmount = \"/media=ann\"\nlog_format = \"json\"";
        let config = with_file(file, &["--listen", "127.0.0.1:2"]).unwrap();
        assert_eq!(config.listen.port(), 2);
        assert_eq!(config.mounts[0].user.as_deref(), Some("ann"));
        assert_eq!((config.log_format, config.log.as_str()), (LogFormat::Json, "info"));
    }

    #[test]
    fn every_flag_has_an_environment_variable_of_its_name() {
        use clap::CommandFactory;
        for flag in Args::command().get_arguments().filter(|flag| flag.get_long().is_some()) {
            let name = flag.get_long().unwrap().replace('-', "_").to_uppercase();
            let variable = flag.get_env().unwrap().to_str().unwrap();
            assert_eq!(variable, format!("RUSHES_{name}"));
        }
    }

    #[test]
    fn an_unknown_or_wrong_key_is_named() {
        for (file, named) in [
            ("colour = 1", "colour"),
            ("listen = \"nowhere\"", "listen"),
            ("base_url = \"nowhere\"", "base_url"),
            ("mount = \"=ann\"", "mount"),
            ("mount = [\"/m\", \"=ann\"]", "mount"),
            ("mount = 1", "mount"),
            ("origins = \"*\"", "origins"),
            ("jwt_jwks = \"http://login.example/keys\"", "jwt_jwks"),
            ("jwt_jwks = \"/keys\"", "jwt_issuer"),
            ("jwt_parties = \"https://a\"", "jwt_issuer"),
        ] {
            let message = with_file(file, &[]).unwrap_err().to_string();
            assert!(message.contains(named), "{message}");
        }
    }

    #[test]
    fn a_mount_in_the_data_directory_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        let mounted_at = |dir: &str| {
            let mount = vec![MountAt { dir: place.path().join(dir), user: None }];
            Config::resolve(Args { data: Some(data.clone()), mount, ..Args::default() })
        };
        for inside in ["data", "data/packs", "data/x/y"] {
            let refused = mounted_at(inside).map(drop);
            assert!(matches!(refused, Err(ConfigError::MountInData { .. })), "{inside}");
        }
        mounted_at("data2").unwrap();
    }

    #[test]
    fn mounts_are_as_many_as_are_asked_for_and_apart() {
        let dirs = |config: Config| {
            config.mounts.into_iter().map(|at| (at.dir, at.user)).collect::<Vec<_>>()
        };
        let two = [("/m1".into(), None), ("/m2".into(), Some("ann".to_owned()))];
        let flags = ["--mount", "/m1", "--mount", "/m2=ann"];
        assert_eq!(dirs(with_file("mount = \"/m3\"", &flags).unwrap()), two);
        assert_eq!(dirs(with_file("mount = [\"/m1\", \"/m2=ann\"]", &[]).unwrap()), two);
        for inside in ["/m1", "/m1/x", "/m1/../m1"] {
            let refused = with_file("", &["--mount", "/m1", "--mount", inside]);
            assert!(matches!(refused, Err(ConfigError::MountInMount { .. })), "{inside}");
        }
        let many = vec!["\"/m\""; MOUNTS_MAX + 1].join(",");
        let refused = with_file(&format!("mount = [{many}]"), &[]);
        assert!(matches!(refused, Err(ConfigError::ManyMounts)));
    }

    #[test]
    fn a_mount_names_its_user_behind_the_last_equals_sign() {
        let at = |text: &str| text.parse::<MountAt>().map(|at| (at.dir, at.user));
        assert_eq!(at("/m"), Ok(("/m".into(), None)));
        assert_eq!(at("/m=ann"), Ok(("/m".into(), Some("ann".to_owned()))));
        assert_eq!(at("/a=b/m"), Ok(("/a=b/m".into(), None)));
        assert!(at("/m=").is_err() && at("=ann").is_err() && at("").is_err());
    }
}
