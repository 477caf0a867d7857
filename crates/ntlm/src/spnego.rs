//! SPNEGO, as far as NTLM needs it: RFC 4178, and [MS-SPNG] for Windows' ways.

use crate::NtlmError;
use crate::der::{self, context};

/// 1.3.6.1.5.5.2.
const SPNEGO: &[u8] = &[0x2b, 6, 1, 5, 5, 2];
/// 1.3.6.1.4.1.311.2.2.10: NTLMSSP.
const NTLMSSP: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];

/// The most mechanisms of a list that are looked at; Windows offers five at most.
const MAX_MECHANISMS: usize = 32;

/// NegState of a server that waits for more.
const ACCEPT_INCOMPLETE: u8 = 1;

/// What came in, out of its wrapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unwrapped<'a> {
    /// An NTLM message.
    Ntlm(&'a [u8]),
    /// The client would rather take another mechanism, and can do NTLM: it has to be asked for it.
    PrefersOther,
}

/// Takes a token from its wrapping, of either end. A mechListMIC is not looked at: it guards the choice between
/// mechanisms, and here there is but one.
pub(crate) fn unwrap(token: &[u8]) -> Result<Unwrapped<'_>, NtlmError> {
    match token.first().copied() {
        Some(der::APPLICATION_0) => init(token),
        Some(tag) if tag == context(1) => response(token).map(Unwrapped::Ntlm),
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
    let (mut ntlm_at, mut token) = (None, None);
    while let Some((tag, field, rest)) = der::element(fields) {
        if tag == context(0) {
            ntlm_at = place_of_ntlm(field).ok_or(broken)?;
        } else if tag == context(2) {
            token = Some(der::expect(der::OCTET_STRING, field).ok_or(broken)?.0);
        }
        fields = rest;
    }
    let place = ntlm_at.ok_or(NtlmError::KerberosOnly)?;
    match token {
        Some(token) if place == 0 || crate::bytes::kind_of(token).is_some() => Ok(Unwrapped::Ntlm(token)),
        _ => Ok(Unwrapped::PrefersOther),
    }
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
fn response(token: &[u8]) -> Result<&[u8], NtlmError> {
    let broken = error("its NegTokenResp cannot be read");
    let (response, _) = der::expect(context(1), token).ok_or(broken)?;
    let (mut fields, _) = der::expect(der::SEQUENCE, response).ok_or(broken)?;
    while let Some((tag, field, rest)) = der::element(fields) {
        if tag == context(2) {
            return der::expect(der::OCTET_STRING, field).map(|(token, _)| token).ok_or(broken);
        }
        fields = rest;
    }
    Err(error("its NegTokenResp holds no token"))
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

/// The server's answer: it takes NTLM and waits for more. Without a message it asks for the first one.
pub(crate) fn wrap_challenge(message: Option<&[u8]>) -> Vec<u8> {
    let mut fields = der::write(context(0), &der::write(der::ENUMERATED, &[ACCEPT_INCOMPLETE]));
    fields.extend(der::write(context(1), &der::write(der::OID, NTLMSSP)));
    if let Some(message) = message {
        fields.extend(der::write(context(2), &der::write(der::OCTET_STRING, message)));
    }
    der::write(context(1), &der::write(der::SEQUENCE, &fields))
}

/// A later token of the client.
pub(crate) fn wrap_response(message: &[u8]) -> Vec<u8> {
    let token = der::write(context(2), &der::write(der::OCTET_STRING, message));
    der::write(context(1), &der::write(der::SEQUENCE, &token))
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

    #[test]
    fn messages_come_out_of_every_wrapping() {
        let message = b"NTLMSSP\0\x01\0\0\0 and more";
        for token in [wrap_init(message), wrap_challenge(Some(message)), wrap_response(message)] {
            assert_eq!(unwrap(&token), Ok(Unwrapped::Ntlm(message)));
        }
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
        assert_eq!(unwrap(&token), Ok(Unwrapped::PrefersOther));
        let asked = wrap_challenge(None);
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
