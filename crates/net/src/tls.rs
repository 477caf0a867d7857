//! TLS 1.2 and 1.3 by rustls on aws-lc, with the model's clock and a trust store that can change while running.

mod by_name;
mod client;
mod identity;
mod provider;
mod server;
mod trust;
mod verifier;

pub use client::client;
pub use identity::Identity;
pub use server::{Acceptor, server, server_mutual};
pub use trust::{TrustError, TrustStore};

/// Why a TLS configuration could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TlsError {
    /// The key cannot be read, or is not the certificate's.
    #[error("the certificate and its key cannot be used: {0}")]
    Identity(rustls::Error),
    /// The provider lacks something; a fault of the build.
    #[error("no TLS can be offered: {0}")]
    Provider(rustls::Error),
}
