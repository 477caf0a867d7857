//! Where-Object, ForEach-Object

use super::{BuiltIn, Flow, INPUT, Stage, define, wrong};
use crate::compare::{check, compare, truth};
use crate::convert::is_null;
use crate::run::property;
use crate::syntax::Operator;
use crate::text::text;
use crate::{Arguments, ErrorRecord, Kind, Parameter, ScriptBlock, Session, Value};
use async_trait::async_trait;
use std::sync::Arc;

const fn operator(name: &'static str) -> Parameter {
    Parameter::new(name, Kind::Switch, "The comparison of the form Where-Object Property -Operator Value.")
}

pub(super) static WHERE: BuiltIn = BuiltIn {
    definition: define(
        "Where-Object",
        &["where", "?"],
        "Passes on the objects that fulfil a condition.",
        &[
            Parameter::new(
                "FilterScript",
                Kind::Object,
                "{ … } over $_; or the name of a property, with an operator and a value behind it.",
            )
            .at(0),
            Parameter::new("Property", Kind::String, "The name of the property that is compared."),
            Parameter::new("Value", Kind::Object, "What the property is compared with.").at(1),
            operator("EQ"),
            operator("NE"),
            operator("GT"),
            operator("GE"),
            operator("LT"),
            operator("LE"),
            operator("Like"),
            operator("NotLike"),
            operator("Match"),
            operator("NotMatch"),
            operator("Contains"),
            operator("NotContains"),
            operator("In"),
            operator("NotIn"),
            operator("CEQ"),
            operator("CNE"),
            operator("CLike"),
            operator("CMatch"),
            INPUT,
        ],
        &[
            "Get-CsAdminRole | Where-Object {$_.Cmdlets -match \"Test-CsPhoneBootstrap\"}",
            "Get-CsUser | Get-CsClientPinInfo | Where-Object IsLockedOut -eq $true",
        ],
    ),
    type_name: "Microsoft.PowerShell.Commands.WhereObjectCommand",
    start: |arguments| Ok(Box::new(Where(condition(arguments)?))),
};

enum Condition {
    Script(Arc<ScriptBlock>),
    Compare(String, Operator, Value),
    IsTrue(String),
}

fn condition(arguments: &Arguments) -> Result<Condition, ErrorRecord> {
    let first = arguments.get("FilterScript");
    if let Some(Value::ScriptBlock(block)) = first {
        return Ok(Condition::Script(block.clone()));
    }
    if first == Some(&Value::Null) {
        return Err(is_null("FilterScript"));
    }
    let named = arguments.text("Property").map(str::to_owned);
    let Some(name) = named.clone().or_else(|| first.map(text)) else {
        return Err(wrong("Where-Object needs { … } or the name of a property."));
    };
    let switches = WHERE.definition.parameters.iter().filter(|known| known.kind == Kind::Switch);
    let mut on = switches.filter(|known| arguments.is_on(known.name));
    let operator = on.next().and_then(|known| Operator::named(known.name));
    if on.next().is_some() {
        return Err(wrong("Where-Object compares with one operator at a time."));
    }
    // With -Property the first value without a name is what it is compared with.
    let value =
        if named.is_some() { first.or_else(|| arguments.get("Value")) } else { arguments.get("Value") };
    match (operator, value) {
        (Some(operator), Some(value)) => {
            // A pattern that no object can be compared with is told once.
            check(operator, value).map_err(|error| incomparable(error.id, error.message))?;
            Ok(Condition::Compare(name, operator, value.clone()))
        }
        (None, None) => Ok(Condition::IsTrue(name)),
        _ => {
            Err(wrong(format!("Where-Object {name} needs an operator and a value, for instance -eq $true.")))
        }
    }
}

fn incomparable(id: &'static str, message: String) -> ErrorRecord {
    ErrorRecord::new("InvalidOperation", id, message).of("RuntimeException")
}

struct Where(Condition);

#[async_trait]
impl Stage for Where {
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let Some(value) = input else { return Ok(Flow::More) };
        let found = match &self.0 {
            Condition::Script(block) => session.state.invoke_value(block, value.clone()).await?,
            Condition::IsTrue(name) => property(&value, name),
            Condition::Compare(name, operator, with) => compare(*operator, &property(&value, name), with)
                .map_err(|error| incomparable(error.id, error.message).going_on())?,
        };
        if truth(&found) {
            out.push(value);
        }
        Ok(Flow::More)
    }
}

pub(super) static FOR_EACH: BuiltIn = BuiltIn {
    definition: define(
        "ForEach-Object",
        &["foreach", "%"],
        "Runs { … } for each object, or takes a property of each.",
        &[
            Parameter::new("Process", Kind::Object, "{ … } over $_; or the name of a property.")
                .at(0)
                .needed(),
            Parameter::new("Begin", Kind::ScriptBlock, "Runs once before the first object."),
            Parameter::new("End", Kind::ScriptBlock, "Runs once after the last object."),
            INPUT,
        ],
        &["Get-CsUser | ForEach-Object { $_.SipAddress }", "Get-CsUser | ForEach-Object SipAddress"],
    ),
    type_name: "Microsoft.PowerShell.Commands.ForEachObjectCommand",
    start: |arguments| {
        if arguments.get("Process") == Some(&Value::Null) {
            return Err(is_null("Process"));
        }
        Ok(Box::new(ForEach {
            process: arguments.get("Process").cloned().unwrap_or(Value::Null),
            begin: block(arguments, "Begin"),
            end: block(arguments, "End"),
        }))
    },
};

fn block(arguments: &Arguments, name: &str) -> Option<Arc<ScriptBlock>> {
    match arguments.get(name) {
        Some(Value::ScriptBlock(block)) => Some(block.clone()),
        _ => None,
    }
}

struct ForEach {
    process: Value,
    begin: Option<Arc<ScriptBlock>>,
    end: Option<Arc<ScriptBlock>>,
}

#[async_trait]
impl Stage for ForEach {
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        if let Some(begin) = self.begin.take() {
            out.extend(session.state.invoke_for(&begin, Value::Null).await?);
        }
        match &self.process {
            Value::ScriptBlock(block) => {
                out.extend(session.state.invoke_for(block, input.unwrap_or(Value::Null)).await?);
            }
            name => match property(&input.unwrap_or(Value::Null), &text(name)) {
                Value::Array(items) => out.extend(items.iter().cloned()),
                single => out.push(single),
            },
        }
        Ok(Flow::More)
    }

    async fn end(&mut self, session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        for block in [self.begin.take(), self.end.take()].into_iter().flatten() {
            out.extend(session.state.invoke_for(&block, Value::Null).await?);
        }
        Ok(())
    }
}
