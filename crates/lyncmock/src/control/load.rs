//! Bringing a state back.

mod accounts;
mod records;

use super::{Control, OrRefused};
use crate::scenarios::called;
use lync_admin::dto::{ArmScenario, NamespaceMembers, State};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::rules::Namespaces;
use lync_model::scenario::Catalogue;
use lync_model::{NamedPolicy, PolicyIdentity, User};
use std::collections::{BTreeMap, HashSet};

impl Control {
    /// Brings a state back. All that can be checked is checked before anything is changed.
    pub(super) async fn load(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        self.check(scope, state).await?;
        // Scenarios hold what they found; nothing may be armed while that is replaced.
        if state.users.is_some() || state.accounts.is_some() || state.armed.is_some() {
            self.lift_all(scope).await?;
        }
        self.apply_settings(state).await?;
        self.replace_policies(state).await?;
        self.replace_accounts_and_users(scope, state).await?;
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
        check_policies(state)?;
        self.check_accounts(scope, state).await?;
        let users = self.users_to_be(scope, state).await?;
        if let Some(wishes) = &state.namespaces {
            self.namespaces(scope, wishes, &users)?;
        }
        self.checked(state.rules.as_deref().unwrap_or_default(), &users)?;
        for ArmScenario { scenario, user } in state.armed.iter().flatten() {
            let known = Catalogue::built_in().get(scenario).map_err(|unknown| {
                ApiError::invalid(unknown.to_string()).field("armed").nearest(unknown.nearest)
            })?;
            let here = self.core.check_place(known);
            here.map_err(|error| ApiError::conflict(error.to_string()).field("armed"))?;
            if let Some(user) = user {
                called(&users, user).map_err(|error| ApiError::invalid(error.to_string()).field("armed"))?;
            }
        }
        Ok(())
    }

    fn check_settings(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        let settings = state.web.is_some() || state.registrar.is_some() || state.proxy.is_some();
        let policies = state.pin_policy.is_some() || state.pin_policies.is_some();
        if (settings || policies) && scope.namespace.is_some() {
            let problem = "a namespace has no settings and no policy of its own; load these without one";
            return Err(ApiError::invalid(problem).field("namespace"));
        }
        if let Some(web) = &state.web {
            self.core.web.check(web).map_err(|problem| ApiError::invalid(problem).field("web"))?;
        }
        state.registrar.iter().try_for_each(|registrar| self.check_registrar(registrar))
    }

    /// Who is there when the state is loaded.
    async fn users_to_be(&self, scope: &Scope, state: &State) -> ApiResult<Vec<User>> {
        let (found, added) = self.core.without_scenarios().await.or_refused()?;
        let there = self.core.store.users().await.or_refused()?;
        let mut users: BTreeMap<_, _> = there.into_iter().map(|user| (user.sip_uri.clone(), user)).collect();
        users.retain(|user, _| !added.contains(user));
        for record in found {
            users.insert(record.user().clone(), record.particulars().clone());
        }
        if let Some(wishes) = &state.users {
            users.retain(|user, _| !self.sees(scope, user));
            for record in self.records(wishes, &[]).await? {
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
            self.set_web(web).await?;
        }
        if let Some(registrar) = &state.registrar {
            self.set_registrar(registrar).await?;
        }
        if let Some(proxy) = &state.proxy {
            self.set_proxy(proxy).await?;
        }
        Ok(())
    }

    /// Makes the policies those of the state. Who was granted one that stays keeps it.
    async fn replace_policies(&self, state: &State) -> ApiResult<()> {
        let store = &self.core.store;
        if let Some(global) = &state.pin_policy {
            self.replace_policy(super::policies::GLOBAL, global).await?;
        }
        let Some(wishes) = &state.pin_policies else { return Ok(()) };
        let wishes: Vec<_> = wishes.iter().map(super::policies::policy_of).collect();
        let stay: HashSet<_> = wishes.iter().filter_map(key).collect();
        let mut there = HashSet::new();
        for policy in store.pin_policies().await.or_refused()? {
            match (policy.identity.parse(), key(&policy)) {
                (Ok(PolicyIdentity::Global), _) => {}
                (_, Some(key)) if stay.contains(&key) => drop(there.insert(key)),
                _ => store.remove_pin_policy(&policy.identity).await.or_refused()?,
            }
        }
        for policy in &wishes {
            match key(policy).is_some_and(|key| there.contains(&key)) {
                true => store.put_pin_policy(policy).await.or_refused()?,
                false => store.add_pin_policy(policy).await.or_refused()?,
            }
        }
        Ok(())
    }
}

fn check_policies(state: &State) -> ApiResult<()> {
    let refuse = |problem: String| Err(ApiError::invalid(problem).field("pin_policies"));
    let (mut seen, mut site) = (HashSet::new(), None);
    for wish in state.pin_policies.iter().flatten() {
        let identity = super::policies::policy_of(wish)
            .validate()
            .map_err(|error| ApiError::invalid(error.to_string()).field("pin_policies"))?;
        if identity == PolicyIdentity::Global {
            return refuse("the Global PIN policy is `pin_policy`".to_owned());
        }
        if !seen.insert(identity.key()) {
            return refuse(format!("{identity} is there twice"));
        }
        if matches!(identity, PolicyIdentity::Site(_))
            && let Some(other) = site.replace(identity)
        {
            return refuse(format!("the pool is in one site, and {other} is its PIN policy already"));
        }
    }
    if let Some(global) = &state.pin_policy {
        let identity = super::policies::GLOBAL.to_owned();
        let global = lync_admin::dto::NamedPinPolicy { identity, policy: global.clone() };
        super::policies::policy_of(&global)
            .validate()
            .map_err(|error| ApiError::invalid(error.to_string()).field("pin_policy"))?;
    }
    Ok(())
}

fn key(policy: &NamedPolicy) -> Option<String> {
    policy.identity.parse::<PolicyIdentity>().ok().map(|identity| identity.key())
}
