//! A pool that is to be configured before it starts.

use super::LyncMock;
use super::expect::Expectations;
use crate::config::{CertificateKey, Config, ConfigError, Options, UserFixture, UsersFile};
use crate::pool::{Running, StartError};
use lync_model::Clock;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;

/// A pool that is being configured. Starts from loopback, free ports and the fixture users.
#[derive(Clone, Debug)]
pub struct Builder {
    options: Options,
    users: Option<UsersFile>,
    more_users: Vec<UserFixture>,
    clock: Clock,
}

impl Builder {
    pub(super) fn new() -> Self {
        let options = Options::on_free_ports();
        Self { options, users: None, more_users: Vec::new(), clock: Clock::system() }
    }

    /// Sets options; those that are not given here stay as they are.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options.or(&self.options);
        self
    }

    /// The pool's FQDN.
    #[must_use]
    pub fn fqdn(mut self, fqdn: &str) -> Self {
        self.options.fqdn = Some(fqdn.to_owned());
        self
    }

    /// Users and PIN policy, in place of the fixture's.
    #[must_use]
    pub fn users(mut self, users: UsersFile) -> Self {
        self.users = Some(users);
        self
    }

    /// One more user.
    #[must_use]
    pub fn user(mut self, user: UserFixture) -> Self {
        self.more_users.push(user);
        self
    }

    /// The kind of the certificates' keys; P-256 unless set, because it costs next to nothing to make.
    #[must_use]
    pub fn certificate_key(mut self, key: CertificateKey) -> Self {
        self.options.pki.key = Some(key);
        self
    }

    /// Keeps users, PINs and certificates in this directory, and goes on with those that are kept there.
    #[must_use]
    pub fn data_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.options.data_dir = Some(dir.into());
        self
    }

    /// The HTTPS port, on loopback; any free one unless set.
    #[must_use]
    pub fn https_port(mut self, port: u16) -> Self {
        self.options.listen.https = Some((Ipv4Addr::LOCALHOST, port).into());
        self
    }

    /// The HTTP port, on loopback; any free one unless set.
    #[must_use]
    pub fn http_port(mut self, port: u16) -> Self {
        self.options.listen.http = Some((Ipv4Addr::LOCALHOST, port).into());
        self
    }

    /// The DHCP port, on loopback; any free one unless set.
    #[must_use]
    pub fn dhcp_port(mut self, port: u16) -> Self {
        self.options.dhcp.listen = Some(vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, port)]);
        self
    }

    /// Keeps the keys of TLS connections, so that [`pcapng`](LyncMock::pcapng) can be decrypted: PINs are in there.
    #[must_use]
    pub fn keep_tls_keys(mut self) -> Self {
        self.options.journal.tls_keys = Some(true);
        self
    }

    /// A scenario that is armed from the start: `NAME` or `NAME@USER`.
    #[must_use]
    pub fn scenario(mut self, call: &str) -> Self {
        self.options.scenarios.get_or_insert_default().push(call.to_owned());
        self
    }

    /// The clock that everything runs on.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Starts the pool; when this returns, every socket is bound and served.
    ///
    /// # Errors
    /// When the configuration cannot be meant, or the pool cannot start.
    pub async fn start(self) -> Result<LyncMock, BuildError> {
        let mut config = Config::from_options(self.options)?;
        if let Some(users) = self.users {
            config.users = users;
        }
        config.users.users.extend(self.more_users);
        config.users.check().map_err(|problem| ConfigError::Value { key: "users", problem })?;
        let running = Running::start(config, self.clock).await?;
        let expectations = Expectations::new(&running.journal);
        Ok(LyncMock { running, expectations })
    }
}

/// Why a [`Builder`] built nothing.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The configuration cannot be meant.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The pool did not start.
    #[error(transparent)]
    Start(#[from] StartError),
}
