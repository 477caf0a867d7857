//! Where the users are: in a store's file, or behind the admin API of a running pool.

use super::list::{self, Row};
use crate::cli::server::ServerArgs;
use crate::config::Options;
use crate::scenarios::called;
use anyhow::{Context, bail};
use clap::Args;
use lync_admin::Client;
use lync_admin::dto::{NewUser, PinText, PinUpdate};
use lync_model::{Clock, Pin, SipUri, User};
use lync_store::{Store, StoreLocation};
use std::path::{Path, PathBuf};

/// Which pool.
#[derive(Args)]
pub(super) struct Place {
    /// The data directory of a pool that is kept
    #[arg(long, env = "LYNCMOCK_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Take the data directory from this configuration
    #[arg(long, short, env = "LYNCMOCK_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    server: ServerArgs,
}

/// The users there.
pub(super) enum Users {
    Kept(Box<Store>),
    Running(Client),
}

impl Place {
    pub(super) async fn open(&self) -> anyhow::Result<Users> {
        // A directory gives way to a URL, and a ready file, which the environment may name, to a directory.
        let directory = if self.server.server.is_some() { None } else { self.directory()? };
        let Some(dir) = directory else {
            return Ok(Users::Running(self.server.client()?));
        };
        let file = dir.join("lyncmock.db");
        if !file.is_file() {
            bail!(
                "{}: no pool has been kept here yet; start one with: lyncmock serve --data-dir {}",
                file.display(),
                dir.display()
            );
        }
        Ok(Users::Kept(Box::new(Store::open(&StoreLocation::Kept(file), Clock::system()).await?)))
    }

    fn directory(&self) -> anyhow::Result<Option<PathBuf>> {
        match (&self.data_dir, &self.config) {
            (Some(dir), _) => Ok(Some(dir.clone())),
            (None, Some(file)) => data_dir_in(file),
            (None, None) => Ok(None),
        }
    }
}

impl Users {
    /// The user of this SIP address, or of this part before the `@`.
    pub(super) async fn find(&self, given: &str) -> anyhow::Result<SipUri> {
        let users: Vec<User> = match self {
            Self::Kept(store) => store.users().await?,
            Self::Running(client) => client.users().await?.iter().filter_map(shown).collect(),
        };
        Ok(called(&users, given)?.sip_uri.clone())
    }

    pub(super) async fn list(&self) -> anyhow::Result<Vec<Row>> {
        match self {
            Self::Kept(store) => list::of_store(store).await,
            Self::Running(client) => list::of_server(client).await,
        }
    }

    pub(super) async fn add(&self, user: &User, pin: Option<Pin>) -> anyhow::Result<()> {
        match self {
            Self::Kept(store) => {
                let new = lync_store::NewUser { pin: pin.as_ref(), ..lync_store::NewUser::new(user) };
                store.add_new_user(new).await?;
            }
            Self::Running(client) => {
                let wish = NewUser {
                    sip_address: user.sip_uri.to_string(),
                    display_name: Some(user.display_name.clone()),
                    line_uri: user.line_uri.as_ref().map(ToString::to_string),
                    enabled: user.enabled,
                    enterprise_voice_enabled: user.enterprise_voice,
                    pin: pin.map(PinText::new),
                    account: None,
                    password: None,
                };
                client.add_user(&wish).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn set_pin(&self, user: &SipUri, pin: Pin) -> anyhow::Result<()> {
        match self {
            Self::Kept(store) => store.set_pin(user, &pin).await?,
            Self::Running(client) => {
                let update = PinUpdate { pin: PinText::new(pin), history: false };
                client.set_pin(user.as_str(), &update).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn lock(&self, user: &SipUri) -> anyhow::Result<()> {
        match self {
            Self::Kept(store) => store.lock_pin(user).await?,
            Self::Running(client) => client.lock_pin(user.as_str()).await?,
        }
        Ok(())
    }

    pub(super) async fn unlock(&self, user: &SipUri) -> anyhow::Result<()> {
        match self {
            Self::Kept(store) => store.unlock_pin(user).await?,
            Self::Running(client) => client.unlock_pin(user.as_str()).await?,
        }
        Ok(())
    }

    pub(super) async fn remove(&self, user: &SipUri) -> anyhow::Result<()> {
        match self {
            Self::Kept(store) => store.remove_user(user).await?,
            Self::Running(client) => client.remove_user(user.as_str()).await?,
        }
        Ok(())
    }
}

fn shown(user: &lync_admin::dto::User) -> Option<User> {
    Some(User {
        sip_uri: user.sip_address.parse().ok()?,
        display_name: user.display_name.clone(),
        line_uri: None,
        enabled: user.enabled,
        enterprise_voice: user.enterprise_voice_enabled,
        pin_set_at: None,
    })
}

fn data_dir_in(file: &Path) -> anyhow::Result<Option<PathBuf>> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let options: Options = toml::from_str(&text).with_context(|| file.display().to_string())?;
    Ok(options.data_dir)
}
