//! Bringing a state back.

use super::users::{display_name, line_uri, sip_uri};
use super::{Control, OrRefused};
use crate::scenarios::called;
use lync_admin::dto::{ArmScenario, NamespaceMembers, PinState, State, UserState};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::rules::Namespaces;
use lync_model::scenario::Catalogue;
use lync_model::{PinPolicy, User};
use lync_store::{StoreError, StoredPin, UserRecord};
use std::collections::{BTreeMap, HashSet};

impl Control {
    /// Brings a state back. All that can be checked is checked before anything is changed.
    pub(super) async fn load(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        self.check(scope, state).await?;
        // Scenarios hold what they found; nothing may be armed while that is replaced.
        if state.users.is_some() || state.armed.is_some() {
            self.lift_all(scope).await?;
        }
        self.apply_settings(state).await?;
        if let Some(users) = &state.users {
            // Made now: who keeps a PIN keeps the one from before the scenarios.
            let records = self.records(users).await?;
            self.replace_users(scope, &records).await?;
        }
        if let Some(wishes) = &state.namespaces {
            let users = self.core.store.users().await.or_refused()?;
            let namespaces = self.namespaces(scope, wishes, &users)?;
            self.core.rules.namespaces().set(namespaces);
        }
        self.core.users_changed().await;
        if let Some(rules) = &state.rules {
            self.swap_rules(scope, rules).await?;
        }
        for call in state.armed.iter().flatten() {
            self.arm_scenario(scope, call).await?;
        }
        Ok(())
    }

    /// Checks a state against the users that there will be.
    async fn check(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        self.check_settings(scope, state)?;
        let users = self.users_to_be(scope, state).await?;
        if let Some(wishes) = &state.namespaces {
            self.namespaces(scope, wishes, &users)?;
        }
        self.checked(state.rules.as_deref().unwrap_or_default(), &users)?;
        for ArmScenario { scenario, user } in state.armed.iter().flatten() {
            Catalogue::built_in().get(scenario).map_err(|unknown| {
                ApiError::invalid(unknown.to_string()).field("armed").nearest(unknown.nearest)
            })?;
            if let Some(user) = user {
                called(&users, user).map_err(|error| ApiError::invalid(error.to_string()).field("armed"))?;
            }
        }
        Ok(())
    }

    fn check_settings(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        let pools = state.web.is_some() || state.registrar.is_some() || state.pin_policy.is_some();
        if pools && scope.namespace.is_some() {
            let problem = "a namespace has no settings and no policy of its own; load these without one";
            return Err(ApiError::invalid(problem).field("namespace"));
        }
        if let Some(web) = &state.web {
            self.core.web.check(web).map_err(|problem| ApiError::invalid(problem).field("web"))?;
        }
        if let Some(registrar) = &state.registrar {
            self.check_registrar(registrar)?;
        }
        if let Some(policy) = &state.pin_policy {
            PinPolicy::from(policy)
                .validate()
                .map_err(|error| ApiError::invalid(error.to_string()).field("pin_policy"))?;
        }
        Ok(())
    }

    /// Who is there when the state is loaded.
    async fn users_to_be(&self, scope: &Scope, state: &State) -> ApiResult<Vec<User>> {
        let (found, added) = self.core.found_by_scenarios();
        let there = self.core.store.users().await.or_refused()?;
        let mut users: BTreeMap<_, _> = there.into_iter().map(|user| (user.sip_uri.clone(), user)).collect();
        users.retain(|user, _| !added.contains(user));
        for record in found {
            users.insert(record.user().clone(), record.particulars().clone());
        }
        if let Some(wishes) = &state.users {
            users.retain(|_, user| !self.sees(scope, user));
            for record in self.records(wishes).await? {
                if users.insert(record.user().clone(), record.particulars().clone()).is_some() {
                    let problem = format!("{} belongs to another namespace", record.user());
                    return Err(ApiError::conflict(problem).field("users"));
                }
            }
        }
        Ok(users.into_values().collect())
    }

    /// The namespaces as they will be: of the whole pool those that are wished for, of a namespace itself.
    fn namespaces(
        &self,
        scope: &Scope,
        wishes: &BTreeMap<String, NamespaceMembers>,
        users: &[User],
    ) -> ApiResult<Namespaces> {
        let mut namespaces = match scope.namespace {
            None => Namespaces::default(),
            Some(_) => (*self.core.rules.namespaces().get()).clone(),
        };
        for (name, wish) in wishes {
            if scope.namespace.as_ref().is_some_and(|own| own != name) {
                let problem = format!("`{name}` is another namespace than that of the request");
                return Err(ApiError::conflict(problem).field("namespaces"));
            }
            super::scope::admit(&mut namespaces, name, super::scope::members(wish, users)?)?;
        }
        Ok(namespaces)
    }

    async fn apply_settings(&self, state: &State) -> ApiResult<()> {
        if let Some(web) = &state.web {
            self.core.web.set(web).map_err(|problem| ApiError::invalid(problem).field("web"))?;
        }
        if let Some(registrar) = &state.registrar {
            self.set_registrar(registrar)?;
        }
        if let Some(policy) = &state.pin_policy {
            self.core.store.set_policy(&PinPolicy::from(policy)).await.or_refused()?;
        }
        Ok(())
    }

    /// The users as the store keeps them; who gets no `pin` keeps the one that is there.
    async fn records(&self, users: &[UserState]) -> ApiResult<Vec<UserRecord>> {
        let mut seen = HashSet::new();
        let mut records = Vec::new();
        for state in users {
            let record = self.record(state).await?;
            if !seen.insert(record.user().clone()) {
                return Err(ApiError::invalid(format!("{} is there twice", record.user())).field("users"));
            }
            records.push(record);
        }
        Ok(records)
    }

    async fn record(&self, state: &UserState) -> ApiResult<UserRecord> {
        let user = User {
            sip_uri: sip_uri(&state.sip_address)?,
            display_name: display_name(Some(&state.display_name), &state.sip_address)?,
            line_uri: line_uri(state.line_uri.as_deref())?,
            enabled: state.enabled,
            enterprise_voice: state.enterprise_voice_enabled,
            pin_set_at: None,
        };
        let mut record = match self.core.store.record(&user.sip_uri).await {
            Ok(kept) => kept.of(user),
            Err(StoreError::NoSuchUser(_)) => UserRecord::new(user),
            Err(error) => return Err(super::stored(&error)),
        };
        if let Some(pin) = &state.pin {
            record
                .set_pin(stored_pin(pin, self.core.clock.now())?, history(pin))
                .map_err(|problem| ApiError::invalid(problem.to_string()).field("users"))?;
        }
        if let Some(lockout) = state.lockout {
            record.set_counters(lockout.into());
        }
        Ok(record)
    }

    async fn replace_users(&self, scope: &Scope, records: &[UserRecord]) -> ApiResult<()> {
        let store = &self.core.store;
        let stay: HashSet<_> = records.iter().map(UserRecord::user).collect();
        for user in store.users().await.or_refused()? {
            if self.sees(scope, &user) && !stay.contains(&user.sip_uri) {
                store.remove_user(&user.sip_uri).await.or_refused()?;
                self.leave_namespace(&user);
            }
        }
        for record in records {
            store.restore(record).await.or_refused()?;
            let user = record.particulars();
            self.core.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
            self.keep_namespace(scope.namespace.as_deref(), user);
        }
        Ok(())
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
