//! Offers of addresses that somebody may use without a lease, and what becomes of a question when somebody does.

use super::{LeaseServer, Question};
use crate::{Arrival, DropReason, Registrar, watch::Outgoing};
use lync_model::{lease::LeaseChange, rules::Fired};
use std::net::Ipv4Addr;

/// The most addresses that are tried for one question. An address in use answers within milliseconds on a network that
/// phones are on, so that as many of them cost less than the one silence at the end. The client that got nothing asks
/// again, and the next ones are tried.
const MAX_TRIES: u8 = 8;

/// Whether what a question is offered is asked for first.
#[derive(Debug)]
pub(crate) enum Check {
    /// It is not.
    Never,
    /// It is.
    First,
    /// It is, and what was tried before is somebody's.
    Again(Box<Again>),
}

/// What is known from the former try.
#[derive(Debug)]
pub(crate) struct Again {
    /// The address that answered.
    pub(crate) in_use: Ipv4Addr,
    /// How many did so far.
    pub(crate) tries: u8,
    /// The rule that acts, so that no other one is used up by the same message.
    pub(crate) fired: Option<Fired>,
}

/// What is to be known of an offer before it is sent, and how its question is asked again.
#[derive(Debug)]
pub(crate) struct Unproved {
    /// What is offered.
    pub(crate) address: Ipv4Addr,
    datagram: Vec<u8>,
    arrival: Arrival,
    tries: u8,
    fired: Option<Fired>,
}

impl Check {
    pub(crate) fn again(&self) -> Option<&Again> {
        match self {
            Self::Again(again) => Some(again),
            Self::Never | Self::First => None,
        }
    }

    /// The offer of `address` to a question with this check.
    pub(super) fn of(
        &self,
        address: Ipv4Addr,
        datagram: Vec<u8>,
        arrival: Arrival,
        fired: Option<Fired>,
    ) -> Option<Unproved> {
        let tries = match self {
            Self::Never => return None,
            Self::First => 0,
            Self::Again(again) => again.tries,
        };
        Some(Unproved { address, datagram, arrival, tries, fired })
    }
}

impl Outgoing {
    /// The question of an offer whose address is somebody's, to be asked again. `None` for what offers nothing.
    pub(crate) fn asked_again(self) -> Option<Question> {
        let Unproved { address, datagram, arrival, tries, fired } = *self.unproved?;
        let again = Again { in_use: address, tries: tries + 1, fired };
        Some(Question { datagram, arrival, heard: self.remark.heard, check: Check::Again(Box::new(again)) })
    }
}

impl LeaseServer {
    /// Puts aside what was found in use for the question. `None` where it has been asked often enough.
    pub(super) fn put_aside(
        &self,
        registrar: &Registrar,
        question: Question,
        changes: &mut Vec<LeaseChange>,
    ) -> Option<Question> {
        let Some(again) = question.check.again() else { return Some(question) };
        let change = self.lock().put_aside(again.in_use, self.clock.now());
        if change.is_some() {
            registrar.found_in_use(question.heard.as_ref(), again.in_use);
            changes.extend(change);
        }
        if again.tries < MAX_TRIES {
            return Some(question);
        }
        registrar.refuse(&question.into(), DropReason::AddressInUse);
        None
    }
}
