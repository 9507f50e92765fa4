//! Who runs the tests: an ordinary user cannot have everything tried.

use rustix::process::geteuid;

/// Whether root is missing for a test that needs it; says so.
pub fn is_missing() -> bool {
    let is_missing = !geteuid().is_root();
    if is_missing {
        println!("skipped: needs root");
    }
    is_missing
}
