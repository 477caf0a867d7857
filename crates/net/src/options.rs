//! What a listener allows its peers.

use crate::{Door, Gate, HeaderCase, Observer};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Bounds on what one peer, and all peers together, may take. Every connection ends at the first one it breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at a time. Those beyond wait in the kernel's accept queue until one closes; none is dropped.
    pub max_connections: usize,
    /// From accept to the end of the TLS handshake.
    pub handshake_timeout: Duration,
    /// From the moment a request may begin until its head is complete. An idle kept-alive connection closes after
    /// the same time.
    pub header_timeout: Duration,
    /// From the end of the head until the request body is complete, however steadily it trickles.
    pub body_timeout: Duration,
    /// How long the peer may take no byte of a response.
    pub write_timeout: Duration,
    /// How long open requests may go on after the shutdown.
    pub grace: Duration,
    /// The largest request head, request line included, in bytes. A larger one is answered 431.
    pub max_header_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 1024,
            handshake_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            grace: Duration::from_secs(5),
            max_header_bytes: 32 * 1024,
        }
    }
}

/// How a listener is served. [`Limits`] alone convert into it.
#[derive(Clone, Default)]
pub struct Options {
    /// Bounds on the peers.
    pub limits: Limits,
    /// How the header names of responses are spelled; without it they are in lower case.
    pub header_case: Option<HeaderCase>,
    /// Decides about each connection; without it every one is served.
    pub gate: Option<Arc<dyn Gate>>,
    /// Is told what went over each connection; without it nothing is recorded.
    pub observer: Option<Arc<dyn Observer>>,
    /// Closes and opens the port while it is served; without it the port is open.
    pub door: Option<Door>,
}

impl From<Limits> for Options {
    fn from(limits: Limits) -> Self {
        Self { limits, ..Self::default() }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { limits, header_case, gate, observer, door } = self;
        f.debug_struct("Options")
            .field("limits", limits)
            .field("header_case", header_case)
            .field("gate", &gate.is_some())
            .field("observer", &observer.is_some())
            .field("door", door)
            .finish()
    }
}
