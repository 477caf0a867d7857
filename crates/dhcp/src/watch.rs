//! The way of a datagram where rules, the journal or the switch have a say in it.

use crate::{
    Answers, Arrival, DropReason, Registrar, ack,
    decide::answer,
    fault,
    heard::Heard,
    lease_server::{Check, Question, Unproved},
    request::{self, Request},
};
use lync_model::{
    journal::RuleFired,
    rules::{Fired, Occasion, Place},
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddrV4},
    time::Duration,
};

/// An answer that is ready to be sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    /// Who is answered.
    pub(crate) destination: SocketAddrV4,
    /// The address from which it leaves.
    pub(crate) server: Ipv4Addr,
    /// The datagrams in their order.
    pub(crate) replies: Vec<Vec<u8>>,
    /// How long they are held back.
    pub(crate) delay: Option<Duration>,
    pub(crate) remark: Remark,
    /// What it offers, where that is to be asked for first.
    pub(crate) unproved: Option<Box<Unproved>>,
}

/// What the log and the journal are to know beside the answer.
#[derive(Debug)]
pub(crate) struct Remark {
    /// Who asked.
    pub(crate) source: SocketAddrV4,
    /// Length of the datagram.
    pub(crate) bytes: usize,
    /// The datagram, if there is a journal.
    pub(crate) heard: Option<Heard>,
    pub(crate) rule: Option<RuleFired>,
}

/// What is to be done about a datagram, and the rule that had a say.
struct Judgement {
    fired: Option<Fired>,
    replies: Result<(SocketAddrV4, Vec<Vec<u8>>), DropReason>,
}

impl Registrar {
    /// Decides about a datagram as [`decide`](crate::decide) does, then asks the rules. `None` where there is nothing
    /// to send; that is counted, logged and noted.
    pub(crate) fn consider(&self, datagram: &[u8], arrival: &Arrival, answers: &Answers) -> Option<Outgoing> {
        let heard = self.hear(datagram, arrival);
        let Judgement { fired, replies } = self.judge(datagram, arrival, answers);
        let delay = fired.as_ref().and_then(|fired| fired.delay);
        let rule =
            fired.map(|fired| RuleFired { id: fired.id.0, name: fired.rule, scenario: fired.scenario });
        let remark = Remark { source: arrival.source, bytes: datagram.len(), heard, rule };
        match replies {
            Ok((destination, replies)) => {
                let server = arrival.server;
                Some(Outgoing { destination, server, replies, delay, remark, unproved: None })
            }
            Err(reason) => {
                self.refuse(&remark, reason);
                None
            }
        }
    }

    /// A datagram that has to wait for an answer.
    pub(crate) fn question(&self, datagram: &[u8], arrival: Arrival, check: Check) -> Question {
        Question { datagram: datagram.to_vec(), arrival, heard: self.hear(datagram, &arrival), check }
    }

    /// Counts, logs and notes that an address answers which no client has.
    pub(crate) fn found_in_use(&self, heard: Option<&Heard>, address: Ipv4Addr) {
        self.tally().in_use();
        tracing::warn!(%address, "DHCP address answers a ping: somebody uses it without a lease");
        self.note_in_use(heard, address);
    }

    /// Counts, logs and notes that a client gave an address back.
    pub(crate) fn taken(&self, remark: &Remark, operation: &'static str, address: Ipv4Addr) {
        self.tally().taken();
        tracing::debug!(source = %remark.source, operation, %address, "DHCP address given back");
        self.note_taken(remark, operation, address);
    }

    /// Counts, logs and notes that a datagram gets no answer.
    pub(crate) fn refuse(&self, remark: &Remark, reason: DropReason) {
        self.dropped(remark.source, remark.bytes, reason);
        self.note_dropped(remark, reason);
    }

    fn judge(&self, datagram: &[u8], arrival: &Arrival, answers: &Answers) -> Judgement {
        let right = Request::read(datagram).and_then(|request| {
            let mut right = Vec::new();
            let destination = match self.leases() {
                None => answer(&request, arrival, answers, &mut right),
                Some(server) => server.inform(&request, arrival, answers, &mut right),
            }?;
            if self.is_answering() { Ok((request, destination, right)) } else { Err(DropReason::Disabled) }
        });
        match right {
            Err(reason) => Judgement { fired: None, replies: Err(reason) },
            Ok((request, destination, right)) => {
                let fired = self.ask_rules(&request, arrival, "inform");
                let fault = fired.as_ref().and_then(|fired| fault::of(&fired.action));
                let write = |server, answers: &Answers, reply: &mut Vec<u8>| match self.leases() {
                    None => ack::write(&request, server, answers, reply),
                    Some(leases) => leases.write_inform(&request, arrival, server, answers, reply),
                };
                let replies = fault::replies(arrival.server, answers, right, fault, write);
                Judgement { replies: replies.map(|replies| (destination, replies)), fired }
            }
        }
    }

    /// Asked about requests alone that would be answered, so that no rule is used up by others.
    pub(crate) fn ask_rules(
        &self,
        request: &Request<'_>,
        arrival: &Arrival,
        operation: &'static str,
    ) -> Option<Fired> {
        let class = request.options.class.get().map(request::class_text);
        let occasion = Occasion {
            source: Some(IpAddr::V4(*arrival.source.ip())),
            mac: request::mac(request.header),
            vendor_class: class.as_deref(),
            ..Occasion::at(Place::Dhcp, operation)
        };
        self.rules()?.decide(&occasion)
    }
}
