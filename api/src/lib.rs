//! The wire: what requests and replies look like as JSON, where they live, and how refusals read.
//!
//! Both sides share these types, so ids travel as text here and each side checks its own. Knows
//! serde and nothing of HTTP libraries, vaults or files. Invariant: replies are `snake_case`;
//! requests accept their known fields in camelCase as well and refuse unknown ones.

pub mod asset;
pub mod change;
pub mod contents;
pub mod counts;
pub mod element;
pub mod health;
pub mod history;
pub mod lineage;
pub mod paths;
pub mod problem;
pub mod project;
pub mod record;
pub mod schema;
pub mod search;
pub mod sign;
pub mod store;
pub mod token;
pub mod user;
pub mod version;

pub use asset::{AssetReply, Status, UploadField};
pub use change::{AssetPatch, PatchStatus};
pub use contents::{DIGESTS_MAX, Digests};
pub use counts::{CostGroup, CostReport, Costs, StatsReply, TagCount, TagPage};
pub use element::{
    CharacterPage, ElementReply, LocationPage, MoodPage, NewElement, PromptPage, TimelinePage,
};
pub use health::{Health, MountHealth, Progress, Ready, SearchReady};
pub use history::{HistoryReply, HistorySummary, SetBest, VersionSummary};
pub use lineage::{AssetPage, Comparison, Difference, Lineage, LineageEdge, LineageNode};
pub use problem::{Code, Problem};
pub use project::{
    NewProject, NewScene, ProjectPage, ProjectReply, ProjectStats, ProjectView, Reorder,
    SceneAssets, ScenePage, SceneReply,
};
pub use rushes_digest::Digest;
pub use search::{AssetsFound, FacetCount};
pub use sign::{SIGNED_S_MAX, Sign, Signed, SigningKeys};
pub use token::{Access, NewToken, TokenList, TokenMade, TokenReply};
pub use user::{NewUser, Role, UserPage, UserPatch, UserReply};
pub use version::{
    BestChoice, BestPage, BestVersion, BestsReply, HistoriesReply, NewVersion, ScopeMembers,
    VersionFailure, VersionQuery, VersionsFound, VersionsMade, Which, WhichWord,
};
