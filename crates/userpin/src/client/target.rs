//! Which service a client asks, and how long it waits.

use http::Uri;
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::time::Duration;

/// A user-PIN service: its URL, which is certified and shown in events, and where it really listens.
#[derive(Clone, Debug)]
pub struct Target {
    pool: String,
    url: Uri,
    addr: SocketAddr,
    name: ServerName<'static>,
}

/// Why a URL cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` is no URL of a user-PIN service: {reason}")]
pub struct TargetError {
    url: String,
    reason: &'static str,
}

impl Target {
    /// `url` as in `https://pool.example.com:444/LiveServer/UserPinService`; `addr` is what to connect to.
    pub fn new(url: &str, addr: SocketAddr) -> Result<Self, TargetError> {
        let refuse = |reason| TargetError { url: url.to_owned(), reason };
        let parsed: Uri = url.parse().map_err(|_| refuse("it cannot be read"))?;
        if parsed.scheme_str() != Some("https") {
            return Err(refuse("it does not begin with https://"));
        }
        let pool = parsed.host().ok_or_else(|| refuse("it names no host"))?.to_owned();
        let name = ServerName::try_from(pool.clone()).map_err(|_| refuse("its host is no DNS name"))?;
        Ok(Self { pool, url: parsed, addr, name })
    }

    /// The pool's FQDN: the URL's host.
    pub fn pool(&self) -> &str {
        &self.pool
    }

    /// The URL as it was given.
    pub fn url(&self) -> &Uri {
        &self.url
    }

    /// Where the socket goes.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    pub(super) fn server_name(&self) -> ServerName<'static> {
        self.name.clone()
    }

    /// `host:port` for the Host header.
    pub(super) fn authority(&self) -> &str {
        self.url.authority().map_or(&self.pool, |authority| authority.as_str())
    }
}

/// How long a client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For the TCP connection and the TLS handshake together.
    pub connect: Duration,
    /// For one request in all: a place in the pool, the connection, the answer.
    pub request: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(2), request: Duration::from_secs(5) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_names_the_pool() {
        let addr = "127.0.0.1:10444".parse().unwrap();
        let target = Target::new("https://pool.test:444/LiveServer/UserPinService", addr).unwrap();
        assert_eq!((target.pool(), target.authority()), ("pool.test", "pool.test:444"));
        assert_eq!(target.url().to_string(), "https://pool.test:444/LiveServer/UserPinService");
    }

    #[test]
    fn what_is_no_https_url_is_refused() {
        let addr = "127.0.0.1:10444".parse().unwrap();
        for url in
            ["", "/LiveServer/UserPinService", "http://pool.test/", "https://", "https://a b/", "https://-/"]
        {
            Target::new(url, addr).unwrap_err();
        }
    }
}
