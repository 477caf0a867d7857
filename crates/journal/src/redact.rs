//! Credentials are taken out of what is kept.
//!
//! Of a header the scheme stays, of an element its tags, of a plain connection every length.

mod wire;
mod xml;

pub(crate) use wire::wire;

use http::HeaderName;
use http::header::{
    AUTHORIZATION, COOKIE, HOST, LOCATION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, REFERER, SET_COOKIE,
    WWW_AUTHENTICATE,
};
use std::str;

/// What stands where a credential stood.
const MASK: &str = "****";

/// Headers whose values are credentials.
const HEADERS: [HeaderName; 4] = [AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE, SET_COOKIE];

/// Schemes of HTTP authentication that a Lync server or its clients use. What has another first word is masked whole:
/// somebody may have written a password there.
const SCHEMES: [&str; 7] = ["Basic", "Bearer", "Digest", "Kerberos", "Negotiate", "NTLM", "TLS-DSK"];

/// Headers that ask for credentials. Of schemes with rounds they carry the server's token, without which the client's
/// can be guessed at by nobody who reads what is kept.
const CHALLENGES: [HeaderName; 2] = [WWW_AUTHENTICATE, PROXY_AUTHENTICATE];

/// Schemes with rounds.
const WITH_ROUNDS: [&str; 3] = ["Negotiate", "NTLM", "Kerberos"];

/// Headers whose values are URLs, or begin as those do.
const URLS: [HeaderName; 3] = [HOST, LOCATION, REFERER];

/// The value of a header as it may be kept.
pub(crate) fn header(name: &HeaderName, value: &str) -> String {
    if URLS.contains(name) {
        return url(value);
    }
    if CHALLENGES.contains(name) {
        return challenge(value);
    }
    if !HEADERS.contains(name) {
        return value.to_owned();
    }
    let scheme = value.split_once(' ').map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme));
    scheme.map_or_else(|| MASK.to_owned(), |scheme| format!("{scheme} {MASK}"))
}

/// A challenge as it may be kept: what a scheme is asked for stays, a token of its rounds does not.
fn challenge(value: &str) -> String {
    match value.split_once(' ') {
        Some((scheme, _)) if WITH_ROUNDS.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => {
            format!("{scheme} {MASK}")
        }
        _ => value.to_owned(),
    }
}

/// A URL, or an authority with its port, as it may be kept: without user name and password, and without the values of
/// its query. No service here reads them, and somebody may have written a PIN there.
pub(crate) fn url(url: &str) -> String {
    let (url, query) = url.split_once('?').map_or((url, None), |(url, query)| (url, Some(query)));
    let (scheme, rest) = url.find("//").and_then(|at| url.split_at_checked(at + 2)).unwrap_or(("", url));
    let (authority, path) = rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let mut kept = format!("{scheme}{host}{path}");
    if let Some(query) = query {
        kept.push('?');
        kept.push_str(&query.split('&').map(pair).collect::<Vec<_>>().join("&"));
    }
    kept
}

/// A part of a query. A word alone, as in `?wsdl`, is no value.
fn pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None if pair.bytes().all(|byte| byte.is_ascii_alphabetic()) => pair.to_owned(),
        None => MASK.to_owned(),
    }
}

/// A body as it may be kept: as text, with the secrets that the messages of a sign-in carry masked.
///
/// `doubtful` names elements that are masked too: what was typed into them is not known to be what belongs there. A
/// body that is no text is not shown, as nothing can be found in it.
pub(crate) fn body(body: &[u8], cut: bool, doubtful: &[&str]) -> String {
    let Some(text) = text(body, cut) else {
        return format!("({} bytes that are no text)", body.len());
    };
    let mut shown = xml::mask(text, doubtful);
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
            (AUTHORIZATION, "Negotiate TlRM", "Negotiate ****"),
            (WWW_AUTHENTICATE, "Basic realm=\"x\"", "Basic realm=\"x\""),
            (WWW_AUTHENTICATE, "NTLM", "NTLM"),
            (WWW_AUTHENTICATE, "NTLM TlRM", "NTLM ****"),
            (WWW_AUTHENTICATE, "negotiate oYH", "negotiate ****"),
            (PROXY_AUTHENTICATE, "Negotiate oYH", "Negotiate ****"),
            (HOST, "1219:0712@h:443", "h:443"),
            (REFERER, "https://1219:0712@h/a?pin=0712", "https://h/a?pin=****"),
        ] {
            assert_eq!(header(&name, value), shown);
        }
    }

    #[test]
    fn a_url_is_kept_without_what_may_be_a_credential() {
        for (written, kept) in [
            ("https://h:443/a/b?wsdl", "https://h:443/a/b?wsdl"),
            ("/a?b=c&d&0712&", "/a?b=****&d&****&"),
            ("/a@b/c", "/a@b/c"),
            ("//1219:07@12@h", "//h"),
            ("http://h", "http://h"),
            ("h", "h"),
            ("", ""),
        ] {
            assert_eq!(url(written), kept);
        }
    }

    #[test]
    fn a_body_that_is_no_text_is_not_shown() {
        let utf_16: Vec<u8> = "<Password>0712</Password>".bytes().flat_map(|byte| [byte, 0]).collect();
        assert_eq!(body(&utf_16, false, &[]), "(50 bytes that are no text)");
        assert_eq!(body(&[0xff, 0xfe], false, &[]), "(2 bytes that are no text)");
    }

    #[test]
    fn a_body_that_is_cut_says_so_even_within_a_character() {
        assert_eq!(body(b"ab\xc3", true, &[]), "ab… (cut)");
        assert_eq!(body(b"ab\xc3", false, &[]), "(3 bytes that are no text)");
    }
}
