//! Everything that outlives a line.

use crate::commands::Commands;
use crate::{Host, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Whether the role that the session has may run the cmdlet of this name.
pub type Allowed = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What completion offers as the value of a parameter: cmdlet, parameter, and what is typed so far.
pub type Values = Arc<dyn Fn(&str, &str, &str) -> Vec<String> + Send + Sync>;

/// What a shell keeps from one line to the next, and what limits the line that runs.
pub(crate) struct State {
    pub host: Arc<dyn Host>,
    pub commands: Commands,
    pub variables: Variables,
    pub allowed: Option<Allowed>,
    pub values: Option<Values>,
    /// Whether the script that runs has shown an error.
    pub failed: bool,
    /// What `exit` was given in the script that runs.
    pub exit: Option<u8>,
    /// Errors so far, those that were silenced too.
    pub errors: u64,
    /// `$?`: whether the last statement had no error.
    pub last_worked: bool,
    /// How many evaluations are inside each other.
    pub depth: usize,
    /// Evaluations that the script may still make.
    pub steps: u64,
}

/// Variables, found in any case.
#[derive(Default)]
pub(crate) struct Variables(BTreeMap<String, Variable>);

struct Variable {
    /// As written.
    name: String,
    value: Value,
    /// Whether it has what a pipeline found that found nothing; the value is null then.
    nothing: bool,
}

impl Variables {
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(&name.to_lowercase()).map(|variable| &variable.value)
    }

    pub(crate) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_lowercase(), Variable { name: name.to_owned(), value, nothing: false });
    }

    /// Gives it what a pipeline found that found nothing.
    pub(crate) fn set_nothing(&mut self, name: &str) {
        let variable = Variable { name: name.to_owned(), value: Value::Null, nothing: true };
        self.0.insert(name.to_lowercase(), variable);
    }

    pub(crate) fn has_nothing(&self, name: &str) -> bool {
        self.0.get(&name.to_lowercase()).is_some_and(|variable| variable.nothing)
    }

    pub(crate) fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(&name.to_lowercase()).map(|variable| variable.value)
    }

    /// Name as written, and value; in the order of the names.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.values().map(|variable| (variable.name.as_str(), &variable.value))
    }
}
