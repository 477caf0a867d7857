//! What the journal says about a datagram.

use crate::{
    Arrival, DropReason,
    lease_server::lease_operation,
    request::{self, HEADER, Request},
};
use dhcproto::v4::MessageType;
use lync_model::{
    Clock,
    journal::{Entry, Outcome, Protocol, Raw, RuleFired, names},
};
use lync_proto::dhcp::{
    OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, SubOptions, UcClientOptions, VendorClass,
    VoiceVlan,
};
use std::{
    fmt::Display,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Instant,
};
use time::OffsetDateTime;

/// Option 51 (RFC 2132 section 9.2).
const LEASE_TIME: u8 = 51;
/// Option 53 (RFC 2132 section 9.6).
const MESSAGE_TYPE: u8 = 53;
/// Option 54 (RFC 2132 section 9.7).
const SERVER_IDENTIFIER: u8 = 54;
/// Option 55 (RFC 2132 section 9.8).
const PARAMETER_REQUEST_LIST: u8 = 55;
/// Option 60 (RFC 2132 section 9.13).
const CLASS_IDENTIFIER: u8 = 60;

/// A datagram that came, kept until it is known what becomes of it.
#[derive(Debug)]
pub(crate) struct Heard {
    datagram: Vec<u8>,
    arrival: Arrival,
    at: OffsetDateTime,
    since: Instant,
}

/// What a datagram says, as far as it can be read; a broken one is shown too.
#[derive(Debug, Default)]
struct Said {
    /// Option 53.
    message: Option<u8>,
    class: Option<Vec<u8>>,
    asked: Vec<u8>,
}

impl Heard {
    /// A datagram that has just come.
    pub(crate) fn new(datagram: &[u8], arrival: Arrival, clock: &Clock) -> Self {
        Self { datagram: datagram.to_vec(), arrival, at: clock.now(), since: Instant::now() }
    }

    /// Whether it has the phones' class, however broken it is otherwise; with `vlan`, also that in which they ask for
    /// their VLAN, which is no question for a Registrar.
    pub(crate) fn is_of_a_phone(&self, vlan: bool) -> bool {
        match said(&self.datagram).class.as_deref().and_then(VendorClass::of) {
            Some(VendorClass::UcClient) => true,
            Some(VendorClass::OcPhone) => vlan,
            None => false,
        }
    }

    /// It is answered by `replies`.
    pub(crate) fn answered(&self, replies: &[Vec<u8>], rule: Option<&RuleFired>) -> Entry {
        let Said { message, class, .. } = said(&self.datagram);
        let (event, outcome, ending) = ending(replies.last().map_or(&[], Vec::as_slice));
        let question =
            if message == Some(MessageType::Inform.into()) { "DHCPINFORM" } else { "DHCP request" };
        let question = message
            .and_then(lease_operation)
            .map_or(question.to_owned(), |operation| format!("DHCP{}", operation.to_ascii_uppercase()));
        let mut entry = self.entry(event, outcome, format!("{question} of {} {ending}", self.who()), rule);
        let class = class.as_deref().and_then(VendorClass::of);
        for (index, reply) in replies.iter().enumerate() {
            // The first answer is what a phone takes; of a second one the names say so.
            let suffix = if index == 0 { String::new() } else { format!("_{}", index + 1) };
            describe(reply, class, &suffix, &mut entry);
        }
        entry.raw = Some(self.raw(replies));
        entry
    }

    /// The client gave back `address`.
    pub(crate) fn taken(&self, operation: &str, address: Ipv4Addr, rule: Option<&RuleFired>) -> Entry {
        let who = self.who();
        let (event, outcome, summary) = if operation == "decline" {
            let summary = format!("{who} declined {address}: somebody else uses it");
            (names::DHCP_DECLINED, Outcome::Failed, summary)
        } else {
            (names::DHCP_RELEASED, Outcome::Ok, format!("{who} released {address}"))
        };
        let mut entry = self.entry(event, outcome, summary, rule);
        entry.decoded.insert("address".to_owned(), address.to_string());
        entry.raw = Some(self.raw(&[]));
        entry
    }

    /// Somebody uses `address`, which it would have been offered.
    pub(crate) fn in_use(&self, address: Ipv4Addr) -> Entry {
        let who = self.who();
        let summary =
            format!("{address} answers a ping: somebody uses it, so it is put aside and not for {who}");
        let mut entry = self.entry(names::DHCP_IN_USE, Outcome::Failed, summary, None);
        entry.decoded.insert("address".to_owned(), address.to_string());
        entry.raw = Some(self.raw(&[]));
        entry
    }

    /// It gets no answer.
    pub(crate) fn dropped(&self, reason: DropReason, rule: Option<&RuleFired>) -> Entry {
        let summary = format!("DHCP datagram of {} dropped: {reason}", self.who());
        let mut entry = self.entry(names::DHCP_DROPPED, Outcome::Dropped, summary, rule);
        entry.decoded.insert("reason".to_owned(), reason.to_string());
        entry.raw = Some(self.raw(&[]));
        entry
    }

    /// Its answer did not leave this host.
    pub(crate) fn not_sent(&self, error: &dyn Display, rule: Option<&RuleFired>) -> Entry {
        let summary = format!("DHCP answer for {} not sent: {error}", self.who());
        let mut entry = self.entry(names::DHCP_DROPPED, Outcome::Failed, summary, rule);
        entry.raw = Some(self.raw(&[]));
        entry
    }

    fn entry(&self, event: &str, outcome: Outcome, summary: String, rule: Option<&RuleFired>) -> Entry {
        let mut entry = Entry::new(self.at, Protocol::Dhcp, event, outcome, summary);
        let Said { class, asked, .. } = said(&self.datagram);
        entry.peer = Some(SocketAddr::V4(self.arrival.source));
        entry.local = Some(SocketAddrV4::new(self.arrival.server, self.arrival.port).into());
        entry.device.vendor_class = class.as_deref().map(request::class_text);
        entry.rule = rule.cloned();
        entry.duration_us = u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX);
        if let Some((header, _)) = self.datagram.split_first_chunk::<HEADER>() {
            entry.correlation = header.get(4..8).map(hex);
            entry.device.mac = request::mac(header).map(|mac| mac.to_string());
            for (name, field) in [("ciaddr", 12..16), ("giaddr", 24..28)] {
                let octets = header.get(field).and_then(|octets| <[u8; 4]>::try_from(octets).ok());
                entry
                    .decoded
                    .extend(octets.map(|octets| (name.to_owned(), Ipv4Addr::from(octets).to_string())));
            }
        }
        let asked: Vec<_> = asked.iter().map(ToString::to_string).collect();
        entry.decoded.insert("asked".to_owned(), asked.join(", "));
        entry
    }

    /// The phone as a person looks for it.
    fn who(&self) -> String {
        let mac = self.datagram.first_chunk::<HEADER>().and_then(request::mac);
        mac.map_or_else(|| self.arrival.source.to_string(), |mac| mac.to_string())
    }

    fn raw(&self, replies: &[Vec<u8>]) -> Raw {
        Raw::Datagram {
            request: hex(&self.datagram),
            replies: replies.iter().map(|reply| hex(reply)).collect(),
        }
    }
}

fn said(datagram: &[u8]) -> Said {
    if let Ok(request) = Request::read(datagram) {
        let options = &request.options;
        let asked = options.asked.get().unwrap_or_default().to_vec();
        let class = options.class.get().map(<[u8]>::to_vec);
        return Said { message: options.message_type(), class, asked };
    }
    Said {
        message: None,
        class: option(datagram, CLASS_IDENTIFIER),
        asked: option(datagram, PARAMETER_REQUEST_LIST).unwrap_or_default(),
    }
}

/// What an answer means: the entry's name, how it ended, and the end of its summary.
fn ending(reply: &[u8]) -> (&'static str, Outcome, String) {
    let kind = option(reply, MESSAGE_TYPE).and_then(|kind| kind.first().copied()).map(MessageType::from);
    match (kind, address(reply)) {
        (Some(MessageType::Nak), _) => (names::DHCP_NAK, Outcome::Refused, "refused".to_owned()),
        (Some(MessageType::Offer), Some(address)) => {
            (names::DHCP_OFFER, Outcome::Ok, format!("answered: {address} offered"))
        }
        (_, Some(address)) => (names::DHCP_ACK, Outcome::Ok, format!("answered: {address} leased")),
        (_, None) => (names::DHCP_ACK, Outcome::Ok, "answered".to_owned()),
    }
}

/// yiaddr, where there is one.
fn address(reply: &[u8]) -> Option<Ipv4Addr> {
    let octets: [u8; 4] = reply.get(16..20)?.try_into().ok()?;
    Some(Ipv4Addr::from(octets)).filter(|address| !address.is_unspecified())
}

/// What an answer to a client of this class says, by what the client makes of it.
fn describe(reply: &[u8], class: Option<VendorClass>, suffix: &str, entry: &mut Entry) {
    let four = |code| option(reply, code).and_then(|octets| <[u8; 4]>::try_from(octets).ok());
    let option_43 = option(reply, OPTION_VENDOR_SPECIFIC).map(|payload| match class {
        Some(VendorClass::UcClient) => {
            UcClientOptions::decode(&payload).map_or_else(|error| unreadable(&error), |options| options.url())
        }
        Some(VendorClass::OcPhone) => VoiceVlan::decode(&payload)
            .map_or_else(|error| unreadable(&error), |vlan| format!("VLAN {}", vlan.id())),
        None => hex(&payload),
    });
    let option_120 = option(reply, OPTION_SIP_SERVERS).map(|payload| {
        SipServers::decode(&payload).map_or_else(|error| unreadable(&error), |servers| list(&servers))
    });
    let found = [
        ("server", four(SERVER_IDENTIFIER).map(|octets| Ipv4Addr::from(octets).to_string())),
        ("address", address(reply).map(|address| address.to_string())),
        ("lease_seconds", four(LEASE_TIME).map(|seconds| u32::from_be_bytes(seconds).to_string())),
        ("option_43", option_43),
        ("option_120", option_120),
    ];
    for (name, text) in found {
        entry.decoded.extend(text.map(|text| (format!("{name}{suffix}"), text)));
    }
}

fn unreadable(error: &dyn Display) -> String {
    format!("unreadable: {error}")
}

fn list(servers: &SipServers) -> String {
    let names = servers.as_names().iter().map(ToString::to_string);
    let addresses = servers.as_addresses().iter().map(ToString::to_string);
    names.chain(addresses).collect::<Vec<_>>().join(", ")
}

/// An option of a message, its pieces joined, up to where the options are broken.
fn option(message: &[u8], code: u8) -> Option<Vec<u8>> {
    let (_, field) = message.split_first_chunk::<HEADER>()?;
    let pieces = SubOptions::new(field).map_while(Result::ok).filter(|option| option.code == code);
    pieces.map(|option| option.value.to_vec()).reduce(|front, back| [front, back].concat())
}

/// By hand: every datagram goes through here, and formatting byte by byte would be half of what an entry costs.
fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(if half < 10 { b'0' + half } else { b'a' - 10 + half });
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0x0f));
    }
    text
}

#[cfg(test)]
mod tests;
