//! A deployment in memory.

use crate::{
    Answer, AssignedCertificate, ClientCertificate, CsUser, CsUserChange, Deployment, DeploymentError,
    NamedPinPolicy, PinInfo, Topology,
};
use async_trait::async_trait;
use lync_model::scenario::{RegistrarChange, WebChange};
use lync_model::{
    Account, AccountState, MobileAuthType, Pin, PinPolicy, ProxyChange, SipUri, User, WindowsAuth,
};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use time::OffsetDateTime;
use time::macros::datetime;

/// A pool with Ken Myer, and with an account that is not enabled.
pub(crate) struct Lab(Mutex<State>);

pub(crate) struct State {
    pub(crate) users: Vec<CsUser>,
    pub(crate) accounts: Vec<Account>,
    pub(crate) pins: BTreeMap<SipUri, (String, OffsetDateTime)>,
    pub(crate) locked: Vec<SipUri>,
    pub(crate) policies: Vec<NamedPinPolicy>,
    pub(crate) certificates: BTreeMap<SipUri, Vec<ClientCertificate>>,
    pub(crate) web: WebChange,
    pub(crate) registrar: RegistrarChange,
    pub(crate) proxy: ProxyChange,
    /// What was changed, in order; what only looks is not in it.
    pub(crate) changes: Vec<String>,
    /// Everything fails like this.
    pub(crate) broken: Option<DeploymentError>,
}

const NOW: OffsetDateTime = datetime!(2012-09-25 13:35:03 UTC);

impl Lab {
    pub(crate) fn new() -> Self {
        let policies = vec![NamedPinPolicy {
            identity: "Global".to_owned(),
            description: None,
            policy: PinPolicy::default(),
        }];
        let lab = Self(Mutex::new(State {
            users: Vec::new(),
            accounts: Vec::new(),
            pins: BTreeMap::new(),
            locked: Vec::new(),
            policies,
            certificates: BTreeMap::new(),
            web: web(),
            registrar: registrar(),
            proxy: ProxyChange {
                use_certificate_for_client_to_proxy_auth: Some(true),
                use_kerberos_for_client_to_proxy_auth: Some(true),
                use_ntlm_for_client_to_proxy_auth: Some(true),
            },
            changes: Vec::new(),
            broken: None,
        }));
        lab.add_user("kenmyer", "Ken Myer");
        {
            let mut state = lab.state();
            let ken = &mut state.users[0];
            ken.account.user_principal_name = "ken.myer@corp.litwareinc.com".to_owned();
            ken.user.line_uri = Some("tel:+12065551219;ext=1219".parse().unwrap());
            ken.user.enterprise_voice = true;
            let account = ken.account.clone();
            state.accounts[0] = account;
            state.accounts.push(Account {
                sam_account_name: "not-enabled".to_owned(),
                user_principal_name: "not-enabled@litwareinc.com".to_owned(),
                display_name: "Not Enabled".to_owned(),
                state: AccountState::Good,
                has_password: true,
                sip_uri: None,
            });
        }
        lab
    }

    /// One user more, without line and PIN.
    pub(crate) fn add_user(&self, sam: &str, display_name: &str) {
        let sip_uri: SipUri = format!("sip:{sam}@litwareinc.com").parse().unwrap();
        let account = Account {
            sam_account_name: sam.to_owned(),
            user_principal_name: format!("{sam}@litwareinc.com"),
            display_name: display_name.to_owned(),
            state: AccountState::Good,
            has_password: true,
            sip_uri: Some(sip_uri.clone()),
        };
        let user = User {
            sip_uri,
            display_name: display_name.to_owned(),
            line_uri: None,
            enabled: true,
            enterprise_voice: false,
            pin_set_at: None,
        };
        let mut state = self.state();
        state.accounts.push(account.clone());
        state.users.push(CsUser { user, account, pin_policy: None });
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn look(&self) -> Answer<MutexGuard<'_, State>> {
        let state = self.state();
        state.broken.clone().map_or(Ok(state), Err)
    }

    fn change(&self, what: String) -> Answer<MutexGuard<'_, State>> {
        let mut state = self.look()?;
        state.changes.push(what);
        Ok(state)
    }
}

fn web() -> WebChange {
    WebChange {
        use_pin_auth: Some(true),
        use_certificate_auth: Some(true),
        enable_cert_chain_download: Some(true),
        default_validity_period_hours: Some(4320),
        min_validity_period_hours: Some(8),
        max_validity_period_hours: Some(8760),
        min_csr_key_size: Some(1024),
        max_csr_key_size: Some(16384),
        hsts_max_age_seconds: Some(31_536_000),
        ticket_lifetime_seconds: Some(28_800),
        use_windows_auth: Some(WindowsAuth::Negotiate),
        infer_cert_chain_from_ssl: Some(true),
        ca_signing_key_length: Some(2048),
        max_group_size_to_expand: Some(100),
        enable_statistics_in_response: Some(false),
        mobile_preferred_auth_type: Some(MobileAuthType::None),
    }
}

fn registrar() -> RegistrarChange {
    RegistrarChange {
        enable_dhcp_server: Some(false),
        min_endpoint_expiration: Some(300),
        default_endpoint_expiration: Some(600),
        max_endpoint_expiration: Some(900),
        max_endpoints_per_user: Some(8),
        max_user_count: Some(12_000),
        backup_store_unavailable_threshold: Some(1800),
    }
}

fn nobody(user: &SipUri) -> DeploymentError {
    DeploymentError::NotFound(format!("there is no user {user}"))
}

impl State {
    fn user(&mut self, user: &SipUri) -> Answer<&mut CsUser> {
        self.users.iter_mut().find(|known| known.user.sip_uri == *user).ok_or_else(|| nobody(user))
    }
}

#[async_trait]
impl Deployment for Lab {
    async fn topology(&self) -> Answer<Topology> {
        drop(self.look()?);
        Ok(Topology {
            fqdn: "atl-cs-001.litwareinc.com".to_owned(),
            sip_domain: "litwareinc.com".to_owned(),
            windows_domain: "LITWAREINC".to_owned(),
            http_port: 80,
            https_port: 443,
            now: NOW,
        })
    }

    async fn users(&self) -> Answer<Vec<CsUser>> {
        Ok(self.look()?.users.clone())
    }

    async fn accounts(&self) -> Answer<Vec<Account>> {
        Ok(self.look()?.accounts.clone())
    }

    async fn enable_user(&self, sam_account_name: &str, user: &User) -> Answer<()> {
        let mut state = self.change(format!("enable {sam_account_name} {}", user.sip_uri))?;
        let account = state.accounts.iter_mut().find(|known| known.sam_account_name == sam_account_name);
        let account = account.ok_or_else(|| DeploymentError::NotFound("no account".to_owned()))?;
        account.sip_uri = Some(user.sip_uri.clone());
        let account = account.clone();
        state.users.push(CsUser { user: user.clone(), account, pin_policy: None });
        Ok(())
    }

    async fn disable_user(&self, user: &SipUri) -> Answer<()> {
        let mut state = self.change(format!("disable {user}"))?;
        state.user(user)?;
        state.users.retain(|known| known.user.sip_uri != *user);
        for account in &mut state.accounts {
            if account.sip_uri.as_ref() == Some(user) {
                account.sip_uri = None;
            }
        }
        Ok(())
    }

    async fn change_user(&self, user: &SipUri, change: &CsUserChange) -> Answer<()> {
        let mut state = self.change(format!("change {user}"))?;
        let found = state.user(user)?;
        if let Some(line) = &change.line_uri {
            found.user.line_uri.clone_from(line);
        }
        found.user.enabled = change.enabled.unwrap_or(found.user.enabled);
        found.user.enterprise_voice = change.enterprise_voice.unwrap_or(found.user.enterprise_voice);
        if let Some(address) = &change.sip_uri {
            found.user.sip_uri = address.clone();
            found.account.sip_uri = Some(address.clone());
        }
        Ok(())
    }

    async fn pin_info(&self, user: &SipUri) -> Answer<PinInfo> {
        let mut state = self.look()?;
        state.user(user)?;
        let set_at = state.pins.get(user).map(|(_, at)| *at);
        Ok(PinInfo {
            is_pin_set: set_at.is_some(),
            is_locked_out: state.locked.contains(user),
            last_pin_change_time: set_at,
            pin_expiration_time: set_at.and_then(|at| state.policies[0].policy.pin_expiration(at)),
        })
    }

    async fn set_pin(&self, user: &SipUri, pin: &Pin) -> Answer<()> {
        let mut state = self.change(format!("set pin of {user}"))?;
        let line = state.user(user)?.user.line_uri.clone();
        let allowed = state.policies[0].policy.check_new_pin(pin, line.as_ref());
        allowed.map_err(|error| DeploymentError::Invalid(error.to_string()))?;
        state.pins.insert(user.clone(), (pin.expose().to_owned(), NOW));
        Ok(())
    }

    async fn lock_pin(&self, user: &SipUri) -> Answer<()> {
        let mut state = self.change(format!("lock {user}"))?;
        state.user(user)?;
        state.locked.push(user.clone());
        Ok(())
    }

    async fn unlock_pin(&self, user: &SipUri) -> Answer<()> {
        let mut state = self.change(format!("unlock {user}"))?;
        state.user(user)?;
        state.locked.retain(|locked| locked != user);
        Ok(())
    }

    async fn pin_policies(&self) -> Answer<Vec<NamedPinPolicy>> {
        Ok(self.look()?.policies.clone())
    }

    async fn add_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()> {
        self.change(format!("add {}", policy.identity))?.policies.push(policy.clone());
        Ok(())
    }

    async fn set_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()> {
        let mut state = self.change(format!("set {}", policy.identity))?;
        let found = state.policies.iter_mut().find(|known| known.identity == policy.identity);
        *found.ok_or_else(|| DeploymentError::NotFound("no policy".to_owned()))? = policy.clone();
        Ok(())
    }

    async fn remove_pin_policy(&self, identity: &str) -> Answer<()> {
        let mut state = self.change(format!("remove {identity}"))?;
        if identity == "Global" {
            state.policies[0].policy = PinPolicy::default();
            return Ok(());
        }
        state.policies.retain(|policy| policy.identity != identity);
        state.users.iter_mut().for_each(|user| user.pin_policy = None);
        Ok(())
    }

    async fn grant_pin_policy(&self, user: &SipUri, identity: Option<&str>) -> Answer<()> {
        let mut state = self.change(format!("grant {identity:?} to {user}"))?;
        state.user(user)?.pin_policy = identity.map(str::to_owned);
        Ok(())
    }

    async fn certificates(&self, user: &SipUri) -> Answer<Vec<ClientCertificate>> {
        let mut state = self.look()?;
        state.user(user)?;
        Ok(state.certificates.get(user).cloned().unwrap_or_default())
    }

    async fn revoke_certificates(&self, user: &SipUri) -> Answer<u64> {
        let mut state = self.change(format!("revoke certificates of {user}"))?;
        state.user(user)?;
        Ok(state.certificates.remove(user).map_or(0, |found| found.len().try_into().unwrap()))
    }

    async fn web_configuration(&self) -> Answer<WebChange> {
        Ok(self.look()?.web.clone())
    }

    async fn change_web_configuration(&self, change: &WebChange) -> Answer<()> {
        let mut state = self.change("web".to_owned())?;
        let web = &mut state.web;
        web.use_pin_auth = change.use_pin_auth.or(web.use_pin_auth);
        web.use_certificate_auth = change.use_certificate_auth.or(web.use_certificate_auth);
        web.use_windows_auth = change.use_windows_auth.or(web.use_windows_auth);
        web.max_validity_period_hours = change.max_validity_period_hours.or(web.max_validity_period_hours);
        web.min_csr_key_size = change.min_csr_key_size.or(web.min_csr_key_size);
        web.mobile_preferred_auth_type = change.mobile_preferred_auth_type.or(web.mobile_preferred_auth_type);
        Ok(())
    }

    async fn registrar_configuration(&self) -> Answer<RegistrarChange> {
        Ok(self.look()?.registrar.clone())
    }

    async fn change_registrar_configuration(&self, change: &RegistrarChange) -> Answer<()> {
        let mut state = self.change("registrar".to_owned())?;
        let registrar = &mut state.registrar;
        registrar.enable_dhcp_server = change.enable_dhcp_server.or(registrar.enable_dhcp_server);
        registrar.backup_store_unavailable_threshold =
            change.backup_store_unavailable_threshold.or(registrar.backup_store_unavailable_threshold);
        Ok(())
    }

    async fn proxy_configuration(&self) -> Answer<ProxyChange> {
        Ok(self.look()?.proxy)
    }

    async fn change_proxy_configuration(&self, change: &ProxyChange) -> Answer<()> {
        let mut state = self.change("proxy".to_owned())?;
        let kept = state.proxy.use_ntlm_for_client_to_proxy_auth;
        state.proxy.use_ntlm_for_client_to_proxy_auth = change.use_ntlm_for_client_to_proxy_auth.or(kept);
        Ok(())
    }

    async fn assigned_certificates(&self) -> Answer<Vec<AssignedCertificate>> {
        drop(self.look()?);
        Ok(vec![AssignedCertificate {
            uses: vec!["Default".to_owned(), "WebServicesInternal".to_owned()],
            issuer: "CN=lyncmock issuing CA".to_owned(),
            subject: "CN=atl-cs-001.litwareinc.com".to_owned(),
            alternative_names: vec!["atl-cs-001.litwareinc.com".to_owned(), "localhost".to_owned()],
            not_before: datetime!(2012-09-01 0:00 UTC),
            not_after: datetime!(2014-09-01 0:00 UTC),
            serial_number: "0A1B".to_owned(),
            thumbprint: "00112233445566778899AABBCCDDEEFF00112233".to_owned(),
        }])
    }
}
