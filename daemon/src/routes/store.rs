//! `/store/…`: the upkeep of the bytes, for the daemon's first user.
//!
//! Invariant: whoever else asks learns at most what is theirs; what takes long runs as a job, and
//! what frees bytes does nothing unless it is told to.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use rushes_api::store::{FreeFound, Job, Pace, ScrubReport, StartScrub, StartSweep, Verify};
use rushes_api::{Code, DIGESTS_MAX, paths};
use rushes_vault::{Digest, GRACE, Vault, upkeep};
use serde::Deserialize;

use crate::call::Call;
use crate::error::Refusal;
use crate::jobs::{Kind, Run};
use crate::{intake, reply, wire_store};

/// Most found contents of a page, and how many there are when the client does not say.
const PAGE_MAX: usize = 1000;

/// `GET stats`.
pub async fn stats(call: Call) -> Result<Response, Refusal> {
    let is_first = call.first_user().is_ok();
    let (own, store) = call
        .ask(move |vault, viewer| {
            let own = vault.own_stats(viewer)?;
            let store = is_first.then(|| vault.all_stats()).transpose()?;
            Ok::<_, Refusal>((own, store))
        })
        .await?;
    reply::read(&call.headers, &wire_store::stats(own, store.as_ref()))
}

/// `GET check`.
pub async fn check(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    let found = call.ask(|vault, _| vault.check()).await?;
    reply::read(&call.headers, &wire_store::check(found))
}

/// `POST scrub`: starts one, or goes on where the last one ended.
pub async fn scrub(call: Call, body: Body) -> Result<Response, Refusal> {
    call.first_user()?;
    let StartScrub { pace } = intake::json(&call.headers, body).await?;
    let pace = match pace {
        Pace::Gentle => upkeep::Pace::Gentle,
        Pace::Full => upkeep::Pace::Full,
    };
    start(&call, Kind::Scrub, move |vault, run| vault.scrub(pace, run.stop()))
}

/// `POST sweep`.
pub async fn sweep(call: Call, body: Body) -> Result<Response, Refusal> {
    call.first_user()?;
    let StartSweep { grace_s, dry_run } = intake::json(&call.headers, body).await?;
    let grace = grace_s.map_or(GRACE, Duration::from_secs);
    start(&call, Kind::Sweep, move |vault, run| {
        vault.sweep(grace, dry_run, &mut |freed| {
            run.report(&wire_store::sweep(freed, dry_run));
            !run.is_stopped()
        })
    })
}

/// `GET sweep`.
pub async fn sweep_job(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    reply::read(&call.headers, &call.app.jobs.show(Kind::Sweep))
}

/// `DELETE sweep`: it stops behind the contents that are under way.
pub async fn stop_sweep(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    reply::made(None, &call.app.jobs.stop(Kind::Sweep))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    after: Option<Digest>,
    limit: Option<usize>,
}

/// `GET found`.
pub async fn found(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    let Query(page) = Query::<Page>::try_from_uri(&call.uri)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))?;
    let limit = page.limit.unwrap_or(PAGE_MAX);
    if !(1..=PAGE_MAX).contains(&limit) {
        let reason = format!("must be from 1 to {PAGE_MAX}");
        return Err(Refusal::of_field(Code::BadRequest, "limit", reason));
    }
    let found = call.ask(move |vault, _| vault.found(page.after, limit)).await?;
    reply::read(&call.headers, &wire_store::found(found))
}

/// `POST found/free`.
pub async fn free_found(call: Call, body: Body) -> Result<Response, Refusal> {
    call.first_user()?;
    let FreeFound { digests, dry_run } = intake::json(&call.headers, body).await?;
    if digests.len() > DIGESTS_MAX {
        let reason = format_args!("at most {DIGESTS_MAX}, got {}", digests.len());
        return Err(Refusal::invalid("digests", reason));
    }
    let freed = call.ask(move |vault, _| vault.free_found(&digests, dry_run)).await?;
    reply::made(None, &wire_store::sweep(&freed, dry_run))
}

/// `POST reindex`.
pub async fn reindex(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    start(&call, Kind::Reindex, |vault, run| {
        let done = vault.reindex(&mut |done| run.report(&wire_store::reindex(done)))?;
        run.report(&wire_store::reindex(&done));
        Ok::<_, upkeep::StoreError>(())
    })
}

/// `GET scrub`: how far it has come, also before a restart.
pub async fn scrub_job(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    reply::read(&call.headers, &scrub_now(&call).await?)
}

/// `DELETE scrub`: it stops soon, and the next one goes on from there.
pub async fn stop_scrub(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    call.app.jobs.stop(Kind::Scrub);
    reply::made(None, &scrub_now(&call).await?)
}

/// `GET reindex`.
pub async fn reindex_job(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    reply::read(&call.headers, &call.app.jobs.show(Kind::Reindex))
}

async fn scrub_now(call: &Call) -> Result<Job<ScrubReport>, Refusal> {
    // First: of one that has ended, everything that it did must be in the figures.
    let Job { status, started_at, ended_at, why, report: _ } = call.app.jobs.show(Kind::Scrub);
    let state = call.ask(|vault, _| Ok::<_, Refusal>(vault.scrub_state())).await?;
    let report = Some(wire_store::scrub(&state));
    Ok(Job { status, started_at, ended_at, why, report })
}

/// `POST verify`.
pub async fn verify(call: Call, body: Body) -> Result<Response, Refusal> {
    call.first_user()?;
    let ask: Verify = intake::json(&call.headers, body).await?;
    let verified = call
        .ask(move |vault, viewer| {
            let digest = match (ask.digest, ask.asset_id) {
                (Some(digest), None) => digest,
                (None, Some(id)) => {
                    let missing = || Refusal::missing("asset");
                    let id = id.parse().map_err(|_| missing())?;
                    let asset = vault.asset(viewer, id)?.ok_or_else(missing)?;
                    asset.content.ok_or_else(|| Refusal::missing("content"))?.digest
                }
                _ => return Err(Refusal::invalid("digest", "send it, or asset_id, not both")),
            };
            Ok::<_, Refusal>(wire_store::verified(digest, vault.verify(&digest))?)
        })
        .await?;
    reply::made(None, &verified)
}

/// `GET damage`.
pub async fn damage(call: Call) -> Result<Response, Refusal> {
    call.first_user()?;
    let damage = call.ask(|vault, _| Ok::<_, Refusal>(vault.damage())).await?;
    reply::read(&call.headers, &wire_store::damage(damage))
}

fn start<E: std::fmt::Display>(
    call: &Call,
    kind: Kind,
    work: impl FnOnce(&Vault, &Run) -> Result<(), E> + Send + 'static,
) -> Result<Response, Refusal> {
    let vault = Arc::clone(&call.app.vault);
    let begun = call.app.jobs.start(kind, move |run| work(&vault, run))?;
    let location = call.links.to(&paths::store_job(kind.name()));
    let mut response = reply::made(Some(&location), &begun)?;
    *response.status_mut() = StatusCode::ACCEPTED;
    Ok(response)
}
