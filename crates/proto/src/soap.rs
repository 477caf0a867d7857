//! SOAP 1.1 and 1.2, as far as the web services use them.

mod addressing;
mod envelope;
mod fault;

pub use addressing::Addressing;
pub use envelope::{Envelope, Version, wrap};
pub use fault::{Fault, FaultCode, FaultDetail};
