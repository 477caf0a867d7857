//! Arming scenarios: what the catalogue says is done to the running pool, and taken back.
//!
//! A scenario changes the real cause where there is one: a user's state, a setting, a certificate store, a listener,
//! the clock. Lifting it puts back what it found.

mod apply;
mod rules;
mod undo;

pub(crate) use rules::{check_rules, known_users};
use undo::Undo;

use crate::pool::Core;
use lync_journal::Directory;
use lync_model::journal::{Entry, Journal, Outcome, Protocol, names};
use lync_model::rules::RuleError;
use lync_model::scenario::{Catalogue, Scenario, UnknownScenario};
use lync_model::{SipUri, User};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Why a scenario was not armed or not lifted.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// The catalogue has no such scenario.
    #[error(transparent)]
    Unknown(#[from] UnknownScenario),
    /// There is no such user.
    #[error("there is no user `{given}`{}", nearest_text(.nearest))]
    NoSuchUser {
        /// What was given.
        given: String,
        /// The user whose name is nearest.
        nearest: Option<String>,
    },
    /// The scenario is nobody's in particular.
    #[error(
        "{scenario} changes the whole pool, or acts before it is known who is there; arm it without a user"
    )]
    Everybody {
        /// The scenario.
        scenario: String,
    },
    /// Another armed scenario has already changed this user.
    #[error("{user} is already changed by the scenario {by}; lift that first")]
    UserTaken {
        /// The user.
        user: SipUri,
        /// The other scenario.
        by: String,
    },
    /// The user has nothing that could be changed so.
    #[error("{scenario} cannot be made of {user}: {problem}")]
    User {
        /// The scenario.
        scenario: String,
        /// The user.
        user: SipUri,
        /// Why not.
        problem: lync_store::StoreError,
    },
    /// A rule that cannot be meant.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// No scenario with this number is armed.
    #[error("no scenario with the number {0} is armed")]
    NotArmed(u64),
    /// A scenario that stands for all users of a namespace without any.
    #[error("{scenario} changes users, and there is none; name one, or add one first")]
    Nobody {
        /// The scenario.
        scenario: String,
    },
    /// The pool could not be changed.
    #[error("the pool could not be changed: {0}")]
    Pool(String),
}

fn nearest_text(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// What is armed.
#[derive(Default)]
pub(crate) struct Scenarios {
    /// One is armed or lifted at a time.
    turn: tokio::sync::Mutex<()>,
    armed: Mutex<Armed>,
}

#[derive(Default)]
struct Armed {
    last: u64,
    by_id: BTreeMap<u64, ArmedScenario>,
}

/// A scenario that was armed and not yet lifted.
#[derive(Clone)]
pub(crate) struct ArmedScenario {
    pub(crate) id: u64,
    pub(crate) name: String,
    /// For whom; everybody when `None`.
    pub(crate) user: Option<SipUri>,
    pub(crate) namespace: Option<String>,
    undo: Vec<Undo>,
}

impl Scenarios {
    fn next_id(&self) -> u64 {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.last += 1;
        armed.last
    }

    fn keep(&self, scenario: ArmedScenario) {
        let mut armed = self.armed.lock().unwrap_or_else(PoisonError::into_inner);
        armed.by_id.insert(scenario.id, scenario);
    }

    fn take(&self, id: u64) -> Option<ArmedScenario> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner).by_id.remove(&id)
    }

    /// What is armed, in the order of arming.
    pub(crate) fn list(&self) -> Vec<ArmedScenario> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner).by_id.values().cloned().collect()
    }
}

impl Core {
    /// Arms a scenario for a user (SIP address or local part), or for everybody whom the namespace has.
    pub(crate) async fn arm(
        &self,
        name: &str,
        user: Option<&str>,
        namespace: Option<&str>,
    ) -> Result<ArmedScenario, ScenarioError> {
        let scenario = Catalogue::built_in().get(name)?;
        if user.is_some() && !scenario.takes_user() {
            return Err(ScenarioError::Everybody { scenario: scenario.name.clone() });
        }
        let _turn = self.scenarios.turn.lock().await;
        let user = match user {
            Some(given) => Some(self.find_user(given).await?),
            None => None,
        };
        let mut armed = ArmedScenario {
            id: self.scenarios.next_id(),
            name: scenario.name.clone(),
            user: user.as_ref().map(|user| user.sip_uri.clone()),
            namespace: namespace.map(str::to_owned),
            undo: Vec::new(),
        };
        let applied = self.apply(scenario, user.as_ref(), &mut armed).await;
        if let Err(error) = applied {
            // Whole or not at all.
            self.undo(&armed).await?;
            return Err(error);
        }
        self.users_changed().await;
        self.note(names::SCENARIO_ARMED, &armed, scenario);
        self.scenarios.keep(armed.clone());
        Ok(armed)
    }

    /// Takes a scenario back.
    pub(crate) async fn lift(&self, id: u64) -> Result<(), ScenarioError> {
        let _turn = self.scenarios.turn.lock().await;
        let armed = self.scenarios.take(id).ok_or(ScenarioError::NotArmed(id))?;
        if let Err(error) = self.undo(&armed).await {
            // It can be tried again.
            self.scenarios.keep(armed);
            return Err(error);
        }
        self.users_changed().await;
        if let Ok(scenario) = Catalogue::built_in().get(&armed.name) {
            self.note(names::SCENARIO_LIFTED, &armed, scenario);
        }
        Ok(())
    }

    /// What the configuration names.
    pub(crate) async fn arm_configured(&self) -> Result<(), ScenarioError> {
        if let Some(file) = &self.config.rules {
            let folder = file.path.parent().map(std::path::Path::to_owned).unwrap_or_default();
            for rule in
                check_rules(&file.rules, &self.users().await?, &self.config.diagnostics, Some(&folder))?
            {
                self.arm_rule(rule, lync_model::rules::Owner::default())?;
            }
        }
        for call in &self.config.scenarios {
            self.arm(&call.name, call.user.as_deref(), None).await?;
        }
        Ok(())
    }

    /// The user of this SIP address or local part.
    pub(crate) async fn find_user(&self, given: &str) -> Result<User, ScenarioError> {
        let users = self.users().await?;
        let found = users.iter().find(|user| is_called(user, given));
        found.cloned().ok_or_else(|| {
            let nearest = rules::nearest(given, users.iter().map(|user| local_part(&user.sip_uri)));
            ScenarioError::NoSuchUser { given: lync_net::excerpt(given), nearest }
        })
    }

    /// Tells the journal whose number is whose, after users were changed.
    pub(crate) async fn users_changed(&self) {
        match self.store.users().await {
            Ok(users) => {
                let lines = users.into_iter().filter_map(|user| Some((user.line_uri?, user.sip_uri)));
                self.journal.directory().set(Directory::new(lines));
            }
            Err(error) => tracing::error!(%error, "the journal does not know the users"),
        }
    }

    async fn users(&self) -> Result<Vec<User>, ScenarioError> {
        self.store.users().await.map_err(|error| ScenarioError::Pool(error.to_string()))
    }

    fn note(&self, event: &str, armed: &ArmedScenario, scenario: &Scenario) {
        let whom = armed.user.as_ref().map_or_else(|| "everybody".to_owned(), ToString::to_string);
        let summary = format!("{} for {whom}: {}", armed.name, scenario.title);
        let mut entry = Entry::new(self.clock.now(), Protocol::Pool, event, Outcome::Ok, summary);
        entry.device.user = armed.user.as_ref().map(ToString::to_string);
        entry.namespace.clone_from(&armed.namespace);
        entry.decoded.insert("scenario".to_owned(), armed.name.clone());
        self.journal.record(entry);
    }
}

/// Whether the user has this SIP address, or this local part of it.
pub(crate) fn is_called(user: &User, given: &str) -> bool {
    let given = given.trim();
    let with_scheme = given.parse::<SipUri>().is_ok_and(|uri| uri == user.sip_uri);
    with_scheme || local_part(&user.sip_uri).eq_ignore_ascii_case(given)
}

/// `kenmyer` of `sip:kenmyer@litwareinc.com`.
pub(crate) fn local_part(user: &SipUri) -> &str {
    let address = user.as_str();
    let address = address.strip_prefix("sip:").unwrap_or(address);
    address.split('@').next().unwrap_or(address)
}
