//! What `-Property` names: properties, wildcards, and values that are computed.

use super::wrong;
use crate::like::{has_wildcard, is_like};
use crate::run::{HASHTABLE, parts, property, too_deep};
use crate::text::text;
use crate::{ErrorRecord, Object, ScriptBlock, Session, Value};
use std::sync::Arc;

/// A column or a key.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    Named(String),
    /// `@{Name="…"; Expression={…}}`, or a script block alone, whose text is its name.
    Computed(String, Arc<ScriptBlock>),
    /// `@{Name="…"; Expression="Property"}`
    Renamed(String, String),
}

/// Reads the elements of a list parameter.
pub(super) fn choices(list: &[Value]) -> Result<Vec<Choice>, ErrorRecord> {
    list.iter().map(choice).collect()
}

fn choice(value: &Value) -> Result<Choice, ErrorRecord> {
    match value {
        Value::ScriptBlock(block) => Ok(Choice::Computed(block.text().trim().to_owned(), block.clone())),
        Value::Object(table) if table.type_name == HASHTABLE => computed(table),
        Value::Null => Err(wrong(
            "Cannot convert value \"\" to one of the following types {System.String, \
                                  System.Management.Automation.ScriptBlock}.",
        )),
        other => Ok(Choice::Named(text(other))),
    }
}

fn computed(table: &Object) -> Result<Choice, ErrorRecord> {
    // A key may be shortened, as in @{n='Pin'; e={…}}.
    let find = |names: [&str; 2]| {
        let begins =
            |key: &str| !key.is_empty() && names.iter().any(|name| name.starts_with(&key.to_lowercase()));
        table.properties.iter().find(|(key, _)| begins(key)).map(|(_, value)| value)
    };
    let name = find(["name", "label"]).map(text);
    match find(["expression", "expression"]) {
        Some(Value::ScriptBlock(block)) => {
            let name = name.unwrap_or_else(|| block.text().trim().to_owned());
            Ok(Choice::Computed(name, block.clone()))
        }
        Some(Value::String(own)) => {
            Ok(Choice::Renamed(name.unwrap_or_else(|| own.to_string()), own.to_string()))
        }
        _ => Err(wrong("A property in @{ } needs a Name and an Expression.")),
    }
}

/// The properties of any value.
pub(super) fn all(value: &Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(object) => {
            object.shown().map(|(name, value)| (name.to_owned(), value.clone())).collect()
        }
        other => parts(other).into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}

impl Choice {
    /// Name and value for an object; several for a wildcard, and null where the object has no such property.
    pub(super) async fn of(
        &self,
        value: &Value,
        session: &mut Session<'_>,
    ) -> Result<Vec<(String, Value)>, ErrorRecord> {
        match self {
            Self::Named(pattern) if has_wildcard(pattern) => {
                Ok(all(value).into_iter().filter(|(name, _)| is_like(name, pattern)).collect())
            }
            Self::Named(name) => {
                let known = all(value).into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                Ok(vec![known.unwrap_or_else(|| (name.clone(), property(value, name)))])
            }
            Self::Renamed(name, own) => Ok(vec![(name.clone(), property(value, own))]),
            Self::Computed(name, block) => {
                let found = session.state.invoke_value(block, value.clone()).await?;
                if too_deep(&found) {
                    return Err(crate::run::deep());
                }
                Ok(vec![(name.clone(), found)])
            }
        }
    }

    /// The one value by which objects are compared.
    pub(super) async fn key(&self, value: &Value, session: &mut Session<'_>) -> Result<Value, ErrorRecord> {
        let found = self.of(value, session).await?;
        Ok(found.into_iter().next().map_or(Value::Null, |(_, value)| value))
    }
}
