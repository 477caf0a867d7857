//! Who is let in, and how: asked for each connection before a byte is read from it.

use crate::tls::Acceptor;
use lync_model::journal::Note;
use std::net::SocketAddr;
use std::time::Duration;

/// Decides what becomes of a connection right after accept, before TLS.
///
/// It is asked on the connection's own task, and must not block. Without a gate every connection is served.
pub trait Gate: Send + Sync {
    /// Decides about one connection.
    fn admit(&self, opening: &Opening) -> Admission;
}

/// A connection that was just accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The number that the connection will have, unique in this process.
    pub id: u64,
    /// The client's end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
}

/// What becomes of a connection.
#[derive(Clone, Debug)]
pub enum Admission {
    /// It is served.
    Serve,
    /// Nothing happens for that long, then the second decision counts.
    After(Duration, Box<Admission>),
    /// The second decision counts, and the observer gets this note.
    Noted(Box<Note>, Box<Admission>),
    /// It is reset: the peer sees RST.
    Reset,
    /// It is closed without a word: the peer sees FIN.
    Close,
    /// Nothing ever happens. It stays open, and keeps its place among
    /// [`max_connections`](crate::Limits::max_connections), until the peer leaves, for ten minutes at most.
    Stall,
    /// It is served with this acceptor in place of the listener's. Without TLS it is served as ever.
    Handshake(Acceptor),
    /// The ClientHello is answered by this fatal alert (RFC 8446 section 6), in plaintext. Without TLS it is closed.
    Alert(u8),
}
