//! The value of an expression.

use super::pipeline::unwrapped;
use super::{Boxed, Halt, MAX_OBJECTS, Sink, member, method, operate, preference};
use crate::compare::truth;
use crate::state::State;
use crate::syntax::{Expr, ExprKind, Operator, Pipeline, ScriptBlock, Source, Span, number};
use crate::text::{MAX_TEXT_LEN, text};
use crate::{ErrorRecord, Object, Value};
use std::sync::Arc;

impl State {
    /// Evaluates an expression. Its errors are shown.
    pub(super) fn evaluate<'a>(
        &'a mut self,
        source: &'a Arc<Source>,
        expr: &'a Expr,
    ) -> Boxed<'a, Result<Value, Halt>> {
        Box::pin(async move {
            self.step(source, expr.span).await?;
            self.enter(source, expr.span)?;
            let value = self.evaluate_inside(source, expr).await;
            if let (Ok(Value::String(made)), ExprKind::Text(_) | ExprKind::Binary(..) | ExprKind::Call(..)) =
                (&value, &expr.kind)
            {
                self.steps = self.steps.saturating_sub(u64::try_from(made.len()).unwrap_or(u64::MAX) / STEP);
            }
            self.depth -= 1;
            value
        })
    }

    /// The value of an expression; `None` where that is what a pipeline found that found nothing. PowerShell calls it
    /// AutomationNull: `$null` for everything but the pipeline that it begins, through which no object goes.
    pub(super) fn found<'a>(
        &'a mut self,
        source: &'a Arc<Source>,
        expr: &'a Expr,
    ) -> Boxed<'a, Result<Option<Value>, Halt>> {
        Box::pin(async move {
            let collected = match &expr.kind {
                ExprKind::Variable(name) if self.variables.has_nothing(name) => return Ok(None),
                ExprKind::Paren(pipeline) => return self.found_by(source, pipeline).await,
                ExprKind::Sub(block) => self.collect(source, block).await?,
                _ => return self.evaluate(source, expr).await.map(Some),
            };
            Ok((!collected.is_empty()).then(|| unwrapped(collected)))
        })
    }

    async fn evaluate_inside(&mut self, source: &Arc<Source>, expr: &Expr) -> Result<Value, Halt> {
        let done = match &expr.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Word(word) => Ok(number(word).unwrap_or_else(|| Value::String(word.clone()))),
            ExprKind::Split(word) => Ok(Value::String(word.clone())),
            ExprKind::Variable(name) => Ok(self.variable(name)),
            ExprKind::Text(parts) => self.put_together(source, parts).await?,
            ExprKind::List(items) => self.list(source, items).await?,
            ExprKind::Paren(pipeline) => return self.value_of(source, pipeline).await,
            ExprKind::Sub(block) => return self.collect(source, block).await.map(unwrapped),
            ExprKind::Array(block) => return self.collect(source, block).await.map(flat),
            ExprKind::Block(block) => {
                let block = ScriptBlock { source: source.clone(), block: block.clone() };
                Ok(Value::ScriptBlock(Arc::new(block)))
            }
            ExprKind::Table(entries) => self.table(source, entries).await?,
            ExprKind::Not(inner) => Ok(Value::Bool(!truth(&self.evaluate(source, inner).await?))),
            ExprKind::Negative(inner) => operate::negative(&self.evaluate(source, inner).await?),
            ExprKind::Member(of, name) => {
                let of = self.evaluate(source, of).await?;
                let name = self.evaluate(source, name).await?;
                Ok(member::property(&of, &text(&name)))
            }
            ExprKind::Index(of, index) => {
                let of = self.evaluate(source, of).await?;
                let index = self.evaluate(source, index).await?;
                member::index(&of, &index)
            }
            ExprKind::Call(of, name, arguments) => {
                let of = self.evaluate(source, of).await?;
                let mut values = Vec::new();
                for argument in arguments {
                    values.push(self.evaluate(source, argument).await?);
                }
                method::call(&of, name, &values)
            }
            ExprKind::Binary(operator, left, right) => {
                return self.binary(source, expr.span, *operator, left, right).await;
            }
        };
        done.map_err(|record| self.fail(source, expr.span, &record, None))
    }

    /// The value of a variable; one that was never set is null.
    fn variable(&self, name: &str) -> Value {
        self.value_if_set(name).unwrap_or(Value::Null)
    }

    /// The value of a variable that was set, or that PowerShell sets.
    pub(crate) fn value_if_set(&self, name: &str) -> Option<Value> {
        Some(match name.to_ascii_lowercase().as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "?" => Value::Bool(self.last_worked),
            "psversiontable" => version(),
            "error" => self.variables.get(name).cloned().unwrap_or_else(|| Value::from(Vec::new())),
            "psitem" => return self.variables.get("_").cloned(),
            _ => return self.variables.get(name).cloned().or_else(|| preference::default(name)),
        })
    }

    async fn binary(
        &mut self,
        source: &Arc<Source>,
        span: Span,
        operator: Operator,
        left: &Expr,
        right: &Expr,
    ) -> Result<Value, Halt> {
        let left = self.evaluate(source, left).await?;
        match operator {
            Operator::And if !truth(&left) => return Ok(Value::Bool(false)),
            Operator::Or if truth(&left) => return Ok(Value::Bool(true)),
            _ => {}
        }
        let right = self.evaluate(source, right).await?;
        operate::binary(operator, &left, &right).map_err(|record| self.fail(source, span, &record, None))
    }

    async fn put_together(
        &mut self,
        source: &Arc<Source>,
        parts: &[Expr],
    ) -> Result<Result<Value, ErrorRecord>, Halt> {
        let mut out = String::new();
        for part in parts {
            let value = self.evaluate(source, part).await?;
            out.push_str(&text(&value));
            if out.len() > MAX_TEXT_LEN {
                return Ok(Err(operate::too_long()));
            }
        }
        Ok(Ok(Value::from(out)))
    }

    /// `a, b`. An array in it is unfolded: arrays in arrays are more than this shell has.
    async fn list(
        &mut self,
        source: &Arc<Source>,
        items: &[Expr],
    ) -> Result<Result<Value, ErrorRecord>, Halt> {
        let mut values = Vec::new();
        for item in items {
            match self.evaluate(source, item).await? {
                Value::Array(inner) => values.extend(inner.iter().cloned()),
                single => values.push(single),
            }
            if values.len() > MAX_OBJECTS {
                return Ok(Err(super::pipeline::too_many()));
            }
        }
        Ok(Ok(Value::from(values)))
    }

    async fn collect(
        &mut self,
        source: &Arc<Source>,
        block: &crate::syntax::Block,
    ) -> Result<Vec<Value>, Halt> {
        let mut found = Vec::new();
        self.block(source, block, &mut Sink::Collect(&mut found)).await?;
        Ok(found)
    }

    async fn table(
        &mut self,
        source: &Arc<Source>,
        entries: &[(Expr, Pipeline)],
    ) -> Result<Result<Value, ErrorRecord>, Halt> {
        let mut object = Object::new(HASHTABLE);
        for (key, value) in entries {
            let key = self.evaluate(source, key).await?;
            let value = self.value_of(source, value).await?;
            object = object.with(text(&key), value);
        }
        let value = Value::from(object);
        Ok(if operate::too_deep(&value) { Err(operate::deep()) } else { Ok(value) })
    }
}

/// `$PSVersionTable`: which PowerShell's syntax this is. Lync Server 2013 asks for 3.0; the rest is our own wording.
fn version() -> Value {
    let version = Object::new("System.Version").with("Major", 3).with("Minor", 0).with_text("3.0");
    let table = Object::new(HASHTABLE).with("PSVersion", version);
    table.with("Implementation", "lyncmock, which has a part of this version's language").into()
}

/// How many bytes of a new text count as one step: without that, few steps could fill the memory.
pub(super) const STEP: u64 = 256;

/// The type of `@{ … }`.
pub(crate) const HASHTABLE: &str = "System.Collections.Hashtable";

/// An array, whatever was found; arrays in it are unfolded.
fn flat(found: Vec<Value>) -> Value {
    Value::from(found)
}
