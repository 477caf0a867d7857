//! The header's value: a scheme and a token in Base64.

use crate::NtlmError;
use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The longest token that is read, in characters of Base64: what a Windows server takes of all headers together
/// (MaxRequestBytes of http.sys, 16 KiB). An NTLM message of ordinary names has below 1,000.
pub const MAX_TOKEN_LEN: usize = 16 * 1024;

/// Base64 as RFC 4648 has it; that the padding is missing is borne.
const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The scheme of HTTP authentication: RFC 4559 and [MS-NTHT].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// SPNEGO, or NTLM as it is.
    Negotiate,
    /// NTLM as it is.
    Ntlm,
}

impl Scheme {
    /// As it stands in headers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Negotiate => "Negotiate",
            Self::Ntlm => "NTLM",
        }
    }

    /// The scheme that a header's value begins with, if it is one of the two.
    pub fn of(value: &str) -> Option<Self> {
        let word = value.trim().split(' ').next().unwrap_or_default();
        [Self::Negotiate, Self::Ntlm].into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(word))
    }
}

/// Takes a header's value apart.
pub(crate) fn decode(value: &str) -> Result<(Scheme, Vec<u8>), NtlmError> {
    let scheme = Scheme::of(value).ok_or(NtlmError::Scheme)?;
    let token = value.trim().get(scheme.as_str().len()..).unwrap_or_default().trim();
    if token.len() > MAX_TOKEN_LEN {
        return Err(NtlmError::TooLong { limit: MAX_TOKEN_LEN });
    }
    let bytes = ENGINE.decode(token).map_err(|_| NtlmError::Base64)?;
    if bytes.is_empty() { Err(NtlmError::Base64) } else { Ok((scheme, bytes)) }
}

/// A header's value.
pub(crate) fn encode(scheme: Scheme, token: &[u8]) -> String {
    format!("{} {}", scheme.as_str(), ENGINE.encode(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_and_token_come_apart_in_any_case() {
        assert_eq!(decode("ntlm  YWJj "), Ok((Scheme::Ntlm, b"abc".to_vec())));
        assert_eq!(decode("Negotiate YWI"), Ok((Scheme::Negotiate, b"ab".to_vec())));
        assert_eq!(encode(Scheme::Negotiate, b"ab"), "Negotiate YWI=");
    }

    #[test]
    fn no_token_another_scheme_or_too_much_is_refused() {
        assert_eq!(decode("NTLM"), Err(NtlmError::Base64));
        assert_eq!(decode("NTLM ?"), Err(NtlmError::Base64));
        assert_eq!(decode("Basic YWJj"), Err(NtlmError::Scheme));
        assert_eq!(decode("NTLMYWJj"), Err(NtlmError::Scheme));
        let long = format!("NTLM {}", "A".repeat(MAX_TOKEN_LEN + 4));
        assert_eq!(decode(&long), Err(NtlmError::TooLong { limit: MAX_TOKEN_LEN }));
    }
}
