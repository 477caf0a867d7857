//! The whole state of a pool: dumped, loaded, and brought back to the beginning.

use super::users::{display_name, line_uri, sip_uri};
use super::{Control, OrRefused};
use crate::pool::web::shown;
use lync_admin::dto::{
    ArmScenario, NamespaceMembers, Phc, PinPolicy, PinState, RegistrarChange, Reset, State, UserState,
};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::User;
use lync_store::{StoredPin, UserRecord};
use std::collections::HashSet;

impl Control {
    /// What the scope sees of the pool.
    pub(super) async fn dump(&self, scope: &Scope, secrets: bool) -> ApiResult<State> {
        let store = &self.core.store;
        let mut users = Vec::new();
        for user in store.users().await.or_refused()? {
            if self.sees(scope, &user) {
                let record =
                    if secrets { Some(store.record(&user.sip_uri).await.or_refused()?) } else { None };
                users.push(dumped(&user, record.as_ref()));
            }
        }
        let armed = self.list_armed(scope).into_iter();
        let rules = self.list_rules(scope).into_iter().filter(|rule| rule.scenario.is_none());
        Ok(State {
            web: Some(shown(&self.core.web.base())),
            registrar: Some(RegistrarChange {
                enable_dhcp_server: Some(!self.core.dhcp.is_empty() && self.core.registrar_settings.base()),
            }),
            pin_policy: Some(PinPolicy::from(&store.policy().await.or_refused()?)),
            users: Some(users),
            namespaces: Some(self.list_namespaces().into_iter().map(claimed).collect()),
            rules: Some(rules.map(|rule| rule.rule).collect()),
            armed: Some(
                armed.map(|armed| ArmScenario { scenario: armed.scenario, user: armed.user }).collect(),
            ),
        })
    }

    /// Brings a state back. All of it is checked before anything is changed.
    pub(super) async fn load(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        let records = match &state.users {
            Some(users) => Some(self.records(users).await?),
            None => None,
        };
        for call in state.armed.iter().flatten() {
            self.scenario_known(call)?;
        }
        if let Some(policy) = &state.pin_policy {
            lync_model::PinPolicy::from(policy)
                .validate()
                .map_err(|error| ApiError::invalid(error.to_string()).field("pin_policy"))?;
        }
        // Scenarios hold what they found; nothing may be armed while that is replaced.
        self.disarm_all(scope).await?;
        self.apply_settings(state).await?;
        if let Some(records) = records {
            self.replace_users(scope, records).await?;
            self.core.users_changed().await;
        }
        for (name, members) in state.namespaces.iter().flatten() {
            self.claim(name, members).await?;
        }
        self.swap_rules(scope, state.rules.as_deref().unwrap_or_default()).await?;
        for call in state.armed.iter().flatten() {
            self.arm_scenario(scope, call).await?;
        }
        Ok(())
    }

    async fn apply_settings(&self, state: &State) -> ApiResult<()> {
        if let Some(web) = &state.web {
            self.core.web.set(web).map_err(|problem| ApiError::invalid(problem).field("web"))?;
        }
        if let Some(registrar) = &state.registrar {
            self.set_registrar(registrar)?;
        }
        if let Some(policy) = &state.pin_policy {
            self.core.store.set_policy(&lync_model::PinPolicy::from(policy)).await.or_refused()?;
        }
        Ok(())
    }

    fn scenario_known(&self, call: &ArmScenario) -> ApiResult<()> {
        let known = lync_model::scenario::Catalogue::built_in().get(&call.scenario);
        known
            .map(drop)
            .map_err(|unknown| ApiError::invalid(unknown.to_string()).field("armed").nearest(unknown.nearest))
    }

    /// The users as the store keeps them; who gets no `pin` keeps the one that is there.
    async fn records(&self, users: &[UserState]) -> ApiResult<Vec<UserRecord>> {
        let mut seen = HashSet::new();
        let mut records = Vec::new();
        for state in users {
            let user = User {
                sip_uri: sip_uri(&state.sip_address)?,
                display_name: display_name(Some(&state.display_name), &state.sip_address)?,
                line_uri: line_uri(state.line_uri.as_deref())?,
                enabled: state.enabled,
                enterprise_voice: state.enterprise_voice_enabled,
                pin_set_at: None,
            };
            if !seen.insert(user.sip_uri.clone()) {
                return Err(ApiError::invalid(format!("{} is there twice", user.sip_uri)).field("users"));
            }
            let kept = self.core.store.record(&user.sip_uri).await.ok();
            let mut record = match kept {
                Some(kept) => kept.of(user),
                None => UserRecord::new(user),
            };
            if let Some(pin) = &state.pin {
                record
                    .set_pin(stored_pin(pin, self.core.clock.now())?, history(pin))
                    .map_err(|problem| ApiError::invalid(problem.to_string()).field("users"))?;
            }
            if let Some(lockout) = state.lockout {
                record.set_counters(lockout.into());
            }
            records.push(record);
        }
        Ok(records)
    }

    async fn replace_users(&self, scope: &Scope, records: Vec<UserRecord>) -> ApiResult<()> {
        let store = &self.core.store;
        for user in store.users().await.or_refused()? {
            let stays = records.iter().any(|record| *record.user() == user.sip_uri);
            if self.sees(scope, &user) && !stays {
                store.remove_user(&user.sip_uri).await.or_refused()?;
                self.leave_namespace(&user);
            }
        }
        for record in &records {
            store.restore(record).await.or_refused()?;
        }
        Ok(())
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

    /// Users, policy and settings as the configuration has them.
    async fn first_state(&self) -> ApiResult<()> {
        let core = &self.core;
        core.rules.namespaces().set(lync_model::rules::Namespaces::default());
        core.store
            .reseed(&crate::pool::seed::seed(&core.config.users, core.clock.now()))
            .await
            .or_refused()?;
        core.web.set(&shown(&core.config.web)).map_err(ApiError::invalid)?;
        core.registrar_settings.set(true);
        Ok(())
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

fn stored_pin(pin: &PinState, now: time::OffsetDateTime) -> ApiResult<Option<StoredPin>> {
    let Some(hash) = &pin.hash else { return Ok(None) };
    let length =
        pin.length.ok_or_else(|| ApiError::invalid("a PIN's hash comes with its length").field("users"))?;
    Ok(Some(StoredPin {
        phc: hash.expose().to_owned(),
        length: usize::from(length),
        set_at: pin.last_pin_change_time.unwrap_or(now),
    }))
}

fn history(pin: &PinState) -> Vec<String> {
    pin.history.iter().map(|phc| phc.expose().to_owned()).collect()
}

fn claimed(namespace: lync_admin::dto::Namespace) -> (String, NamespaceMembers) {
    let lync_admin::dto::Namespace { name, users, macs, sources } = namespace;
    (name, NamespaceMembers { users, macs, sources })
}
