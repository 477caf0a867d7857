//! What all sockets share: the prepared answers and the counters.

use crate::{
    Answers, Arrival, Counters, DropReason, RegistrarOptions, RegistrarSettings, counters::Tally, decide,
};
use std::{
    net::{Ipv4Addr, SocketAddrV4},
    sync::{Arc, PoisonError, RwLock},
};

/// The Registrar as its DHCP component sees it: what it answers, and how often it did.
#[derive(Debug)]
pub struct Registrar {
    settings: RegistrarSettings,
    answers: RwLock<Arc<Answers>>,
    tally: Tally,
}

impl Registrar {
    /// A Registrar that answers with `options`.
    pub fn new(options: &RegistrarOptions, settings: RegistrarSettings) -> Self {
        let answers = RwLock::new(Arc::new(Answers::new(options, settings)));
        Self { settings, answers, tally: Tally::default() }
    }

    /// Answers with other options from now on. Datagrams that are being answered keep the former ones.
    pub fn replace_options(&self, options: &RegistrarOptions) {
        let answers = Arc::new(Answers::new(options, self.settings));
        *self.answers.write().unwrap_or_else(PoisonError::into_inner) = answers;
    }

    /// The counters of all sockets together, as they are now.
    pub fn counters(&self) -> Counters {
        self.tally.read()
    }

    /// The answers as they are now.
    pub(crate) fn answers(&self) -> Arc<Answers> {
        Arc::clone(&self.answers.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// [`decide`], with a drop logged and counted. An answer is counted when it has been sent.
    pub(crate) fn decide(
        &self,
        datagram: &[u8],
        arrival: &Arrival,
        answers: &Answers,
        reply: &mut Vec<u8>,
    ) -> Result<SocketAddrV4, DropReason> {
        decide(datagram, arrival, answers, reply).inspect_err(|reason| {
            self.tally.dropped(*reason);
            tracing::debug!(source = %arrival.source, bytes = datagram.len(), %reason, "DHCP datagram dropped");
        })
    }

    /// Counts and logs what became of an answer.
    pub(crate) fn sent(&self, destination: SocketAddrV4, server: Ipv4Addr, result: nix::Result<()>) {
        match result {
            Ok(()) => {
                self.tally.answered();
                tracing::debug!(%destination, %server, "DHCPINFORM answered");
            }
            Err(error) => {
                self.tally.send_failed();
                tracing::debug!(%destination, %server, %error, "DHCPACK not sent");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, ARRIVAL};
    use nix::errno::Errno;

    #[test]
    fn an_answer_counts_when_it_has_been_sent_and_a_drop_at_once() {
        let registrar = Registrar::new(&sample::options("a.test"), RegistrarSettings::default());
        let (answers, mut reply) = (registrar.answers(), Vec::new());
        let mut decide = |datagram: &[u8]| registrar.decide(datagram, &ARRIVAL, &answers, &mut reply);
        let destination = decide(&sample::inform()).unwrap();
        assert_eq!(decide(b""), Err(DropReason::TooShort));
        assert_eq!(registrar.counters().received(), 1);
        registrar.sent(destination, ARRIVAL.server, Ok(()));
        registrar.sent(destination, ARRIVAL.server, Err(Errno::ENETUNREACH));
        let counters = registrar.counters();
        assert_eq!((counters.answered(), counters.send_failed()), (1, 1));
        assert_eq!((counters.dropped(DropReason::TooShort), counters.received()), (1, 3));
    }
}
