//! The server's end.

use crate::authenticate::{self, Authenticate, Mic};
use crate::av_pair::AvPair;
use crate::challenge::{self, Challenge};
use crate::crypto::{self, Key};
use crate::negotiate::{self, Negotiate};
use crate::spnego::{self, Unwrapped};
use crate::v2::ResponseKey;
use crate::{NtHash, NtlmError, Scheme, bytes, file_time, flags, header, text};
use std::sync::Arc;
use time::OffsetDateTime;

/// What a server says of itself in each challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// NetBIOS name of the domain, in capitals by custom.
    pub netbios_domain: String,
    /// NetBIOS name of the computer, in capitals by custom.
    pub netbios_computer: String,
    /// DNS name of the domain.
    pub dns_domain: String,
    /// DNS name of the computer.
    pub dns_computer: String,
}

/// The server's end of one connection, which is what NTLM over HTTP authenticates: make one for each.
///
/// It holds no secret. Each challenge is good for one response; what comes without a challenge is refused.
#[derive(Clone, Debug)]
pub struct Acceptor {
    target: Arc<Target>,
    state: State,
}

/// What came of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Answer 401 with this, and let the connection live.
    Challenge {
        /// Value of the header WWW-Authenticate, in the scheme and the wrapping that the client used.
        www_authenticate: String,
    },
    /// The client names its user and proves the password: look the user up, then [`verify`](Acceptor::verify).
    Authenticate(Box<Authenticate>),
}

/// A response that was made with the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Whether the response repeats the names and the time of its challenge, as [MS-NLMP] 3.1.5.1.2 has it. It was made
    /// for this challenge all the same.
    pub repeats_target: bool,
}

#[derive(Clone, Debug)]
enum State {
    Idle,
    /// A challenge is out.
    Challenged(Box<Exchange>),
    /// A response has come, and is not yet checked.
    Answered(Box<Exchange>),
}

/// The first two messages, which the third's integrity code covers.
#[derive(Clone, Debug)]
struct Exchange {
    negotiate: Vec<u8>,
    challenge_bytes: Vec<u8>,
    challenge: Challenge,
}

impl Acceptor {
    /// For a connection that was just accepted.
    pub fn new(target: Arc<Target>) -> Self {
        Self { target, state: State::Idle }
    }

    /// Takes the value of the header Authorization. `challenge`: 8 random bytes, which are used if a challenge is to be
    /// made; `now` goes into it.
    ///
    /// # Errors
    /// For everything but an NTLM message in its turn whose response, if it has one, is NTLMv2. A challenge that is
    /// out is spent by an error, too.
    pub fn step(&mut self, value: &str, challenge: [u8; 8], now: OffsetDateTime) -> Result<Step, NtlmError> {
        let state = std::mem::replace(&mut self.state, State::Idle);
        let (scheme, token) = header::decode(value)?;
        if bytes::kind_of(&token).is_some() {
            return self.message(state, &token, challenge, now, |message| header::encode(scheme, message));
        }
        if scheme == Scheme::Ntlm {
            return Err(NtlmError::malformed("token", "it is no NTLM"));
        }
        let wrap = |message: &[u8]| header::encode(scheme, &spnego::wrap_challenge(Some(message)));
        match spnego::unwrap(&token)? {
            Unwrapped::Ntlm(message) => self.message(state, message, challenge, now, wrap),
            Unwrapped::PrefersOther => Ok(Step::Challenge {
                www_authenticate: header::encode(scheme, &spnego::wrap_challenge(None)),
            }),
        }
    }

    fn message(
        &mut self,
        state: State,
        message: &[u8],
        challenge: [u8; 8],
        now: OffsetDateTime,
        wrap: impl Fn(&[u8]) -> String,
    ) -> Result<Step, NtlmError> {
        match bytes::kind_of(message) {
            Some(negotiate::KIND) => {
                let exchange = self.challenge(message, challenge, now)?;
                let www_authenticate = wrap(&exchange.challenge_bytes);
                self.state = State::Challenged(Box::new(exchange));
                Ok(Step::Challenge { www_authenticate })
            }
            Some(authenticate::KIND) => {
                let State::Challenged(exchange) = state else { return Err(NtlmError::NoChallenge) };
                let response = Authenticate::decode(message)?;
                self.state = State::Answered(exchange);
                Ok(Step::Authenticate(Box::new(response)))
            }
            Some(challenge::KIND) => Err(NtlmError::Unexpected),
            _ => Err(NtlmError::malformed("token", "it is no NTLM")),
        }
    }

    fn challenge(
        &self,
        negotiate: &[u8],
        server_challenge: [u8; 8],
        now: OffsetDateTime,
    ) -> Result<Exchange, NtlmError> {
        let offered = Negotiate::decode(negotiate)?.flags;
        let target = &self.target;
        let name = |id, name: &str| AvPair::new(id, text::utf16(name));
        let challenge = Challenge {
            flags: Challenge::answer_to(offered),
            server_challenge,
            target_name: target.netbios_domain.clone(),
            // The order is that of Windows.
            target_info: vec![
                name(AvPair::NB_DOMAIN_NAME, &target.netbios_domain),
                name(AvPair::NB_COMPUTER_NAME, &target.netbios_computer),
                name(AvPair::DNS_DOMAIN_NAME, &target.dns_domain),
                name(AvPair::DNS_COMPUTER_NAME, &target.dns_computer),
                AvPair::new(AvPair::TIMESTAMP, file_time::from_time(now)),
            ],
        };
        let challenge_bytes = challenge.encode()?;
        Ok(Exchange { negotiate: negotiate.to_vec(), challenge_bytes, challenge })
    }

    /// Checks a response of this connection against the password's hash: the proof, then the message integrity code if
    /// the response announces one ([MS-NLMP] 3.2.5.1.2 has both). The proof covers the challenge's random bytes. Whether
    /// names and time of the challenge are repeated is told and not judged: no source says that Windows compares them.
    ///
    /// A client that was told a time should send a code; pidgin-sipe does not, so none is not refused.
    ///
    /// # Errors
    /// When the response is not the password's, or for no challenge of this connection; whatever comes out, the
    /// challenge is spent.
    pub fn verify(&mut self, response: &Authenticate, hash: &NtHash) -> Result<Verified, NtlmError> {
        let state = std::mem::replace(&mut self.state, State::Idle);
        let State::Answered(exchange) = state else { return Err(NtlmError::NoChallenge) };
        let key = ResponseKey::new(hash, &response.user, &response.domain);
        if !key.has_made(&response.response, &exchange.challenge.server_challenge) {
            return Err(NtlmError::WrongProof);
        }
        match &response.mic {
            Mic::None => {}
            Mic::Missing => return Err(NtlmError::MissingMic),
            Mic::Given(mic) => {
                let session_key = exported_session_key(&key, response);
                let messages = [&exchange.negotiate[..], &exchange.challenge_bytes, &response.bytes];
                if !crypto::is_hmac_md5(&session_key, &messages, mic) {
                    return Err(NtlmError::WrongMic);
                }
            }
        }
        let repeated = |pair: &AvPair| response.response.pairs.contains(pair);
        Ok(Verified { repeats_target: exchange.challenge.target_info.iter().all(repeated) })
    }
}

/// ExportedSessionKey: the client's own random key, sealed under the KeyExchangeKey, where it sends one.
fn exported_session_key(key: &ResponseKey, response: &Authenticate) -> Key {
    let base = key.session_base_key(&response.response);
    match response.session_key {
        Some(sealed) if response.flags & flags::KEY_EXCHANGE != 0 => crypto::rc4(&base, &sealed),
        _ => base,
    }
}

#[cfg(test)]
mod tests;
