//! Measure-Object, Group-Object

use super::properties::{Choice, Keys, choices};
use super::{BuiltIn, Flow, INPUT, Stage, define, keep};
use crate::compare::as_double;
use crate::run::property;
use crate::text::text;
use crate::{ErrorRecord, Kind, Object, Parameter, Session, Value, View};
use async_trait::async_trait;

pub(super) static MEASURE: BuiltIn = BuiltIn {
    definition: define(
        "Measure-Object",
        &["measure"],
        "Counts objects, and sums up a property of theirs.",
        &[
            Parameter::new("Property", Kind::String, "The property that is summed up.").at(0),
            Parameter::new("Sum", Kind::Switch, "Its sum."),
            Parameter::new("Average", Kind::Switch, "Its average."),
            Parameter::new("Maximum", Kind::Switch, "The greatest."),
            Parameter::new("Minimum", Kind::Switch, "The least."),
            INPUT,
        ],
        &["Get-CsUser | Measure-Object"],
    ),
    type_name: "Microsoft.PowerShell.Commands.MeasureObjectCommand",
    start: |arguments| {
        Ok(Box::new(Measure {
            property: arguments.text("Property").map(str::to_owned),
            wants: ["Average", "Sum", "Maximum", "Minimum"].map(|name| arguments.is_on(name)),
            count: 0,
            seen: false,
            numbers: Numbers::default(),
        }))
    },
};

struct Measure {
    property: Option<String>,
    /// Average, Sum, Maximum, Minimum.
    wants: [bool; 4],
    count: i64,
    /// Whether there was an object, with the property or without.
    seen: bool,
    numbers: Numbers,
}

#[derive(Default)]
struct Numbers {
    sum: f64,
    greatest: Option<f64>,
    least: Option<f64>,
}

#[async_trait]
impl Stage for Measure {
    async fn process(
        &mut self,
        input: Option<Value>,
        _session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let Some(input) = input else { return Ok(Flow::More) };
        self.seen = true;
        let value = match &self.property {
            Some(name) => property(&input, name),
            None => input,
        };
        if value == Value::Null {
            return Ok(Flow::More);
        }
        self.count += 1;
        if !self.wants.contains(&true) {
            return Ok(Flow::More);
        }
        let Some(number) = as_double(&value) else {
            let message = format!("Input object \"{}\" is not numeric.", text(&value));
            return Err(ErrorRecord::new("InvalidType", "NonNumericInputObject", message)
                .of("PSInvalidOperationException")
                .going_on());
        };
        self.numbers.sum += number;
        self.numbers.greatest = Some(self.numbers.greatest.map_or(number, |known| known.max(number)));
        self.numbers.least = Some(self.numbers.least.map_or(number, |known| known.min(number)));
        Ok(Flow::More)
    }

    async fn end(&mut self, _session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        match &self.property {
            Some(name) if self.seen && self.count == 0 => return Err(not_found(name)),
            Some(_) if !self.seen => return Ok(()),
            _ => {}
        }
        let [average, sum, maximum, minimum] = self.wants;
        let shown = |wanted: bool, number: Option<f64>| match number {
            Some(number) if wanted => whole(number),
            _ => Value::Null,
        };
        let count = as_double(&Value::Int(self.count)).filter(|count| *count > 0.0);
        let object = Object::new("Microsoft.PowerShell.Commands.GenericMeasureInfo")
            .with("Count", self.count)
            .with("Average", shown(average, count.map(|count| self.numbers.sum / count)))
            .with("Sum", shown(sum, count.map(|_| self.numbers.sum)))
            .with("Maximum", shown(maximum, self.numbers.greatest))
            .with("Minimum", shown(minimum, self.numbers.least))
            .with("Property", self.property.clone());
        out.push(object.shown_as(View::List).into());
        Ok(())
    }
}

fn not_found(property: &str) -> ErrorRecord {
    let message = format!("The property \"{property}\" cannot be found in the input for any objects.");
    ErrorRecord::new("InvalidArgument", "GenericMeasurePropertyNotFound", message)
        .of("PSArgumentException")
        .going_on()
}

/// A number without a fraction as a whole one.
fn whole(number: f64) -> Value {
    let text = format!("{number}");
    text.parse::<i64>().map_or(Value::Double(number), Value::Int)
}

pub(super) static GROUP: BuiltIn = BuiltIn {
    definition: define(
        "Group-Object",
        &["group"],
        "Puts objects together that have the same value of a property.",
        &[
            Parameter::new("Property", Kind::List, "The properties that have to be the same.").at(0),
            Parameter::new("NoElement", Kind::Switch, "Without the objects themselves."),
            INPUT,
        ],
        &["Get-CsUser | Group-Object EnterpriseVoiceEnabled"],
    ),
    type_name: "Microsoft.PowerShell.Commands.GroupObjectCommand",
    start: |arguments| {
        Ok(Box::new(Group {
            keys: choices(arguments.list("Property"), Keys::Group)?,
            bare: arguments.is_on("NoElement"),
            kept: Vec::new(),
        }))
    },
};

struct Group {
    keys: Vec<Choice>,
    bare: bool,
    kept: Vec<Value>,
}

#[async_trait]
impl Stage for Group {
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
        let mut groups: indexed::Groups = indexed::Groups::default();
        for value in std::mem::take(&mut self.kept) {
            let mut names = Vec::new();
            for key in &self.keys {
                names.push(text(&key.key(&value, session).await?));
            }
            let name = if names.is_empty() { text(&value) } else { names.join(", ") };
            groups.add(name, value);
        }
        for (name, members) in groups.into_list() {
            let type_name = if self.bare {
                "Microsoft.PowerShell.Commands.GroupInfoNoElement"
            } else {
                "Microsoft.PowerShell.Commands.GroupInfo"
            };
            let object = Object::new(type_name)
                .with("Count", i64::try_from(members.len()).unwrap_or(i64::MAX))
                .with("Name", name);
            let object = if self.bare { object } else { object.with("Group", members) };
            out.push(object.shown_as(View::Table).into());
        }
        Ok(())
    }
}

/// Groups in the order in which they were met.
mod indexed {
    use crate::Value;
    use std::collections::HashMap;

    #[derive(Default)]
    pub(super) struct Groups {
        places: HashMap<String, usize>,
        list: Vec<(String, Vec<Value>)>,
    }

    impl Groups {
        pub(super) fn add(&mut self, name: String, value: Value) {
            let place = *self.places.entry(name.to_lowercase()).or_insert(self.list.len());
            match self.list.get_mut(place) {
                Some((_, members)) => members.push(value),
                None => self.list.push((name, vec![value])),
            }
        }

        pub(super) fn into_list(self) -> Vec<(String, Vec<Value>)> {
            self.list
        }
    }
}
