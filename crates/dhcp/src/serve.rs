//! The loop that answers what the sockets receive.

use crate::{
    DhcpSocket, DropReason, Registrar,
    checks::Next,
    datagram::{self, Inbox},
    lease_server::{Check, MAX_BATCH, Question, is_lease_message},
    ping_check::{self, PingCheck},
    waiting::Waiting,
    watch::Outgoing,
};
use nix::errno::Errno;
use std::{
    collections::VecDeque,
    future::{Future, pending},
    io,
    os::fd::AsFd,
    pin::Pin,
    sync::Arc,
};
use tokio::{
    io::Interest,
    net::UdpSocket,
    task::JoinSet,
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

/// Datagrams that are answered before other tasks get their turn.
const BATCH: usize = 32;

/// The most questions about leases that wait on one socket for those before them to be kept: megabytes and no more.
const MAX_QUESTIONS: usize = 1024;

/// As many receive calls may fail one after the other before a socket is given up. A network that goes down costs
/// one; more of them mean that the socket itself is broken.
const MAX_FAILURES: u32 = 100;

/// Answers on all sockets until `shutdown` is cancelled, or until one of the sockets breaks.
///
/// A datagram that cannot be read or an answer that cannot be sent ends nothing; see [`Registrar::counters`].
/// Answers that a rule holds back at the end are never sent, nor offers whose address is being pinged, nor are leases
/// promised that are being kept then.
/// The sockets are closed at the end, and when the future is dropped.
pub async fn serve(
    sockets: Vec<DhcpSocket>,
    registrar: Arc<Registrar>,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let mut tasks = JoinSet::new();
    for socket in sockets {
        let (registrar, shutdown) = (Arc::clone(&registrar), shutdown.clone());
        tasks.spawn(async move {
            shutdown.run_until_cancelled(answer(socket, &registrar)).await.unwrap_or(Ok(()))
        });
    }
    while let Some(ended) = tasks.join_next().await {
        ended.map_err(io::Error::other)??;
    }
    shutdown.cancelled().await; // Without a socket there is nothing to wait for but this.
    Ok(())
}

/// What one socket's loop uses again for every datagram, and what it keeps for later.
struct Desk {
    inbox: Inbox,
    reply: Vec<u8>,
    waiting: Waiting<Outgoing>,
    questions: VecDeque<Question>,
    /// Where addresses are asked for before they are offered.
    check: Option<Box<PingCheck>>,
}

impl Desk {
    /// When something has to be done though nothing is heard.
    fn next_due(&self) -> Option<Instant> {
        let check = self.check.as_ref().and_then(|check| check.next_due());
        self.waiting.next_due().into_iter().chain(check).min()
    }
}

/// A batch of questions about leases on its way to being kept.
type Batch<'a> = Pin<Box<dyn Future<Output = Vec<Outgoing>> + Send + 'a>>;

/// Answers on one socket until it breaks.
async fn answer(socket: DhcpSocket, registrar: &Registrar) -> io::Result<()> {
    let (socket, local, echo) = socket.into_parts();
    let socket = UdpSocket::from_std(socket.into())?;
    let mut desk = Desk {
        inbox: Inbox::new(),
        reply: Vec::new(),
        waiting: Waiting::new(),
        questions: VecDeque::new(),
        check: echo.map(PingCheck::new).transpose()?.map(Box::new),
    };
    let mut batch = None;
    let mut failures = 0;
    loop {
        if batch.is_none() {
            batch = next_batch(registrar, &mut desk.questions);
        }
        tokio::select! {
            // What is kept is answered before more is asked.
            biased;
            kept = finished(&mut batch) => {
                batch = None;
                for outgoing in kept {
                    check_or_send(&socket, registrar, &mut desk, outgoing);
                }
            }
            heard = ping_check::heard(desk.check.as_deref()) => heard?,
            readable = readable(&socket, desk.next_due()) => readable?,
        }
        settle_checks(&socket, registrar, &mut desk)?;
        let drained = socket.try_io(Interest::READABLE, || {
            drain(&socket, local.port(), registrar, &mut desk).map_err(io::Error::from)
        });
        match drained {
            Ok(()) => failures = 0,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => failures = 0,
            Err(error) => {
                failures += 1;
                tracing::debug!(%local, %error, failures, "DHCP datagram not received");
                if failures == MAX_FAILURES {
                    return Err(error);
                }
            }
        }
        if desk.waiting.next_due().is_some() {
            send_due(&socket, registrar, &mut desk.waiting);
        }
        // A flood must not keep other tasks, or the end, waiting.
        tokio::task::coop::consume_budget().await;
    }
}

/// Takes the questions that came first. Those that a change of mode leaves behind are dropped.
fn next_batch<'a>(registrar: &'a Registrar, questions: &mut VecDeque<Question>) -> Option<Batch<'a>> {
    if questions.is_empty() {
        return None;
    }
    let taken: Vec<_> = questions.drain(..questions.len().min(MAX_BATCH)).collect();
    match registrar.leases() {
        Some(leases) => Some(Box::pin(leases.answer(registrar, taken))),
        None => {
            taken.into_iter().for_each(|question| registrar.refuse(&question.into(), DropReason::NotInform));
            None
        }
    }
}

/// The batch's answers, once it is kept; never, if there is none.
async fn finished(batch: &mut Option<Batch<'_>>) -> Vec<Outgoing> {
    match batch {
        Some(batch) => batch.await,
        None => pending().await,
    }
}

/// Waits for a datagram, or for the moment at which an answer is due.
async fn readable(socket: &UdpSocket, due: Option<Instant>) -> io::Result<()> {
    match due {
        None => socket.readable().await,
        Some(due) => timeout_at(due, socket.readable()).await.unwrap_or(Ok(())),
    }
}

/// Answers up to [`BATCH`] datagrams, or until there are none (EAGAIN).
fn drain(socket: &UdpSocket, port: u16, registrar: &Registrar, desk: &mut Desk) -> nix::Result<()> {
    let Desk { inbox, reply, waiting, questions, check } = desk;
    let answers = registrar.answers();
    for _ in 0..BATCH {
        let (datagram, arrival) = match inbox.receive(socket.as_fd(), port) {
            Err(Errno::EINTR) => continue,
            received => received?,
        };
        if registrar.leases().is_some() && is_lease_message(datagram) {
            let check = if check.is_some() { Check::First } else { Check::Never };
            push_or_refuse(registrar, questions, registrar.question(datagram, arrival, check));
        } else if !registrar.is_plain() {
            if let Some(outgoing) = registrar.consider(datagram, &arrival, &answers) {
                send_or_keep(socket, registrar, waiting, outgoing);
            }
        } else if let Ok(destination) = registrar.decide(datagram, &arrival, &answers, reply) {
            let result = datagram::send(socket.as_fd(), reply, arrival.server, destination);
            registrar.sent(destination, arrival.server, result);
        }
    }
    Ok(())
}

fn push_or_refuse(registrar: &Registrar, questions: &mut VecDeque<Question>, question: Question) {
    if questions.len() < MAX_QUESTIONS {
        questions.push_back(question);
    } else {
        registrar.refuse(&question.into(), DropReason::TooManyWaiting);
    }
}

/// An offer waits until it is known whether somebody uses its address; the rest is sent.
fn check_or_send(socket: &UdpSocket, registrar: &Registrar, desk: &mut Desk, outgoing: Outgoing) {
    let next = match (&mut desk.check, &outgoing.unproved) {
        (Some(check), Some(unproved)) => {
            let address = unproved.address;
            check.hold(outgoing, address, Instant::now())
        }
        _ => Next::Send(outgoing),
    };
    match next {
        Next::Send(outgoing) => send_or_keep(socket, registrar, &mut desk.waiting, outgoing),
        Next::Refuse(outgoing) => registrar.refuse(&outgoing.remark, DropReason::TooManyWaiting),
        Next::Ask(_) | Next::Wait => {}
    }
}

/// Asks the leases again where somebody uses what would have been offered, and sends the offers that nobody spoke
/// against in time. Takes up to [`BATCH`] answers, as a flood of ICMP is no reason to wait.
fn settle_checks(socket: &UdpSocket, registrar: &Registrar, desk: &mut Desk) -> io::Result<()> {
    let Desk { waiting, questions, check: Some(check), .. } = desk else { return Ok(()) };
    for _ in 0..BATCH {
        let Some(in_use) = check.next_in_use()? else { break };
        for question in in_use.into_iter().filter_map(Outgoing::asked_again) {
            push_or_refuse(registrar, questions, question);
        }
    }
    let now = Instant::now();
    while let Some(free) = check.next_free(now) {
        for outgoing in free {
            if registrar.is_answering() {
                send_or_keep(socket, registrar, waiting, outgoing);
            } else {
                registrar.refuse(&outgoing.remark, DropReason::Disabled);
            }
        }
    }
    Ok(())
}

fn send_or_keep(
    socket: &UdpSocket,
    registrar: &Registrar,
    waiting: &mut Waiting<Outgoing>,
    outgoing: Outgoing,
) {
    match outgoing.delay {
        None => send(socket, registrar, &outgoing),
        Some(_) if waiting.is_full() => {
            registrar.refuse(&outgoing.remark, DropReason::TooManyWaiting);
        }
        Some(delay) => waiting.push(Instant::now(), delay, outgoing),
    }
}

/// Sends up to [`BATCH`] answers that are due.
fn send_due(socket: &UdpSocket, registrar: &Registrar, waiting: &mut Waiting<Outgoing>) {
    let now = Instant::now();
    for _ in 0..BATCH {
        let Some(outgoing) = waiting.take_due(now) else { return };
        if registrar.is_answering() {
            send(socket, registrar, &outgoing);
        } else {
            registrar.refuse(&outgoing.remark, DropReason::Disabled);
        }
    }
}

/// Sends all datagrams of an answer. It counts as sent if one of them was.
fn send(socket: &UdpSocket, registrar: &Registrar, outgoing: &Outgoing) {
    let Outgoing { destination, server, replies, .. } = outgoing;
    registrar.note_answered(outgoing);
    let results = replies.iter().map(|reply| datagram::send(socket.as_fd(), reply, *server, *destination));
    let result = results.reduce(nix::Result::or).unwrap_or(Ok(()));
    registrar.sent(*destination, *server, result);
    if let Err(error) = result {
        registrar.note_not_sent(&outgoing.remark, error);
    }
}
