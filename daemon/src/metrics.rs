//! What the daemon counts while it serves, and how it is written for Prometheus.
//!
//! Knows no vault: what is read there for an answer is set by the route. Invariant: no label takes
//! more values than the program has routes, methods, kinds of jobs and classes of status; nothing
//! here names a user, an id or a path.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Error, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

/// The media type of the format (Prometheus exposition formats, text, 0.0.4).
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// Bounds of the times of requests, in seconds: from an answer out of memory to a long film.
const SECONDS: [f64; 13] =
    [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0, 300.0];
/// What stands for a request that no route took.
const NO_ROUTE: &str = "none";

/// How a request ended.
#[derive(Debug)]
pub struct Ended<'a> {
    /// The route's template; `None` where no route took it.
    pub route: Option<&'a str>,
    /// Its method.
    pub method: &'a Method,
    /// The answer's status; `None` where the client left before.
    pub status: Option<StatusCode>,
    /// From its head to the answer's last byte.
    pub took: Duration,
    /// What was read of its body.
    pub taken_bytes: u64,
    /// What was sent of the answer's body.
    pub sent_bytes: u64,
}

/// The metrics of a daemon.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    taken_bytes: IntCounter,
    sent_bytes: IntCounter,
    in_flight: IntGauge,
    read: Mutex<Read>,
}

/// What is read from the vault for each answer.
#[derive(Debug)]
pub struct Read {
    /// Whether everything is served.
    pub ready: IntGauge,
    /// Whether writes are taken.
    pub writable: IntGauge,
    /// The last claim's number.
    pub revision: IntGauge,
    /// Claims since the start.
    pub claims: IntCounter,
    /// Batches since the start.
    pub batches: IntCounter,
    /// Syncs since the start.
    pub syncs: IntCounter,
    /// Contents that miss bytes.
    pub damaged: IntGauge,
    /// Room on the disk.
    pub free_bytes: IntGauge,
    /// By `what`: how many there are in the store.
    pub stored: IntGaugeVec,
    /// By `what`: their bytes.
    pub stored_bytes: IntGaugeVec,
    /// By `job`: 1 while it runs.
    pub jobs: IntGaugeVec,
    /// By `mode`: how many mounts there are.
    pub mounts: IntGaugeVec,
}

impl Metrics {
    /// Makes all of them. Errors: a name that Prometheus does not take, which a test would show.
    pub fn new() -> Result<Self, Error> {
        let registry = Registry::new();
        let add = Adder(&registry);
        let labels = ["route", "method", "status"];
        let of_requests = Opts::new("rushes_http_requests_total", "Requests that ended.");
        let opts = HistogramOpts::new(
            "rushes_http_request_seconds",
            "From a request's head to the last byte of its answer.",
        );
        let opts = opts.buckets(SECONDS.to_vec());
        let build = add.gauges("rushes_build_info", "The version that runs.", "version")?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        registry.register(Box::new(ProcessCollector::for_self()))?;
        Ok(Self {
            requests: add.any(IntCounterVec::new(of_requests, &labels)?)?,
            seconds: add.any(HistogramVec::new(opts, &["route", "method"])?)?,
            taken_bytes: add.counter("rushes_http_taken_bytes_total", "Bytes of bodies read.")?,
            sent_bytes: add.counter("rushes_http_sent_bytes_total", "Bytes of bodies sent.")?,
            in_flight: add.gauge("rushes_http_requests_in_flight", "Requests under way.")?,
            read: Mutex::new(Read::new(&add)?),
            registry,
        })
    }

    /// Counts a request that has come in.
    pub fn begun(&self) {
        self.in_flight.inc();
    }

    /// Counts one that has ended.
    pub fn ended(&self, ended: &Ended<'_>) {
        let route = ended.route.unwrap_or(NO_ROUTE);
        let (method, status) = (method(ended.method), class(ended.status));
        self.in_flight.dec();
        self.requests.with_label_values(&[route, method, status]).inc();
        self.seconds.with_label_values(&[route, method]).observe(ended.took.as_secs_f64());
        self.taken_bytes.inc_by(ended.taken_bytes);
        self.sent_bytes.inc_by(ended.sent_bytes);
    }

    /// What the vault says, to be set anew; held until it is written out, so that two who ask at
    /// once do not count anything twice.
    pub fn read(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes everything out.
    pub fn text(&self) -> Result<String, Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

impl Read {
    fn new(add: &Adder<'_>) -> Result<Self, Error> {
        Ok(Self {
            ready: add.gauge("rushes_ready", "1 while everything is served.")?,
            writable: add.gauge("rushes_writable", "1 while writes are taken.")?,
            revision: add.gauge("rushes_journal_revision", "The last claim's number.")?,
            claims: add.counter("rushes_journal_claims_total", "Claims since the start.")?,
            batches: add.counter("rushes_journal_batches_total", "Batches since the start.")?,
            syncs: add.counter("rushes_journal_syncs_total", "Syncs since the start.")?,
            damaged: add.gauge("rushes_store_damaged_blobs", "Blobs that miss bytes.")?,
            free_bytes: add.gauge("rushes_disk_free_bytes", "Room on the disk.")?,
            stored: add.gauges(
                "rushes_store_objects",
                "What the store holds, as it was counted last: how many.",
                "what",
            )?,
            stored_bytes: add.gauges(
                "rushes_store_bytes",
                "What the store holds, as it was counted last: bytes.",
                "what",
            )?,
            jobs: add.gauges("rushes_job_running", "1 while a job runs.", "job")?,
            mounts: add.gauges("rushes_mounts", "Mounts, by how files open in them.", "mode")?,
        })
    }
}

/// Sets a counter to what was counted elsewhere.
pub fn catch_up(counter: &IntCounter, sum: u64) {
    counter.inc_by(sum.saturating_sub(counter.get()));
}

/// Sets a gauge to a number of things.
pub fn show(gauge: &IntGauge, count: u64) {
    gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
}

struct Adder<'a>(&'a Registry);

impl Adder<'_> {
    fn any<C: Collector + Clone + 'static>(&self, metric: C) -> Result<C, Error> {
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }

    fn counter(&self, name: &str, help: &str) -> Result<IntCounter, Error> {
        self.any(IntCounter::new(name, help)?)
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, Error> {
        self.any(IntGauge::new(name, help)?)
    }

    fn gauges(&self, name: &str, help: &str, label: &str) -> Result<IntGaugeVec, Error> {
        self.any(IntGaugeVec::new(Opts::new(name, help), &[label])?)
    }
}

/// A method as a label; clients may send any word.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn class(status: Option<StatusCode>) -> &'static str {
    match status.map(|status| status.as_u16() / 100) {
        None => "none",
        Some(1) => "1xx",
        Some(2) => "2xx",
        Some(3) => "3xx",
        Some(4) => "4xx",
        Some(_) => "5xx",
    }
}
