//! The user-PIN service on :444 and its client, over mutual TLS.
//!
//! The path, the two request names GetEncryptionKeyRequest and GetPublishedCertRequest, and event 47067 are
//! Lync's and documented; the messages themselves are public nowhere and are lyncmock's own (`lync_proto::userpin`).

pub mod client;
mod published;
pub mod service;

pub use client::{Client, Place, Target, Timeouts};
pub use service::router;

/// Where the service lives; read without regard to case, as IIS does.
pub const PATH: &str = "/LiveServer/UserPinService";
