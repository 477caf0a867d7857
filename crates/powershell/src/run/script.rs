//! A script that a line names: `.\a.ps1`.

use super::pipeline::Sink;
use super::{Blame, Halt, INVOCATION, secrets};
use crate::ErrorRecord;
use crate::state::State;
use crate::syntax::{Command, Element, Pipeline, Source, parse};
use std::sync::Arc;

/// The script that the pipeline consists of. As in PowerShell it is named by a path: a name alone is a command's.
pub(super) fn named(pipeline: &Pipeline) -> Option<&Command> {
    match pipeline.elements.as_slice() {
        [Element::Command(command)] if is_script(&command.name) => Some(command),
        _ => None,
    }
}

pub(super) fn is_script(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".ps1") && name.contains(['/', '\\'])
}

impl State {
    /// Runs the script in this session: its variables stay, as of a script that is dot-sourced.
    pub(super) async fn script(
        &mut self,
        source: &Arc<Source>,
        command: &Command,
        sink: &mut Sink<'_>,
    ) -> Result<(), Halt> {
        let blame = Blame { name: command.name.clone(), type_name: None };
        if let Some(argument) = command.arguments.first() {
            let message = "A script takes no arguments here.";
            let record = ErrorRecord::new("InvalidArgument", "ScriptArgumentsNotSupported", message);
            return Err(self.fail(source, argument.span, &record, Some(&blame)));
        }
        let path = command.name.replace('\\', "/");
        let text = self.host.clone().read_file(&path).await;
        let text = text.map_err(|reason| {
            let record = ErrorRecord::new("ObjectNotFound", "ScriptNotRead", reason);
            self.fail(source, command.name_span, &record, Some(&blame))
        })?;
        let parsed = parse(&text);
        let secrets = match &parsed {
            Ok(block) => secrets::in_script(self, &text, block),
            Err(_) => secrets::by_look(self, &text),
        };
        let inside = Arc::new(Source { text, name: Some(path), secrets });
        match parsed {
            Ok(block) => {
                self.enter(source, command.span)?;
                self.depth += INVOCATION - 1;
                let done = self.block(&inside, &block, sink).await;
                self.depth -= INVOCATION;
                match self.exit.take() {
                    // `exit` ends the script that it stands in.
                    Some(code) => {
                        self.variables.set("LASTEXITCODE", i64::from(code).into());
                        Ok(())
                    }
                    None => done,
                }
            }
            Err(error) => {
                self.errors += 1;
                self.report_syntax(&inside, &error);
                Err(Halt::Statement)
            }
        }
    }
}
