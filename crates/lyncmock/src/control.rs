//! The pool as the admin API sees it.

mod accounts;
mod certificates;
mod dhcp;
mod failures;
mod journal;
mod load;
mod policies;
mod scope;
mod settings;
mod state;
mod users;

use crate::pool::{Core, SettingsError};
use crate::scenarios::ScenarioError;
use async_trait::async_trait;
use lync_admin::dto::{
    Account, AccountUpdate, ArmScenario, ArmedRule, ArmedScenario, AssignedCertificate, Certificate,
    CertificateStore, ClientCertificate, ClockChange, DhcpLeasePage, DhcpStatus, Diagnostic, Endpoints,
    Entry, Event, Expectation, ExportFormat, JournalFilter, JournalPage, NamedPinPolicy, Namespace,
    NamespaceMembers, NewAccount, NewAddress, NewUser, PasswordText, PinInfo, PinPolicy, PinUpdate,
    ProxyChange, ProxySettings, RegistrarChange, RegistrarSettings, Reset, RuleSpec, Scenario, SeenDevice,
    State, Topology, User, UserUpdate, WebChange, WebSettings,
};
use lync_admin::{ApiError, ApiResult, Pool, Scope};
use lync_model::{AccountError, PolicyIdentityError};
use lync_store::StoreError;
use policies::GLOBAL;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// The admin API's view of a pool.
pub(crate) struct Control {
    core: Arc<Core>,
    /// Arming, lifting, resetting, loading and dumping are one at a time: half of one must not meet half of another. Who
    /// makes, changes and removes users and accounts does so beside others who do, and beside nothing of these.
    turn: tokio::sync::RwLock<()>,
}

impl Control {
    pub(crate) fn new(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), turn: tokio::sync::RwLock::new(()) }
    }
}

#[async_trait]
impl Pool for Control {
    async fn ready(&self) -> bool {
        // Whoever asks over the API finds every socket bound and every scenario armed; what can fail is the store.
        self.core.store.policy().await.is_ok()
    }

    async fn endpoints(&self) -> ApiResult<Endpoints> {
        let endpoints = &self.core.endpoints;
        Ok(Endpoints {
            fqdn: endpoints.fqdn.clone(),
            dhcp: endpoints.dhcp.map(|address| address.to_string()),
            http: endpoints.http.clone(),
            https: endpoints.https.clone(),
            userpin: endpoints.userpin.clone(),
            admin: endpoints.admin.clone(),
            ca_pem: endpoints.ca_pem.display().to_string(),
        })
    }

    async fn topology(&self) -> ApiResult<Topology> {
        self.shown_topology()
    }

    async fn ca_pem(&self) -> ApiResult<String> {
        Ok(self.core.pki.ca_pem())
    }

    async fn diagnostics(&self) -> ApiResult<Vec<Diagnostic>> {
        Ok(self.core.config.diagnostics.iter().map(Diagnostic::from).collect())
    }

    async fn accounts(&self, scope: &Scope) -> ApiResult<Vec<Account>> {
        self.list_accounts(scope).await
    }

    async fn add_account(&self, _: &Scope, account: NewAccount) -> ApiResult<Account> {
        let _turn = self.turn.read().await;
        self.new_account(&account).await
    }

    async fn account(&self, scope: &Scope, account: &str) -> ApiResult<Account> {
        Ok(Account::from(&self.found_account(scope, account).await?))
    }

    async fn update_account(
        &self,
        scope: &Scope,
        account: &str,
        update: AccountUpdate,
    ) -> ApiResult<Account> {
        let _turn = self.turn.read().await;
        self.replace_account(scope, account, &update).await
    }

    async fn remove_account(&self, scope: &Scope, account: &str) -> ApiResult<()> {
        let _turn = self.turn.read().await;
        self.delete_account(scope, account).await
    }

    async fn set_password(
        &self,
        scope: &Scope,
        account: &str,
        password: Option<PasswordText>,
    ) -> ApiResult<()> {
        let account = self.found_account(scope, account).await?.sam_account_name;
        let password = password.as_ref().map(PasswordText::expose);
        self.core.store.set_password(&account, password).await.or_refused()
    }

    async fn users(&self, scope: &Scope) -> ApiResult<Vec<User>> {
        self.list_users(scope).await
    }

    async fn add_user(&self, scope: &Scope, user: NewUser) -> ApiResult<User> {
        let _turn = self.turn.read().await;
        self.new_user(scope, &user).await
    }

    async fn user(&self, scope: &Scope, user: &str) -> ApiResult<User> {
        let user = self.found(scope, user).await?;
        self.shown(&user).await
    }

    async fn update_user(&self, scope: &Scope, user: &str, update: UserUpdate) -> ApiResult<User> {
        let _turn = self.turn.read().await;
        self.replace_user(scope, user, &update).await
    }

    async fn remove_user(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        let _turn = self.turn.read().await;
        self.delete_user(scope, user).await
    }

    async fn disable_user(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        let _turn = self.turn.read().await;
        self.disable(scope, user).await
    }

    async fn rename_user(&self, scope: &Scope, user: &str, address: NewAddress) -> ApiResult<User> {
        let _turn = self.turn.write().await;
        self.rename(scope, user, &address).await
    }

    async fn grant_pin_policy(&self, scope: &Scope, user: &str, identity: Option<&str>) -> ApiResult<()> {
        let user = self.found(scope, user).await?.sip_uri;
        self.grant(&user, identity, "identity").await
    }

    async fn pin_info(&self, scope: &Scope, user: &str) -> ApiResult<PinInfo> {
        self.shown_pin(scope, user).await
    }

    async fn set_pin(&self, scope: &Scope, user: &str, update: PinUpdate) -> ApiResult<()> {
        let user = self.found(scope, user).await?.sip_uri;
        let (store, pin) = (&self.core.store, update.pin.pin());
        match update.history {
            true => store.change_pin(&user, pin).await.or_refused(),
            false => store.set_pin(&user, pin).await.or_refused(),
        }
    }

    async fn clear_pin(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        let user = self.found(scope, user).await?.sip_uri;
        self.core.store.clear_pin(&user).await.or_refused()
    }

    async fn lock_pin(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        let user = self.found(scope, user).await?.sip_uri;
        self.core.store.lock_pin(&user).await.or_refused()
    }

    async fn unlock_pin(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        let user = self.found(scope, user).await?.sip_uri;
        self.core.store.unlock_pin(&user).await.or_refused()
    }

    async fn user_certificates(&self, scope: &Scope, user: &str) -> ApiResult<Vec<ClientCertificate>> {
        let user = self.found(scope, user).await?.sip_uri;
        self.published(&user).await
    }

    async fn revoke_certificates(&self, scope: &Scope, user: &str) -> ApiResult<u64> {
        let user = self.found(scope, user).await?.sip_uri;
        self.core.store.revoke_certs(&user).await.or_refused()
    }

    async fn namespaces(&self) -> ApiResult<Vec<Namespace>> {
        Ok(self.list_namespaces())
    }

    async fn set_namespace(&self, name: &str, members: NamespaceMembers) -> ApiResult<Namespace> {
        let _turn = self.turn.write().await;
        self.claim(name, &members).await
    }

    async fn remove_namespace(&self, name: &str) -> ApiResult<()> {
        let _turn = self.turn.write().await;
        self.forget_namespace(name).await
    }

    async fn pin_policy(&self) -> ApiResult<PinPolicy> {
        Ok(self.one_policy(GLOBAL).await?.policy)
    }

    async fn set_pin_policy(&self, policy: PinPolicy) -> ApiResult<PinPolicy> {
        Ok(self.replace_policy(GLOBAL, &policy).await?.policy)
    }

    async fn pin_policies(&self) -> ApiResult<Vec<NamedPinPolicy>> {
        self.list_policies().await
    }

    async fn add_pin_policy(&self, policy: NamedPinPolicy) -> ApiResult<NamedPinPolicy> {
        self.new_policy(&policy).await
    }

    async fn named_pin_policy(&self, identity: &str) -> ApiResult<NamedPinPolicy> {
        self.one_policy(identity).await
    }

    async fn put_pin_policy(&self, identity: &str, policy: PinPolicy) -> ApiResult<NamedPinPolicy> {
        self.replace_policy(identity, &policy).await
    }

    async fn remove_pin_policy(&self, identity: &str) -> ApiResult<()> {
        self.delete_policy(identity).await
    }

    async fn web_settings(&self) -> ApiResult<WebSettings> {
        Ok(self.shown_web_settings())
    }

    async fn change_web_settings(&self, change: WebChange) -> ApiResult<WebSettings> {
        self.set_web(&change).await?;
        Ok(self.shown_web_settings())
    }

    async fn registrar_settings(&self) -> ApiResult<RegistrarSettings> {
        self.shown_registrar_settings()
    }

    async fn change_registrar_settings(&self, change: RegistrarChange) -> ApiResult<RegistrarSettings> {
        self.set_registrar(&change).await?;
        self.shown_registrar_settings()
    }

    async fn proxy_settings(&self) -> ApiResult<ProxySettings> {
        Ok(self.shown_proxy_settings())
    }

    async fn change_proxy_settings(&self, change: ProxyChange) -> ApiResult<ProxySettings> {
        self.set_proxy(&change).await?;
        Ok(self.shown_proxy_settings())
    }

    async fn scenarios(&self) -> ApiResult<Vec<Scenario>> {
        Ok(lync_model::scenario::Catalogue::built_in().iter().map(Scenario::from).collect())
    }

    async fn scenario(&self, name: &str) -> ApiResult<Scenario> {
        let found = lync_model::scenario::Catalogue::built_in()
            .get(name)
            .map_err(ScenarioError::from)
            .or_refused()?;
        Ok(Scenario::from(found))
    }

    async fn armed(&self, scope: &Scope) -> ApiResult<Vec<ArmedScenario>> {
        Ok(self.list_armed(scope).await)
    }

    async fn arm(&self, scope: &Scope, wish: ArmScenario) -> ApiResult<ArmedScenario> {
        let _turn = self.turn.write().await;
        self.arm_scenario(scope, &wish).await
    }

    async fn lift(&self, scope: &Scope, id: u64) -> ApiResult<()> {
        let _turn = self.turn.write().await;
        self.lift_scenario(scope, id).await
    }

    async fn rules(&self, scope: &Scope) -> ApiResult<Vec<ArmedRule>> {
        Ok(self.list_rules(scope))
    }

    async fn add_rule(&self, scope: &Scope, rule: RuleSpec) -> ApiResult<ArmedRule> {
        let _turn = self.turn.write().await;
        let mut armed = self.arm_rules(scope, &[rule]).await?;
        armed.pop().ok_or_else(|| ApiError::unavailable("the rule was disarmed at once"))
    }

    async fn replace_rules(&self, scope: &Scope, rules: Vec<RuleSpec>) -> ApiResult<Vec<ArmedRule>> {
        let _turn = self.turn.write().await;
        self.swap_rules(scope, &rules).await
    }

    async fn remove_rule(&self, scope: &Scope, id: u64) -> ApiResult<()> {
        self.disarm(scope, id)
    }

    async fn journal(&self, scope: &Scope, filter: JournalFilter) -> ApiResult<JournalPage> {
        self.page(scope, &filter)
    }

    async fn journal_entry(&self, scope: &Scope, seq: u64) -> ApiResult<Entry> {
        self.one_entry(scope, seq)
    }

    async fn devices(&self, scope: &Scope) -> ApiResult<Vec<SeenDevice>> {
        Ok(self.seen_devices(scope))
    }

    async fn export(&self, scope: &Scope, format: ExportFormat, filter: JournalFilter) -> ApiResult<Vec<u8>> {
        self.exported(scope, format, &filter).await
    }

    async fn wait(
        &self,
        scope: &Scope,
        filter: JournalFilter,
        count: u64,
        timeout: Duration,
    ) -> ApiResult<Vec<Entry>> {
        self.wait_for(scope, &filter, count, timeout).await
    }

    async fn verify(&self, scope: &Scope, expectation: Expectation) -> ApiResult<()> {
        self.judge(scope, &expectation)
    }

    async fn events(&self) -> ApiResult<Vec<Event>> {
        Ok(self.core.events.snapshot().iter().map(Event::from).collect())
    }

    async fn events_xml(&self) -> ApiResult<String> {
        Ok(self.core.events_xml())
    }

    async fn clock(&self) -> ApiResult<OffsetDateTime> {
        Ok(self.core.clock.now())
    }

    async fn change_clock(&self, change: ClockChange) -> ApiResult<OffsetDateTime> {
        // What is out of range is refused before anything moves.
        let target = change.target(self.core.clock.now())?;
        let changed = match (change, target) {
            (ClockChange::Advance(by), _) => self.core.advance_clock(by.0),
            (_, Some(to)) => self.core.set_clock(to),
            (_, None) => return Ok(self.core.reset_clock()),
        };
        changed.map_err(|error| ApiError::invalid(error.to_string()))
    }

    async fn dhcp(&self) -> ApiResult<DhcpStatus> {
        Ok(self.shown_dhcp())
    }

    async fn dhcp_leases(&self, after: Option<Ipv4Addr>, limit: u64) -> ApiResult<DhcpLeasePage> {
        Ok(self.list_leases(after, limit))
    }

    async fn forget_dhcp_lease(&self, address: Ipv4Addr) -> ApiResult<()> {
        self.end_lease(address).await
    }

    async fn reset(&self, scope: &Scope, what: Reset) -> ApiResult<()> {
        let _turn = self.turn.write().await;
        self.begin_again(scope, what).await
    }

    async fn state(&self, scope: &Scope, secrets: bool) -> ApiResult<State> {
        let _turn = self.turn.write().await;
        self.dump(scope, secrets).await
    }

    async fn load_state(&self, scope: &Scope, state: State) -> ApiResult<()> {
        let _turn = self.turn.write().await;
        self.load(scope, &state).await
    }

    async fn assigned_certificates(&self) -> ApiResult<Vec<AssignedCertificate>> {
        self.list_assigned()
    }

    async fn certificates(&self, store: Option<CertificateStore>) -> ApiResult<Vec<Certificate>> {
        Ok(self.list_certificates(store))
    }

    async fn certificate(&self, store: CertificateStore, thumbprint: &str) -> ApiResult<Vec<u8>> {
        Ok(self.one_certificate(store, thumbprint)?.to_vec())
    }

    async fn add_certificate(&self, store: CertificateStore, der: Vec<u8>) -> ApiResult<Certificate> {
        self.import_certificate(store, der)
    }

    async fn remove_certificate(&self, store: CertificateStore, thumbprint: &str) -> ApiResult<()> {
        self.delete_certificate(store, thumbprint)
    }

    async fn restart_web(&self) -> ApiResult<()> {
        self.core.restart_web_service();
        Ok(())
    }
}

/// The store's refusals as the API has them.
fn stored(error: &StoreError) -> ApiError {
    let told = error.to_string();
    match error {
        StoreError::NoSuchUser(_) => ApiError::not_found(told),
        StoreError::NoSuchAccount(_) => ApiError::not_found(told).field("account"),
        StoreError::NoSuchPolicy(_) => ApiError::not_found(told).field("identity"),
        StoreError::AccountExists(name) => ApiError::conflict(told).field(field_of_name(name)),
        StoreError::AccountTaken { .. } => ApiError::conflict(told).field("account"),
        StoreError::PolicyExists(_) | StoreError::OtherSite { .. } => {
            ApiError::conflict(told).field("identity")
        }
        StoreError::TooManyPolicies(_) => ApiError::conflict(told),
        StoreError::NotGranted(_) => ApiError::invalid(told).field("identity"),
        StoreError::NamedPolicy(error) => ApiError::invalid(told).field(field_of_policy(error)),
        StoreError::Account(error) => ApiError::invalid(told).field(field_of_account(error)),
        StoreError::Password(_) => ApiError::invalid(told).field("password"),
        StoreError::UserExists(_) => ApiError::conflict(told).field("sip_address"),
        StoreError::PinLocked(_) => ApiError::conflict(told).field("pin"),
        StoreError::PinRejected(_) => ApiError::invalid(told).field("pin"),
        StoreError::NoPin(_)
        | StoreError::NoLineUri(_)
        | StoreError::NoExtension(_)
        | StoreError::UserDisabled(_) => ApiError::conflict(told),
        StoreError::NoRoomForTwin | StoreError::Policy(_) => ApiError::invalid(told),
        _ => {
            tracing::error!(error = %lync_net::with_cause(error), "the store failed");
            ApiError::unavailable("the store failed; the log says why")
        }
    }
}

/// A SamAccountName holds no `@`.
fn field_of_name(name: &str) -> &'static str {
    if name.contains('@') { "user_principal_name" } else { "sam_account_name" }
}

fn field_of_account(error: &AccountError) -> &'static str {
    match error {
        AccountError::SamAccountName => "sam_account_name",
        AccountError::UserPrincipalName => "user_principal_name",
        AccountError::DisplayName => "display_name",
    }
}

fn field_of_policy(error: &PolicyIdentityError) -> &'static str {
    match error {
        PolicyIdentityError::Form(_) | PolicyIdentityError::Name => "identity",
        PolicyIdentityError::Description => "description",
        PolicyIdentityError::Policy(_) => "policy",
    }
}

/// The refusals of scenarios and rules as the API has them.
fn refused(error: ScenarioError) -> ApiError {
    let told = error.to_string();
    match error {
        ScenarioError::Unknown(unknown) => {
            ApiError::not_found(told).field("scenario").nearest(unknown.nearest)
        }
        ScenarioError::NoSuchUser { nearest, .. } => ApiError::not_found(told).field("user").nearest(nearest),
        ScenarioError::SeveralUsers { .. } => ApiError::not_found(told).field("user"),
        ScenarioError::Everybody { .. } => ApiError::invalid(told).field("user"),
        ScenarioError::WholePool { .. } | ScenarioError::Elsewhere { .. } => {
            ApiError::conflict(told).field("scenario")
        }
        ScenarioError::UserTaken { .. } | ScenarioError::Nobody { .. } => {
            ApiError::conflict(told).field("user")
        }
        ScenarioError::User { .. } => ApiError::conflict(told).field("user"),
        ScenarioError::TooMany { .. } | ScenarioError::Clock { .. } => ApiError::conflict(told),
        ScenarioError::Rule(_) => ApiError::invalid(told),
        ScenarioError::NotArmed(_) => ApiError::not_found(told),
        ScenarioError::Pool(_) => ApiError::unavailable(told),
    }
}

/// Turns the parts' errors into the API's.
trait OrRefused<T> {
    fn or_refused(self) -> ApiResult<T>;
}

impl<T> OrRefused<T> for Result<T, StoreError> {
    fn or_refused(self) -> ApiResult<T> {
        self.map_err(|error| stored(&error))
    }
}

impl<T> OrRefused<T> for Result<T, SettingsError> {
    fn or_refused(self) -> ApiResult<T> {
        self.map_err(|error| match error {
            SettingsError::Refused(problem) => ApiError::invalid(problem),
            SettingsError::Store(error) => stored(&error),
        })
    }
}

impl<T> OrRefused<T> for Result<T, ScenarioError> {
    fn or_refused(self) -> ApiResult<T> {
        self.map_err(refused)
    }
}

#[cfg(test)]
mod tests;
