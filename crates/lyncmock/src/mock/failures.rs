//! Failures by name and by rule.

use super::LyncMock;
use crate::pool::Core;
use crate::scenarios::{ScenarioError, check_rules};
use lync_model::rules::{ArmedRule, Owner, RuleId, RuleSpec, RulesFile};
use std::fmt;
use std::sync::Arc;

/// A scenario that is about to be armed.
#[must_use = "nothing is armed before `arm`"]
pub struct ScenarioBuilder<'a> {
    core: &'a Arc<Core>,
    name: &'a str,
    user: Option<&'a str>,
}

impl fmt::Debug for ScenarioBuilder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScenarioBuilder")
            .field("name", &self.name)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Armed").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'a> ScenarioBuilder<'a> {
    /// For this user alone: SIP address or its part before the `@`. Without it everybody is meant.
    pub fn for_user(self, user: &'a str) -> Self {
        Self { user: Some(user), ..self }
    }

    /// Arms it.
    ///
    /// # Errors
    /// When the catalogue has no such scenario (the error names the nearest), there is no such user, the user cannot be
    /// changed so, the scenario changes the whole pool and takes no user, or it acts where the user-PIN service is and that
    /// is another host.
    pub async fn arm(self) -> Result<Armed, ScenarioError> {
        let armed = self.core.arm(self.name, self.user, None).await?;
        Ok(Armed { core: Arc::clone(self.core), id: armed.id, name: armed.name })
    }
}

/// A scenario that is armed. It stays so until it is lifted or the pool goes.
pub struct Armed {
    core: Arc<Core>,
    id: u64,
    name: String,
}

impl Armed {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether nothing is left of what it changed, because somebody mended the cause.
    pub async fn is_cured(&self) -> bool {
        let all = self.core.scenarios.list();
        match all.iter().find(|armed| armed.id == self.id) {
            Some(armed) => self.core.is_cured(armed).await,
            None => true,
        }
    }

    /// Takes back all that it changed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn lift(self) -> Result<(), ScenarioError> {
        self.core.lift(self.id).await
    }
}

impl LyncMock {
    /// A failure of the catalogue, by name.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let pool = lyncmock::LyncMock::start().await;
    /// let locked = pool.scenario("pin-locked").for_user("kenmyer").arm().await.unwrap();
    /// assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
    /// locked.lift().await.unwrap();
    /// assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
    /// # });
    /// ```
    pub fn scenario<'a>(&'a self, name: &'a str) -> ScenarioBuilder<'a> {
        ScenarioBuilder { core: &self.running, name, user: None }
    }

    /// Arms a rule behind those that are armed already.
    ///
    /// # Errors
    /// When it cannot be meant; the error says where, and names what is nearest.
    pub async fn rule(&self, rule: &RuleSpec) -> Result<RuleId, ScenarioError> {
        let armed = self.arm_rules(std::slice::from_ref(rule)).await?;
        armed.first().copied().ok_or_else(|| ScenarioError::Pool("no rule was armed".to_owned()))
    }

    /// Arms the rules of a text as a file of rules has them.
    ///
    /// # Errors
    /// When one cannot be meant; then none is armed.
    ///
    /// ```
    /// # tokio::runtime::Runtime::new().unwrap().block_on(async {
    /// let pool = lyncmock::LyncMock::start().await;
    /// pool.rules(r#"
    ///     [[rule]]
    ///     where = "webticket.pin"
    ///     who = { user = "kenmyer" }
    ///     then = ["pin-wrong", "pin-wrong", "ok"]
    /// "#).await.unwrap();
    /// let mut outcomes = Vec::new();
    /// for _ in 0..3 {
    ///     outcomes.push(pool.phone("1219", "0712").run().await.outcome.is_ok());
    /// }
    /// assert_eq!(outcomes, [false, false, true]);
    /// # });
    /// ```
    pub async fn rules(&self, text: &str) -> Result<Vec<RuleId>, ScenarioError> {
        self.arm_rules(&RulesFile::parse(text)?.rules).await
    }

    /// The rules that are armed, those of scenarios among them.
    pub fn armed_rules(&self) -> Vec<ArmedRule> {
        self.running.rules.list()
    }

    /// Disarms a rule; answers whether it was armed.
    pub fn disarm(&self, rule: RuleId) -> bool {
        self.running.rules.disarm(rule)
    }

    /// Restarts the internal web service, as an administrator does in IIS.
    pub fn restart_web_service(&self) {
        self.running.restart_web_service();
    }

    async fn arm_rules(&self, rules: &[RuleSpec]) -> Result<Vec<RuleId>, ScenarioError> {
        let users = self.running.store.users().await;
        let users = users.map_err(|error| ScenarioError::Pool(error.to_string()))?;
        let checked = check_rules(rules, &users, &self.running.config.diagnostics, None)?;
        Ok(self.running.arm_rules(checked, &Owner::default())?)
    }
}
