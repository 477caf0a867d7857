//! Checks a rule as it is loaded, so that nothing can go wrong with it later.

mod action;
mod error;

pub use error::RuleError;

use super::when::When;
use super::who::Who;
use super::{Action, ActionSpec, ActionValue, Delay, Place, RuleSpec, RulesFile};
use crate::User;
use crate::complaint::{TomlProblem, list, nearest};
use crate::diagnostics::DiagnosticsTable;
use std::fmt;

/// The longest file of rules, in bytes; a thousand rules with bodies of their own have room.
const MAX_FILE: usize = 1024 * 1024;
/// The most rules in one file; beyond, somebody generates them, and a pattern is what is meant.
const MAX_RULES: usize = 1000;
/// The most steps of a sequence.
const MAX_THEN: usize = 1000;
/// The longest name, in characters; it stands in each entry of the journal.
const MAX_NAME: usize = 100;
/// The most bytes of all HTTP bodies of one rule; they are held as long as it is armed.
const MAX_BODIES: usize = 1024 * 1024;

/// What rules are checked against.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// The users of the pool.
    pub users: &'a [User],
    /// The table of diagnostics.
    pub diagnostics: &'a DiagnosticsTable,
    /// Loads a `body-file`; the error says what is wrong with it. It should refuse what is over 1 MiB unread.
    pub read: &'a dyn Fn(&str) -> Result<Vec<u8>, String>,
}

impl fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("users", &self.users).finish_non_exhaustive()
    }
}

/// A rule that was checked.
#[derive(Clone, Debug)]
pub struct Rule {
    name: String,
    spec: RuleSpec,
    place: Place,
    /// Those at which everything that the rule does can be done.
    operations: Vec<&'static str>,
    pub(super) who: Who,
    pub(super) when: When,
    pub(super) does: Does,
    pub(super) delay: Option<Delay>,
    pub(super) seed: u64,
}

/// What a rule does.
#[derive(Clone, Debug)]
pub(super) enum Does {
    /// `what`: each time the same.
    Always(Action),
    /// `then`: one after the other, counted per user.
    InTurn(Vec<Action>),
}

impl Rule {
    /// How the journal names it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As it was written.
    pub fn spec(&self) -> &RuleSpec {
        &self.spec
    }

    /// The protocol that it is about.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// Whether it meets a user or a number by name.
    pub(super) fn names_somebody(&self) -> bool {
        self.spec.who.user.is_some() || self.spec.who.extension.is_some()
    }

    /// Whether the rule is about this operation.
    pub(super) fn is_at(&self, place: Place, operation: &str) -> bool {
        self.place == place && self.operations.contains(&operation)
    }
}

impl Does {
    fn actions(&self) -> &[Action] {
        match self {
            Self::Always(action) => std::slice::from_ref(action),
            Self::InTurn(actions) => actions,
        }
    }
}

impl RuleSpec {
    /// Checks everything that can be checked, so that an armed rule has no errors left.
    ///
    /// A user is looked up here; [`line_changed`](super::RuleBook::line_changed) tells of a line that changes later. A rule whose `where` has no operation is about those
    /// operations at which all that it does can be done: `{ tls = "expired" }` leaves the plain listener alone.
    ///
    /// # Errors
    /// Says which key is wrong, and what was expected.
    pub fn check(&self, known: &Known<'_>) -> Result<Rule, RuleError> {
        let (place, operation) = place(&self.place)?;
        let who = Who::check(&self.who, place, known)?;
        let when = When::check(&self.when)?;
        let does = self.does(place, known)?;
        let operations = operations(place, operation, &does)?;
        let delay = self.delay.as_deref().map(str::parse).transpose();
        let delay = delay.map_err(|error| RuleError::key("delay", error))?;
        let name = self.checked_name()?;
        let seed = self.seed.unwrap_or_else(|| seed_of(&name));
        Ok(Rule { name, spec: self.clone(), place, operations, who, when, does, delay, seed })
    }

    fn does(&self, place: Place, known: &Known<'_>) -> Result<Does, RuleError> {
        let does = match (&self.what, self.then.as_slice()) {
            (Some(_), [_, ..]) => return Err(RuleError::key("then", "beside `what`; one of them is enough")),
            (Some(what), []) => Does::Always(action::check(what, "what", place, known)?),
            (None, []) if self.delay.is_some() => Does::Always(Action::Ok),
            (None, []) => return Err(RuleError::key("what", "absent, and `then` and `delay` too")),
            (None, then) if then.len() > MAX_THEN => {
                return Err(RuleError::key("then", format!("{} steps; {MAX_THEN} are the most", then.len())));
            }
            (None, then) => {
                let check = |(index, step)| action::check(step, &format!("then.{}", index + 1), place, known);
                Does::InTurn(then.iter().enumerate().map(check).collect::<Result<_, _>>()?)
            }
        };
        let bodies: usize = does.actions().iter().map(body_len).sum();
        if bodies > MAX_BODIES {
            let problem = format!("bodies of {bodies} bytes; {MAX_BODIES} are the most in one rule");
            return Err(RuleError::key("then", problem));
        }
        Ok(does)
    }

    fn checked_name(&self) -> Result<String, RuleError> {
        let Some(name) = &self.name else {
            return Ok(self.made_name());
        };
        let length = name.chars().count();
        if (1..=MAX_NAME).contains(&length) && !name.chars().any(char::is_control) {
            Ok(name.clone())
        } else {
            Err(RuleError::key(
                "name",
                format!("a name has 1 to {MAX_NAME} printable characters, not {length}"),
            ))
        }
    }

    /// Where and what: `webticket.pin: pin-wrong, pin-wrong, ok`.
    fn made_name(&self) -> String {
        let mut does: Vec<String> = self.what.iter().chain(self.then.iter().take(5)).map(label).collect();
        if self.then.len() > 5 {
            does.push("…".to_owned());
        }
        if let (true, Some(delay)) = (does.is_empty(), &self.delay) {
            does.push(format!("delay {delay}"));
        }
        let name = format!("{}: {}", self.place, does.join(", "));
        name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect()
    }
}

impl RulesFile {
    /// Reads a file of rules, TOML with one `[[rule]]` for each.
    ///
    /// # Errors
    /// When it is no TOML, has a key that rules do not have, or too much of anything.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        if text.len() > MAX_FILE {
            return Err(RuleError::FileTooLong { length: text.len(), most: MAX_FILE });
        }
        let file: Self = toml::from_str(text).map_err(|error| {
            let TomlProblem { line, column, problem } = TomlProblem::new(text, &error);
            RuleError::Syntax { line, column, problem }
        })?;
        if file.rules.len() > MAX_RULES {
            return Err(RuleError::TooManyRules { rules: file.rules.len(), most: MAX_RULES });
        }
        Ok(file)
    }

    /// Checks every rule.
    ///
    /// # Errors
    /// Says which rule and which key is wrong, and what was expected.
    pub fn check(&self, known: &Known<'_>) -> Result<Vec<Rule>, RuleError> {
        let check = |(index, spec): (usize, &RuleSpec)| {
            spec.check(known).map_err(|error| RuleError::InFile {
                number: index + 1,
                name: spec.name.clone(),
                error: Box::new(error),
            })
        };
        self.rules.iter().enumerate().map(check).collect()
    }
}

/// Reads `place` or `place.operation`.
fn place(text: &str) -> Result<(Place, Option<&'static str>), RuleError> {
    const KEY: &str = "where";
    let (name, operation) = match text.split_once('.') {
        Some((name, operation)) => (name, Some(operation)),
        None => (text, None),
    };
    let Some(place) = Place::ALL.into_iter().find(|place| place.as_str() == name) else {
        return Err(RuleError::unknown(KEY, "place", name, nearest(name, Place::ALL.map(Place::as_str))));
    };
    let Some(operation) = operation else { return Ok((place, None)) };
    let operations = place.operations();
    match operations.iter().find(|known| **known == operation) {
        Some(known) => Ok((place, Some(known))),
        None => {
            let nearest = nearest(operation, operations.iter().copied());
            Err(RuleError::unknown(KEY, &format!("operation of {place}"), operation, nearest))
        }
    }
}

/// The operations at which everything that the rule does can be done; the named one has to be among them.
fn operations(
    place: Place,
    named: Option<&'static str>,
    does: &Does,
) -> Result<Vec<&'static str>, RuleError> {
    let can = |operation: &&str| does.actions().iter().all(|action| action::can_be_done(action, operation));
    let able: Vec<&'static str> = place.operations().iter().copied().filter(can).collect();
    match named {
        None => Ok(able),
        Some(named) if able.contains(&named) => Ok(vec![named]),
        Some(named) => {
            let problem = format!("what the rule does cannot be done at {named}; it can at {}", list(able));
            Err(RuleError::key("where", problem))
        }
    }
}

fn body_len(action: &Action) -> usize {
    match action {
        Action::Http(answer) => answer.body.len(),
        _ => 0,
    }
}

/// A few words for what an action does.
fn label(action: &ActionSpec) -> String {
    let pair = |(key, value): (&String, &ActionValue)| match value {
        ActionValue::Word(word) => format!("{key} {word}"),
        ActionValue::Number(number) => format!("{key} {number}"),
        ActionValue::Table(table) => match table.get("status") {
            Some(ActionValue::Number(status)) => format!("{key} {status}"),
            _ => format!("{key} {}", table.keys().map(String::as_str).collect::<Vec<_>>().join(" ")),
        },
    };
    match action {
        ActionSpec::Word(word) => word.clone(),
        ActionSpec::Table(table) => table.iter().map(pair).collect::<Vec<_>>().join(" "),
    }
}

/// FNV-1a of the name: rules without a seed repeat from run to run, and two of them do not draw alike.
fn seed_of(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
pub(super) mod tests;
