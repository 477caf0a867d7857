//! Scenarios and rules.

use super::{Control, OrRefused};
use crate::scenarios::{ScenarioError, check_rules};
use lync_admin::dto::{ArmScenario, ArmedRule, ArmedScenario, RuleSpec};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::rules::{self, Owner, Rule, RuleId};

impl Control {
    pub(super) fn list_armed(&self, scope: &Scope) -> Vec<ArmedScenario> {
        let all = self.core.scenarios.list().into_iter();
        let seen = all.filter(|armed| scope.namespace.is_none() || armed.namespace == scope.namespace);
        seen.map(|armed| self.shown_scenario(&armed)).collect()
    }

    pub(super) async fn arm_scenario(&self, scope: &Scope, wish: &ArmScenario) -> ApiResult<ArmedScenario> {
        if let Some(user) = &wish.user {
            self.found(scope, user).await?;
        }
        let namespace = scope.namespace.as_deref();
        let armed = self.core.arm(&wish.scenario, wish.user.as_deref(), namespace).await.or_refused()?;
        Ok(self.shown_scenario(&armed))
    }

    pub(super) async fn lift_scenario(&self, scope: &Scope, id: u64) -> ApiResult<()> {
        if !self.list_armed(scope).iter().any(|armed| armed.id == id) {
            return Err(super::refused(ScenarioError::NotArmed(id)));
        }
        self.core.lift(id).await.or_refused()
    }

    pub(super) fn list_rules(&self, scope: &Scope) -> Vec<ArmedRule> {
        let all = self.core.rules.list();
        all.iter().filter(|rule| in_scope(rule, scope)).map(ArmedRule::from).collect()
    }

    pub(super) async fn arm_rules(&self, scope: &Scope, specs: &[RuleSpec]) -> ApiResult<Vec<ArmedRule>> {
        let checked = self.checked(specs).await?;
        self.arm_checked(scope, checked)
    }

    /// Puts these rules in place of those that were armed through the API in this scope.
    pub(super) async fn swap_rules(&self, scope: &Scope, specs: &[RuleSpec]) -> ApiResult<Vec<ArmedRule>> {
        let checked = self.checked(specs).await?;
        self.disarm_rules(scope);
        self.arm_checked(scope, checked)
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
        // The last one first, as each found what those before it had changed.
        for armed in self.list_armed(scope).iter().rev() {
            match self.core.lift(armed.id).await {
                Ok(()) | Err(ScenarioError::NotArmed(_)) => {}
                Err(error) => return Err(super::refused(error)),
            }
        }
        self.disarm_rules(scope);
        Ok(())
    }

    fn disarm_rules(&self, scope: &Scope) {
        let ours = |rule: &rules::ArmedRule| rule.owner.scenario.is_none() && in_scope(rule, scope);
        self.core.rules.disarm_where(ours);
    }

    pub(super) async fn checked(&self, specs: &[RuleSpec]) -> ApiResult<Vec<Rule>> {
        let users = self.core.store.users().await.or_refused()?;
        check_rules(specs, &users, &self.core.config.diagnostics, None)
            .map_err(ScenarioError::from)
            .or_refused()
    }

    fn arm_checked(&self, scope: &Scope, checked: Vec<Rule>) -> ApiResult<Vec<ArmedRule>> {
        let mut ids = Vec::new();
        for rule in checked {
            let owner = Owner { scenario: None, namespace: scope.namespace.clone() };
            match self.core.arm_rule(rule, owner) {
                Ok(id) => ids.push(id),
                Err(error) => {
                    // All or none.
                    ids.into_iter().for_each(|id| {
                        self.core.rules.disarm(id);
                    });
                    return Err(super::refused(error.into()));
                }
            }
        }
        let armed = self.core.rules.list();
        Ok(armed.iter().filter(|rule| ids.contains(&rule.id)).map(ArmedRule::from).collect())
    }

    fn shown_scenario(&self, armed: &crate::scenarios::ArmedScenario) -> ArmedScenario {
        ArmedScenario {
            id: armed.id,
            scenario: armed.name.clone(),
            user: armed.user.as_ref().map(ToString::to_string),
            namespace: armed.namespace.clone(),
            cured: self.core.is_cured(armed),
        }
    }
}

fn in_scope(rule: &rules::ArmedRule, scope: &Scope) -> bool {
    scope.namespace.is_none() || rule.owner.namespace == scope.namespace
}
