//! Whether somebody uses an address is asked before it is offered: [`Checks`] with the socket that asks.

use crate::{
    checks::{Checks, Next, Ping},
    echo::{Echo, EchoSocket},
    watch::Outgoing,
};
use std::{future::pending, io, net::Ipv4Addr};
use tokio::time::Instant;

/// As many receive calls may fail one after the other before the socket is given up, as with the one for DHCP.
const MAX_FAILURES: u32 = 100;

pub(crate) struct PingCheck {
    echo: Echo,
    checks: Checks,
    failures: u32,
}

impl PingCheck {
    pub(crate) fn new(socket: EchoSocket) -> io::Result<Self> {
        Ok(Self { echo: socket.serve()?, checks: Checks::default(), failures: 0 })
    }

    /// Takes an offer of `address`, and asks if need be: what is to be done with the offer now. Where nobody can be asked
    /// the address counts as free: the client looks too, and declines it.
    pub(crate) fn hold(&mut self, outgoing: Outgoing, address: Ipv4Addr, now: Instant) -> Next {
        let server = outgoing.server;
        let next = self.checks.hold(outgoing, address, now);
        let Next::Ask(ping) = next else { return next };
        match self.echo.ask(ping, server) {
            Ok(()) => Next::Wait,
            Err(error) => {
                tracing::debug!(%address, %server, %error, "address not pinged, it counts as free");
                self.checks.unasked(address, now).pop().map_or(Next::Wait, Next::Send)
            }
        }
    }

    /// The next offers whose address somebody has; `None` if nothing more was heard. An error if the socket is broken.
    pub(crate) fn next_in_use(&mut self) -> io::Result<Option<Vec<Outgoing>>> {
        match self.echo.receive() {
            Ok(found) => {
                self.failures = 0;
                Ok(Some(found.map(|ping: Ping| self.checks.answered(ping)).unwrap_or_default()))
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => {
                self.failures += 1;
                tracing::debug!(%error, failures = self.failures, "ICMP not received");
                if self.failures == MAX_FAILURES { Err(error) } else { Ok(None) }
            }
        }
    }

    /// The next offers whose address nobody has; `None` if it is too early to say that of any.
    pub(crate) fn next_free(&mut self, now: Instant) -> Option<Vec<Outgoing>> {
        self.checks.silent(now)
    }

    /// When there will be more of them.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        self.checks.next_due()
    }
}

/// Waits until somebody may have answered; for ever, if nobody is asked.
pub(crate) async fn heard(check: Option<&PingCheck>) -> io::Result<()> {
    match check {
        Some(check) => check.echo.readable().await,
        None => pending().await,
    }
}
