//! SPNEGO, as far as NTLM needs it: RFC 4178, and [MS-SPNG] for Windows' ways.

use crate::NtlmError;
use crate::der::{self, context};

/// 1.3.6.1.5.5.2.
const SPNEGO: &[u8] = &[0x2b, 6, 1, 5, 5, 2];
/// 1.3.6.1.4.1.311.2.2.10: NTLMSSP.
const NTLMSSP: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];

/// The most mechanisms of a list that are looked at; Windows offers five at most.
const MAX_MECHANISMS: usize = 32;

/// NegState: RFC 4178 section 4.2.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NegState {
    /// The context is there.
    AcceptCompleted,
    /// More is to come.
    AcceptIncomplete,
    /// More is to come, at its end the integrity codes of the list; in a first reply alone.
    RequestMic,
}

impl NegState {
    fn encode(self) -> Vec<u8> {
        let number = match self {
            Self::AcceptCompleted => 0,
            Self::AcceptIncomplete => 1,
            Self::RequestMic => 3,
        };
        der::write(context(0), &der::write(der::ENUMERATED, &[number]))
    }
}

/// What came in, out of its wrapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unwrapped<'a> {
    /// The client's first token, with an NTLM message unless the client would rather take another mechanism: then it
    /// has to be asked for one.
    Init(Offer, Option<&'a [u8]>),
    /// A later token of either end, with its NTLM message and its mechListMIC.
    Response(&'a [u8], Option<&'a [u8]>),
}

/// The mechanisms that a client offers, NTLM among them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// MechTypeList as it came, which is what a mechListMIC covers.
    pub(crate) mech_types: Vec<u8>,
    /// Whether another one is preferred. Then codes must be exchanged: RFC 4178 section 5.
    pub(crate) prefers_other: bool,
}

/// Takes a token from its wrapping, of either end.
pub(crate) fn unwrap(token: &[u8]) -> Result<Unwrapped<'_>, NtlmError> {
    match token.first().copied() {
        Some(der::APPLICATION_0) => init(token),
        Some(tag) if tag == context(1) => response(token),
        _ => Err(error("it is neither NTLM nor SPNEGO")),
    }
}

fn error(reason: &'static str) -> NtlmError {
    NtlmError::malformed("SPNEGO token", reason)
}

/// NegTokenInit, in the wrapping of a GSS-API's first token.
fn init(token: &[u8]) -> Result<Unwrapped<'_>, NtlmError> {
    let broken = error("its NegTokenInit cannot be read");
    let (contents, _) = der::expect(der::APPLICATION_0, token).ok_or(broken)?;
    let (mechanism, rest) = der::expect(der::OID, contents).ok_or(broken)?;
    if mechanism != SPNEGO {
        // A bare token of another mechanism; of Kerberos in all that is seen.
        return Err(NtlmError::KerberosOnly);
    }
    let (init, _) = der::expect(context(0), rest).ok_or(broken)?;
    let (mut fields, _) = der::expect(der::SEQUENCE, init).ok_or(broken)?;
    let (mut mech_types, mut ntlm_at, mut token) = (Vec::new(), None, None);
    while let Some((tag, field, rest)) = der::element(fields) {
        if tag == context(0) {
            mech_types = field.to_vec();
            ntlm_at = place_of_ntlm(field).ok_or(broken)?;
        } else if tag == context(2) {
            token = Some(der::expect(der::OCTET_STRING, field).ok_or(broken)?.0);
        }
        fields = rest;
    }
    let place = ntlm_at.ok_or(NtlmError::KerberosOnly)?;
    let offer = Offer { mech_types, prefers_other: place > 0 };
    let is_ntlm = |token: &&[u8]| place == 0 || crate::bytes::kind_of(token).is_some();
    Ok(Unwrapped::Init(offer, token.filter(is_ntlm)))
}

/// Where NTLM stands in mechTypes, if it does; `None` outside when it cannot be read.
fn place_of_ntlm(field: &[u8]) -> Option<Option<usize>> {
    let (mut list, _) = der::expect(der::SEQUENCE, field)?;
    for place in 0..MAX_MECHANISMS {
        if list.is_empty() {
            return Some(None);
        }
        let (mechanism, rest) = der::expect(der::OID, list)?;
        if mechanism == NTLMSSP {
            return Some(Some(place));
        }
        list = rest;
    }
    None
}

/// NegTokenResp with a token in it.
fn response(token: &[u8]) -> Result<Unwrapped<'_>, NtlmError> {
    let broken = error("its NegTokenResp cannot be read");
    let (response, _) = der::expect(context(1), token).ok_or(broken)?;
    let (mut fields, _) = der::expect(der::SEQUENCE, response).ok_or(broken)?;
    let (mut message, mut mic) = (None, None);
    while let Some((tag, field, rest)) = der::element(fields) {
        let octets = || der::expect(der::OCTET_STRING, field).map(|(octets, _)| octets).ok_or(broken);
        if tag == context(2) {
            message = Some(octets()?);
        } else if tag == context(3) {
            mic = Some(octets()?);
        }
        fields = rest;
    }
    let message = message.ok_or(error("its NegTokenResp holds no token"))?;
    // Implementations from before RFC 4178 repeat the token in its place.
    Ok(Unwrapped::Response(message, mic.filter(|mic| *mic != message)))
}

/// The client's first token: NTLM alone, and its first message.
pub(crate) fn wrap_init(message: &[u8]) -> Vec<u8> {
    let mechanisms = der::write(der::SEQUENCE, &der::write(der::OID, NTLMSSP));
    let fields = [
        der::write(context(0), &mechanisms),
        der::write(context(2), &der::write(der::OCTET_STRING, message)),
    ];
    let init = der::write(context(0), &der::write(der::SEQUENCE, &fields.concat()));
    der::write(der::APPLICATION_0, &[der::write(der::OID, SPNEGO), init].concat())
}

/// The server's first reply: it takes NTLM and waits for more. Without a message it asks for the first one.
pub(crate) fn wrap_first_reply(offer: &Offer, message: Option<&[u8]>) -> Vec<u8> {
    let state = if offer.prefers_other { NegState::RequestMic } else { NegState::AcceptIncomplete };
    let mechanism = der::write(context(1), &der::write(der::OID, NTLMSSP));
    reply(&[state.encode(), mechanism, octets(2, message)])
}

/// A later reply with a message.
pub(crate) fn wrap_challenge(message: &[u8]) -> Vec<u8> {
    reply(&[NegState::AcceptIncomplete.encode(), octets(2, Some(message))])
}

/// The server's last reply.
pub(crate) fn wrap_completed(mic: Option<&[u8]>) -> Vec<u8> {
    reply(&[NegState::AcceptCompleted.encode(), octets(3, mic)])
}

fn octets(number: u8, contents: Option<&[u8]>) -> Vec<u8> {
    contents
        .map(|contents| der::write(context(number), &der::write(der::OCTET_STRING, contents)))
        .unwrap_or_default()
}

fn reply(fields: &[Vec<u8>]) -> Vec<u8> {
    der::write(context(1), &der::write(der::SEQUENCE, &fields.concat()))
}

/// A later token of the client.
pub(crate) fn wrap_response(message: &[u8]) -> Vec<u8> {
    reply(&[octets(2, Some(message))])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1.2.840.113554.1.2.2: Kerberos 5.
    const KERBEROS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];

    fn offer(mechanisms: &[&[u8]], token: Option<&[u8]>) -> Vec<u8> {
        let list: Vec<u8> = mechanisms.iter().flat_map(|oid| der::write(der::OID, oid)).collect();
        let mut fields = der::write(context(0), &der::write(der::SEQUENCE, &list));
        if let Some(token) = token {
            fields.extend(der::write(context(2), &der::write(der::OCTET_STRING, token)));
        }
        let init = der::write(context(0), &der::write(der::SEQUENCE, &fields));
        der::write(der::APPLICATION_0, &[der::write(der::OID, SPNEGO), init].concat())
    }

    fn ntlm_alone() -> Vec<u8> {
        der::write(der::SEQUENCE, &der::write(der::OID, NTLMSSP))
    }

    #[test]
    fn messages_come_out_of_every_wrapping() {
        let message = b"NTLMSSP\0\x01\0\0\0 and more";
        let offer = Offer { mech_types: ntlm_alone(), prefers_other: false };
        assert_eq!(unwrap(&wrap_init(message)), Ok(Unwrapped::Init(offer.clone(), Some(message))));
        for token in
            [wrap_first_reply(&offer, Some(message)), wrap_challenge(message), wrap_response(message)]
        {
            assert_eq!(unwrap(&token), Ok(Unwrapped::Response(message, None)));
        }
        let with_code = |code| reply(&[octets(2, Some(message)), octets(3, Some(code))]);
        assert_eq!(unwrap(&with_code(b"code")), Ok(Unwrapped::Response(message, Some(b"code"))));
        // As before RFC 4178.
        assert_eq!(unwrap(&with_code(message)), Ok(Unwrapped::Response(message, None)));
    }

    #[test]
    fn the_first_token_is_written_as_windows_writes_it() {
        // The head of the token that Windows sends for NTLM alone: RFC 4559's layout, these very bytes.
        let head =
            [0x60, 0x48, 0x06, 0x06, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x02, 0xa0, 0x3e, 0x30, 0x3c, 0xa0, 0x0e];
        assert_eq!(wrap_init(&[0; 40])[..16], head);
    }

    #[test]
    fn a_client_that_prefers_kerberos_is_asked_for_ntlm() {
        let token = offer(&[KERBEROS, NTLMSSP], Some(b"AP-REQ"));
        let Ok(Unwrapped::Init(offer, None)) = unwrap(&token) else { panic!("prefers another") };
        assert!(offer.prefers_other);
        let asked = wrap_first_reply(&offer, None);
        assert_eq!(asked[4..9], [0xa0, 3, 10, 1, 3], "request-mic");
        assert_eq!(unwrap(&asked), Err(error("its NegTokenResp holds no token")));
    }

    #[test]
    fn kerberos_alone_is_told_apart_from_rubbish() {
        assert_eq!(unwrap(&offer(&[KERBEROS], Some(b"AP-REQ"))), Err(NtlmError::KerberosOnly));
        let bare = der::write(der::APPLICATION_0, &der::write(der::OID, KERBEROS));
        assert_eq!(unwrap(&bare), Err(NtlmError::KerberosOnly));
        assert!(matches!(unwrap(b"\x60\x03abc"), Err(NtlmError::Malformed { .. })));
        assert!(matches!(unwrap(b""), Err(NtlmError::Malformed { .. })));
        let endless = vec![KERBEROS; MAX_MECHANISMS + 1];
        assert!(matches!(unwrap(&offer(&endless, None)), Err(NtlmError::Malformed { .. })));
    }
}
