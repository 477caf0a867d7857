//! Scenarios and rules.

use super::{Control, OrRefused};
use crate::scenarios::{ScenarioError, check_rules};
use lync_admin::dto::{ArmScenario, ArmedRule, ArmedScenario, RuleSpec};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::rules::{self, Owner, Rule, RuleError, RuleId};
use lync_model::{SipUri, User};

impl Control {
    pub(super) async fn list_armed(&self, scope: &Scope) -> Vec<ArmedScenario> {
        let mut seen = Vec::new();
        for armed in self.core.scenarios.list() {
            if scope.namespace.is_none() || armed.namespace == scope.namespace {
                seen.push(self.shown_scenario(&armed).await);
            }
        }
        seen
    }

    pub(super) async fn arm_scenario(&self, scope: &Scope, wish: &ArmScenario) -> ApiResult<ArmedScenario> {
        // By address: a name may be that of another user in another namespace.
        let user = match &wish.user {
            Some(user) => Some(self.found(scope, user).await?.sip_uri),
            None => None,
        };
        let (user, namespace) = (user.as_ref().map(SipUri::as_str), scope.namespace.as_deref());
        let armed = self.core.arm(&wish.scenario, user, namespace).await.or_refused()?;
        Ok(self.shown_scenario(&armed).await)
    }

    pub(super) async fn lift_scenario(&self, scope: &Scope, id: u64) -> ApiResult<()> {
        let all = self.core.scenarios.list();
        let ours = |namespace: &Option<String>| scope.namespace.is_none() || *namespace == scope.namespace;
        if !all.iter().any(|armed| armed.id == id && ours(&armed.namespace)) {
            return Err(super::refused(ScenarioError::NotArmed(id)));
        }
        self.core.lift(id).await.or_refused()
    }

    pub(super) fn list_rules(&self, scope: &Scope) -> Vec<ArmedRule> {
        let all = self.core.rules.list();
        all.iter().filter(|rule| in_scope(rule, scope)).map(ArmedRule::from).collect()
    }

    pub(super) async fn arm_rules(&self, scope: &Scope, specs: &[RuleSpec]) -> ApiResult<Vec<ArmedRule>> {
        let checked = self.checked(specs, &self.core.store.users().await.or_refused()?)?;
        self.arm_checked(scope, checked)
    }

    /// Puts these rules in place of those that were armed through the API in this scope.
    pub(super) async fn swap_rules(&self, scope: &Scope, specs: &[RuleSpec]) -> ApiResult<Vec<ArmedRule>> {
        let checked = self.checked(specs, &self.core.store.users().await.or_refused()?)?;
        let before: Vec<RuleId> = self.own_rules(scope).iter().map(|rule| rule.id).collect();
        // The new ones first: should they be too many, the old ones are still there.
        let armed = self.arm_checked(scope, checked)?;
        self.core.rules.disarm_where(|rule| before.contains(&rule.id));
        Ok(armed)
    }

    pub(super) fn disarm(&self, scope: &Scope, id: u64) -> ApiResult<()> {
        let rules = self.core.rules.list();
        match rules.iter().find(|rule| rule.id == RuleId(id) && in_scope(rule, scope)) {
            None => Err(ApiError::not_found(format!("no rule with the number {id} is armed"))),
            Some(rule) => match &rule.owner.scenario {
                Some(scenario) => Err(ApiError::conflict(format!(
                    "the rule is part of the scenario {scenario}; lift that instead"
                ))),
                None => {
                    self.core.rules.disarm(rule.id);
                    Ok(())
                }
            },
        }
    }

    /// Lifts every scenario and disarms every rule of the scope.
    pub(super) async fn disarm_all(&self, scope: &Scope) -> ApiResult<()> {
        self.lift_all(scope).await?;
        self.disarm_rules(scope);
        Ok(())
    }

    /// Lifts every scenario of the scope.
    pub(super) async fn lift_all(&self, scope: &Scope) -> ApiResult<()> {
        // The last one first, as each found what those before it had changed.
        for armed in self.list_armed(scope).await.iter().rev() {
            match self.core.lift(armed.id).await {
                Ok(()) | Err(ScenarioError::NotArmed(_)) => {}
                Err(error) => return Err(super::refused(error)),
            }
        }
        Ok(())
    }

    /// Rules of the API in just this scope: without a namespace those that have none.
    fn own_rules(&self, scope: &Scope) -> Vec<rules::ArmedRule> {
        let mut all = self.core.rules.list();
        all.retain(|rule| rule.owner.scenario.is_none() && rule.owner.namespace == scope.namespace);
        all
    }

    fn disarm_rules(&self, scope: &Scope) {
        let ours = |rule: &rules::ArmedRule| rule.owner.scenario.is_none() && in_scope(rule, scope);
        self.core.rules.disarm_where(ours);
    }

    pub(super) fn checked(&self, specs: &[RuleSpec], users: &[User]) -> ApiResult<Vec<Rule>> {
        let checked = check_rules(specs, users, &self.core.config.diagnostics, None);
        let checked = checked.map_err(|error| match error {
            // Of a rule that came alone its number tells nothing.
            RuleError::InFile { error, .. } if specs.len() == 1 => *error,
            error => error,
        });
        checked.map_err(ScenarioError::from).or_refused()
    }

    fn arm_checked(&self, scope: &Scope, checked: Vec<Rule>) -> ApiResult<Vec<ArmedRule>> {
        let owner = Owner { scenario: None, namespace: scope.namespace.clone() };
        let ids = self.core.arm_rules(checked, &owner).map_err(ScenarioError::from).or_refused()?;
        let armed = self.core.rules.list();
        Ok(armed.iter().filter(|rule| ids.contains(&rule.id)).map(ArmedRule::from).collect())
    }

    async fn shown_scenario(&self, armed: &crate::scenarios::ArmedScenario) -> ArmedScenario {
        ArmedScenario {
            id: armed.id,
            scenario: armed.name.clone(),
            user: armed.user.as_ref().map(ToString::to_string),
            namespace: armed.namespace.clone(),
            cured: self.core.is_cured(armed).await,
        }
    }
}

fn in_scope(rule: &rules::ArmedRule, scope: &Scope) -> bool {
    scope.namespace.is_none() || rule.owner.namespace == scope.namespace
}
