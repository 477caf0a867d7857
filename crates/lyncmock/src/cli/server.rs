//! How commands find the admin API of a running pool.

use crate::config::Options;
use crate::endpoints::Endpoints;
use anyhow::Context;
use lync_admin::{Client, SecretToken};
use std::path::PathBuf;

/// Which pool, and as whom.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "The running pool")]
pub(super) struct ServerArgs {
    /// URL of its admin API [default: http://127.0.0.1:10088, a pool without configuration]
    #[arg(long, env = "LYNCMOCK_SERVER", value_name = "URL")]
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
            let endpoints = Endpoints::from_json(&text).with_context(|| file.display().to_string())?;
            return endpoints.admin.with_context(|| format!("{}: no admin API", file.display()));
        }
        let default = Options::defaults().listen.admin.context("no default")?;
        Ok(format!("http://{default}"))
    }
}
