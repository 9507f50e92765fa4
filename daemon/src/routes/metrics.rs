//! `GET /metrics`: what the daemon counts, in the text format of Prometheus.
//!
//! Invariant: it is for admins. Totals over all users change with what somebody else uploads, so
//! they would tell one user what another one has.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use rushes_api::paths;
use rushes_vault::upkeep::{Count, Figures, Stats};
use utoipa::openapi::{ContentBuilder, ResponseBuilder};

use crate::call::Admin;
use crate::error::Refusal;
use crate::front::Phase;
use crate::health::of_mount;
use crate::jobs::Kind;
use crate::metrics::{MEDIA_TYPE, Read, catch_up, show};
use crate::operation::{Operation, get};
use crate::parameters::text;
use crate::state::App;

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let content = ContentBuilder::new().schema(Some(text())).build();
    let counted = ResponseBuilder::new().description("Everything that is counted.");
    vec![
        get(paths::METRICS, metrics)
            .named("get_metrics", "Answers what the daemon counts, for Prometheus.")
            .answering(StatusCode::OK, counted.content(MEDIA_TYPE, content)),
    ]
}

/// Answers everything that is counted.
pub async fn metrics(Admin(call): Admin) -> Result<Response, Refusal> {
    let figures = call.ask(|vault, _| Ok::<_, Refusal>(vault.figures())).await?;
    let text = {
        let metrics = &call.app.front.metrics;
        let read = metrics.read();
        say(&read, &figures);
        daemon(&read, &call.app);
        metrics.text().map_err(Refusal::failed)?
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE)),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

fn say(read: &Read, figures: &Figures) {
    let Figures { written, revision, is_writable, damaged, free_bytes, stored } = figures;
    catch_up(&read.claims, written.claims);
    catch_up(&read.batches, written.batches);
    catch_up(&read.syncs, written.syncs);
    show(&read.revision, *revision);
    show(&read.writable, u64::from(*is_writable));
    show(&read.damaged, *damaged);
    show(&read.free_bytes, *free_bytes);
    if let Some(stored) = stored {
        for (what, count) in counts(stored) {
            show(&read.stored.with_label_values(&[what]), count.count);
            show(&read.stored_bytes.with_label_values(&[what]), count.bytes);
        }
    }
}

/// The words of `GET /api/store/stats`.
fn counts(stats: &Stats) -> [(&'static str, Count); 9] {
    [
        ("logical", stats.logical),
        ("wholes", stats.wholes),
        ("packs", stats.packs),
        ("records_stored", stats.records_stored),
        ("records_raw", stats.records_raw),
        ("packed", stats.packed),
        ("manifests", stats.manifests),
        ("ranges", stats.ranges),
        ("quarantine", stats.quarantine),
    ]
}

fn daemon(read: &Read, app: &App) {
    show(&read.ready, u64::from(app.front.phase.get() == Phase::Ready));
    for kind in Kind::ALL {
        let is_running = app.jobs.is_running(kind);
        show(&read.jobs.with_label_values(&[kind.name()]), u64::from(is_running));
    }
    let mounts: Vec<_> = app.mounts().iter().map(of_mount).collect();
    for mode in ["passthrough", "ranges", "gone"] {
        let count = mounts.iter().filter(|mount| mount.mode == mode).count();
        show(&read.mounts.with_label_values(&[mode]), count as u64);
    }
}
