//! How commands find the admin API of a running pool.

use crate::config::Options;
use crate::endpoints::Endpoints;
use anyhow::Context;
use lync_admin::{Client, SecretToken};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

/// Which pool, and as whom.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "The running pool")]
pub(super) struct ServerArgs {
    /// URL of its admin API [default: where LYNCMOCK_LISTEN_ADMIN says, else http://127.0.0.1:10088]
    #[arg(long, env = "LYNCMOCK_SERVER", value_name = "URL", value_parser = url)]
    pub(super) server: Option<String>,
    /// The pool that wrote this file
    #[arg(long, env = "LYNCMOCK_READY_FILE", value_name = "FILE")]
    pub(super) ready_file: Option<PathBuf>,
    /// A file with the token that it asks for
    #[arg(long, env = "LYNCMOCK_ADMIN_TOKEN_FILE", value_name = "FILE")]
    pub(super) token_file: Option<PathBuf>,
    /// See and change this namespace alone
    #[arg(long, env = "LYNCMOCK_NAMESPACE", value_name = "NAME")]
    pub(super) namespace: Option<String>,
}

impl ServerArgs {
    /// A client of that pool. Nothing is connected yet.
    pub(super) fn client(&self) -> anyhow::Result<Client> {
        let token = match &self.token_file {
            Some(path) => {
                let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
                Some(SecretToken::new(text.trim()).with_context(|| path.display().to_string())?)
            }
            None => None,
        };
        Ok(Client::new(&self.url()?, token, self.namespace.as_deref())?)
    }

    /// Where the admin API is.
    pub(super) fn url(&self) -> anyhow::Result<String> {
        if let Some(server) = &self.server {
            return Ok(server.clone());
        }
        if let Some(file) = &self.ready_file {
            let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
            let endpoints = Endpoints::from_json(&text).with_context(|| {
                format!("{}: no file that a pool wrote with --ready-file", file.display())
            })?;
            return endpoints.admin.with_context(|| format!("{}: no admin API", file.display()));
        }
        let configured = std::env::var("LYNCMOCK_LISTEN_ADMIN").ok().filter(|address| !address.is_empty());
        let listens = match configured {
            Some(address) => address.parse().with_context(|| format!("LYNCMOCK_LISTEN_ADMIN: {address}"))?,
            None => Options::defaults().listen.admin.context("no default")?,
        };
        Ok(format!("http://{}", beside(listens)))
    }
}

/// Where this machine finds what listens there.
fn beside(listens: SocketAddr) -> SocketAddr {
    let ip: IpAddr = match listens.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listens.port())
}

fn url(text: &str) -> Result<String, String> {
    Client::new(text, None, None).map(|_| text.to_owned()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_listens_everywhere_is_found_on_loopback() {
        let found = |listens: &str| beside(listens.parse().unwrap()).to_string();
        assert_eq!(found("0.0.0.0:10089"), "127.0.0.1:10089");
        assert_eq!(found("[::]:10089"), "[::1]:10089");
        assert_eq!(found("10.0.0.5:10089"), "10.0.0.5:10089");
    }
}
