//! What the journal says about a datagram.

use crate::{
    Arrival, DropReason,
    request::{self, HEADER, Request},
};
use lync_model::{
    Clock,
    journal::{Entry, Outcome, Protocol, Raw, RuleFired, names},
};
use lync_proto::dhcp::{
    OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, SubOptions, UcClientOptions, VendorClass,
};
use std::{
    fmt::{Display, Write},
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Instant,
};
use time::OffsetDateTime;

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
    class: Option<Vec<u8>>,
    asked: Vec<u8>,
}

impl Heard {
    /// A datagram that has just come.
    pub(crate) fn new(datagram: &[u8], arrival: Arrival, clock: &Clock) -> Self {
        Self { datagram: datagram.to_vec(), arrival, at: clock.now(), since: Instant::now() }
    }

    /// Whether it has the phones' class, however broken it is otherwise.
    pub(crate) fn is_of_a_phone(&self) -> bool {
        said(&self.datagram).class.as_deref().and_then(VendorClass::of) == Some(VendorClass::UcClient)
    }

    /// It is answered by `replies`.
    pub(crate) fn answered(&self, replies: &[Vec<u8>], rule: Option<&RuleFired>) -> Entry {
        let summary = format!("DHCPINFORM of {} answered", self.who());
        let mut entry = self.entry(names::DHCP_ACK, Outcome::Ok, summary, rule);
        for (index, reply) in replies.iter().enumerate() {
            // The first answer is what a phone takes; of a second one the names say so.
            let suffix = if index == 0 { String::new() } else { format!("_{}", index + 1) };
            describe(reply, &suffix, &mut entry);
        }
        entry.raw = Some(self.raw(replies));
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
        let summary = format!("DHCPACK for {} not sent: {error}", self.who());
        let mut entry = self.entry(names::DHCP_DROPPED, Outcome::Failed, summary, rule);
        entry.raw = Some(self.raw(&[]));
        entry
    }

    fn entry(&self, event: &str, outcome: Outcome, summary: String, rule: Option<&RuleFired>) -> Entry {
        let mut entry = Entry::new(self.at, Protocol::Dhcp, event, outcome, summary);
        let Said { class, asked } = said(&self.datagram);
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
        return Said { class: options.class.get().map(<[u8]>::to_vec), asked };
    }
    Said {
        class: option(datagram, CLASS_IDENTIFIER),
        asked: option(datagram, PARAMETER_REQUEST_LIST).unwrap_or_default(),
    }
}

/// What an answer says, by what a client makes of it.
fn describe(reply: &[u8], suffix: &str, entry: &mut Entry) {
    let server = option(reply, SERVER_IDENTIFIER).and_then(|octets| <[u8; 4]>::try_from(octets).ok());
    let option_43 = option(reply, OPTION_VENDOR_SPECIFIC).map(|payload| {
        UcClientOptions::decode(&payload).map_or_else(|error| unreadable(&error), |options| options.url())
    });
    let option_120 = option(reply, OPTION_SIP_SERVERS).map(|payload| {
        SipServers::decode(&payload).map_or_else(|error| unreadable(&error), |servers| list(&servers))
    });
    let found = [
        ("server", server.map(|octets| Ipv4Addr::from(octets).to_string())),
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

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}

#[cfg(test)]
mod tests;
