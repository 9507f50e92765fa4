//! What commands print: tables for people, one JSON document for programs.
//!
//! Invariant: nothing but results goes to standard output, and no text of the daemon's reaches a
//! terminal as a control sequence.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets};
use rushes_api::asset::{AssetReply, Status};
use rushes_api::history::{HistoryReply, HistorySummary};
use rushes_api::project::{ProjectReply, SceneReply};
use rushes_api::record::ProjectRecord;
use rushes_api::{AssetsFound, Health};
use serde::Serialize;

use crate::error::CliError;

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// As JSON.
    pub json: bool,
}

impl Output {
    /// Prints a result: itself as JSON, or the text that `for_people` makes of it.
    pub fn print<T: Serialize>(
        self,
        result: &T,
        for_people: impl FnOnce(&T) -> String,
    ) -> Result<(), CliError> {
        let text = if self.json {
            serde_json::to_string_pretty(result).map_err(io::Error::from)?
        } else {
            for_people(result)
        };
        let mut out = io::stdout().lock();
        if !text.is_empty() {
            writeln!(out, "{text}")?;
        }
        Ok(out.flush()?)
    }
}

/// How the daemon is.
pub fn health(server: &str, health: &Health) -> String {
    let mut lines = vec![
        ("server", server.to_owned()),
        ("status", health.status.clone()),
        ("version", health.version.clone()),
        ("revision", health.revision.to_string()),
        ("up for", duration(health.uptime_s)),
    ];
    if let Some(why) = &health.why {
        lines.push(("why", why.clone()));
    }
    for mount in &health.mounts {
        lines.push(("mount", mount.dir.clone()));
        lines.push(("reads", format!("{}: {}", mount.mode, mount.why)));
        lines.extend(mount.warnings.iter().map(|warning| ("warning", warning.clone())));
    }
    if health.mounts.is_empty() {
        lines.push(("mount", "none".to_owned()));
    }
    let line = |(name, value): &(&str, String)| format!("{name:<9} {}", plain(value));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Projects, one a line.
pub fn projects(projects: &[ProjectReply]) -> String {
    let mut table = table(["PROJECT", "NAME", "CREATED", "FOLDER"]);
    for project in projects {
        let ProjectReply { id, record, created_at, path, .. } = project;
        table.add_row([id, &record.name, created_at, path].map(|text| plain(text)));
    }
    table.trim_fmt()
}

/// One project in words.
pub fn project(project: &ProjectReply) -> String {
    let ProjectReply { id, record, path, created_at, .. } = project;
    let ProjectRecord { name, description, .. } = record;
    let mut text = format!("{}  {}\n{}, created {created_at}", plain(id), plain(name), plain(path));
    if let Some(description) = description {
        text.push('\n');
        text.push_str(&plain(description));
    }
    text
}

/// One scene in words.
pub fn scene(scene: &SceneReply) -> String {
    let SceneReply { scene_number, record, path, id, .. } = scene;
    let title = &record.title;
    format!("scene {scene_number}  {}\n{}, id {}", plain(title), plain(path), plain(id))
}

/// A history in a list, with the scene that it belongs to (number and title), if any.
pub type Row<'a> = (Option<(u32, &'a str)>, Option<&'a HistorySummary>);

/// Histories by scene; a scene without any has a line too.
pub fn histories(rows: &[Row<'_>]) -> String {
    let mut table = table(["SCENE", "TITLE", "KEY", "VERSIONS", "BEST", "SIZE", "FILE"]);
    for (scene, history) in rows {
        let (number, title) =
            scene.map_or((dash(), ""), |(number, title)| (number.to_string(), title));
        let current = history.and_then(|history| history.current.as_ref());
        table.add_row([
            Cell::new(number),
            Cell::new(plain(title)),
            Cell::new(history.map_or_else(dash, |history| plain(&history.asset_key))),
            right(history.map(|history| history.latest)),
            right(history.and_then(|history| history.best)),
            right(current.map(|current| bytes(current.size))),
            Cell::new(match current.and_then(|current| current.path.as_deref()) {
                Some(path) => plain(path),
                None => dash(),
            }),
        ]);
    }
    table.trim_fmt()
}

/// What a search found, and how much there is besides.
pub fn found(found: &AssetsFound) -> String {
    let mut table = table(["ASSET", "TYPE", "PROVIDER", "MODEL", "COST", "CREATED", "NAME"]);
    for asset in &found.assets {
        let said = |text: &Option<String>| text.as_deref().map_or_else(dash, plain);
        table.add_row([
            Cell::new(plain(&asset.id)),
            Cell::new(plain(&asset.kind)),
            Cell::new(said(&asset.provider)),
            Cell::new(said(&asset.model)),
            right(asset.estimated_cost),
            Cell::new(plain(&asset.created_at)),
            Cell::new(plain(&asset.filename)),
        ]);
    }
    format!("{}\n{} of {}", table.trim_fmt(), found.assets.len(), count(found.total))
}

/// All versions of a history.
pub fn versions(history: &HistoryReply) -> String {
    let mut table = table(["VERSION", "", "SIZE", "MODEL", "CREATED", "ASSET", "FILE OR ERROR"]);
    for asset in &history.versions {
        let is_best = asset.version.is_some() && asset.version == history.best;
        let file = match asset.status {
            Status::Ready | Status::Archived => asset.path.as_deref().unwrap_or_default(),
            Status::Failed => asset.error.as_deref().unwrap_or_default(),
            Status::Deleted => asset.deleted_at.as_deref().unwrap_or_default(),
        };
        table.add_row([
            right(asset.version),
            Cell::new(match asset.status {
                Status::Ready | Status::Archived if is_best => "best",
                Status::Ready => "",
                Status::Archived => "archived",
                Status::Failed => "failed",
                Status::Deleted => "deleted",
            }),
            right(asset.size.map(bytes)),
            Cell::new(asset.model.as_deref().map_or_else(dash, plain)),
            Cell::new(plain(&asset.created_at)),
            Cell::new(plain(&asset.id)),
            Cell::new(plain(file)),
        ]);
    }
    table.trim_fmt()
}

/// What was uploaded or recorded.
pub fn assets(assets: &[AssetReply]) -> String {
    let mut table = table(["ASSET", "VERSION", "SIZE", "NAME", "FILE OR ERROR"]);
    for asset in assets {
        let file = asset.path.as_deref().filter(|_| asset.status != Status::Failed);
        table.add_row([
            Cell::new(plain(&asset.id)),
            right(asset.version),
            right(asset.size.map(bytes)),
            Cell::new(plain(&asset.filename)),
            Cell::new(file.or(asset.error.as_deref()).map_or_else(dash, plain)),
        ]);
    }
    table.trim_fmt()
}

/// Bytes as people read them.
pub fn bytes(count: u64) -> String {
    indicatif::HumanBytes(count).to_string()
}

/// A number as people read it.
pub fn count(count: u64) -> String {
    indicatif::HumanCount(count).to_string()
}

/// A text as one line without control characters.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A table with a header and without lines.
pub fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    // A pipe reads whole lines: nothing is wrapped to a width that is not there.
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// A cell for a number; a dash where there is none.
pub fn right(value: Option<impl ToString>) -> Cell {
    let text = value.map_or_else(dash, |value| value.to_string());
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn dash() -> String {
    "-".to_owned()
}

fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min"),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_control_sequence_reaches_the_terminal() {
        assert_eq!(plain("a\u{1b}[31mred\n\u{9b}b"), "a [31mred  b");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        assert_eq!(duration(59), "59 s");
        assert_eq!(duration(60), "1 min");
        assert_eq!(duration(3_700), "1 h 1 min");
        assert_eq!(duration(90_000), "1 d 1 h");
    }

    #[test]
    fn a_history_is_a_line_with_its_scene() {
        let history = HistorySummary {
            asset_key: "scene_video".into(),
            best: Some(2),
            latest: 3,
            current: None,
            revision: 9,
        };
        let text = histories(&[(Some((1, "Dawn")), Some(&history)), (None, Some(&history))]);
        let lines: Vec<Vec<&str>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(lines[0], ["SCENE", "TITLE", "KEY", "VERSIONS", "BEST", "SIZE", "FILE"]);
        assert_eq!(lines[1], ["1", "Dawn", "scene_video", "3", "2", "-", "-"]);
        assert_eq!(lines[2], ["-", "scene_video", "3", "2", "-", "-"]);
    }
}
