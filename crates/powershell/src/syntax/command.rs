//! A command with its arguments.

use super::ast::{Argument, ArgumentKind, Command, Expr, ExprKind};
use super::cursor::{Cursor, is_dash, is_double, is_single};
use super::quoted::{ends_word, word};
use super::{SyntaxError, expression};

/// A command: its name, and everything up to the end of its part of the pipeline.
pub(super) fn command(cursor: &mut Cursor<'_>) -> Result<Command, SyntaxError> {
    let start = cursor.at();
    let name = cursor.take_while(|c| !ends_word(c)).to_owned();
    let name_span = cursor.since(start);
    let mut arguments = Vec::new();
    let mut end = cursor.at();
    loop {
        cursor.skip_space()?;
        match cursor.peek() {
            None | Some('\n' | ';' | '|' | ')' | '}' | '>') => break,
            Some('&' | '<') => return Err(not_here(cursor)),
            Some(_) => {}
        }
        let argument_start = cursor.at();
        arguments.push(argument(cursor)?);
        end = cursor.at();
        if cursor.peek() == Some('>') {
            one_stream(cursor, argument_start)?;
        }
    }
    let span = super::Span { start, end };
    Ok(Command { span, name, name_span, arguments })
}

/// Refuses `2>file`: only what a command passes on goes into a file.
fn one_stream(cursor: &mut Cursor<'_>, start: usize) -> Result<(), SyntaxError> {
    if !matches!(cursor.since(start).of(cursor.text()), "1" | "2" | "3" | "4" | "5" | "6" | "*") {
        return Ok(());
    }
    cursor.next();
    let message =
        "This shell redirects no single stream; -ErrorAction SilentlyContinue keeps errors from being shown.";
    Err(SyntaxError::new(cursor.since(start), "RedirectionNotSupported", message))
}

fn not_here(cursor: &mut Cursor<'_>) -> SyntaxError {
    let start = cursor.at();
    let found = cursor.next().unwrap_or_default();
    let message = format!("The '{found}' operator is not known to this shell.");
    SyntaxError::new(cursor.since(start), "OperatorNotSupported", message)
}

fn argument(cursor: &mut Cursor<'_>) -> Result<Argument, SyntaxError> {
    let start = cursor.at();
    let second = cursor.peek_second();
    if cursor.peek().is_some_and(is_dash)
        && second.is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '?'))
    {
        return parameter(cursor, start);
    }
    let value = value(cursor)?;
    Ok(Argument { span: cursor.since(start), kind: ArgumentKind::Value(value) })
}

/// `-Name`, or `-Name:value`.
fn parameter(cursor: &mut Cursor<'_>, start: usize) -> Result<Argument, SyntaxError> {
    cursor.next();
    let ends = |c: char| ends_word(c) || matches!(c, ':' | '.' | '[') || is_single(c) || is_double(c);
    let name = cursor.take_while(|c| !ends(c)).to_owned();
    let mut span = cursor.since(start);
    let mut attached = None;
    if cursor.take(":") {
        span = cursor.since(start);
        cursor.skip_space()?;
        if cursor.peek().is_some_and(|c| !matches!(c, '\n' | ';' | '|' | ')' | '}')) {
            attached = Some(value(cursor)?);
        }
    }
    Ok(Argument { span, kind: ArgumentKind::Parameter { name, value: attached } })
}

/// A value, or several with commas between them.
fn value(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    let start = cursor.at();
    let first = atom(cursor)?;
    let mut items = Vec::new();
    loop {
        let end = cursor.at();
        cursor.skip_space()?;
        if !cursor.take(",") {
            cursor.back_to(end);
            break;
        }
        cursor.skip_lines()?;
        items.push(atom(cursor).map_err(|error| expression::after_comma(error, cursor))?);
    }
    if items.is_empty() {
        return Ok(first);
    }
    items.insert(0, first);
    Ok(Expr { span: cursor.since(start), kind: ExprKind::List(items) })
}

fn atom(cursor: &mut Cursor<'_>) -> Result<Expr, SyntaxError> {
    let start = cursor.at();
    let first = cursor.peek();
    if first == Some('@') && cursor.peek_second().is_some_and(|c| c.is_alphabetic() || c == '_') {
        cursor.next();
        cursor.take_while(|c| c.is_alphanumeric() || c == '_');
        let message = "This shell has no splatting: each parameter is given by its name.";
        return Err(SyntaxError::new(cursor.since(start), "SplattingNotSupported", message));
    }
    let stands_alone = match first {
        Some('(' | '{') => true,
        Some('@') => {
            cursor.peek_second().is_some_and(|c| matches!(c, '(' | '{') || is_single(c) || is_double(c))
        }
        Some('$') => expression::begins_variable(cursor.peek_second()),
        Some(c) => is_single(c) || is_double(c),
        None => false,
    };
    if stands_alone {
        let expr = expression::postfix(cursor)?;
        if cursor.peek().is_none_or(ends_word)
            || !first.is_some_and(|c| c == '$' || is_single(c) || is_double(c))
        {
            return Ok(expr);
        }
        // `$x/path`, `"a"b`: a word that begins so.
        cursor.back_to(start);
    }
    let expr = word(cursor)?;
    if expr.span.start < expr.span.end {
        return Ok(expr);
    }
    match cursor.peek() {
        Some('`') => {
            cursor.skip_space()?;
            Err(SyntaxError::new(cursor.since(start), expression::NOTHING, "An expression was expected."))
        }
        _ => expression::primary(cursor),
    }
}

/// Words that were split elsewhere: nothing in them is read but the dash of a parameter.
pub(super) fn split(words: &[String]) -> (String, Option<Command>) {
    let mut text = String::new();
    let mut spans = Vec::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        let start = text.len();
        let plain =
            !word.is_empty() && word.chars().all(|c| !c.is_whitespace() && !ends_word(c) && !is_single(c));
        if plain {
            text.push_str(word);
        } else {
            text.push('\'');
            text.push_str(&word.replace('\'', "''"));
            text.push('\'');
        }
        spans.push((super::Span { start, end: text.len() }, word));
    }
    let whole = super::Span { start: 0, end: text.len() };
    let mut spans = spans.into_iter();
    let command = spans.next().map(|(name_span, name)| Command {
        span: whole,
        name: name.clone(),
        name_span,
        arguments: spans.map(|(span, word)| split_argument(span, word)).collect(),
    });
    (text, command)
}

fn split_argument(span: super::Span, word: &str) -> Argument {
    let literal = |text: &str| Expr { span, kind: ExprKind::Split(text.into()) };
    let name =
        word.strip_prefix('-').filter(|name| name.starts_with(|c: char| c.is_alphabetic() || c == '?'));
    let kind = match name
        .map(|name| name.split_once(':').map_or((name, None), |(name, value)| (name, Some(value))))
    {
        Some((name, value)) => ArgumentKind::Parameter { name: name.to_owned(), value: value.map(literal) },
        None => ArgumentKind::Value(literal(word)),
    };
    Argument { span, kind }
}

/// Whether a command's name can begin with this.
pub(super) fn begins(rest: &str) -> bool {
    rest.chars().next().is_some_and(|c| !ends_word(c) && !is_dash(c))
}
