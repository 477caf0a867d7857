//! NEGOTIATE_MESSAGE: [MS-NLMP] 2.2.1.1, the client's first.

use crate::NtlmError;
use crate::bytes::{Message, Writer};
use crate::flags;

pub(crate) const KIND: u32 = 1;
const FIXED_LEN: usize = 40;

/// What the client can do. The names that it may give are of no use over HTTP and are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Negotiate {
    pub(crate) flags: u32,
}

impl Negotiate {
    /// Signature, type and flags; old clients send no more.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, NtlmError> {
        let message = Message::new("NEGOTIATE_MESSAGE", KIND, bytes)?;
        let negotiate = Self { flags: message.u32(12)? };
        // [MS-NLMP] 3.2.5.1.1: without a character set it is SEC_E_INVALID_TOKEN.
        if negotiate.flags & (flags::UNICODE | flags::OEM) == 0 {
            return Err(message.error("it offers no character set"));
        }
        Ok(negotiate)
    }

    /// With empty names and a version, the layout that was captured of pidgin-sipe.
    pub(crate) fn encode(self) -> Result<Vec<u8>, NtlmError> {
        let mut message = Writer::new(KIND, FIXED_LEN);
        message.put(&self.flags.to_le_bytes());
        message.payload(&[])?;
        message.payload(&[])?;
        message.put(&flags::WINDOWS_SERVER_2012);
        Ok(message.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v2::golden;

    #[test]
    fn the_captured_message_is_read() {
        assert_eq!(Negotiate::decode(&golden::type1()).unwrap().flags, 0xa288_8205);
    }

    #[test]
    fn what_is_written_is_read() {
        let negotiate = Negotiate { flags: flags::OEM | flags::NTLM };
        let bytes = negotiate.encode().unwrap();
        assert_eq!(bytes.len(), FIXED_LEN);
        assert_eq!(Negotiate::decode(&bytes), Ok(negotiate));
    }

    #[test]
    fn a_client_without_character_set_is_refused() {
        let bytes = Negotiate { flags: flags::NTLM }.encode().unwrap();
        assert!(Negotiate::decode(&bytes).is_err());
        assert!(Negotiate::decode(&bytes[..14]).is_err());
    }
}
