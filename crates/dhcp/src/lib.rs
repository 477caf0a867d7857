//! The Registrar's DHCP component: answers the DHCPINFORM of a phone, and nothing else.
//!
//! What a Lync Server's own component (Set-CsRegistrarConfiguration -EnableDHCPServer) takes is documented: a
//! DHCPINFORM of class `MS-UC-Client` that asks for option 43 or 120; everything else is ignored, so that it can
//! stand beside any DHCP server. What its answer looks like is not public; [`Answers`] says how it is filled here.
//!
//! [`decide`] is the whole of it without sockets: bytes in, decision out. [`serve`] puts it behind [`DhcpSocket`]s.
//!
//! Between deciding and sending stands one step more, if the [`Registrar`] has rules: what they say is a value, by
//! which the right answer becomes none, two, or a wrong one.

mod ack;
mod answers;
mod counters;
mod datagram;
mod decide;
mod drop_reason;
mod fault;
mod heard;
mod registrar;
mod request;
mod serve;
mod socket;
mod waiting;
mod watch;

pub use answers::{Answers, RegistrarOptions, RegistrarSettings, RelayedAnswer, ServerField};
pub use counters::Counters;
pub use decide::{Arrival, CLIENT_PORT, SERVER_PORT, decide};
pub use drop_reason::DropReason;
pub use registrar::Registrar;
pub use serve::serve;
pub use socket::{BindError, DhcpSocket};

#[cfg(test)]
mod sample;
