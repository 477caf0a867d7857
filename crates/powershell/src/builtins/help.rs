//! Get-Help

use super::{BuiltIn, Flow, Stage, define};
use crate::bind::{Resolved, parameters};
use crate::format::list;
use crate::like::{has_wildcard, is_like};
use crate::{Definition, ErrorRecord, Kind, Object, Parameter, Pipeline, Session, Value, View};
use async_trait::async_trait;

pub(super) static GET_HELP: BuiltIn = BuiltIn {
    definition: define(
        "Get-Help",
        &["help", "man"],
        "Tells what a command does, and what its parameters are.",
        &[
            Parameter::new("Name", Kind::String, "The command; wildcards list those that match.").at(0),
            Parameter::new("Examples", Kind::Switch, "Only the examples."),
            Parameter::new("Full", Kind::Switch, "With every parameter."),
            Parameter::new("Detailed", Kind::Switch, "With every parameter."),
            Parameter::new("Parameter", Kind::String, "Only the parameters of this name, with wildcards."),
        ],
        &["Get-Help Get-CsUser -Full", "Get-Help *-CsClientPin"],
    ),
    type_name: "Microsoft.PowerShell.Commands.GetHelpCommand",
    start: |arguments| {
        let part = match arguments.text("Parameter") {
            Some(pattern) => Part::Parameters(pattern.to_owned()),
            None if arguments.is_on("Examples") => Part::Examples,
            None if arguments.is_on("Full") || arguments.is_on("Detailed") => Part::Full,
            None => Part::Short,
        };
        Ok(Box::new(Help { name: arguments.text("Name").unwrap_or("Get-Help").to_owned(), part }))
    },
};

/// The stage behind `-?`.
pub(crate) fn help_for(name: &str) -> Box<dyn Stage> {
    Box::new(Help { name: name.to_owned(), part: Part::Short })
}

struct Help {
    name: String,
    part: Part,
}

enum Part {
    Short,
    Full,
    Examples,
    Parameters(String),
}

#[async_trait]
impl Stage for Help {
    async fn process(
        &mut self,
        _input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let (commands, allowed) = (&session.state.commands, session.state.allowed.as_ref());
        let mut found: Vec<&'static Definition> = match commands.find(&self.name, allowed) {
            Some(found) => vec![found.definition()],
            None => {
                let pattern =
                    if has_wildcard(&self.name) { self.name.clone() } else { format!("*{}*", self.name) };
                let all = commands.all(allowed).into_iter().map(|found| found.definition());
                all.filter(|known| is_like(known.name, &pattern)).collect()
            }
        };
        found.sort_by_key(|known| known.name);
        match found.as_slice() {
            [] => {
                let message =
                    format!("Get-Help could not find {} in a help file in this session.", self.name);
                return Err(ErrorRecord::new("ResourceUnavailable", "HelpNotFound", message)
                    .of("HelpNotFoundException"));
            }
            [only] => {
                if let Part::Parameters(pattern) = &self.part
                    && !parameters(only).map(Resolved::parameter).any(|known| is_like(known.name, pattern))
                {
                    let message = format!("No parameter matches criteria {pattern}.");
                    return Err(ErrorRecord::new("InvalidArgument", "NoParmsFound", message)
                        .of("PSArgumentException")
                        .going_on());
                }
                let text = page(only, &self.part, session.width()).join("\n");
                let object = Object::new("HelpInfo")
                    .with("Name", only.name)
                    .with("Synopsis", only.synopsis)
                    .with("Text", text)
                    .shown_as(View::Text("Text"));
                out.push(object.into());
            }
            several => out.extend(several.iter().map(|known| {
                let object =
                    Object::new("HelpInfoShort").with("Name", known.name).with("Synopsis", known.synopsis);
                object.shown_as(View::Table).into()
            })),
        }
        Ok(Flow::More)
    }
}

fn page(definition: &'static Definition, part: &Part, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    match part {
        Part::Parameters(pattern) => {
            for known in parameters(definition).map(Resolved::parameter) {
                if is_like(known.name, pattern) {
                    about(known, width, &mut lines);
                }
            }
            return lines;
        }
        Part::Examples => {
            section("NAME", &[definition.name.to_owned()], width, &mut lines);
            examples(definition, width, &mut lines);
            return lines;
        }
        Part::Short | Part::Full => {}
    }
    section("NAME", &[definition.name.to_owned()], width, &mut lines);
    section("SYNOPSIS", &[definition.synopsis.to_owned()], width, &mut lines);
    section("SYNTAX", &[syntax(definition)], width, &mut lines);
    if !definition.aliases.is_empty() {
        section("ALIASES", &[definition.aliases.join(", ")], width, &mut lines);
    }
    if !definition.description.is_empty() {
        let paragraphs: Vec<String> = definition.description.lines().map(str::to_owned).collect();
        section("DESCRIPTION", &paragraphs, width, &mut lines);
    }
    if matches!(part, Part::Full) {
        lines.push("PARAMETERS".to_owned());
        for known in definition.parameters {
            about(known, width, &mut lines);
        }
        let common = parameters(definition).map(|known| known.parameter().name);
        let common: Vec<&str> =
            common.filter(|name| definition.parameters.iter().all(|own| own.name != *name)).collect();
        section("    <CommonParameters>", &[common.join(", ")], width, &mut lines);
        examples(definition, width, &mut lines);
    } else {
        let remarks = [
            format!("To see the examples, type: \"Get-Help {} -Examples\".", definition.name),
            format!("For every parameter, type: \"Get-Help {} -Full\".", definition.name),
        ];
        section("REMARKS", &remarks, width, &mut lines);
    }
    lines
}

fn section(heading: &str, paragraphs: &[String], width: usize, lines: &mut Vec<String>) {
    lines.push(heading.to_owned());
    for paragraph in paragraphs {
        lines.extend(
            words(paragraph, width.saturating_sub(5).max(20)).into_iter().map(|line| format!("    {line}")),
        );
    }
    lines.push(String::new());
}

/// Lines that end between words.
fn words(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(last) = lines.last_mut() else { break };
        if !last.is_empty() && last.chars().count() + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

/// `Get-CsUser [[-Identity] <String>] [-WhatIf] [<CommonParameters>]`
pub(super) fn syntax(definition: &Definition) -> String {
    let mut own: Vec<&Parameter> = definition.parameters.iter().collect();
    own.sort_by_key(|parameter| parameter.position.unwrap_or(u8::MAX));
    let mut parts = vec![definition.name.to_owned()];
    for parameter in own {
        let name = format!("-{}", parameter.name);
        let named = if parameter.position.is_some() { format!("[{name}]") } else { name };
        let whole = match kind(parameter.kind) {
            None => named,
            Some(kind) => format!("{named} <{kind}>"),
        };
        parts.push(if parameter.mandatory { whole } else { format!("[{whole}]") });
    }
    if definition.should_process {
        parts.push("[-WhatIf] [-Confirm]".to_owned());
    }
    parts.push("[<CommonParameters>]".to_owned());
    parts.join(" ")
}

fn kind(kind: Kind) -> Option<String> {
    Some(match kind {
        Kind::Switch => return None,
        Kind::String => "String".to_owned(),
        Kind::Bool => "Boolean".to_owned(),
        Kind::Int { max, .. } if max > i64::from(i32::MAX) => "Int64".to_owned(),
        Kind::Int { .. } => "Int32".to_owned(),
        Kind::TimeSpan => "TimeSpan".to_owned(),
        Kind::Enum(names) => names.join(" | "),
        Kind::Credential => "PSCredential".to_owned(),
        Kind::ScriptBlock => "ScriptBlock".to_owned(),
        Kind::List => "Object[]".to_owned(),
        Kind::Object => "Object".to_owned(),
    })
}

fn about(parameter: &Parameter, width: usize, lines: &mut Vec<String>) {
    let kind = kind(parameter.kind).map_or(String::new(), |kind| format!(" <{kind}>"));
    lines.push(format!("    -{}{kind}", parameter.name));
    lines.extend(
        words(parameter.help, width.saturating_sub(9).max(20))
            .into_iter()
            .map(|line| format!("        {line}")),
    );
    lines.push(String::new());
    let range = match parameter.kind {
        Kind::Int { min, max, .. } => format!("{min} to {max}"),
        _ => String::new(),
    };
    let pipeline = match parameter.pipeline {
        Pipeline::No => "false",
        Pipeline::Value => "true (ByValue)",
        Pipeline::Property => "true (ByPropertyName, ByValue)",
    };
    let mut facts = vec![
        ("Required?", parameter.mandatory.to_string()),
        ("Position?", parameter.position.map_or_else(|| "named".to_owned(), |at| (at + 1).to_string())),
        ("Accept pipeline input?", pipeline.to_owned()),
    ];
    if !parameter.aliases.is_empty() {
        facts.push(("Aliases", parameter.aliases.join(", ")));
    }
    if !range.is_empty() {
        facts.push(("Range", range));
    }
    let mut table = Vec::new();
    list(&facts, width, &mut table);
    lines.extend(table.into_iter().map(|line| format!("        {}", line.replacen(" : ", "   ", 1))));
    lines.push(String::new());
}

fn examples(definition: &Definition, width: usize, lines: &mut Vec<String>) {
    for (index, example) in definition.examples.iter().enumerate() {
        lines
            .push(format!("    -------------------------- EXAMPLE {} --------------------------", index + 1));
        lines.push(String::new());
        lines.extend(
            words(example, width.saturating_sub(5).max(20)).into_iter().map(|line| format!("    {line}")),
        );
        lines.push(String::new());
    }
}
