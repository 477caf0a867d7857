//! From a host's name to the addresses behind it.

use crate::FailureKind;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The most addresses of one name that are tried.
const MAX_ADDRESSES: usize = 4;

/// How names become addresses.
///
/// First the pairs given here count, as those of `curl --resolve` do. Then, when the DHCP answer of this sign-in came
/// from a loopback address, every host is taken to be at that address: a pool on loopback has a name that DNS does not
/// know, or, worse, knows as somebody else's. Otherwise the system's DNS is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resolve {
    pairs: Vec<Pair>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Pair {
    host: String,
    /// `None`: whatever the port.
    port: Option<u16>,
    ip: IpAddr,
    /// `None`: the port of the URL.
    to_port: Option<u16>,
}

impl Resolve {
    /// No pairs: DNS, and the rule for loopback.
    pub fn new() -> Self {
        Self::default()
    }

    /// `host` has this address, on whatever port.
    #[must_use]
    pub fn with_ip(mut self, host: &str, ip: IpAddr) -> Self {
        self.pairs.push(Pair { host: host.to_ascii_lowercase(), port: None, ip, to_port: None });
        self
    }

    /// Connections to `host` and `port` go to this address and its port.
    #[must_use]
    pub fn with_address(mut self, host: &str, port: u16, to: SocketAddr) -> Self {
        let host = host.to_ascii_lowercase();
        self.pairs.push(Pair { host, port: Some(port), ip: to.ip(), to_port: Some(to.port()) });
        self
    }

    fn given(&self, host: &str, port: u16) -> Option<SocketAddr> {
        let fits = |pair: &&Pair| {
            host.eq_ignore_ascii_case(&pair.host) && pair.port.is_none_or(|wanted| wanted == port)
        };
        self.pairs.iter().find(fits).map(|pair| SocketAddr::new(pair.ip, pair.to_port.unwrap_or(port)))
    }
}

/// [`Resolve`] in the course of one sign-in.
#[derive(Debug)]
pub(crate) struct Resolver {
    resolve: Resolve,
    /// Where the DHCP answer came from, if that is loopback.
    loopback: Option<IpAddr>,
    limit: Duration,
}

impl Resolver {
    /// `limit` is how long DNS may take.
    pub(crate) fn new(resolve: Resolve, limit: Duration) -> Self {
        Self { resolve, loopback: None, limit }
    }

    /// Says where the DHCP answer came from.
    pub(crate) fn discovered_at(&mut self, server: IpAddr) {
        self.loopback = server.is_loopback().then_some(server);
    }

    /// The addresses to try, at least one.
    pub(crate) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, FailureKind> {
        if let Some(given) = self.resolve.given(host, port) {
            return Ok(vec![given]);
        }
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        if let Some(ip) = self.loopback {
            tracing::debug!(%host, %ip, "DHCP answered from loopback, so the host is there");
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        let found = self.ask_dns(host, port).await;
        found.map_err(|reason| FailureKind::NameNotResolved { host: host.to_owned(), reason })
    }

    async fn ask_dns(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, String> {
        let found = match tokio::time::timeout(self.limit, tokio::net::lookup_host((host, port))).await {
            Ok(Ok(found)) => found.take(MAX_ADDRESSES).collect::<Vec<_>>(),
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => return Err(format!("no answer within {} ms", self.limit.as_millis())),
        };
        if found.is_empty() { Err("the name has no address".to_owned()) } else { Ok(found) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const NAME: &str = "no-such-pool.invalid";

    fn resolver(resolve: Resolve) -> Resolver {
        Resolver::new(resolve, Duration::from_secs(5))
    }

    #[tokio::test]
    async fn given_pairs_come_first_and_may_change_the_port() {
        let to = SocketAddr::from(([127, 0, 0, 9], 10443));
        let ip = IpAddr::from([127, 0, 0, 8]);
        let resolver = resolver(Resolve::new().with_address(NAME, 443, to).with_ip(NAME, ip));
        assert_eq!(resolver.addresses("No-Such-Pool.invalid", 443).await.unwrap(), [to]);
        assert_eq!(resolver.addresses(NAME, 80).await.unwrap(), [SocketAddr::new(ip, 80)]);
    }

    #[tokio::test]
    async fn an_address_needs_no_dns() {
        let resolver = resolver(Resolve::new());
        assert_eq!(resolver.addresses("::1", 80).await.unwrap(), ["[::1]:80".parse().unwrap()]);
    }

    #[tokio::test]
    async fn a_name_is_at_the_loopback_server_that_answered_and_dns_is_asked_otherwise() {
        let mut resolver = resolver(Resolve::new());
        let missing = resolver.addresses(NAME, 443).await.unwrap_err();
        assert!(matches!(missing, FailureKind::NameNotResolved { host, .. } if host == NAME));
        resolver.discovered_at(Ipv4Addr::new(10, 99, 0, 1).into());
        assert!(resolver.addresses(NAME, 443).await.is_err());
        resolver.discovered_at(Ipv4Addr::new(127, 0, 0, 2).into());
        for name in [NAME, "localhost"] {
            assert_eq!(resolver.addresses(name, 443).await.unwrap(), ["127.0.0.2:443".parse().unwrap()]);
        }
    }
}
