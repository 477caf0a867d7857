//! What the API needs of the pool.

use crate::dto::{
    Account, AccountUpdate, ArmScenario, ArmedRule, ArmedScenario, AssignedCertificate, Certificate,
    CertificateStore, ClientCertificate, ClockChange, DhcpLeasePage, DhcpStatus, Diagnostic, Endpoints,
    Entry, Event, Expectation, ExportFormat, JournalFilter, JournalPage, NamedPinPolicy, Namespace,
    NamespaceMembers, NewAccount, NewAddress, NewUser, PasswordText, PinInfo, PinPolicy, PinUpdate,
    ProxyChange, ProxySettings, RegistrarChange, RegistrarSettings, Reset, RuleSpec, Scenario, SeenDevice,
    State, Topology, User, UserUpdate, WebChange, WebSettings,
};
use crate::{ApiError, Scope};
use async_trait::async_trait;
use std::net::Ipv4Addr;
use std::time::Duration;
use time::OffsetDateTime;

/// What the pool answers.
pub type ApiResult<T> = Result<T, ApiError>;

/// The pool that the API shows and changes.
///
/// An `account` is a SamAccountName, alone or as `DOMAIN\name`, or a UserPrincipalName, in any case; one that is that
/// of a user is in the scope with its user, another one is in every scope.
///
/// A `user` is a SIP address or its part before the `@`; one that is not in the scope is `NotFound`. A namespace that
/// has users sees only those, one without users and the whole pool see all. Texts come as the client wrote them, their
/// length and nothing else is checked. Every method may answer `Unavailable`.
#[async_trait]
pub trait Pool: Send + Sync {
    /// Whether all listeners are bound and the store answers.
    async fn ready(&self) -> bool;
    /// Where the pool listens.
    async fn endpoints(&self) -> ApiResult<Endpoints>;
    /// The pool as a client finds it.
    async fn topology(&self) -> ApiResult<Topology>;
    /// The root certificate, PEM.
    async fn ca_pem(&self) -> ApiResult<String>;
    /// The table of diagnostics.
    async fn diagnostics(&self) -> ApiResult<Vec<Diagnostic>>;

    /// The accounts of the scope, by SamAccountName.
    async fn accounts(&self, scope: &Scope) -> ApiResult<Vec<Account>>;
    /// Makes an account. `Conflict` when one of its names is taken.
    async fn add_account(&self, scope: &Scope, account: NewAccount) -> ApiResult<Account>;
    /// One account.
    async fn account(&self, scope: &Scope, account: &str) -> ApiResult<Account>;
    /// Replaces all of an account but SamAccountName and password. `Conflict` when the UserPrincipalName is taken.
    async fn update_account(&self, scope: &Scope, account: &str, update: AccountUpdate)
    -> ApiResult<Account>;
    /// Removes an account with its user.
    async fn remove_account(&self, scope: &Scope, account: &str) -> ApiResult<()>;
    /// Sets the password; `None` takes it away.
    async fn set_password(
        &self,
        scope: &Scope,
        account: &str,
        password: Option<PasswordText>,
    ) -> ApiResult<()>;

    /// The users of the scope, by address.
    async fn users(&self, scope: &Scope) -> ApiResult<Vec<User>>;
    /// Makes a user, who belongs to the scope's namespace. `Conflict` when the address is taken, or the account is that
    /// of a user already; `NotFound` with field `account` when there is none.
    async fn add_user(&self, scope: &Scope, user: NewUser) -> ApiResult<User>;
    /// One user.
    async fn user(&self, scope: &Scope, user: &str) -> ApiResult<User>;
    /// Replaces all of a user but address, account, PIN and certificates. `NotFound` with field `pin_policy` when there
    /// is no such policy, `Invalid` when it is not one that is granted.
    async fn update_user(&self, scope: &Scope, user: &str, update: UserUpdate) -> ApiResult<User>;
    /// Removes a user with account, PIN and certificates.
    async fn remove_user(&self, scope: &Scope, user: &str) -> ApiResult<()>;
    /// Disable-CsUser: removes a user with PIN and certificates; the account stays.
    async fn disable_user(&self, scope: &Scope, user: &str) -> ApiResult<()>;
    /// Gives a user another address. `Conflict` when it is taken, or a scenario holds the user.
    async fn rename_user(&self, scope: &Scope, user: &str, address: NewAddress) -> ApiResult<User>;
    /// Grant-CsPinPolicy; `None` takes the policy away. `NotFound` with field `identity` when there is no such policy,
    /// `Invalid` when it is not one that is granted.
    async fn grant_pin_policy(&self, scope: &Scope, user: &str, identity: Option<&str>) -> ApiResult<()>;

    /// Get-CsClientPinInfo.
    async fn pin_info(&self, scope: &Scope, user: &str) -> ApiResult<PinInfo>;
    /// Set-CsClientPin; with `history` the change that users make themselves. `Conflict` while the PIN is locked,
    /// `Invalid` with field `pin` when the policy refuses it.
    async fn set_pin(&self, scope: &Scope, user: &str, update: PinUpdate) -> ApiResult<()>;
    /// Takes the PIN away, as if none had been set.
    async fn clear_pin(&self, scope: &Scope, user: &str) -> ApiResult<()>;
    /// Lock-CsClientPin.
    async fn lock_pin(&self, scope: &Scope, user: &str) -> ApiResult<()>;
    /// Unlock-CsClientPin.
    async fn unlock_pin(&self, scope: &Scope, user: &str) -> ApiResult<()>;
    /// Get-CsClientCertificate, by device.
    async fn user_certificates(&self, scope: &Scope, user: &str) -> ApiResult<Vec<ClientCertificate>>;
    /// Revoke-CsClientCertificate; answers with how many there were.
    async fn revoke_certificates(&self, scope: &Scope, user: &str) -> ApiResult<u64>;

    /// The namespaces, by name.
    async fn namespaces(&self) -> ApiResult<Vec<Namespace>>;
    /// Says what belongs to a namespace, which is made when it is new. `name` is checked. `Invalid` with the field
    /// when a user does not exist or an address is none; `Conflict` when something belongs to another namespace.
    async fn set_namespace(&self, name: &str, members: NamespaceMembers) -> ApiResult<Namespace>;
    /// Forgets a namespace, with its rules and armed scenarios; its users stay.
    async fn remove_namespace(&self, name: &str) -> ApiResult<()>;

    /// The Global PIN policy.
    async fn pin_policy(&self) -> ApiResult<PinPolicy>;
    /// Replaces it; within its ranges.
    async fn set_pin_policy(&self, policy: PinPolicy) -> ApiResult<PinPolicy>;
    /// The PIN policies: Global first, then by identity.
    async fn pin_policies(&self) -> ApiResult<Vec<NamedPinPolicy>>;
    /// Makes a PIN policy; within its ranges. `Conflict` when the identity is taken, `Invalid` when it is none.
    async fn add_pin_policy(&self, policy: NamedPinPolicy) -> ApiResult<NamedPinPolicy>;
    /// One PIN policy. `identity` is compared in any case.
    async fn named_pin_policy(&self, identity: &str) -> ApiResult<NamedPinPolicy>;
    /// Replaces it; within its ranges.
    async fn put_pin_policy(&self, identity: &str, policy: PinPolicy) -> ApiResult<NamedPinPolicy>;
    /// Removes it; `Global` goes back to its defaults. Who had it granted has none.
    async fn remove_pin_policy(&self, identity: &str) -> ApiResult<()>;
    /// The settings of the web services.
    async fn web_settings(&self) -> ApiResult<WebSettings>;
    /// Changes them; each value is within its range. `Invalid` when they contradict each other.
    async fn change_web_settings(&self, change: WebChange) -> ApiResult<WebSettings>;
    /// The settings of the Registrar.
    async fn registrar_settings(&self) -> ApiResult<RegistrarSettings>;
    /// Changes them.
    async fn change_registrar_settings(&self, change: RegistrarChange) -> ApiResult<RegistrarSettings>;
    /// The settings of the proxy.
    async fn proxy_settings(&self) -> ApiResult<ProxySettings>;
    /// Changes them.
    async fn change_proxy_settings(&self, change: ProxyChange) -> ApiResult<ProxySettings>;

    /// The catalogue.
    async fn scenarios(&self) -> ApiResult<Vec<Scenario>>;
    /// One scenario of it; `NotFound` with the nearest name.
    async fn scenario(&self, name: &str) -> ApiResult<Scenario>;
    /// The scenarios that are armed in the scope, by id.
    async fn armed(&self, scope: &Scope) -> ApiResult<Vec<ArmedScenario>>;
    /// Arms a scenario. `NotFound` with field and the nearest name when there is no such scenario or user; `Conflict`
    /// when what it changes is taken by another one.
    async fn arm(&self, scope: &Scope, wish: ArmScenario) -> ApiResult<ArmedScenario>;
    /// Lifts an armed scenario: what it changed is as before.
    async fn lift(&self, scope: &Scope, id: u64) -> ApiResult<()>;

    /// The rules that are armed in the scope, those of scenarios among them, the first to match first.
    async fn rules(&self, scope: &Scope) -> ApiResult<Vec<ArmedRule>>;
    /// Arms a rule, which names no file. `Invalid` when it cannot be meant.
    async fn add_rule(&self, scope: &Scope, rule: RuleSpec) -> ApiResult<ArmedRule>;
    /// Replaces all rules that were armed through the API in the scope; all or none. `Invalid` as for one rule.
    async fn replace_rules(&self, scope: &Scope, rules: Vec<RuleSpec>) -> ApiResult<Vec<ArmedRule>>;
    /// Disarms a rule. `Conflict` when it is part of a scenario.
    async fn remove_rule(&self, scope: &Scope, id: u64) -> ApiResult<()>;

    /// The journal's entries that match.
    async fn journal(&self, scope: &Scope, filter: JournalFilter) -> ApiResult<JournalPage>;
    /// One entry.
    async fn journal_entry(&self, scope: &Scope, seq: u64) -> ApiResult<Entry>;
    /// The devices of the journal.
    async fn devices(&self, scope: &Scope) -> ApiResult<Vec<SeenDevice>>;
    /// The journal's entries that match, in another form.
    async fn export(&self, scope: &Scope, format: ExportFormat, filter: JournalFilter) -> ApiResult<Vec<u8>>;
    /// Waits until there are `count` entries that match. `TimedOut`, with a report of what came nearest, when there
    /// are not after `timeout`, which is at most ten minutes. Dropping the future ends the wait.
    async fn wait(
        &self,
        scope: &Scope,
        filter: JournalFilter,
        count: u64,
        timeout: Duration,
    ) -> ApiResult<Vec<Entry>>;
    /// Whether the journal is as expected; `Unmet` with a report when it is not.
    async fn verify(&self, scope: &Scope, expectation: Expectation) -> ApiResult<()>;

    /// The event log, the oldest first.
    async fn events(&self) -> ApiResult<Vec<Event>>;
    /// The event log as Windows writes it in XML.
    async fn events_xml(&self) -> ApiResult<String>;

    /// What the clock shows.
    async fn clock(&self) -> ApiResult<OffsetDateTime>;
    /// Moves the clock to the change's [`target`](ClockChange::target); answers with what it shows then.
    async fn change_clock(&self, change: ClockChange) -> ApiResult<OffsetDateTime>;

    /// What the DHCP component does, and what became of the datagrams.
    async fn dhcp(&self) -> ApiResult<DhcpStatus>;
    /// The leases of addresses higher than `after`, by address, `limit` at the most; none where none are given.
    async fn dhcp_leases(&self, after: Option<Ipv4Addr>, limit: u64) -> ApiResult<DhcpLeasePage>;
    /// Ends a lease, or the time for which nobody gets an address; `NotFound` where there is neither. It is kept where
    /// leases are.
    async fn forget_dhcp_lease(&self, address: Ipv4Addr) -> ApiResult<()>;

    /// Brings the scope back to the beginning.
    async fn reset(&self, scope: &Scope, what: Reset) -> ApiResult<()>;
    /// All that the pool was told, with the hashes of PINs if `secrets`.
    async fn state(&self, scope: &Scope, secrets: bool) -> ApiResult<State>;
    /// Brings that back; all of it or nothing. Its rules name no file.
    async fn load_state(&self, scope: &Scope, state: State) -> ApiResult<()>;

    /// The certificates of the server itself.
    async fn assigned_certificates(&self) -> ApiResult<Vec<AssignedCertificate>>;
    /// The certificates of one store, or of both.
    async fn certificates(&self, store: Option<CertificateStore>) -> ApiResult<Vec<Certificate>>;
    /// One certificate, DER. `thumbprint` is 40 hex digits in upper case.
    async fn certificate(&self, store: CertificateStore, thumbprint: &str) -> ApiResult<Vec<u8>>;
    /// Puts a certificate, DER, into a store. `Invalid` when it is none, `Conflict` when it is there already.
    async fn add_certificate(&self, store: CertificateStore, der: Vec<u8>) -> ApiResult<Certificate>;
    /// Takes one out.
    async fn remove_certificate(&self, store: CertificateStore, thumbprint: &str) -> ApiResult<()>;

    /// Restarts the internal web service.
    async fn restart_web(&self) -> ApiResult<()>;
}
