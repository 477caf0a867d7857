//! Arming scenarios: what the catalogue says is done to the running pool, and taken back.
//!
//! A scenario changes the real cause where there is one: a user's state, a setting, a certificate store, a listener,
//! the clock. Lifting it puts back what it found, but for what an administrator has set since.

mod apply;
mod rules;
mod undo;

pub(crate) use rules::{check_rules, known_users, nearest};
use undo::Undo;

use crate::pool::Core;
use lync_journal::Directory;
use lync_model::journal::{Entry, Journal, Outcome, Protocol, names};
use lync_model::rules::RuleError;
use lync_model::scenario::{Catalogue, Scenario, UnknownScenario};
use lync_model::{SipUri, User};
use lync_store::{StoreError, UserRecord};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

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
    /// Several users have this name before the `@`.
    #[error("several users are called `{given}`; give the whole SIP address")]
    SeveralUsers {
        /// What was given.
        given: String,
    },
    /// The scenario is nobody's in particular.
    #[error(
        "{scenario} changes the whole pool, or acts before it is known who is there; arm it without a user"
    )]
    Everybody {
        /// The scenario.
        scenario: String,
    },
    /// A scenario that changes the whole pool, within a namespace.
    #[error("{scenario} changes the whole pool, and others use it too; arm it without a namespace")]
    WholePool {
        /// The scenario.
        scenario: String,
    },
    /// It acts where the user-PIN service is, and that is another host.
    #[error("{scenario} acts where the user-PIN service is; arm it there, on {host}")]
    Elsewhere {
        /// The scenario.
        scenario: String,
        /// The host whose service this front end asks.
        host: String,
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
    /// Many scenarios are armed.
    #[error("{armed} scenarios are armed, and there may not be more; lift some")]
    TooMany {
        /// How many there are.
        armed: usize,
    },
    /// It moves the clock, and the clock cannot go so far.
    #[error("{scenario} cannot be armed: {problem}")]
    Clock {
        /// The scenario.
        scenario: String,
        /// Why not.
        problem: String,
    },
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

/// The most scenarios that are armed at once: each is looked at when another is armed.
const MAX_ARMED: usize = 1000;

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
    /// Waits until nothing is half armed or half lifted, and keeps it so.
    pub(crate) async fn hold_still(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.turn.lock().await
    }

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

/// Whether a scenario can be armed so: for a user of its own, within a namespace.
pub(crate) fn check_call(
    scenario: &Scenario,
    for_user: bool,
    in_namespace: bool,
) -> Result<(), ScenarioError> {
    if for_user && !scenario.takes_user() {
        return Err(ScenarioError::Everybody { scenario: scenario.name.clone() });
    }
    if in_namespace && scenario.changes_whole_pool() {
        return Err(ScenarioError::WholePool { scenario: scenario.name.clone() });
    }
    Ok(())
}

impl Core {
    /// Arms a scenario for a user (SIP address or local part), or for everybody whom the namespace has.
    pub(crate) async fn arm(
        self: &Arc<Self>,
        name: &str,
        user: Option<&str>,
        namespace: Option<&str>,
    ) -> Result<ArmedScenario, ScenarioError> {
        let scenario = Catalogue::built_in().get(name)?;
        check_call(scenario, user.is_some(), namespace.is_some())?;
        self.check_place(scenario)?;
        let core = Arc::clone(self);
        let (user, namespace) = (user.map(str::to_owned), namespace.map(str::to_owned));
        to_the_end(async move { core.arm_now(scenario, user, namespace).await }).await
    }

    async fn arm_now(
        &self,
        scenario: &Scenario,
        user: Option<String>,
        namespace: Option<String>,
    ) -> Result<ArmedScenario, ScenarioError> {
        let _turn = self.scenarios.turn.lock().await;
        let count = self.scenarios.list().len();
        if count >= MAX_ARMED {
            return Err(ScenarioError::TooMany { armed: count });
        }
        let user = match user {
            Some(given) => Some(self.find_user(&given).await?),
            None => None,
        };
        let mut armed = ArmedScenario {
            id: self.scenarios.next_id(),
            name: scenario.name.clone(),
            user: user.as_ref().map(|user| user.sip_uri.clone()),
            namespace,
            undo: Vec::new(),
        };
        let applied = self.apply(scenario, user.as_ref(), &mut armed).await;
        if let Err(error) = applied {
            // Whole or not at all; what could not be taken back is there to be lifted.
            if let Err(problem) = self.undo(&mut armed).await {
                tracing::error!(error = %problem, scenario = armed.name, "a scenario was armed in part");
                self.scenarios.keep(armed);
            }
            return Err(error);
        }
        self.users_changed().await;
        self.note(names::SCENARIO_ARMED, &armed, scenario);
        self.scenarios.keep(armed.clone());
        self.mark_armed();
        Ok(armed)
    }

    /// Whether anything of a scenario can act in this process: that of a front end serves no user-PIN service where
    /// it asks that of another host.
    pub(crate) fn check_place(&self, scenario: &Scenario) -> Result<(), ScenarioError> {
        match &self.config.userpin.service {
            Some(service) if scenario.effects.iter().all(rules::is_of_user_pin) => {
                Err(ScenarioError::Elsewhere { scenario: scenario.name.clone(), host: service.host.clone() })
            }
            _ => Ok(()),
        }
    }

    /// Takes a scenario back.
    pub(crate) async fn lift(self: &Arc<Self>, id: u64) -> Result<(), ScenarioError> {
        let core = Arc::clone(self);
        to_the_end(async move { core.lift_now(id).await }).await
    }

    async fn lift_now(&self, id: u64) -> Result<(), ScenarioError> {
        let _turn = self.scenarios.turn.lock().await;
        let mut armed = self.scenarios.take(id).ok_or(ScenarioError::NotArmed(id))?;
        if let Err(error) = self.undo(&mut armed).await {
            // It can be tried again.
            self.scenarios.keep(armed);
            return Err(error);
        }
        self.mark_armed();
        self.users_changed().await;
        if let Ok(scenario) = Catalogue::built_in().get(&armed.name) {
            self.note(names::SCENARIO_LIFTED, &armed, scenario);
        }
        Ok(())
    }

    /// Takes back every scenario, the last one first. What cannot be is told in the log.
    pub(crate) async fn lift_everything(self: &Arc<Self>) {
        for armed in self.scenarios.list().iter().rev() {
            if let Err(error) = self.lift(armed.id).await {
                tracing::error!(scenario = armed.name, %error, "a scenario was not lifted");
            }
        }
    }

    /// Notes in the data directory what is armed, for a process that comes after one that was killed.
    fn mark_armed(&self) {
        let Some(path) = self.mark() else { return };
        let line = |armed: &ArmedScenario| match &armed.user {
            Some(user) => format!("{}@{}\n", armed.name, user.address()),
            None => format!("{}\n", armed.name),
        };
        let armed: String = self.scenarios.list().iter().map(line).collect();
        let written = match armed.is_empty() {
            true => match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
            false => std::fs::write(&path, armed),
        };
        if let Err(error) = written {
            tracing::warn!(path = %path.display(), %error, "what is armed could not be noted");
        }
    }

    /// Says what a killed process had armed: users may still be as its scenarios made them.
    pub(crate) fn tell_what_was_left_armed(&self) {
        let Some(path) = self.mark() else { return };
        if let Ok(left) = std::fs::read_to_string(&path) {
            let left = left.lines().collect::<Vec<_>>().join(", ");
            tracing::warn!(
                scenarios = left,
                "the pool was killed while these were armed; users may be as they made them (`lyncmock reset` makes \
                 all new)"
            );
            let _ = std::fs::remove_file(&path);
        }
    }

    fn mark(&self) -> Option<std::path::PathBuf> {
        // Of one's own, where a front end shares the directory with the host of the user-PIN service.
        let name = if self.config.userpin.service.is_some() { "armed-front-end" } else { "armed" };
        Some(self.config.data_dir.as_ref()?.join(name))
    }

    /// What the configuration names.
    pub(crate) async fn arm_configured(self: &Arc<Self>) -> Result<(), ScenarioError> {
        if let Some(file) = &self.config.rules {
            let folder = file.path.parent().map(std::path::Path::to_owned).unwrap_or_default();
            let users = self.users().await?;
            let checked = check_rules(&file.rules, &users, &self.config.diagnostics, Some(&folder))?;
            self.arm_rules(checked, &lync_model::rules::Owner::default())?;
        }
        for call in &self.config.scenarios {
            self.arm(&call.name, call.user.as_deref(), None).await?;
        }
        Ok(())
    }

    /// The user of this SIP address or local part.
    pub(crate) async fn find_user(&self, given: &str) -> Result<User, ScenarioError> {
        called(&self.users().await?, given).cloned()
    }

    /// The users whom the armed scenarios changed as they will be without these, and those that scenarios added.
    pub(crate) async fn without_scenarios(&self) -> Result<(Vec<UserRecord>, Vec<SipUri>), StoreError> {
        let (mut records, mut all_added) = (Vec::new(), Vec::new());
        for armed in self.scenarios.list() {
            for change in &armed.undo {
                if let Undo::User { record, added, after, .. } = change {
                    records.extend(self.store.without_change(record, after.as_deref()).await?);
                    all_added.extend_from_slice(added);
                }
            }
        }
        Ok((records, all_added))
    }

    /// An armed scenario that names this user, or has changed it.
    pub(crate) fn scenario_of(&self, user: &SipUri) -> Option<String> {
        let holds = |change: &Undo| match change {
            Undo::User { record, added, .. } => record.user() == user || added.contains(user),
            _ => false,
        };
        let mut all = self.scenarios.list().into_iter();
        let found = all.find(|armed| armed.user.as_ref() == Some(user) || armed.undo.iter().any(holds));
        found.map(|armed| armed.name)
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

/// Runs a change to its end, even if nobody waits for it any more: half of it would be left otherwise.
async fn to_the_end<T: Send + 'static>(
    change: impl Future<Output = Result<T, ScenarioError>> + Send + 'static,
) -> Result<T, ScenarioError> {
    let done = tokio::spawn(change).await;
    done.unwrap_or_else(|error| Err(ScenarioError::Pool(error.to_string())))
}

/// The one of these users who has this SIP address, or this local part of it.
pub(crate) fn called<'a>(users: &'a [User], given: &str) -> Result<&'a User, ScenarioError> {
    let given = given.trim();
    let address = given.parse::<SipUri>().ok();
    if let Some(user) = users.iter().find(|user| address.as_ref() == Some(&user.sip_uri)) {
        return Ok(user);
    }
    let mut found = users.iter().filter(|user| local_part(&user.sip_uri).eq_ignore_ascii_case(given));
    match (found.next(), found.next()) {
        (Some(user), None) => Ok(user),
        (Some(_), Some(_)) => Err(ScenarioError::SeveralUsers { given: lync_net::excerpt(given) }),
        (None, _) => {
            let nearest = rules::nearest(given, users.iter().map(|user| local_part(&user.sip_uri)));
            Err(ScenarioError::NoSuchUser { given: lync_net::excerpt(given), nearest })
        }
    }
}

/// `kenmyer` of `sip:kenmyer@litwareinc.com`.
pub(crate) fn local_part(user: &SipUri) -> &str {
    let address = user.as_str();
    let address = address.strip_prefix("sip:").unwrap_or(address);
    address.split('@').next().unwrap_or(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_several_users_have_is_nobodys() {
        let user = |address: &str| User {
            sip_uri: address.parse().unwrap(),
            display_name: String::new(),
            line_uri: None,
            enabled: true,
            enterprise_voice: true,
            pin_set_at: None,
        };
        let users = [user("sip:kenmyer@a.test"), user("sip:toni@a.test"), user("sip:toni@b.test")];
        let address = |given: &str| called(&users, given).map(|user| user.sip_uri.to_string());
        assert_eq!(address("KenMyer").unwrap(), "sip:kenmyer@a.test");
        assert_eq!(address("toni@b.test").unwrap(), "sip:toni@b.test");
        assert!(matches!(address("toni"), Err(ScenarioError::SeveralUsers { .. })));
        let nobody = address("kenmyre").unwrap_err().to_string();
        assert_eq!(nobody, "there is no user `kenmyre`; did you mean `kenmyer`?");
    }
}
