//! Scenarios of a state, before anything is changed for them.

use crate::control::{Control, OrRefused};
use crate::scenarios::{ScenarioError, called, check_call};
use lync_admin::dto::{ArmScenario, State};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::User;
use lync_model::scenario::{Catalogue, Effect, Scenario, UserChange};
use std::collections::HashMap;

impl Control {
    /// Whether the scenarios can be armed one after the other when these users are there. They are armed when all else
    /// is loaded, and a mistake that can be seen before is no reason to load that.
    pub(super) fn check_armed(&self, scope: &Scope, state: &State, mut users: Vec<User>) -> ApiResult<()> {
        let mut changed = HashMap::new();
        for ArmScenario { scenario, user } in state.armed.iter().flatten() {
            let known = Catalogue::built_in().get(scenario).map_err(|unknown| {
                ApiError::invalid(unknown.to_string()).field("armed").nearest(unknown.nearest)
            })?;
            check_call(known, user.is_some(), scope.namespace.is_some()).or_refused()?;
            let here = self.core.check_place(known);
            here.map_err(|error| ApiError::conflict(error.to_string()).field("armed"))?;
            let Some(user) = user else { continue };
            let user = called(&users, user)
                .map_err(|error| ApiError::invalid(error.to_string()).field("armed"))?
                .sip_uri
                .clone();
            if changes_user(known)
                && let Some(by) = changed.insert(user.clone(), scenario)
            {
                return Err(ScenarioError::UserTaken { user, by: by.clone() }).or_refused();
            }
            if known.effects.contains(&Effect::User(UserChange::Removed)) {
                users.retain(|one| one.sip_uri != user);
            }
        }
        Ok(())
    }
}

fn changes_user(scenario: &Scenario) -> bool {
    scenario.effects.iter().any(|effect| matches!(effect, Effect::User(_)))
}
