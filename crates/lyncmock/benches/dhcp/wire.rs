//! What the clients send, and what is looked for in the answers.

use anyhow::{Context, Result, ensure};
use std::net::Ipv4Addr;

/// The length of a header with its magic cookie.
const HEADER: usize = 240;
/// What BOOTP has at least.
const SHORTEST: usize = 300;

pub(crate) const OFFER: u8 = 2;
pub(crate) const ACK: u8 = 5;

/// Who asks, and by which way.
#[derive(Clone, Copy)]
pub(crate) struct Sender {
    /// Is the transaction id too, and the end of the hardware address: each client is another one.
    pub(crate) number: u32,
    pub(crate) address: Ipv4Addr,
    pub(crate) relay: Ipv4Addr,
}

/// Options 43 and 120 as every server has to write them.
pub(crate) struct Payloads {
    pub(crate) option_43: Vec<u8>,
    pub(crate) option_120: Vec<u8>,
}

impl Payloads {
    /// Those of the reference.
    pub(crate) fn reference() -> Result<Self> {
        let rows = include_str!("../../../../fixtures/captures/dhcp-options.tsv");
        let good = rows.lines().find(|row| row.starts_with("good\t")).context("there is a good row")?;
        let payload = |column| bytes(good.split('\t').nth(column).context("a payload is missing")?);
        Ok(Self { option_43: payload(2)?, option_120: payload(3)? })
    }

    /// Whether an answer has both.
    pub(crate) fn check(&self, answer: &[u8]) -> Result<()> {
        ensure!(option(answer, 43) == Some(&self.option_43), "option 43 is wrong: {}", hex(answer));
        ensure!(option(answer, 120) == Some(&self.option_120), "option 120 is wrong: {}", hex(answer));
        Ok(())
    }
}

fn bytes(hex: &str) -> Result<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?)).collect()
}

/// Upper case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

pub(crate) fn inform(sender: Sender) -> Vec<u8> {
    message(sender, 8, &[])
}

/// The same message, asked again.
pub(crate) fn set_xid(message: &mut [u8], number: u32) {
    if let Some(xid) = message.get_mut(4..8) {
        xid.copy_from_slice(&number.to_be_bytes());
    }
}

pub(crate) fn discover(sender: Sender) -> Vec<u8> {
    message(sender, 1, &[])
}

/// Takes what the server `server` offered.
pub(crate) fn request(sender: Sender, offered: Ipv4Addr, server: Ipv4Addr) -> Vec<u8> {
    message(sender, 3, &[(50, offered), (54, server)])
}

fn message(sender: Sender, message_type: u8, addresses: &[(u8, Ipv4Addr)]) -> Vec<u8> {
    let number = sender.number.to_be_bytes();
    let mut message = Vec::with_capacity(SHORTEST);
    // A request, over Ethernet, with addresses of six bytes; what a relay passed on came one hop.
    message.extend_from_slice(&[1, 1, 6, u8::from(!sender.relay.is_unspecified())]);
    message.extend_from_slice(&number);
    message.extend_from_slice(&[0; 4]);
    for address in [sender.address, Ipv4Addr::UNSPECIFIED, Ipv4Addr::UNSPECIFIED, sender.relay] {
        message.extend_from_slice(&address.octets());
    }
    message.extend_from_slice(&[2, 0]);
    message.extend_from_slice(&number);
    message.resize(HEADER - 4, 0);
    message.extend_from_slice(&[99, 130, 83, 99, 53, 1, message_type]);
    for (code, address) in addresses {
        message.extend_from_slice(&[*code, 4]);
        message.extend_from_slice(&address.octets());
    }
    message.extend_from_slice(&[55, 5, 1, 3, 43, 51, 120, 60, 12]);
    message.extend_from_slice(b"MS-UC-Client\xff");
    message.resize(message.len().max(SHORTEST), 0);
    message
}

/// The transaction id.
pub(crate) fn xid(answer: &[u8]) -> Option<u32> {
    answer.get(4..8)?.try_into().ok().map(u32::from_be_bytes)
}

/// The address that is offered or given.
pub(crate) fn your_address(answer: &[u8]) -> Option<Ipv4Addr> {
    <[u8; 4]>::try_from(answer.get(16..20)?).ok().map(Ipv4Addr::from)
}

pub(crate) fn message_type(answer: &[u8]) -> Option<u8> {
    option(answer, 53)?.first().copied()
}

pub(crate) fn server(answer: &[u8]) -> Option<Ipv4Addr> {
    <[u8; 4]>::try_from(option(answer, 54)?).ok().map(Ipv4Addr::from)
}

/// For how many seconds an address is given.
pub(crate) fn lease_seconds(answer: &[u8]) -> Option<u32> {
    option(answer, 51)?.try_into().ok().map(u32::from_be_bytes)
}

fn option(message: &[u8], wanted: u8) -> Option<&[u8]> {
    let mut rest = message.get(HEADER..)?;
    loop {
        match rest {
            [0, tail @ ..] => rest = tail,
            [] | [_] | [255, ..] => return None,
            [code, length, tail @ ..] => {
                let (value, tail) = tail.split_at_checked(usize::from(*length))?;
                if *code == wanted {
                    return Some(value);
                }
                rest = tail;
            }
        }
    }
}
