//! Every socket of a pool, bound before anything else happens: an address in use is found out at once, and the real
//! ports are known to all that print or send them.

use super::StartError;
use crate::config::{Config, ServiceHost};
use crate::endpoints::Endpoints;
use lync_dhcp::{BindError, DhcpSocket};
use lync_userpin::Place;
use lync_web::Urls;
use nix::errno::Errno;
use nix::net::if_::{if_nameindex, if_nametoindex};
use std::net::SocketAddr;
use std::path::PathBuf;
use tokio::net::TcpListener;

/// The port of DHCP servers (RFC 2131).
const DHCP_SERVER_PORT: u16 = 67;

/// The bound sockets.
pub(super) struct Sockets {
    pub(super) http: TcpListener,
    pub(super) https: TcpListener,
    /// The user-PIN service's; `None` where another host has it.
    pub(super) userpin: Option<TcpListener>,
    pub(super) admin: TcpListener,
    pub(super) dhcp: Vec<DhcpSocket>,
    /// The places of these, for a person.
    pub(super) dhcp_places: Vec<String>,
}

impl Sockets {
    pub(super) fn bind(config: &Config) -> Result<Self, StartError> {
        let dhcp = if config.dhcp.enabled { dhcp(config)? } else { Vec::new() };
        let interfaces =
            config.dhcp.interfaces.iter().map(|name| format!("{name} port {DHCP_SERVER_PORT}/udp"));
        let addresses = dhcp.iter().take(config.dhcp.listen.len());
        let addresses = addresses.map(|socket| format!("{}/udp", socket.local_addr()));
        Ok(Self {
            dhcp_places: if dhcp.is_empty() { Vec::new() } else { addresses.chain(interfaces).collect() },
            http: tcp("listen.http", config.listen.http)?,
            https: tcp("listen.https", config.listen.https)?,
            userpin: match config.userpin.service {
                Some(_) => None,
                None => Some(tcp("listen.userpin", config.listen.userpin)?),
            },
            admin: tcp("listen.admin", config.listen.admin)?,
            dhcp,
        })
    }

    pub(super) fn endpoints(&self, config: &Config, ca_pem: PathBuf) -> Result<Endpoints, StartError> {
        let url = |scheme: &str, listener: &TcpListener, key| {
            local(key, listener).map(|address| format!("{scheme}://{address}"))
        };
        Ok(Endpoints {
            fqdn: config.fqdn.clone(),
            dhcp: self
                .dhcp
                .iter()
                .map(DhcpSocket::local_addr)
                .find(|place| !place.ip().is_unspecified())
                .map(SocketAddr::V4),
            http: url("http", &self.http, "listen.http")?,
            https: url("https", &self.https, "listen.https")?,
            userpin: match &config.userpin.service {
                Some(ServiceHost { host, port }) => format!("https://{host}:{port}{}", lync_userpin::PATH),
                None => format!("https://{}{}", self.own_userpin()?, lync_userpin::PATH),
            },
            admin: Some(url("http", &self.admin, "listen.admin")?),
            ca_pem,
        })
    }

    pub(super) fn urls(&self, config: &Config) -> Result<Urls, StartError> {
        let http = local("listen.http", &self.http)?.port();
        let names = config.pki.extra_names.iter().map(String::as_str);
        Ok(Urls::new(&config.fqdn, http, self.https_port()?).also_known_as(names))
    }

    pub(super) fn https_port(&self) -> Result<u16, StartError> {
        Ok(local("listen.https", &self.https)?.port())
    }

    /// Where the front end finds the user-PIN service.
    pub(super) fn userpin_place(&self, config: &Config) -> Result<Place, StartError> {
        match &config.userpin.service {
            Some(ServiceHost { host, port }) => Ok(Place::Host(host.clone(), *port)),
            None => self.own_userpin().map(Place::Address),
        }
    }

    fn own_userpin(&self) -> Result<SocketAddr, StartError> {
        let nowhere = || StartError::part("user-PIN service", &"it is neither here nor elsewhere");
        local("listen.userpin", self.userpin.as_ref().ok_or_else(nowhere)?)
    }
}

fn tcp(key: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    lync_net::bind(address).map_err(|error| refused(key, address.to_string(), error))
}

fn dhcp(config: &Config) -> Result<Vec<DhcpSocket>, StartError> {
    let addresses = config.dhcp.listen.iter().map(|address| {
        DhcpSocket::bind_address(*address)
            .map_err(|error| dhcp_refused("dhcp.listen", address.to_string(), error))
    });
    let interfaces = config.dhcp.interfaces.iter().map(|name| {
        DhcpSocket::bind_interface(name, DHCP_SERVER_PORT)
            .map_err(|error| dhcp_refused("dhcp.interfaces", name.clone(), error))
    });
    let pings = config.dhcp.enterprise.as_ref().is_some_and(|enterprise| enterprise.ping_check);
    let sockets = addresses.chain(interfaces);
    if pings { sockets.map(|socket| with_ping_check(socket?)).collect() } else { sockets.collect() }
}

/// Refuses interfaces that this computer does not have, before anybody tries to listen or to send there.
pub(super) fn interfaces_are_there(config: &Config) -> Result<(), StartError> {
    let named = if config.dhcp.enabled { config.dhcp.interfaces.as_slice() } else { &[] };
    match named.iter().find(|name| if_nametoindex(name.as_str()) == Err(Errno::ENODEV)) {
        Some(name) => {
            let problem = format!("there is no interface {name}; there are {}", interfaces_here());
            Err(StartError::part("dhcp.interfaces", &problem))
        }
        None => Ok(()),
    }
}

fn interfaces_here() -> String {
    let there =
        if_nameindex().map(|all| all.iter().map(|one| one.name().to_string_lossy().into_owned()).collect());
    there.unwrap_or_else(|_| Vec::new()).join(", ")
}

fn with_ping_check(socket: DhcpSocket) -> Result<DhcpSocket, StartError> {
    socket.with_ping_check().map_err(|error| {
        let problem = format!("{error}; or offer addresses unasked, dhcp.ping_check = false");
        StartError::part("dhcp.ping_check", &problem)
    })
}

fn local(key: &'static str, listener: &TcpListener) -> Result<SocketAddr, StartError> {
    listener.local_addr().map_err(|error| refused(key, "a bound socket".to_owned(), error))
}

fn dhcp_refused(key: &'static str, address: String, error: BindError) -> StartError {
    match error {
        BindError::System { source, .. } => refused(key, address, source),
        other => StartError::part(key, &other),
    }
}

fn refused(key: &'static str, address: String, error: std::io::Error) -> StartError {
    let hint = match error.kind() {
        std::io::ErrorKind::AddrInUse => "; stop what uses it, or give another port (0 takes any free one)",
        std::io::ErrorKind::AddrNotAvailable => "; this computer has no such address",
        std::io::ErrorKind::PermissionDenied => "; ports below 1024 need the capability CAP_NET_BIND_SERVICE",
        _ => "",
    };
    StartError::Bind { key, address, error, hint }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Options;

    #[test]
    fn an_interface_that_is_not_there_is_named_with_its_key_and_those_that_are() {
        let refused = |name: &str| {
            let mut options = Options::on_free_ports();
            options.dhcp.listen = None;
            options.dhcp.interfaces = Some(vec![name.to_owned()]);
            let config = Config::from_options(options).unwrap();
            interfaces_are_there(&config).err().map(|error| error.to_string())
        };
        let told = refused("nope0").unwrap();
        assert!(told.starts_with("dhcp.interfaces: there is no interface nope0; there are "), "{told}");
        assert!(told.contains("lo"), "{told}");
        assert_eq!(refused("lo"), None);
    }

    #[tokio::test]
    async fn an_address_of_another_computer_is_told_with_its_key() {
        let mut options = Options::on_free_ports();
        // Of a network for documentation: nobody has it.
        options.listen.https = Some("192.0.2.1:0".parse().unwrap());
        let told = Sockets::bind(&Config::from_options(options).unwrap()).err().unwrap().to_string();
        assert!(told.starts_with("listen.https: cannot listen on 192.0.2.1:0: "), "{told}");
        assert!(told.ends_with("; this computer has no such address"), "{told}");
    }
}
