//! `/store/sweep`, `/store/found`: freeing bytes, for admins.
//!
//! Invariant: nothing is freed by a request that does not say `dry_run: false`.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Query;
use axum::response::Response;
use rushes_api::Code;
use rushes_api::store::{FREE_MAX, FoundPage, FreeFound, Job, StartSweep, SweepReport};
use rushes_vault::Digest;
use rushes_vault::sweep::{GRACE, Packs, Run, Sweep, SweepError};
use serde::Deserialize;
use serde_json::json;
use utoipa::openapi::Ref;

use crate::call::Admin;
use crate::error::Refusal;
use crate::jobs::Kind;
use crate::operation::{Operation, delete, get, post};
use crate::parameters::{example, limit, query};
use crate::routes::store::start;
use crate::{intake, reply, wire_store};

/// What can be asked here.
pub fn operations() -> Vec<Operation> {
    let after =
        query("after", "The `next_cursor` of the page before.", Ref::from_schema_name("Digest"));
    vec![
        get("/store/sweep", job)
            .named("get_sweep", "Answers how far the sweep has come.")
            .reads::<Job<SweepReport>>(),
        post("/store/sweep", sweep)
            .named("start_sweep", "Frees released bytes, or says which it would.")
            .takes::<StartSweep>(json!({"grace_s": 604_800, "dry_run": true}))
            .starts::<Job<SweepReport>>()
            .fails(&[Code::Running, Code::NotNow]),
        delete("/store/sweep", stop)
            .named("stop_sweep", "Stops the sweep soon; the next one frees the rest.")
            .answers::<Job<SweepReport>>(),
        get("/store/found", found)
            .named("list_found", "Answers a page of bytes that no claim names.")
            .with(limit(FREE_MAX))
            .with(after)
            .reads::<FoundPage>(),
        post("/store/found/free", free_found)
            .named("free_found", "Frees bytes that no claim ever named.")
            .takes::<FreeFound>(json!({"digests": [example::DIGEST], "dry_run": true}))
            .answers::<SweepReport>()
            .fails(&[Code::Running, Code::NotNow]),
    ]
}

/// Found contents of a page when the client does not say.
const PAGE_DEFAULT: usize = 100;

/// `POST sweep`: starts one. A plan is a job as well: it looks at everything that is stored.
pub async fn sweep(Admin(call): Admin, body: Body) -> Result<Response, Refusal> {
    let StartSweep { grace_s, dry_run, compact } = intake::json(&call.headers, body).await?;
    let how = Sweep {
        grace: grace_s.map_or(GRACE, Duration::from_secs),
        run: run_of(dry_run),
        packs: if compact { Packs::All } else { Packs::Touched },
    };
    call.ask(|vault, _| vault.may_free()).await?;
    start(&call, Kind::Sweep, move |vault, run| {
        let mut looked_at = 0;
        let mut progress = |seen| {
            looked_at = seen;
            run.report(&SweepReport { dry_run, looked_at, ..SweepReport::default() });
        };
        let swept = vault.sweep(how, run.stop(), &mut progress)?;
        run.report(&wire_store::swept(swept, (dry_run, looked_at)));
        Ok::<_, SweepError>(())
    })
}

/// `GET sweep`.
pub async fn job(Admin(call): Admin) -> Result<Response, Refusal> {
    reply::read(&call.headers, &call.app.jobs.show(Kind::Sweep))
}

/// `DELETE sweep`: it stops soon, and the next one frees the rest.
pub async fn stop(Admin(call): Admin) -> Result<Response, Refusal> {
    reply::made(None, &call.app.jobs.stop(Kind::Sweep))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    limit: Option<usize>,
    after: Option<String>,
}

/// `GET found`: a page by digest.
pub async fn found(Admin(call): Admin) -> Result<Response, Refusal> {
    let Query(page) = Query::<Page>::try_from_uri(&call.uri)
        .map_err(|error| Refusal::new(Code::BadRequest, format!("the query: {error}")))?;
    let limit = page.limit.unwrap_or(PAGE_DEFAULT);
    if !(1..=FREE_MAX).contains(&limit) {
        let reason = format!("must be from 1 to {FREE_MAX}");
        return Err(Refusal::of_field(Code::BadRequest, "limit", reason));
    }
    let after = page.after.map(|after| after.parse::<Digest>()).transpose();
    let after = after.map_err(|_| {
        Refusal::of_field(Code::BadRequest, "after", "must be the next_cursor of a page")
    })?;
    let found = call.ask(move |vault, _| vault.found(after, limit)).await?;
    reply::read(&call.headers, &wire_store::found(found))
}

/// `POST found/free`.
pub async fn free_found(Admin(call): Admin, body: Body) -> Result<Response, Refusal> {
    let FreeFound { digests, dry_run } = intake::json(&call.headers, body).await?;
    if digests.len() > FREE_MAX {
        let reason = format_args!("at most {FREE_MAX}, got {}", digests.len());
        return Err(Refusal::invalid("digests", reason));
    }
    // It would wait for the sweep's end.
    call.app.jobs.must_rest(Kind::Sweep)?;
    let looked_at = digests.len() as u64;
    let swept = call.ask(move |vault, _| vault.free_found(&digests, run_of(dry_run))).await?;
    reply::made(None, &wire_store::swept(swept, (dry_run, looked_at)))
}

fn run_of(dry_run: bool) -> Run {
    if dry_run { Run::Plan } else { Run::Really }
}
