//! Sort-Object

use super::properties::{Choice, Keys, choices};
use super::{BuiltIn, Flow, INPUT, Stage, define, keep};
use crate::compare::{as_double, order};
use crate::{ErrorRecord, Kind, Parameter, Session, Value};
use async_trait::async_trait;
use std::cmp::Ordering;

pub(super) static SORT: BuiltIn = BuiltIn {
    definition: define(
        "Sort-Object",
        &["sort"],
        "Puts objects in order.",
        &[
            Parameter::new(
                "Property",
                Kind::List,
                "The properties to sort by, the most important first; or @{Expression={…}; Descending=$true}, which \
                 has an order of its own.",
            )
            .at(0),
            Parameter::new("Descending", Kind::Switch, "The greatest first."),
            Parameter::new("Unique", Kind::Switch, "Of objects that are equal only the first."),
            Parameter::new("CaseSensitive", Kind::Switch, "Case counts."),
            INPUT,
        ],
        &[
            "Get-CsUser | Sort-Object DisplayName",
            "Get-CsUser | Sort-Object @{Expression=\"Enabled\"; Descending=$true}, DisplayName",
        ],
    ),
    type_name: "Microsoft.PowerShell.Commands.SortObjectCommand",
    start: |arguments| {
        Ok(Box::new(Sort {
            keys: choices(arguments.list("Property"), Keys::Sort)?,
            descending: arguments.is_on("Descending"),
            unique: arguments.is_on("Unique"),
            case: arguments.is_on("CaseSensitive"),
            kept: Vec::new(),
        }))
    },
};

struct Sort {
    keys: Vec<Choice>,
    descending: bool,
    unique: bool,
    case: bool,
    kept: Vec<Value>,
}

/// Nothing first, then numbers, dates, spans of time, and everything else as text: a whole order over all values.
fn compared(left: &Value, right: &Value, case: bool) -> Ordering {
    match (rank(left), rank(right)) {
        (one, other) if one != other => one.cmp(&other),
        (1, _) => {
            let number = |value| as_double(value).unwrap_or_default();
            number(left).total_cmp(&number(right))
        }
        _ => order(left, right, case).unwrap_or(Ordering::Equal),
    }
}

impl Sort {
    /// The first key that differs decides, each in its own direction.
    fn compared(&self, left: &[Value], right: &[Value]) -> Ordering {
        let pairs = left.iter().zip(right).enumerate();
        let mut found = pairs.map(|(nth, (left, right))| {
            let ordering = compared(left, right, self.case);
            let own = self.keys.get(nth).and_then(|key| key.descending);
            if own.unwrap_or(self.descending) { ordering.reverse() } else { ordering }
        });
        found.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) | Value::Int(_) | Value::Double(_) => 1,
        Value::DateTime(_) => 2,
        Value::TimeSpan(_) => 3,
        _ => 4,
    }
}

#[async_trait]
impl Stage for Sort {
    async fn process(
        &mut self,
        input: Option<Value>,
        _session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        if let Some(value) = input {
            keep(&mut self.kept, value)?;
        }
        Ok(Flow::More)
    }

    async fn end(&mut self, session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        let mut keyed = Vec::with_capacity(self.kept.len());
        for value in std::mem::take(&mut self.kept) {
            let mut keys = Vec::with_capacity(self.keys.len().max(1));
            for key in &self.keys {
                keys.push(key.key(&value, session).await?);
            }
            if keys.is_empty() {
                keys.push(value.clone());
            }
            keyed.push((keys, value));
        }
        keyed.sort_by(|(left, _), (right, _)| self.compared(left, right));
        if self.unique {
            keyed.dedup_by(|(left, _), (right, _)| self.compared(left, right).is_eq());
        }
        out.extend(keyed.into_iter().map(|(_, value)| value));
        Ok(())
    }
}
