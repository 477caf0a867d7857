//! The whole state of a pool: dumped, loaded, and brought back to the beginning.

mod moment;

use super::policies::{GLOBAL, shown_policy};
use super::{Control, OrRefused};
use crate::pool::web::shown;
use lync_admin::dto::{
    AccountRecord, NamespaceMembers, NtHashText, PasswordState, Phc, PinState, Reset, State, UserState,
};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_store::{StoredAccount, UserRecord};
use moment::{Found, Moment};

impl Control {
    /// What is the scope's of the pool, as it is without the armed scenarios: these are armed anew when it is loaded.
    /// A namespace has neither settings nor a policy of its own.
    ///
    /// Accounts, users, policies and grants are one moment's; so are the scenarios and the namespaces, for the caller
    /// keeps away whoever changes them over the API. The rules, each of the settings, and users whom scenarios changed may
    /// be of the moment before. A rule or a scenario for a user who is gone is left out: it could not be loaded.
    pub(super) async fn dump(&self, scope: &Scope, secrets: bool) -> ApiResult<State> {
        let pool = scope.namespace.is_none();
        let mut registrar = self.core.registrar_settings.base();
        // A pool without DHCP refuses to switch it on.
        registrar.enable_dhcp_server =
            registrar.enable_dhcp_server.map(|on| on && !self.core.dhcp.is_empty());
        let moment = self.moment(secrets).await?;
        let (global, others): (Vec<_>, Vec<_>) =
            moment.store.policies.iter().map(shown_policy).partition(|policy| policy.identity == GLOBAL);
        let users = moment.users();
        let seen = users.values().filter(|found| moment.has(scope, &found.user.sip_uri));
        let namespaces = moment.namespaces(scope, &users).into_iter();
        Ok(State {
            web: pool.then(|| shown(&self.core.web.base())),
            registrar: pool.then_some(registrar),
            proxy: pool.then(|| self.core.proxy.shown()),
            pin_policy: global.into_iter().next().map(|global| global.policy).filter(|_| pool),
            pin_policies: pool.then_some(others),
            accounts: Some(dumped_accounts(&moment, scope, secrets)),
            users: Some(seen.map(|found| dumped(found, secrets)).collect()),
            namespaces: Some(namespaces.map(claimed).collect()),
            rules: Some(moment.rules(scope, &users)),
            armed: Some(moment.armed(scope, &users)),
        })
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
                self.take_away(scope, &user.sip_uri).await?;
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

/// The accounts of the scope; of a namespace those of its users.
fn dumped_accounts(moment: &Moment, scope: &Scope, secrets: bool) -> Vec<AccountRecord> {
    let mut accounts = moment.accounts();
    accounts.retain(|stored| match &stored.account.sip_uri {
        Some(user) => moment.has(scope, user),
        None => scope.namespace.is_none(),
    });
    accounts.iter().map(|stored| dumped_account(stored, secrets)).collect()
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

fn dumped(found: &Found<'_>, secrets: bool) -> UserState {
    let (user, record) = (found.user, found.record.filter(|_| secrets));
    UserState {
        sip_address: user.sip_uri.to_string(),
        display_name: user.display_name.clone(),
        line_uri: user.line_uri.as_ref().map(ToString::to_string),
        enabled: user.enabled,
        enterprise_voice_enabled: user.enterprise_voice,
        account: found.account.map(str::to_owned),
        pin_policy: found.pin_policy.map(str::to_owned),
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
