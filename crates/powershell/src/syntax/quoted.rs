//! Texts in quotes, and words that hold variables.

use super::ast::{Expr, ExprKind, Span};
use super::cursor::{Cursor, is_double, is_single};
use super::{SyntaxError, expression};
use crate::Value;
use std::sync::Arc;

/// `'…'`: as it stands, but that a doubled quote is one.
pub(super) fn single(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    let start = cursor.at();
    cursor.next();
    let opened = cursor.since(start);
    let mut text = String::new();
    while let Some(c) = cursor.next() {
        if is_single(c) && !cursor.peek().is_some_and(is_single) {
            let kind = ExprKind::Literal(Value::from(text));
            return Ok(Expr { span: cursor.since(start), kind });
        }
        if is_single(c) {
            cursor.next();
        }
        text.push(c);
    }
    Err(unterminated(opened, "'"))
}

/// `"…"`: with variables, `$( … )` and escapes.
pub(super) fn double(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    let start = cursor.at();
    cursor.next();
    let opened = cursor.since(start);
    let mut parts = Parts::default();
    while let Some(c) = cursor.peek() {
        if is_double(c) {
            cursor.next();
            if !cursor.peek().is_some_and(is_double) {
                return Ok(Expr { span: cursor.since(start), kind: parts.finish() });
            }
            parts.text.push(c);
            cursor.next();
        } else {
            part(cursor, &mut parts)?;
        }
    }
    Err(unterminated(opened, "\""))
}

/// A word without quotes around it; quotes inside it are taken off.
pub(super) fn word(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    let start = cursor.at();
    let mut parts = Parts::default();
    let mut quoted = false;
    while let Some(c) = cursor.peek() {
        if ends_word(c) {
            break;
        } else if is_single(c) || is_double(c) {
            let inner = if is_single(c) { single(cursor)? } else { double(cursor)? };
            quoted = true;
            parts.push(inner);
        } else if c == '`' && matches!(cursor.peek_second(), None | Some('\r' | '\n')) {
            break;
        } else {
            part(cursor, &mut parts)?;
        }
    }
    let span = cursor.since(start);
    let kind = match parts.finish() {
        // A word that had quotes in it is a text, whatever it looks like.
        ExprKind::Literal(Value::String(text)) if !quoted => ExprKind::Word(text),
        kind => kind,
    };
    Ok(Expr { span, kind })
}

/// Whether a word of a command line ends in front of this.
pub(super) fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '|' | ';' | '&' | '(' | ')' | '{' | '}' | ',' | '<' | '>')
}

/// One character, one escape, or one variable.
fn part(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Result<(), SyntaxError> {
    match cursor.peek() {
        Some('`') => {
            cursor.next();
            if let Some(escaped) = cursor.next() {
                parts.text.push(unescape(escaped));
            }
        }
        Some('$') if expression::begins_variable(cursor.peek_second()) => {
            parts.push(expression::variable(cursor)?);
        }
        Some(c) => {
            parts.text.push(c);
            cursor.next();
        }
        None => {}
    }
    Ok(())
}

fn unescape(c: char) -> char {
    match c {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        '0' => '\0',
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'v' => '\x0b',
        other => other,
    }
}

fn unterminated(opened: Span, quote: &str) -> SyntaxError {
    let message = format!("The string is missing the terminator: {quote}.");
    SyntaxError::ended(opened, "TerminatorExpectedAtEndOfString", message)
}

#[derive(Default)]
struct Parts {
    text: String,
    done: Vec<Expr>,
}

impl Parts {
    fn push(&mut self, expr: Expr) {
        match expr.kind {
            ExprKind::Literal(Value::String(text)) => self.text.push_str(&text),
            kind => {
                self.flush();
                self.done.push(Expr { span: expr.span, kind });
            }
        }
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            let text: Arc<str> = std::mem::take(&mut self.text).into();
            self.done.push(Expr { span: Span::default(), kind: ExprKind::Literal(Value::String(text)) });
        }
    }

    fn finish(mut self) -> ExprKind {
        if self.done.is_empty() {
            return ExprKind::Literal(Value::from(self.text));
        }
        self.flush();
        ExprKind::Text(self.done)
    }
}
