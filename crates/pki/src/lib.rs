//! The pool's certification authority: server certificates, client certificates from a CSR, PKCS#7.
//!
//! A [`Pool`] has a root, an issuing authority under it, a server certificate for its own listeners, and the keys of
//! its web tickets. It lives in memory or is kept in a directory. It is the pool's
//! [`CertificateAuthority`](lync_model::ports::CertificateAuthority).

mod authorities;
mod authority;
mod client;
mod csr;
mod data_dir;
mod describe;
mod error;
#[cfg(test)]
mod fixtures;
mod keys;
mod names;
mod pool;
mod server;
mod signature;
mod ticket;
mod validity;

pub use describe::{Description, describe};
pub use error::{FileProblem, PkiError};
pub use keys::{KeyKind, UnknownKeyKind};
pub use names::{PoolNames, ServerNames};
pub use pool::Pool;
pub use server::{ServerIdentity, ServerProfile};
