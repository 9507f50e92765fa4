//! Whether a request's body was read to its end.
//!
//! A connection whose request was answered before that cannot carry another one: the reply must say
//! so, or the client's next request would go down with it (RFC 9112, section 9.3).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use bytes::Bytes;
use futures_util::StreamExt;

/// How much of a body is still to come; 0 when it was read to its end.
#[derive(Debug, Clone)]
pub struct Unread(Arc<AtomicU64>);

impl Unread {
    /// Watches a body and counts into `taken_bytes` what is read of it. `announced` is its
    /// `Content-Length`; without one only its end counts.
    pub fn watch(body: Body, announced: Option<u64>, taken_bytes: Arc<AtomicU64>) -> (Body, Self) {
        if axum::body::HttpBody::is_end_stream(&body) {
            return (body, Self(Arc::default()));
        }
        let left = Arc::new(AtomicU64::new(announced.unwrap_or(u64::MAX)));
        let (counted, ended) = (Arc::clone(&left), Arc::clone(&left));
        let pieces = body.into_data_stream().inspect(move |piece| {
            let length = piece.as_ref().map_or(0, Bytes::len);
            let length = u64::try_from(length).unwrap_or(u64::MAX);
            counted.fetch_sub(length, Ordering::Relaxed);
            taken_bytes.fetch_add(length, Ordering::Relaxed);
        });
        let end = futures_util::stream::poll_fn(move |_| {
            ended.store(0, Ordering::Relaxed);
            std::task::Poll::Ready(None)
        });
        (Body::from_stream(pieces.chain(end)), Self(left))
    }

    /// Whether nothing of the body is left.
    pub fn is_none(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces() -> Body {
        let pieces = ["take ", "one"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        Body::from_stream(futures_util::stream::iter(pieces))
    }

    #[tokio::test]
    async fn a_body_is_read_when_its_end_was_seen_or_all_its_bytes_were() {
        for (announced, reads, is_read) in
            [(Some(8), 1, false), (Some(8), 2, true), (None, 2, false), (None, 3, true)]
        {
            let taken = Arc::default();
            let (body, unread) = Unread::watch(pieces(), announced, Arc::clone(&taken));
            let mut stream = body.into_data_stream();
            for _ in 0..reads {
                stream.next().await.transpose().unwrap();
            }
            assert_eq!(unread.is_none(), is_read, "{announced:?}, {reads} reads");
            assert_eq!(taken.load(Ordering::Relaxed), if reads == 1 { 5 } else { 8 });
        }
        assert!(Unread::watch(Body::empty(), None, Arc::default()).1.is_none());
    }
}
