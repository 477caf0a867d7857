//! Writing DHCPOFFER, DHCPACK and DHCPNAK.

use super::{Encoded, Enterprise, code};
use crate::{
    ack::{self, push_option},
    answers::{Answers, ServerField},
    lease::Subnet,
    request::{HEADER, MAX_DATAGRAM, Request},
};
use dhcproto::v4::MessageType;
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC};
use std::net::Ipv4Addr;

/// The least that option 57 can say: what every host takes (RFC 2132 section 9.10).
const MIN_MAX_SIZE: u16 = 576;
/// Headers of IP and UDP, which option 57 counts.
const IP_AND_UDP: usize = 28;
/// What a host is told that asks for nothing: enough to reach others (inferred).
const UNASKED: [u8; 4] = [code::SUBNET_MASK, code::ROUTERS, code::DNS_SERVERS, code::DOMAIN_NAME];

/// What kind of answer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// DHCPOFFER, or DHCPACK of a lease.
    Lease {
        acknowledged: bool,
        address: Ipv4Addr,
        /// How long the lease lasts.
        seconds: u32,
    },
    /// DHCPACK of a DHCPINFORM: no address, no times.
    Inform,
    /// DHCPNAK.
    Refused,
}

/// An answer that is to be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reply<'a> {
    pub(crate) kind: Kind,
    /// The server identifier.
    pub(crate) server: Ipv4Addr,
    /// Where the client is, if that is known.
    pub(crate) subnet: Option<&'a Subnet>,
}

/// Writes an answer to `request` into `message`, whose former content is lost and whose memory is used again.
///
/// The order is 53, 54, 51, 58, 59, 1, 3, 6, 15, 42, 4, 2, 66, 43, 120, 160, others by code, 61 (RFC 6842), and 82
/// last and unchanged (RFC 3046). 53, 54, 51 and 1 are always sent, 51, 58 and 59 with a lease alone (RFC 2131 section
/// 4.3.5), the rest if it is asked for. What is longer than the client takes (option 57, else 576 bytes) is left out.
pub(crate) fn write(
    request: &Request<'_>,
    reply: &Reply<'_>,
    enterprise: &Enterprise,
    answers: &Answers,
    message: &mut Vec<u8>,
) {
    message.clear();
    message.extend_from_slice(&header(request, reply, enterprise));
    let kind = match reply.kind {
        Kind::Lease { acknowledged: false, .. } => MessageType::Offer,
        Kind::Lease { .. } | Kind::Inform => MessageType::Ack,
        Kind::Refused => MessageType::Nak,
    };
    push_option(message, code::MESSAGE_TYPE, &[kind.into()]);
    push_option(message, code::SERVER_IDENTIFIER, &reply.server.octets());
    if let Kind::Lease { seconds, .. } = reply.kind {
        push_times(message, seconds);
    }
    let mut echoed = Vec::new();
    for (code, bytes) in [
        (code::CLIENT_IDENTIFIER, request.options.client_id.get()),
        (code::RELAY_AGENT, request.options.relay_agent.get()),
    ] {
        bytes.into_iter().for_each(|bytes| push_option(&mut echoed, code, bytes));
    }
    if reply.kind != Kind::Refused {
        let room = max_size(request).saturating_sub(echoed.len() + 1);
        push_asked(request, reply.subnet, enterprise, answers, &mut Page { message, room });
    }
    message.extend_from_slice(&echoed);
    ack::finish(message);
}

/// RFC 2131 table 3. ciaddr is copied into a DHCPACK alone.
fn header(request: &Request<'_>, reply: &Reply<'_>, enterprise: &Enterprise) -> [u8; HEADER] {
    let mut header = ack::header(request.header, reply.server, ServerField::Zero);
    let mut set = |from: usize, bytes: &[u8]| {
        let field = header.get_mut(from..).and_then(|rest| rest.get_mut(..bytes.len()));
        field.expect("the header has room for its fields").copy_from_slice(bytes);
    };
    match reply.kind {
        Kind::Lease { acknowledged, address, .. } => {
            if !acknowledged {
                set(12, &[0; 4]);
            }
            set(16, &address.octets());
        }
        Kind::Inform => {}
        Kind::Refused => {
            set(12, &[0; 4]);
            // So that a relay sends it to a client that has no address (RFC 2131 section 4.3.2).
            if !request.message.giaddr().is_unspecified() {
                set(10, &[0x80]);
            }
            return header;
        }
    }
    set(20, &enterprise.next_server.octets());
    set(44, &enterprise.server_name);
    set(108, &enterprise.boot_file);
    header
}

/// The lease's time, T1 at a half of it and T2 at seven eighths. T1 is before T2 and T2 before the end (RFC 2131 section
/// 4.4.5), for which two seconds are too short.
fn push_times(message: &mut Vec<u8>, seconds: u32) {
    push_option(message, code::LEASE_TIME, &seconds.to_be_bytes());
    let (renewal, rebinding) = (seconds / 2, seconds - seconds.div_ceil(8));
    if renewal < rebinding {
        push_option(message, code::RENEWAL_TIME, &renewal.to_be_bytes());
        push_option(message, code::REBINDING_TIME, &rebinding.to_be_bytes());
    }
}

/// A message and the length that it may have.
struct Page<'a> {
    message: &'a mut Vec<u8>,
    room: usize,
}

impl Page<'_> {
    /// Leaves out what does not fit; something shorter may fit still.
    fn push(&mut self, option: &[u8]) {
        if self.message.len() + option.len() <= self.room {
            self.message.extend_from_slice(option);
        }
    }
}

fn push_asked(
    request: &Request<'_>,
    subnet: Option<&Subnet>,
    enterprise: &Enterprise,
    answers: &Answers,
    page: &mut Page<'_>,
) {
    let options = &request.options;
    let asked = options.asked.get().unwrap_or(&UNASKED);
    let asks_for = |code: u8| asked.contains(&code);
    if let Some(subnet) = subnet {
        push_option(page.message, code::SUBNET_MASK, &subnet.network.netmask().octets());
        if asks_for(code::ROUTERS) && !subnet.routers.is_empty() {
            page.push(&crate::answers::whole(code::ROUTERS, &super::octets(&subnet.routers)));
        }
    }
    let each = |page: &mut Page<'_>, all: &[Encoded]| {
        all.iter().filter(|option| asks_for(option.code)).for_each(|option| page.push(&option.bytes));
    };
    each(page, &enterprise.before_43);
    if asks_for(OPTION_VENDOR_SPECIFIC)
        && let Some(option) = enterprise.option_43(options.class.get(), &answers.option_43)
    {
        // A rule breaks whichever option 43 the client would get.
        page.push(if answers.is_43_broken { &answers.option_43 } else { option });
    }
    if asks_for(OPTION_SIP_SERVERS) && enterprise.sip_servers {
        page.push(&answers.option_120);
    }
    each(page, &enterprise.after_120);
}

/// How long a message the client takes.
fn max_size(request: &Request<'_>) -> usize {
    let said = request.options.max_size.get().and_then(|bytes| <[u8; 2]>::try_from(bytes).ok());
    let size = said.map_or(MIN_MAX_SIZE, u16::from_be_bytes).max(MIN_MAX_SIZE);
    (usize::from(size) - IP_AND_UDP).min(MAX_DATAGRAM)
}
