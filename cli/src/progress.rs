//! How far something is, for whoever watches.
//!
//! Invariant: it goes to standard error, and only to a terminal.

use indicatif::{ProgressBar, ProgressStyle};

use crate::show::plain;

/// A bar on standard error; a terminal only.
pub fn bar(name: &str, length: Option<u64>) -> ProgressBar {
    let (bar, template) = match length {
        Some(length) => {
            let template = "{msg:30!} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
            (ProgressBar::new(length), template)
        }
        None => (ProgressBar::new_spinner(), "{msg:30!} {spinner} {bytes} {bytes_per_sec}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.with_message(plain(name))
}

/// Counts on standard error; a terminal only.
pub fn counter(name: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{msg} {spinner} {human_pos} contents") {
        bar.set_style(style);
    }
    bar.with_message(plain(name))
}
