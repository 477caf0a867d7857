//! Running a tree.

mod command;
mod evaluate;
mod member;
mod method;
mod operate;
mod pipeline;
mod preference;
mod report;
mod script;
pub(crate) mod secrets;

pub(crate) use evaluate::HASHTABLE;
pub(crate) use member::{parts, property};
pub(crate) use operate::{deep, too_deep};
pub(crate) use pipeline::Sink;
pub(crate) use report::Blame;

use crate::state::State;
use crate::syntax::{Block, ScriptBlock, Source, Span, Statement};
use crate::text::text;
use crate::{ErrorRecord, Value};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

/// A future that refers to itself.
pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why something did not run to its end. The error is already shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// The statement ends, the next one runs.
    Statement,
    /// The script ends.
    Script,
}

/// How many evaluations may be inside each other: brackets, and script blocks that run script blocks.
const MAX_DEPTH: usize = 128;

/// How many evaluations a script block counts for that runs inside another: it takes that much more of the stack.
const INVOCATION: usize = 10;

/// How many evaluations one script may make; a condition on the most objects that a pipeline takes
/// makes a fifth of it.
pub(crate) const MAX_STEPS: u64 = 5_000_000;

/// Objects that one statement may pass on or keep.
pub(crate) const MAX_OBJECTS: usize = 100_000;

impl State {
    /// Runs statements, one after the other. One that fails does not keep the next from running.
    pub(crate) fn block<'a>(
        &'a mut self,
        source: &'a Arc<Source>,
        block: &'a Block,
        sink: &'a mut Sink<'_>,
    ) -> Boxed<'a, Result<(), Halt>> {
        Box::pin(async move {
            for statement in &block.statements {
                let done = self.statement(source, statement, sink).await;
                sink.statement_ends(self.host.as_ref());
                match done {
                    Ok(()) | Err(Halt::Statement) => {}
                    Err(Halt::Script) => return Err(Halt::Script),
                }
            }
            Ok(())
        })
    }

    async fn statement(
        &mut self,
        source: &Arc<Source>,
        statement: &Statement,
        sink: &mut Sink<'_>,
    ) -> Result<(), Halt> {
        let before = self.errors;
        let done = self.statement_inside(source, statement, sink).await;
        self.last_worked = self.errors == before;
        done
    }

    async fn statement_inside(
        &mut self,
        source: &Arc<Source>,
        statement: &Statement,
        sink: &mut Sink<'_>,
    ) -> Result<(), Halt> {
        match statement {
            Statement::Pipeline(pipeline) => self.pipeline(source, pipeline, sink).await,
            Statement::Exit { span, code } => {
                let value = match code {
                    Some(code) => self.value_of(source, code).await?,
                    None => Value::Null,
                };
                let code = exit_code(&value).map_err(|error| self.fail(source, *span, &error, None))?;
                self.exit = Some(code);
                Err(Halt::Script)
            }
            Statement::Assign { name, property, add, span, value } => {
                let found = self.found_by(source, value).await?;
                let is_nothing = found.is_none() && !*add && property.is_none();
                let mut value = found.unwrap_or(Value::Null);
                let before = self.variables.get(name).cloned().unwrap_or(Value::Null);
                let target = property.as_ref().map(|property| (property.as_str(), &before));
                if *add {
                    let old = target.map_or_else(|| before.clone(), |(name, of)| member::property(of, name));
                    value =
                        operate::add(&old, &value).map_err(|error| self.fail(source, *span, &error, None))?;
                }
                if let Some((property, of)) = target {
                    // All of the object is copied.
                    self.steps = self.steps.saturating_sub(member::size(of));
                    value = member::with_property(of, property, value)
                        .map_err(|error| self.fail(source, *span, &error, None))?;
                }
                self.assign(source, *span, name, value)?;
                if is_nothing {
                    self.variables.set_nothing(name);
                }
                Ok(())
            }
        }
    }

    fn assign(&mut self, source: &Source, span: Span, name: &str, value: Value) -> Result<(), Halt> {
        if ["true", "false", "null", "?", "error", "psversiontable"]
            .contains(&name.to_ascii_lowercase().as_str())
        {
            let message = format!("Cannot overwrite variable {name} because it is read-only or constant.");
            let record = ErrorRecord::new("WriteError", "VariableNotWritable", message)
                .of("SessionStateUnauthorizedAccessException")
                .about(format!("{name}:String"));
            return Err(self.fail(source, span, &record, None));
        }
        let value =
            preference::checked(name, value).map_err(|error| self.fail(source, span, &error, None))?;
        self.variables.set(name, value);
        Ok(())
    }

    /// Runs a script block for one object; what it passes on.
    pub(crate) async fn invoke(&mut self, block: &ScriptBlock, item: Value) -> Result<Vec<Value>, Halt> {
        self.enter(&block.source, block.block.span)?;
        self.depth += INVOCATION - 1;
        let before = self.variables.remove("_");
        self.variables.set("_", item);
        let mut found = Vec::new();
        let done = self.block(&block.source, &block.block, &mut Sink::Collect(&mut found)).await;
        self.depth -= INVOCATION;
        match before {
            Some(before) => self.variables.set("_", before),
            None => {
                self.variables.remove("_");
            }
        }
        done.map(|()| found)
    }

    /// Counts one evaluation; lets others run now and then.
    async fn step(&mut self, source: &Source, span: Span) -> Result<(), Halt> {
        if self.steps == 0 {
            let message = format!("The script took more than {MAX_STEPS} steps.");
            let record = ErrorRecord::new("LimitsExceeded", "TooManySteps", message);
            self.fail(source, span, &record, None);
            return Err(Halt::Script);
        }
        self.steps -= 1;
        if self.steps.is_multiple_of(256) {
            pause().await;
        }
        Ok(())
    }

    /// One evaluation deeper; `leave` takes it back.
    fn enter(&mut self, source: &Source, span: Span) -> Result<(), Halt> {
        if self.depth < MAX_DEPTH {
            self.depth += 1;
            return Ok(());
        }
        let message = "The script failed due to call depth overflow.";
        let record = ErrorRecord::new("InvalidOperation", "CallDepthOverflow", message)
            .of("ParentContainsErrorRecordException")
            .about("0:Int32");
        self.fail(source, span, &record, None);
        Err(Halt::Script)
    }

    /// Shows an error that ends its statement; `$ErrorActionPreference` says whether the script ends too.
    fn fail(&mut self, source: &Source, span: Span, record: &ErrorRecord, blame: Option<&Blame>) -> Halt {
        self.fail_as(source, span, record, blame, true)
    }
}

/// What a process can end with of this value: its low byte, as a shell sees it.
fn exit_code(value: &Value) -> Result<u8, ErrorRecord> {
    let text = text(value);
    let number = match value {
        Value::Null => Some(0),
        Value::Bool(yes) => Some(i64::from(*yes)),
        Value::Int(number) => Some(*number),
        _ => text.trim().parse().ok(),
    };
    let byte = number.and_then(|number| u8::try_from(number.rem_euclid(256)).ok());
    byte.ok_or_else(|| {
        let message = "The exit code is no whole number.";
        ErrorRecord::new("InvalidArgument", "ExitCodeNotANumber", message).of("RuntimeException")
    })
}

/// Gives the thread away once, so that a script can be interrupted.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
