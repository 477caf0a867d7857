//! CHALLENGE_MESSAGE: [MS-NLMP] 2.2.1.2, the server's answer.

use crate::NtlmError;
use crate::av_pair::{self, AvPair};
use crate::bytes::{Message, Writer};
use crate::{flags, text};

pub(crate) const KIND: u32 = 2;
const FIXED_LEN: usize = 56;

/// What of the client's flags a server grants: [MS-NLMP] 3.2.5.1.1.
const GRANTED: u32 = flags::SIGN
    | flags::SEAL
    | flags::ALWAYS_SIGN
    | flags::EXTENDED_SESSION_SECURITY
    | flags::KEY_128
    | flags::KEY_56
    | flags::KEY_EXCHANGE
    | flags::VERSION
    | flags::REQUEST_TARGET;

/// Challenge, and who the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Challenge {
    pub(crate) flags: u32,
    pub(crate) server_challenge: [u8; 8],
    /// NetBIOS name of the domain.
    pub(crate) target_name: String,
    pub(crate) target_info: Vec<AvPair>,
}

impl Challenge {
    /// The flags for a client that offers these.
    pub(crate) fn answer_to(offered: u32) -> u32 {
        let characters = if offered & flags::UNICODE != 0 { flags::UNICODE } else { flags::OEM };
        let target = if offered & flags::REQUEST_TARGET != 0 { flags::TARGET_TYPE_DOMAIN } else { 0 };
        (offered & GRANTED) | characters | target | flags::NTLM | flags::TARGET_INFO
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>, NtlmError> {
        let mut message = Writer::new(KIND, FIXED_LEN);
        let name = text::encode(&self.target_name, self.flags & flags::UNICODE != 0);
        message.payload(if self.flags & flags::REQUEST_TARGET != 0 { &name } else { &[] })?;
        message.put(&self.flags.to_le_bytes());
        message.put(&self.server_challenge);
        message.put(&[0; 8]);
        message.payload(&av_pair::encode(&self.target_info)?)?;
        let version = self.flags & flags::VERSION != 0;
        message.put(if version { &flags::WINDOWS_SERVER_2012 } else { &[0; 8] });
        Ok(message.finish())
    }

    /// # Errors
    /// Also when there is no target information: then the server does not do NTLMv2.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, NtlmError> {
        let message = Message::new("CHALLENGE_MESSAGE", KIND, bytes)?;
        let flags = message.u32(20)?;
        let server_challenge = message.array(24)?;
        if flags & flags::TARGET_INFO == 0 {
            return Err(NtlmError::NoTargetInfo);
        }
        let target_info = message.payload(40)?;
        if target_info.is_empty() {
            return Err(NtlmError::NoTargetInfo);
        }
        let target_name = text::decode(message.payload(12)?, flags & flags::UNICODE != 0, &message)?;
        Ok(Self {
            flags,
            server_challenge,
            target_name,
            target_info: av_pair::decode(target_info, &message)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v2::golden;

    #[test]
    fn a_challenge_is_written_as_the_captured_one_but_for_the_version() {
        let captured = golden::type2();
        let challenge = Challenge::decode(&captured).unwrap();
        assert_eq!(challenge.target_name, "CONTOSO");
        assert_eq!(challenge.flags, Challenge::answer_to(0xa288_8205));
        let mut written = challenge.encode().unwrap();
        written[48..56].copy_from_slice(&captured[48..56]);
        assert_eq!(written, captured);
    }

    #[test]
    fn a_client_of_oem_names_gets_its_own() {
        // What curl offers.
        let flags = Challenge::answer_to(0x0008_8206);
        assert_eq!(flags & (flags::UNICODE | flags::OEM), flags::OEM);
        let challenge = Challenge {
            flags,
            server_challenge: [1; 8],
            target_name: "LAB".to_owned(),
            target_info: vec![AvPair::new(AvPair::NB_DOMAIN_NAME, text::utf16("LAB"))],
        };
        let bytes = challenge.encode().unwrap();
        assert_eq!(&bytes[56..59], b"LAB");
        assert_eq!(Challenge::decode(&bytes).unwrap(), challenge);
    }

    #[test]
    fn a_server_without_target_information_is_no_ntlmv2() {
        let mut bytes = golden::type2();
        bytes[22] &= 0x7f;
        assert_eq!(Challenge::decode(&bytes), Err(NtlmError::NoTargetInfo));
        let mut bytes = golden::type2();
        bytes[40] = 0;
        assert_eq!(Challenge::decode(&bytes), Err(NtlmError::NoTargetInfo));
    }
}
