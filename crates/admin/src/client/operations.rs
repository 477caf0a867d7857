//! The operations but those on settings, in the order of [`Pool`](crate::Pool).

use super::send::Body;
use super::{Client, ClientError, pairs, piece, with_query};
use crate::Span;
use crate::dto::{
    Account, AccountUpdate, ArmScenario, ArmedRule, ArmedScenario, AssignedCertificate, Certificate,
    CertificateStore, ClientCertificate, ClockChange, DhcpLease, DhcpLeasePage, DhcpStatus, Diagnostic,
    Endpoints, Entries, Entry, Event, ExportFormat, JournalFilter, JournalPage, Namespace, NamespaceMembers,
    NewAccount, NewAddress, NewUser, Now, PasswordText, PasswordUpdate, PinInfo, PinUpdate, Reset,
    ResetRequest, Revoked, RuleSpec, Scenario, SeenDevice, State, Topology, User, UserUpdate, Verified,
    VerifyRequest,
};
use crate::respond::DER;
use crate::routes::dhcp::MAX_PAGE;
use http::Method;
use std::net::Ipv4Addr;
use std::time::Duration;
use time::OffsetDateTime;

/// How much longer than a wait its answer may take.
const SLACK: Duration = Duration::from_secs(30);
/// How long an export or a state may take.
const LONG: Duration = Duration::from_secs(300);

/// What a method answers with.
pub(super) type Result<T> = std::result::Result<T, ClientError>;

impl Client {
    /// Whether the process serves.
    pub async fn health(&self) -> Result<()> {
        self.get_bytes("/health").await.map(drop)
    }

    /// Whether the pool can be used; `Unavailable` when not.
    pub async fn ready(&self) -> Result<()> {
        self.get_bytes("/ready").await.map(drop)
    }

    /// Where the pool listens.
    pub async fn endpoints(&self) -> Result<Endpoints> {
        self.get("/v1/endpoints").await
    }

    /// The pool as a client of it finds it.
    pub async fn topology(&self) -> Result<Topology> {
        self.get("/v1/topology").await
    }

    /// The root certificate, PEM.
    pub async fn ca_pem(&self) -> Result<Vec<u8>> {
        self.get_bytes("/v1/ca.pem").await
    }

    /// The API's document, JSON.
    pub async fn openapi(&self) -> Result<Vec<u8>> {
        self.get_bytes("/v1/openapi.json").await
    }

    /// The table of diagnostics.
    pub async fn diagnostics(&self) -> Result<Vec<Diagnostic>> {
        self.get("/v1/diagnostics").await
    }

    /// The accounts.
    pub async fn accounts(&self) -> Result<Vec<Account>> {
        self.get("/v1/accounts").await
    }

    /// Makes an account.
    pub async fn add_account(&self, account: &NewAccount) -> Result<Account> {
        self.send(Method::POST, "/v1/accounts", account).await
    }

    /// One account: SamAccountName, alone or as `DOMAIN\name`, or UserPrincipalName.
    pub async fn account(&self, account: &str) -> Result<Account> {
        self.get(&of_account(account, "")).await
    }

    /// Replaces all of an account but SamAccountName and password.
    pub async fn update_account(&self, account: &str, update: &AccountUpdate) -> Result<Account> {
        self.send(Method::PUT, &of_account(account, ""), update).await
    }

    /// Removes an account with its user.
    pub async fn remove_account(&self, account: &str) -> Result<()> {
        self.delete(&of_account(account, "")).await
    }

    /// Sets the password of an account.
    pub async fn set_password(&self, account: &str, password: &PasswordText) -> Result<()> {
        let update = PasswordUpdate { password: password.clone() };
        self.tell(Method::PUT, &of_account(account, "/password"), &update).await
    }

    /// Takes the password of an account away.
    pub async fn clear_password(&self, account: &str) -> Result<()> {
        self.delete(&of_account(account, "/password")).await
    }

    /// The users.
    pub async fn users(&self) -> Result<Vec<User>> {
        self.get("/v1/users").await
    }

    /// Makes a user; with `account` as Enable-CsUser does.
    pub async fn add_user(&self, user: &NewUser) -> Result<User> {
        self.send(Method::POST, "/v1/users", user).await
    }

    /// One user.
    pub async fn user(&self, user: &str) -> Result<User> {
        self.get(&of_user(user, "")).await
    }

    /// Replaces all of a user but address, account, PIN and certificates.
    pub async fn update_user(&self, user: &str, update: &UserUpdate) -> Result<User> {
        self.send(Method::PUT, &of_user(user, ""), update).await
    }

    /// Removes a user with account, PIN and certificates.
    pub async fn remove_user(&self, user: &str) -> Result<()> {
        self.delete(&of_user(user, "")).await
    }

    /// Disable-CsUser: removes a user with PIN and certificates; the account stays.
    pub async fn disable_user(&self, user: &str) -> Result<()> {
        self.delete(&of_user(user, "?account=keep")).await
    }

    /// Gives a user another address.
    pub async fn rename_user(&self, user: &str, sip_address: &str) -> Result<User> {
        let address = NewAddress { sip_address: sip_address.to_owned() };
        self.send(Method::PUT, &of_user(user, "/address"), &address).await
    }

    /// Get-CsClientPinInfo.
    pub async fn pin_info(&self, user: &str) -> Result<PinInfo> {
        self.get(&of_user(user, "/pin")).await
    }

    /// Set-CsClientPin.
    pub async fn set_pin(&self, user: &str, update: &PinUpdate) -> Result<()> {
        self.tell(Method::PUT, &of_user(user, "/pin"), update).await
    }

    /// Takes the PIN away.
    pub async fn clear_pin(&self, user: &str) -> Result<()> {
        self.delete(&of_user(user, "/pin")).await
    }

    /// Lock-CsClientPin.
    pub async fn lock_pin(&self, user: &str) -> Result<()> {
        self.ask(Method::POST, &of_user(user, "/pin/lock"), Body::Nothing).await.map(drop)
    }

    /// Unlock-CsClientPin.
    pub async fn unlock_pin(&self, user: &str) -> Result<()> {
        self.ask(Method::POST, &of_user(user, "/pin/unlock"), Body::Nothing).await.map(drop)
    }

    /// Get-CsClientCertificate.
    pub async fn user_certificates(&self, user: &str) -> Result<Vec<ClientCertificate>> {
        self.get(&of_user(user, "/certificates")).await
    }

    /// Revoke-CsClientCertificate; answers with how many there were.
    pub async fn revoke_certificates(&self, user: &str) -> Result<u64> {
        let path = of_user(user, "/certificates");
        let answer: Revoked = self.ask(Method::DELETE, &path, Body::Nothing).await?.json()?;
        Ok(answer.revoked)
    }

    /// The namespaces.
    pub async fn namespaces(&self) -> Result<Vec<Namespace>> {
        self.get("/v1/namespaces").await
    }

    /// Says what belongs to a namespace.
    pub async fn set_namespace(&self, name: &str, members: &NamespaceMembers) -> Result<Namespace> {
        self.send(Method::PUT, &format!("/v1/namespaces/{}", piece(name)), members).await
    }

    /// Forgets a namespace.
    pub async fn remove_namespace(&self, name: &str) -> Result<()> {
        self.delete(&format!("/v1/namespaces/{}", piece(name))).await
    }

    /// The catalogue of scenarios.
    pub async fn scenarios(&self) -> Result<Vec<Scenario>> {
        self.get("/v1/scenarios").await
    }

    /// One scenario of it.
    pub async fn scenario(&self, name: &str) -> Result<Scenario> {
        self.get(&format!("/v1/scenarios/{}", piece(name))).await
    }

    /// The armed scenarios.
    pub async fn armed(&self) -> Result<Vec<ArmedScenario>> {
        self.get("/v1/armed").await
    }

    /// Arms a scenario.
    pub async fn arm(&self, wish: &ArmScenario) -> Result<ArmedScenario> {
        self.send(Method::POST, "/v1/armed", wish).await
    }

    /// Lifts an armed scenario.
    pub async fn lift(&self, id: u64) -> Result<()> {
        self.delete(&format!("/v1/armed/{id}")).await
    }

    /// The armed rules.
    pub async fn rules(&self) -> Result<Vec<ArmedRule>> {
        self.get("/v1/rules").await
    }

    /// Arms a rule.
    pub async fn add_rule(&self, rule: &RuleSpec) -> Result<ArmedRule> {
        self.send(Method::POST, "/v1/rules", rule).await
    }

    /// Replaces all rules that were armed through the API.
    pub async fn replace_rules(&self, rules: &[RuleSpec]) -> Result<Vec<ArmedRule>> {
        self.send(Method::PUT, "/v1/rules", &rules).await
    }

    /// Disarms a rule.
    pub async fn remove_rule(&self, id: u64) -> Result<()> {
        self.delete(&format!("/v1/rules/{id}")).await
    }

    /// The journal's entries that match.
    pub async fn journal(&self, filter: &JournalFilter) -> Result<JournalPage> {
        self.get(&with_query("/v1/journal", &pairs(filter))).await
    }

    /// One entry.
    pub async fn journal_entry(&self, seq: u64) -> Result<Entry> {
        self.get(&format!("/v1/journal/{seq}")).await
    }

    /// The devices of the journal.
    pub async fn devices(&self) -> Result<Vec<SeenDevice>> {
        self.get("/v1/journal/devices").await
    }

    /// The journal's entries that match, in another form.
    pub async fn export(&self, format: ExportFormat, filter: &JournalFilter) -> Result<Vec<u8>> {
        let mut pairs = pairs(filter);
        pairs.push(("format", Some(format.as_str().to_owned())));
        let path = with_query("/v1/journal/export", &pairs);
        Ok(self.ask_for(LONG, Method::GET, &path, Body::Nothing).await?.bytes())
    }

    /// Waits until there are `count` entries that match; `TimedOut` when there are not after `time`.
    pub async fn wait(&self, filter: &JournalFilter, count: u64, time: Duration) -> Result<Vec<Entry>> {
        let span = Span(time::Duration::try_from(time).unwrap_or(time::Duration::MAX));
        let mut pairs = pairs(filter);
        pairs.extend([("count", Some(count.to_string())), ("timeout", Some(span.to_string()))]);
        let path = with_query("/v1/wait", &pairs);
        let patience = time.saturating_add(SLACK);
        let answer: Entries = self.ask_for(patience, Method::GET, &path, Body::Nothing).await?.json()?;
        Ok(answer.entries)
    }

    /// Whether the journal is as expected; `Unmet` with a report when not.
    pub async fn verify(&self, request: &VerifyRequest) -> Result<()> {
        let Verified { .. } = self.send(Method::POST, "/v1/verify", request).await?;
        Ok(())
    }

    /// The event log.
    pub async fn events(&self) -> Result<Vec<Event>> {
        self.get("/v1/events").await
    }

    /// The event log as Windows writes it in XML.
    pub async fn events_xml(&self) -> Result<Vec<u8>> {
        self.get_bytes("/v1/events?format=xml").await
    }

    /// What the pool's clock shows.
    pub async fn clock(&self) -> Result<OffsetDateTime> {
        let Now { now } = self.get("/v1/clock").await?;
        Ok(now)
    }

    /// Moves the pool's clock; answers with what it shows then.
    pub async fn change_clock(&self, change: ClockChange) -> Result<OffsetDateTime> {
        let Now { now } = self.send(Method::POST, "/v1/clock", &change).await?;
        Ok(now)
    }

    /// What the DHCP component does, and what it answered and dropped.
    pub async fn dhcp(&self) -> Result<DhcpStatus> {
        self.get("/v1/dhcp").await
    }

    /// Every lease, by address.
    pub async fn dhcp_leases(&self) -> Result<Vec<DhcpLease>> {
        let mut leases: Vec<DhcpLease> = Vec::new();
        loop {
            let after = leases.last().map(|lease| lease.address.to_string());
            let pairs = [("after", after), ("limit", Some(MAX_PAGE.to_string()))];
            let page: DhcpLeasePage = self.get(&with_query("/v1/dhcp/leases", &pairs)).await?;
            // A page that leads no further would be asked for for ever.
            let last = leases.last().map(|lease| lease.address);
            let goes_on = page.more && page.leases.last().map(|lease| lease.address) > last;
            leases.extend(page.leases);
            if !goes_on {
                return Ok(leases);
            }
        }
    }

    /// Ends a lease, or the time for which nobody gets an address. The client is not told.
    pub async fn forget_dhcp_lease(&self, address: Ipv4Addr) -> Result<()> {
        self.delete(&format!("/v1/dhcp/leases/{address}")).await
    }

    /// Brings the pool, or the namespace, back to its beginning.
    pub async fn reset(&self, what: Reset) -> Result<()> {
        self.tell(Method::POST, "/v1/reset", &ResetRequest { what }).await
    }

    /// All that the pool was told.
    pub async fn state(&self, secrets: bool) -> Result<State> {
        let path = format!("/v1/state?secrets={secrets}");
        self.ask_for(LONG, Method::GET, &path, Body::Nothing).await?.json()
    }

    /// Brings that back.
    pub async fn load_state(&self, state: &State) -> Result<()> {
        self.ask_for(LONG, Method::PUT, "/v1/state", Body::json(state)?).await.map(drop)
    }

    /// The certificates of the server itself.
    pub async fn assigned_certificates(&self) -> Result<Vec<AssignedCertificate>> {
        self.get("/v1/certificates/assigned").await
    }

    /// The certificates of one store, or of both.
    pub async fn certificates(&self, store: Option<CertificateStore>) -> Result<Vec<Certificate>> {
        let store = store.map(|store| store.to_string());
        self.get(&with_query("/v1/certificates", &[("store", store)])).await
    }

    /// One certificate, DER.
    pub async fn certificate(&self, store: CertificateStore, thumbprint: &str) -> Result<Vec<u8>> {
        self.get_bytes(&of_certificate(store, thumbprint)).await
    }

    /// Puts a certificate, DER or PEM, into a store.
    pub async fn add_certificate(&self, store: CertificateStore, der_or_pem: &[u8]) -> Result<Certificate> {
        let path = format!("/v1/certificates/{store}");
        // The content type says DER; the pool takes PEM under it too.
        self.ask(Method::POST, &path, Body::Content(DER, der_or_pem.to_vec())).await?.json()
    }

    /// Takes one out.
    pub async fn remove_certificate(&self, store: CertificateStore, thumbprint: &str) -> Result<()> {
        self.delete(&of_certificate(store, thumbprint)).await
    }

    /// Restarts the internal web service.
    pub async fn restart_web(&self) -> Result<()> {
        self.ask(Method::POST, "/v1/services/web/restart", Body::Nothing).await.map(drop)
    }
}

fn of_account(account: &str, rest: &str) -> String {
    format!("/v1/accounts/{}{rest}", piece(account))
}

pub(super) fn of_user(user: &str, rest: &str) -> String {
    format!("/v1/users/{}{rest}", piece(user))
}

fn of_certificate(store: CertificateStore, thumbprint: &str) -> String {
    format!("/v1/certificates/{store}/{}", piece(thumbprint))
}
