//! Expressions, the loosest operators first.

use super::ast::{Expr, ExprKind, Operator, Span};
use super::cursor::{Cursor, is_dash, is_double, is_single, is_space};
use super::{SyntaxError, number, quoted, statement};
use crate::Value;
use crate::compare::regex_feature;
use std::sync::Arc;

type Parsed = Result<Expr, SyntaxError>;

/// A whole expression.
pub(super) fn expression(cursor: &mut Cursor<'_>) -> Parsed {
    cursor.enter()?;
    let expr = binary(cursor, 0);
    cursor.leave();
    expr
}

fn binary(cursor: &mut Cursor<'_>, level: usize) -> Parsed {
    if level > Operator::TIGHTEST {
        return unary(cursor);
    }
    let mut left = binary(cursor, level + 1)?;
    for _ in 0..=MAX_OPERATORS {
        cursor.skip_space()?;
        let before = cursor.at();
        match operator(cursor)? {
            Some(found) if found.level() == level => {
                let span = cursor.since(before);
                cursor.skip_lines()?;
                let right =
                    binary(cursor, level + 1).map_err(|error| missing_operand(error, cursor, span))?;
                beyond_regex(found, &right)?;
                let span = left.span.to(right.span);
                left = Expr { span, kind: ExprKind::Binary(found, Box::new(left), Box::new(right)) };
            }
            _ => {
                cursor.back_to(before);
                return Ok(left);
            }
        }
    }
    let message = format!("More than {MAX_OPERATORS} operators in a row.");
    Err(SyntaxError::new(left.span, "NestedTooDeep", message))
}

/// Refuses a pattern that stands in the script before anything runs: else each object would be refused by itself.
fn beyond_regex(operator: Operator, right: &Expr) -> Result<(), SyntaxError> {
    let (Operator::Match { .. }, ExprKind::Literal(Value::String(pattern))) = (operator, &right.kind) else {
        return Ok(());
    };
    match regex_feature(pattern) {
        Some(feature) => {
            let message = format!("This shell has no {feature} in regular expressions.");
            Err(SyntaxError::new(right.span, "RegexNotSupported", message))
        }
        None => Ok(()),
    }
}

/// How many operators of one level may follow each other: the tree of `a + b + c` is as deep as it is long.
const MAX_OPERATORS: usize = 100;

/// What PowerShell says where nothing follows an operator.
fn missing_operand(error: SyntaxError, cursor: &Cursor<'_>, operator: Span) -> SyntaxError {
    if error.id != NOTHING {
        return error;
    }
    let text = operator.of(cursor.text());
    let message = format!("You must provide a value expression following the '{text}' operator.");
    SyntaxError { span: operator, id: "ExpectedValueExpression", message, incomplete: error.incomplete }
}

fn operator(cursor: &mut Cursor<'_>) -> Result<Option<Operator>, SyntaxError> {
    let start = cursor.at();
    let Some(c) = cursor.peek() else { return Ok(None) };
    if cursor.peek_second() == Some('=') && (is_dash(c) || matches!(c, '*' | '/' | '%')) {
        cursor.next();
        cursor.next();
        return Err(not_here(&format!("{c}="), cursor.since(start)));
    }
    // What `+=` cannot add to is told where the statement ends.
    if cursor.rest().starts_with("+=") {
        return Ok(None);
    }
    let plain = match c {
        '+' => Operator::Add,
        '*' => Operator::Multiply,
        '/' => Operator::Divide,
        '%' => Operator::Remainder,
        dash if is_dash(dash) => {
            cursor.next();
            let name = cursor.take_while(char::is_alphabetic);
            if name.is_empty() {
                return Ok(Some(Operator::Subtract));
            }
            let named = Operator::named(name).map(Some);
            return named.ok_or_else(|| not_known(name, cursor.since(start)));
        }
        _ => return Ok(None),
    };
    cursor.next();
    Ok(Some(plain))
}

/// Operators that PowerShell has and this shell has not.
const OPERATORS: [&str; 13] =
    ["as", "band", "bnot", "bor", "bxor", "f", "is", "isnot", "join", "replace", "shl", "shr", "split"];

fn not_here(operator: &str, span: Span) -> SyntaxError {
    SyntaxError::new(span, "OperatorNotSupported", format!("This shell has no '{operator}' operator."))
}

fn not_known(name: &str, span: Span) -> SyntaxError {
    let lower = name.to_ascii_lowercase();
    let plain = lower.strip_prefix(['c', 'i']).unwrap_or(&lower);
    if OPERATORS.contains(&lower.as_str()) || ["join", "replace", "split"].contains(&plain) {
        return not_here(&format!("-{name}"), span);
    }
    let message = format!("Unexpected token '-{name}' in expression or statement.");
    SyntaxError::new(span, "UnexpectedToken", message)
}

fn unary(cursor: &mut Cursor<'_>) -> Parsed {
    cursor.skip_space()?;
    let start = cursor.at();
    let mut rest = cursor.rest().chars();
    let negates = match rest.next() {
        Some('!') => cursor.take("!"),
        Some(c) if is_dash(c) => {
            cursor.next();
            let name = cursor.take_while(char::is_alphabetic);
            let is_not = name.eq_ignore_ascii_case("not");
            if !is_not {
                cursor.back_to(start);
            }
            is_not
        }
        _ => false,
    };
    if negates {
        return nested(cursor, start, ExprKind::Not);
    }
    let begins_number = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || c == '.');
    if cursor.peek().is_some_and(is_dash) && !begins_number(cursor.peek_second()) {
        cursor.next();
        return nested(cursor, start, ExprKind::Negative);
    }
    list(cursor)
}

fn nested(cursor: &mut Cursor<'_>, start: usize, kind: fn(Box<Expr>) -> ExprKind) -> Parsed {
    cursor.enter()?;
    let inner = unary(cursor)?;
    cursor.leave();
    Ok(Expr { span: cursor.since(start), kind: kind(Box::new(inner)) })
}

fn list(cursor: &mut Cursor<'_>) -> Parsed {
    let start = cursor.at();
    if cursor.take(",") {
        cursor.enter()?;
        cursor.skip_lines()?;
        let only = list(cursor)?;
        cursor.leave();
        return Ok(Expr { span: cursor.since(start), kind: ExprKind::List(vec![only]) });
    }
    let first = postfix(cursor)?;
    let mut items = vec![first];
    loop {
        let end = cursor.at();
        cursor.skip_space()?;
        if !cursor.take(",") {
            cursor.back_to(end);
            break;
        }
        cursor.skip_lines()?;
        items.push(postfix(cursor).map_err(|error| after_comma(error, cursor))?);
    }
    let span = cursor.since(start);
    match items.pop() {
        Some(only) if items.is_empty() => Ok(only),
        Some(last) => {
            items.push(last);
            Ok(Expr { span, kind: ExprKind::List(items) })
        }
        None => Err(nothing(cursor)),
    }
}

pub(super) fn after_comma(error: SyntaxError, cursor: &Cursor<'_>) -> SyntaxError {
    if error.id != NOTHING {
        return error;
    }
    let span = cursor.since(cursor.at());
    let incomplete = error.incomplete;
    SyntaxError { incomplete, ..SyntaxError::new(span, "MissingExpression", "Missing expression after ','.") }
}

/// A value with what is asked of it: `$x.Name`, `(…)[0]`, `$x.ToHTML()`.
pub(super) fn postfix(cursor: &mut Cursor<'_>) -> Parsed {
    let first = primary(cursor)?;
    members(cursor, first)
}

/// What follows a value without a space between.
pub(super) fn members(cursor: &mut Cursor<'_>, first: Expr) -> Parsed {
    let start = first.span.start;
    let mut expr = first;
    for _ in 0..super::MAX_NESTING {
        let next = cursor.peek_second();
        let names = |c: char| c.is_alphabetic() || c == '_' || c == '$' || is_single(c) || is_double(c);
        let kind = match cursor.peek() {
            Some('.') if next.is_some_and(names) => {
                cursor.next();
                member(cursor, expr)?
            }
            Some('[') => {
                cursor.next();
                cursor.skip_lines()?;
                let index = expression(cursor)?;
                close(cursor, ']', start)?;
                ExprKind::Index(Box::new(expr), Box::new(index))
            }
            _ => return Ok(expr),
        };
        expr = Expr { span: cursor.since(start), kind };
    }
    cursor.enter()?;
    Err(SyntaxError::new(cursor.since(start), "NestedTooDeep", "Too many members in one expression."))
}

fn member(cursor: &mut Cursor<'_>, of: Expr) -> Result<ExprKind, SyntaxError> {
    let start = cursor.at();
    let name = match cursor.peek() {
        Some('$') => variable(cursor)?,
        Some(c) if is_single(c) => quoted::single(cursor)?,
        Some(c) if is_double(c) => quoted::double(cursor)?,
        _ => {
            let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
            Expr { span: cursor.since(start), kind: ExprKind::Literal(Value::from(name)) }
        }
    };
    let ExprKind::Literal(Value::String(method)) = &name.kind else {
        return Ok(ExprKind::Member(Box::new(of), Box::new(name)));
    };
    if !cursor.take("(") {
        return Ok(ExprKind::Member(Box::new(of), Box::new(name)));
    }
    let method = method.to_string();
    cursor.skip_lines()?;
    let mut arguments = Vec::new();
    if cursor.peek() != Some(')') {
        let list = expression(cursor)?;
        arguments = match list.kind {
            ExprKind::List(items) => items,
            kind => vec![Expr { span: list.span, kind }],
        };
    }
    close(cursor, ')', start)?;
    Ok(ExprKind::Call(Box::new(of), method, arguments))
}

/// The mark of an error that an operator in front of it may put better. `parse` gives it its real id.
pub(super) const NOTHING: &str = "nothing where a value belongs";

fn nothing(cursor: &Cursor<'_>) -> SyntaxError {
    let start = cursor.at();
    match cursor.peek() {
        None => SyntaxError::ended(Span { start, end: start }, NOTHING, "An expression was expected."),
        Some(c) => {
            let span = Span { start, end: start + c.len_utf8() };
            let shown = if c == '\n' { "newline".to_owned() } else { c.to_string() };
            let message = format!("Unexpected token '{shown}' in expression or statement.");
            SyntaxError::new(span, NOTHING, message)
        }
    }
}

/// A value.
pub(super) fn primary(cursor: &mut Cursor<'_>) -> Parsed {
    let start = cursor.at();
    match cursor.peek() {
        Some('$') if begins_variable(cursor.peek_second()) => variable(cursor),
        Some(c) if is_single(c) => quoted::single(cursor),
        Some(c) if is_double(c) => quoted::double(cursor),
        Some('(') => {
            cursor.next();
            cursor.enter()?;
            cursor.skip_lines()?;
            let inner = statement::pipeline(cursor, Some(')'))?;
            close(cursor, ')', start)?;
            cursor.leave();
            Ok(Expr { span: cursor.since(start), kind: ExprKind::Paren(Box::new(inner)) })
        }
        Some('@') if cursor.take("@(") => {
            let block = statement::enclosed(cursor, ')', start)?;
            Ok(Expr { span: cursor.since(start), kind: ExprKind::Array(Arc::new(block)) })
        }
        Some('@') if cursor.take("@{") => table(cursor, start),
        Some('{') => {
            cursor.next();
            let block = statement::enclosed(cursor, '}', start)?;
            Ok(Expr { span: cursor.since(start), kind: ExprKind::Block(Arc::new(block)) })
        }
        Some('@') if cursor.peek_second().is_some_and(|c| is_single(c) || is_double(c)) => {
            let message = "This shell has no here-strings; a text in quotes may go over several lines.";
            cursor.next();
            Err(SyntaxError::new(cursor.since(start), "HereStringNotSupported", message))
        }
        Some('[') => {
            let message = "This shell has no types in brackets.";
            cursor.next();
            Err(SyntaxError::new(cursor.since(start), "TypeNotSupported", message))
        }
        Some(c) if c.is_ascii_digit() || c == '.' || is_dash(c) => digits(cursor),
        _ => Err(nothing(cursor)),
    }
}

fn digits(cursor: &mut Cursor<'_>) -> Parsed {
    let start = cursor.at();
    let mut text = String::new();
    if cursor.peek().is_some_and(is_dash) {
        cursor.next();
        text.push('-');
    }
    text.push_str(cursor.take_while(|c| c.is_alphanumeric() || c == '.'));
    let span = cursor.since(start);
    if let Some(value) = number(&text) {
        return Ok(Expr { span, kind: ExprKind::Literal(value) });
    }
    if text.contains("..") {
        return Err(SyntaxError::new(span, "OperatorNotSupported", "This shell has no '..' operator."));
    }
    let text = statement::speakable(span.of(cursor.text()));
    let message = format!("Unexpected token '{text}' in expression or statement.");
    Err(SyntaxError::new(span, "UnexpectedToken", message))
}

/// Whether a `$` in front of this begins a variable or `$( … )`.
pub(super) fn begins_variable(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '?' | '{' | '('))
}

/// `$name`, `${name}`, `$global:name` or `$( … )`.
pub(crate) fn variable(cursor: &mut Cursor<'_>) -> Parsed {
    let start = cursor.at();
    cursor.take("$");
    if cursor.take("(") {
        let block = statement::enclosed(cursor, ')', start)?;
        return Ok(Expr { span: cursor.since(start), kind: ExprKind::Sub(Arc::new(block)) });
    }
    let name = if cursor.take("{") {
        let name = cursor.take_while(|c| c != '}' && c != '\n').to_owned();
        close(cursor, '}', start)?;
        name
    } else if cursor.take("?") {
        "?".to_owned()
    } else {
        let first = cursor.take_while(|c| c.is_alphanumeric() || c == '_').to_owned();
        let scoped = cursor.peek() == Some(':')
            && cursor.peek_second().is_some_and(|c| c.is_alphanumeric() || c == '_');
        if scoped {
            cursor.next();
            let rest = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
            format!("{first}:{rest}")
        } else {
            first
        }
    };
    let span = cursor.since(start);
    match name.split_once(':') {
        None => Ok(Expr { span, kind: ExprKind::Variable(name) }),
        Some((scope, rest))
            if ["global", "script", "local", "private", "variable"]
                .contains(&scope.to_ascii_lowercase().as_str()) =>
        {
            Ok(Expr { span, kind: ExprKind::Variable(rest.to_owned()) })
        }
        Some((drive, _)) => {
            let message = format!("This shell has no drive '{drive}:'.");
            Err(SyntaxError::new(span, "DriveNotSupported", message))
        }
    }
}

fn table(cursor: &mut Cursor<'_>, start: usize) -> Parsed {
    cursor.enter()?;
    let mut entries = Vec::new();
    loop {
        cursor.skip_lines()?;
        while cursor.take(";") {
            cursor.skip_lines()?;
        }
        if cursor.peek().is_none_or(|c| c == '}') {
            break;
        }
        let key = key(cursor)?;
        cursor.skip_space()?;
        if !cursor.take("=") {
            let message = "Missing '=' operator after key in hash literal.";
            let at = cursor.since(cursor.at());
            let ended = cursor.peek().is_none();
            let error = SyntaxError::new(at, "MissingEqualsInHashLiteral", message);
            return Err(SyntaxError { incomplete: ended, ..error });
        }
        cursor.skip_lines()?;
        entries.push((key, statement::pipeline(cursor, Some('}'))?));
    }
    close(cursor, '}', start)?;
    cursor.leave();
    Ok(Expr { span: cursor.since(start), kind: ExprKind::Table(entries) })
}

fn key(cursor: &mut Cursor<'_>) -> Parsed {
    let start = cursor.at();
    let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
    if name.is_empty() {
        return postfix(cursor);
    }
    Ok(Expr { span: cursor.since(start), kind: ExprKind::Literal(Value::from(name)) })
}

/// Takes what closes, or says that it is missing.
pub(super) fn close(cursor: &mut Cursor<'_>, closing: char, opened: usize) -> Result<(), SyntaxError> {
    cursor.skip_lines()?;
    let at = cursor.since(cursor.at());
    if cursor.peek() == Some(closing) {
        cursor.next();
        return Ok(());
    }
    let (id, message) = match closing {
        '}' => ("MissingEndCurlyBrace", "Missing closing '}' in statement block.".to_owned()),
        ')' => ("MissingEndParenthesisInExpression", "Missing closing ')' in expression.".to_owned()),
        _ => ("MissingEndSquareBracket", "Missing ] at end of attribute or type literal.".to_owned()),
    };
    if cursor.peek().is_none() {
        let end = cursor.text().get(opened..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        return Err(SyntaxError::ended(Span { start: opened, end: opened + end }, id, message));
    }
    Err(SyntaxError::new(at, id, message))
}

/// Whether an expression, and not a command, begins with this.
pub(super) fn begins(rest: &str) -> bool {
    let mut chars = rest.chars();
    let (first, second) = (chars.next(), chars.next());
    match first {
        Some('$') => begins_variable(second),
        Some('(' | '{' | '[' | '!' | ',') => true,
        Some('@') => second.is_some_and(|c| matches!(c, '(' | '{') || is_single(c) || is_double(c)),
        Some(c) if is_single(c) || is_double(c) => true,
        Some(c) if is_dash(c) => {
            second.is_some_and(|c| c.is_ascii_digit() || matches!(c, '$' | '('))
                || rest.get(c.len_utf8()..).is_some_and(|name| {
                    let word: String = name.chars().take_while(|c| c.is_alphabetic()).collect();
                    word.eq_ignore_ascii_case("not")
                })
        }
        Some(c) if c.is_ascii_digit() || c == '.' => {
            let word: String = rest.chars().take_while(|c| !is_space(*c) && !quoted::ends_word(*c)).collect();
            let word: String = word.chars().take_while(|c| c.is_alphanumeric() || *c == '.').collect();
            number(&word).is_some() || (c.is_ascii_digit() && word.contains(".."))
        }
        _ => false,
    }
}
