//! The library: a pool inside a test.

use crate::client::aimed;
use crate::config::{CertificateKey, Config, ConfigError, Options, UserFixture, UsersFile};
use crate::endpoints::Endpoints;
use crate::pool::{Running, StartError};
use lync_model::{Clock, Event, Pin, PinPolicy, SipUri, User};
use lync_phone::SignIn;
use lync_store::{PinInfo, StoreError};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::path::PathBuf;

/// A running pool. It stops when it is dropped.
///
/// On a runtime with one thread its ports are free again only when that runtime has run on; [`stop`](Self::stop) waits
/// for it.
pub struct LyncMock {
    running: Running,
}

impl LyncMock {
    /// Starts a pool on free loopback ports, with the fixture users, P-256 certificates and an ephemeral store.
    ///
    /// It runs on the Tokio runtime that it is started on, which needs I/O and time enabled, as `#[tokio::test]` has.
    ///
    /// # Panics
    /// When it cannot start, with the reason; [`builder`](Self::builder) has a start that returns it.
    pub async fn start() -> Self {
        match Self::builder().start().await {
            Ok(mock) => mock,
            #[expect(clippy::panic, reason = "a test without its server has nothing to go on with")]
            Err(error) => panic!("lyncmock did not start: {error}"),
        }
    }

    /// A pool that is to be configured first.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Where it listens.
    pub fn endpoints(&self) -> &Endpoints {
        &self.running.endpoints
    }

    /// The root certificate, PEM.
    pub fn ca_pem(&self) -> String {
        self.running.pki.ca_pem()
    }

    /// SHA-256 of the root certificate, as `AB:CD:…`.
    pub fn ca_fingerprint(&self) -> String {
        self.running.pki.root_fingerprint_sha256()
    }

    /// The pool's clock; advance it to let tickets, certificates, PINs and lockouts run out.
    pub fn clock(&self) -> &Clock {
        &self.running.clock
    }

    /// The event log "Lync Server", the oldest entry first.
    ///
    /// Like the real one it holds failures between servers, such as 47067, and no wrong PINs.
    pub fn events(&self) -> Vec<Event> {
        self.running.events.snapshot()
    }

    /// Waits until `count` events were written since the start.
    pub async fn wait_for_events(&self, count: u64) {
        self.running.events.wait_for(count).await;
    }

    /// Every user.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn users(&self) -> Result<Vec<User>, StoreError> {
        self.running.store.users().await
    }

    /// Adds a user. [`set_pin`](Self::set_pin) gives it a PIN.
    ///
    /// # Errors
    /// When there is one with this SIP address, or the store fails.
    pub async fn add_user(&self, user: &User) -> Result<(), StoreError> {
        self.running.store.add_user(user).await
    }

    /// Sets a user's PIN, as Set-CsClientPin does.
    ///
    /// # Errors
    /// When the policy refuses it, there is no such user, or the store fails.
    pub async fn set_pin(&self, user: &SipUri, pin: &str) -> Result<(), StoreError> {
        self.running.store.set_pin(user, &Pin::new(pin)).await
    }

    /// Sets a PIN as the user does on the dial-in page: PINHistoryCount holds, which an administrator may pass over.
    ///
    /// # Errors
    /// When the policy or the history refuses it, the PIN is locked, there is no such user, or the store fails.
    pub async fn change_pin(&self, user: &SipUri, pin: &str) -> Result<(), StoreError> {
        self.running.store.change_pin(user, &Pin::new(pin)).await
    }

    /// Replaces everything about a user but the PIN: Set-CsUser, Enable- and Disable-CsUser.
    ///
    /// # Errors
    /// When there is no such user, or the store fails.
    pub async fn update_user(&self, user: &User) -> Result<(), StoreError> {
        self.running.store.update_user(user).await
    }

    /// Set-CsPinPolicy, the global one.
    ///
    /// # Errors
    /// When the policy cannot be, or the store fails.
    pub async fn set_pin_policy(&self, policy: &PinPolicy) -> Result<(), StoreError> {
        self.running.store.set_policy(policy).await
    }

    /// Get-CsClientPinInfo: whether a PIN is set and locked, and when it expires.
    ///
    /// # Errors
    /// When there is no such user, or the store fails.
    pub async fn pin_info(&self, user: &SipUri) -> Result<PinInfo, StoreError> {
        self.running.store.pin_info(user).await
    }

    /// Lock-CsClientPin.
    ///
    /// # Errors
    /// When there is no such user, or the store fails.
    pub async fn lock_pin(&self, user: &SipUri) -> Result<(), StoreError> {
        self.running.store.lock_pin(user).await
    }

    /// Unlock-CsClientPin.
    ///
    /// # Errors
    /// When there is no such user, or the store fails.
    pub async fn unlock_pin(&self, user: &SipUri) -> Result<(), StoreError> {
        self.running.store.unlock_pin(user).await
    }

    /// Revoke-CsClientCertificate: no certificate of the user is accepted any more.
    ///
    /// # Errors
    /// When there is no such user, or the store fails.
    pub async fn revoke_certificates(&self, user: &SipUri) -> Result<u64, StoreError> {
        self.running.store.revoke_certs(user).await
    }

    /// The public key of web tickets, SubjectPublicKeyInfo in DER: for tests that verify a ticket themselves.
    pub fn ticket_public_key(&self) -> &[u8] {
        self.running.pki.ticket_signing_spki()
    }

    /// Points a phone at this pool: it finds it by DHCP and keeps its time. For a sign-in of one's own making, such as
    /// a renewal by certificate.
    pub fn aim(&self, sign_in: SignIn) -> SignIn {
        aimed(self.endpoints(), sign_in).clock(self.clock().clone())
    }

    /// A phone that will find this pool by DHCP and sign in with this extension and PIN.
    pub fn phone(&self, phone_or_ext: &str, pin: &str) -> SignIn {
        self.aim(SignIn::new(phone_or_ext, Pin::new(pin)))
    }

    /// Stops the pool, and returns when its sockets are closed and open requests have ended.
    pub async fn stop(self) {
        self.running.stop().await;
    }
}

/// A pool that is being configured. Starts from loopback, free ports and the fixture users.
#[derive(Clone, Debug)]
pub struct Builder {
    options: Options,
    users: Option<UsersFile>,
    more_users: Vec<UserFixture>,
    clock: Clock,
}

impl Builder {
    fn new() -> Self {
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
        Ok(LyncMock { running: Running::start(config, self.clock).await? })
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
