//! Objects on their way from command to command.

use super::command::Running;
use super::{Boxed, Halt, MAX_OBJECTS};
use crate::builtins::Flow;
use crate::format::Formatter;
use crate::state::State;
use crate::syntax::{Element, Pipeline, Source, Span};
use crate::{ErrorRecord, Host, Stream, Value};
use std::sync::Arc;

/// Where a pipeline ends.
pub(crate) enum Sink<'a> {
    /// In a variable or an expression.
    Collect(&'a mut Vec<Value>),
    /// Before a person.
    Display(&'a mut Formatter),
}

impl Sink<'_> {
    /// Takes one object; refuses one too many.
    fn push(&mut self, value: Value, host: &dyn Host) -> Result<(), ErrorRecord> {
        match self {
            Self::Collect(values) if values.len() >= MAX_OBJECTS => Err(too_many()),
            Self::Collect(values) => {
                values.push(value);
                Ok(())
            }
            Self::Display(formatter) => {
                let mut lines = Vec::new();
                formatter.push(&value, &mut lines);
                write(host, &lines);
                Ok(())
            }
        }
    }

    /// Shows what is held back for a table.
    pub(super) fn statement_ends(&mut self, host: &dyn Host) {
        if let Self::Display(formatter) = self {
            let mut lines = Vec::new();
            formatter.finish(&mut lines);
            write(host, &lines);
        }
    }
}

fn write(host: &dyn Host, lines: &[String]) {
    for line in lines {
        host.write(Stream::Output, line);
    }
}

pub(super) fn too_many() -> ErrorRecord {
    let message = format!("More than {MAX_OBJECTS} objects in one pipeline.");
    ErrorRecord::new("LimitsExceeded", "TooManyObjects", message)
}

impl State {
    /// Runs a pipeline into the sink.
    pub(super) fn pipeline<'a>(
        &'a mut self,
        source: &'a Arc<Source>,
        pipeline: &'a Pipeline,
        sink: &'a mut Sink<'_>,
    ) -> Boxed<'a, Result<(), Halt>> {
        Box::pin(async move {
            self.enter(source, pipeline.span)?;
            let done = self.pipeline_inside(source, pipeline, sink).await;
            self.depth -= 1;
            done
        })
    }

    async fn pipeline_inside(
        &mut self,
        source: &Arc<Source>,
        pipeline: &Pipeline,
        sink: &mut Sink<'_>,
    ) -> Result<(), Halt> {
        if let Some(command) = super::script::named(pipeline) {
            return self.script(source, command, sink).await;
        }
        let (first, commands) = match pipeline.elements.split_first() {
            Some((Element::Expr(expr), rest)) => (Some(expr), rest),
            _ => (None, pipeline.elements.as_slice()),
        };
        let mut stages = Vec::new();
        for (index, element) in commands.iter().enumerate() {
            let Element::Command(command) = element else { continue };
            let position = index + 1 + usize::from(first.is_some());
            stages.push(self.start(source, command, position).await?);
        }
        let mut line = Line { source, span: pipeline.span, sink, passed: 0 };
        let ran = match first {
            Some(expr) => match self.found(source, expr).await? {
                Some(value) => self.feed_all(&mut stages, value, &mut line).await,
                None => Ok(Flow::More),
            },
            None => self.feed_first(&mut stages, &mut line).await,
        };
        let ended = match ran {
            Ok(_) => self.end_all(&mut stages, &mut line).await,
            Err(halt) => Err(halt),
        };
        for stage in &mut stages {
            if let Err(record) = stage.set_variables(self) {
                self.fail(source, pipeline.span, &record, None);
                return Err(Halt::Script);
            }
        }
        ended
    }

    /// Passes on the elements of an array, or the one value.
    async fn feed_all(
        &mut self,
        stages: &mut [Running],
        value: Value,
        line: &mut Line<'_, '_>,
    ) -> Result<Flow, Halt> {
        match value {
            Value::Array(items) => {
                for item in items.iter() {
                    if self.feed(stages, item.clone(), line).await? == Flow::Enough {
                        return Ok(Flow::Enough);
                    }
                }
                Ok(Flow::More)
            }
            // An expression that is $null passes $null on to a command, and shows nothing.
            Value::Null if stages.is_empty() && matches!(line.sink, Sink::Display(_)) => Ok(Flow::More),
            single => self.feed(stages, single, line).await,
        }
    }

    /// Calls the first command, which has no input.
    async fn feed_first(&mut self, stages: &mut [Running], line: &mut Line<'_, '_>) -> Result<Flow, Halt> {
        let Some((first, rest)) = stages.split_first_mut() else { return Ok(Flow::More) };
        let mut out = Vec::new();
        let done = self.call(first, line.source, None, &mut out).await;
        let passed = self.pass_on(first.pipeline_variable(), rest, out, line).await;
        done.and(passed)
    }

    fn feed<'a>(
        &'a mut self,
        stages: &'a mut [Running],
        value: Value,
        line: &'a mut Line<'_, '_>,
    ) -> Boxed<'a, Result<Flow, Halt>> {
        Box::pin(async move {
            self.step(line.source, line.span).await?;
            let Some((first, rest)) = stages.split_first_mut() else {
                line.passed += 1;
                let value = if matches!(line.sink, Sink::Display(_)) { self.limited(value) } else { value };
                let host = self.host.clone();
                let kept = if line.passed > MAX_OBJECTS {
                    Err(too_many())
                } else {
                    line.sink.push(value, host.as_ref())
                };
                return match kept {
                    Ok(()) => Ok(Flow::More),
                    Err(record) => {
                        self.fail(line.source, line.span, &record, None);
                        Err(Halt::Script)
                    }
                };
            };
            let mut out = Vec::new();
            let flow = self.call(first, line.source, Some(value), &mut out).await;
            let passed = self.pass_on(first.pipeline_variable(), rest, out, line).await?;
            Ok(if passed == Flow::Enough { Flow::Enough } else { flow? })
        })
    }

    /// Passes objects on to the commands behind; `variable` holds each while it is on its way.
    async fn pass_on(
        &mut self,
        variable: Option<Arc<str>>,
        stages: &mut [Running],
        values: Vec<Value>,
        line: &mut Line<'_, '_>,
    ) -> Result<Flow, Halt> {
        for value in values {
            if let Some(variable) = &variable {
                self.variables.set(variable, value.clone());
            }
            if self.feed(stages, value, line).await? == Flow::Enough {
                return Ok(Flow::Enough);
            }
        }
        Ok(Flow::More)
    }

    /// Ends the commands from left to right; what one still had goes through those after it.
    async fn end_all(&mut self, mut stages: &mut [Running], line: &mut Line<'_, '_>) -> Result<(), Halt> {
        while let Some((first, rest)) = stages.split_first_mut() {
            let mut out = Vec::new();
            self.end(first, line.source, &mut out).await?;
            self.pass_on(first.pipeline_variable(), rest, out, line).await?;
            stages = rest;
        }
        Ok(())
    }

    /// The value of a pipeline: nothing, one object, or an array.
    pub(super) async fn value_of(
        &mut self,
        source: &Arc<Source>,
        pipeline: &Pipeline,
    ) -> Result<Value, Halt> {
        Ok(self.found_by(source, pipeline).await?.unwrap_or(Value::Null))
    }

    /// The value of a pipeline; `None` where it found nothing.
    pub(super) async fn found_by(
        &mut self,
        source: &Arc<Source>,
        pipeline: &Pipeline,
    ) -> Result<Option<Value>, Halt> {
        if let [Element::Expr(expr)] = pipeline.elements.as_slice() {
            return self.found(source, expr).await;
        }
        let mut found = Vec::new();
        self.pipeline(source, pipeline, &mut Sink::Collect(&mut found)).await?;
        Ok((!found.is_empty()).then(|| unwrapped(found)))
    }
}

/// Nothing is `$null`, one object is itself, several are an array.
pub(crate) fn unwrapped(mut found: Vec<Value>) -> Value {
    match found.len() {
        0 => Value::Null,
        1 => found.pop().unwrap_or(Value::Null),
        _ => Value::from(found),
    }
}

/// The pipeline that runs.
struct Line<'a, 's> {
    source: &'a Arc<Source>,
    span: Span,
    sink: &'a mut Sink<'s>,
    passed: usize,
}
