//! Answers of a DHCP server, written byte by byte, and the recorded payloads in fixtures/captures.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use tokio::net::UdpSocket;
use tokio::task::JoinHandle;

/// A row of fixtures/captures/dhcp-options.tsv.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) option_43: Option<Vec<u8>>,
    pub(crate) option_120: Option<Vec<u8>>,
}

pub(crate) fn rows() -> Vec<Row> {
    let table = include_str!("../../../../fixtures/captures/dhcp-options.tsv");
    let rows: Vec<Row> = table.lines().skip(1).map(row).collect();
    assert_eq!(rows.len(), 27);
    rows
}

fn row(line: &str) -> Row {
    let columns: Vec<_> = line.split('\t').collect();
    let hex = |text: &str| {
        let pairs = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        (text != "-").then(|| pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect())
    };
    Row { name: columns[0].to_owned(), option_43: hex(columns[2]), option_120: hex(columns[3]) }
}

/// The DHCPACK of server 127.0.0.1 to a question.
pub(crate) fn ack(question: &[u8], option_43: Option<&[u8]>, option_120: Option<&[u8]>) -> Vec<u8> {
    let mut ack = question[..240].to_vec();
    ack[0] = 2;
    ack.extend([53, 1, 5, 54, 4, 127, 0, 0, 1]);
    for (code, payload) in [(43, option_43), (120, option_120)] {
        // Longer payloads are split as RFC 3396 says.
        for piece in payload.iter().flat_map(|payload| payload.chunks(255)) {
            ack.extend([code, u8::try_from(piece.len()).unwrap()]);
            ack.extend_from_slice(piece);
        }
    }
    ack.push(255);
    ack
}

/// A DHCP server on loopback that answers every question with the same options, until it is dropped.
pub(crate) struct DhcpServer {
    pub(crate) address: SocketAddrV4,
    task: JoinHandle<()>,
}

impl DhcpServer {
    pub(crate) async fn start(option_43: Option<Vec<u8>>, option_120: Option<Vec<u8>>) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let SocketAddr::V4(address) = socket.local_addr().unwrap() else { panic!("bound to IPv4") };
        let task = tokio::spawn(async move {
            let mut buffer = vec![0; 2048];
            while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
                let answer = ack(&buffer[..length], option_43.as_deref(), option_120.as_deref());
                socket.send_to(&answer, from).await.unwrap();
            }
        });
        Self { address, task }
    }
}

impl Drop for DhcpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}
