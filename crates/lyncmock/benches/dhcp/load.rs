//! Clients that ask, sixteen at a time, and check what they are told.

use crate::wire::{self, ACK, OFFER, Payloads, Sender};
use anyhow::{Context, Result, anyhow, bail, ensure};
use std::{
    collections::HashMap,
    io::ErrorKind,
    net::{Ipv4Addr, UdpSocket},
    ops::RangeInclusive,
    time::{Duration, Instant},
};

/// Clients that are at it at the same time.
pub(crate) const WINDOW: u32 = 16;
/// An answer that takes longer is lost. A server that writes all its leases for each client needs long for sixteen.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a server may take until it answers at all.
const START: Duration = Duration::from_secs(20);
/// The transaction id by which a server is asked whether it is there.
const KNOCK: u32 = u32::MAX;

/// Clients of one server.
pub(crate) struct Clients<'a> {
    socket: UdpSocket,
    /// Whose giaddr they have; unspecified where they are on the server's network.
    relay: Ipv4Addr,
    range: RangeInclusive<Ipv4Addr>,
    payloads: &'a Payloads,
    next: u32,
    open: HashMap<u32, State>,
    /// For each address of the range, whether somebody has it.
    given: Vec<bool>,
}

#[derive(Clone, Copy)]
enum State {
    Discovers,
    Requests(Ipv4Addr),
}

impl<'a> Clients<'a> {
    /// Clients that ask by `socket`, which is connected. Leases are looked for in `range`, whose first `taken`
    /// addresses others have.
    pub(crate) fn new(
        socket: UdpSocket,
        relay: Ipv4Addr,
        range: RangeInclusive<Ipv4Addr>,
        taken: u32,
        payloads: &'a Payloads,
    ) -> Result<Self> {
        let size = usize::try_from(range.end().to_bits() - range.start().to_bits())? + 1;
        let mut given = vec![false; size];
        given.iter_mut().take(usize::try_from(taken)?).for_each(|given| *given = true);
        Ok(Self { socket, relay, range, payloads, next: 0, open: HashMap::new(), given })
    }

    /// Waits until the server offers something.
    pub(crate) fn knock(&self) -> Result<()> {
        let (start, mut answer) = (Instant::now(), [0; 2048]);
        self.socket.set_read_timeout(Some(Duration::from_millis(100)))?;
        while start.elapsed() < START {
            let came = self.socket.send(&wire::discover(self.sender(KNOCK)));
            match came.and_then(|_| self.socket.recv(&mut answer)) {
                Ok(_) => return Ok(()),
                // Nobody listens yet.
                Err(error)
                    if matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::WouldBlock) => {}
                Err(error) => return Err(error.into()),
            }
        }
        bail!("no answer within {START:?}")
    }

    /// Leases that clients have got here.
    pub(crate) const fn served(&self) -> u32 {
        self.next
    }

    /// Exchanges a second, from DHCPDISCOVER to DHCPACK, each of a new client. It ends after `time`, or after `most`
    /// exchanges, when all that were begun are done.
    pub(crate) fn exchanges(&mut self, time: Duration, most: u32) -> Result<f64> {
        self.socket.set_read_timeout(Some(PATIENCE))?;
        let (start, mut answer) = (Instant::now(), [0; 2048]);
        let (mut begun, mut done) = (0, 0);
        while begun < WINDOW.min(most) {
            self.discover()?;
            begun += 1;
        }
        while done < begun {
            let length = self.socket.recv(&mut answer).context("no answer")?;
            if self.take(answer.get(..length).unwrap_or_default())? {
                done += 1;
                if begun < most && start.elapsed() < time {
                    self.discover()?;
                    begun += 1;
                }
            }
        }
        Ok(f64::from(done) / start.elapsed().as_secs_f64())
    }

    fn discover(&mut self) -> Result<()> {
        self.socket.send(&wire::discover(self.sender(self.next)))?;
        self.open.insert(self.next, State::Discovers);
        self.next += 1;
        Ok(())
    }

    /// Goes on with the exchange that an answer belongs to. True if it was the last one of it.
    fn take(&mut self, answer: &[u8]) -> Result<bool> {
        let wrong = || anyhow!("a wrong answer: {}", wire::hex(answer));
        let number = wire::xid(answer).ok_or_else(wrong)?;
        if number == KNOCK {
            return Ok(false);
        }
        let address = wire::your_address(answer).ok_or_else(wrong)?;
        ensure!(wire::lease_seconds(answer).is_some_and(|seconds| seconds > 0), wrong());
        self.payloads.check(answer)?;
        match (wire::message_type(answer), self.open.get(&number).copied()) {
            (Some(OFFER), Some(State::Discovers)) => {
                let server = wire::server(answer).ok_or_else(wrong)?;
                self.socket.send(&wire::request(self.sender(number), address, server))?;
                self.open.insert(number, State::Requests(address));
                Ok(false)
            }
            (Some(ACK), Some(State::Requests(offered))) if address == offered => {
                self.open.remove(&number);
                self.give(address)?;
                Ok(true)
            }
            _ => Err(wrong()),
        }
    }

    /// An address is given once.
    fn give(&mut self, address: Ipv4Addr) -> Result<()> {
        ensure!(self.range.contains(&address), "{address} is in no range");
        let index = usize::try_from(address.to_bits() - self.range.start().to_bits())?;
        let given = self.given.get_mut(index).context("the range has it")?;
        ensure!(!std::mem::replace(given, true), "{address} is given twice");
        Ok(())
    }

    fn sender(&self, number: u32) -> Sender {
        Sender { number, address: Ipv4Addr::UNSPECIFIED, relay: self.relay }
    }
}

/// DHCPINFORM a second from `address`, over a connected socket.
pub(crate) fn informs(
    socket: &UdpSocket,
    address: Ipv4Addr,
    payloads: &Payloads,
    time: Duration,
) -> Result<f64> {
    socket.set_read_timeout(Some(PATIENCE))?;
    let mut request = wire::inform(Sender { number: 0, address, relay: Ipv4Addr::UNSPECIFIED });
    let mut ask = |number| {
        wire::set_xid(&mut request, number);
        socket.send(&request).map(drop)
    };
    let (start, mut answer) = (Instant::now(), [0; 2048]);
    (0..WINDOW).try_for_each(&mut ask)?;
    let (mut asked, mut done) = (WINDOW, 0);
    while done < asked {
        let length = socket.recv(&mut answer).context("no answer")?;
        let answer = answer.get(..length).unwrap_or_default();
        // One socket and one server: answers come in order.
        ensure!(wire::xid(answer) == Some(done), "not the answer to {done}: {}", wire::hex(answer));
        ensure!(wire::message_type(answer) == Some(ACK), "not an answer: {}", wire::hex(answer));
        payloads.check(answer)?;
        done += 1;
        if start.elapsed() < time {
            ask(asked)?;
            asked += 1;
        }
    }
    Ok(f64::from(done) / start.elapsed().as_secs_f64())
}
