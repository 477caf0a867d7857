//! Why connections end before their time.

use std::io;

/// Why a connection ended before its time.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the socket failed: {0}")]
    Socket(io::Error),
    #[error("the gate reset it")]
    GateReset,
    #[error("the gate closed it")]
    GateClosed,
    #[error("the gate let it wait for nothing")]
    GateStalled,
    #[error("the gate answered alert {0}")]
    GateAlert(u8),
    #[error("no ClientHello came")]
    NoClientHello,
    #[error("the TLS handshake took too long")]
    HandshakeTimeout,
    #[error("the TLS handshake failed: {0}")]
    Handshake(io::Error),
    #[error("an answer reset it")]
    FateReset,
    #[error("{0}")]
    Http(String),
    #[error("still open at the end of the grace period")]
    GraceOver,
    #[error("the listener dropped it")]
    Dropped,
    #[error("the listener stopped")]
    Shutdown,
}

impl Broken {
    /// Whether we have sent RST.
    pub(super) const fn is_reset(&self) -> bool {
        matches!(self, Self::GateReset | Self::FateReset)
    }
}
