//! Is there a DHCP server already? Two of them on one network hand out addresses that do not fit together.

use crate::{BindError, CLIENT_PORT, DhcpSocket, SERVER_PORT, request::HEADER};
use dhcproto::v4::{MAGIC, MessageType};
use lync_proto::dhcp::SubOptions;
use std::{
    hash::{BuildHasher, RandomState},
    io,
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use tokio::{net::UdpSocket, time::timeout};

/// How long an offer may take. Servers that look first whether an address is free (by ping) take most of it.
const PATIENCE: Duration = Duration::from_secs(1);
/// BOOTREPLY.
const OP_REPLY: u8 = 2;

/// The server that made an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Option 54, which names the server; 0.0.0.0 where it is missing.
    pub server: Ipv4Addr,
    /// Where the offer came from: the server, or a relay.
    pub from: SocketAddr,
    /// The address that was offered.
    pub offered: Ipv4Addr,
}

/// Why nobody could be asked.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// There is no socket, for instance because a DHCP client has port 68 for itself.
    #[error("no DHCP server can be looked for: {0}")]
    Bind(#[from] BindError),
    /// The question could not be sent, or no answer received.
    #[error("no DHCP server can be looked for on {interface}: {source}")]
    System {
        /// The interface.
        interface: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Asks on an interface whether a DHCP server makes offers there: one DHCPDISCOVER by broadcast, from a made-up
/// locally administered address, and up to a second for the first DHCPOFFER. `None` where nobody answers.
///
/// What is offered is not taken, and is free again when the server says so. Port 68 is shared with a DHCP client that
/// shares it too.
pub async fn probe(interface: &str) -> Result<Option<Answer>, ProbeError> {
    let socket = DhcpSocket::bind_interface(interface, CLIENT_PORT)?;
    let everybody = SocketAddrV4::new(Ipv4Addr::BROADCAST, SERVER_PORT);
    ask(socket, everybody, PATIENCE)
        .await
        .map_err(|source| ProbeError::System { interface: interface.to_owned(), source })
}

async fn ask(socket: DhcpSocket, server: SocketAddrV4, patience: Duration) -> io::Result<Option<Answer>> {
    let (socket, ..) = socket.into_parts();
    socket.set_broadcast(true)?;
    let socket = UdpSocket::from_std(socket.into())?;
    let (question, xid) = discover();
    socket.send_to(&question, server).await?;
    match timeout(patience, first_offer(&socket, xid)).await {
        Ok(answer) => answer.map(Some),
        Err(_) => Ok(None),
    }
}

async fn first_offer(socket: &UdpSocket, xid: [u8; 4]) -> io::Result<Answer> {
    let mut buffer = [0; 2048];
    loop {
        let (length, from) = socket.recv_from(&mut buffer).await?;
        if let Some((server, offered)) = buffer.get(..length).and_then(|message| offer(message, xid)) {
            return Ok(Answer { server, from, offered });
        }
    }
}

/// A DHCPDISCOVER and its transaction id. The answer is wanted by broadcast, as the address is nobody's.
fn discover() -> (Vec<u8>, [u8; 4]) {
    // Random enough not to be another client's; its keys are.
    let [a, b, c, d, mac @ ..] = RandomState::new().hash_one(PATIENCE).to_be_bytes();
    let xid = [a, b, c, d];
    let hardware = [[0x02, 0x00].as_slice(), &mac].concat();
    let mut message = [[1, 1, 6, 0].as_slice(), &xid, &[0, 0, 0x80, 0], &[0; 16], &hardware].concat();
    message.resize(HEADER - MAGIC.len(), 0);
    message.extend_from_slice(&MAGIC);
    message.extend_from_slice(&[53, 1, MessageType::Discover.into(), 255]);
    message.resize(300, 0);
    (message, xid)
}

/// Server and address of a DHCPOFFER that answers `xid`.
fn offer(message: &[u8], xid: [u8; 4]) -> Option<(Ipv4Addr, Ipv4Addr)> {
    let (header, options) = message.split_first_chunk::<HEADER>()?;
    if header[0] != OP_REPLY || header[4..8] != xid || header[236..] != MAGIC {
        return None;
    }
    let option = |code: u8| {
        SubOptions::new(options)
            .map_while(Result::ok)
            .find(|found| found.code == code)
            .map(|found| found.value)
    };
    if option(53) != Some(&[MessageType::Offer.into()]) {
        return None;
    }
    let server = option(54).and_then(|octets| <[u8; 4]>::try_from(octets).ok()).unwrap_or_default();
    let offered: [u8; 4] = header.get(16..20)?.try_into().ok()?;
    Some((server.into(), offered.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOT_LONG: Duration = Duration::from_millis(50);

    fn socket() -> DhcpSocket {
        DhcpSocket::bind_address(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0)).unwrap()
    }

    /// The offer of 10.9.9.9 by 10.9.9.1, and `change`.
    fn answer(question: &[u8], change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
        let mut message = question[..240].to_vec();
        message[0] = 2;
        message[16..20].copy_from_slice(&[10, 9, 9, 9]);
        message.extend([53, 1, 2, 54, 4, 10, 9, 9, 1, 255]);
        change(&mut message);
        message
    }

    #[tokio::test]
    async fn whoever_makes_an_offer_is_named_and_others_are_not_listened_to() {
        let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let SocketAddr::V4(address) = server.local_addr().unwrap() else { panic!("an IPv4 address") };
        let serving = async {
            let mut question = [0; 600];
            let (length, client) = server.recv_from(&mut question).await.unwrap();
            let question = &question[..length];
            assert_eq!((length, question[0], &question[10..12]), (300, 1, [0x80, 0].as_slice()));
            assert_eq!(question[28] & 3, 2, "locally administered and of one host");
            let wrong = [
                answer(question, |message| message[0] = 1),
                answer(question, |message| message[7] ^= 1),
                answer(question, |message| message[242] = 5),
                answer(question, |message| message.truncate(100)),
            ];
            for message in wrong {
                server.send_to(&message, client).await.unwrap();
            }
            server.send_to(&answer(question, |_| {}), client).await.unwrap();
        };
        let (found, ()) = tokio::join!(ask(socket(), address, Duration::from_secs(10)), serving);
        let expected = Answer {
            server: Ipv4Addr::new(10, 9, 9, 1),
            from: address.into(),
            offered: Ipv4Addr::new(10, 9, 9, 9),
        };
        assert_eq!(found.unwrap(), Some(expected));
    }

    #[tokio::test]
    async fn where_nobody_answers_there_is_nobody() {
        let quiet = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let SocketAddr::V4(address) = quiet.local_addr().unwrap() else { panic!("an IPv4 address") };
        assert_eq!(ask(socket(), address, NOT_LONG).await.unwrap(), None);
    }

    #[tokio::test]
    async fn an_interface_that_does_not_exist_is_an_error_and_not_silence() {
        assert!(matches!(probe("no-such-if").await, Err(ProbeError::Bind(BindError::System { .. }))));
    }
}
