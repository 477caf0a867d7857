//! A pool that notes what it was asked, and answers with something of the right form.

use async_trait::async_trait;
use lync_admin::dto::*;
use lync_admin::{ApiError, ApiResult, Pool, Scope};
use serde_json::json;
use std::fmt::Debug;
use std::net::Ipv4Addr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::sync::watch;

pub(crate) const NOW: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);

/// The address of the one user whom there is.
pub(crate) const KEN: &str = "sip:kenmyer@litwareinc.com";

pub(crate) struct Double {
    asked: Mutex<Vec<String>>,
    /// Numbers of the entries that there are.
    entries: watch::Sender<u64>,
    /// How many wait.
    pub(crate) waiting: watch::Sender<usize>,
    pub(crate) broken: AtomicBool,
}

impl Default for Double {
    fn default() -> Self {
        let broken = AtomicBool::new(false);
        Self {
            asked: Mutex::default(),
            entries: watch::Sender::new(0),
            waiting: watch::Sender::new(0),
            broken,
        }
    }
}

impl Double {
    /// What was asked since the last time, as `namespace: method arguments`.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Something happens.
    pub(crate) fn happen(&self) {
        self.entries.send_modify(|entries| *entries += 1);
    }

    fn note(&self, scope: &Scope, method: &str, arguments: impl Debug) -> ApiResult<()> {
        let arguments = match format!("{arguments:?}") {
            unit if unit == "()" => String::new(),
            some => format!(" {some}"),
        };
        self.asked.lock().unwrap().push(format!("{scope}: {method}{arguments}"));
        match self.broken.load(Ordering::Relaxed) {
            true => Err(ApiError::unavailable("the store does not answer")),
            false => Ok(()),
        }
    }

    fn note_global(&self, method: &str, arguments: impl Debug) -> ApiResult<()> {
        self.note(&Scope::everything(), method, arguments)
    }

    fn note_of_user(&self, scope: &Scope, method: &str, user: &str, rest: impl Debug) -> ApiResult<()> {
        self.note(scope, method, (user, rest))?;
        match user {
            "kenmyer" | KEN => Ok(()),
            other => Err(ApiError::not_found(format!("there is no user `{other}`"))
                .field("user")
                .nearest("kenmyer".to_owned())),
        }
    }
}

fn of<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn ken() -> User {
    of(json!({"sip_address": KEN, "display_name": "Ken Myer", "line_uri": null, "enabled": true,
        "enterprise_voice_enabled": true, "sam_account_name": "kenmyer",
        "user_principal_name": "kenmyer@litwareinc.com", "pin_policy": null, "namespace": null}))
}

fn kens_account() -> Account {
    of(json!({"sam_account_name": "kenmyer", "user_principal_name": "kenmyer@litwareinc.com",
        "display_name": "Ken Myer", "state": "good", "has_password": true, "sip_address": KEN}))
}

fn policy(identity: &str) -> NamedPinPolicy {
    NamedPinPolicy { identity: identity.to_owned(), policy: PinPolicy::default() }
}

fn registrar_settings() -> RegistrarSettings {
    of(json!({"enable_dhcp_server": true, "min_endpoint_expiration": 300, "default_endpoint_expiration": 600,
        "max_endpoint_expiration": 900, "max_endpoints_per_user": 8, "max_user_count": 12000,
        "backup_store_unavailable_threshold": 1800}))
}

fn proxy_settings() -> ProxySettings {
    ProxySettings {
        use_certificate_for_client_to_proxy_auth: true,
        use_kerberos_for_client_to_proxy_auth: true,
        use_ntlm_for_client_to_proxy_auth: true,
    }
}

fn entry(seq: u64) -> Entry {
    let mut entry = Entry::new(NOW, Protocol::Dhcp, "dhcp.ack", Outcome::Ok, "answered");
    entry.seq = seq;
    entry
}

fn armed_rule(rule: RuleSpec) -> ArmedRule {
    ArmedRule {
        id: 7,
        name: "rule".to_owned(),
        rule,
        scenario: None,
        namespace: None,
        fired: 0,
        spent: false,
    }
}

fn certificate(store: CertificateStore) -> Certificate {
    let thumbprint = "A9993E364706816ABA3E25717850C26C9CD0D89D".to_owned();
    let name = || "CN=root".to_owned();
    let (valid_from, valid_to) = (NOW, NOW);
    Certificate {
        store,
        thumbprint,
        subject: name(),
        issuer: name(),
        serial_number: "01".to_owned(),
        valid_from,
        valid_to,
        pool: true,
    }
}

fn scenario() -> Scenario {
    of(json!({"name": "pin-locked", "title": "t", "chapter": "pin", "cause": "c", "wire": "w", "phone": "p",
        "event": null, "fix": "f", "source": "s", "evidence": "inferred"}))
}

fn web_settings() -> WebSettings {
    (&lync_model::WebServiceSettings::default()).into()
}

#[async_trait]
impl Pool for Double {
    async fn ready(&self) -> bool {
        !self.broken.load(Ordering::Relaxed)
    }
    async fn endpoints(&self) -> ApiResult<Endpoints> {
        self.note_global("endpoints", ())?;
        Ok(of(
            json!({"fqdn": "pool.test", "dhcp": null, "http": "http://127.0.0.1:1", "https": "https://127.0.0.1:2",
            "userpin": "https://127.0.0.1:3", "admin": null, "ca_pem": "/tmp/ca.pem"}),
        ))
    }
    async fn topology(&self) -> ApiResult<Topology> {
        self.note_global("topology", ())?;
        Ok(of(json!({"fqdn": "pool.test", "sip_domain": "x.test", "windows_domain": "X", "http_port": 80,
            "https_port": 443, "now": "2013-06-01T12:00:00Z"})))
    }
    async fn ca_pem(&self) -> ApiResult<String> {
        self.note_global("ca_pem", ())?;
        Ok("-----BEGIN CERTIFICATE-----".to_owned())
    }
    async fn diagnostics(&self) -> ApiResult<Vec<Diagnostic>> {
        self.note_global("diagnostics", ())?;
        Ok(lync_model::diagnostics::DiagnosticsTable::built_in().iter().map(Into::into).collect())
    }

    async fn accounts(&self, scope: &Scope) -> ApiResult<Vec<Account>> {
        self.note(scope, "accounts", ())?;
        Ok(vec![kens_account()])
    }
    async fn add_account(&self, scope: &Scope, account: NewAccount) -> ApiResult<Account> {
        self.note(scope, "add_account", (&account.sam_account_name, account.password))?;
        Ok(kens_account())
    }
    async fn account(&self, scope: &Scope, account: &str) -> ApiResult<Account> {
        self.note(scope, "account", account)?;
        Ok(kens_account())
    }
    async fn update_account(
        &self,
        scope: &Scope,
        account: &str,
        update: AccountUpdate,
    ) -> ApiResult<Account> {
        self.note(scope, "update_account", (account, update.state))?;
        Ok(kens_account())
    }
    async fn remove_account(&self, scope: &Scope, account: &str) -> ApiResult<()> {
        self.note(scope, "remove_account", account)
    }
    async fn set_password(
        &self,
        scope: &Scope,
        account: &str,
        password: Option<PasswordText>,
    ) -> ApiResult<()> {
        let length = password.map(|password| password.expose().len());
        self.note(scope, "set_password", (account, length))
    }

    async fn users(&self, scope: &Scope) -> ApiResult<Vec<User>> {
        self.note(scope, "users", ())?;
        Ok(vec![ken()])
    }
    async fn add_user(&self, scope: &Scope, user: NewUser) -> ApiResult<User> {
        self.note(scope, "add_user", &user.sip_address)?;
        match user.sip_address.as_str() {
            KEN => Err(ApiError::conflict("the address is taken").field("sip_address")),
            _ => Ok(ken()),
        }
    }
    async fn user(&self, scope: &Scope, user: &str) -> ApiResult<User> {
        self.note_of_user(scope, "user", user, ())?;
        Ok(ken())
    }
    async fn update_user(&self, scope: &Scope, user: &str, update: UserUpdate) -> ApiResult<User> {
        self.note_of_user(scope, "update_user", user, update.display_name)?;
        Ok(ken())
    }
    async fn remove_user(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        self.note_of_user(scope, "remove_user", user, ())
    }

    async fn disable_user(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        self.note_of_user(scope, "disable_user", user, ())
    }
    async fn rename_user(&self, scope: &Scope, user: &str, address: NewAddress) -> ApiResult<User> {
        self.note_of_user(scope, "rename_user", user, address.sip_address)?;
        Ok(ken())
    }
    async fn grant_pin_policy(&self, scope: &Scope, user: &str, identity: Option<&str>) -> ApiResult<()> {
        self.note_of_user(scope, "grant_pin_policy", user, identity)
    }

    async fn pin_info(&self, scope: &Scope, user: &str) -> ApiResult<PinInfo> {
        self.note_of_user(scope, "pin_info", user, ())?;
        Ok(of(json!({"identity": KEN, "is_pin_set": true, "is_locked_out": false,
            "last_pin_change_time": "2013-06-01T12:00:00Z", "pin_expiration_time": null})))
    }
    async fn set_pin(&self, scope: &Scope, user: &str, update: PinUpdate) -> ApiResult<()> {
        self.note_of_user(scope, "set_pin", user, (update.pin.pin().expose().len(), update.history))
    }
    async fn clear_pin(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        self.note_of_user(scope, "clear_pin", user, ())
    }
    async fn lock_pin(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        self.note_of_user(scope, "lock_pin", user, ())
    }
    async fn unlock_pin(&self, scope: &Scope, user: &str) -> ApiResult<()> {
        self.note_of_user(scope, "unlock_pin", user, ())
    }
    async fn user_certificates(&self, scope: &Scope, user: &str) -> ApiResult<Vec<ClientCertificate>> {
        self.note_of_user(scope, "user_certificates", user, ())?;
        Ok(vec![of(json!({"publication_time": "2013-06-01T12:00:00Z", "device_id": "{a}",
            "expiration_time": "2013-11-28T12:00:00Z", "thumbprint": "A9993E364706816ABA3E25717850C26C9CD0D89D"}))])
    }
    async fn revoke_certificates(&self, scope: &Scope, user: &str) -> ApiResult<u64> {
        self.note_of_user(scope, "revoke_certificates", user, ())?;
        Ok(2)
    }

    async fn namespaces(&self) -> ApiResult<Vec<Namespace>> {
        self.note_global("namespaces", ())?;
        Ok(Vec::new())
    }
    async fn set_namespace(&self, name: &str, members: NamespaceMembers) -> ApiResult<Namespace> {
        self.note_global("set_namespace", (name, &members.users))?;
        let NamespaceMembers { users, macs, sources } = members;
        Ok(Namespace { name: name.to_owned(), users, macs, sources })
    }
    async fn remove_namespace(&self, name: &str) -> ApiResult<()> {
        self.note_global("remove_namespace", name)
    }

    async fn pin_policy(&self) -> ApiResult<PinPolicy> {
        self.note_global("pin_policy", ())?;
        Ok(PinPolicy::default())
    }
    async fn set_pin_policy(&self, policy: PinPolicy) -> ApiResult<PinPolicy> {
        self.note_global("set_pin_policy", policy.min_password_length)?;
        Ok(policy)
    }
    async fn pin_policies(&self) -> ApiResult<Vec<NamedPinPolicy>> {
        self.note_global("pin_policies", ())?;
        Ok(vec![policy("Global")])
    }
    async fn add_pin_policy(&self, policy: NamedPinPolicy) -> ApiResult<NamedPinPolicy> {
        self.note_global("add_pin_policy", &policy.identity)?;
        Ok(policy)
    }
    async fn named_pin_policy(&self, identity: &str) -> ApiResult<NamedPinPolicy> {
        self.note_global("named_pin_policy", identity)?;
        Ok(policy(identity))
    }
    async fn put_pin_policy(&self, identity: &str, policy: PinPolicy) -> ApiResult<NamedPinPolicy> {
        self.note_global("put_pin_policy", (identity, policy.min_password_length))?;
        Ok(NamedPinPolicy { identity: identity.to_owned(), policy })
    }
    async fn remove_pin_policy(&self, identity: &str) -> ApiResult<()> {
        self.note_global("remove_pin_policy", identity)
    }
    async fn web_settings(&self) -> ApiResult<WebSettings> {
        self.note_global("web_settings", ())?;
        Ok(web_settings())
    }
    async fn change_web_settings(&self, change: WebChange) -> ApiResult<WebSettings> {
        self.note_global("change_web_settings", change.use_pin_auth)?;
        Ok(web_settings())
    }
    async fn registrar_settings(&self) -> ApiResult<RegistrarSettings> {
        self.note_global("registrar_settings", ())?;
        Ok(registrar_settings())
    }
    async fn change_registrar_settings(&self, change: RegistrarChange) -> ApiResult<RegistrarSettings> {
        self.note_global("change_registrar_settings", change.enable_dhcp_server)?;
        Ok(registrar_settings())
    }
    async fn proxy_settings(&self) -> ApiResult<ProxySettings> {
        self.note_global("proxy_settings", ())?;
        Ok(proxy_settings())
    }
    async fn change_proxy_settings(&self, change: ProxyChange) -> ApiResult<ProxySettings> {
        self.note_global("change_proxy_settings", change.use_ntlm_for_client_to_proxy_auth)?;
        Ok(proxy_settings())
    }

    async fn scenarios(&self) -> ApiResult<Vec<Scenario>> {
        self.note_global("scenarios", ())?;
        Ok(vec![scenario()])
    }
    async fn scenario(&self, name: &str) -> ApiResult<Scenario> {
        self.note_global("scenario", name)?;
        Ok(scenario())
    }
    async fn armed(&self, scope: &Scope) -> ApiResult<Vec<ArmedScenario>> {
        self.note(scope, "armed", ())?;
        Ok(Vec::new())
    }
    async fn arm(&self, scope: &Scope, wish: ArmScenario) -> ApiResult<ArmedScenario> {
        self.note(scope, "arm", (&wish.scenario, &wish.user))?;
        Ok(ArmedScenario { id: 7, scenario: wish.scenario, user: wish.user, namespace: None, cured: false })
    }
    async fn lift(&self, scope: &Scope, id: u64) -> ApiResult<()> {
        self.note(scope, "lift", id)
    }

    async fn rules(&self, scope: &Scope) -> ApiResult<Vec<ArmedRule>> {
        self.note(scope, "rules", ())?;
        Ok(Vec::new())
    }
    async fn add_rule(&self, scope: &Scope, rule: RuleSpec) -> ApiResult<ArmedRule> {
        self.note(scope, "add_rule", &rule.place)?;
        Ok(armed_rule(rule))
    }
    async fn replace_rules(&self, scope: &Scope, rules: Vec<RuleSpec>) -> ApiResult<Vec<ArmedRule>> {
        self.note(scope, "replace_rules", rules.len())?;
        Ok(rules.into_iter().map(armed_rule).collect())
    }
    async fn remove_rule(&self, scope: &Scope, id: u64) -> ApiResult<()> {
        self.note(scope, "remove_rule", id)
    }

    async fn journal(&self, scope: &Scope, filter: JournalFilter) -> ApiResult<JournalPage> {
        self.note(scope, "journal", filter.event)?;
        Ok(JournalPage { entries: vec![entry(1)], last_seq: 1 })
    }
    async fn journal_entry(&self, scope: &Scope, seq: u64) -> ApiResult<Entry> {
        self.note(scope, "journal_entry", seq)?;
        Ok(entry(seq))
    }
    async fn devices(&self, scope: &Scope) -> ApiResult<Vec<SeenDevice>> {
        self.note(scope, "devices", ())?;
        Ok(vec![of(json!({"macs": ["00:04:f2:00:00:01"], "sources": ["127.0.0.1"], "users": [KEN],
            "phone_or_ext": [], "vendor_classes": [], "user_agents": [], "device_ids": [],
            "first_seen": "2013-06-01T12:00:00Z", "last_seen": "2013-06-01T12:00:00Z", "entries": [1],
            "last_event": "dhcp.ack", "last_outcome": "ok", "namespace": null, "stopped_at": null,
            "verdict": "it has its pool"}))])
    }
    async fn export(&self, scope: &Scope, format: ExportFormat, filter: JournalFilter) -> ApiResult<Vec<u8>> {
        self.note(scope, "export", (format, filter.event))?;
        Ok(b"{}\n".to_vec())
    }
    async fn wait(
        &self,
        scope: &Scope,
        filter: JournalFilter,
        count: u64,
        timeout: Duration,
    ) -> ApiResult<Vec<Entry>> {
        self.note(scope, "wait", (filter.event, count, timeout))?;
        let _waits = Waits::begin(&self.waiting);
        let mut entries = self.entries.subscribe();
        let enough = entries.wait_for(|entries| *entries >= count);
        match tokio::time::timeout(timeout, enough).await {
            Ok(_) => Ok((1..=count).map(entry).collect()),
            Err(_) => {
                let report = "nearest:\n  1 dhcp.dropped".to_owned();
                Err(ApiError::timed_out("0 entries of 1 after the timeout").nearest(report))
            }
        }
    }
    async fn verify(&self, scope: &Scope, expectation: Expectation) -> ApiResult<()> {
        self.note(scope, "verify", &expectation)?;
        match expectation {
            Expectation::Count { at_least: 2.., .. } => Err(ApiError::unmet("1 entry; expected 2")),
            _ => Ok(()),
        }
    }

    async fn events(&self) -> ApiResult<Vec<Event>> {
        self.note_global("events", ())?;
        Ok(Vec::new())
    }
    async fn events_xml(&self) -> ApiResult<String> {
        self.note_global("events_xml", ())?;
        Ok("<Events/>".to_owned())
    }

    async fn clock(&self) -> ApiResult<OffsetDateTime> {
        self.note_global("clock", ())?;
        Ok(NOW)
    }
    async fn change_clock(&self, change: ClockChange) -> ApiResult<OffsetDateTime> {
        self.note_global("change_clock", ())?;
        change.target(NOW).map(|target| target.unwrap_or(NOW))
    }

    async fn dhcp(&self) -> ApiResult<DhcpStatus> {
        self.note_global("dhcp", ())?;
        Ok(of(json!({"mode": "enterprise", "enabled": true, "listens": ["127.0.0.1:10067/udp"], "counters":
            {"received": 3, "answered": 1, "send_failed": 0, "taken": 0, "in_use": 0, "dropped": {"too_short": 2}}})))
    }
    /// Two leases, of which each page has one.
    async fn dhcp_leases(&self, after: Option<Ipv4Addr>, limit: u64) -> ApiResult<DhcpLeasePage> {
        self.note_global("dhcp_leases", (after, limit))?;
        let last = if after.is_some() { 2 } else { 1 };
        let lease = json!({"address": format!("10.99.0.{last}"), "client": "010004f2000001",
            "mac": "00:04:f2:00:00:01", "state": "bound", "expires": "2013-06-01T12:00:00Z"});
        Ok(of(json!({"leases": [lease], "more": last == 1})))
    }
    async fn forget_dhcp_lease(&self, address: Ipv4Addr) -> ApiResult<()> {
        self.note_global("forget_dhcp_lease", address)?;
        match address.octets() {
            [10, 99, 0, 1 | 2] => Ok(()),
            _ => Err(ApiError::not_found(format!("there is no lease of {address}")).field("address")),
        }
    }

    async fn reset(&self, scope: &Scope, what: Reset) -> ApiResult<()> {
        self.note(scope, "reset", what)
    }
    async fn state(&self, scope: &Scope, secrets: bool) -> ApiResult<State> {
        self.note(scope, "state", secrets)?;
        Ok(State::default())
    }
    async fn load_state(&self, scope: &Scope, state: State) -> ApiResult<()> {
        self.note(scope, "load_state", state.users.map(|users| users.len()))
    }

    async fn assigned_certificates(&self) -> ApiResult<Vec<AssignedCertificate>> {
        self.note_global("assigned_certificates", ())?;
        Ok(vec![of(
            json!({"uses": ["Default", "WebServicesInternal"], "issuer": "CN=ca", "subject": "CN=pool.test",
            "alternative_names": ["pool.test"], "not_before": "2013-06-01T12:00:00Z", "serial_number": "01",
            "not_after": "2015-06-01T12:00:00Z", "thumbprint": "A9993E364706816ABA3E25717850C26C9CD0D89D"}),
        )])
    }
    async fn certificates(&self, store: Option<CertificateStore>) -> ApiResult<Vec<Certificate>> {
        self.note_global("certificates", store)?;
        Ok(vec![certificate(store.unwrap_or(CertificateStore::Root))])
    }
    async fn certificate(&self, store: CertificateStore, thumbprint: &str) -> ApiResult<Vec<u8>> {
        self.note_global("certificate", (store, thumbprint))?;
        Ok(vec![0x30])
    }
    async fn add_certificate(&self, store: CertificateStore, der: Vec<u8>) -> ApiResult<Certificate> {
        self.note_global("add_certificate", (store, der))?;
        Ok(certificate(store))
    }
    async fn remove_certificate(&self, store: CertificateStore, thumbprint: &str) -> ApiResult<()> {
        self.note_global("remove_certificate", (store, thumbprint))
    }

    async fn restart_web(&self) -> ApiResult<()> {
        self.note_global("restart_web", ())
    }
}

/// Counts who waits, and no longer.
struct Waits<'a>(&'a watch::Sender<usize>);

impl<'a> Waits<'a> {
    fn begin(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|waiting| *waiting += 1);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}
