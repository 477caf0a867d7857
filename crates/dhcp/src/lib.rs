//! The Registrar's DHCP component, which answers the DHCPINFORM of a phone and nothing else; and a DHCP server for the
//! whole network.
//!
//! What a Lync Server's own component (Set-CsRegistrarConfiguration -EnableDHCPServer) takes is documented: a
//! DHCPINFORM of class `MS-UC-Client` that asks for option 43 or 120; everything else is ignored, so that it can
//! stand beside any DHCP server. What its answer looks like is not public; [`Answers`] says how it is filled here.
//!
//! [`decide`] is the whole of it without sockets: bytes in, decision out. [`serve`] puts it behind [`DhcpSocket`]s.
//!
//! In mode [`Enterprise`](Mode::Enterprise) it is the other server of Microsoft's documentation: that of the network, with
//! the options that DHCPUtil.exe configures. [`LeaseServer`] gives leases then, [`lease`] says which, [`Enterprise`] with
//! which options. Ask [`probe`] first whether there is one already.
//!
//! On a socket [with ping check](DhcpSocket::with_ping_check) an offer waits until nobody has answered at its address.
//!
//! Between deciding and sending stands one step more, if the [`Registrar`] has rules: what they say is a value, by
//! which the right answer becomes none, two, or a wrong one.

mod ack;
mod answers;
mod checks;
mod counters;
mod datagram;
mod decide;
mod drop_reason;
mod echo;
mod enterprise;
mod fault;
mod heard;
pub mod lease;
mod lease_server;
mod limiter;
mod ping_check;
mod probe;
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
pub use echo::PingError;
pub use enterprise::{ClassOptions, Enterprise, EnterpriseError, EnterpriseOptions};
pub use lease_server::{LeaseDecision, LeaseServer};
pub use probe::{Answer, ProbeError, probe};
pub use registrar::{Mode, Registrar};
pub use serve::serve;
pub use socket::{BindError, DhcpSocket};

#[cfg(test)]
mod sample;
