//! What scripts begin and end with out of habit: Import-Module, Read-Host, Write-Warning

use super::{BuiltIn, Flow, Stage, define};
use crate::text::text;
use crate::{ErrorRecord, Kind, Parameter, SecureString, Session, Value};
use async_trait::async_trait;
use std::sync::Arc;

/// The modules whose cmdlets are here from the beginning.
const MODULES: [&str; 2] = ["Lync", "ActiveDirectory"];

pub(super) static IMPORT_MODULE: BuiltIn = BuiltIn {
    definition: define(
        "Import-Module",
        &["ipmo"],
        "Does nothing for Lync and ActiveDirectory, whose cmdlets are here already; there is no other module.",
        &[
            Parameter::new("Name", Kind::List, "The module.").at(0).needed(),
            Parameter::new("Force", Kind::Switch, "Taken, and without effect."),
        ],
        &["Import-Module Lync"],
    ),
    type_name: "Microsoft.PowerShell.Commands.ImportModuleCommand",
    start: |arguments| {
        let names = arguments.list("Name").iter().map(text);
        let unknown = |name: &String| !MODULES.iter().any(|known| known.eq_ignore_ascii_case(name));
        match names.into_iter().find(unknown) {
            None => Ok(Box::new(Nothing)),
            Some(name) => {
                let message = format!(
                    "The specified module '{name}' was not loaded because no valid module file was found in any module \
                     directory."
                );
                Err(ErrorRecord::new("ResourceUnavailable", "Modules_ModuleNotFound", message)
                    .of("FileNotFoundException")
                    .about(format!("{name}:String")))
            }
        }
    },
};

struct Nothing;

#[async_trait]
impl Stage for Nothing {
    async fn process(
        &mut self,
        _input: Option<Value>,
        _session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        Ok(Flow::More)
    }
}

pub(super) static WRITE_WARNING: BuiltIn = BuiltIn {
    definition: define(
        "Write-Warning",
        &[],
        "Writes a warning.",
        &[Parameter::new("Message", Kind::Object, "The text.").at(0)],
        &["Write-Warning \"The PIN is about to expire.\""],
    ),
    type_name: "Microsoft.PowerShell.Commands.WriteWarningCommand",
    start: |arguments| Ok(Box::new(Warn(arguments.get("Message").cloned()))),
};

struct Warn(Option<Value>);

#[async_trait]
impl Stage for Warn {
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        session.warning(&text(&self.0.clone().or(input).unwrap_or(Value::Null)));
        Ok(Flow::More)
    }
}

pub(super) static READ_HOST: BuiltIn = BuiltIn {
    definition: define(
        "Read-Host",
        &[],
        "Asks for a line at the terminal.",
        &[
            Parameter::new("Prompt", Kind::Object, "The question.").at(0),
            Parameter::new(
                "AsSecureString",
                Kind::Switch,
                "The answer is not shown, and becomes a SecureString.",
            ),
        ],
        &["$password = Read-Host \"Password\" -AsSecureString"],
    ),
    type_name: "Microsoft.PowerShell.Commands.ReadHostCommand",
    start: |arguments| {
        let prompt = arguments.get("Prompt").map(text).unwrap_or_default();
        Ok(Box::new(Ask { prompt, secret: arguments.is_on("AsSecureString") }))
    },
};

struct Ask {
    prompt: String,
    secret: bool,
}

#[async_trait]
impl Stage for Ask {
    async fn process(
        &mut self,
        _input: Option<Value>,
        session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let answer = session.ask(&self.prompt, self.secret).await.ok_or_else(|| {
            let message = "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.";
            ErrorRecord::new("InvalidOperation", "InvalidOperation", message).of("PSInvalidOperationException")
        })?;
        out.push(match self.secret {
            true => Value::SecureString(Arc::new(SecureString::new(answer))),
            false => Value::from(answer),
        });
        Ok(Flow::More)
    }
}
