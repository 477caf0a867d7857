//! The one way every listener of lyncmock is served: bounded, timed and stoppable.
//!
//! [`serve`] takes a bound socket, an optional TLS [`Acceptor`](tls::Acceptor) and an axum router. Every request
//! carries a [`Connection`] and a [`Keep`] in its extensions.
//!
//! For tests of clients a listener can also misbehave, and be watched ([`Options`]): a [`Gate`] decides about each
//! connection before TLS, a response's [`Fate`] ends its connection, a [`Door`] makes the port refuse, and an
//! [`Observer`] is told what went over the wire. [`rules`] has what the rule steps of the services share.

mod body;
mod connection;
mod door;
mod fate;
mod gate;
pub mod header_case;
mod keep;
mod listener;
mod log_text;
mod observer;
mod options;
pub mod rules;
mod stall;
mod tap;
pub mod tls;

pub use connection::{Connection, TlsInfo};
pub use door::{Door, bind};
pub use fate::Fate;
pub use gate::{Admission, Gate, Opening};
pub use header_case::HeaderCase;
pub use keep::Keep;
pub use listener::serve;
pub use log_text::{excerpt, with_cause};
pub use observer::{
    Chunk, EndedConnection, HttpExchange, HttpResponse, MAX_BODY, MAX_CHUNKS, MAX_OPEN_WIRE, MAX_WIRE,
    NoteSlot, Observer, Wire,
};
pub use options::{Limits, Options};
pub use tokio_util::sync::CancellationToken;
