//! The loop that answers what the sockets receive.

use crate::{
    DhcpSocket, Registrar,
    datagram::{self, Inbox},
};
use nix::errno::Errno;
use std::{io, os::fd::AsFd, sync::Arc};
use tokio::{io::Interest, net::UdpSocket, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Datagrams that are answered before other tasks get their turn.
const BATCH: usize = 32;

/// As many receive calls may fail one after the other before a socket is given up. A network that goes down costs
/// one; more of them mean that the socket itself is broken.
const MAX_FAILURES: u32 = 100;

/// Answers on all sockets until `shutdown` is cancelled, or until one of the sockets breaks.
///
/// A datagram that cannot be read or an answer that cannot be sent ends nothing; see [`Registrar::counters`].
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

/// Answers on one socket until it breaks.
async fn answer(socket: DhcpSocket, registrar: &Registrar) -> io::Result<()> {
    let (socket, local) = socket.into_parts();
    let socket = UdpSocket::from_std(socket.into())?;
    let (mut inbox, mut reply) = (Inbox::new(), Vec::new());
    let mut failures = 0;
    loop {
        socket.readable().await?;
        let drained = socket.try_io(Interest::READABLE, || {
            drain(&socket, local.port(), registrar, &mut inbox, &mut reply).map_err(io::Error::from)
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
        // A flood must not keep other tasks, or the end, waiting.
        tokio::task::coop::consume_budget().await;
    }
}

/// Answers up to [`BATCH`] datagrams, or until there are none (EAGAIN).
fn drain(
    socket: &UdpSocket,
    port: u16,
    registrar: &Registrar,
    inbox: &mut Inbox,
    reply: &mut Vec<u8>,
) -> nix::Result<()> {
    let answers = registrar.answers();
    for _ in 0..BATCH {
        let (datagram, arrival) = match inbox.receive(socket.as_fd(), port) {
            Err(Errno::EINTR) => continue,
            received => received?,
        };
        if let Ok(destination) = registrar.decide(datagram, &arrival, &answers, reply) {
            let result = datagram::send(socket.as_fd(), reply, arrival.server, destination);
            registrar.sent(destination, arrival.server, result);
        }
    }
    Ok(())
}
