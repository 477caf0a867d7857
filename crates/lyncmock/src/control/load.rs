//! Bringing a state back.

mod accounts;
mod armed;
mod own;
mod records;

use super::policies::{GLOBAL, policy_of};
use super::{Control, stored};
use lync_admin::dto::{NamedPinPolicy, NamespaceMembers, PinPolicy, State};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::rules::Namespaces;
use lync_model::{LineUri, NamedPolicy, PolicyIdentity, SipUri, User};
use lync_store::{Replacement, Snapshot, StoreError, UserRecord};
use own::Own;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What a state makes of what is there.
struct Plan {
    replacement: Replacement,
    /// The namespaces as they will be.
    namespaces: Namespaces,
    /// Who is dialled by another line from here on.
    lines: Vec<(SipUri, Option<LineUri>)>,
}

/// Why the store was not changed.
struct Refused(ApiError);

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self(stored(&error))
    }
}

impl Control {
    /// Brings a state back. All that can be checked is checked before anything is changed; accounts, users and policies
    /// are changed in one step.
    pub(super) async fn load(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        self.lift_before(scope, state).await?;
        let mut planned = None;
        let decide = |there: &Snapshot| {
            let Plan { replacement, namespaces, lines } = self.plan(scope, state, there).map_err(Refused)?;
            planned = Some((namespaces, lines));
            Ok(replacement)
        };
        self.core.store.replace(decide).await.map_err(|Refused(error)| error)?;
        if let Some((namespaces, lines)) = planned {
            self.core.rules.namespaces().set(namespaces);
            lines.iter().for_each(|(user, line)| self.core.rules.line_changed(user, line.as_ref()));
        }
        self.apply_settings(state).await?;
        self.core.users_changed().await;
        if let Some(rules) = &state.rules {
            self.swap_rules(scope, rules).await?;
        }
        for call in state.armed.iter().flatten() {
            self.arm_scenario(scope, call).await?;
        }
        Ok(())
    }

    /// Scenarios hold what they found; nothing may be armed while that is replaced. A state that is refused lifts none.
    async fn lift_before(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        let replaces = state.users.is_some() || state.accounts.is_some() || state.armed.is_some();
        if replaces && !self.list_armed(scope).await.is_empty() {
            let there = self.moment(true).await?.into_found();
            self.plan(scope, state, &there)?;
            self.lift_all(scope).await?;
        }
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn plan_of(&self, scope: &Scope, state: &State, there: &Snapshot) -> ApiResult<Replacement> {
        self.plan(scope, state, there).map(|plan| plan.replacement)
    }

    /// What the state makes of what is there, where it can be meant.
    fn plan(&self, scope: &Scope, state: &State, there: &Snapshot) -> ApiResult<Plan> {
        self.check_settings(scope, state)?;
        check_policies(state)?;
        let now = self.core.rules.namespaces().get();
        let own = Own::new(&now, scope, state);
        let (mut replacement, users) = self.plan_users(&own, state, there)?;
        replacement.global = state.pin_policy.clone().map(global_policy);
        replacement.policies =
            state.pin_policies.as_ref().map(|wishes| wishes.iter().map(policy_of).collect());
        let mut namespaces = own.after(&replacement, there);
        if let Some(wishes) = &state.namespaces {
            namespaces = claimed(scope, namespaces, wishes, &users)?;
        }
        self.checked(state.rules.as_deref().unwrap_or_default(), &users)?;
        self.check_armed(scope, state, users)?;
        let lines = changed_lines(&replacement.records, there);
        Ok(Plan { replacement, namespaces, lines })
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
}

/// The namespaces as they will be: of the whole pool those that are wished for, of a namespace itself.
fn claimed(
    scope: &Scope,
    namespaces: Namespaces,
    wishes: &BTreeMap<String, NamespaceMembers>,
    users: &[User],
) -> ApiResult<Namespaces> {
    let mut namespaces = if scope.namespace.is_none() { Namespaces::default() } else { namespaces };
    for (name, wish) in wishes {
        if scope.namespace.as_ref().is_some_and(|own| own != name) {
            let problem = format!("`{name}` is another namespace than that of the request");
            return Err(ApiError::conflict(problem).field("namespaces"));
        }
        super::scope::admit(&mut namespaces, name, super::scope::members(wish, users)?)?;
    }
    Ok(namespaces)
}

/// Who of these has another line than before.
fn changed_lines(records: &[UserRecord], there: &Snapshot) -> Vec<(SipUri, Option<LineUri>)> {
    let before: HashMap<_, _> =
        there.users.iter().map(|user| (&user.sip_uri, user.line_uri.as_ref())).collect();
    let users = records.iter().map(UserRecord::particulars);
    let changed = users.filter(|user| before.get(&user.sip_uri) != Some(&user.line_uri.as_ref()));
    changed.map(|user| (user.sip_uri.clone(), user.line_uri.clone())).collect()
}

fn global_policy(policy: PinPolicy) -> NamedPolicy {
    policy_of(&NamedPinPolicy { identity: GLOBAL.to_owned(), policy })
}

fn check_policies(state: &State) -> ApiResult<()> {
    let refuse = |problem: String| Err(ApiError::invalid(problem).field("pin_policies"));
    let (mut seen, mut site) = (HashSet::new(), None);
    for wish in state.pin_policies.iter().flatten() {
        let identity = policy_of(wish)
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
        global_policy(global.clone())
            .validate()
            .map_err(|error| ApiError::invalid(error.to_string()).field("pin_policy"))?;
    }
    Ok(())
}
