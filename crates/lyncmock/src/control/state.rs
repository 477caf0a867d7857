//! The whole state of a pool: dumped, loaded, and brought back to the beginning.

use super::policies::{GLOBAL, shown_policy};
use super::{Control, OrRefused};
use crate::pool::web::shown;
use lync_admin::dto::{
    AccountRecord, ArmScenario, NamespaceMembers, NtHashText, PasswordState, Phc, PinState, Reset, State,
    UserState,
};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::User;
use lync_store::{StoreError, StoredAccount, UserRecord};
use std::collections::{BTreeMap, HashMap};

impl Control {
    /// What the scope sees of the pool, as it is without the armed scenarios: these are armed anew when it is loaded.
    /// A namespace has neither settings nor a policy of its own.
    pub(super) async fn dump(&self, scope: &Scope, secrets: bool) -> ApiResult<State> {
        let store = &self.core.store;
        let pool = scope.namespace.is_none();
        let mut registrar = self.core.registrar_settings.base();
        // A pool without DHCP refuses to switch it on.
        registrar.enable_dhcp_server =
            registrar.enable_dhcp_server.map(|on| on && !self.core.dhcp.is_empty());
        let policies = store.pin_policies().await.or_refused()?;
        let (global, others): (Vec<_>, Vec<_>) =
            policies.iter().map(shown_policy).partition(|policy| policy.identity == GLOBAL);
        let ours = |namespace: &Option<String>| *namespace == scope.namespace;
        let rules = self.list_rules(scope).into_iter();
        let rules = rules.filter(|rule| rule.scenario.is_none() && ours(&rule.namespace));
        let armed = self.list_armed(scope).await.into_iter().filter(|armed| ours(&armed.namespace));
        let namespaces = self.list_namespaces().into_iter();
        let namespaces = namespaces.filter(|one| pool || scope.namespace.as_ref() == Some(&one.name));
        Ok(State {
            web: pool.then(|| shown(&self.core.web.base())),
            registrar: pool.then_some(registrar),
            proxy: pool.then(|| self.core.proxy.shown()),
            pin_policy: global.into_iter().next().map(|global| global.policy).filter(|_| pool),
            pin_policies: pool.then_some(others),
            accounts: Some(self.dumped_accounts(scope, secrets).await?),
            users: Some(self.dumped_users(scope, secrets).await?),
            namespaces: Some(namespaces.map(claimed).collect()),
            rules: Some(rules.map(|rule| rule.rule).collect()),
            armed: Some(
                armed.map(|armed| ArmScenario { scenario: armed.scenario, user: armed.user }).collect(),
            ),
        })
    }

    /// The accounts as the armed scenarios found them; of a namespace those of its users.
    async fn dumped_accounts(&self, scope: &Scope, secrets: bool) -> ApiResult<Vec<AccountRecord>> {
        let mut accounts = self.accounts_as_found().await?;
        accounts.retain(|stored| match &stored.account.sip_uri {
            Some(user) => self.sees(scope, user),
            None => scope.namespace.is_none(),
        });
        accounts.sort_by_cached_key(|stored| lync_model::Account::key(&stored.account.sam_account_name));
        Ok(accounts.iter().map(|stored| dumped_account(stored, secrets)).collect())
    }

    /// The accounts as the armed scenarios found them.
    pub(super) async fn accounts_as_found(&self) -> ApiResult<Vec<StoredAccount>> {
        let (found, added) = self.core.found_by_scenarios();
        let mut accounts = self.core.store.stored_accounts().await.or_refused()?;
        accounts.retain(|stored| stored.account.sip_uri.as_ref().is_none_or(|user| !added.contains(user)));
        for own in found.iter().filter_map(|record| record.account()) {
            accounts.retain(|stored| stored.account.sam_account_name != own.account.sam_account_name);
            accounts.push(own.clone());
        }
        Ok(accounts)
    }

    /// The users as the armed scenarios found them.
    async fn dumped_users(&self, scope: &Scope, secrets: bool) -> ApiResult<Vec<UserState>> {
        let store = &self.core.store;
        let (found, added) = self.core.found_by_scenarios();
        let accounts: HashMap<_, _> = store
            .accounts()
            .await
            .or_refused()?
            .into_iter()
            .filter_map(|account| Some((account.sip_uri?, account.sam_account_name)))
            .collect();
        let policies: HashMap<_, _> = store.granted_pin_policies().await.or_refused()?.into_iter().collect();
        let mut users = BTreeMap::new();
        for user in store.users().await.or_refused()? {
            let changed = found.iter().any(|record| *record.user() == user.sip_uri);
            if changed || added.contains(&user.sip_uri) || !self.sees(scope, &user.sip_uri) {
                continue;
            }
            let record = match secrets {
                true => match store.record(&user.sip_uri).await {
                    // Removed since the list was read.
                    Err(StoreError::NoSuchUser(_)) => continue,
                    record => Some(record.or_refused()?),
                },
                false => None,
            };
            let state = UserState {
                account: accounts.get(&user.sip_uri).cloned(),
                pin_policy: policies.get(&user.sip_uri).cloned(),
                ..dumped(&user, record.as_ref())
            };
            users.insert(user.sip_uri.clone(), state);
        }
        for record in found.iter().filter(|record| self.sees(scope, record.user())) {
            let state = UserState {
                account: record.account().map(|stored| stored.account.sam_account_name.clone()),
                pin_policy: record.pin_policy().map(str::to_owned),
                ..dumped(record.particulars(), secrets.then_some(record))
            };
            users.insert(record.user().clone(), state);
        }
        Ok(users.into_values().collect())
    }

    /// Brings the scope back to the beginning.
    pub(super) async fn begin_again(&self, scope: &Scope, what: Reset) -> ApiResult<()> {
        let namespace = scope.namespace.as_deref();
        if matches!(what, Reset::All | Reset::Scenarios) {
            self.disarm_all(scope).await?;
        }
        if what == Reset::All {
            match namespace {
                Some(_) => self.remove_own_users(scope).await?,
                None => self.first_state().await?,
            }
        }
        self.core.users_changed().await;
        if matches!(what, Reset::All | Reset::Journal) {
            self.core.journal.clear(namespace);
        }
        Ok(())
    }

    /// The users whom a namespace has; they were made or claimed for its tests.
    async fn remove_own_users(&self, scope: &Scope) -> ApiResult<()> {
        for user in self.core.store.users().await.or_refused()? {
            let owner = self.namespace_of(&user.sip_uri);
            if owner.is_some() && owner == scope.namespace {
                self.core.store.remove_user(&user.sip_uri).await.or_refused()?;
                self.leave_namespace(&user.sip_uri);
            }
        }
        Ok(())
    }

    /// Accounts, users, policies, settings and trust as the configuration has them.
    async fn first_state(&self) -> ApiResult<()> {
        let core = &self.core;
        core.rules.namespaces().set(lync_model::rules::Namespaces::default());
        core.store
            .reseed(&crate::pool::seed::seed(&core.config.users, core.clock.now()))
            .await
            .or_refused()?;
        core.forget_settings().await.or_refused()?;
        core.trust_own().map_err(|error| ApiError::unavailable(error.to_string()))?;
        core.arm_configured().await.or_refused()
    }
}

fn dumped_account(stored: &StoredAccount, secrets: bool) -> AccountRecord {
    let account = &stored.account;
    let nt_hash = stored.nt_hash.as_ref().map(|hash| NtHashText::new(hash.expose()));
    AccountRecord {
        sam_account_name: account.sam_account_name.clone(),
        user_principal_name: account.user_principal_name.clone(),
        display_name: account.display_name.clone(),
        state: account.state.into(),
        password: secrets.then_some(PasswordState { nt_hash }),
    }
}

/// Without account and policy.
fn dumped(user: &User, record: Option<&UserRecord>) -> UserState {
    UserState {
        sip_address: user.sip_uri.to_string(),
        display_name: user.display_name.clone(),
        line_uri: user.line_uri.as_ref().map(ToString::to_string),
        enabled: user.enabled,
        enterprise_voice_enabled: user.enterprise_voice,
        account: None,
        pin_policy: None,
        pin: record.map(dumped_pin),
        lockout: record.map(|record| record.counters().into()),
    }
}

fn dumped_pin(record: &UserRecord) -> PinState {
    let pin = record.pin();
    PinState {
        hash: pin.as_ref().map(|pin| Phc::new(pin.phc.as_str())),
        length: pin.as_ref().and_then(|pin| u8::try_from(pin.length).ok()),
        last_pin_change_time: pin.as_ref().map(|pin| pin.set_at),
        history: record.history().iter().map(|phc| Phc::new(phc.as_str())).collect(),
    }
}

fn claimed(namespace: lync_admin::dto::Namespace) -> (String, NamespaceMembers) {
    let lync_admin::dto::Namespace { name, users, macs, sources } = namespace;
    (name, NamespaceMembers { users, macs, sources })
}
