//! The server's end.

use crate::authenticate::{self, Authenticate, Mic};
use crate::av_pair::AvPair;
use crate::challenge::{self, Challenge};
use crate::crypto::{self, Key};
use crate::negotiate::{self, Negotiate};
use crate::signing::{self, Side};
use crate::spnego::{self, Offer, Unwrapped};
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
    /// The end of SPNEGO, for the header WWW-Authenticate of whatever is answered now; `None` where the response came
    /// without SPNEGO.
    pub www_authenticate: Option<String>,
}

#[derive(Clone, Debug)]
enum State {
    Idle,
    /// SPNEGO has begun with another mechanism, and NTLM was asked for.
    Asked(Offer),
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
    /// What SPNEGO began with, if it did.
    offer: Option<Offer>,
    /// What the third message came in.
    end: Option<End>,
}

/// The client's last token of SPNEGO, apart from its message.
#[derive(Clone, Debug)]
struct End {
    scheme: Scheme,
    mech_list_mic: Option<Vec<u8>>,
}

/// What is around a message.
enum Wrapping {
    Nothing,
    FirstToken(Offer),
    LaterToken(Option<Vec<u8>>),
}

impl Wrapping {
    /// A challenge in the same.
    fn around(&self, challenge: &[u8]) -> Vec<u8> {
        match self {
            Self::Nothing => challenge.to_vec(),
            Self::FirstToken(offer) => spnego::wrap_first_reply(offer, Some(challenge)),
            Self::LaterToken(_) => spnego::wrap_challenge(challenge),
        }
    }
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
        let (message, wrapping) = if bytes::kind_of(&token).is_some() {
            (&token[..], Wrapping::Nothing)
        } else if scheme == Scheme::Ntlm {
            return Err(NtlmError::malformed("token", "it is no NTLM"));
        } else {
            match spnego::unwrap(&token)? {
                Unwrapped::Init(offer, Some(message)) => (message, Wrapping::FirstToken(offer)),
                Unwrapped::Init(offer, None) => return Ok(self.ask_for_ntlm(scheme, offer)),
                Unwrapped::Response(message, mic) => (message, Wrapping::LaterToken(mic.map(<[u8]>::to_vec))),
            }
        };
        match bytes::kind_of(message) {
            Some(negotiate::KIND) => {
                let mut exchange = self.challenge(message, challenge, now)?;
                let www_authenticate = header::encode(scheme, &wrapping.around(&exchange.challenge_bytes));
                exchange.offer = match (wrapping, state) {
                    (Wrapping::FirstToken(offer), _) | (Wrapping::LaterToken(_), State::Asked(offer)) => {
                        Some(offer)
                    }
                    _ => None,
                };
                self.state = State::Challenged(Box::new(exchange));
                Ok(Step::Challenge { www_authenticate })
            }
            Some(authenticate::KIND) => {
                let State::Challenged(mut exchange) = state else { return Err(NtlmError::NoChallenge) };
                let response = Authenticate::decode(message)?;
                exchange.end = match wrapping {
                    Wrapping::Nothing => None,
                    Wrapping::FirstToken(_) => Some(End { scheme, mech_list_mic: None }),
                    Wrapping::LaterToken(mech_list_mic) => Some(End { scheme, mech_list_mic }),
                };
                self.state = State::Answered(exchange);
                Ok(Step::Authenticate(Box::new(response)))
            }
            Some(challenge::KIND) => Err(NtlmError::Unexpected),
            _ => Err(NtlmError::malformed("token", "it is no NTLM")),
        }
    }

    fn ask_for_ntlm(&mut self, scheme: Scheme, offer: Offer) -> Step {
        let www_authenticate = header::encode(scheme, &spnego::wrap_first_reply(&offer, None));
        self.state = State::Asked(offer);
        Step::Challenge { www_authenticate }
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
        Ok(Exchange { negotiate: negotiate.to_vec(), challenge_bytes, challenge, offer: None, end: None })
    }

    /// Checks a response of this connection against the password's hash: the proof, then the message integrity code if
    /// the response announces one ([MS-NLMP] 3.2.5.1.2 has both), then SPNEGO's mechListMIC if there is one. The proof covers the challenge's random bytes. Whether
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
        let session_key = exported_session_key(&key, response);
        match &response.mic {
            Mic::None => {}
            Mic::Missing => return Err(NtlmError::MissingMic),
            Mic::Given(mic) => {
                let messages = [&exchange.negotiate[..], &exchange.challenge_bytes, &response.bytes];
                if !crypto::is_hmac_md5(&session_key, &messages, mic) {
                    return Err(NtlmError::WrongMic);
                }
            }
        }
        let repeated = |pair: &AvPair| response.response.pairs.contains(pair);
        let repeats_target = exchange.challenge.target_info.iter().all(repeated);
        let www_authenticate = exchange.close(&session_key, response.flags)?;
        Ok(Verified { repeats_target, www_authenticate })
    }
}

impl Exchange {
    /// The end of SPNEGO, with a mechListMIC where the client has sent one or had to: RFC 4178 section 5.
    ///
    /// A client that had to and has not is not refused, and not asked in another round: the codes guard the choice
    /// between mechanisms, and here there is but one.
    fn close(&self, session_key: &Key, flags: u32) -> Result<Option<String>, NtlmError> {
        let Some(end) = &self.end else { return Ok(None) };
        let sign = |by| {
            let list = &self.offer.as_ref()?.mech_types;
            signing::first_signature(session_key, flags, by, list)
        };
        // The proof was right: whoever compares here knows the key, so that the time it takes tells nothing.
        if let (Some(given), Some(right)) = (&end.mech_list_mic, sign(Side::Client))
            && *given != right
        {
            return Err(NtlmError::WrongMechListMic);
        }
        let had_to = self.offer.as_ref().is_some_and(|offer| offer.prefers_other);
        let mic = (had_to || end.mech_list_mic.is_some()).then(|| sign(Side::Server)).flatten();
        let token = spnego::wrap_completed(mic.as_ref().map(<[u8; 16]>::as_slice));
        Ok(Some(header::encode(end.scheme, &token)))
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
