//! Which parts of a line are not shown again, because they may be a PIN or a password.

mod classify;
mod judge;
mod look;

pub(crate) use judge::{may_be_secret, value_in_name};
pub(crate) use look::by_look;

use crate::Value;
use crate::state::State;
use crate::syntax::{
    Argument, ArgumentKind, Block, Command, Element, Expr, ExprKind, Pipeline, Span, Statement,
};
use classify::{Item, Of, Seen};
use judge::{is_digits, names_a_secret};

/// What stands for a secret, however long it is.
pub(super) const MASK: &str = "****";

/// How many misspelt commands of one script are compared with those that there are.
const GUESSES: u32 = 200;

/// The parts of a script that are masked. They are found before it runs, where the stack is still empty.
pub(crate) fn in_script(state: &State, text: &str, block: &Block) -> Vec<Span> {
    let mut spans = look::comments(text);
    Finder { state, text, spans: &mut spans, guesses: GUESSES }.block(block);
    in_order(spans)
}

/// From left to right, and none inside another.
fn in_order(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_by_key(|span| (span.start, span.end));
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start < last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

struct Finder<'a> {
    state: &'a State,
    text: &'a str,
    spans: &'a mut Vec<Span>,
    guesses: u32,
}

impl Finder<'_> {
    fn block(&mut self, block: &Block) {
        for statement in &block.statements {
            match statement {
                Statement::Pipeline(pipeline) | Statement::Exit { code: Some(pipeline), .. } => {
                    self.pipeline(pipeline);
                }
                Statement::Exit { code: None, .. } => {}
                Statement::Assign { name, property, value, .. } => {
                    if names_a_secret(name) || property.as_ref().is_some_and(|name| names_a_secret(name)) {
                        self.hide_literals(value);
                    }
                    self.pipeline(value);
                }
            }
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for element in &pipeline.elements {
            match element {
                Element::Expr(expr) => {
                    self.hide_digits(expr);
                    self.expr(expr);
                }
                Element::Command(command) => self.command(command),
            }
        }
    }

    fn hide_literals(&mut self, pipeline: &Pipeline) {
        match pipeline.elements.as_slice() {
            [Element::Expr(expr)] if matches!(expr.kind, ExprKind::Literal(_) | ExprKind::Text(_)) => {
                self.spans.push(expr.span);
            }
            // Quotes were forgotten: the secret is read as a command.
            [Element::Command(command)] if self.state.commands.find(&command.name, None).is_none() => {
                self.spans.push(command.span);
            }
            _ => {}
        }
    }

    fn hide_digits(&mut self, expr: &Expr) {
        let digits = match &expr.kind {
            ExprKind::Literal(Value::String(text)) | ExprKind::Word(text) | ExprKind::Split(text) => {
                is_digits(text)
            }
            ExprKind::Literal(_) => is_digits(expr.span.of(self.text)),
            _ => false,
        };
        if digits {
            self.spans.push(expr.span);
        }
    }

    fn command(&mut self, command: &Command) {
        for argument in &command.arguments {
            match &argument.kind {
                ArgumentKind::Value(expr) | ArgumentKind::Parameter { value: Some(expr), .. } => {
                    self.expr(expr);
                }
                ArgumentKind::Parameter { value: None, .. } => {}
            }
        }
        let of = Of::find(self.state, &command.name, &mut self.guesses);
        let items: Vec<Item<'_>> =
            command.arguments.iter().map(|argument| item(self.text, argument)).collect();
        self.spans.extend(of.hidden(&items));
    }

    /// What lies inside an expression.
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Literal(_) | ExprKind::Word(_) | ExprKind::Split(_) | ExprKind::Variable(_) => {}
            ExprKind::Text(parts) | ExprKind::List(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::Member(left, right)
            | ExprKind::Index(left, right)
            | ExprKind::Binary(_, left, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Call(of, _, arguments) => {
                self.expr(of);
                arguments.iter().for_each(|argument| self.expr(argument));
            }
            ExprKind::Paren(pipeline) => self.pipeline(pipeline),
            ExprKind::Sub(block) | ExprKind::Array(block) | ExprKind::Block(block) => self.block(block),
            ExprKind::Table(entries) => {
                for (key, value) in entries {
                    if names_a_secret(key.span.of(self.text)) {
                        self.hide_literals(value);
                    }
                    self.pipeline(value);
                }
            }
            ExprKind::Not(inner) | ExprKind::Negative(inner) => self.expr(inner),
        }
    }
}

fn item<'t>(text: &'t str, argument: &'t Argument) -> Item<'t> {
    let seen = |expr: &Expr| Seen {
        span: expr.span,
        text: expr.span.of(text).trim_matches(['"', '\'']),
        is_variable: matches!(expr.kind, ExprKind::Variable(_)),
    };
    match &argument.kind {
        ArgumentKind::Value(expr) => Item::Value(seen(expr)),
        ArgumentKind::Parameter { name, value } => {
            let word = argument.span.of(text);
            Item::Name { word, span: argument.span, name, value: value.as_ref().map(seen) }
        }
    }
}
