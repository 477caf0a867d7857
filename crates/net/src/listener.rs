//! Accepting connections, and ending them.

mod accept;
mod http1;

use crate::tls::Acceptor;
use crate::{Connection, Options, TlsInfo};
use accept::{Accept, accept};
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

/// Serves `app` on a bound socket until `shutdown` is cancelled, then lets open requests finish for
/// [`Limits::grace`](crate::Limits::grace).
///
/// Each request carries its [`Connection`] as an extension. Whatever a peer sends ends at worst its own connection,
/// with one `debug` line. Dropping the future closes every connection at once.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Acceptor>,
    app: Router,
    options: impl Into<Options>,
    shutdown: CancellationToken,
) {
    let server = Arc::new(Server { tls, app, options: options.into(), shutdown });
    let slots = Arc::new(Semaphore::new(server.options.limits.max_connections));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = server.shutdown.cancelled() => break,
            // Finished connections are taken out as they end, so the set never outgrows the cap.
            Some(ended) = connections.join_next(), if !connections.is_empty() => report_panic(ended),
            Accept { socket, peer, slot } = accept(&listener, &slots) => {
                connections.spawn(Arc::clone(&server).connection(socket, peer, slot));
            }
        }
    }
    drop(listener);
    while let Some(ended) = connections.join_next().await {
        report_panic(ended);
    }
}

/// What all connections of one listener share.
struct Server {
    tls: Option<Acceptor>,
    app: Router,
    options: Options,
    shutdown: CancellationToken,
}

impl Server {
    /// One connection from accept to close; `_slot` is its place under the cap.
    async fn connection(self: Arc<Self>, socket: TcpStream, peer: SocketAddr, _slot: OwnedSemaphorePermit) {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        if let Err(reason) = self.handshake_and_serve(socket, peer, id).await {
            debug!(connection = id, %peer, reason = %reason, "connection broken off");
        }
    }

    async fn handshake_and_serve(&self, socket: TcpStream, peer: SocketAddr, id: u64) -> Result<(), Broken> {
        let local = socket.local_addr().map_err(Broken::Socket)?;
        // A response leaves in few writes; waiting to fill a segment only delays its tail.
        socket.set_nodelay(true).map_err(Broken::Socket)?;
        let Some(tls) = &self.tls else {
            return self.serve_http(socket, Connection { id, peer, local, tls: None }).await;
        };
        let stream = tokio::select! {
            () = self.shutdown.cancelled() => return Ok(()),
            stream = timeout(self.options.limits.handshake_timeout, tls.accept(socket)) => {
                stream.map_err(|_| Broken::HandshakeTimeout)?.map_err(Broken::Handshake)?
            }
        };
        let tls = Some(Arc::new(TlsInfo::of(stream.get_ref().1)));
        self.serve_http(stream, Connection { id, peer, local, tls }).await
    }

    async fn serve_http<S>(&self, stream: S, connection: Connection) -> Result<(), Broken>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        http1::serve(stream, connection, self.app.clone(), &self.options, &self.shutdown).await
    }
}

/// Why a connection ended before its time.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("the socket failed: {0}")]
    Socket(std::io::Error),
    #[error("the TLS handshake took too long")]
    HandshakeTimeout,
    #[error("the TLS handshake failed: {0}")]
    Handshake(std::io::Error),
    #[error("{0}")]
    Http(String),
    #[error("still open at the end of the grace period")]
    GraceOver,
}

/// A handler that panics ends its own connection; that is a fault of ours and must be seen.
fn report_panic(ended: Result<(), JoinError>) {
    if let Err(failed) = ended {
        error!(error = %failed, "a request handler failed");
    }
}
