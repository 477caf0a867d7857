//! A rule at work: whether it acts on an occasion, and what it counts.

use super::heard::Heard;
use super::recent::Recent;
use super::{ArmedRule, Fired, Owner, RuleId};
use crate::rules::check::Does;
use crate::rules::{Action, Happening, Mac, Occasion, Place, Rule};
use crate::{LineUri, PhoneOrExt, SipUri};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;

/// How far each user is in each sequence. Who is forgotten begins again.
pub(super) type Steps = Recent<(RuleId, Device), usize>;

/// Who it is, as far as a sequence counts: the user, else what was typed, else the hardware address, else the source.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Device {
    User(SipUri),
    Typed(String),
    Mac(Mac),
    Source(IpAddr),
    Nobody,
}

/// An occasion, with what the rules need to know beside it.
#[derive(Debug)]
pub(super) struct Meeting<'a> {
    pub(super) occasion: Occasion<'a>,
    /// What was typed, read.
    pub(super) typed: Option<PhoneOrExt>,
    /// To which namespace the device belongs.
    pub(super) namespace: Option<&'a str>,
    pub(super) now: OffsetDateTime,
}

/// An armed rule and its counters.
#[derive(Debug)]
pub(super) struct Armed {
    pub(super) id: RuleId,
    rule: Arc<Rule>,
    owner: Owner,
    /// How much had happened when it was armed.
    since: u64,
    /// How often it could have acted, but for `every`, chance, `then` and `first`.
    met: u64,
    fired: u64,
    /// Its `until` has come.
    over: bool,
    rng: ChaCha8Rng,
}

/// A rule that acts. Made under the lock, so that actions with long bodies are copied after it.
#[derive(Debug)]
pub(super) struct Hit {
    id: RuleId,
    rule: Arc<Rule>,
    scenario: Option<String>,
    delay: Option<Duration>,
    /// Which step of a sequence.
    step: usize,
}

impl Armed {
    pub(super) fn new(id: RuleId, rule: Rule, owner: Owner, heard: &Heard) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(rule.seed);
        Self { id, rule: Arc::new(rule), owner, since: heard.count(), met: 0, fired: 0, over: false, rng }
    }

    /// What the rule does about it, if it does anything; then it counts as having acted.
    pub(super) fn act(&mut self, meeting: &Meeting<'_>, heard: &Heard, steps: &mut Steps) -> Option<Hit> {
        if self.is_spent() || !self.meets(meeting, heard) {
            return None;
        }
        self.met += 1;
        let when = &self.rule.when;
        if !when.is_turn(self.met) || !when.is_luck(&mut self.rng) {
            return None;
        }
        let step = self.step(meeting, steps)?;
        self.fired += 1;
        let delay = self.rule.delay.map(|delay| delay.draw(&mut self.rng));
        let scenario = self.owner.scenario.clone();
        Some(Hit { id: self.id, rule: Arc::clone(&self.rule), scenario, delay, step })
    }

    /// Ends the rule if this is its `until`; answers whether it waits for this by `after`.
    pub(super) fn hears(&mut self, happening: &Happening<'_>, namespace: Option<&str>) -> bool {
        let ours = match (&self.owner.namespace, namespace) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        self.over |= ours && self.rule.when.until == Some(happening.name);
        self.awaited() == Some(happening.name)
    }

    /// What has to have happened before it acts.
    pub(super) fn awaited(&self) -> Option<&'static str> {
        self.rule.when.after
    }

    pub(super) fn is_at(&self, place: Place) -> bool {
        self.rule.place() == place
    }

    pub(super) fn names_somebody(&self) -> bool {
        self.rule.names_somebody()
    }

    /// Whether the rule has to be told what happens.
    pub(super) fn listens(&self) -> bool {
        self.awaited().is_some() || self.rule.when.until.is_some()
    }

    /// A user has another line.
    pub(super) fn follow(&mut self, user: &SipUri, line: Option<&LineUri>) {
        if self.rule.who.user() == Some(user) && self.rule.who.line() != line {
            Arc::make_mut(&mut self.rule).who.set_line(line);
        }
    }

    pub(super) fn shown(&self) -> ArmedRule {
        ArmedRule {
            id: self.id,
            name: self.rule.name().to_owned(),
            spec: self.rule.spec().clone(),
            owner: self.owner.clone(),
            fired: self.fired,
            spent: self.is_spent(),
        }
    }

    /// Whether it will never act again.
    pub(super) fn is_spent(&self) -> bool {
        self.over || self.rule.when.first.is_some_and(|first| self.fired >= first)
    }

    fn meets(&self, meeting: &Meeting<'_>, heard: &Heard) -> bool {
        let (rule, occasion) = (&self.rule, &meeting.occasion);
        let namespace = self.owner.namespace.as_deref();
        rule.is_at(occasion.place, occasion.operation)
            && (namespace.is_none() || namespace == meeting.namespace)
            && rule.who.meets(occasion, meeting.typed.as_ref())
            && rule.when.is_on(meeting.now)
            && rule.when.after.is_none_or(|name| heard.has(name, self.since, occasion, namespace))
    }

    /// The step whose turn it is, of a rule that has steps; `None` after the last.
    fn step(&self, meeting: &Meeting<'_>, steps: &mut Steps) -> Option<usize> {
        let Does::InTurn(actions) = &self.rule.does else { return Some(0) };
        let key = (self.id, Device::of(meeting, self.rule.who.user()));
        let step = steps.get(&key).copied().unwrap_or(0);
        steps.insert(key, step.saturating_add(1));
        (step < actions.len()).then_some(step)
    }
}

impl Device {
    fn of(meeting: &Meeting<'_>, user: Option<&SipUri>) -> Self {
        let Meeting { occasion, typed, .. } = meeting;
        let user = occasion.user.or(user).cloned().map(Self::User);
        user.or_else(|| typed.as_ref().map(|typed| Self::Typed(typed.to_string())))
            .or_else(|| occasion.mac.map(Self::Mac))
            .or_else(|| occasion.source.map(Self::Source))
            .unwrap_or(Self::Nobody)
    }
}

impl Hit {
    pub(super) fn fired(&self) -> Fired {
        let action = match &self.rule.does {
            Does::Always(action) => Some(action),
            Does::InTurn(actions) => actions.get(self.step),
        };
        Fired {
            id: self.id,
            rule: self.rule.name().to_owned(),
            scenario: self.scenario.clone(),
            delay: self.delay,
            action: action.cloned().unwrap_or(Action::Ok),
            names_somebody: self.rule.names_somebody(),
        }
    }
}
