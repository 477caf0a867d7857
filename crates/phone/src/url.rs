//! The address of a web service, taken apart far enough to connect to it.

use http::Uri;
use std::fmt;
use std::str::FromStr;

/// An absolute `http` or `https` address.
///
/// Keeps the text it was read from: a ticket is asked for that very text, and the cmdlet prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUrl {
    text: String,
    secure: bool,
    host: String,
    port: u16,
    path: String,
}

/// Why a text is no address of a web service.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{url}` is no address of a web service: {reason}")]
pub struct ServiceUrlError {
    /// The text.
    pub url: String,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl ServiceUrl {
    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is `https`.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The host: a name, or an address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, the scheme's own when the text names none.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Path and query, at least `/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What an HTTP `Host` header says: the port only when it is not the scheme's own.
    pub fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.port == own_port(self.secure) { host } else { format!("{host}:{}", self.port) }
    }

    /// The address of the service's metadata: `/mex` behind its own.
    pub(crate) fn mex(&self) -> Self {
        let longer = |text: &str| format!("{}/mex", text.trim_end_matches('/'));
        Self { text: longer(&self.text), path: longer(&self.path), ..self.clone() }
    }

    /// The same path by plain HTTP, where the root chain is.
    pub(crate) fn plain(&self, port: u16) -> Self {
        let mut plain = Self { secure: false, port, ..self.clone() };
        plain.text = format!("http://{}{}", plain.authority(), plain.path);
        plain
    }
}

/// The port of plain HTTP that belongs to a port of HTTPS.
///
/// 443 and 80 are the internal web site, 4443 and 8080 the external one (Get-CsService -WebServer). Any other pair is
/// taken to keep the distance of 443 to 80, so that 10443 goes with 10080: lyncmock's own rule, as no Lync client is
/// known to have one. Below that distance it is 80.
pub fn plain_port(https: u16) -> u16 {
    const DISTANCE: u16 = 443 - 80;
    match https {
        4443 => 8080,
        other => other.checked_sub(DISTANCE).filter(|port| *port > 0).unwrap_or(80),
    }
}

const fn own_port(secure: bool) -> u16 {
    if secure { 443 } else { 80 }
}

impl FromStr for ServiceUrl {
    type Err = ServiceUrlError;

    fn from_str(text: &str) -> Result<Self, ServiceUrlError> {
        let refused = |reason| ServiceUrlError { url: text.to_owned(), reason };
        let uri: Uri = text.parse().map_err(|_| refused("it cannot be read"))?;
        let scheme = uri.scheme_str().ok_or_else(|| refused("it has no scheme"))?;
        let secure = scheme.eq_ignore_ascii_case("https");
        if !secure && !scheme.eq_ignore_ascii_case("http") {
            return Err(refused("its scheme is neither http nor https"));
        }
        let authority = uri.authority().ok_or_else(|| refused("it has no host"))?.as_str();
        let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(|| refused("it has no host"))?;
        // `host:443CertProv/…` is what a relative path without its slash makes; `Uri` passes over such a port.
        let port = match authority.strip_prefix(host) {
            Some("") => own_port(secure),
            Some(_) => {
                uri.port_u16().filter(|port| *port > 0).ok_or_else(|| refused("its port is no port"))?
            }
            None => return Err(refused("it names a user")),
        };
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Ok(Self { text: text.to_owned(), secure, host: host.to_owned(), port, path: path.to_owned() })
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> ServiceUrl {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_are_taken_apart() {
        let cases = [
            ("https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc", 443, true),
            ("HTTPS://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService.svc", 443, true),
            ("http://atl-cs-001.litwareinc.com:10080/CertProv/CertProvisioningService.svc", 10080, false),
        ];
        for (text, port, secure) in cases {
            let url = url(text);
            assert_eq!(
                (url.host(), url.port(), url.is_secure()),
                ("atl-cs-001.litwareinc.com", port, secure)
            );
            assert_eq!(url.path(), "/CertProv/CertProvisioningService.svc");
            assert_eq!(url.to_string(), text);
        }
        assert_eq!((url("https://[::1]:10443").host(), url("https://[::1]:10443").path()), ("::1", "/"));
        assert_eq!(url("https://[::1]:10443").authority(), "[::1]:10443");
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        let cases = [
            ("", "it cannot be read"),
            ("/CertProv", "it has no scheme"),
            ("atl-cs-001.litwareinc.com", "it has no scheme"),
            ("ftp://atl-cs-001.litwareinc.com/", "its scheme is neither http nor https"),
            ("https://pool:443CertProv/CertProvisioningService.svc", "its port is no port"),
            ("https://pool:0/", "its port is no port"),
            ("https://pool:/", "its port is no port"),
            ("https://ken@pool/", "it names a user"),
        ];
        for (text, reason) in cases {
            assert_eq!(text.parse::<ServiceUrl>().unwrap_err().reason, reason, "{text}");
        }
    }

    #[test]
    fn plain_http_keeps_the_distance_of_the_standard_ports() {
        for (https, http) in [(443, 80), (4443, 8080), (10443, 10080), (100, 80), (363, 80), (364, 1)] {
            assert_eq!(plain_port(https), http, "{https}");
        }
    }

    #[test]
    fn metadata_and_chain_are_beside_the_service() {
        let service = url("https://pool.lab.test:10443/CertProv/CertProvisioningService.svc");
        let mex = service.mex();
        assert_eq!(mex.as_str(), "https://pool.lab.test:10443/CertProv/CertProvisioningService.svc/mex");
        assert_eq!(mex.path(), "/CertProv/CertProvisioningService.svc/mex");
        let plain = service.plain(10080);
        assert_eq!(plain.as_str(), "http://pool.lab.test:10080/CertProv/CertProvisioningService.svc");
        assert_eq!(plain, url(plain.as_str()));
        assert_eq!(service.plain(80).authority(), "pool.lab.test");
    }
}
