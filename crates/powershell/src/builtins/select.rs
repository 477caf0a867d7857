//! Select-Object

use super::properties::{Choice, Keys, all, choices};
use super::{BuiltIn, Flow, INPUT, Stage, define, keep, wrong};
use crate::run::property;
use crate::text::{text, type_name};
use crate::{Arguments, ErrorRecord, Kind, Object, Parameter, Session, Value};
use async_trait::async_trait;
use std::collections::HashSet;

const COUNT: Kind = Kind::Int { min: 0, max: 2_147_483_647, nullable: false };

pub(super) static SELECT: BuiltIn = BuiltIn {
    definition: define(
        "Select-Object",
        &["select"],
        "Picks properties of objects, or some of the objects.",
        &[
            Parameter::new(
                "Property",
                Kind::List,
                "Names, wildcards, or @{Name=\"…\"; Expression={…}}; the order is that of the output.",
            )
            .at(0),
            Parameter::new("ExcludeProperty", Kind::List, "Names or wildcards of what is left out."),
            Parameter::new("ExpandProperty", Kind::String, "Passes on the value of this property instead."),
            Parameter::new("First", COUNT, "Only so many objects from the beginning."),
            Parameter::new("Last", COUNT, "Only so many objects from the end."),
            Parameter::new(
                "Skip",
                COUNT,
                "Without so many objects from the beginning, or from the end with -Last.",
            ),
            Parameter::new("Unique", Kind::Switch, "Each only once."),
            INPUT,
        ],
        &[
            "Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\" | Select-Object SipAddress, LineUri",
            "Get-CsUser | Select-Object -First 3 -Property DisplayName",
        ],
    ),
    type_name: "Microsoft.PowerShell.Commands.SelectObjectCommand",
    start: |arguments| Ok(Box::new(Select::new(arguments)?)),
};

struct Select {
    choices: Vec<Choice>,
    excluded: Vec<String>,
    expand: Option<String>,
    first: Option<usize>,
    last: Option<usize>,
    skip: usize,
    /// The objects that were passed on already, as text.
    unique: Option<HashSet<String>>,
    seen: usize,
    kept: Vec<Value>,
}

impl Select {
    fn new(arguments: &Arguments) -> Result<Self, ErrorRecord> {
        let count = |name| arguments.int(name).and_then(|count| usize::try_from(count).ok());
        Ok(Self {
            choices: choices(arguments.list("Property"), Keys::Select)?,
            excluded: arguments.list("ExcludeProperty").iter().map(text).collect(),
            expand: arguments.text("ExpandProperty").map(str::to_owned),
            first: count("First"),
            last: count("Last"),
            skip: count("Skip").unwrap_or(0),
            unique: arguments.is_on("Unique").then(HashSet::new),
            seen: 0,
            kept: Vec::new(),
        })
    }

    async fn pass(
        &mut self,
        value: &Value,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<(), ErrorRecord> {
        let picked = self.picked(value, session).await?;
        let picked = match &self.expand {
            Some(name) => expanded(value, name)?,
            None => vec![picked],
        };
        for value in picked {
            let fresh = match &mut self.unique {
                Some(known) => known.insert(fingerprint(&value)),
                None => true,
            };
            if fresh {
                out.push(value);
            }
        }
        Ok(())
    }

    async fn picked(&self, value: &Value, session: &mut Session<'_>) -> Result<Value, ErrorRecord> {
        if self.choices.is_empty() && self.excluded.is_empty() {
            return Ok(value.clone());
        }
        let mut properties: Vec<(String, Value)> = Vec::new();
        if self.choices.is_empty() {
            properties = all(value);
        }
        for choice in &self.choices {
            for (name, value) in choice.of(value, session).await? {
                if !properties.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
                    properties.push((name, value));
                }
            }
        }
        let excluded = |name: &str| self.excluded.iter().any(|pattern| crate::like::is_like(name, pattern));
        let object = Object::new(format!("Selected.{}", type_name(value).trim_start_matches("Selected.")));
        let chosen = properties.into_iter().filter(|(name, _)| !excluded(name));
        Ok(chosen.fold(object, |object, (name, value)| object.with(name, value)).into())
    }
}

fn expanded(value: &Value, name: &str) -> Result<Vec<Value>, ErrorRecord> {
    if !all(value).iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
        let message = format!("Property \"{name}\" cannot be found.");
        return Err(ErrorRecord::new("InvalidArgument", "ExpandPropertyNotFound", message)
            .of("PSArgumentException")
            .about(crate::text::text(value))
            .going_on());
    }
    Ok(match property(value, name) {
        Value::Array(items) => items.to_vec(),
        Value::Null => Vec::new(),
        single => vec![single],
    })
}

fn fingerprint(value: &Value) -> String {
    match value {
        Value::Object(object) => {
            let parts: Vec<String> =
                object.shown().map(|(name, value)| format!("{name}\0{}", text(value))).collect();
            parts.join("\0\0")
        }
        other => text(other),
    }
}

#[async_trait]
impl Stage for Select {
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let Some(value) = input else {
            return if self.choices.is_empty() {
                Ok(Flow::Enough)
            } else {
                Err(wrong("No object was given."))
            };
        };
        self.seen += 1;
        if self.last.is_some() {
            return keep(&mut self.kept, value).map(|()| Flow::More);
        }
        if self.first == Some(0) {
            return Ok(Flow::Enough);
        }
        if self.seen > self.skip {
            self.pass(&value, session, out).await?;
        }
        let full = self.first.is_some_and(|first| self.seen >= self.skip.saturating_add(first));
        Ok(if full { Flow::Enough } else { Flow::More })
    }

    async fn end(&mut self, session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        let Some(last) = self.last else { return Ok(()) };
        let kept = std::mem::take(&mut self.kept);
        let end = kept.len().saturating_sub(self.skip);
        let start = end.saturating_sub(last);
        for value in kept.get(start..end).unwrap_or_default() {
            self.pass(value, session, out).await?;
        }
        Ok(())
    }
}
