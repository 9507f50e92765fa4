//! The accept loop: HTTP/1.1 connections, bounded in number and in patience.
//!
//! Knows no route. Invariant: a client that says nothing, takes nothing or goes on sending what
//! nobody wants is let go within a bounded time; after a stop no request is cut off before the
//! drain's end.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, timeout};

/// Connections at once: well below the usual limit of open files.
const CONNECTIONS_MAX: usize = 512;
/// How long a request's head may take, and how long an idle connection is kept.
const HEAD_READ_MAX: Duration = Duration::from_secs(30);
/// How long a client may take nothing of a reply that waits for it.
const WRITE_STALL_MAX: Duration = Duration::from_mins(1);
/// How long the rest of a refused body is read and thrown away: closing at once would reset the
/// connection, and the client would never see why.
const LINGER_MAX: Duration = Duration::from_secs(2);
/// How long requests may take to end after a stop.
pub const DRAIN_MAX: Duration = Duration::from_secs(30);
/// Pause after an accept that failed, as it does while the process is out of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` ends, then drains; `false` when requests had to be cut off.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) -> bool {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_READ_MAX);
    let open = GracefulShutdown::new();
    let rooms = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &rooms) => accepted,
        };
        let Some(peer) = accepted else { continue };
        let service = TowerToHyperService::new(router.clone());
        let connection = open.watch(http.serve_connection(TokioIo::new(peer), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
    }
    drop(listener);
    timeout(DRAIN_MAX, open.shutdown()).await.is_ok()
}

async fn accept(listener: &TcpListener, rooms: &Arc<Semaphore>) -> Option<Peer> {
    let room = Arc::clone(rooms).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a connection stays without TCP_NODELAY");
            }
            Some(Peer { open: Some((stream, room)), stalled: None })
        }
        Err(error) => {
            tracing::warn!(%error, "cannot accept a connection");
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// A connection that is given up when its client takes nothing, and that lingers when it is closed.
#[derive(Debug)]
struct Peer {
    /// Present until it is dropped.
    open: Option<(TcpStream, OwnedSemaphorePermit)>,
    /// Runs while a write waits.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Peer {
    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        let open = self.open.as_mut().ok_or(io::ErrorKind::NotConnected)?;
        Ok(Pin::new(&mut open.0))
    }

    /// Passes a write's outcome on; one that waits too long fails.
    fn patient<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| {
            Box::pin(tokio::time::sleep_until(Instant::now() + WRITE_STALL_MAX))
        });
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Peer {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(cx, buffer)
    }
}

impl AsyncWrite for Peer {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write(cx, bytes);
        self.patient(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = self.stream()?.poll_write_vectored(cx, slices);
        self.patient(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(cx)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let (Some((stream, room)), Ok(runtime)) =
            (self.open.take(), tokio::runtime::Handle::try_current())
        else {
            return;
        };
        runtime.spawn(async move {
            let _late = timeout(LINGER_MAX, linger(stream)).await;
            drop(room);
        });
    }
}

/// Says that nothing more will be sent, and reads until the client has understood.
async fn linger(mut stream: TcpStream) {
    const THROWN_AWAY: usize = 64 * 1024;
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut unwanted = vec![0; THROWN_AWAY];
    while matches!(stream.read(&mut unwanted).await, Ok(count) if count > 0) {}
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn a_stop_lets_a_running_request_end() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, told) = oneshot::channel();
        let (end, ended) = oneshot::channel::<()>();
        let once = Arc::new(tokio::sync::Mutex::new(Some((tell, ended))));
        let router = Router::new().route(
            "/",
            axum::routing::get(move || async move {
                let (tell, ended) = once.lock().await.take().unwrap();
                tell.send(()).unwrap();
                ended.await.unwrap();
                "done"
            }),
        );
        let (stop, stopped) = oneshot::channel::<()>();
        let served = tokio::spawn(serve(listener, router, async { stopped.await.unwrap() }));
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        told.await.unwrap();
        stop.send(()).unwrap();
        end.send(()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "{answer}");
        assert!(served.await.unwrap());
    }

    #[tokio::test]
    async fn a_refusal_reaches_a_client_that_goes_on_sending() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(|| async { "refused" });
        tokio::spawn(serve(listener, router, std::future::pending()));
        let mut client = TcpStream::connect(address).await.unwrap();
        let head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n";
        client.write_all(head).await.unwrap();
        client.write_all(&vec![b'x'; 8_000_000]).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("refused"), "{answer}");
    }
}
