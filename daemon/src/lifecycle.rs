//! From settings to a served data directory and back: lock, listen, open, mount, say so, stop in
//! order.
//!
//! Invariant: the first SIGTERM or SIGINT, during the start too, drains, unmounts and closes,
//! whatever hangs below within bounded times; the second one ends the process at once.

use std::io;
use std::net::SocketAddr;
use std::num::NonZero;
use std::pin::pin;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};
use std::{process, thread};

use rushes_fs::{Mount, MountError, MountOptions};
use rushes_vault::command::CommandError;
use rushes_vault::model::Viewer;
use rushes_vault::source::Source;
use rushes_vault::{
    CloseError, LockError, Locked, OpenError, Options, Progress, QueryError, Vault,
};
use sd_notify::NotifyState;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::time::{timeout, timeout_at};

use crate::auth;
use crate::banner;
use crate::clock;
use crate::config::{Config, MountAt};
use crate::crossing::{CALLS_MAX, Crossing, UPLOADS_MAX};
use crate::front::{AtomicPhase, Front, Phase};
use crate::gate::Gate;
use crate::hosts::Hosts;
use crate::jobs::Jobs;
use crate::jwks::JwksError;
use crate::jwt::Issuer;
use crate::metrics::Metrics;
use crate::routes::router;
use crate::secrets::SecretError;
use crate::serve::serve;
use crate::sign::Signer;
use crate::state::App;
use crate::tokens::Tokens;
use crate::users::Users;

/// Threads of the mount follow the cores, with which reading stopped getting faster: but one slow
/// read must not hold up all others, and a large machine has other work as well.
const MOUNT_THREADS_MIN: usize = 2;
const MOUNT_THREADS_MAX: usize = 16;
/// Blocking threads beyond the crossing's own, for the runtime itself.
const SPARE_THREADS: usize = 16;
/// How long the mounts may take to go away.
const UNMOUNT_MAX: Duration = Duration::from_secs(15);
/// How long jobs may take to their next step.
const JOBS_END_MAX: Duration = Duration::from_secs(10);
/// How long calls that hang below may hold up the end.
const RUNTIME_END_MAX: Duration = Duration::from_secs(5);

/// Why the daemon does not serve.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The lock file cannot be written.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The tokens or keys cannot be opened.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The keys of the tokens' issuer cannot be had.
    #[error("the keys of the tokens' issuer: {0}")]
    Keys(#[from] JwksError),
    /// The first user cannot be made.
    #[error("cannot make the first user: {0}")]
    User(#[from] CommandError),
    /// Users cannot be looked up.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// The mount is for nobody.
    #[error("there is no user {name}: mount for an existing one, as --mount DIR=admin")]
    NoUser {
        /// Who was named.
        name: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}: choose another one with --listen")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The mount cannot be made.
    #[error(transparent)]
    Mount(#[from] MountError),
    /// The process lacks something that it needs to run.
    #[error("cannot {verb}: {source}")]
    Process {
        /// What was tried.
        verb: &'static str,
        /// Why it failed.
        source: io::Error,
    },
    /// The stop was not clean; nothing is lost.
    #[error(transparent)]
    Close(#[from] CloseError),
}

/// Runs the daemon until it is told to stop.
pub fn run(config: &Config) -> Result<(), StartError> {
    let locked = Vault::lock(&Options { data: config.data.clone() })?;
    let runtime = Builder::new_multi_thread()
        .enable_all()
        .thread_name("rushes-http")
        .max_blocking_threads(CALLS_MAX + UPLOADS_MAX + SPARE_THREADS)
        .build()
        .map_err(|source| StartError::Process { verb: "start the runtime", source })?;
    let opened = Arc::new(OnceLock::new());
    let outcome = runtime.block_on(serve_until_stopped(config, locked, &opened));
    if opened.get().is_some() {
        runtime.shutdown_timeout(RUNTIME_END_MAX);
    } else {
        // An opening cannot be interrupted; it is left as a kill leaves it.
        runtime.shutdown_background();
    }
    let closed = opened.get().map_or(Ok(()), |vault| vault.close());
    outcome?;
    Ok(closed?)
}

async fn serve_until_stopped(
    config: &Config,
    locked: Locked,
    opened: &Arc<OnceLock<Arc<Vault>>>,
) -> Result<(), StartError> {
    // Before anything is mounted, so that no early signal leaves a dead mount behind.
    let mut signals = Signals::new()?;
    let (listener, bound) = listen(config.listen).await?;
    locked.set_address(bound)?;
    let front = Arc::new(front(config, bound)?);
    let gate = Gate::new(Arc::clone(&front));
    let (stop, stopped) = oneshot::channel::<()>();
    let stopped = async move { drop(stopped.await) };
    let served = tokio::spawn(serve(listener, gate.service(), stopped));
    let app = OnceLock::new();
    let mut starting = pin!(async {
        let made = open(config, locked, &front, opened).await?;
        let app = app.get_or_init(|| made);
        gate.open(router(Arc::clone(app)));
        make_ready(config, app).await
    });
    let ready = tokio::select! {
        ready = &mut starting => Some(ready),
        () = signals.next() => None,
    };
    if let (Some(Ok(())), Some(app)) = (&ready, app.get()) {
        front.phase.set(Phase::Ready);
        banner::show(config, app, bound);
        notify(&[NotifyState::Ready, NotifyState::Status("serving")]);
        signals.next().await;
    }
    front.phase.set(Phase::Stopping);
    notify(&[NotifyState::Stopping]);
    tracing::info!("stopping: requests are finished, a second signal ends at once");
    tokio::spawn(async move {
        signals.next().await;
        process::exit(1);
    });
    drop(stop);
    if !served.await.unwrap_or(false) {
        tracing::warn!("requests were cut off: they took too long after the stop");
    }
    if let Some(app) = app.get() {
        if ready.is_none() {
            give_up(starting).await;
        }
        unmount(app).await;
        end_jobs(app).await;
    }
    ready.unwrap_or(Ok(()))
}

/// Opens the data directory and all that lies in it, which may take minutes.
async fn open(
    config: &Config,
    locked: Locked,
    front: &Arc<Front>,
    opened: &Arc<OnceLock<Arc<Vault>>>,
) -> Result<Arc<App>, StartError> {
    let (config, front, opened) = (config.clone(), Arc::clone(front), Arc::clone(opened));
    let task = tokio::task::spawn_blocking(move || {
        let vault = locked.open(&front.progress)?;
        let vault = opened.get_or_init(|| vault);
        vault.set_file_bytes_max(config.upload_bytes_max);
        front.progress.tell("accounts", 0, 1);
        let accounts = Accounts::open(vault, &config)?;
        Ok(Arc::new(app(&config, vault, accounts, front)))
    });
    task.await.unwrap_or_else(|panic| {
        let source = io::Error::other(panic);
        Err(StartError::Process { verb: "open the data directory", source })
    })
}

/// Waits for a mount that nobody wants any more, so that it can be taken away.
async fn give_up(mounting: impl Future<Output = Result<(), StartError>>) {
    match timeout(UNMOUNT_MAX, mounting).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the mount was given up"),
        Err(_late) => tracing::error!("the mount hangs: umount -l frees it if it comes after all"),
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let refused = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(refused)?;
    let bound = listener.local_addr().map_err(refused)?;
    if !bound.ip().is_loopback() {
        tracing::warn!(%bound, "other machines can reach this address, unencrypted");
    }
    Ok((listener, bound))
}

fn front(config: &Config, bound: SocketAddr) -> Result<Front, StartError> {
    let unnamed =
        |error| StartError::Process { verb: "make the metrics", source: io::Error::other(error) };
    Ok(Front {
        origins: config.origins.clone(),
        hosts: Hosts::new(bound, config.base_url.clone()),
        base_url: config.base_url.clone(),
        metrics: Arc::new(Metrics::new().map_err(unnamed)?),
        progress: Progress::default(),
        started: Instant::now(),
        phase: AtomicPhase::new(),
    })
}

fn app(config: &Config, vault: &Arc<Vault>, accounts: Accounts, front: Arc<Front>) -> App {
    let Accounts { users, tokens, signer, issuer } = accounts;
    App {
        front,
        users,
        jobs: Jobs::default(),
        vault: Arc::clone(vault),
        crossing: Crossing::new(),
        tokens,
        signer,
        issuer,
        upload_bytes_max: config.upload_bytes_max,
        mounts: Mutex::default(),
    }
}

/// Who may ask, and with what.
struct Accounts {
    users: Users,
    tokens: Tokens,
    signer: Signer,
    issuer: Option<Issuer>,
}

impl Accounts {
    fn open(vault: &Vault, config: &Config) -> Result<Self, StartError> {
        let issuer = config.trust.clone().map(Issuer::open).transpose()?;
        let data = &config.data;
        let first = vault.first_user(auth::ADMIN)?;
        let users = Users::open(vault)?;
        // Where all tokens were lost, whoever has the directory gets one that may do everything.
        let admin = users.first_admin().unwrap_or(first.id);
        let tokens = Tokens::open(data, admin, clock::now())?;
        let signer = Signer::open(data, clock::now())?;
        Ok(Self { users, tokens, signer, issuer })
    }
}

/// Mounts what is wanted, one after the other.
async fn make_ready(config: &Config, app: &Arc<App>) -> Result<(), StartError> {
    let (mounts, allow_other) = (config.mounts.clone(), config.mount_allow_other);
    let app = Arc::clone(app);
    let task = tokio::task::spawn_blocking(move || {
        let all = mounts.len() as u64;
        for (done, at) in (0..).zip(mounts) {
            app.front.progress.tell("mount", done, all);
            let mounted = mounted(&app, at, allow_other)?;
            app.mounts().push(mounted);
        }
        Ok(())
    });
    task.await.unwrap_or_else(|panic| {
        Err(StartError::Process { verb: "mount", source: io::Error::other(panic) })
    })
}

fn mounted(app: &App, at: MountAt, allow_other: bool) -> Result<Mount, StartError> {
    let MountAt { dir, user } = at;
    let user = match user {
        Some(name) => app.vault.user_named(&name)?.ok_or(StartError::NoUser { name })?,
        None => app.vault.first_user(auth::ADMIN)?,
    };
    let viewer = Viewer { user: user.id };
    let source: Arc<dyn Source> = Arc::<Vault>::clone(&app.vault);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let threads = threads.clamp(MOUNT_THREADS_MIN, MOUNT_THREADS_MAX);
    let options = MountOptions { dir, viewer, allow_other, threads, passthrough: true };
    let mounted = rushes_fs::mount(source, options)?;
    for warning in mounted.warnings() {
        tracing::warn!(warning, "the mount");
    }
    Ok(mounted)
}

/// Long jobs stop between two steps, before the vault is closed.
async fn end_jobs(app: &Arc<App>) {
    let app = Arc::clone(app);
    let task = tokio::task::spawn_blocking(move || app.jobs.end());
    if timeout(JOBS_END_MAX, task).await.is_err() {
        tracing::error!("a job does not stop: the vault is closed under it");
    }
}

/// Takes all mounts away, at the same time.
async fn unmount(app: &Arc<App>) {
    let mounts = std::mem::take(&mut *app.mounts());
    let unmount = |mounted: Mount| tokio::task::spawn_blocking(move || mounted.unmount());
    let tasks: Vec<_> = mounts.into_iter().map(unmount).collect();
    let until = tokio::time::Instant::now() + UNMOUNT_MAX;
    for task in tasks {
        match timeout_at(until, task).await {
            Ok(Ok(Ok(_))) => {}
            Ok(Ok(Err(error))) => tracing::error!(%error, "a mount stays behind"),
            Ok(Err(panic)) => tracing::error!(%panic, "an unmount panicked"),
            Err(_late) => tracing::error!("a mount hangs and stays behind: umount -l frees it"),
        }
    }
}

/// Tells a supervisor, where there is one.
fn notify(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "the supervisor cannot be notified");
    }
}

/// What tells the daemon to stop.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> Result<Self, StartError> {
        let listen = |kind| {
            signal(kind)
                .map_err(|source| StartError::Process { verb: "listen for signals", source })
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
