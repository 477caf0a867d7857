//! Sort-Object

use super::properties::{Choice, choices};
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
            Parameter::new("Property", Kind::List, "The properties to sort by, the most important first.")
                .at(0),
            Parameter::new("Descending", Kind::Switch, "The greatest first."),
            Parameter::new("Unique", Kind::Switch, "Of objects that are equal only the first."),
            Parameter::new("CaseSensitive", Kind::Switch, "Case counts."),
            INPUT,
        ],
        &["Get-CsUser | Sort-Object DisplayName"],
    ),
    type_name: "Microsoft.PowerShell.Commands.SortObjectCommand",
    start: |arguments| {
        Ok(Box::new(Sort {
            keys: choices(arguments.list("Property"))?,
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
fn compared(left: &[Value], right: &[Value], case: bool) -> Ordering {
    let pair = |(left, right): (&Value, &Value)| match (rank(left), rank(right)) {
        (one, other) if one != other => one.cmp(&other),
        (1, _) => {
            let number = |value| as_double(value).unwrap_or_default();
            number(left).total_cmp(&number(right))
        }
        _ => order(left, right, case).unwrap_or(Ordering::Equal),
    };
    left.iter().zip(right).map(pair).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
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
        let case = self.case;
        keyed.sort_by(|(left, _), (right, _)| {
            let ordering = compared(left, right, case);
            if self.descending { ordering.reverse() } else { ordering }
        });
        if self.unique {
            keyed.dedup_by(|(left, _), (right, _)| compared(left, right, case).is_eq());
        }
        out.extend(keyed.into_iter().map(|(_, value)| value));
        Ok(())
    }
}
