//! Phone number or extension and PIN, as a phone sends them: HTTP Basic (RFC 7617).
//!
//! That a PIN travels so is captured; that the two parts are userid and password follows from the scheme.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use lync_model::Pin;
use zeroize::Zeroizing;

/// Longer credentials are no phone number and PIN.
const MAX_ENCODED: usize = 512;

/// Base64 with its padding or without.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What stood in `Authorization: Basic …`.
#[derive(Debug)]
pub(crate) struct Credentials {
    /// The phone number or extension as it was typed.
    pub(crate) phone_or_ext: String,
    /// The PIN.
    pub(crate) pin: Pin,
}

/// Why an Authorization header gave no credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoCredentials {
    #[error("no Authorization header")]
    Absent,
    #[error("another scheme than Basic")]
    OtherScheme,
    #[error("not a Base64 userid:password")]
    Malformed,
}

impl Credentials {
    /// Reads the value of an Authorization header.
    pub(crate) fn from_header(value: Option<&[u8]>) -> Result<Self, NoCredentials> {
        let value = value.ok_or(NoCredentials::Absent)?;
        let value = std::str::from_utf8(value).map_err(|_| NoCredentials::Malformed)?;
        let (scheme, encoded) = value.trim().split_once([' ', '\t']).ok_or(NoCredentials::Malformed)?;
        if !scheme.eq_ignore_ascii_case("Basic") {
            return Err(NoCredentials::OtherScheme);
        }
        let encoded = encoded.trim();
        if encoded.len() > MAX_ENCODED {
            return Err(NoCredentials::Malformed);
        }
        let decoded = Zeroizing::new(LENIENT.decode(encoded).map_err(|_| NoCredentials::Malformed)?);
        let text = std::str::from_utf8(&decoded).map_err(|_| NoCredentials::Malformed)?;
        let (phone_or_ext, pin) = text.split_once(':').ok_or(NoCredentials::Malformed)?;
        Ok(Self { phone_or_ext: phone_or_ext.to_owned(), pin: Pin::new(pin) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str) -> Result<(String, String), NoCredentials> {
        let credentials = Credentials::from_header(Some(header.as_bytes()))?;
        Ok((credentials.phone_or_ext, credentials.pin.expose().to_owned()))
    }

    #[test]
    fn the_scheme_is_read_in_any_case() {
        let expected = Ok(("+14255551219".to_owned(), "0712".to_owned()));
        assert_eq!(read("Basic KzE0MjU1NTUxMjE5OjA3MTI="), expected);
        assert_eq!(read("Basic\tKzE0MjU1NTUxMjE5OjA3MTI"), expected);
        assert_eq!(read("basic  KzE0MjU1NTUxMjE5OjA3MTI= "), expected);
    }

    #[test]
    fn rubbish_is_told_apart_from_nothing() {
        assert_eq!(Credentials::from_header(None).unwrap_err(), NoCredentials::Absent);
        assert_eq!(read("NTLM TlRMTVNTUAAB").unwrap_err(), NoCredentials::OtherScheme);
        let long = format!("Basic {}", "A".repeat(2000));
        for header in ["Basic", "Basic ???", "Basic MTIxOQ==", "Basic /////w==", long.as_str()] {
            assert_eq!(read(header).unwrap_err(), NoCredentials::Malformed, "{header}");
        }
    }

    #[test]
    fn debug_shows_no_pin() {
        let credentials = Credentials::from_header(Some(b"Basic MTIxOTowNzEy")).unwrap();
        assert!(!format!("{credentials:?}").contains("0712"));
    }
}
