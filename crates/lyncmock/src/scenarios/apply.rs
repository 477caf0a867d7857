//! From an entry of the catalogue to what it changes.

use super::undo::Undo;
use super::{ArmedScenario, ScenarioError, rules};
use crate::pool::{Core, pool_names};
use lync_model::rules::{Owner, RuleSpec};
use lync_model::scenario::{Effect, Scenario, TrustChange, UserChange};
use lync_model::{SipUri, User};
use lync_store::{ChangedUser, StoreError};
use std::collections::HashSet;
use std::slice;
use std::sync::Arc;
use time::Duration;

impl Core {
    /// Applies each effect; what was changed before an error is in `armed`.
    pub(super) async fn apply(
        &self,
        scenario: &Scenario,
        user: Option<&User>,
        armed: &mut ArmedScenario,
    ) -> Result<(), ScenarioError> {
        for effect in &scenario.effects {
            match effect {
                Effect::Rule(spec) => self.apply_rule(spec, armed).await?,
                Effect::User(change) => self.apply_user(*change, user, armed).await?,
                Effect::Web(change) => {
                    armed.undo.push(Undo::Web);
                    self.web.arm(armed.id, change);
                }
                Effect::Registrar(change) => {
                    armed.undo.push(Undo::Registrar);
                    self.registrar_settings.arm(armed.id, change);
                }
                Effect::Trust(change) => self.apply_trust(*change, armed)?,
                Effect::Stop(service) => {
                    armed.undo.push(Undo::Service(*service));
                    self.doors.shut(*service, armed.id);
                }
                Effect::ClockDays(days) => {
                    let set = self.clock.times_set();
                    self.advance_clock(Duration::days(*days)).map_err(|error| ScenarioError::Clock {
                        scenario: armed.name.clone(),
                        problem: error.to_string(),
                    })?;
                    armed.undo.push(Undo::Clock { days: *days, set });
                }
                Effect::RevokeCertificates(_) => {
                    armed.undo.push(Undo::Certificates);
                    for user in self.meant(user, armed).await? {
                        self.store
                            .revoke_certs(&user)
                            .await
                            .map_err(|error| user_error(armed, &user, error))?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn apply_rule(&self, spec: &RuleSpec, armed: &mut ArmedScenario) -> Result<(), ScenarioError> {
        let mut spec = spec.clone();
        if let Some(user) = &armed.user {
            spec.who.user = Some(user.to_string());
        }
        spec.name.get_or_insert_with(|| armed.name.clone());
        let owner = Owner { scenario: Some(armed.name.clone()), namespace: armed.namespace.clone() };
        for rule in rules::check_rules(&[spec], &self.users().await?, &self.config.diagnostics, None)? {
            armed.undo.push(Undo::Rule(self.arm_rule(rule, owner.clone())?));
        }
        Ok(())
    }

    async fn apply_user(
        &self,
        change: UserChange,
        user: Option<&User>,
        armed: &mut ArmedScenario,
    ) -> Result<(), ScenarioError> {
        let meant = self.meant(user, armed).await?;
        self.check_free(&meant)?;
        let mut changed = 0;
        for each in &meant {
            match self.store.change_user(each, change).await {
                Ok(ChangedUser { before, after, added }) => {
                    changed += 1;
                    let (record, after) = (Arc::new(before), after.map(Arc::new));
                    armed.undo.push(Undo::User { record, added, change, after });
                }
                // Of everybody those are meant who can be changed so: not all have a PIN or a number.
                Err(
                    StoreError::NoPin(_)
                    | StoreError::NoLineUri(_)
                    | StoreError::NoExtension(_)
                    | StoreError::UserDisabled(_),
                ) if user.is_none() => {}
                Err(error) => return Err(user_error(armed, each, error)),
            }
        }
        if changed == 0 {
            return Err(ScenarioError::Nobody { scenario: armed.name.clone() });
        }
        Ok(())
    }

    /// The user who was named, or everybody whom the namespace has.
    async fn meant(&self, user: Option<&User>, armed: &ArmedScenario) -> Result<Vec<SipUri>, ScenarioError> {
        if let Some(user) = user {
            return Ok(vec![user.sip_uri.clone()]);
        }
        let namespaces = self.rules.namespaces().get();
        let members = armed.namespace.as_deref().and_then(|name| namespaces.members(name));
        let all = self.users().await?.into_iter().map(|user| user.sip_uri);
        Ok(match (&armed.namespace, members) {
            (None, _) => all.collect(),
            (Some(_), Some(members)) => all.filter(|user| members.users.contains_key(user)).collect(),
            (Some(_), None) => Vec::new(),
        })
    }

    /// Two scenarios that change one user could not be lifted in any order.
    fn check_free(&self, users: &[SipUri]) -> Result<(), ScenarioError> {
        for armed in self.scenarios.list() {
            let changed = armed.undo.iter().flat_map(|change| match change {
                Undo::User { record, added, .. } => [slice::from_ref(record.user()), added].concat(),
                _ => Vec::new(),
            });
            let changed: HashSet<SipUri> = changed.collect();
            if let Some(user) = users.iter().find(|user| changed.contains(*user)) {
                return Err(ScenarioError::UserTaken { user: user.clone(), by: armed.name });
            }
        }
        Ok(())
    }

    fn apply_trust(&self, change: TrustChange, armed: &mut ArmedScenario) -> Result<(), ScenarioError> {
        // Dated later than the pool's own authorities: an administrator finds it by serial number and "Valid from".
        let later = self.clock.now() + Duration::hours(12);
        let other = self.pki.lookalike(&pool_names(&self.config), later);
        let other = other.map_err(|error| ScenarioError::Pool(error.to_string()))?;
        let added = match change {
            TrustChange::RootOfSameName => {
                armed.undo.push(Undo::Root(other.root_der().clone()));
                self.trust.add(other.root_der().clone())
            }
            TrustChange::IntermediateOfSameName => {
                armed.undo.push(Undo::Intermediate(other.issuing_der().clone()));
                self.trust.add_intermediate(other.issuing_der().clone())
            }
        };
        added.map(drop).map_err(|error| ScenarioError::Pool(error.to_string()))
    }
}

fn user_error(armed: &ArmedScenario, user: &SipUri, problem: StoreError) -> ScenarioError {
    ScenarioError::User { scenario: armed.name.clone(), user: user.clone(), problem }
}
