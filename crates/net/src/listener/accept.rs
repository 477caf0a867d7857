//! Taking connections from the kernel, no more than the cap allows and none too fast to fail.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
use tracing::debug;

/// Long enough for descriptors to come free, short enough for a phone not to notice.
pub(crate) const BACK_OFF: Duration = Duration::from_millis(100);

/// A connection with its place under the cap.
pub(crate) struct Accept {
    pub(crate) socket: TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) slot: OwnedSemaphorePermit,
}

/// Waits for a free slot, then for a connection. Survives every error of `accept`.
pub(crate) async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> Accept {
    let slot = Arc::clone(slots).acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((socket, peer)) => return Accept { socket, peer, slot },
            Err(error) => {
                debug!(error = %error, "no connection accepted");
                if !is_of_one_connection(&error) {
                    // Out of descriptors or memory: the connection stays queued and would fail again at once.
                    sleep_until(Instant::now() + BACK_OFF).await;
                }
            }
        }
    }
}

/// Whether the error speaks of the peer that was about to be accepted, which is gone with it.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}
