//! `GET /health`: whether the daemon is well, for people and supervisors; `GET /ready`: whether it
//! serves, for load balancers and whoever waits for it.
//!
//! Ready is not the search: its index may be made anew while all else is served, and `/ready` says
//! how far it is. Invariant: a daemon that starts is healthy and not ready; one that takes no
//! writes is not healthy, and ready, because it serves what it has. Damage of some contents is
//! said, and stops nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use rushes_api::{Code, Health, MountHealth, Ready, SearchReady, paths};
use rushes_fs::{Mode, Mount};
use rushes_vault::Step;

use crate::error::Refusal;
use crate::front::{Front, Phase};
use crate::operation::{Operation, get};
use crate::reply;
use crate::state::App;

/// What is said of a mount that is there no more.
const GONE: &str = "gone";

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let about = "It stops, or takes no writes; or, as a problem, it is too busy to say.";
    vec![
        get(paths::HEALTH, health)
            .named("get_health", "Answers how the daemon is.")
            .answering_json::<Health>(StatusCode::OK, "It is alive, and may be starting.")
            .answering_json::<Health>(StatusCode::SERVICE_UNAVAILABLE, about),
        get(paths::READY, ready)
            .named("get_ready", "Answers whether everything is served.")
            .answering_json::<Ready>(StatusCode::OK, "It is.")
            .fails(&[Code::Starting]),
    ]
}

/// Answers how the daemon is.
pub async fn health(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let vault = Arc::clone(&app.vault);
    let ask = move || Ok::<_, Refusal>((vault.revision(), vault.writable(), vault.damage_count()));
    let (revision, writable, damaged) = app.crossing.call(ask).await?;
    let mounts: Vec<_> = app.mounts().iter().map(of_mount).collect();
    let gone = mounts.iter().find(|mount| mount.mode == GONE);
    let (status, why) = match (app.front.phase.get(), writable) {
        (Phase::Starting, _) => ("starting", Some("the mount is not there yet".to_owned())),
        (Phase::Stopping, _) => ("stopping", Some("the daemon is stopping".to_owned())),
        (Phase::Ready, Err(why)) => ("read_only", Some(why)),
        (Phase::Ready, Ok(())) if damaged > 0 => {
            let why = format!("{damaged} contents are damaged: rushes store damage lists them");
            ("damaged", Some(why))
        }
        (Phase::Ready, Ok(())) if let Some(gone) = gone => {
            ("unmounted", Some(format!("{}: {}", gone.dir, gone.why)))
        }
        (Phase::Ready, Ok(())) => ("ok", None),
    };
    // Whatever is damaged or unmounted, the rest is served.
    let fine = matches!(status, "ok" | "damaged" | "unmounted" | "starting");
    let health = Health {
        status: status.to_owned(),
        why,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision,
        uptime_s: app.front.started.elapsed().as_secs(),
        mounts,
    };
    let mut response = reply::made(None, &health)?;
    if !fine {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(([(CACHE_CONTROL, "no-store")], response).into_response())
}

/// Answers how a daemon is whose data directory is not open yet.
pub fn starting(front: &Front) -> Result<Response, Refusal> {
    let Step { phase, done, total } = front.progress.step();
    let health = Health {
        status: "starting".to_owned(),
        why: Some(format!("{phase}: {done} of {total}")),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision: 0,
        uptime_s: front.started.elapsed().as_secs(),
        mounts: Vec::new(),
    };
    Ok(([(CACHE_CONTROL, "no-store")], reply::made(None, &health)?).into_response())
}

/// Answers whether everything is served.
pub async fn ready(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    if app.front.phase.get() != Phase::Ready {
        return Err(app.front.not_ready());
    }
    let search = app.vault.search_percent().map(|percent| {
        let status = if percent < 100 { "rebuilding" } else { "ready" };
        SearchReady { status: status.to_owned(), percent }
    });
    let ready = Ready { status: "ready".to_owned(), search };
    Ok(([(CACHE_CONTROL, "no-store")], reply::made(None, &ready)?).into_response())
}

/// How files open in a mount.
pub fn of_mount(mount: &Mount) -> MountHealth {
    let (mode, why) = match mount.mode() {
        _ if !mount.is_mounted() => {
            (GONE, "somebody unmounted it: restart the daemon to have it back".to_owned())
        }
        Mode::Passthrough => ("passthrough", "the kernel reads whole files by itself".to_owned()),
        Mode::Ranges { why } => ("ranges", why),
    };
    MountHealth {
        dir: mount.dir().display().to_string(),
        mode: mode.to_owned(),
        why,
        warnings: mount.warnings().to_vec(),
    }
}
