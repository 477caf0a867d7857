//! Writing the DHCPACK.

use crate::{
    answers::{Answers, ServerField},
    request::{HEADER, Request},
};
use dhcproto::v4::{MAGIC, MessageType, OptionCode};
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC};
use std::net::Ipv4Addr;

/// BOOTREPLY.
const OP_REPLY: u8 = 2;
/// The least that a BOOTP client may expect (RFC 1542 section 2.1).
const MIN_MESSAGE: usize = 300;
/// The most bytes of one option.
const MAX_OPTION: usize = 255;

/// Writes the answer to `request` into `reply`, whose former content is lost and whose memory is used again.
pub(crate) fn write(request: &Request<'_>, server: Ipv4Addr, answers: &Answers, reply: &mut Vec<u8>) {
    let options = &request.options;
    reply.clear();
    reply.extend_from_slice(&header(request.header, server, answers.settings.siaddr));
    push_option(reply, OptionCode::MessageType.into(), &[MessageType::Ack.into()]);
    push_option(reply, OptionCode::ServerIdentifier.into(), &server.octets());
    if let Some(client_id) = options.client_id.get() {
        push_option(reply, OptionCode::ClientIdentifier.into(), client_id);
    }
    if options.asks_for(OPTION_VENDOR_SPECIFIC) {
        reply.extend_from_slice(&answers.option_43);
    }
    if options.asks_for(OPTION_SIP_SERVERS) {
        reply.extend_from_slice(&answers.option_120);
    }
    if let Some(relay_agent) = options.relay_agent.get() {
        push_option(reply, OptionCode::RelayAgentInformation.into(), relay_agent);
    }
    finish(reply);
}

/// Appends the end mark, and zeros where the message is short.
pub(crate) fn finish(reply: &mut Vec<u8>) {
    reply.push(OptionCode::End.into());
    if reply.len() < MIN_MESSAGE {
        reply.resize(MIN_MESSAGE, 0);
    }
}

/// Appends an option, in pieces of 255 bytes if it is longer (RFC 3396 section 6).
pub(crate) fn push_option(message: &mut Vec<u8>, code: u8, data: &[u8]) {
    if data.is_empty() {
        message.extend_from_slice(&[code, 0]);
    }
    for piece in data.chunks(MAX_OPTION) {
        let length = u8::try_from(piece.len()).expect("a piece has at most 255 bytes");
        message.extend_from_slice(&[code, length]);
        message.extend_from_slice(piece);
    }
}

/// RFC 2131 table 3: htype, hlen, xid, flags, ciaddr, giaddr and chaddr are copied, the rest is zero.
pub(crate) fn header(request: &[u8; HEADER], server: Ipv4Addr, siaddr: ServerField) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    header[0] = OP_REPLY;
    for copied in [1..3, 4..8, 10..16, 24..44] {
        if let (Some(to), Some(from)) = (header.get_mut(copied.clone()), request.get(copied)) {
            to.copy_from_slice(from);
        }
    }
    if siaddr == ServerField::ServerAddress {
        header[20..24].copy_from_slice(&server.octets());
    }
    header[236..].copy_from_slice(&MAGIC);
    header
}
