//! What can be wrong with the tables.

use crate::command::CommandError;

/// The tables failed: the machine, or sled itself. The journal is not concerned.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// sled failed.
    #[error("the tables failed: {0}; stop the daemon and start it again to rebuild them")]
    Failed(String),
    /// They were closed: the daemon is stopping.
    #[error("the daemon is stopping")]
    Closed,
    /// A value is not a row: the tables are damaged.
    #[error("a row of the tables is damaged; stop the daemon, remove index/ and start it again")]
    Row,
}

impl From<TablesError> for CommandError {
    fn from(error: TablesError) -> Self {
        Self::ReadOnly { reason: error.to_string() }
    }
}
