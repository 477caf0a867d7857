//! The whole state of a pool: dumped, loaded, and brought back to the beginning.

use super::{Control, OrRefused};
use crate::pool::web::shown;
use lync_admin::dto::{
    ArmScenario, NamespaceMembers, Phc, PinPolicy, PinState, RegistrarChange, Reset, State, UserState,
};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::User;
use lync_store::UserRecord;
use std::collections::BTreeMap;

impl Control {
    /// What the scope sees of the pool, as it is without the armed scenarios: these are armed anew when it is loaded.
    /// A namespace has neither settings nor a policy of its own.
    pub(super) async fn dump(&self, scope: &Scope, secrets: bool) -> ApiResult<State> {
        let store = &self.core.store;
        let pool = scope.namespace.is_none();
        let registrar = !self.core.dhcp.is_empty() && self.core.registrar_settings.base();
        let ours = |namespace: &Option<String>| *namespace == scope.namespace;
        let rules = self.list_rules(scope).into_iter();
        let rules = rules.filter(|rule| rule.scenario.is_none() && ours(&rule.namespace));
        let armed = self.list_armed(scope).await.into_iter().filter(|armed| ours(&armed.namespace));
        let namespaces = self.list_namespaces().into_iter();
        let namespaces = namespaces.filter(|one| pool || scope.namespace.as_ref() == Some(&one.name));
        Ok(State {
            web: pool.then(|| shown(&self.core.web.base())),
            registrar: pool.then_some(RegistrarChange { enable_dhcp_server: Some(registrar) }),
            pin_policy: match pool {
                true => Some(PinPolicy::from(&store.policy().await.or_refused()?)),
                false => None,
            },
            users: Some(self.dumped_users(scope, secrets).await?),
            namespaces: Some(namespaces.map(claimed).collect()),
            rules: Some(rules.map(|rule| rule.rule).collect()),
            armed: Some(
                armed.map(|armed| ArmScenario { scenario: armed.scenario, user: armed.user }).collect(),
            ),
        })
    }

    /// The users as the armed scenarios found them.
    async fn dumped_users(&self, scope: &Scope, secrets: bool) -> ApiResult<Vec<UserState>> {
        let store = &self.core.store;
        let (found, added) = self.core.found_by_scenarios();
        let mut users = BTreeMap::new();
        for user in store.users().await.or_refused()? {
            let changed = found.iter().any(|record| *record.user() == user.sip_uri);
            if changed || added.contains(&user.sip_uri) || !self.sees(scope, &user) {
                continue;
            }
            let record = match secrets {
                true => Some(store.record(&user.sip_uri).await.or_refused()?),
                false => None,
            };
            users.insert(user.sip_uri.clone(), dumped(&user, record.as_ref()));
        }
        for record in found.iter().filter(|record| self.sees(scope, record.particulars())) {
            let state = dumped(record.particulars(), secrets.then_some(record));
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
            if self.namespace_of(&user).is_some() && self.namespace_of(&user) == scope.namespace {
                self.core.store.remove_user(&user.sip_uri).await.or_refused()?;
                self.leave_namespace(&user);
            }
        }
        Ok(())
    }

    /// Users, policy, settings and trust as the configuration has them.
    async fn first_state(&self) -> ApiResult<()> {
        let core = &self.core;
        core.rules.namespaces().set(lync_model::rules::Namespaces::default());
        core.store
            .reseed(&crate::pool::seed::seed(&core.config.users, core.clock.now()))
            .await
            .or_refused()?;
        core.web.set(&shown(&core.config.web)).map_err(ApiError::invalid)?;
        core.registrar_settings.set(true);
        core.trust_own().map_err(|error| ApiError::unavailable(error.to_string()))?;
        core.arm_configured().await.or_refused()
    }
}

fn dumped(user: &User, record: Option<&UserRecord>) -> UserState {
    UserState {
        sip_address: user.sip_uri.to_string(),
        display_name: user.display_name.clone(),
        line_uri: user.line_uri.as_ref().map(ToString::to_string),
        enabled: user.enabled,
        enterprise_voice_enabled: user.enterprise_voice,
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
