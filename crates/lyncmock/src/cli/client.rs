//! How the client commands find a pool, beside what DHCP tells them.

use super::patience::patience;
use crate::client::{address_in, aimed};
use crate::endpoints::Endpoints;
use crate::shell::Resolvable;
use anyhow::Context;
use lync_admin::Client;
use lync_model::{Clock, Pin};
use lync_phone::{DhcpDiscovery, KeyKind, Resolve, SignIn, Timeouts};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where a pool without configuration listens for DHCP.
pub(super) const DEFAULT_DHCP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 10067);

/// Where to look, and with what.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Finding the pool")]
pub(super) struct ClientArgs {
    /// Ask this DHCP server [default: 127.0.0.1:10067, a pool without configuration]
    #[arg(long, value_name = "ADDR:PORT", conflicts_with = "dhcp_interface")]
    pub(super) dhcp: Option<SocketAddrV4>,
    /// Ask every DHCP server on this interface, by broadcast; needs the right to bind port 68
    #[arg(long, value_name = "NAME")]
    pub(super) dhcp_interface: Option<String>,
    /// Port of plain HTTP, for the root chain [default: from the HTTPS port: 443 → 80, 10443 → 10080]
    #[arg(long, value_name = "PORT")]
    pub(super) http_port: Option<u16>,
    /// Take this host to be at this address, as curl's --resolve does; may be repeated
    #[arg(long, value_name = "HOST=ADDR", value_parser = host_and_address)]
    pub(super) resolve: Vec<(String, IpAddr)>,
    /// Sign in to the pool that wrote this file
    #[arg(long, env = "LYNCMOCK_READY_FILE", value_name = "FILE")]
    pub(super) ready_file: Option<PathBuf>,
    /// Make an RSA key with 2048 bits instead of one on P-256
    #[arg(long)]
    pub(super) rsa: bool,
    /// How long each connection and each request may take: 300ms, 5s [default: 5s and 30s]
    #[arg(long, value_name = "TIME", value_parser = patience)]
    pub(super) timeout: Option<Duration>,
}

fn admin_of(ready_file: &Path) -> Option<String> {
    Endpoints::from_json(&std::fs::read_to_string(ready_file).ok()?).ok()?.admin
}

fn host_and_address(text: &str) -> Result<(String, IpAddr), String> {
    let (host, address) = text.split_once('=').ok_or("write it as HOST=ADDR")?;
    let address = address.parse().map_err(|error| format!("{error}"))?;
    Ok((host.to_owned(), address))
}

impl ClientArgs {
    /// A phone that looks where these arguments say. `wants_dhcp`: something is left to be found.
    pub(super) fn sign_in(&self, phone_or_ext: &str, pin: Pin, wants_dhcp: bool) -> anyhow::Result<SignIn> {
        self.aim(SignIn::new(phone_or_ext, pin), wants_dhcp)
    }

    /// The sign-in, looking where these arguments say.
    fn aim(&self, sign_in: SignIn, wants_dhcp: bool) -> anyhow::Result<SignIn> {
        let elsewhere = self.dhcp.is_some() || self.dhcp_interface.is_some();
        let mut sign_in = match &self.ready_file {
            Some(file) if !elsewhere => {
                let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
                let endpoints = Endpoints::from_json(&text).with_context(|| file.display().to_string())?;
                anyhow::ensure!(address_in(&endpoints.https).is_some(), "{}: no address", file.display());
                aimed(&endpoints, sign_in)
            }
            _ => self.by_arguments(sign_in, wants_dhcp),
        };
        if let Some(port) = self.http_port {
            sign_in = sign_in.http_port(port);
        }
        if let Some(timeout) = self.timeout {
            sign_in = sign_in.timeouts(Timeouts { connect: timeout, request: timeout });
        }
        Ok(sign_in.key_kind(if self.rsa { KeyKind::Rsa2048 } else { KeyKind::P256 }))
    }

    /// The phone, keeping the time of the pool that wrote the ready file: its clock may have been moved.
    pub(super) async fn in_time(&self, sign_in: SignIn) -> SignIn {
        let Some(url) = self.ready_file.as_deref().and_then(admin_of) else { return sign_in };
        let Ok(client) = Client::new(&url, None, None) else { return sign_in };
        match client.clock().await {
            Ok(now) => {
                let clock = Clock::system();
                clock.set(now);
                sign_in.clock(clock)
            }
            // A pool that wants a token does not tell; then the phone's time is this machine's.
            Err(_) => sign_in,
        }
    }

    fn by_arguments(&self, mut sign_in: SignIn, wants_dhcp: bool) -> SignIn {
        let pairs = self.resolve.iter();
        let resolve = pairs.fold(Resolve::new(), |known, (host, address)| known.with_ip(host, *address));
        sign_in = sign_in.resolve(resolve);
        match &self.dhcp_interface {
            _ if !wants_dhcp => sign_in,
            Some(interface) => sign_in.dhcp(DhcpDiscovery::broadcast(Some(interface.clone()))),
            None => sign_in.dhcp(DhcpDiscovery::unicast(self.dhcp.unwrap_or(DEFAULT_DHCP))),
        }
    }
}

#[async_trait::async_trait]
impl Resolvable for ClientArgs {
    async fn aimed(&self, sign_in: SignIn, wants_dhcp: bool) -> anyhow::Result<SignIn> {
        Ok(self.in_time(self.aim(sign_in, wants_dhcp)?).await)
    }
}
