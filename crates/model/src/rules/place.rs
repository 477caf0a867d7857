//! Where a rule can act.

use std::fmt;

/// A protocol of the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// A DHCP datagram.
    Dhcp,
    /// A TCP connection that was just accepted, before its TLS handshake. The operation is the listener.
    Tls,
    /// Any HTTP request to the web services. The operation is the listener.
    Http,
    /// A request to CertProv.
    CertProv,
    /// A request to the web ticket service.
    WebTicket,
    /// A request to the user-PIN service on :444.
    UserPin,
}

impl Place {
    /// Every place.
    pub const ALL: [Self; 6] =
        [Self::Dhcp, Self::Tls, Self::Http, Self::CertProv, Self::WebTicket, Self::UserPin];

    /// The word that rules and the journal use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dhcp => "dhcp",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::CertProv => "certprov",
            Self::WebTicket => "webticket",
            Self::UserPin => "userpin",
        }
    }

    /// The operations that a rule can name here.
    pub const fn operations(self) -> &'static [&'static str] {
        match self {
            Self::Dhcp => &["inform", "discover", "request", "release", "decline"],
            Self::Tls => &["http", "https", "userpin"],
            Self::Http => &["http", "https"],
            Self::CertProv => &["get-root-cert-chains", "get-and-publish-cert", "mex"],
            Self::WebTicket => &["pin", "cert", "anon", "win-negotiate", "mex"],
            Self::UserPin => &["get-encryption-key", "verify-pin", "publish-cert", "get-published-cert"],
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
