//! Errors of the source as the kernel takes them: the one place that translates and logs them.

use rushes_vault::source::SourceError;
use rustix::io::Errno;

/// Logs an error of the source and gives its errno.
///
/// Damage and failure are both an I/O error for a program; the log tells them apart. What is no
/// fault of the machine is not logged as one.
pub fn answer(operation: &'static str, ino: u64, error: &SourceError) -> Errno {
    match error {
        SourceError::Damaged(_) => tracing::error!(operation, ino, %error, "a content is damaged"),
        SourceError::Full => return Errno::NOSPC,
        SourceError::TooLarge { .. } => return Errno::FBIG,
        SourceError::Taken => return Errno::EXIST,
        SourceError::Frozen | SourceError::Saved => return Errno::STALE,
        SourceError::Refused(_) => {
            tracing::info!(operation, ino, %error, "a change is refused");
            return Errno::PERM;
        }
        SourceError::TooMuch(_) => {
            tracing::warn!(operation, ino, %error, "a folder or record is too large to show");
            return Errno::FBIG;
        }
        SourceError::Failed(_) => tracing::error!(operation, ino, %error, "the source failed"),
    }
    Errno::IO
}
