//! Credentials are taken out of what is kept.
//!
//! Of a header the scheme stays, of an element its tags, of a plain connection every length.

mod wire;
mod xml;

pub(crate) use wire::wire;

use http::HeaderName;
use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION, SET_COOKIE};
use std::str;

/// What stands where a credential stood.
const MASK: &str = "****";

/// Headers whose values are credentials.
const HEADERS: [HeaderName; 4] = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE];

/// Schemes of HTTP authentication that a Lync server or its clients use. What has another first word is masked whole:
/// somebody may have written a password there.
const SCHEMES: [&str; 7] = ["Basic", "Bearer", "Digest", "Kerberos", "Negotiate", "NTLM", "TLS-DSK"];

/// The value of a header as it may be kept.
pub(crate) fn header(name: &HeaderName, value: &str) -> String {
    if !HEADERS.contains(name) {
        return value.to_owned();
    }
    let scheme = value.split_once(' ').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
    scheme.map_or_else(|| MASK.to_owned(), |scheme| format!("{scheme} {MASK}"))
}

/// A body as it may be kept: as text, with the secrets that the messages of a sign-in carry masked.
///
/// `known_number` says that what was typed as a number is one; otherwise it is masked too. A body that is no text is
/// not shown, as nothing can be found in it.
pub(crate) fn body(body: &[u8], cut: bool, known_number: bool) -> String {
    let Some(text) = text(body, cut) else {
        return format!("({} bytes that are no text)", body.len());
    };
    let mut shown = xml::mask(text, known_number);
    if cut {
        shown.push_str("… (cut)");
    }
    shown
}

/// The text of a body; a character may be cut in two at the end of one that is cut.
fn text(body: &[u8], cut: bool) -> Option<&str> {
    let text = match str::from_utf8(body) {
        Ok(text) => text,
        Err(error) if cut && error.error_len().is_none() => {
            str::from_utf8(body.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    // UTF-16 reads as UTF-8 with zeros, and nothing would be found in it.
    (!text.contains('\0')).then_some(text)
}

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| scheme.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_in_headers_are_masked_and_their_scheme_is_kept() {
        for (name, value, shown) in [
            (AUTHORIZATION, "Basic MTIxOTowNzEy", "Basic ****"),
            (AUTHORIZATION, "basic MTIxOTowNzEy", "basic ****"),
            (AUTHORIZATION, "0712 x", "****"),
            (AUTHORIZATION, "Basic", "****"),
            (PROXY_AUTHORIZATION, "NTLM TlRM", "NTLM ****"),
            (COOKIE, "session=1", "****"),
            (SET_COOKIE, "session=1; path=/", "****"),
            (http::header::WWW_AUTHENTICATE, "Basic realm=\"x\"", "Basic realm=\"x\""),
        ] {
            assert_eq!(header(&name, value), shown);
        }
    }

    #[test]
    fn a_body_that_is_no_text_is_not_shown() {
        let utf_16: Vec<u8> = "<Password>0712</Password>".bytes().flat_map(|byte| [byte, 0]).collect();
        assert_eq!(body(&utf_16, false, true), "(50 bytes that are no text)");
        assert_eq!(body(&[0xff, 0xfe], false, true), "(2 bytes that are no text)");
    }

    #[test]
    fn a_body_that_is_cut_says_so_even_within_a_character() {
        assert_eq!(body(b"ab\xc3", true, true), "ab… (cut)");
        assert_eq!(body(b"ab\xc3", false, true), "(3 bytes that are no text)");
    }
}
