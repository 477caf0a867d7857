//! A DHCP server for every client of the network: leases, and options for whoever asks.
//!
//! What is read at once is decided in the order in which it came, kept in one go, and answered then. So an address is
//! a client's only once that outlives this process, and a disk that is slow costs a wait for each batch and not for
//! each client.

mod judge;
mod unproved;

pub(crate) use judge::{is_lease_message, lease_operation};

pub(crate) use unproved::{Again, Check, Unproved};

use crate::{
    Arrival, DropReason, Enterprise, Registrar,
    answers::Answers,
    decide::{self, check_length},
    enterprise::{self, Kind, Reply},
    heard::Heard,
    lease::{Leases, Pools, Subnet, SubnetId},
    limiter::Limiter,
    request::Request,
    watch::{Outgoing, Remark},
};
use judge::Judged;
use lync_model::{
    Clock,
    lease::{Lease, LeaseChange, LeaseLog, LeaseLogError},
};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddrV4},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// The most questions that are decided and kept together.
pub(crate) const MAX_BATCH: usize = 64;

/// What a [`Registrar`] in mode [`Enterprise`](crate::Mode::Enterprise) gives its clients.
pub struct LeaseServer {
    enterprise: Enterprise,
    pools: Pools,
    leases: Mutex<Leases>,
    log: Option<Arc<dyn LeaseLog>>,
    clock: Clock,
    limiter: Mutex<Limiter>,
    /// Held from a decision until it is kept, so that what is decided last is written last.
    order: tokio::sync::Mutex<()>,
}

/// What becomes of a message about leases; see [`LeaseServer::decide`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseDecision {
    /// The datagrams that answer it, in their order, and where each goes. DHCPRELEASE and DHCPDECLINE have none.
    pub answer: Result<Vec<(SocketAddrV4, Vec<u8>)>, DropReason>,
    /// What has to be kept first; also where a rule holds the answer back.
    pub changes: Vec<LeaseChange>,
}

/// A datagram that waits to be decided about.
pub(crate) struct Question {
    pub(crate) datagram: Vec<u8>,
    pub(crate) arrival: Arrival,
    /// The datagram for the journal, if there is one.
    pub(crate) heard: Option<Heard>,
    pub(crate) check: Check,
}

impl From<Question> for Remark {
    /// A question that gets no answer this time.
    fn from(question: Question) -> Self {
        let Question { datagram, arrival, heard, check } = question;
        let rule = check.again().and_then(|again| again.fired.as_ref()).map(Into::into);
        Self { source: arrival.source, bytes: datagram.len(), heard, rule }
    }
}

/// What a batch comes to before it is kept.
enum Decided {
    Answer {
        outgoing: Outgoing,
        /// Whether it promises something that has to be kept first.
        promises: bool,
    },
    /// The client gave something back and waits for no answer.
    Taken { remark: Remark, operation: &'static str, address: Ipv4Addr },
}

impl LeaseServer {
    /// A server that goes on with the leases in `log`. Without one, leases last as long as the process.
    pub async fn open(
        enterprise: Enterprise,
        pools: Pools,
        log: Option<Arc<dyn LeaseLog>>,
        clock: Clock,
    ) -> Result<Self, LeaseLogError> {
        let kept = match &log {
            Some(log) => log.load().await?,
            None => Vec::new(),
        };
        Ok(Self { log, ..Self::new(enterprise, pools, kept, clock) })
    }

    /// A server that goes on with the leases that were `kept`, and keeps none.
    pub fn new(enterprise: Enterprise, pools: Pools, kept: Vec<Lease>, clock: Clock) -> Self {
        Self {
            leases: Mutex::new(Leases::new(&pools, kept)),
            enterprise,
            pools,
            log: None,
            clock,
            limiter: Mutex::new(Limiter::new(Instant::now())),
            order: tokio::sync::Mutex::new(()),
        }
    }

    /// The subnets that are served.
    pub const fn pools(&self) -> &Pools {
        &self.pools
    }

    /// Every lease that has not ended, and every address that a client declined; by address.
    pub fn leases(&self) -> Vec<Lease> {
        let mut leases = self.lock().list(self.clock.now());
        leases.sort_unstable_by_key(|lease| lease.address);
        leases
    }

    /// Ends a lease, or the time for which nobody gets a declined address. The client is not told: it goes on until it
    /// renews. False where there was neither. What cannot be kept is not done.
    pub async fn remove(&self, address: Ipv4Addr) -> Result<bool, LeaseLogError> {
        let _order = self.order.lock().await;
        let now = self.clock.now();
        let Some(change) = self.lock().removal(address, now) else { return Ok(false) };
        self.keep(vec![change]).await?;
        self.lock().remove(address, now);
        Ok(true)
    }

    /// Decides about one message about leases as [`serve`](crate::serve) does, but for sockets, journal and log: to keep
    /// the changes before the answer is sent is the caller's part, and nobody is pinged. Asks the rules of `registrar`, and is as silent as it.
    pub fn decide(&self, registrar: &Registrar, datagram: &[u8], arrival: &Arrival) -> LeaseDecision {
        let mut changes = Vec::new();
        let judged = self.judge(registrar, &registrar.answers(), datagram, arrival, None, &mut changes);
        let answer = judged.outcome.map(|outcome| match outcome {
            judge::Outcome::Answer { destination, replies, .. } => {
                replies.into_iter().map(|reply| (destination, reply)).collect()
            }
            judge::Outcome::Taken { .. } => Vec::new(),
        });
        LeaseDecision { answer, changes }
    }

    /// Answers a DHCPINFORM of any class.
    pub(crate) fn inform(
        &self,
        request: &Request<'_>,
        arrival: &Arrival,
        answers: &Answers,
        message: &mut Vec<u8>,
    ) -> Result<SocketAddrV4, DropReason> {
        if !request.options.is_inform() {
            return Err(DropReason::NotInform);
        }
        let destination = decide::destination(request, arrival, answers.settings.relayed)?;
        if arrival.server.is_unspecified() {
            return Err(DropReason::NoLocalAddress);
        }
        self.write_inform(request, arrival, arrival.server, answers, message);
        check_length(message)?;
        Ok(destination)
    }

    pub(crate) fn write_inform(
        &self,
        request: &Request<'_>,
        arrival: &Arrival,
        server: Ipv4Addr,
        answers: &Answers,
        message: &mut Vec<u8>,
    ) {
        let subnet = self.subnet_of(request, arrival).map(|id| self.pools.subnet(id));
        self.write(request, Kind::Inform, subnet, server, answers, message);
    }

    /// Decides about questions, keeps what that changes, and says what is to be sent then.
    pub(crate) async fn answer(&self, registrar: &Registrar, questions: Vec<Question>) -> Vec<Outgoing> {
        let _order = self.order.lock().await;
        let answers = registrar.answers();
        let mut changes = Vec::new();
        let decided: Vec<_> = questions
            .into_iter()
            .filter_map(|question| self.consider(registrar, &answers, question, &mut changes))
            .collect();
        let kept = if changes.is_empty() { Ok(()) } else { self.keep(changes).await };
        if let Err(error) = &kept {
            tracing::warn!(%error, "leases not kept");
        }
        decided.into_iter().filter_map(|each| each.finish(registrar, kept.is_ok())).collect()
    }

    fn consider(
        &self,
        registrar: &Registrar,
        answers: &Answers,
        question: Question,
        changes: &mut Vec<LeaseChange>,
    ) -> Option<Decided> {
        let question = self.put_aside(registrar, question, changes)?;
        let Question { datagram, arrival, heard, check } = question;
        let Judged { fired, outcome } =
            self.judge(registrar, answers, &datagram, &arrival, check.again(), changes);
        let delay = fired.as_ref().and_then(|fired| fired.delay);
        let rule = fired.as_ref().map(Into::into);
        let remark = Remark { source: arrival.source, bytes: datagram.len(), heard, rule };
        match outcome {
            Err(reason) => {
                registrar.refuse(&remark, reason);
                None
            }
            Ok(judge::Outcome::Answer { destination, replies, promises, unproved }) => {
                let server = arrival.server;
                let unproved =
                    unproved.and_then(|address| check.of(address, datagram, arrival, fired)).map(Box::new);
                let outgoing = Outgoing { destination, server, replies, delay, remark, unproved };
                Some(Decided::Answer { outgoing, promises })
            }
            Ok(judge::Outcome::Taken { operation, address }) => {
                Some(Decided::Taken { remark, operation, address })
            }
        }
    }

    async fn keep(&self, changes: Vec<LeaseChange>) -> Result<(), LeaseLogError> {
        match &self.log {
            Some(log) => log.write(changes).await,
            None => Ok(()),
        }
    }

    /// Where the client is: at its relay; where its address is, if it sent to this server alone, which can be from
    /// behind routers (RENEWING, DHCPRELEASE); else on this server's own network.
    fn subnet_of(&self, request: &Request<'_>, arrival: &Arrival) -> Option<SubnetId> {
        let (client, relay) = (request.message.ciaddr(), request.message.giaddr());
        if !relay.is_unspecified() {
            return self.pools.find(relay);
        }
        let own = self.pools.find(client);
        let here = self.pools.find(arrival.server);
        if arrival.broadcast { here.or(own) } else { own.or(here) }
    }

    fn write(
        &self,
        request: &Request<'_>,
        kind: Kind,
        subnet: Option<&Subnet>,
        server: Ipv4Addr,
        answers: &Answers,
        message: &mut Vec<u8>,
    ) {
        enterprise::write(request, &Reply { kind, server, subnet }, &self.enterprise, answers, message);
    }

    fn lock(&self) -> MutexGuard<'_, Leases> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Decided {
    /// What is left to be sent. Without it being kept, nothing is promised.
    fn finish(self, registrar: &Registrar, kept: bool) -> Option<Outgoing> {
        match self {
            Self::Answer { outgoing, promises } if kept || !promises => Some(outgoing),
            Self::Answer { outgoing: Outgoing { remark, .. }, .. } => {
                registrar.refuse(&remark, DropReason::NotKept);
                None
            }
            Self::Taken { remark, operation, address } if kept => {
                registrar.taken(&remark, operation, address);
                None
            }
            Self::Taken { remark, .. } => {
                registrar.refuse(&remark, DropReason::NotKept);
                None
            }
        }
    }
}

impl fmt::Debug for LeaseServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaseServer")
            .field("enterprise", &self.enterprise)
            .field("pools", &self.pools)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
