//! What `-Property` names: properties, wildcards, and values that are computed.

use super::wrong;
use crate::compare::truth;
use crate::format::Align;
use crate::like::{has_wildcard, is_like};
use crate::run::{HASHTABLE, parts, property, too_deep};
use crate::text::{text, type_name};
use crate::{ErrorRecord, Object, ScriptBlock, Session, Value};
use std::sync::Arc;

/// A column or a key.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    what: What,
    /// Of Format-Table: where the text stands, and how wide the column is.
    pub align: Option<Align>,
    pub width: Option<usize>,
    /// Of Sort-Object: whether the greatest is first, whatever the others do.
    pub descending: Option<bool>,
}

#[derive(Clone, Debug)]
enum What {
    Named(String),
    /// `@{Name="…"; Expression={…}}`, or a script block alone, whose text is its name.
    Computed(String, Arc<ScriptBlock>),
    /// `@{Name="…"; Expression="Property"}`
    Renamed(String, String),
}

/// Whose property it is: each command takes other keys in `@{ … }`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    Select,
    Sort,
    Group,
    List,
    Table,
}

impl Keys {
    /// The names of the keys, those of one thing together.
    fn taken(self) -> &'static [&'static [&'static str]] {
        match self {
            Self::Select => &[&["expression"], &["name", "label"]],
            Self::Sort => &[&["expression"], &["ascending"], &["descending"]],
            Self::Group => &[&["expression"]],
            Self::List => &[&["expression"], &["formatString"], &["label", "name"]],
            Self::Table => {
                &[&["expression"], &["formatString"], &["width"], &["alignment"], &["label", "name"]]
            }
        }
    }

    /// The full name of a key; it may be shortened, as in `@{n='Pin'; e={…}}`.
    fn resolve(self, key: &str) -> Result<&'static str, ErrorRecord> {
        let typed = key.to_lowercase();
        let begins = |names: &&&[&'static str]| {
            !typed.is_empty() && names.iter().any(|name| name.to_lowercase().starts_with(&typed))
        };
        let name = self.taken().iter().find(begins).and_then(|names| names.first());
        name.copied().ok_or_else(|| illegal("DictionaryKeyIllegal", format!("The {key} key is not valid.")))
    }
}

/// What PowerShell says of a `@{ … }` that it cannot use.
fn illegal(id: &'static str, message: impl Into<String>) -> ErrorRecord {
    ErrorRecord::new("InvalidArgument", id, message).of("NotSupportedException")
}

/// Reads the elements of a list parameter.
pub(super) fn choices(list: &[Value], keys: Keys) -> Result<Vec<Choice>, ErrorRecord> {
    list.iter().map(|value| choice(value, keys)).collect()
}

fn choice(value: &Value, keys: Keys) -> Result<Choice, ErrorRecord> {
    let plain = |what| Choice { what, align: None, width: None, descending: None };
    match value {
        Value::ScriptBlock(block) => Ok(plain(What::Computed(block.text().trim().to_owned(), block.clone()))),
        Value::Object(table) if table.type_name == HASHTABLE => computed(table, keys),
        Value::Null => Err(wrong(
            "Cannot convert value \"\" to one of the following types {System.String, \
                                  System.Management.Automation.ScriptBlock}.",
        )),
        other => Ok(plain(What::Named(text(other)))),
    }
}

fn computed(table: &Object, keys: Keys) -> Result<Choice, ErrorRecord> {
    let mut given: Vec<(&'static str, &str, &Value)> = Vec::new();
    for (key, value) in &table.properties {
        let name = keys.resolve(key)?;
        if given.iter().any(|(known, ..)| *known == name) {
            let message = format!("The duplicated key \"{key}\" conflicts with \"{name}\".");
            return Err(illegal("DictionaryKeyDuplicate", message));
        }
        given.push((name, key, value));
    }
    let find = |name| given.iter().find(|(known, ..)| *known == name).map(|(_, key, value)| (*key, *value));
    if find("formatString").is_some() {
        let message = "This shell has no FormatString: Expression is shown as it is.";
        return Err(illegal("FormatStringNotSupported", message));
    }
    let name = find("name").or_else(|| find("label")).map(|(_, name)| text(name));
    let what = match find("expression") {
        Some((_, Value::ScriptBlock(block))) => {
            What::Computed(name.unwrap_or_else(|| block.text().trim().to_owned()), block.clone())
        }
        Some((_, Value::String(own))) => {
            What::Renamed(name.unwrap_or_else(|| own.to_string()), own.to_string())
        }
        Some((key, Value::Null)) => return Err(no_value(key)),
        Some((key, other)) => {
            let expected = "{System.String, System.Management.Automation.ScriptBlock}";
            return Err(illegal("DictionaryKeyIllegalValue1", mistyped(key, other, "types are", expected)));
        }
        None => {
            let message = "A mandatory entry for expression is missing.";
            return Err(illegal("DictionaryKeyMandatoryEntry", message));
        }
    };
    let ascending = find("ascending").map(|(_, value)| truth(value));
    let descending = find("descending").map(|(_, value)| truth(value));
    let descending = match (ascending, descending) {
        // What contradicts itself says nothing.
        (Some(one), Some(other)) if one == other => None,
        (Some(ascending), _) => Some(!ascending),
        (None, descending) => descending,
    };
    Ok(Choice {
        what,
        align: find("alignment").map(|(key, value)| align(key, value)).transpose()?,
        width: find("width").map(|(key, value)| width(key, value)).transpose()?,
        descending,
    })
}

fn no_value(key: &str) -> ErrorRecord {
    illegal("DictionaryKeyMissingValue", format!("The {key} key has no value."))
}

fn mistyped(key: &str, value: &Value, are: &str, expected: &str) -> String {
    let kind = type_name(value);
    format!("The \"{key}\" key has a type, {kind}, that is not valid; expected {are} {expected}.")
}

fn align(key: &str, value: &Value) -> Result<Align, ErrorRecord> {
    let typed = match value {
        Value::String(typed) => typed.to_lowercase(),
        Value::Null => return Err(no_value(key)),
        other => {
            let message = mistyped(key, other, "type is", "System.String");
            return Err(illegal("DictionaryKeyIllegalValue2", message));
        }
    };
    let known = [("left", Align::Left), ("center", Align::Center), ("right", Align::Right)];
    let found = known.iter().find(|(name, _)| !typed.is_empty() && name.starts_with(&typed));
    found.map(|(_, align)| *align).ok_or_else(|| {
        let message = format!(
            "The value \"{}\" for key \"alignment\" is not valid; valid values are {{left, center, right}}.",
            text(value)
        );
        illegal("AlignmentIllegalValue", message)
    })
}

fn width(key: &str, value: &Value) -> Result<usize, ErrorRecord> {
    match value {
        Value::Int(width) if i32::try_from(*width).is_ok() => {
            usize::try_from(*width).ok().filter(|width| *width > 0).ok_or_else(|| {
                let message = format!("The value \"{width}\" for key \"width\" should be greater than 0.");
                illegal("WidthOutOfRange", message)
            })
        }
        Value::Null => Err(no_value(key)),
        other => {
            let message = mistyped(key, other, "type is", "System.Int32");
            Err(illegal("DictionaryKeyIllegalValue2", message))
        }
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
        match &self.what {
            What::Named(pattern) if has_wildcard(pattern) => {
                Ok(all(value).into_iter().filter(|(name, _)| is_like(name, pattern)).collect())
            }
            What::Named(name) => {
                let known = all(value).into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                Ok(vec![known.unwrap_or_else(|| (name.clone(), property(value, name)))])
            }
            What::Renamed(name, own) => Ok(vec![(name.clone(), property(value, own))]),
            What::Computed(name, block) => {
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
