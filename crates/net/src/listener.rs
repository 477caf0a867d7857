//! Accepting connections, and ending them.

mod accept;
mod admit;
mod broken;
mod cut;
mod end;
mod http1;
mod report;
mod watched;

pub(crate) use accept::{Accept, BACK_OFF, accept};

use crate::door::{Entered, Port};
use crate::tap::{Room, Tap, Tapped};
use crate::tls::Acceptor;
use crate::{Connection, Opening, Options, TlsInfo};
use admit::Admitted;
use axum::Router;
use broken::Broken;
use report::Report;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::{JoinError, JoinSet};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::{debug, error};

/// Serves `app` on a bound socket until `shutdown` is cancelled, then lets open requests finish for
/// [`Limits::grace`](crate::Limits::grace).
///
/// Each request carries its [`Connection`] and the connection's [`Keep`](crate::Keep) as extensions. Whatever a peer sends ends at worst its own connection,
/// with one `debug` line. A response with a [`Fate`](crate::Fate) ends its connection. Dropping the future closes
/// every connection at once.
pub fn serve(
    listener: TcpListener,
    tls: Option<Acceptor>,
    app: Router,
    options: impl Into<Options>,
    shutdown: CancellationToken,
) -> impl Future<Output = ()> + Send {
    let server = Arc::new(Server { tls, app, options: options.into(), shutdown, room: Room::default() });
    // Not in the future: the door is in charge from this call on.
    let port = Port::new(listener, server.options.door.as_ref());
    async move {
        match port {
            Ok(port) => server.accept_from(port).await,
            Err(error) => error!(%error, "the listener takes no door"),
        }
    }
}

/// What all connections of one listener share.
struct Server {
    tls: Option<Acceptor>,
    app: Router,
    options: Options,
    shutdown: CancellationToken,
    room: Room,
}

impl Server {
    async fn accept_from(self: Arc<Self>, mut port: Port) {
        let slots = Arc::new(Semaphore::new(self.options.limits.max_connections));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = self.shutdown.cancelled() => break,
                // Finished connections are taken out as they end, so the set never outgrows the cap.
                Some(ended) = connections.join_next(), if !connections.is_empty() => report_panic(ended),
                entered = port.accept(&slots) => {
                    connections.spawn(Arc::clone(&self).connection(entered));
                }
            }
        }
        drop(port);
        while let Some(ended) = connections.join_next().await {
            report_panic(ended);
        }
    }

    /// One connection from accept to close.
    async fn connection(self: Arc<Self>, entered: Entered) {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        let Entered { accept: Accept { socket, peer, slot: _slot }, dropped } = entered;
        let ended = tokio::select! {
            biased;
            () = cancelled(dropped.as_ref()) => Err(Broken::Dropped),
            ended = self.run(socket, peer, id) => ended,
        };
        if let Err(reason) = ended {
            debug!(connection = id, %peer, reason = %reason, "connection broken off");
        }
    }

    /// The same; the report is the last that happens, after the socket was closed.
    async fn run(&self, socket: TcpStream, peer: SocketAddr, id: u64) -> Result<(), Broken> {
        let local = socket.local_addr().map_err(Broken::Socket)?;
        let opening = Opening { id, peer, local };
        let mut report = Report::new(self.options.observer.as_ref(), &opening, &self.room);
        let tap = Tap::new(socket, report.recorder());
        let ended = self.admit_and_serve(tap, &opening, &mut report).await;
        report.end(&ended);
        ended
    }

    async fn admit_and_serve(&self, tap: Tap, opening: &Opening, report: &mut Report) -> Result<(), Broken> {
        // A response leaves in few writes; waiting to fill a segment only delays its tail.
        tap.set_nodelay().map_err(Broken::Socket)?;
        let (tap, tls) = match &self.options.gate {
            None => (tap, None),
            Some(gate) => match self.admit(tap, gate.admit(opening), report).await? {
                Admitted(tap, instead) => (tap, instead),
            },
        };
        match tls.as_ref().or(self.tls.as_ref()) {
            None => self.serve_http(tap, opening, None, report).await,
            Some(tls) => {
                let limit = self.options.limits.handshake_timeout;
                let stream = tokio::select! {
                    () = self.shutdown.cancelled() => return Err(Broken::Shutdown),
                    stream = timeout(limit, tls.accept(tap)) => {
                        stream.map_err(|_| Broken::HandshakeTimeout)?.map_err(Broken::Handshake)?
                    }
                };
                let tls = Arc::new(TlsInfo::of(stream.get_ref().1));
                self.serve_http(stream, opening, Some(tls), report).await
            }
        }
    }

    async fn serve_http(
        &self,
        stream: impl Tapped,
        opening: &Opening,
        tls: Option<Arc<TlsInfo>>,
        report: &mut Report,
    ) -> Result<(), Broken> {
        report.begin(tls.as_ref());
        let &Opening { id, peer, local } = opening;
        let connection = Connection { id, peer, local, tls };
        http1::serve(stream, connection, self.app.clone(), &self.options, &self.shutdown).await
    }
}

/// Waits for a token, or for ever where there is none.
async fn cancelled(token: Option<&CancellationToken>) {
    match token {
        Some(token) => token.cancelled().await,
        None => std::future::pending().await,
    }
}

/// A handler that panics ends its own connection; that is a fault of ours and must be seen.
fn report_panic(ended: Result<(), JoinError>) {
    if let Err(failed) = ended {
        error!(error = %failed, "a request handler failed");
    }
}
