//! From the names that a Test cmdlet is given to the addresses where the pool listens.
//!
//! A lab has no DNS that knows the pool, and its pool need not be at Lync's ports. Microsoft's command lines name both:
//! `https://POOL:443/CertProv/CertProvisioningService.svc`. So a session with a running pool takes the pool's FQDN to
//! where the pool really is, at ports 443 and 80 too, as a hosts file and a redirected port would; and it asks the
//! pool's own DHCP server. Every other name is left to DNS.

use crate::client::address_in;
use lync_admin::Client;
use lync_admin::dto::Endpoints;
use lync_model::Clock;
use lync_phone::{DhcpDiscovery, Resolve, ServiceUrl, SignIn};
use lync_powershell::ErrorRecord;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4};

/// The ports of Lync's internal web site.
const LYNC_PORTS: [u16; 2] = [443, 80];

/// How a sign-in is told where to go.
pub(crate) enum Reach {
    /// By what the running pool says of itself.
    Pool(Client),
    /// By arguments of the command line.
    Arguments(Box<dyn Resolvable>),
    /// There is nobody to sign in to: a store's file.
    Nowhere,
}

/// Arguments of the command line that say where to look.
#[async_trait::async_trait]
pub(crate) trait Resolvable: Send + Sync {
    /// The sign-in, aimed. `wants_dhcp`: something is left to be found.
    async fn aimed(&self, sign_in: SignIn, wants_dhcp: bool) -> anyhow::Result<SignIn>;
}

/// What the cmdlet was given.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Target<'a> {
    pub(super) fqdn: Option<&'a str>,
    pub(super) uri: Option<&'a str>,
}

/// A sign-in that knows where to go.
pub(super) struct Aimed {
    pub(super) sign_in: SignIn,
    /// What somebody should know who expects it to go where a phone goes.
    pub(super) note: Option<String>,
    /// The root certificate of the pool that is meant, where another one might answer.
    pub(super) root: Option<Vec<u8>>,
    /// What it takes for the time: the pool's.
    pub(super) clock: Clock,
}

impl Aimed {
    fn plainly(sign_in: SignIn) -> Self {
        Self { sign_in, note: None, root: None, clock: Clock::system() }
    }
}

impl Reach {
    /// The sign-in, told where to go.
    pub(super) async fn aim(&self, sign_in: SignIn, target: Target<'_>) -> Result<Aimed, ErrorRecord> {
        if let Some(uri) = target.uri {
            provisioning(uri)?;
        }
        let mut aimed = match self {
            Self::Pool(client) => by_pool(client, sign_in, target).await?,
            Self::Arguments(arguments) => {
                let wants_dhcp = target.fqdn.is_none() && target.uri.is_none();
                arguments
                    .aimed(sign_in, wants_dhcp)
                    .await
                    .map(Aimed::plainly)
                    .map_err(|error| wrong_usage(format!("{error:#}")))?
            }
            Self::Nowhere => {
                return Err(unavailable(
                    "a store's file has no services to sign in to; start the pool, and leave --data-dir out",
                ));
            }
        };
        if let Some(fqdn) = target.fqdn {
            aimed.sign_in = aimed.sign_in.target_fqdn(fqdn);
        }
        if let Some(uri) = target.uri {
            aimed.sign_in = aimed.sign_in.target_uri(uri);
        }
        Ok(aimed)
    }
}

/// Refuses what cannot be the address of certificate provisioning, before anybody is asked for another.
fn provisioning(uri: &str) -> Result<(), ErrorRecord> {
    let refused = |reason: String| Err(wrong_usage(format!("Cannot use TargetUri: {reason}.")));
    match uri.parse::<ServiceUrl>() {
        Err(error) => refused(error.to_string()),
        Ok(_) if !uri.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://")) => {
            refused(format!("`{uri}` does not begin with https://"))
        }
        Ok(_) => Ok(()),
    }
}

async fn by_pool(client: &Client, sign_in: SignIn, target: Target<'_>) -> Result<Aimed, ErrorRecord> {
    let endpoints = match client.endpoints().await {
        Ok(endpoints) => endpoints,
        // With a target of its own the cmdlet needs no pool of ours: it may be a real one's.
        Err(_) if target.fqdn.is_some() || target.uri.is_some() => return Ok(Aimed::plainly(sign_in)),
        Err(error) => return Err(unavailable(&error.to_string())),
    };
    if !names_pool(&endpoints.fqdn, target) {
        return Ok(Aimed::plainly(sign_in));
    }
    let clock = Clock::system();
    if let Ok(now) = client.clock().await {
        clock.set(now);
    }
    let api = client.url();
    let sign_in = aimed_at(&endpoints, &api, sign_in.clock(clock.clone()));
    let root =
        client.ca_pem().await.ok().and_then(|pem| Some(CertificateDer::from_pem_slice(&pem).ok()?.to_vec()));
    // Of FQDN and address one follows from the other, as Test-CsClientAuth was seen to do; without either DHCP tells.
    if target.fqdn.is_some() || target.uri.is_some() {
        return Ok(Aimed { sign_in, note: None, root, clock });
    }
    Ok(match dhcp_server(&endpoints, &api) {
        Some(server) if is_elsewhere(server.into(), &endpoints, &api).await => {
            return Err(unavailable(&format!(
                "the pool at {api} has its DHCP server at {server} on its own machine, and what is there on this one is \
                 not that pool's; give -TargetFqdn and -TargetUri, or run the shell where the pool runs"
            )));
        }
        Some(server) => {
            Aimed { sign_in: sign_in.dhcp(DhcpDiscovery::unicast(server)), note: None, root, clock }
        }
        // Where the Registrar's DHCP is off, the test fails as it would in the field.
        None if !serves_dhcp(client).await => {
            return Err(unavailable(
                "the pool serves no DHCP (EnableDHCPServer), so there is nobody to ask for its address; give \
                 -TargetFqdn",
            ));
        }
        None => {
            let port = address_in(&endpoints.https).map_or(LYNC_PORTS[0], |https| https.port());
            let uri = format!("https://{}:{port}{}", endpoints.fqdn, lync_web::CERT_PROV_PATH);
            let note =
                format!("lyncmock: the pool has no DHCP server that can be asked from here; going to {uri}.");
            Aimed {
                sign_in: sign_in.target_fqdn(endpoints.fqdn.clone()).target_uri(uri),
                note: Some(note),
                root,
                clock,
            }
        }
    })
}

async fn serves_dhcp(client: &Client) -> bool {
    client.registrar_settings().await.is_ok_and(|settings| settings.enable_dhcp_server)
}

/// Whether a loopback address that the pool names is not this machine's loopback: its admin API was found on another
/// machine, or at another port than it listens at, as that of a container is.
async fn is_elsewhere(named: SocketAddr, endpoints: &Endpoints, api: &str) -> bool {
    if !named.ip().is_loopback() {
        return false;
    }
    let Some(authority) = api.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')) else {
        return false;
    };
    let Ok(found) = tokio::net::lookup_host(authority).await else { return false };
    let listens = endpoints.admin.as_deref().and_then(address_in);
    let is_same_port = |at: &SocketAddr| listens.is_none_or(|own| own.port() == at.port());
    !found.into_iter().any(|at| at.ip().is_loopback() && is_same_port(&at))
}

/// Whether it is this pool that is meant; without a target DHCP tells, which is this pool's.
fn names_pool(fqdn: &str, target: Target<'_>) -> bool {
    let host = match (target.uri.map(str::parse::<ServiceUrl>), target.fqdn) {
        (Some(Ok(url)), _) => url.host().to_owned(),
        // What is no address fails on its own.
        (Some(Err(_)), _) | (None, None) => return true,
        (None, Some(fqdn)) => fqdn.to_owned(),
    };
    host.eq_ignore_ascii_case(fqdn)
}

/// The sign-in, told where this pool listens. `api` is where its admin API was found.
fn aimed_at(endpoints: &Endpoints, api: &str, mut sign_in: SignIn) -> SignIn {
    let listener = |url: &str| address_in(url).map(|address| reachable(address, api));
    let mut resolve = Resolve::new();
    let listeners = [listener(&endpoints.https), listener(&endpoints.http)];
    for (port, address) in LYNC_PORTS.into_iter().zip(listeners) {
        if let Some(address) = address {
            resolve = resolve.with_address(&endpoints.fqdn, port, address);
        }
    }
    let [https, http] = listeners;
    if let Some(https) = https {
        resolve = resolve.with_ip(&endpoints.fqdn, https.ip());
    }
    if let Some(http) = http {
        sign_in = sign_in.http_port(http.port());
    }
    sign_in.resolve(resolve)
}

/// Where the pool answers DHCP; `None` where it does not, or on interfaces alone.
fn dhcp_server(endpoints: &Endpoints, api: &str) -> Option<SocketAddrV4> {
    match reachable(endpoints.dhcp.as_ref()?.parse().ok()?, api) {
        SocketAddr::V4(server) => Some(server),
        SocketAddr::V6(_) => None,
    }
}

/// What listens on every address of its machine is at the one by which its admin API was found.
fn reachable(address: SocketAddr, api: &str) -> SocketAddr {
    if !address.ip().is_unspecified() {
        return address;
    }
    let own = address_in(api).map(|found| found.ip()).filter(|ip| ip.is_ipv4() == address.is_ipv4());
    let loopback: IpAddr =
        if address.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    SocketAddr::new(own.filter(|ip| !ip.is_unspecified()).unwrap_or(loopback), address.port())
}

/// Nobody is there.
pub(super) fn unavailable(text: &str) -> ErrorRecord {
    ErrorRecord::new("ResourceUnavailable", UNAVAILABLE, text).of("ManagementException")
}

/// A value that cannot be.
pub(super) fn wrong_usage(text: impl Into<String>) -> ErrorRecord {
    ErrorRecord::new("InvalidArgument", "InvalidArgument", text).of("ArgumentException")
}

/// The id of errors that are no wrong usage.
pub(super) const UNAVAILABLE: &str = "PoolUnavailable";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_is_meant_by_its_name_or_by_no_name() {
        let pool = "atl-cs-001.litwareinc.com";
        let meant = |fqdn, uri| names_pool(pool, Target { fqdn, uri });
        assert!(meant(None, None));
        assert!(meant(Some("ATL-CS-001.litwareinc.com"), None));
        assert!(meant(
            Some(pool),
            Some("https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc")
        ));
        assert!(!meant(
            Some(pool),
            Some("https://other.litwareinc.com/CertProv/CertProvisioningService.svc")
        ));
        assert!(!meant(Some("other.litwareinc.com"), None));
    }

    #[tokio::test]
    async fn a_loopback_address_of_another_machine_is_not_ours() {
        let at = |admin: &str| Endpoints {
            fqdn: "pool.test".to_owned(),
            dhcp: Some("127.0.0.1:10067".to_owned()),
            http: String::new(),
            https: String::new(),
            userpin: String::new(),
            admin: Some(admin.to_owned()),
            ca_pem: String::new(),
        };
        let server = "127.0.0.1:10067".parse().unwrap();
        for (admin, api, expected) in [
            ("http://127.0.0.1:10088", "http://127.0.0.1:10088", false),
            ("http://127.0.0.1:10088", "http://localhost:10088", false),
            ("http://0.0.0.0:10088", "http://127.0.0.1:10089", true),
            ("http://10.0.0.5:10088", "http://10.0.0.5:10088", true),
        ] {
            assert_eq!(is_elsewhere(server, &at(admin), api).await, expected, "{admin} {api}");
        }
        let reachable = "10.0.0.5:67".parse().unwrap();
        assert!(!is_elsewhere(reachable, &at("http://10.0.0.5:10088"), "http://10.0.0.5:10088").await);
    }

    #[test]
    fn a_listener_on_every_address_is_where_the_api_was_found() {
        let at = |address: &str, api: &str| reachable(address.parse().unwrap(), api).to_string();
        assert_eq!(at("0.0.0.0:443", "http://10.0.0.5:10088"), "10.0.0.5:443");
        assert_eq!(at("0.0.0.0:443", "http://pool.lab:10088"), "127.0.0.1:443");
        assert_eq!(at("[::]:443", "http://10.0.0.5:10088"), "[::1]:443");
        assert_eq!(at("10.1.1.1:443", "http://10.0.0.5:10088"), "10.1.1.1:443");
    }
}
