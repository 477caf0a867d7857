//! The sockets behind a door.

use super::Door;
use crate::listener::{Accept, BACK_OFF, accept};
use socket2::{Domain, Protocol, Socket, Type};
use std::io;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

/// How many connections wait to be accepted; the kernel's own limit is below it.
const BACKLOG: i32 = 4096;

/// Binds a listener whose port stays ours while its [`Door`] is closed. With port 0 the kernel chooses one.
///
/// To be called where tokio runs. Errors are those of the operating system, for instance that the port is taken.
pub fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = bound(addr)?;
    let socket = if addr.port() == 0 {
        // Bound by number: a chosen port would be lost at the first closing. The first socket holds it until then.
        bound(local_addr(&socket)?)?
    } else {
        socket
    };
    socket.set_nonblocking(true)?;
    socket.listen(BACKLOG)?;
    TcpListener::from_std(socket.into())
}

fn bound(addr: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(addr), Type::STREAM, Some(Protocol::TCP))?;
    // Old connections that wait for their end do not keep the port from a new start.
    socket.set_reuse_address(true)?;
    socket.bind(&addr.into())?;
    Ok(socket)
}

fn local_addr(socket: &Socket) -> io::Result<SocketAddr> {
    socket.local_addr()?.as_socket().ok_or_else(|| io::Error::other("the socket has no IP address"))
}

/// A listening socket that can be made to refuse.
pub(super) struct Shut {
    socket: Socket,
    addr: SocketAddr,
    /// Only what listens may be shut down: Linux notes it of other sockets as well, and would hand it down, once they
    /// listen again, to each connection.
    listens: AtomicBool,
}

impl Shut {
    pub(super) fn new(listener: TcpListener) -> io::Result<Self> {
        let socket = Socket::from(listener.into_std()?);
        let addr = local_addr(&socket)?;
        Ok(Self { socket, addr, listens: AtomicBool::new(true) })
    }

    /// Stops listening, if it does.
    pub(super) fn refuse(&self) {
        if self.listens.swap(false, Ordering::Relaxed)
            && let Err(error) = self.socket.shutdown(Shutdown::Both)
        {
            warn!(%error, addr = %self.addr, "the port does not refuse connections");
        }
    }

    /// Listens again, on the same port.
    pub(super) fn listen(&self) -> io::Result<()> {
        // Fails where the port stayed ours, which is what was wanted; `local_addr` tells.
        let _ = self.socket.bind(&self.addr.into());
        self.socket.listen(BACKLOG)?;
        self.listens.store(true, Ordering::Relaxed);
        if local_addr(&self.socket)? == self.addr {
            return Ok(());
        }
        self.refuse();
        Err(io::ErrorKind::AddrInUse.into())
    }

    /// The socket as tokio waits on it. Never the same twice: what tokio noted of a socket that was shut down (that
    /// it is readable for ever) would make it spin.
    fn waiting(&self) -> io::Result<TcpListener> {
        TcpListener::from_std(self.socket.try_clone()?.into())
    }
}

/// Where a listener's connections come from.
pub(crate) enum Port {
    /// A port that is always open.
    Open(TcpListener),
    /// One with a door.
    Behind(Doorway),
}

/// A connection, and what ends it when its door is closed.
pub(crate) struct Entered {
    pub(crate) accept: Accept,
    pub(crate) dropped: Option<CancellationToken>,
}

impl Port {
    /// Fails only with a door, where the operating system refuses the socket's move to it.
    pub(crate) fn new(listener: TcpListener, door: Option<&Door>) -> io::Result<Self> {
        Ok(match door {
            None => Self::Open(listener),
            Some(door) => Self::Behind(Doorway::new(door.clone(), listener)?),
        })
    }

    /// Waits for a free slot and a connection. Nothing is lost when the future is dropped.
    pub(crate) async fn accept(&mut self, slots: &Arc<Semaphore>) -> Entered {
        match self {
            Self::Open(listener) => Entered { accept: accept(listener, slots).await, dropped: None },
            Self::Behind(doorway) => doorway.accept(slots).await,
        }
    }
}

/// An accept loop's side of a door.
pub(crate) struct Doorway {
    door: Door,
    socket: Arc<Shut>,
    changes: watch::Receiver<u64>,
    /// Since which change `listener` waits.
    seen: u64,
    listener: Option<TcpListener>,
}

impl Doorway {
    fn new(door: Door, listener: TcpListener) -> io::Result<Self> {
        let changes = door.0.changes.subscribe();
        let socket = door.attach(listener)?;
        Ok(Self { door, socket, changes, seen: 0, listener: None })
    }

    async fn accept(&mut self, slots: &Arc<Semaphore>) -> Entered {
        loop {
            self.wait_until_open().await;
            let Some(listener) = &self.listener else { continue };
            tokio::select! {
                // The door first: what was accepted before a closing is not let in after it.
                biased;
                _ = self.changes.changed() => {}
                accept = accept(listener, slots) => {
                    if let Some(dropped) = self.door.enter() {
                        return Entered { accept, dropped: Some(dropped) };
                    }
                }
            }
        }
    }

    /// Comes back with a `listener` that is of the present opening.
    async fn wait_until_open(&mut self) {
        loop {
            let change = *self.changes.borrow_and_update();
            if change != self.seen {
                (self.listener, self.seen) = (None, change);
            }
            if !self.door.is_open() {
                // The door holds the sender, so there is always a next change to wait for.
                let _ = self.changes.changed().await;
                continue;
            }
            if self.listener.is_some() {
                return;
            }
            match self.socket.waiting() {
                Ok(listener) => self.listener = Some(listener),
                Err(error) => {
                    debug!(%error, "cannot wait for connections yet");
                    sleep_until(Instant::now() + BACK_OFF).await;
                }
            }
        }
    }
}
