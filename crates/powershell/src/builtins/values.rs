//! Get-Date, New-Object, Write-Host, Write-Output

use super::credentials::credential;
use super::{BuiltIn, Flow, INPUT, Stage, define, keep};
use crate::text::text;
use crate::{ErrorRecord, Kind, Object, Parameter, Session, Stream, Value};
use async_trait::async_trait;

pub(super) static GET_DATE: BuiltIn = BuiltIn {
    definition: define(
        "Get-Date",
        &[],
        "The time of the pool, in UTC; or a text as a time.",
        &[Parameter::new("Date", Kind::String, "The text, for instance 9/25/2012 1:35:03 PM.").at(0)],
        &["Get-Date"],
    ),
    type_name: "Microsoft.PowerShell.Commands.GetDateCommand",
    start: |arguments| Ok(Box::new(GetDate(arguments.text("Date").map(str::to_owned)))),
};

struct GetDate(Option<String>);

#[async_trait]
impl Stage for GetDate {
    async fn process(
        &mut self,
        _input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let time = match &self.0 {
            None => session.state.host.now().ok_or_else(|| {
                ErrorRecord::new("ResourceUnavailable", "NoClock", "The time of the pool is not known here.")
            })?,
            Some(given) => crate::convert::date_time(given).ok_or_else(|| {
                let message = format!(
                    "Cannot bind parameter 'Date'. Cannot convert value \"{given}\" to type \"System.DateTime\". Error: \
                     \"String was not recognized as a valid DateTime.\""
                );
                ErrorRecord::new("InvalidArgument", "CannotConvertArgumentNoMessage", message)
                    .of("ParameterBindingException")
            })?,
        };
        out.push(Value::from(time));
        Ok(Flow::More)
    }
}

pub(super) static NEW_OBJECT: BuiltIn = BuiltIn {
    definition: define(
        "New-Object",
        &[],
        "Makes a PSCredential from a user name and a SecureString, or a PSObject from a table.",
        &[
            Parameter::new(
                "TypeName",
                Kind::String,
                "System.Management.Automation.PSCredential, or PSObject.",
            )
            .at(0)
            .needed(),
            Parameter::new("ArgumentList", Kind::List, "User name and password.")
                .at(1)
                .also(&["Args"])
                .hidden(),
            Parameter::new("Property", Kind::Object, "@{ … } with the properties of a PSObject."),
        ],
        &["New-Object System.Management.Automation.PSCredential(\"litwareinc\\kenmyer\", $p)"],
    ),
    type_name: "Microsoft.PowerShell.Commands.NewObjectCommand",
    start: |arguments| {
        let name = arguments.text("TypeName").unwrap_or_default().to_owned();
        let short = name.to_ascii_lowercase().replace("system.management.automation.", "");
        let made = match short.as_str() {
            "pscredential" => credential(arguments.list("ArgumentList"))?,
            "psobject" | "pscustomobject" => {
                let object = Object::new("System.Management.Automation.PSCustomObject");
                let properties = match arguments.get("Property") {
                    Some(Value::Object(table)) => table.properties.clone(),
                    _ => Vec::new(),
                };
                properties.into_iter().fold(object, |object, (name, value)| object.with(name, value)).into()
            }
            _ => {
                let message = format!(
                    "Cannot find type [{name}]: verify that the assembly containing this type is loaded."
                );
                return Err(
                    ErrorRecord::new("InvalidType", "TypeNotFound", message).of("PSArgumentException")
                );
            }
        };
        Ok(Box::new(Made(vec![made])))
    },
};

struct Made(Vec<Value>);

#[async_trait]
impl Stage for Made {
    async fn process(
        &mut self,
        _input: Option<Value>,
        _session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        out.append(&mut self.0);
        Ok(Flow::More)
    }
}

pub(super) static WRITE_OUTPUT: BuiltIn = BuiltIn {
    definition: define(
        "Write-Output",
        &["echo", "write"],
        "Passes on what it is given.",
        &[Parameter::new("InputObject", Kind::Object, "What is passed on.").from_here(0)],
        &[],
    ),
    type_name: "Microsoft.PowerShell.Commands.WriteOutputCommand",
    start: |_| Ok(Box::new(Pass)),
};

struct Pass;

#[async_trait]
impl Stage for Pass {
    async fn process(
        &mut self,
        input: Option<Value>,
        _session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        match input {
            Some(Value::Array(items)) => items.iter().try_for_each(|item| keep(out, item.clone()))?,
            Some(single) => out.push(single),
            None => {}
        }
        Ok(Flow::More)
    }
}

pub(super) static WRITE_HOST: BuiltIn = BuiltIn {
    definition: define(
        "Write-Host",
        &[],
        "Writes a text to the screen, past the pipeline.",
        &[
            Parameter::new("Object", Kind::Object, "The text; several have a space between them.")
                .from_here(0),
            Parameter::new("ForegroundColor", Kind::String, "Taken, and without effect.").also(&["fore"]),
            INPUT,
        ],
        &[],
    ),
    type_name: "Microsoft.PowerShell.Commands.WriteHostCommand",
    start: |arguments| Ok(Box::new(ToHost(arguments.get("Object").cloned()))),
};

struct ToHost(Option<Value>);

#[async_trait]
impl Stage for ToHost {
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let value = self.0.clone().or(input).unwrap_or(Value::Null);
        for line in text(&value).split('\n') {
            session.state.host.write(Stream::Output, line.trim_end_matches('\r'));
        }
        Ok(Flow::More)
    }
}
