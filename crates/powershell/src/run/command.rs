//! One command: looked up, bound, called for each object.

use super::{Blame, Halt};
use crate::bind::{self, Bound, Fault, Given, GivenKind};
use crate::builtins::{Flow, Stage};
use crate::call::{Call, ErrorAction, Keep};
use crate::commands::Found;
use crate::convert::Offered;
use crate::run::pipeline::unwrapped;
use crate::state::State;
use crate::syntax::{ArgumentKind, Command, Expr, ExprKind, Source, Span, number};
use crate::{Arguments, Cmdlet, Credential, Definition, ErrorRecord, Kind, Session, Stream, Value};
use std::sync::Arc;

/// A command of a pipeline.
pub(super) struct Running {
    work: Work,
    blame: Blame,
    span: Span,
    position: usize,
    definition: &'static Definition,
    call: Call,
    /// For -OutVariable and -ErrorVariable.
    output: Vec<Value>,
    errors: Vec<Value>,
}

enum Work {
    Cmdlet(Arc<dyn Cmdlet>, Arguments),
    /// With what -InputObject gave.
    BuiltIn(Box<dyn Stage>, Option<Value>),
}

impl Running {
    /// Sets the variables that were asked for.
    ///
    /// # Errors
    /// One would hold too many objects.
    pub(super) fn set_variables(&mut self, state: &mut State) -> Result<(), ErrorRecord> {
        let call = &mut self.call;
        if let Some(name) = call.pipeline_variable.take() {
            state.variables.remove(&name);
        }
        for (keep, values) in [
            (call.out_variable.take(), &mut self.output),
            (call.error_variable.take(), &mut self.errors),
            (call.warning_variable.take(), &mut call.warnings),
        ] {
            let Some(Keep { name, append }) = keep else { continue };
            let mut all = match state.variables.get(&name) {
                Some(Value::Array(before)) if append => before.to_vec(),
                Some(Value::Null) | None => Vec::new(),
                Some(before) if append => vec![before.clone()],
                Some(_) => Vec::new(),
            };
            all.append(values);
            if all.len() > super::MAX_OBJECTS {
                return Err(super::pipeline::too_many());
            }
            state.variables.set(&name, Value::from(all));
        }
        Ok(())
    }

    /// -PipelineVariable.
    pub(super) fn pipeline_variable(&self) -> Option<Arc<str>> {
        self.call.pipeline_variable.as_deref().map(Arc::from)
    }
}

impl State {
    /// Looks the command up and binds its arguments.
    pub(super) async fn start(
        &mut self,
        source: &Arc<Source>,
        command: &Command,
        position: usize,
    ) -> Result<Running, Halt> {
        let Some(found) = self.commands.find(&command.name, self.allowed.as_ref()) else {
            return Err(self.unknown(source, command));
        };
        let definition = found.definition();
        let blame = Blame { name: definition.name.to_owned(), type_name: found.type_name() };
        let mut given = Vec::new();
        for argument in &command.arguments {
            let kind = match &argument.kind {
                ArgumentKind::Value(expr) => GivenKind::Value(self.offer(source, expr).await?),
                ArgumentKind::Parameter { name, value: None } => GivenKind::Name(name.clone(), None),
                ArgumentKind::Parameter { name, value: Some(expr) } => {
                    GivenKind::Name(name.clone(), Some(self.offer(source, expr).await?))
                }
            };
            given.push(Given { span: argument.span, kind });
        }
        let bound = bind::bind(definition, given);
        let Bound { mut arguments, mut call, wants_help } = bound.map_err(|Fault { span, record }| {
            self.fail(source, span.unwrap_or(command.span), &record, Some(&blame))
        })?;
        self.prefer(&mut call);
        let running = |work, call| Running {
            work,
            blame: blame.clone(),
            span: command.span,
            position,
            definition,
            call,
            output: Vec::new(),
            errors: Vec::new(),
        };
        if wants_help {
            let stage = crate::builtins::help_for(definition.name);
            return Ok(running(Work::BuiltIn(stage, None), call));
        }
        self.ask_passwords(definition, &mut arguments)
            .await
            .map_err(|record| self.fail(source, command.span, &record, Some(&blame)))?;
        match found {
            Found::Cmdlet(cmdlet) => Ok(running(Work::Cmdlet(cmdlet, arguments), call)),
            Found::BuiltIn(built_in) => {
                self.ask_missing(definition, &mut arguments, position, false)
                    .await
                    .map_err(|record| self.fail(source, command.span, &record, Some(&blame)))?;
                let stage = (built_in.start)(&arguments)
                    .map_err(|record| self.fail(source, command.span, &record, Some(&blame)))?;
                Ok(running(Work::BuiltIn(stage, arguments.get("InputObject").cloned()), call))
            }
        }
    }

    fn unknown(&mut self, source: &Source, command: &Command) -> Halt {
        if super::script::is_script(&command.name) {
            let message = "This shell runs no script inside a pipeline; it stands alone in its statement.";
            let record = ErrorRecord::new("NotImplemented", "ScriptInPipelineNotSupported", message);
            return self.fail(source, command.name_span, &record, None);
        }
        let hidden = source
            .secrets
            .iter()
            .any(|secret| secret.start <= command.name_span.start && command.name_span.end <= secret.end);
        let name = if hidden { super::secrets::MASK } else { command.name.as_str() };
        let message = format!(
            "The term '{name}' is not recognized as the name of a cmdlet, function, script file, or operable program. \
             Check the spelling of the name, or if a path was included, verify that the path is correct and try again."
        );
        let record = ErrorRecord::new("ObjectNotFound", "CommandNotFoundException", message)
            .of("CommandNotFoundException")
            .about(format!("{name}:String"));
        let blame = Blame { name: name.to_owned(), type_name: None };
        let halt = self.fail_as(source, command.name_span, &record, Some(&blame), false);
        if self.error_preference().is_silent() {
            return halt;
        }
        let note = if let Some(hint) = hint(name) {
            hint.to_owned()
        } else if self.commands.find(name, None).is_some() {
            "the role of this session does not have it.".to_owned()
        } else if let Some(nearest) = self.commands.nearest(name, self.allowed.as_ref()) {
            format!("did you mean {nearest}?")
        } else {
            return halt;
        };
        self.host.write(Stream::Error, &format!("Note (not PowerShell's): {note}"));
        halt
    }

    /// The value of an argument. A word without quotes keeps its text, whatever it looks like.
    async fn offer(&mut self, source: &Arc<Source>, expr: &Expr) -> Result<Offered, Halt> {
        Ok(match &expr.kind {
            ExprKind::Word(word) => {
                let value = number(word).unwrap_or_else(|| Value::String(word.clone()));
                Offered { value, word: Some(word.clone()), split: false }
            }
            ExprKind::Split(word) => {
                Offered { value: Value::String(word.clone()), word: Some(word.clone()), split: true }
            }
            _ => Offered::value(self.evaluate(source, expr).await?),
        })
    }

    /// Calls the command for one object, or once where there is none.
    pub(super) async fn call(
        &mut self,
        running: &mut Running,
        source: &Arc<Source>,
        input: Option<Value>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, Halt> {
        let done = match &mut running.work {
            Work::BuiltIn(stage, given) => {
                let input = input.or_else(|| given.take());
                let mut session = Session { state: self, call: &mut running.call };
                stage.process(input, &mut session, out).await
            }
            Work::Cmdlet(cmdlet, arguments) => {
                let (cmdlet, mut arguments) = (cmdlet.clone(), arguments.clone());
                let ready = self.complete(running, &mut arguments, input).await;
                match ready {
                    Ok(()) => {
                        let mut session = Session { state: self, call: &mut running.call };
                        cmdlet.process(&arguments, &mut session).await.map(|values| {
                            out.extend(values);
                            Flow::More
                        })
                    }
                    Err(record) => Err(record),
                }
            }
        };
        self.settle(running, source, done, out)
    }

    /// Tells the command that no object is to come.
    pub(super) async fn end(
        &mut self,
        running: &mut Running,
        source: &Arc<Source>,
        out: &mut Vec<Value>,
    ) -> Result<(), Halt> {
        let Work::BuiltIn(stage, _) = &mut running.work else { return Ok(()) };
        let mut session = Session { state: self, call: &mut running.call };
        let done = stage.end(&mut session, out).await.map(|()| Flow::More);
        self.settle(running, source, done, out).map(|_| ())
    }

    /// Adds what the pipeline brings, and asks for what is still missing.
    async fn complete(
        &mut self,
        running: &Running,
        arguments: &mut Arguments,
        input: Option<Value>,
    ) -> Result<(), ErrorRecord> {
        let definition = running.definition;
        let from_pipeline = input.is_some();
        if let Some(input) = input {
            bind::bind_input(definition, arguments, &input).map_err(ErrorRecord::going_on)?;
        }
        self.ask_missing(definition, arguments, running.position, from_pipeline).await
    }

    /// Shows the errors of one call, keeps what -OutVariable wants.
    fn settle(
        &mut self,
        running: &mut Running,
        source: &Source,
        done: Result<Flow, ErrorRecord>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, Halt> {
        let mut halt = None;
        for record in std::mem::take(&mut running.call.pending_errors) {
            halt = halt.or(self.written(running, source, &record));
        }
        if running.call.out_variable.is_some() {
            running.output.extend(out.iter().cloned());
        }
        if out.len() > super::MAX_OBJECTS || running.output.len() > super::MAX_OBJECTS {
            out.clear();
            self.fail(source, running.span, &super::pipeline::too_many(), Some(&running.blame));
            return Err(Halt::Script);
        }
        match done {
            Ok(flow) => halt.map_or(Ok(flow), Err),
            Err(record) => {
                let shown = self.written(running, source, &record);
                match halt.or(shown) {
                    Some(halt) => Err(halt),
                    None if record.terminating => Err(Halt::Statement),
                    None => Ok(Flow::More),
                }
            }
        }
    }

    /// Shows an error of a command, as -ErrorAction says; what ends because of it.
    fn written(&mut self, running: &mut Running, source: &Source, record: &ErrorRecord) -> Option<Halt> {
        if record.id == HALT {
            return Some(Halt::Script);
        }
        let action = running.call.error_action.unwrap_or_else(|| self.error_preference());
        let error = self.take_error(source, running.span, record, Some(&running.blame), action);
        if running.call.error_variable.is_some() {
            running.errors.push(error);
        }
        (action == ErrorAction::Stop).then_some(Halt::Script)
    }

    /// Where a user name was given for a credential, its password is asked for.
    async fn ask_passwords(
        &mut self,
        definition: &'static Definition,
        arguments: &mut Arguments,
    ) -> Result<(), ErrorRecord> {
        for parameter in definition.parameters.iter().filter(|known| known.kind == Kind::Credential) {
            let Some(Value::String(user)) = arguments.get(parameter.name).cloned() else { continue };
            let credential = self.ask_password(&user).await;
            let credential = credential.ok_or_else(|| no_password(parameter.name))?;
            arguments.set(parameter.name, credential);
        }
        Ok(())
    }

    /// Asks for the password of a user; `None` where nobody can be asked.
    pub(crate) async fn ask_password(&mut self, user: &str) -> Option<Value> {
        if !self.host.can_ask() {
            return None;
        }
        let password = self.host.clone().ask(&format!("Password for user {user}"), true).await?;
        Some(Value::Credential(Arc::new(Credential::new(user, password))))
    }

    /// Asks for what is mandatory and was not given.
    async fn ask_missing(
        &mut self,
        definition: &'static Definition,
        arguments: &mut Arguments,
        position: usize,
        from_pipeline: bool,
    ) -> Result<(), ErrorRecord> {
        let missing = bind::missing(definition, arguments);
        if missing.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = missing.iter().map(|parameter| parameter.name).collect();
        let host = self.host.clone();
        if from_pipeline || !host.can_ask() {
            return Err(missing_error(&names));
        }
        let heading = format!("cmdlet {} at command pipeline position {position}", definition.name);
        host.write(Stream::Output, &heading);
        host.write(Stream::Output, "Supply values for the following parameters:");
        for parameter in missing {
            let value = match parameter.kind {
                Kind::Credential => {
                    host.write(Stream::Output, parameter.name);
                    let user = host.ask("User", false).await.ok_or_else(|| missing_error(&names))?;
                    self.ask_password(&user).await
                }
                _ => host.ask(parameter.name, parameter.secret).await.map(Value::from),
            };
            let offered = Offered::value(value.ok_or_else(|| missing_error(&names))?);
            arguments.set(parameter.name, crate::convert::convert(parameter, &offered)?);
        }
        Ok(())
    }

    /// Runs a script block for a command; where the script has to end, an error says so that is not shown again.
    pub(crate) async fn invoke_for(
        &mut self,
        block: &crate::ScriptBlock,
        item: Value,
    ) -> Result<Vec<Value>, ErrorRecord> {
        self.invoke(block, item).await.map_err(|_| ErrorRecord::new("OperationStopped", HALT, ""))
    }

    /// The same, as one value.
    pub(crate) async fn invoke_value(
        &mut self,
        block: &crate::ScriptBlock,
        item: Value,
    ) -> Result<Value, ErrorRecord> {
        self.invoke_for(block, item).await.map(unwrapped)
    }
}

/// What to do instead of a command that other shells have, or that the lab answers in another way.
fn hint(name: &str) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "quit" | "logout" | "q" | "bye" => Some("exit leaves"),
        "get-eventlog" | "get-winevent" => Some("`lyncmock events` shows what the pool did"),
        _ => None,
    }
}

/// The id of an error that only carries the end of the script through a command.
const HALT: &str = "the script ends";

fn no_password(parameter: &str) -> ErrorRecord {
    let message = format!(
        "Cannot process argument for parameter '{parameter}': a user name was given, and nobody can be asked for the \
         password here. Give a credential: New-Object System.Management.Automation.PSCredential(\"DOMAIN\\user\", \
         (ConvertTo-SecureString \"password\" -AsPlainText -Force))."
    );
    ErrorRecord::new("InvalidArgument", "PasswordCannotBeAskedFor", message).of("ParameterBindingException")
}

fn missing_error(names: &[&str]) -> ErrorRecord {
    let message = format!(
        "Cannot process command because of one or more missing mandatory parameters: {}.",
        names.join(" ")
    );
    ErrorRecord::new("InvalidArgument", "MissingMandatoryParameter", message).of("ParameterBindingException")
}
