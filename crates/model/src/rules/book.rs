//! The rules that are armed, and the one question about them.

mod armed;
mod heard;
mod recent;

use self::armed::{Armed, Meeting, Steps};
use self::heard::Heard;
use super::{Action, Happening, Namespaces, Occasion, Place, Rule, RuleError, RuleSpec};
use crate::journal::{RuleFired, names};
use crate::{Clock, LineUri, Live, SipUri};
use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The most rules that are armed at once: each request looks through them.
const MAX_ARMED: usize = 10_000;
/// The most users whose place in a sequence is known, over all rules.
const MAX_STEPS: usize = 16 * 1024;

/// Names an armed rule in one [`RuleBook`]; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub u64);

/// Who armed a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The scenario that it is part of.
    pub scenario: Option<String>,
    /// The namespace whose devices it meets; all when `None`.
    pub namespace: Option<String>,
}

/// A rule that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// Its id.
    pub id: RuleId,
    /// Its name, for the journal.
    pub rule: String,
    /// The scenario that it is part of.
    pub scenario: Option<String>,
    /// How long to wait before anything else is done.
    pub delay: Option<Duration>,
    /// What to do then.
    pub action: Action,
    /// Whether it meets a user or a number by name, so that what was typed is known to be somebody's.
    pub names_somebody: bool,
}

impl From<&Fired> for RuleFired {
    fn from(fired: &Fired) -> Self {
        Self { id: fired.id.0, name: fired.rule.clone(), scenario: fired.scenario.clone() }
    }
}

/// An armed rule, for whoever lists them.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmedRule {
    /// Its id.
    pub id: RuleId,
    /// Its name.
    pub name: String,
    /// As it was written.
    pub spec: RuleSpec,
    /// Who armed it.
    pub owner: Owner,
    /// How often it has acted.
    pub fired: u64,
    /// Whether it will never act again: its `first` is used up, or its `until` has come.
    pub spent: bool,
}

/// The rules that are armed. The first that matches wins, in the order in which they were armed.
///
/// What a rule asks, in this order:
/// 1. It is not spent: its `first` is not used up, and its `until` has not come.
/// 2. Place and operation, the namespace of the device, `who`, `from` and `to`, `after`.
/// 3. `every` counts the occasions that came as far as this, whoever it was.
/// 4. `probability` draws. A miss means that the rule does not match, and the next is asked.
/// 5. `then` takes its next step, counted for each user (else for what was typed, else for the hardware address, else
///    for the source). After the last the rule does not match, and the next is asked. A step `ok` does match: it is
///    reported as [`Action::Ok`], and no other rule is asked.
///
/// `first` counts how often the rule acted, over everybody and `ok` included. A rule that acts waits its `delay`, with
/// each step of a sequence. Random choices are drawn from the rule's `seed`, or from one that is made from its name,
/// so that they repeat when the same rule is armed again and asked in the same order.
///
/// A rule of a namespace hears of what happened to devices of its namespace and to those of none. What happened before
/// a rule was armed is not `after` to it. Memory is bounded: of many thousand devices the one that was not seen for
/// longest begins its sequences again, and what happened to it is forgotten.
#[derive(Debug)]
pub struct RuleBook {
    clock: Clock,
    namespaces: Live<Namespaces>,
    /// How many rules are armed, to be read without the lock.
    armed: AtomicUsize,
    /// How many of them at each place, in the order of [`Place::ALL`].
    armed_at: [AtomicUsize; Place::ALL.len()],
    /// How many of them wait for something to happen.
    listening: AtomicUsize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    next: u64,
    rules: Vec<Armed>,
    heard: Heard,
    steps: Steps,
}

impl RuleBook {
    /// A book without rules; `from` and `to` of its rules are by this clock.
    pub fn new(clock: Clock) -> Self {
        let state = State { next: 1, rules: Vec::new(), heard: Heard::new(), steps: Steps::new(MAX_STEPS) };
        Self {
            clock,
            namespaces: Live::new(Namespaces::default()),
            armed: AtomicUsize::new(0),
            armed_at: Default::default(),
            listening: AtomicUsize::new(0),
            state: Mutex::new(state),
        }
    }

    /// Whether no rule is armed: one atomic load.
    pub fn is_empty(&self) -> bool {
        self.armed.load(Ordering::Acquire) == 0
    }

    /// Whether no rule is armed at this place: one atomic load too.
    pub fn is_empty_at(&self, place: Place) -> bool {
        let mut counts = Place::ALL.into_iter().zip(&self.armed_at);
        counts.find(|(each, _)| *each == place).is_none_or(|(_, count)| count.load(Ordering::Acquire) == 0)
    }

    /// Whether a rule may answer at this place for whoever asks, so that the answer does not mean that somebody was
    /// found.
    pub fn may_answer_anybody(&self, place: Place) -> bool {
        !self.is_empty() && self.lock().rules.iter().any(|rule| rule.is_at(place) && !rule.names_somebody())
    }

    /// Arms a rule behind those that are armed.
    ///
    /// # Errors
    /// When 10,000 rules are armed.
    pub fn arm(&self, rule: Rule, owner: Owner) -> Result<RuleId, RuleError> {
        let mut state = self.lock();
        if state.rules.len() >= MAX_ARMED {
            return Err(RuleError::TooManyArmed { armed: state.rules.len() });
        }
        let id = RuleId(state.next);
        state.next += 1;
        let rule = Armed::new(id, rule, owner, &state.heard);
        if rule.listens() {
            self.listening.fetch_add(1, Ordering::Release);
        }
        let place = Place::ALL.into_iter().zip(&self.armed_at).find(|(place, _)| rule.is_at(*place));
        if let Some((_, count)) = place {
            count.fetch_add(1, Ordering::Release);
        }
        state.rules.push(rule);
        self.armed.store(state.rules.len(), Ordering::Release);
        Ok(id)
    }

    /// Disarms a rule; answers whether it was armed.
    pub fn disarm(&self, id: RuleId) -> bool {
        self.remove(&HashSet::from([id])) == 1
    }

    /// Disarms every rule that is meant; answers with their number.
    pub fn disarm_where(&self, meant: impl Fn(&ArmedRule) -> bool) -> usize {
        // Asked outside the lock: whoever asks may look into the book.
        let ids = self.list().into_iter().filter(|rule| meant(rule)).map(|rule| rule.id).collect();
        self.remove(&ids)
    }

    /// Whether a rule will never act again: it is spent, or not armed any more.
    pub fn is_over(&self, id: RuleId) -> bool {
        self.lock().rules.iter().find(|rule| rule.id == id).is_none_or(Armed::is_spent)
    }

    /// Tells the rules and the namespaces by which line a user is dialled from here on.
    pub fn line_changed(&self, user: &SipUri, line: Option<&LineUri>) {
        self.namespaces.update(|namespaces| namespaces.follow(user, line));
        self.lock().rules.iter_mut().for_each(|rule| rule.follow(user, line));
    }

    /// Every armed rule, in the order of arming.
    pub fn list(&self) -> Vec<ArmedRule> {
        self.lock().rules.iter().map(Armed::shown).collect()
    }

    /// The first rule that matches, if one does; it counts as having acted.
    pub fn decide(&self, occasion: &Occasion<'_>) -> Option<Fired> {
        if self.is_empty() {
            return None;
        }
        let namespaces = self.namespaces.get();
        let source = occasion.source.map(|source| source.to_canonical());
        let occasion = Occasion { source, ..*occasion };
        let meeting = Meeting {
            typed: occasion.phone_or_ext.and_then(|typed| typed.parse().ok()),
            namespace: namespaces.of(&occasion),
            now: self.clock.now(),
            occasion,
        };
        let hit = {
            let mut state = self.lock();
            let State { rules, heard, steps, .. } = &mut *state;
            rules.iter_mut().find_map(|rule| rule.act(&meeting, heard, steps))
        };
        hit.map(|hit| hit.fired())
    }

    /// Tells the rules what happened.
    pub fn happened(&self, happening: &Happening<'_>) {
        if self.listening.load(Ordering::Acquire) == 0 {
            return;
        }
        let Some(name) = names::ALL.into_iter().find(|name| *name == happening.name) else {
            return;
        };
        let namespaces = self.namespaces.get();
        let Happening { source, mac, user, .. } = *happening;
        let source = source.map(|source| source.to_canonical());
        // Namespaces look at who is there, not at the place.
        let about = Occasion { source, mac, user, ..Occasion::at(Place::Dhcp, "") };
        let namespace = namespaces.of(&about);
        let mut state = self.lock();
        let mut awaited = false;
        for rule in &mut state.rules {
            awaited |= rule.hears(happening, namespace);
        }
        if awaited {
            state.heard.note(name, happening, namespace);
        }
    }

    /// Which device belongs to which namespace.
    pub fn namespaces(&self) -> &Live<Namespaces> {
        &self.namespaces
    }

    fn remove(&self, ids: &HashSet<RuleId>) -> usize {
        if ids.is_empty() {
            return 0;
        }
        let mut state = self.lock();
        let State { rules, heard, steps, .. } = &mut *state;
        let before = rules.len();
        rules.retain(|rule| !ids.contains(&rule.id));
        let removed = before - rules.len();
        if removed > 0 {
            let awaited: HashSet<&str> = rules.iter().filter_map(Armed::awaited).collect();
            heard.keep(|name| awaited.contains(name));
            steps.retain(|(id, _)| !ids.contains(id));
            let listening = rules.iter().filter(|rule| rule.listens()).count();
            self.listening.store(listening, Ordering::Release);
            self.count(rules);
        }
        removed
    }

    fn count(&self, rules: &[Armed]) {
        for (place, count) in Place::ALL.into_iter().zip(&self.armed_at) {
            count.store(rules.iter().filter(|rule| rule.is_at(place)).count(), Ordering::Release);
        }
        self.armed.store(rules.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
