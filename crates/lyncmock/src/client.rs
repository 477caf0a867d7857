//! A phone that is told where a pool listens.

use crate::endpoints::Endpoints;
use lync_model::Pin;
use lync_phone::{Credentials, DhcpDiscovery, Resolve, SignIn};
use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::LazyLock;

/// A phone for the pool at these endpoints.
pub(crate) fn client_of(endpoints: &Endpoints, phone_or_ext: &str, pin: Pin) -> SignIn {
    aimed(endpoints, SignIn::new(phone_or_ext, pin))
}

/// The phone, told where the pool is. It finds it by DHCP where that is served, as phones do.
pub(crate) fn aimed(endpoints: &Endpoints, mut sign_in: SignIn) -> SignIn {
    if let Some(http) = address_in(&endpoints.http) {
        sign_in = sign_in.http_port(http.port());
    }
    if let Some(https) = address_in(&endpoints.https) {
        // The pool has a name that no DNS knows; wherever its web services are, the name is.
        let reachable = if https.ip().is_unspecified() { loopback_of(https) } else { https.ip() };
        sign_in = sign_in.resolve(Resolve::new().with_ip(&endpoints.fqdn, reachable));
        if endpoints.dhcp.is_none() {
            let path = lync_web::CERT_PROV_PATH;
            sign_in = sign_in.target_fqdn(endpoints.fqdn.clone()).target_uri(format!(
                "https://{}:{}{path}",
                endpoints.fqdn,
                https.port()
            ));
        }
    }
    match endpoints.dhcp {
        Some(SocketAddr::V4(server)) => sign_in.dhcp(DhcpDiscovery::unicast(server)),
        _ => sign_in,
    }
}

/// The phone at which this number is typed: its hardware address is its own, so that the journal tells the phones of a
/// test apart. It is another one in each process, or a PIN that was typed as a number could be found out from it.
pub(crate) fn phone_of(sign_in: SignIn) -> SignIn {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let Credentials::Pin { phone_or_ext, .. } = sign_in.credentials() else {
        return sign_in;
    };
    let [a, b, c, d, ..] = KEY.hash_one(phone_or_ext).to_be_bytes();
    sign_in.hardware_address([0x02, b'L', a, b, c, d]) // Locally administered.
}

fn loopback_of(address: SocketAddr) -> std::net::IpAddr {
    match address {
        SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    }
}

/// The socket address in `scheme://address:port`.
pub(crate) fn address_in(url: &str) -> Option<SocketAddr> {
    url.split_once("://")?.1.split('/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_urls() {
        assert_eq!(address_in("http://127.0.0.1:10080"), Some("127.0.0.1:10080".parse().unwrap()));
        assert_eq!(address_in("https://[::1]:444/LiveServer"), Some("[::1]:444".parse().unwrap()));
        assert_eq!(address_in("https://pool"), None);
    }
}
