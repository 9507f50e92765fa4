//! `/store/…`: the upkeep of the bytes, for admins.
//!
//! Invariant: whoever else asks learns at most what is theirs, and what takes long runs as a job.

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use rushes_api::store::{
    Check, DamageList, Job, Pace, ReindexReport, ScrubReport, StartScrub, StoreStats, Verified,
    Verify,
};
use rushes_api::{Access, Code, paths};
use rushes_vault::{Vault, upkeep};
use serde_json::json;

use crate::call::{Admin, Call};
use crate::error::Refusal;
use crate::jobs::{Kind, Run};
use crate::operation::{Operation, delete, get, post};
use crate::parameters::example;
use crate::{intake, reply, wire_store};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    vec![
        get("/store/stats", stats)
            .named("get_store_stats", "Answers what the asker has; to admins, the whole store.")
            .reads::<StoreStats>(),
        get("/store/check", check)
            .named("check_store", "Answers what is wrong with the store, in words.")
            .reads::<Check>(),
        get("/store/scrub", scrub_job)
            .named("get_scrub", "Answers how far the scrub has come.")
            .reads::<Job<ScrubReport>>(),
        post("/store/scrub", scrub)
            .named("start_scrub", "Starts a scrub, or goes on where the last one ended.")
            .takes::<StartScrub>(json!({"pace": "full"}))
            .starts::<Job<ScrubReport>>()
            .fails(&[Code::Running]),
        delete("/store/scrub", stop_scrub)
            .named("stop_scrub", "Stops the scrub soon; the next one goes on from there.")
            .answers::<Job<ScrubReport>>(),
        post("/store/verify", verify)
            .named("verify_content", "Reads a content again.")
            .takes::<Verify>(json!({"digest": example::DIGEST}))
            .answers::<Verified>()
            .fails(&[Code::NotFound]),
        get("/store/reindex", reindex_job)
            .named("get_reindex", "Answers how far the reindex has come.")
            .reads::<Job<ReindexReport>>(),
        post("/store/reindex", reindex)
            .named("start_reindex", "Makes the index anew.")
            .starts::<Job<ReindexReport>>()
            .fails(&[Code::Running]),
        get("/store/damage", damage)
            .named("list_damage", "Answers the damage that is not healed.")
            .reads::<DamageList>(),
    ]
}

/// `GET stats`.
pub async fn stats(call: Call) -> Result<Response, Refusal> {
    let is_admin = call.grant.access >= Access::Admin;
    let (own, store) = call
        .ask(move |vault, viewer| {
            let own = vault.own_stats(viewer)?;
            let store = is_admin.then(|| vault.all_stats()).transpose()?;
            Ok::<_, Refusal>((own, store))
        })
        .await?;
    reply::read(&call.headers, &wire_store::stats(own, store.as_ref()))
}

/// `GET check`.
pub async fn check(Admin(call): Admin) -> Result<Response, Refusal> {
    let found = call.ask(|vault, _| vault.check()).await?;
    reply::read(&call.headers, &wire_store::check(found))
}

/// `POST scrub`: starts one, or goes on where the last one ended.
pub async fn scrub(Admin(call): Admin, body: Body) -> Result<Response, Refusal> {
    let StartScrub { pace } = intake::json(&call.headers, body).await?;
    let pace = match pace {
        Pace::Gentle => upkeep::Pace::Gentle,
        Pace::Full => upkeep::Pace::Full,
    };
    start(&call, Kind::Scrub, move |vault, run| vault.scrub(pace, run.stop()))
}

/// `POST reindex`.
pub async fn reindex(Admin(call): Admin) -> Result<Response, Refusal> {
    start(&call, Kind::Reindex, |vault, run| {
        let done = vault.reindex(&mut |done| run.report(&wire_store::reindex(done)))?;
        run.report(&wire_store::reindex(&done));
        Ok::<_, upkeep::StoreError>(())
    })
}

/// `GET scrub`: how far it has come, also before a restart.
pub async fn scrub_job(Admin(call): Admin) -> Result<Response, Refusal> {
    reply::read(&call.headers, &scrub_now(&call).await?)
}

/// `DELETE scrub`: it stops soon, and the next one goes on from there.
pub async fn stop_scrub(Admin(call): Admin) -> Result<Response, Refusal> {
    call.app.jobs.stop(Kind::Scrub);
    reply::made(None, &scrub_now(&call).await?)
}

/// `GET reindex`.
pub async fn reindex_job(Admin(call): Admin) -> Result<Response, Refusal> {
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
pub async fn verify(Admin(call): Admin, body: Body) -> Result<Response, Refusal> {
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
pub async fn damage(Admin(call): Admin) -> Result<Response, Refusal> {
    let damage = call.ask(|vault, _| Ok::<_, Refusal>(vault.damage())).await?;
    reply::read(&call.headers, &wire_store::damage(damage))
}

/// Starts a job, and answers where it can be watched.
pub fn start<E: std::fmt::Display>(
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
