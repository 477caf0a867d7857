//! RFC 2131 section 3.4: the DHCPINFORM.

use dhcproto::Encodable;
use dhcproto::v4::{DhcpOption, HType, Message, MessageType, OptionCode};
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, VendorClass};
use std::net::Ipv4Addr;

/// The least size of a BOOTP message (RFC 1542 section 2.1).
const MIN_LENGTH: usize = 300;
/// hlen of Ethernet.
const ETHERNET: u8 = 1;

/// A question, and what its answer is known by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Inform {
    pub(super) transaction: u32,
    pub(super) client: Ipv4Addr,
    pub(super) hardware_address: [u8; 6],
}

impl Inform {
    /// The message, with `seconds` since the first attempt.
    pub(super) fn encode(&self, seconds: u16) -> Result<Vec<u8>, String> {
        let none = Ipv4Addr::UNSPECIFIED;
        let mut message =
            Message::new_with_id(self.transaction, self.client, none, none, none, &self.hardware_address);
        message.set_htype(HType::Eth).set_secs(seconds);
        let mut client_id = vec![ETHERNET];
        client_id.extend(self.hardware_address);
        let options = message.opts_mut();
        options.insert(DhcpOption::MessageType(MessageType::Inform));
        options.insert(DhcpOption::ParameterRequestList(vec![
            OptionCode::from(OPTION_VENDOR_SPECIFIC),
            OptionCode::from(OPTION_SIP_SERVERS),
        ]));
        options.insert(DhcpOption::ClassIdentifier(VendorClass::UcClient.as_str().into()));
        options.insert(DhcpOption::ClientIdentifier(client_id));
        let mut bytes = message.to_vec().map_err(|error| error.to_string())?;
        bytes.resize(bytes.len().max(MIN_LENGTH), 0);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_has_these_bytes() {
        let inform = Inform {
            transaction: 0x4c59_4e43,
            client: Ipv4Addr::new(10, 99, 0, 2),
            hardware_address: [0x00, 0x04, 0xf2, 0x00, 0x00, 0x01],
        };
        let bytes = inform.encode(3).unwrap();
        assert_eq!(bytes.len(), 300);
        assert_eq!(bytes[..12], [1, 1, 6, 0, 0x4c, 0x59, 0x4e, 0x43, 0, 3, 0, 0]);
        assert_eq!(bytes[12..16], [10, 99, 0, 2]);
        assert_eq!(bytes[28..34], [0x00, 0x04, 0xf2, 0x00, 0x00, 0x01]);
        let options = b"\x63\x82\x53\x63\x35\x01\x08\x37\x02\x2b\x78\x3c\x0cMS-UC-Client\x3d\x07\x01\x00\x04\xf2\x00\x00\x01\xff";
        assert_eq!(bytes[236..236 + options.len()], options[..]);
        assert!(bytes[236 + options.len()..].iter().all(|byte| *byte == 0));
    }
}
