//! The way of one message of a client: what it asks, what the leases say, and what the rules make of it.

use super::{Again, LeaseServer};
use crate::{
    Arrival, CLIENT_PORT, DropReason, Registrar, SERVER_PORT,
    answers::Answers,
    decide::check_length,
    enterprise::Kind,
    fault,
    lease::{Client, Request as Wanted, SubnetId, Verdict},
    limiter::Hardware,
    request::{self, HEADER, Request},
};
use dhcproto::v4::MessageType;
use lync_model::{
    lease::{ClientKey, LeaseChange},
    rules::{DhcpFault, Fired},
};
use std::{
    net::{Ipv4Addr, SocketAddrV4},
    sync::PoisonError,
    time::Instant,
};

/// What becomes of a message, and the rule that had a say.
pub(super) struct Judged {
    pub(super) fired: Option<Fired>,
    pub(super) outcome: Result<Outcome, DropReason>,
}

pub(super) enum Outcome {
    Answer {
        destination: SocketAddrV4,
        replies: Vec<Vec<u8>>,
        /// Whether a lease is among the changes for it.
        promises: bool,
        /// The address that it offers, unless the client has it already.
        unproved: Option<Ipv4Addr>,
    },
    /// DHCPRELEASE or DHCPDECLINE, which have no answer.
    Taken { operation: &'static str, address: Ipv4Addr },
}

/// What is to be answered.
#[derive(Clone, Copy)]
struct Ruling {
    kind: Kind,
    promises: bool,
    unproved: Option<Ipv4Addr>,
}

/// A message whose sender and network are known.
struct Known<'a> {
    request: &'a Request<'a>,
    arrival: &'a Arrival,
    again: Option<&'a Again>,
    key: ClientKey,
    id: SubnetId,
    operation: &'static str,
}

/// The operation by which rules name a message that is about leases.
pub(crate) fn lease_operation(message_type: u8) -> Option<&'static str> {
    match MessageType::from(message_type) {
        MessageType::Discover => Some("discover"),
        MessageType::Request => Some("request"),
        MessageType::Release => Some("release"),
        MessageType::Decline => Some("decline"),
        _ => None,
    }
}

/// Whether a datagram is about leases. What cannot be read is not.
pub(crate) fn is_lease_message(datagram: &[u8]) -> bool {
    // Nearly everybody sends option 53 first.
    if let Some([53, 1, message_type]) = datagram.get(HEADER..HEADER + 3) {
        return lease_operation(*message_type).is_some();
    }
    let message_type = Request::read(datagram).ok().and_then(|request| request.options.message_type());
    message_type.and_then(lease_operation).is_some()
}

impl LeaseServer {
    /// Changes are added to `changes` also where a rule keeps the answer back: it is lost on its way. What is asked
    /// `again` counts as one message: for the limit of its sender, and for rules.
    pub(super) fn judge(
        &self,
        registrar: &Registrar,
        answers: &Answers,
        datagram: &[u8],
        arrival: &Arrival,
        again: Option<&Again>,
        changes: &mut Vec<LeaseChange>,
    ) -> Judged {
        let request = match Request::read(datagram) {
            Ok(request) => request,
            Err(reason) => return Judged::dropped(reason),
        };
        let known = match self.know(registrar, &request, arrival, again) {
            Ok(known) => known,
            Err(reason) => return Judged::dropped(reason),
        };
        match known.operation {
            "release" | "decline" => self.take_back(registrar, &known, changes),
            _ => match self.ask_leases(&known, changes) {
                Err(reason) => Judged::dropped(reason),
                Ok(ruling) => self.reply(registrar, answers, &known, ruling),
            },
        }
    }

    fn know<'a>(
        &self,
        registrar: &Registrar,
        request: &'a Request<'a>,
        arrival: &'a Arrival,
        again: Option<&'a Again>,
    ) -> Result<Known<'a>, DropReason> {
        let message_type = request.options.message_type();
        let operation = message_type.and_then(lease_operation).ok_or(DropReason::NotInform)?;
        if !registrar.is_answering() {
            return Err(DropReason::Disabled);
        }
        if again.is_none() && !self.admits(request) {
            return Err(DropReason::TooOften);
        }
        if arrival.server.is_unspecified() {
            return Err(DropReason::NoLocalAddress);
        }
        let key = client_key(request).ok_or(DropReason::NoClientKey)?;
        let id = self.subnet_of(request, arrival).ok_or(DropReason::NoSubnet)?;
        self.lock().keep_off(arrival.server);
        Ok(Known { request, arrival, again, key, id, operation })
    }

    fn admits(&self, request: &Request<'_>) -> bool {
        let mut limiter = self.limiter.lock().unwrap_or_else(PoisonError::into_inner);
        limiter.admits(&hardware(request), Instant::now())
    }

    /// What the leases say to DHCPDISCOVER and DHCPREQUEST.
    fn ask_leases(&self, known: &Known<'_>, changes: &mut Vec<LeaseChange>) -> Result<Ruling, DropReason> {
        let (client, id, now) = (known.client(), known.id, self.clock.now());
        if known.operation == "discover" {
            let wants = known.request.options.requested.address();
            let offer = self.lock().offer(&client, wants, id, now).ok_or(DropReason::NoFreeAddress)?;
            let (address, seconds) = (offer.address, self.pools.lease_seconds(id));
            let kind = Kind::Lease { acknowledged: false, address, seconds };
            return Ok(Ruling { kind, promises: false, unproved: (!offer.bound).then_some(address) });
        }
        if known.is_for_another_server() {
            self.lock().decline_offer(&client, id, now);
            return Err(DropReason::OtherServer);
        }
        match self.lock().request(&client, known.wanted()?, id, now) {
            Verdict::Granted { address, seconds, change } => {
                changes.push(change);
                let kind = Kind::Lease { acknowledged: true, address, seconds };
                Ok(Ruling { kind, promises: true, unproved: None })
            }
            Verdict::Refused => Ok(Ruling { kind: Kind::Refused, promises: false, unproved: None }),
            Verdict::Silent => Err(DropReason::UnknownLease),
        }
    }

    fn reply(&self, registrar: &Registrar, answers: &Answers, known: &Known<'_>, ruling: Ruling) -> Judged {
        let Known { request, arrival, again, .. } = known;
        let Ruling { kind, promises, unproved } = ruling;
        let subnet = self.pools.subnet(known.id);
        let write = |server, answers: &Answers, message: &mut Vec<u8>| {
            self.write(request, kind, Some(subnet), server, answers, message);
        };
        let mut right = Vec::new();
        write(arrival.server, answers, &mut right);
        if let Err(reason) = check_length(&right) {
            return Judged::dropped(reason);
        }
        let fired = match again {
            Some(again) => again.fired.clone(),
            None => registrar.ask_rules(request, arrival, known.operation),
        };
        let fault = fired.as_ref().and_then(|fired| fault::of(&fired.action));
        let replies = fault::replies(arrival.server, answers, right, fault, write);
        let destination = known.destination(kind);
        let outcome = replies.map(|replies| Outcome::Answer { destination, replies, promises, unproved });
        Judged { fired, outcome }
    }

    /// DHCPRELEASE and DHCPDECLINE. A rule that wants silence is a message that was lost on its way here.
    fn take_back(&self, registrar: &Registrar, known: &Known<'_>, changes: &mut Vec<LeaseChange>) -> Judged {
        let Known { request, arrival, operation, .. } = *known;
        if known.is_for_another_server() {
            return Judged::dropped(DropReason::OtherServer);
        }
        let is_release = operation == "release";
        let options = &request.options;
        let named = if is_release { Some(request.message.ciaddr()) } else { options.requested.address() };
        let Some(address) = named.filter(|address| !address.is_unspecified()) else {
            return Judged::dropped(DropReason::NoAddressAsked);
        };
        let (client, now, mut leases) = (known.client(), self.clock.now(), self.lock());
        let theirs = if is_release {
            leases.has(&client, address)
        } else {
            leases.has_or_was_offered(&client, address)
        };
        if !theirs {
            return Judged::dropped(DropReason::UnknownLease);
        }
        let fired = registrar.ask_rules(request, arrival, operation);
        if fired.as_ref().and_then(|fired| fault::of(&fired.action)) == Some(&DhcpFault::Silence) {
            return Judged { fired, outcome: Err(DropReason::Rule) };
        }
        let change = if is_release {
            leases.release(&client, address, now)
        } else {
            leases.decline(&client, address, now)
        };
        changes.extend(change);
        Judged { fired, outcome: Ok(Outcome::Taken { operation, address }) }
    }
}

impl Judged {
    const fn dropped(reason: DropReason) -> Self {
        Self { fired: None, outcome: Err(reason) }
    }
}

impl Known<'_> {
    fn client(&self) -> Client<'_> {
        Client { key: &self.key, mac: request::mac(self.request.header) }
    }

    fn is_for_another_server(&self) -> bool {
        let named = self.request.options.server_id.address();
        named.is_some_and(|server| server != self.arrival.server)
    }

    /// The table of RFC 2131 section 4.3.2. A server identifier beside ciaddr, which no client should send, is passed
    /// over: the client has the address.
    fn wanted(&self) -> Result<Wanted, DropReason> {
        let options = &self.request.options;
        let client = self.request.message.ciaddr();
        match options.requested.address() {
            _ if !client.is_unspecified() => Ok(Wanted::Renewing(client)),
            Some(address) if options.server_id.address().is_some() => Ok(Wanted::Selecting(address)),
            Some(address) => Ok(Wanted::InitReboot(address)),
            None => Err(DropReason::NoAddressAsked),
        }
    }

    /// RFC 2131 section 4.1. A client without an address takes a datagram to its new one only if the frame has its
    /// hardware address, for which an entry in the kernel's ARP table or a raw frame were needed: both outlast or evade
    /// what the network says. "If unicasting is not possible, the message MAY be sent as an IP broadcast".
    ///
    /// From any port but 67 it goes back to where the datagram came from.
    fn destination(&self, kind: Kind) -> SocketAddrV4 {
        let (client, relay) = (self.request.message.ciaddr(), self.request.message.giaddr());
        if self.arrival.port != SERVER_PORT {
            return self.arrival.source;
        }
        if !relay.is_unspecified() {
            return SocketAddrV4::new(relay, SERVER_PORT);
        }
        // A client that is granted what it has uses it; of any other the address is only what it says.
        match kind {
            Kind::Lease { acknowledged: true, address, .. } if address == client => {
                SocketAddrV4::new(client, CLIENT_PORT)
            }
            _ => SocketAddrV4::new(Ipv4Addr::BROADCAST, CLIENT_PORT),
        }
    }
}

/// What of chaddr lies behind its length means nothing, and makes nobody another client.
fn hardware(request: &Request<'_>) -> Hardware {
    let mut hardware: Hardware = [0; 18];
    hardware[..2].copy_from_slice(&request.header[1..3]);
    let chaddr = request.header[28..44].iter().take(usize::from(request.header[2]));
    hardware[2..].iter_mut().zip(chaddr).for_each(|(to, from)| *to = *from);
    hardware
}

/// Option 61 whole, else type and hardware address (RFC 2131 section 4.2). `None` where a client has no name.
fn client_key(request: &Request<'_>) -> Option<ClientKey> {
    if let Some(id) = request.options.client_id.get().filter(|id| !id.is_empty()) {
        return ClientKey::new(id);
    }
    let length = usize::from(request.header[2]);
    let hardware = request.header.get(28..)?.get(..length).filter(|hardware| !hardware.is_empty())?;
    ClientKey::new([&[request.header[1]], hardware].concat())
}
