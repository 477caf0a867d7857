//! The library: a pool inside a test.

mod builder;
mod expect;
mod failures;
mod watch;

pub use builder::{BuildError, Builder};
pub use expect::Expectation;
pub use failures::{Armed, ScenarioBuilder};

use crate::client::{aimed, phone_of};
use crate::endpoints::Endpoints;
use crate::pool::Running;
use expect::Expectations;
use lync_model::{Account, AccountState, Clock, Event, Pin, PinPolicy, SipUri, User};
use lync_phone::SignIn;
use lync_store::{AccountUpdate, PinInfo, StoreError};

/// A running pool. It stops when it is dropped; what was [expected](LyncMock::expect) of it is verified then.
///
/// On a runtime with one thread its ports are free again only when that runtime has run on; [`stop`](Self::stop) waits
/// for it.
pub struct LyncMock {
    /// First, so that what is expected is judged while the pool still runs.
    expectations: Expectations,
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
        self.running.store.add_user(user).await?;
        self.running.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
        self.running.users_changed().await;
        Ok(())
    }

    /// Every account of the domain, enabled for Lync or not.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.running.store.accounts().await
    }

    /// Adds an account that is no Lync user, with a Windows password or none.
    ///
    /// # Errors
    /// When a name is taken or cannot be, the password cannot be, or the store fails.
    pub async fn add_account(&self, account: &Account, password: Option<&str>) -> Result<(), StoreError> {
        self.running.store.add_account(account, password).await
    }

    /// Sets the Windows password of the account with this SamAccountName, or takes it away.
    ///
    /// # Errors
    /// When there is no such account, the password cannot be, or the store fails.
    pub async fn set_password(
        &self,
        sam_account_name: &str,
        password: Option<&str>,
    ) -> Result<(), StoreError> {
        self.running.store.set_password(sam_account_name, password).await
    }

    /// What stands in the way of an account's right password, from now on.
    ///
    /// # Errors
    /// When there is no such account, or the store fails.
    pub async fn set_account_state(
        &self,
        sam_account_name: &str,
        state: AccountState,
    ) -> Result<(), StoreError> {
        let update = AccountUpdate { state: Some(state), ..AccountUpdate::default() };
        self.running.store.update_account(sam_account_name, &update).await.map(drop)
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
        self.running.store.update_user(user).await?;
        self.running.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
        self.running.users_changed().await;
        Ok(())
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
        phone_of(aimed(self.endpoints(), sign_in)).clock(self.clock().clone())
    }

    /// A phone that will find this pool by DHCP and sign in with this extension and PIN.
    pub fn phone(&self, phone_or_ext: &str, pin: &str) -> SignIn {
        self.aim(SignIn::new(phone_or_ext, Pin::new(pin)))
    }

    /// Stops the pool, and returns when its sockets are closed and open requests have ended.
    ///
    /// # Panics
    /// When something that was [expected](Self::expect) has not happened.
    pub async fn stop(self) {
        self.running.stop().await;
        drop(self.expectations);
    }
}
