//! Every message on the wire as a type with encode and decode.
//!
//! No I/O: bytes in, bytes out. One file a message; each names its source and its [`Evidence`].
//!
//! A SOAP message is read in two steps: [`soap::Envelope::parse`] bounds and checks the document, and the
//! message's
//! `decode` reads the element in its body. It is written in two steps as well: the message's `encode` writes
//! that element, and [`soap::wrap`] puts it into an envelope.

mod error;
mod evidence;
#[cfg(test)]
mod fixture;
mod instant;
mod read;
mod secret;

pub mod certprov;
pub mod dhcp;
pub mod diagnostics;
pub mod mex;
pub mod ns;
pub mod pkcs7;
pub mod soap;
pub mod ticket;
pub mod userpin;
pub mod wstrust;

pub use error::DecodeError;
pub use evidence::{Documented, Evidence, UnknownEvidence};
pub use instant::{format_instant, parse_instant};
pub use secret::Secret;
