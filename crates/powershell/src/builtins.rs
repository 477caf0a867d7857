//! The commands that the language itself brings.

mod credentials;
mod export;
mod filter;
mod habits;
mod help;
mod look;
mod output;
mod properties;
mod select;
mod sort;
mod summary;
mod values;

pub(crate) use help::help_for;

use crate::{Arguments, Definition, ErrorRecord, Kind, Parameter, Session, Value};
use async_trait::async_trait;

/// Whether a command wants more objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    More,
    Enough,
}

/// A command of the language while it runs. Unlike a cmdlet it may keep objects, and knows when the last one was there.
#[async_trait]
pub(crate) trait Stage: Send + Sync {
    /// Takes one object, or none where the pipeline begins with it.
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord>;

    /// No object is to come.
    async fn end(&mut self, _session: &mut Session<'_>, _out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        Ok(())
    }
}

/// A command of the language.
pub(crate) struct BuiltIn {
    pub definition: Definition,
    /// The .NET type that implements it in PowerShell.
    pub type_name: &'static str,
    pub start: Start,
}

/// Begins a run with these arguments.
pub(crate) type Start = fn(&Arguments) -> Result<Box<dyn Stage>, ErrorRecord>;

/// All of them.
pub(crate) static ALL: &[&BuiltIn] = &[
    &look::CLEAR_HOST,
    &export::TO_CSV,
    &export::TO_JSON,
    &credentials::SECURE_STRING,
    &filter::FOR_EACH,
    &output::FORMAT_LIST,
    &output::FORMAT_TABLE,
    &look::GET_COMMAND,
    &credentials::GET_CREDENTIAL,
    &values::GET_DATE,
    &help::GET_HELP,
    &look::GET_MEMBER,
    &look::GET_VARIABLE,
    &summary::GROUP,
    &habits::IMPORT_MODULE,
    &summary::MEASURE,
    &values::NEW_OBJECT,
    &output::OUT_FILE,
    &output::OUT_HOST,
    &output::OUT_NULL,
    &output::OUT_STRING,
    &habits::READ_HOST,
    &select::SELECT,
    &sort::SORT,
    &filter::WHERE,
    &values::WRITE_HOST,
    &values::WRITE_OUTPUT,
    &habits::WRITE_WARNING,
];

/// What every command takes that works on objects.
const INPUT: Parameter =
    Parameter::new("InputObject", Kind::Object, "The object, where none comes by the pipeline.");

const fn define(
    name: &'static str,
    aliases: &'static [&'static str],
    synopsis: &'static str,
    parameters: &'static [Parameter],
    examples: &'static [&'static str],
) -> Definition {
    Definition { name, aliases, synopsis, description: "", parameters, examples, should_process: false }
}

/// The same, of a command that takes -WhatIf and -Confirm.
const fn changing(definition: Definition) -> Definition {
    Definition { should_process: true, ..definition }
}

/// A parameter that cannot be used so.
fn wrong(message: impl Into<String>) -> ErrorRecord {
    ErrorRecord::new("InvalidArgument", "InvalidArgument", message).of("PSArgumentException")
}

/// Keeps an object, unless there are too many.
fn keep(kept: &mut Vec<Value>, value: Value) -> Result<(), ErrorRecord> {
    if kept.len() >= crate::run::MAX_OBJECTS {
        let message = format!("More than {} objects in one pipeline.", crate::run::MAX_OBJECTS);
        return Err(ErrorRecord::new("LimitsExceeded", "TooManyObjects", message));
    }
    kept.push(value);
    Ok(())
}
