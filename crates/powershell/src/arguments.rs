//! What was bound to a cmdlet's parameters.

use crate::Value;
use std::collections::BTreeMap;

/// The values of the parameters, each already of its parameter's [`Kind`](crate::Kind).
#[derive(Clone, Default)]
pub struct Arguments {
    values: BTreeMap<&'static str, Value>,
    /// The object from the pipeline, if the cmdlet was called for one.
    pub input: Option<Value>,
}

/// The names alone: a value may be a PIN.
impl std::fmt::Debug for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

impl Arguments {
    /// The value of the parameter; `None` where it was not given. `Some(Value::Null)` is a given `$null`.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Binds a value.
    pub fn set(&mut self, name: &'static str, value: Value) {
        self.values.insert(name, value);
    }

    /// The text of a string parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list parameter; none where it was not given.
    pub fn list(&self, name: &str) -> &[Value] {
        match self.get(name) {
            Some(Value::Array(items)) => items,
            _ => &[],
        }
    }

    /// A flag's value, if it was given.
    pub fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }

    /// Whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.flag(name) == Some(true)
    }

    /// A whole number, if it was given and is none of `$null`.
    pub fn int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Value::Int(value)) => Some(*value),
            _ => None,
        }
    }
}
