//! NTLMv2 over HTTP, both ends: [MS-NLMP] in the headers of [MS-NTHT], raw or inside SPNEGO (RFC 4178).
//!
//! [`Acceptor`] is the server's end and belongs to one connection, as NTLM over HTTP does; [`Initiator`] is the
//! client's. Neither reads a clock or makes a random number: both come in as parameters.
//!
//! The acceptor takes an NTLMv2 response to the challenge that it has just made, and nothing else.

mod acceptor;
mod authenticate;
mod av_pair;
mod bytes;
mod challenge;
mod crypto;
mod der;
mod error;
mod file_time;
mod flags;
mod header;
mod initiator;
mod negotiate;
mod nt_hash;
mod signing;
mod spnego;
mod text;
mod v2;

pub use acceptor::{Acceptor, Step, Target, Verified};
pub use authenticate::Authenticate;
pub use error::NtlmError;
pub use header::{MAX_TOKEN_LEN, Scheme};
pub use initiator::Initiator;
pub use nt_hash::NtHash;
pub use text::upper;
