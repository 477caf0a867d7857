//! AUTHENTICATE_MESSAGE: [MS-NLMP] 2.2.1.3, the client's proof.

use crate::bytes::{Message, Writer};
use crate::v2::Response;
use crate::{NtlmError, av_pair, flags, text};
use std::fmt;

pub(crate) const KIND: u32 = 3;
/// With version and MIC.
const FIXED_LEN: usize = 88;
const MIC_AT: usize = 72;
/// MsvAvFlags: the message has a MIC.
pub(crate) const HAS_MIC: u32 = 2;

const LM: usize = 12;
const NT: usize = 20;
const DOMAIN: usize = 28;
const USER: usize = 36;
const WORKSTATION: usize = 44;
const SESSION_KEY: usize = 52;
const FLAGS: usize = 60;

/// A client's proof, not yet checked: [`Acceptor::verify`](crate::Acceptor::verify) does that. `Debug` shows the names
/// alone: a response can be tried against passwords at leisure.
#[derive(Clone, PartialEq, Eq)]
pub struct Authenticate {
    /// The user as the client names it: an account name, or a UPN, perhaps with no domain beside it.
    pub user: String,
    /// The domain as the client names it; may be empty.
    pub domain: String,
    /// The client's computer, as it says; may be empty.
    pub workstation: String,
    pub(crate) response: Response,
    pub(crate) flags: u32,
    pub(crate) session_key: Option<[u8; 16]>,
    pub(crate) mic: Mic,
    /// The message with a MIC of zeros.
    pub(crate) bytes: Vec<u8>,
}

/// The message integrity code.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mic {
    /// The response announces none; older clients and pidgin-sipe do without.
    None,
    /// The response announces one that is not there.
    Missing,
    /// To be checked.
    Given([u8; 16]),
}

impl Authenticate {
    /// # Errors
    /// Also for each response that is not NTLMv2.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, NtlmError> {
        let message = Message::new("AUTHENTICATE_MESSAGE", KIND, bytes)?;
        let flags = message.u32(FLAGS)?;
        let name = |at| text::decode(message.payload(at)?, flags & flags::UNICODE != 0, &message);
        let (user, domain, workstation) = (name(USER)?, name(DOMAIN)?, name(WORKSTATION)?);
        let (nt, lm) = (message.payload(NT)?, message.payload(LM)?);
        refuse_older(nt, lm, user.is_empty() || flags & flags::ANONYMOUS != 0)?;
        let response = Response::decode(nt, &message)?;
        let mic = mic(&message, &response)?;
        Ok(Self {
            user,
            domain,
            workstation,
            flags,
            session_key: message.payload(SESSION_KEY)?.try_into().ok(),
            bytes: if let Mic::Given(_) = mic { without_mic(bytes) } else { bytes.to_vec() },
            response,
            mic,
        })
    }

    /// The message with room for a MIC, which is zeros.
    ///
    /// # Errors
    /// When a name is too long.
    pub(crate) fn encode(
        (user, domain, workstation): (&str, &str, &str),
        response: &Response,
        lm: &[u8],
        flags: u32,
    ) -> Result<Vec<u8>, NtlmError> {
        let mut message = Writer::new(KIND, FIXED_LEN);
        message.payload(lm)?;
        message.payload(&response.encode())?;
        for name in [domain, user, workstation] {
            message.payload(&text::encode(name, flags & flags::UNICODE != 0))?;
        }
        message.payload(&[])?;
        message.put(&flags.to_le_bytes());
        message.put(&flags::WINDOWS_SERVER_2012);
        message.put(&[0; 16]);
        Ok(message.finish())
    }
}

/// Puts a MIC into an encoded message.
pub(crate) fn set_mic(bytes: &mut [u8], mic: &[u8; 16]) {
    if let Some(place) = bytes.get_mut(MIC_AT..MIC_AT + 16) {
        place.copy_from_slice(mic);
    }
}

fn without_mic(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    set_mic(&mut bytes, &[0; 16]);
    bytes
}

/// By their lengths: [MS-NLMP] 2.2.1.3. An anonymous client has no NT response, and an LM response of one byte at most.
fn refuse_older(nt: &[u8], lm: &[u8], nameless: bool) -> Result<(), NtlmError> {
    match (nt.len(), lm.len()) {
        (0, 0..=1) => Err(NtlmError::Anonymous),
        _ if nameless => Err(NtlmError::Anonymous),
        (0, _) => Err(NtlmError::LmOnly),
        (24, _) => Err(NtlmError::NtlmV1),
        _ => Ok(()),
    }
}

/// The MIC stands before the payloads, where the response announces it.
fn mic(message: &Message<'_>, response: &Response) -> Result<Mic, NtlmError> {
    if av_pair::flags(&response.pairs) & HAS_MIC == 0 {
        return Ok(Mic::None);
    }
    let first = message.first_payload(&[LM, NT, DOMAIN, USER, WORKSTATION, SESSION_KEY])?;
    if first < FIXED_LEN { Ok(Mic::Missing) } else { message.array(MIC_AT).map(Mic::Given) }
}

impl fmt::Debug for Authenticate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate")
            .field("user", &self.user)
            .field("domain", &self.domain)
            .field("workstation", &self.workstation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v2::golden;

    #[test]
    fn the_captured_message_is_read() {
        let message = Authenticate::decode(&golden::type3()).unwrap();
        assert_eq!(message.user, "alice@contoso.test");
        assert_eq!((message.domain.as_str(), message.workstation.as_str()), ("", "VM"));
        assert!(message.mic == Mic::None && message.session_key.is_none());
        assert_eq!(
            format!("{message:?}"),
            r#"Authenticate { user: "alice@contoso.test", domain: "", workstation: "VM", .. }"#
        );
    }

    #[test]
    fn only_ntlmv2_is_read() {
        let of = |change: fn(&mut Vec<u8>)| {
            let mut bytes = golden::type3();
            change(&mut bytes);
            Authenticate::decode(&bytes).map(|_| ())
        };
        assert_eq!(of(|_| ()), Ok(()));
        assert_eq!(of(|bytes| bytes[NT] = 24), Err(NtlmError::NtlmV1));
        assert_eq!(of(|bytes| bytes[NT] = 0), Err(NtlmError::LmOnly));
        assert_eq!(
            of(|bytes| {
                bytes[NT] = 0;
                bytes[LM] = 1;
            }),
            Err(NtlmError::Anonymous)
        );
        assert_eq!(of(|bytes| bytes[USER] = 0), Err(NtlmError::Anonymous));
        assert_eq!(of(|bytes| bytes[FLAGS + 1] |= 0x08), Err(NtlmError::Anonymous));
        assert!(matches!(of(|bytes| bytes[NT] = 30), Err(NtlmError::Malformed { .. })));
        assert!(matches!(of(|bytes| bytes.truncate(290)), Err(NtlmError::Malformed { .. })));
        assert!(matches!(of(|bytes| bytes.truncate(60)), Err(NtlmError::Malformed { .. })));
    }
}
