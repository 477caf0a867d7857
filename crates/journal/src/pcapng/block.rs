//! The blocks of a capture file, little-endian.

use super::packet::Packet;

/// Section Header Block.
const SECTION: u32 = 0x0a0d_0d0a;
/// Interface Description Block.
const INTERFACE: u32 = 1;
/// Enhanced Packet Block.
const ENHANCED_PACKET: u32 = 6;
/// Decryption Secrets Block.
const DECRYPTION_SECRETS: u32 = 10;

/// The secrets are a TLS key log, NSS's format.
const TLS_KEY_LOG: u32 = 0x544c_534b;

/// Packets begin with their IPv4 or IPv6 header.
const LINKTYPE_RAW: u16 = 101;

const OPT_COMMENT: u16 = 1;
const IF_NAME: u16 = 2;
const SHB_USERAPPL: u16 = 4;

const APPLICATION: &str = concat!("lyncmock ", env!("CARGO_PKG_VERSION"));
const COMMENT: &str = "Made by lyncmock from what its sockets read and wrote. Payloads and times are real; handshakes, \
                       segments, acknowledgements and ends of TCP are made up.";

/// Writes a file of one section with one interface.
pub(super) struct Writer(Vec<u8>);

impl Writer {
    pub(super) fn new() -> Self {
        let mut writer = Self(Vec::new());
        let mut section = Vec::new();
        section.extend(0x1a2b_3c4d_u32.to_le_bytes()); // The byte order.
        section.extend(1_u16.to_le_bytes()); // Version 1.0.
        section.extend(0_u16.to_le_bytes());
        section.extend((-1_i64).to_le_bytes()); // The section's length is not given.
        options(&mut section, &[(SHB_USERAPPL, APPLICATION), (OPT_COMMENT, COMMENT)]);
        writer.block(SECTION, &section);
        let mut interface = Vec::new();
        interface.extend(LINKTYPE_RAW.to_le_bytes());
        interface.extend(0_u16.to_le_bytes());
        interface.extend(0_u32.to_le_bytes()); // No packet is cut.
        options(&mut interface, &[(IF_NAME, "lyncmock")]);
        writer.block(INTERFACE, &interface);
        writer
    }

    /// Keys must come before the packets that they open.
    pub(super) fn tls_key_log(&mut self, lines: &[u8]) {
        let mut body = Vec::new();
        body.extend(TLS_KEY_LOG.to_le_bytes());
        body.extend(length(lines).to_le_bytes());
        padded(&mut body, lines);
        self.block(DECRYPTION_SECRETS, &body);
    }

    pub(super) fn packet(&mut self, packet: &Packet) {
        let (high, low) = (packet.at >> 32, packet.at & u64::from(u32::MAX));
        let mut body = Vec::with_capacity(packet.bytes.len() + 32);
        body.extend(0_u32.to_le_bytes()); // The interface.
        for half in [high, low] {
            body.extend(u32::try_from(half).unwrap_or(u32::MAX).to_le_bytes());
        }
        body.extend(length(&packet.bytes).to_le_bytes()); // As captured, and as it was.
        body.extend(length(&packet.bytes).to_le_bytes());
        padded(&mut body, &packet.bytes);
        if let Some(comment) = &packet.comment {
            options(&mut body, &[(OPT_COMMENT, comment)]);
        }
        self.block(ENHANCED_PACKET, &body);
    }

    pub(super) fn finish(self) -> Vec<u8> {
        self.0
    }

    /// Type, length, body, length. Bodies are multiples of four bytes.
    fn block(&mut self, kind: u32, body: &[u8]) {
        let length = length(body).saturating_add(12);
        self.0.extend(kind.to_le_bytes());
        self.0.extend(length.to_le_bytes());
        self.0.extend(body);
        self.0.extend(length.to_le_bytes());
    }
}

/// Options, and the mark of their end.
fn options(body: &mut Vec<u8>, options: &[(u16, &str)]) {
    for (code, text) in options {
        // No text of ours comes near the bound; one that did would be left out whole.
        if let Ok(length) = u16::try_from(text.len()) {
            body.extend(code.to_le_bytes());
            body.extend(length.to_le_bytes());
            padded(body, text.as_bytes());
        }
    }
    body.extend([0; 4]);
}

fn padded(body: &mut Vec<u8>, bytes: &[u8]) {
    body.extend(bytes);
    body.resize(body.len().next_multiple_of(4), 0);
}

/// Everything here is far smaller: packets by their kind, keys by the bounds on them.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
