//! Who may use the API.

mod loopback;
mod token;

use crate::ApiError;
use crate::error::Kind;
use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::{HeaderMap, HeaderName, Uri};
pub use token::{SecretToken, TokenError};

/// What a browser says of where a request comes from.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Who may use the API.
#[derive(Clone, Debug)]
pub enum Access {
    /// Everybody on this machine: for a listener on a loopback address. No token is asked for; in its place Host and
    /// Origin must name this machine, so that neither a page in a browser nor a name that was made to point here
    /// (DNS rebinding) gets in.
    Loopback,
    /// Whoever has the token.
    Token(SecretToken),
}

impl Access {
    /// Whether a request may go on.
    pub(crate) fn check(&self, uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
        match self {
            Self::Loopback => check_loopback(uri, headers),
            Self::Token(token) => check_token(token, headers),
        }
    }
}

fn check_token(token: &SecretToken, headers: &HeaderMap) -> Result<(), ApiError> {
    let refused = |message: &str| ApiError::new(Kind::Unauthorized, message);
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (given.next(), given.next()) else {
        return Err(refused("the request needs one header `Authorization: Bearer` with the pool's token"));
    };
    match bearer(value.as_bytes()) {
        Some(given) if token.is(given) => Ok(()),
        Some(_) => Err(refused("the token is not the pool's")),
        None => Err(refused("the Authorization header is not of the scheme Bearer")),
    }
}

/// What stands behind `Bearer`, which may be written in any case (RFC 9110 section 11.1).
fn bearer(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| rest.trim_ascii())
}

fn check_loopback(uri: &Uri, headers: &HeaderMap) -> Result<(), ApiError> {
    let refused = |field: &str, message: &str| Err(ApiError::new(Kind::Forbidden, message).field(field));
    if uri.host().is_some_and(|host| !loopback::is_name(host)) {
        return refused("Host", "the request is for another host than this machine");
    }
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next().map(|host| host.to_str()), hosts.next()) {
        (Some(Ok(host)), None) if loopback::is_authority(host) => {}
        _ => {
            let what =
                "without a token only requests whose Host is localhost or a loopback address are answered";
            return refused("Host", what);
        }
    }
    let local = |origin: &http::HeaderValue| origin.to_str().is_ok_and(loopback::is_origin);
    if !headers.get_all(ORIGIN).iter().all(local) {
        return refused("Origin", "without a token no page of another host is answered");
    }
    if headers.get_all(SEC_FETCH_SITE).iter().any(|site| site == "cross-site") {
        return refused("Sec-Fetch-Site", "without a token no page of another host is answered");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(list: &[(HeaderName, &str)]) -> HeaderMap {
        list.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn asked(access: &Access, uri: &str, list: &[(HeaderName, &str)]) -> Option<Kind> {
        let mut map = HeaderMap::new();
        for (name, value) in headers(list).iter() {
            map.append(name, value.clone());
        }
        access.check(&uri.parse().unwrap(), &map).err().map(|error| error.kind)
    }

    #[test]
    fn on_loopback_only_this_machine_gets_in() {
        let refused = Some(Kind::Forbidden);
        let cases = [
            (vec![(HOST, "127.0.0.1:10090")], None),
            (vec![(HOST, "localhost:10090"), (ORIGIN, "http://localhost:3000")], None),
            (vec![(HOST, "[::1]:10090"), (SEC_FETCH_SITE, "same-origin")], None),
            (vec![], refused),
            (vec![(HOST, "evil.example:10090")], refused),
            (vec![(HOST, "localhost:10090"), (ORIGIN, "http://evil.example")], refused),
            (vec![(HOST, "localhost:10090"), (ORIGIN, "null")], refused),
            (vec![(HOST, "localhost:10090"), (SEC_FETCH_SITE, "cross-site")], refused),
        ];
        for (list, expected) in cases {
            assert_eq!(asked(&Access::Loopback, "/v1/users", &list), expected, "{list:?}");
        }
        assert_eq!(asked(&Access::Loopback, "http://evil.example/v1/users", &[(HOST, "localhost")]), refused);
    }

    #[test]
    fn with_a_token_nothing_else_counts() {
        let access = Access::Token(SecretToken::new("0123456789abcdef").unwrap());
        let refused = Some(Kind::Unauthorized);
        let cases = [
            (vec![(AUTHORIZATION, "Bearer 0123456789abcdef"), (HOST, "pool.example")], None),
            (vec![(AUTHORIZATION, "bearer  0123456789abcdef ")], None),
            (vec![(AUTHORIZATION, "Bearer 0123456789abcdeF")], refused),
            (vec![(AUTHORIZATION, "Bearer 0123456789abcde")], refused),
            (vec![(AUTHORIZATION, "Bearer ")], refused),
            (vec![(AUTHORIZATION, "Basic 0123456789abcdef")], refused),
            (vec![(AUTHORIZATION, "0123456789abcdef")], refused),
            (vec![], refused),
        ];
        for (list, expected) in cases {
            assert_eq!(asked(&access, "/v1/users", &list), expected, "{list:?}");
        }
    }
}
