//! Get-Command, Get-Member, Get-Variable, Clear-Host

use super::properties::all;
use super::{BuiltIn, Flow, INPUT, Stage, define};
use crate::like::is_like;
use crate::text::type_name;
use crate::{ErrorRecord, Kind, Object, Parameter, Session, Value, View};
use async_trait::async_trait;

pub(super) static GET_COMMAND: BuiltIn = BuiltIn {
    definition: define(
        "Get-Command",
        &["gcm"],
        "Lists the commands that can be run; the synopsis beside the name is this shell's own.",
        &[
            Parameter::new("Name", Kind::List, "Names, with wildcards.").at(0),
            Parameter::new("Verb", Kind::String, "Only those that begin so, for instance Get."),
            Parameter::new("Noun", Kind::String, "Only those that end so, for instance CsUser."),
        ],
        &["Get-Command", "Get-Command *-CsClientPin"],
    ),
    type_name: "Microsoft.PowerShell.Commands.GetCommandCommand",
    start: |arguments| {
        Ok(Box::new(GetCommand {
            names: arguments.list("Name").iter().map(crate::text::text).collect(),
            verb: arguments.text("Verb").unwrap_or("*").to_owned(),
            noun: arguments.text("Noun").unwrap_or("*").to_owned(),
        }))
    },
};

struct GetCommand {
    names: Vec<String>,
    verb: String,
    noun: String,
}

impl GetCommand {
    fn row(kind: &'static str, name: impl Into<Value>, synopsis: impl Into<Value>) -> Value {
        let object = Object::new("System.Management.Automation.CmdletInfo");
        object
            .with("CommandType", kind)
            .with("Name", name)
            .with("Synopsis", synopsis)
            .shown_as(View::Table)
            .into()
    }

    fn asks_for(&self, name: &str) -> bool {
        let (verb, noun) = name.split_once('-').unwrap_or((name, ""));
        (self.names.is_empty() || self.names.iter().any(|pattern| is_like(name, pattern)))
            && is_like(verb, &self.verb)
            && is_like(noun, &self.noun)
    }
}

#[async_trait]
impl Stage for GetCommand {
    async fn process(
        &mut self,
        _input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let all = session.state.commands.all(session.state.allowed.as_ref());
        let mut rows = Vec::new();
        for definition in all.iter().map(crate::commands::Found::definition) {
            if self.asks_for(definition.name) {
                rows.push((definition.name, Self::row("Cmdlet", definition.name, definition.synopsis)));
            }
            // Aliases only where they are asked for: there are more of them than there is room.
            for alias in
                definition.aliases.iter().filter(|alias| !self.names.is_empty() && self.asks_for(alias))
            {
                rows.push((
                    alias,
                    Self::row("Alias", format!("{alias} -> {}", definition.name), definition.synopsis),
                ));
            }
        }
        rows.sort_by_key(|(name, _)| name.to_lowercase());
        let exact = self.names.iter().find(|name| !crate::like::has_wildcard(name));
        if let (true, Some(name)) = (rows.is_empty(), exact) {
            let message = format!(
                "The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable \
                 program. Check the spelling of the name, or if a path was included, verify that the path is correct \
                 and try again."
            );
            return Err(ErrorRecord::new("ObjectNotFound", "CommandNotFoundException", message)
                .of("CommandNotFoundException")
                .about(format!("{name}:String"))
                .going_on());
        }
        out.extend(rows.into_iter().map(|(_, row)| row));
        Ok(Flow::More)
    }
}

pub(super) static GET_MEMBER: BuiltIn = BuiltIn {
    definition: define(
        "Get-Member",
        &["gm"],
        "Lists the properties and methods of objects, once for each type.",
        &[Parameter::new("Name", Kind::List, "Names, with wildcards.").at(0), INPUT],
        &["Get-CsUser | Get-Member"],
    ),
    type_name: "Microsoft.PowerShell.Commands.GetMemberCommand",
    start: |arguments| {
        let names = arguments.list("Name").iter().map(crate::text::text).collect();
        Ok(Box::new(GetMember { names, types: Vec::new() }))
    },
};

struct GetMember {
    names: Vec<String>,
    types: Vec<String>,
}

#[async_trait]
impl Stage for GetMember {
    async fn process(
        &mut self,
        input: Option<Value>,
        _session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let Some(value) = input.filter(|value| *value != Value::Null) else {
            let message = "You must specify an object for the Get-Member cmdlet.";
            return Err(ErrorRecord::new("CloseError", "NoObjectInGetMember", message)
                .of("InvalidOperationException"));
        };
        let kind = type_name(&value).to_owned();
        if self.types.contains(&kind) || self.types.len() > 1000 {
            return Ok(Flow::More);
        }
        let row = |name: &str, member: &'static str, definition: String| {
            Object::new("Microsoft.PowerShell.Commands.MemberDefinition")
                .with("Name", name.to_owned())
                .with("MemberType", member)
                .with("Definition", definition)
                .with("TypeName", kind.clone())
                .shown_as(View::Table)
        };
        let wanted =
            |name: &str| self.names.is_empty() || self.names.iter().any(|pattern| is_like(name, pattern));
        let mut rows = Vec::new();
        if let Value::Object(object) = &value {
            for (name, _) in object.methods.iter().filter(|(name, _)| wanted(name)) {
                rows.push(row(name, "Method", format!("string {name}()")));
            }
        }
        let mut properties = all(&value);
        properties.sort_by_key(|(name, _)| name.to_lowercase());
        for (name, value) in properties.iter().filter(|(name, _)| wanted(name)) {
            // Of what is empty the type is not known.
            let kind = if *value == Value::Null { "System.Object" } else { type_name(value) };
            rows.push(row(name, "Property", format!("{kind} {name} {{get;}}")));
        }
        self.types.push(kind.clone());
        out.extend(rows.into_iter().map(Value::from));
        Ok(Flow::More)
    }
}

pub(super) static GET_VARIABLE: BuiltIn = BuiltIn {
    definition: define(
        "Get-Variable",
        &["gv"],
        "Lists the variables.",
        &[Parameter::new("Name", Kind::String, "The name without $, with wildcards.").at(0)],
        &["Get-Variable"],
    ),
    type_name: "Microsoft.PowerShell.Commands.GetVariableCommand",
    start: |arguments| Ok(Box::new(GetVariable(arguments.text("Name").unwrap_or("*").to_owned()))),
};

struct GetVariable(String);

#[async_trait]
impl Stage for GetVariable {
    async fn process(
        &mut self,
        _input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        for (name, value) in session.state.variables.iter().filter(|(name, _)| is_like(name, &self.0)) {
            let object = Object::new("System.Management.Automation.PSVariable").with("Name", name.to_owned());
            out.push(object.with("Value", value.clone()).shown_as(View::Table).into());
        }
        if out.is_empty() && !crate::like::has_wildcard(&self.0) {
            let message = format!("Cannot find a variable with the name '{}'.", self.0);
            return Err(ErrorRecord::new("ObjectNotFound", "VariableNotFound", message)
                .of("ItemNotFoundException")
                .about(format!("{}:String", self.0))
                .going_on());
        }
        Ok(Flow::More)
    }
}

pub(super) static CLEAR_HOST: BuiltIn = BuiltIn {
    definition: define("Clear-Host", &["cls", "clear"], "Clears the screen.", &[], &[]),
    type_name: "Microsoft.PowerShell.Commands.ClearHostCommand",
    start: |_| Ok(Box::new(Clear)),
};

struct Clear;

#[async_trait]
impl Stage for Clear {
    async fn process(
        &mut self,
        _input: Option<Value>,
        session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        session.state.host.clear();
        Ok(Flow::More)
    }
}
