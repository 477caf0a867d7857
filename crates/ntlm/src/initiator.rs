//! The client's end.

use crate::authenticate::{self, Authenticate};
use crate::av_pair::{self, AvPair};
use crate::challenge::Challenge;
use crate::negotiate::Negotiate;
use crate::spnego::{self, Unwrapped};
use crate::v2::{Response, ResponseKey};
use crate::{NtHash, NtlmError, Scheme, bytes, crypto, file_time, flags, header};
use time::OffsetDateTime;

/// What is offered: the very flags that were captured of pidgin-sipe. Nothing is signed or sealed over HTTP, so no
/// session key is exchanged.
const OFFERED: u32 = flags::UNICODE
    | flags::REQUEST_TARGET
    | flags::NTLM
    | flags::ALWAYS_SIGN
    | flags::EXTENDED_SESSION_SECURITY
    | flags::TARGET_INFO
    | flags::VERSION
    | flags::KEY_128
    | flags::KEY_56;

/// The client's end of one connection. Of the password it keeps the hash alone.
#[derive(Clone, Debug)]
pub struct Initiator {
    scheme: Scheme,
    in_spnego: bool,
    user: String,
    domain: String,
    workstation: String,
    hash: NtHash,
    /// The first message, once it is out.
    negotiate: Option<Vec<u8>>,
}

impl Initiator {
    /// For this user, who may be a UPN with an empty domain. The workstation is told to the server, and may be empty.
    pub fn new(
        scheme: Scheme,
        user: impl Into<String>,
        domain: impl Into<String>,
        workstation: impl Into<String>,
        password: &str,
    ) -> Self {
        let hash = NtHash::of_password(password);
        let (user, domain, workstation) = (user.into(), domain.into(), workstation.into());
        Self { scheme, in_spnego: false, user, domain, workstation, hash, negotiate: None }
    }

    /// Wraps the messages in SPNEGO, where the scheme is Negotiate. Otherwise they go as they are, which Windows does
    /// too where there is no Kerberos, and which servers take under both schemes.
    ///
    /// No mechListMIC is sent: RFC 4178 section 5 leaves it out where the server took the mechanism that was preferred.
    /// A server that wants one whenever the message has an integrity code (pyspnego's does) is not satisfied by this.
    #[must_use]
    pub fn in_spnego(mut self) -> Self {
        self.in_spnego = self.scheme == Scheme::Negotiate;
        self
    }

    /// The first value of the header Authorization; starts from the beginning.
    ///
    /// # Errors
    /// None in practice: the message has a fixed length.
    pub fn negotiate(&mut self) -> Result<String, NtlmError> {
        let message = Negotiate { flags: OFFERED }.encode()?;
        let token = if self.in_spnego { spnego::wrap_init(&message) } else { message.clone() };
        self.negotiate = Some(message);
        Ok(header::encode(self.scheme, &token))
    }

    /// The second value, to a challenge from WWW-Authenticate: scheme and token. `client_challenge`: 8 random bytes;
    /// `now` is used where the server tells no time.
    ///
    /// Where the server tells its time the message gets an integrity code ([MS-NLMP] 3.1.5.1.2).
    ///
    /// # Errors
    /// When no first message went before, or the challenge cannot be read or is not one for NTLMv2.
    pub fn authenticate(
        &mut self,
        www_authenticate: &str,
        client_challenge: [u8; 8],
        now: OffsetDateTime,
    ) -> Result<String, NtlmError> {
        let negotiate = self.negotiate.take().ok_or(NtlmError::NoChallenge)?;
        let (_, token) = header::decode(www_authenticate)?;
        let challenge_bytes = match bytes::kind_of(&token) {
            Some(_) => &token,
            None => match spnego::unwrap(&token)? {
                Unwrapped::Response(message, _) => message,
                Unwrapped::Init(..) => return Err(NtlmError::Unexpected),
            },
        };
        let message = self.message(&negotiate, challenge_bytes, client_challenge, now)?;
        let token = if self.in_spnego { spnego::wrap_response(&message) } else { message };
        Ok(header::encode(self.scheme, &token))
    }

    fn message(
        &self,
        negotiate: &[u8],
        challenge_bytes: &[u8],
        client_challenge: [u8; 8],
        now: OffsetDateTime,
    ) -> Result<Vec<u8>, NtlmError> {
        let challenge = Challenge::decode(challenge_bytes)?;
        let server_challenge = &challenge.server_challenge;
        let key = ResponseKey::new(&self.hash, &self.user, &self.domain);
        let told: Option<[u8; 8]> =
            av_pair::find(&challenge.target_info, AvPair::TIMESTAMP).and_then(|time| time.try_into().ok());
        let mut pairs = challenge.target_info.clone();
        let (time, lm) = match told {
            Some(time) => {
                announce_mic(&mut pairs);
                (time, vec![0; 24])
            }
            None => (file_time::from_time(now), key.lm_v2(server_challenge, &client_challenge)),
        };
        let response = Response::new(&key, server_challenge, &client_challenge, time, pairs)?;
        let names = (self.user.as_str(), self.domain.as_str(), self.workstation.as_str());
        let mut message = Authenticate::encode(names, &response, &lm, challenge.flags & OFFERED)?;
        if told.is_some() {
            let session_key = key.session_base_key(&response);
            let mic = crypto::hmac_md5(&session_key, &[negotiate, challenge_bytes, &message]);
            authenticate::set_mic(&mut message, &mic);
        }
        Ok(message)
    }
}

/// Sets the bit in MsvAvFlags, which is added if there is none.
fn announce_mic(pairs: &mut Vec<AvPair>) {
    let value = (av_pair::flags(pairs) | authenticate::HAS_MIC).to_le_bytes();
    pairs.retain(|pair| pair.id != AvPair::FLAGS);
    pairs.push(AvPair::new(AvPair::FLAGS, value));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v2::golden;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-01-15 12:00 UTC);

    fn alice(scheme: Scheme) -> Initiator {
        Initiator::new(scheme, golden::text("user"), "", "VM", &golden::text("password"))
    }

    #[test]
    fn the_first_message_is_the_captured_one_but_for_offsets_and_version() {
        let value = alice(Scheme::Ntlm).negotiate().unwrap();
        let (_, written) = header::decode(&value).unwrap();
        let captured = golden::type1();
        assert_eq!((written.len(), &written[..16]), (captured.len(), &captured[..16]));
    }

    /// With the recorded challenge, less its time, the recorded message comes out but for the room for a MIC.
    #[test]
    fn the_recorded_challenge_is_answered_as_recorded() {
        let mut challenge = Challenge::decode(&golden::type2()).unwrap();
        let time = challenge.target_info.pop().unwrap();
        let mut initiator = alice(Scheme::Ntlm);
        initiator.negotiate().unwrap();
        let value = format!("NTLM {}", STANDARD.encode(challenge.encode().unwrap()));
        let answer = initiator.authenticate(&value, [7; 8], NOW).unwrap();
        let (_, bytes) = header::decode(&answer).unwrap();
        let message = Authenticate::decode(&bytes).unwrap();
        assert!(message.mic == authenticate::Mic::None);
        assert_eq!(message.response.temp[8..16], file_time::from_time(NOW));
        assert_eq!(message.response.pairs, challenge.target_info);

        challenge.target_info.push(time.clone());
        initiator.negotiate().unwrap();
        let value = format!("NTLM {}", STANDARD.encode(challenge.encode().unwrap()));
        let answer = initiator.authenticate(&value, [7; 8], NOW).unwrap();
        let (_, bytes) = header::decode(&answer).unwrap();
        let message = Authenticate::decode(&bytes).unwrap();
        assert!(matches!(message.mic, authenticate::Mic::Given(_)));
        assert_eq!(message.response.temp[8..16], time.value);
    }

    #[test]
    fn flags_of_the_server_are_kept_beside_the_codes() {
        let mut pairs =
            vec![AvPair::new(AvPair::FLAGS, [1, 0, 0, 0]), AvPair::new(AvPair::TIMESTAMP, [0; 8])];
        announce_mic(&mut pairs);
        assert_eq!(pairs, [AvPair::new(AvPair::TIMESTAMP, [0; 8]), AvPair::new(AvPair::FLAGS, [3, 0, 0, 0])]);
    }

    #[test]
    fn an_answer_needs_its_first_message_and_a_challenge() {
        let mut initiator = alice(Scheme::Negotiate);
        let challenge = format!("Negotiate {}", golden::text("type2_b64"));
        assert_eq!(initiator.authenticate(&challenge, [7; 8], NOW), Err(NtlmError::NoChallenge));
        for wrong in ["Negotiate", "Negotiate AAAA", "Basic realm=\"LYNC\""] {
            initiator.negotiate().unwrap();
            assert!(initiator.authenticate(wrong, [7; 8], NOW).is_err(), "{wrong}");
        }
    }

    #[test]
    fn debug_shows_neither_password_nor_hash() {
        let shown = format!("{:?}", alice(Scheme::Ntlm));
        assert!(shown.contains("NtHash(****)") && !shown.contains("Passw0rd"));
    }
}
