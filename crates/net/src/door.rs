//! A port that can refuse connections for a while, as that of a stopped service does.
//!
//! Refusing takes a socket that does not listen. One that is bound to a port by number keeps it through shutdown()
//! and can listen again (Linux), so nobody else gets the port in the meantime unless they insist on it with
//! `SO_REUSEADDR`. A port that the kernel chose (port 0) is given back by shutdown(); hence [`bind`].

mod port;

pub use port::bind;
pub(crate) use port::{Entered, Port};

use port::Shut;
use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Opens and closes listeners while they are served. Every clone is the same door, and several listeners may share it.
///
/// Listeners made by [`bind`] keep their port while the door is closed. Others do if they were bound to a port other
/// than 0; else the port is free for everybody meanwhile, and [`Door::open`] asks for it again.
#[derive(Clone)]
pub struct Door(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Counts closings and openings, so that an accept loop notices both even if it saw neither happen.
    changes: watch::Sender<u64>,
}

struct State {
    open: bool,
    /// The sockets that are being served.
    sockets: Vec<Weak<Shut>>,
    /// Ends the connections that are open.
    connections: CancellationToken,
}

impl Door {
    /// An open door.
    pub fn new() -> Self {
        let state = State { open: true, sockets: Vec::new(), connections: CancellationToken::new() };
        Self(Arc::new(Inner { state: Mutex::new(state), changes: watch::Sender::new(0) }))
    }

    /// Closes: from now on the port refuses connections, those that were not accepted yet are reset, and open ones
    /// end at once. Nothing happens where the door is closed.
    pub fn close(&self) {
        let open = {
            let mut state = self.state();
            state.open = false;
            for socket in state.sockets() {
                socket.refuse();
            }
            std::mem::take(&mut state.connections)
        };
        open.cancel();
        self.changed();
    }

    /// Opens again. Nothing happens where the door is open.
    ///
    /// An error means that another program has the port; the door stays closed then.
    pub fn open(&self) -> io::Result<()> {
        {
            let mut state = self.state();
            if state.open {
                return Ok(());
            }
            let sockets = state.sockets();
            if let Err(error) = sockets.iter().try_for_each(|socket| socket.listen()) {
                sockets.iter().for_each(|socket| socket.refuse());
                return Err(error);
            }
            state.open = true;
        }
        self.changed();
        Ok(())
    }

    /// Whether connections are taken.
    pub fn is_open(&self) -> bool {
        self.state().open
    }

    /// Ends every open connection at once. New ones are taken all the while.
    pub fn drop_connections(&self) {
        let open = std::mem::take(&mut self.state().connections);
        open.cancel();
    }

    /// What ends a connection that has just been accepted; `None` if the door has been closed since.
    fn enter(&self) -> Option<CancellationToken> {
        let state = self.state();
        state.open.then(|| state.connections.clone())
    }

    /// Takes charge of a listener for as long as the answer lives.
    fn attach(&self, listener: TcpListener) -> io::Result<Arc<Shut>> {
        let socket = Arc::new(Shut::new(listener)?);
        let mut state = self.state();
        state.sockets.push(Arc::downgrade(&socket));
        if !state.open {
            socket.refuse();
        }
        Ok(socket)
    }

    fn changed(&self) {
        self.0.changes.send_modify(|changes| *changes = changes.wrapping_add(1));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The sockets that are still served.
    fn sockets(&mut self) -> Vec<Arc<Shut>> {
        self.sockets.retain(|socket| socket.strong_count() > 0);
        self.sockets.iter().filter_map(Weak::upgrade).collect()
    }
}

impl Default for Door {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Door {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("open", &self.is_open()).finish()
    }
}
