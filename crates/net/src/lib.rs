//! The one way every listener of lyncmock is served: bounded, timed and stoppable.
//!
//! [`serve`] takes a bound socket, an optional TLS [`Acceptor`](tls::Acceptor) and an axum router. Every request
//! carries a [`Connection`] in its extensions.

mod body;
mod connection;
pub mod header_case;
mod listener;
mod log_text;
mod options;
mod stall;
pub mod tls;

pub use connection::{Connection, TlsInfo};
pub use header_case::HeaderCase;
pub use listener::serve;
pub use log_text::{excerpt, with_cause};
pub use options::{Limits, Options};
pub use tokio_util::sync::CancellationToken;
