//! Errors of the source as the kernel takes them: the one place that translates and logs them.

use rushes_vault::source::SourceError;
use rustix::io::Errno;

/// Logs an error of the source and gives its errno.
///
/// Both kinds are an I/O error for a program; the log tells damage from failure.
pub fn answer(operation: &'static str, ino: u64, error: &SourceError) -> Errno {
    match error {
        SourceError::Damaged(_) => tracing::error!(operation, ino, %error, "a content is damaged"),
        SourceError::Failed(_) => tracing::error!(operation, ino, %error, "the source failed"),
    }
    Errno::IO
}
