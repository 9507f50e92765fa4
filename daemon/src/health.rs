//! `GET /health`: whether the daemon serves, for people, supervisors and load balancers.
//!
//! Invariant: 200 only while everything works that the daemon was started for, writes too; damage
//! of some contents is said, and stops nothing.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use rushes_api::{Health, MountHealth, paths};
use rushes_fs::{Mode, Mount};

use crate::error::Refusal;
use crate::operation::{Operation, get};
use crate::reply;
use crate::state::{App, Phase};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let about = "It does not serve everything; or, as a problem, it is too busy to say.";
    vec![
        get(paths::HEALTH, health)
            .named("get_health", "Answers how the daemon is.")
            .answering_json::<Health>(StatusCode::OK, "It serves everything.")
            .answering_json::<Health>(StatusCode::SERVICE_UNAVAILABLE, about),
    ]
}

/// Answers how the daemon is.
pub async fn health(State(app): State<Arc<App>>) -> Result<Response, Refusal> {
    let vault = Arc::clone(&app.vault);
    let ask = move || Ok::<_, Refusal>((vault.revision(), vault.writable(), vault.damage_count()));
    let (revision, writable, damaged) = app.crossing.call(ask).await?;
    let (status, why) = match (app.phase.get(), writable) {
        (Phase::Starting, _) => ("starting", Some("the mount is not there yet".to_owned())),
        (Phase::Stopping, _) => ("stopping", Some("the daemon is stopping".to_owned())),
        (Phase::Ready, Err(why)) => ("read_only", Some(why)),
        (Phase::Ready, Ok(())) if damaged > 0 => {
            let why = format!("{damaged} contents are damaged: rushes store damage lists them");
            ("damaged", Some(why))
        }
        (Phase::Ready, Ok(())) => ("ok", None),
    };
    // Whatever is damaged, the rest is served.
    let fine = matches!(status, "ok" | "damaged");
    let health = Health {
        status: status.to_owned(),
        why,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        revision,
        uptime_s: app.started.elapsed().as_secs(),
        mount: app.mount().as_ref().map(of_mount),
    };
    let mut response = reply::made(None, &health)?;
    if !fine {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    }
    Ok(([(CACHE_CONTROL, "no-store")], response).into_response())
}

/// How files open in a mount.
pub fn of_mount(mount: &Mount) -> MountHealth {
    let (mode, why) = match mount.mode() {
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
