//! Who looks on: what went over each connection, told when it is over.

use crate::{Connection, TlsInfo};
use http::{HeaderMap, Method, StatusCode, Uri, Version};
use hyper::body::Bytes;
use lync_model::journal::Note;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest part of a body that an observer gets, in bytes. Bodies of sign-ins are a tenth of it.
pub const MAX_BODY: usize = 64 * 1024;

/// The most that is kept of what went over one connection, both directions together, in bytes.
pub const MAX_WIRE: usize = 256 * 1024;

/// The most pieces that are kept of what went over one connection: pieces of one byte cost far more than their byte.
pub const MAX_CHUNKS: usize = 4096;

/// The most that is kept at a time of what went over all open connections of one listener, in bytes: a crowd of slow
/// peers must not fill the memory.
pub const MAX_OPEN_WIRE: usize = 64 * 1024 * 1024;

/// Is told of every request and of every connection of a listener.
///
/// It is called on the connection's task while no lock of the listener is held, in destructors too: it must neither
/// block nor panic.
pub trait Observer: Send + Sync {
    /// A request was answered, or it is certain that it never will be. Told before the answer is sent.
    fn exchanged(&self, exchange: HttpExchange);

    /// A connection has ended, whatever became of it.
    fn ended(&self, connection: EndedConnection);
}

/// A request and what was answered.
#[derive(Clone, Debug)]
pub struct HttpExchange {
    /// The connection that it came over.
    pub connection: Connection,
    /// From the end of the request's head until the answer was ready, or until there could be none.
    pub duration: Duration,
    /// The method.
    pub method: Method,
    /// The request target as the client wrote it.
    pub uri: Uri,
    /// The version of the request.
    pub version: Version,
    /// The request's headers.
    pub request_headers: HeaderMap,
    /// What the handler read of the request's body, the first [`MAX_BODY`] bytes at most.
    pub request_body: Bytes,
    /// Whether more of the request's body was read than is in `request_body`.
    pub request_cut: bool,
    /// What was answered; `None` when no answer was sent.
    pub response: Option<HttpResponse>,
    /// The handler's note, which was an extension of its response, else what it left in the [`NoteSlot`]. It may be
    /// there without `response`: a response with [`Fate::Reset`](crate::Fate::Reset) is not sent.
    pub note: Option<Note>,
}

/// Where a handler leaves its note before it is certain that it will answer; an extension of each request that is
/// observed.
///
/// A peer may leave while it waits. What stands here then tells why it had to.
#[derive(Clone, Debug, Default)]
pub struct NoteSlot(Arc<Mutex<Option<Note>>>);

impl NoteSlot {
    /// Leaves a note, in the place of an earlier one. It counts as long as no response brings one.
    pub fn leave(&self, note: Note) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(note);
    }

    pub(crate) fn take(&self) -> Option<Note> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// An answer as the handler made it: Date, and Content-Length where it is missing, are written later.
#[derive(Clone, Debug)]
pub struct HttpResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, the first [`MAX_BODY`] bytes at most; nothing of one that is streamed. With
    /// [`Fate::CloseHalfWay`](crate::Fate::CloseHalfWay) it is the half that is sent.
    pub body: Bytes,
    /// Whether the body is longer than what is in `body`.
    pub cut: bool,
}

/// A connection that has ended.
#[derive(Clone, Debug)]
pub struct EndedConnection {
    /// Unique in this process; the `id` of its requests' [`Connection`].
    pub id: u64,
    /// The client's end.
    pub peer: SocketAddr,
    /// Our end.
    pub local: SocketAddr,
    /// From accept to the end.
    pub duration: Duration,
    /// What the handshake agreed on; `None` in plain HTTP, and when there was no handshake that succeeded.
    pub tls: Option<Arc<TlsInfo>>,
    /// Why it ended before HTTP could begin: the handshake failed, or the gate did not let it in. `None` of every
    /// connection on which requests could be sent.
    pub failed: Option<String>,
    /// What the gate noted of it.
    pub note: Option<Note>,
    /// Whether we ended it by RST.
    pub reset: bool,
    /// What went over it.
    pub wire: Wire,
}

/// The payload of one TCP connection, below TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wire {
    /// The pieces in their order, each as it was read or written at once.
    pub chunks: Vec<Chunk>,
    /// Whether more went over the connection than is in `chunks`: they hold [`MAX_WIRE`] bytes in [`MAX_CHUNKS`]
    /// pieces at most, the first ones, and fewer while there is no room in [`MAX_OPEN_WIRE`].
    pub cut: bool,
}

/// A piece of what went over a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Whether we sent it; otherwise the peer did.
    pub sent: bool,
    /// When, counted from accept.
    pub after: Duration,
    /// The bytes.
    pub bytes: Vec<u8>,
}
