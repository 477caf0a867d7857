//! Where the API is.

use super::ClientError;
use http::Uri;

/// The host and the port of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    host: String,
    port: u16,
}

impl Address {
    /// Reads `http://host:port`, with a slash at the end or not.
    pub(super) fn read(url: &str) -> Result<Self, ClientError> {
        let refused = |reason| ClientError::Url { url: url.to_owned(), reason };
        let parsed: Uri = url.parse().map_err(|_| refuse_unreadable(url))?;
        if parsed.scheme_str() != Some("http") {
            return Err(refused("it does not begin with http://"));
        }
        let authority = parsed.authority().ok_or_else(|| refused("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(refused("it names a user; a token is given otherwise"));
        }
        if parsed.path() != "/" || parsed.query().is_some() {
            return Err(refused("something follows the host"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(refused("it names no host"));
        }
        let port = match authority.port_u16() {
            Some(port) => port,
            None if authority.as_str() == authority.host() => 80,
            None => return Err(refused("its port is none")),
        };
        Ok(Self { host: host.to_owned(), port })
    }

    /// For a socket.
    pub(super) fn target(&self) -> (&str, u16) {
        (&self.host, self.port)
    }

    /// `host:port`, for the Host header.
    pub(super) fn authority(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.authority())
    }
}

fn refuse_unreadable(url: &str) -> ClientError {
    ClientError::Url { url: url.to_owned(), reason: "it cannot be read" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read() {
        for (url, authority) in [
            ("http://127.0.0.1:10090", "127.0.0.1:10090"),
            ("http://127.0.0.1:10090/", "127.0.0.1:10090"),
            ("http://[::1]:10090", "[::1]:10090"),
            ("http://pool.test", "pool.test:80"),
        ] {
            let address = Address::read(url).unwrap();
            assert_eq!(address.authority(), authority);
            assert!(!address.target().0.contains('['), "a socket takes no brackets");
        }
        for url in [
            "",
            "127.0.0.1:10090",
            "https://127.0.0.1",
            "http://",
            "http://:80",
            "http://a:b",
            "http://a:99999",
            "http://a@b",
            "http://a/v1",
            "http://a/?b",
            "http://a b",
        ] {
            assert!(matches!(Address::read(url), Err(ClientError::Url { .. })), "{url}");
        }
    }
}
