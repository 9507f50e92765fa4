//! What `GET /health` says. It needs no token and tells nothing of anybody's assets.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far a start has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// What it is at: `lock`, `packs`, `wholes`, `facts`, `accounts`, `mount`. There may be more.
    pub phase: String,
    /// How much of it is done: packs, directories of wholes, revisions.
    pub done: u64,
    /// Of how much; 0 where that is not known.
    pub total: u64,
}

/// What `GET /ready` says with 200. With 503 it says a problem, `starting` with its progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ready {
    /// `ready`.
    pub status: String,
    /// The search: everything else is served while its index is made anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchReady>,
}

/// How far the search index is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SearchReady {
    /// `ready`, or `rebuilding`: searches are refused then, as `busy`.
    pub status: String,
    /// How much of it is there, in percent.
    pub percent: u8,
}

/// How the daemon is. The status code says whether it is alive (200): while it starts, too, but not
/// when it stops or takes no writes (503).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok`, `damaged` (it serves everything, but some contents miss bytes), `unmounted` (somebody
    /// took a mount away), `starting`, `stopping` or `read_only`.
    pub status: String,
    /// What is wrong, where the status is not `ok`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The daemon's version.
    pub version: String,
    /// The newest claim's number.
    pub revision: u64,
    /// Seconds since the start.
    pub uptime_s: u64,
    /// The mounts; none where the daemon runs without one.
    #[serde(default)]
    #[schema(required = true)]
    pub mounts: Vec<MountHealth>,
}

/// How files open in a mount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MountHealth {
    /// Where it is.
    pub dir: String,
    /// `passthrough` (the kernel reads whole files by itself), `ranges` (the daemon reads) or
    /// `gone` (somebody unmounted it).
    pub mode: String,
    /// Why it is that one.
    pub why: String,
    /// What an operator should know, such as that nobody else sees the mount.
    #[serde(default)]
    #[schema(required = true)]
    pub warnings: Vec<String>,
}
