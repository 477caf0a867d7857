//! The bearer token.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use std::fmt;
use zeroize::Zeroizing;

/// The fewest characters: fewer could be guessed over the network.
const MIN: usize = 16;
/// The most, so that it fits in a header.
const MAX: usize = 512;

/// The token that opens the API. Wiped when dropped, and shown by neither `Debug` nor `Display`.
#[derive(Clone)]
pub struct SecretToken(Zeroizing<String>);

/// A text that is no token. It does not tell the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// It is too short or too long.
    #[error("the token has {0} characters; it must have {MIN} to {MAX}")]
    Length(usize),
    /// It has a character that a bearer token cannot have (RFC 6750 section 2.1).
    #[error("the token has a character other than A-Z, a-z, 0-9 and `-._~+/=`")]
    Character,
}

impl SecretToken {
    /// Takes a token.
    ///
    /// # Errors
    /// When it has fewer than 16 or more than 512 characters, or one that a header cannot carry.
    pub fn new(token: impl Into<String>) -> Result<Self, TokenError> {
        let token = Zeroizing::new(token.into());
        if !(MIN..=MAX).contains(&token.len()) {
            return Err(TokenError::Length(token.chars().count()));
        }
        let clean = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
        if token.bytes().all(clean) { Ok(Self(token)) } else { Err(TokenError::Character) }
    }

    /// The token itself. Every caller of this is a place where it could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether this is the token; takes as long for every text of one length.
    pub(super) fn is(&self, given: &[u8]) -> bool {
        verify_slices_are_equal(self.0.as_bytes(), given).is_ok()
    }
}

impl fmt::Debug for SecretToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretToken(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_fits_in_a_header_and_is_never_shown() {
        let token = SecretToken::new("0123456789abcdef-._~+/=").unwrap();
        assert_eq!(format!("{token:?}"), "SecretToken(****)");
        assert!(token.is(b"0123456789abcdef-._~+/=") && !token.is(b"0123456789abcdef"));
        assert_eq!(SecretToken::new("short").unwrap_err(), TokenError::Length(5));
        assert_eq!(SecretToken::new("x".repeat(513)).unwrap_err(), TokenError::Length(513));
        for token in ["0123456789 abcdef", "0123456789abcdef\n", "0123456789abcdefä"] {
            assert_eq!(SecretToken::new(token).unwrap_err(), TokenError::Character);
        }
    }
}
