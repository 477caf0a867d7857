//! The way of a datagram without sockets: bytes in, decision out.

use crate::{
    DropReason, ack,
    answers::{Answers, RelayedAnswer},
    request::{MAX_DATAGRAM, Request},
};
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, VendorClass};
use std::net::{Ipv4Addr, SocketAddrV4};

/// The port of DHCP servers and relays.
pub const SERVER_PORT: u16 = 67;

/// The port of DHCP clients.
pub const CLIENT_PORT: u16 = 68;

/// How a datagram came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Who sent it.
    pub source: SocketAddrV4,
    /// The server's address that was asked, also if it was asked by broadcast. It becomes the server identifier and
    /// the answer leaves from it.
    pub server: Ipv4Addr,
    /// Whether everybody on the network was asked, not this server alone.
    pub broadcast: bool,
    /// The server's port.
    pub port: u16,
}

/// Decides about one datagram. An answer is written into `reply`, and the result is where it goes.
///
/// From port 67 it goes to ciaddr, port 68, or to the relay if the settings say so. From any other port, where no
/// real client or relay listens for it, it goes back to where the datagram came from.
///
/// Allocates only if an option is repeated, or if `reply` has to grow.
pub fn decide(
    datagram: &[u8],
    arrival: &Arrival,
    answers: &Answers,
    reply: &mut Vec<u8>,
) -> Result<SocketAddrV4, DropReason> {
    answer(&Request::read(datagram)?, arrival, answers, reply)
}

/// [`decide`] about a datagram that has been read.
pub(crate) fn answer(
    request: &Request<'_>,
    arrival: &Arrival,
    answers: &Answers,
    reply: &mut Vec<u8>,
) -> Result<SocketAddrV4, DropReason> {
    check_question(request)?;
    let destination = destination(request, arrival, answers.settings.relayed)?;
    if arrival.server.is_unspecified() {
        return Err(DropReason::NoLocalAddress);
    }
    ack::write(request, arrival.server, answers, reply);
    check_length(reply)?;
    Ok(destination)
}

/// Is it a DHCPINFORM of the phone's class that asks for what the Registrar has?
fn check_question(request: &Request<'_>) -> Result<(), DropReason> {
    let options = &request.options;
    if !options.is_inform() {
        return Err(DropReason::NotInform);
    }
    if options.class.get().and_then(VendorClass::of) != Some(VendorClass::UcClient) {
        return Err(DropReason::OtherClass);
    }
    if !options.asks_for(OPTION_VENDOR_SPECIFIC) && !options.asks_for(OPTION_SIP_SERVERS) {
        return Err(DropReason::NothingAsked);
    }
    Ok(())
}

pub(crate) fn check_length(reply: &[u8]) -> Result<(), DropReason> {
    if reply.len() > MAX_DATAGRAM { Err(DropReason::AnswerTooLong) } else { Ok(()) }
}

/// Where the answer to a DHCPINFORM goes.
pub(crate) fn destination(
    request: &Request<'_>,
    arrival: &Arrival,
    relayed: RelayedAnswer,
) -> Result<SocketAddrV4, DropReason> {
    let (client, relay) = (request.message.ciaddr(), request.message.giaddr());
    if client.is_unspecified() {
        return Err(DropReason::NoClientAddress);
    }
    // A forged address must not turn one datagram into one for every host of a network.
    if [client, relay].iter().any(|address| address.is_broadcast() || address.is_multicast()) {
        return Err(DropReason::NotUnicast);
    }
    if arrival.port != SERVER_PORT {
        return Ok(arrival.source);
    }
    if relayed == RelayedAnswer::ToRelay && !relay.is_unspecified() {
        return Ok(SocketAddrV4::new(relay, SERVER_PORT));
    }
    Ok(SocketAddrV4::new(client, CLIENT_PORT))
}

#[cfg(test)]
mod tests;
