//! RFC 2131 section 4.3.5: the DHCPACK, read with patience.

use super::inform::Inform;
use dhcproto::v4::borrowed::Message;
use dhcproto::v4::{MAGIC, MessageType, OptionCode};
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SubOptions};
use std::net::Ipv4Addr;

/// Header and magic cookie.
const HEADER: usize = 240;
const SNAME: std::ops::Range<usize> = 44..108;
const FILE: std::ops::Range<usize> = 108..236;
/// BOOTREPLY.
const OP_REPLY: u8 = 2;

/// What of an answer counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ack {
    pub(super) server_identifier: Option<Ipv4Addr>,
    pub(super) vendor_specific: Option<Vec<u8>>,
    pub(super) sip_servers: Option<Vec<u8>>,
    /// The options end within one of them.
    pub(super) cut: bool,
}

/// Why a datagram is no answer to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoAck {
    #[error("shorter than a DHCP header")]
    TooShort,
    #[error("no BOOTREPLY")]
    NotAReply,
    #[error("no DHCP: the magic cookie is missing")]
    MagicCookie,
    #[error("for another question")]
    OtherTransaction,
    #[error("for another client")]
    OtherClient,
    #[error("no DHCPACK")]
    NotAnAck,
}

impl Ack {
    /// Reads an answer. What a cut option hides is missing; everything before it counts.
    pub(super) fn read(datagram: &[u8], asked: &Inform) -> Result<Self, NoAck> {
        let (header, options) = datagram.split_first_chunk::<HEADER>().ok_or(NoAck::TooShort)?;
        let message = Message::new(datagram).map_err(|_| NoAck::TooShort)?;
        if header[0] != OP_REPLY {
            return Err(NoAck::NotAReply);
        }
        if header[236..] != MAGIC {
            return Err(NoAck::MagicCookie);
        }
        if message.xid() != asked.transaction {
            return Err(NoAck::OtherTransaction);
        }
        // `Message::chaddr` panics where hlen says more than 16; the six bytes that were sent are compared instead.
        if header[28..34] != asked.hardware_address {
            return Err(NoAck::OtherClient);
        }
        let mut found = Found::default();
        found.gather(options);
        let overload = found.overload.as_deref().and_then(<[u8]>::first).copied().unwrap_or(0);
        if overload & 1 != 0 {
            found.gather(&header[FILE]);
        }
        if overload & 2 != 0 {
            found.gather(&header[SNAME]);
        }
        found.into_ack()
    }
}

/// Options, those that come several times joined (RFC 3396 section 7).
#[derive(Default)]
struct Found {
    message_type: Option<Vec<u8>>,
    overload: Option<Vec<u8>>,
    server_identifier: Option<Vec<u8>>,
    vendor_specific: Option<Vec<u8>>,
    sip_servers: Option<Vec<u8>>,
    cut: bool,
}

impl Found {
    fn gather(&mut self, field: &[u8]) {
        // The same frame as that of sub-options: code, length, value; 0 pads and 255 ends.
        for item in SubOptions::new(field) {
            let Ok(option) = item else {
                self.cut = true;
                return;
            };
            let slot = match OptionCode::from(option.code) {
                OptionCode::MessageType => &mut self.message_type,
                OptionCode::OptionOverload => &mut self.overload,
                OptionCode::ServerIdentifier => &mut self.server_identifier,
                _ if option.code == OPTION_VENDOR_SPECIFIC => &mut self.vendor_specific,
                _ if option.code == OPTION_SIP_SERVERS => &mut self.sip_servers,
                _ => continue,
            };
            slot.get_or_insert_default().extend_from_slice(option.value);
        }
    }

    fn into_ack(self) -> Result<Ack, NoAck> {
        if self.message_type.as_deref() != Some(&[u8::from(MessageType::Ack)]) {
            return Err(NoAck::NotAnAck);
        }
        let identifier = self.server_identifier.as_deref().and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
        Ok(Ack {
            server_identifier: identifier.map(Ipv4Addr::from),
            vendor_specific: self.vendor_specific,
            sip_servers: self.sip_servers,
            cut: self.cut,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureKind;
    use crate::dhcp::{Answered, Wanted};
    use crate::testing::dhcp::{ack, rows};
    use proptest::prelude::*;
    use std::net::SocketAddrV4;

    const ASKED: Inform = Inform {
        transaction: 0x4c59_4e43,
        client: Ipv4Addr::new(10, 99, 0, 2),
        hardware_address: [0, 4, 0xf2, 0, 0, 1],
    };

    fn question() -> Vec<u8> {
        ASKED.encode(0).unwrap()
    }

    fn read(datagram: &[u8]) -> Answered {
        let source = SocketAddrV4::new(Ipv4Addr::new(10, 99, 0, 9), 67);
        Answered::read(&Ack::read(datagram, &ASKED).unwrap(), source)
    }

    #[test]
    fn each_recorded_payload_leads_somewhere_or_has_its_reason() {
        let both = Wanted { uri: true, registrar: true };
        let mut served = Vec::new();
        for row in rows() {
            let answered = read(&ack(&question(), row.option_43.as_deref(), row.option_120.as_deref()));
            assert_eq!(answered.server, Ipv4Addr::LOCALHOST);
            match answered.problem(both) {
                None => served.push(row.name),
                Some(problem) => {
                    let wrong = if row.name.contains("43") || row.name == "missing-both" { 43 } else { 120 };
                    let named =
                        matches!(problem, FailureKind::BrokenOption { option, .. } if option == wrong);
                    assert!(
                        named || row.name.starts_with("bad-cisco") || row.name == "bad-port-u16",
                        "{}: {problem}",
                        row.name
                    );
                }
            }
        }
        // Readable, though wrong: a phone, too, finds that out only when it follows them.
        assert_eq!(
            served,
            [
                "good",
                "good-no-port",
                "good-dnsmasq-order",
                "good-4443",
                "rfc3361-two-names",
                "bad-43-ip",
                "bad-43-http",
                "bad-43-path-noslash",
                "bad-43-path-typo",
                "bad-43-wrong-host",
            ]
        );
    }

    #[test]
    fn only_the_option_that_is_needed_matters() {
        let rows = rows();
        let row = rows.iter().find(|row| row.name == "missing-120").unwrap();
        let answered = read(&ack(&question(), row.option_43.as_deref(), None));
        assert_eq!(answered.problem(Wanted { uri: true, registrar: false }), None);
        assert!(answered.problem(Wanted { uri: false, registrar: true }).is_some());
    }

    #[test]
    fn options_in_pieces_and_in_sname_are_joined() {
        let rows = rows();
        let good = rows[0].option_43.as_deref().unwrap();
        let (first, second) = good.split_at(40);
        let mut datagram = ack(&question(), Some(first), rows[0].option_120.as_deref());
        let end = datagram.iter().rposition(|byte| *byte == 0xff).unwrap();
        datagram.splice(end..=end, [52, 1, 2, 0xff]);
        let mut sname = vec![43, u8::try_from(second.len()).unwrap()];
        sname.extend_from_slice(second);
        sname.push(0xff);
        datagram[SNAME.start..SNAME.start + sname.len()].copy_from_slice(&sname);
        assert!(sname.len() <= SNAME.len());
        assert_eq!(read(&datagram).provisioning.unwrap().web_server_port(), 443);
    }

    #[test]
    fn without_a_server_identifier_the_source_counts() {
        let mut datagram = ack(&question(), None, None);
        let at = datagram.iter().position(|byte| *byte == 54).unwrap();
        datagram.drain(at..at + 6);
        assert_eq!(read(&datagram).server, Ipv4Addr::new(10, 99, 0, 9));
    }

    #[test]
    fn what_is_no_answer_is_told_apart() {
        let good = ack(&question(), None, None);
        let altered = |at: usize, byte: u8| {
            let mut datagram = good.clone();
            datagram[at] = byte;
            Ack::read(&datagram, &ASKED).unwrap_err()
        };
        assert_eq!(Ack::read(&good[..239], &ASKED), Err(NoAck::TooShort));
        assert_eq!(altered(0, 1), NoAck::NotAReply);
        assert_eq!(altered(236, 0), NoAck::MagicCookie);
        assert_eq!(altered(4, 0), NoAck::OtherTransaction);
        assert_eq!(altered(33, 9), NoAck::OtherClient);
        assert_eq!(altered(242, 6), NoAck::NotAnAck);
    }

    #[test]
    fn a_cut_option_hides_only_what_is_behind_it() {
        let rows = rows();
        let good = ack(&question(), rows[0].option_43.as_deref(), rows[0].option_120.as_deref());
        let end = good.iter().rposition(|byte| *byte == 0xff).unwrap();
        let answered = read(&good[..end - 3]);
        assert!(answered.provisioning.is_ok());
        assert!(answered.registrar.unwrap_err().contains("cut off"));
    }

    proptest! {
        #[test]
        fn any_datagram_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600), hlen in any::<u8>()) {
            let mut datagram = ack(&question(), None, None);
            datagram[2] = hlen;
            datagram.truncate(243);
            datagram.extend(bytes);
            let _ = Ack::read(&datagram, &ASKED);
        }
    }
}
