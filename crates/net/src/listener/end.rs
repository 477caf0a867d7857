//! Ending a connection so that the peer reads everything.

use crate::tap::Tapped;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long the peer may take to see that we have closed.
const LINGER: Duration = Duration::from_secs(5);

/// Closes our half (over TLS after close_notify), and waits for the peer to close its own. A socket that is closed
/// with unread bytes in it sends RST, upon which the peer may throw away what it has not read yet.
pub(super) async fn close(mut stream: impl Tapped, shutdown: &CancellationToken) {
    // An error says that the peer is gone.
    if let Ok(Ok(())) = timeout(LINGER, stream.shutdown()).await {
        wait_for_close(stream, LINGER, shutdown).await;
    }
}

/// Reads until the peer closes, for this long at most, or until the listener stops.
pub(super) async fn wait_for_close(mut stream: impl Tapped, limit: Duration, shutdown: &CancellationToken) {
    let mut unread = [0; 2048];
    let leaves = async { while let Ok(1..) = stream.read(&mut unread).await {} };
    tokio::select! {
        () = shutdown.cancelled() => {}
        _ = timeout(limit, leaves) => {}
    }
}
