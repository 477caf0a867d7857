//! Which service a client asks, and how long it waits.

use http::Uri;
use rustls::pki_types::ServerName;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;

/// A user-PIN service: its URL, which is certified and shown in events, and where it really listens.
#[derive(Clone, Debug)]
pub struct Target {
    pool: String,
    url: Uri,
    place: Place,
    name: ServerName<'static>,
}

/// Where a service listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// At this address.
    Address(SocketAddr),
    /// On this host and port. The name is looked up for each connection, since a host may come back elsewhere.
    Host(String, u16),
}

impl From<SocketAddr> for Place {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

impl Place {
    /// A connection to it; of several addresses of a name, the first that accepts.
    pub(super) async fn connect(&self) -> std::io::Result<TcpStream> {
        match self {
            Self::Address(address) => TcpStream::connect(address).await,
            Self::Host(name, port) => TcpStream::connect((name.as_str(), *port)).await,
        }
    }
}

/// Why a URL cannot be asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` is no URL of a user-PIN service: {reason}")]
pub struct TargetError {
    url: String,
    reason: &'static str,
}

impl Target {
    /// `url` as in `https://pool.example.com:444/LiveServer/UserPinService`; `place` is what to connect to.
    pub fn new(url: &str, place: impl Into<Place>) -> Result<Self, TargetError> {
        let refuse = |reason| TargetError { url: url.to_owned(), reason };
        let parsed: Uri = url.parse().map_err(|_| refuse("it cannot be read"))?;
        if parsed.scheme_str() != Some("https") {
            return Err(refuse("it does not begin with https://"));
        }
        let pool = parsed.host().ok_or_else(|| refuse("it names no host"))?.to_owned();
        let name = ServerName::try_from(pool.clone()).map_err(|_| refuse("its host is no DNS name"))?;
        Ok(Self { pool, url: parsed, place: place.into(), name })
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
    pub fn place(&self) -> &Place {
        &self.place
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
        let addr: SocketAddr = "127.0.0.1:10444".parse().unwrap();
        let target = Target::new("https://pool.test:444/LiveServer/UserPinService", addr).unwrap();
        assert_eq!((target.pool(), target.authority()), ("pool.test", "pool.test:444"));
        assert_eq!(target.url().to_string(), "https://pool.test:444/LiveServer/UserPinService");
    }

    #[test]
    fn what_is_no_https_url_is_refused() {
        let addr: SocketAddr = "127.0.0.1:10444".parse().unwrap();
        for url in
            ["", "/LiveServer/UserPinService", "http://pool.test/", "https://", "https://a b/", "https://-/"]
        {
            Target::new(url, addr).unwrap_err();
        }
    }

    #[tokio::test]
    async fn a_host_is_looked_up_for_each_connection() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let found = Place::Host("localhost".to_owned(), port).connect().await.unwrap();
        assert_eq!(found.peer_addr().unwrap().port(), port);
        Place::Host("no-such-host.invalid".to_owned(), port).connect().await.unwrap_err();
    }
}
