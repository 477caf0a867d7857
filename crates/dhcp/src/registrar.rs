//! What all sockets share: the prepared answers, the counters, the rules and the journal.

use crate::{
    Answers, Arrival, Counters, DropReason, LeaseServer, RegistrarOptions, RegistrarSettings,
    counters::Tally,
    decide,
    heard::Heard,
    request::Request,
    watch::{Outgoing, Remark},
};
use lync_model::{Clock, journal::Journal, rules::RuleBook};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddrV4},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU8, Ordering::Relaxed},
    },
};

/// Whom a [`Registrar`] answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// The phones' DHCPINFORM alone, as the component of a Lync Server.
    #[default]
    Registrar,
    /// Every client, with leases and options: the DHCP server of the network, as DHCPUtil.exe configures one. Without
    /// [leases](Registrar::with_leases) it is the same as [`Registrar`](Self::Registrar).
    Enterprise,
    /// Nobody.
    Off,
}

/// The Registrar as its DHCP component sees it: what it answers, and how often it did.
pub struct Registrar {
    settings: RegistrarSettings,
    answers: RwLock<Arc<Answers>>,
    tally: Tally,
    enabled: AtomicBool,
    mode: AtomicU8,
    leases: Option<Arc<LeaseServer>>,
    rules: Option<Arc<RuleBook>>,
    journal: Option<(Arc<dyn Journal>, Clock)>,
}

impl Registrar {
    /// A Registrar that answers with `options`: switched on, without rules and without a journal.
    pub fn new(options: &RegistrarOptions, settings: RegistrarSettings) -> Self {
        Self {
            settings,
            answers: RwLock::new(Arc::new(Answers::new(options, settings))),
            tally: Tally::default(),
            enabled: AtomicBool::new(true),
            mode: AtomicU8::new(Mode::default().number()),
            leases: None,
            rules: None,
            journal: None,
        }
    }

    /// Asks `rules` about every message that it would answer, and about what clients give back, at the place `dhcp`.
    #[must_use]
    pub fn with_rules(self, rules: Arc<RuleBook>) -> Self {
        Self { rules: Some(rules), ..self }
    }

    /// Gives leases in mode [`Mode::Enterprise`].
    #[must_use]
    pub fn with_leases(self, leases: Arc<LeaseServer>) -> Self {
        Self { leases: Some(leases), ..self }
    }

    /// Notes in `journal` what it answers, and what it drops of the phones' class; at `clock`'s time.
    ///
    /// An answer is noted before it is sent, so that whoever has it finds the entry. Other DHCP traffic is counted
    /// only.
    #[must_use]
    pub fn with_journal(self, journal: Arc<dyn Journal>, clock: Clock) -> Self {
        Self { journal: Some((journal, clock)), ..self }
    }

    /// Answers with other options from now on. Datagrams that are being answered keep the former ones.
    pub fn replace_options(&self, options: &RegistrarOptions) {
        let answers = Arc::new(Answers::new(options, self.settings));
        *self.answers.write().unwrap_or_else(PoisonError::into_inner) = answers;
    }

    /// Answers others from now on.
    pub fn set_mode(&self, mode: Mode) {
        self.mode.store(mode.number(), Relaxed);
    }

    /// Whom it answers, while it is [enabled](Self::is_enabled).
    pub fn mode(&self) -> Mode {
        match self.mode.load(Relaxed) {
            0 => Mode::Registrar,
            1 => Mode::Enterprise,
            _ => Mode::Off,
        }
    }

    /// Switches the DHCP component on or off (Set-CsRegistrarConfiguration -EnableDHCPServer). Off, it is silent in
    /// every mode.
    pub fn set_enabled(&self, enabled: bool) {
        self.enabled.store(enabled, Relaxed);
    }

    /// Whether the DHCP component is switched on.
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Relaxed)
    }

    /// Whether it answers anybody.
    pub(crate) fn is_answering(&self) -> bool {
        self.is_enabled() && self.mode() != Mode::Off
    }

    /// The leases, in the mode that gives them.
    pub fn leases(&self) -> Option<&LeaseServer> {
        self.leases.as_deref().filter(|_| self.mode() == Mode::Enterprise)
    }

    pub(crate) const fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The counters of all sockets together, as they are now.
    pub fn counters(&self) -> Counters {
        self.tally.read()
    }

    /// The answers as they are now.
    pub(crate) fn answers(&self) -> Arc<Answers> {
        Arc::clone(&self.answers.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn rules(&self) -> Option<&RuleBook> {
        self.rules.as_deref()
    }

    /// Whether there is nothing to do about a DHCPINFORM but to decide.
    pub(crate) fn is_plain(&self) -> bool {
        self.journal.is_none()
            && self.is_answering()
            && self.rules.as_ref().is_none_or(|rules| rules.is_empty())
    }

    /// [`decide`], or what the DHCP server of the network answers, with a drop logged and counted. An answer is counted when it has been sent.
    pub(crate) fn decide(
        &self,
        datagram: &[u8],
        arrival: &Arrival,
        answers: &Answers,
        reply: &mut Vec<u8>,
    ) -> Result<SocketAddrV4, DropReason> {
        let decided = match self.leases() {
            None => decide(datagram, arrival, answers, reply),
            Some(leases) => {
                Request::read(datagram).and_then(|request| leases.inform(&request, arrival, answers, reply))
            }
        };
        decided.inspect_err(|reason| self.dropped(arrival.source, datagram.len(), *reason))
    }

    /// Counts and logs a drop.
    pub(crate) fn dropped(&self, source: SocketAddrV4, bytes: usize, reason: DropReason) {
        self.tally.dropped(reason);
        tracing::debug!(%source, bytes, %reason, "DHCP datagram dropped");
    }

    /// Counts and logs what became of an answer.
    pub(crate) fn sent(&self, destination: SocketAddrV4, server: Ipv4Addr, result: nix::Result<()>) {
        match result {
            Ok(()) => {
                self.tally.answered();
                tracing::debug!(%destination, %server, "DHCP datagram answered");
            }
            Err(error) => {
                self.tally.send_failed();
                tracing::debug!(%destination, %server, %error, "DHCP answer not sent");
            }
        }
    }

    /// Keeps a datagram for the journal, if there is one.
    pub(crate) fn hear(&self, datagram: &[u8], arrival: &Arrival) -> Option<Heard> {
        self.journal.as_ref().map(|(_, clock)| Heard::new(datagram, *arrival, clock))
    }

    /// Notes an answer that is about to be sent.
    pub(crate) fn note_answered(&self, outgoing: &Outgoing) {
        let remark = &outgoing.remark;
        if let (Some((journal, _)), Some(heard)) = (&self.journal, &remark.heard) {
            journal.record(heard.answered(&outgoing.replies, remark.rule.as_ref()));
        }
    }

    /// Notes that a client gave an address back.
    pub(crate) fn note_taken(&self, remark: &Remark, operation: &'static str, address: Ipv4Addr) {
        if let (Some((journal, _)), Some(heard)) = (&self.journal, &remark.heard) {
            journal.record(heard.taken(operation, address, remark.rule.as_ref()));
        }
    }

    /// Notes that an address is in use that would have been offered.
    pub(crate) fn note_in_use(&self, heard: Option<&Heard>, address: Ipv4Addr) {
        if let (Some((journal, _)), Some(heard)) = (&self.journal, heard) {
            journal.record(heard.in_use(address));
        }
    }

    /// Notes that an answer did not leave this host.
    pub(crate) fn note_not_sent(&self, remark: &Remark, error: nix::errno::Errno) {
        if let (Some((journal, _)), Some(heard)) = (&self.journal, &remark.heard) {
            journal.record(heard.not_sent(&error, remark.rule.as_ref()));
        }
    }

    /// Notes that a datagram of a phone gets no answer. The rest of a network's DHCP traffic is nothing for the journal.
    pub(crate) fn note_dropped(&self, remark: &Remark, reason: DropReason) {
        if let (Some((journal, _)), Some(heard)) = (&self.journal, &remark.heard)
            && heard.is_of_a_phone(self.leases().is_some())
        {
            journal.record(heard.dropped(reason, remark.rule.as_ref()));
        }
    }
}

impl Mode {
    /// For an atomic number.
    const fn number(self) -> u8 {
        match self {
            Self::Registrar => 0,
            Self::Enterprise => 1,
            Self::Off => 2,
        }
    }
}

impl fmt::Debug for Registrar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registrar")
            .field("settings", &self.settings)
            .field("answers", &self.answers())
            .field("enabled", &self.is_enabled())
            .field("mode", &self.mode())
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, ARRIVAL};
    use lync_model::journal::NoJournal;
    use nix::errno::Errno;

    #[test]
    fn a_datagram_takes_the_short_way_where_nothing_but_the_options_decides() {
        let registrar = || Registrar::new(&sample::options("a.test"), RegistrarSettings::default());
        let clock = Clock::system();
        assert!(registrar().is_plain());
        assert!(registrar().with_rules(Arc::new(RuleBook::new(clock.clone()))).is_plain());
        assert!(!registrar().with_journal(Arc::new(NoJournal), clock).is_plain());
        let switched_off = registrar();
        switched_off.set_enabled(false);
        assert!(!switched_off.is_plain());
        let off = registrar();
        off.set_mode(Mode::Off);
        assert!(!off.is_plain());
    }

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
