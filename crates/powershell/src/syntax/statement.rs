//! Statements and pipelines.

use super::ast::{
    Argument, ArgumentKind, Block, Command, Element, Expr, ExprKind, Pipeline, Span, Statement,
};
use super::cursor::Cursor;
use super::{SyntaxError, command, expression};
use crate::Value;

/// Statements up to `closing`, which is not taken, or to the end of the text.
pub(super) fn block(cursor: &mut Cursor<'_>, closing: Option<char>) -> Result<Block, SyntaxError> {
    let start = cursor.at();
    let mut statements = Vec::new();
    loop {
        cursor.skip_lines()?;
        while cursor.take(";") {
            cursor.skip_lines()?;
        }
        match cursor.peek() {
            None => break,
            Some(c) if Some(c) == closing => break,
            Some(_) => {}
        }
        let read = statement(cursor, closing)?;
        cursor.skip_space()?;
        match cursor.peek() {
            None | Some('\n' | ';') => {}
            Some(c) if Some(c) == closing => {}
            Some('=' | '+') => return Err(not_assigned(cursor, &read)),
            Some(_) => return Err(unexpected(cursor)),
        }
        statements.push(read);
    }
    Ok(Block { span: cursor.since(start), statements })
}

/// Statements behind an opening bracket, which is closed.
pub(super) fn enclosed(cursor: &mut Cursor<'_>, closing: char, opened: usize) -> Result<Block, SyntaxError> {
    cursor.enter()?;
    let inner = block(cursor, Some(closing))?;
    expression::close(cursor, closing, opened)?;
    cursor.leave();
    Ok(inner)
}

/// `=` or `+=` behind what this shell cannot assign to.
fn not_assigned(cursor: &mut Cursor<'_>, left: &Statement) -> SyntaxError {
    let expr = match left {
        Statement::Pipeline(Pipeline { elements, .. }) => elements.as_slice(),
        _ => &[],
    };
    let what = match expr {
        [Element::Expr(Expr { kind: ExprKind::List(_), .. })] => "assignment to several variables at once",
        [Element::Expr(Expr { kind: ExprKind::Member(..) | ExprKind::Index(..), .. })] => {
            "assignment but to $x and to $x.Name"
        }
        _ => return unexpected(cursor),
    };
    let start = cursor.at();
    cursor.take("+");
    cursor.take("=");
    SyntaxError::new(cursor.since(start), "AssignmentNotSupported", format!("This shell has no {what}."))
}

fn unexpected(cursor: &mut Cursor<'_>) -> SyntaxError {
    let start = cursor.at();
    let word = cursor.take_while(char::is_alphanumeric);
    if word.is_empty() {
        cursor.next();
    }
    let span = cursor.since(start);
    let token = speakable(span.of(cursor.text()));
    let message = format!("Unexpected token '{token}' in expression or statement.");
    SyntaxError::new(span, "UnexpectedToken", message)
}

/// A token as an error may name it: what has digits in it may be a PIN or a password that went astray.
pub(super) fn speakable(token: &str) -> &str {
    if token.len() > 3 && token.contains(|c: char| c.is_ascii_digit()) { "****" } else { token }
}

/// What PowerShell has and this shell has not.
const KEYWORDS: [&str; 21] = [
    "begin",
    "break",
    "class",
    "continue",
    "data",
    "do",
    "dynamicparam",
    "end",
    "filter",
    "for",
    "foreach",
    "function",
    "if",
    "param",
    "process",
    "return",
    "switch",
    "throw",
    "trap",
    "try",
    "while",
];

fn statement(cursor: &mut Cursor<'_>, closing: Option<char>) -> Result<Statement, SyntaxError> {
    skip_prompt(cursor);
    let start = cursor.at();
    let word = cursor.take_while(char::is_alphabetic).to_ascii_lowercase();
    let span = cursor.since(start);
    let ends = cursor.peek().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '{' | ';' | '}' | ')'));
    if ends && word == "exit" {
        cursor.skip_space()?;
        let has_code = cursor.peek().is_some_and(|c| !matches!(c, '\n' | ';' | '}' | ')'));
        let code = if has_code { Some(pipeline(cursor, closing)?) } else { None };
        return Ok(Statement::Exit { span, code });
    }
    if ends && KEYWORDS.contains(&word.as_str()) {
        let message = format!("This shell runs pipelines; it has no '{word}' statement.");
        return Err(SyntaxError::new(span, "StatementNotSupported", message));
    }
    cursor.back_to(start);
    if let Some(error) = operator_not_here(cursor) {
        return Err(error);
    }
    if let Some(assignment) = assignment(cursor, closing)? {
        return Ok(assignment);
    }
    pipeline(cursor, closing).map(Statement::Pipeline)
}

/// `&` and `.` in front of a command.
fn operator_not_here(cursor: &mut Cursor<'_>) -> Option<SyntaxError> {
    let start = cursor.at();
    let message = match (cursor.peek(), cursor.peek_second()) {
        (Some('&'), _) => "This shell has no '&' operator; a command is called by its name alone.",
        (Some('.'), Some(' ' | '\t')) => {
            "This shell has no '.' operator; ./a.ps1 alone runs a script in this session."
        }
        _ => return None,
    };
    cursor.next();
    Some(SyntaxError::new(cursor.since(start), "OperatorNotSupported", message))
}

/// A prompt that was copied with the command behind it: `PS> `, `PS C:\Users\kenmyer> `.
fn skip_prompt(cursor: &mut Cursor<'_>) {
    let line = cursor.rest().split('\n').next().unwrap_or_default();
    let Some(rest) = line.strip_prefix("PS") else { return };
    let Some((path, behind)) = rest.split_once('>') else { return };
    let is_path = path.is_empty()
        || path.strip_prefix(' ').is_some_and(|path| path.contains(":\\") || path == "lyncmock");
    if is_path && (behind.is_empty() || behind.starts_with(' ')) {
        cursor.back_to(cursor.at() + line.len() - behind.len());
        cursor.take_while(|c| c == ' ');
    }
}

/// What stands in front of `=` or `+=`.
struct Target {
    name: String,
    property: Option<String>,
    add: bool,
    span: Span,
}

fn assignment(cursor: &mut Cursor<'_>, closing: Option<char>) -> Result<Option<Statement>, SyntaxError> {
    let Some(Target { name, property, add, span }) = target(cursor)? else { return Ok(None) };
    cursor.skip_lines()?;
    if cursor.peek().is_none() {
        let span = cursor.since(cursor.at());
        let message = "You must provide a value expression following the '=' operator.";
        return Err(SyntaxError::ended(span, "ExpectedValueExpression", message));
    }
    if let Some(second) = target(cursor)? {
        let message = "This shell has no assignment inside another.";
        return Err(SyntaxError::new(second.span, "AssignmentNotSupported", message));
    }
    let value = pipeline(cursor, closing)?;
    Ok(Some(Statement::Assign { name, property, add, span, value }))
}

/// Takes the target and the operator behind it; nothing, where this is no assignment.
fn target(cursor: &mut Cursor<'_>) -> Result<Option<Target>, SyntaxError> {
    let start = cursor.at();
    if cursor.peek() != Some('$') || !expression::begins_variable(cursor.peek_second()) {
        return Ok(None);
    }
    if cursor.peek_second() == Some('(') {
        return Ok(None);
    }
    let target = expression::variable(cursor)?;
    let property = assigned_property(cursor);
    let span = cursor.since(start);
    cursor.skip_space()?;
    let add = cursor.take("+=");
    if !add && (cursor.rest().starts_with("==") || !cursor.take("=")) {
        cursor.back_to(start);
        return Ok(None);
    }
    let ExprKind::Variable(name) = target.kind else { return Ok(None) };
    Ok(Some(Target { name, property, add, span }))
}

/// `.Property` behind a variable.
fn assigned_property(cursor: &mut Cursor<'_>) -> Option<String> {
    if !cursor.peek_second().is_some_and(|c| c.is_alphabetic() || c == '_') || !cursor.take(".") {
        return None;
    }
    Some(cursor.take_while(|c| c.is_alphanumeric() || c == '_').to_owned())
}

/// How many commands one pipeline may have: each waits inside the one before it.
const MAX_ELEMENTS: usize = 32;

/// Elements with `|` between them.
pub(super) fn pipeline(cursor: &mut Cursor<'_>, closing: Option<char>) -> Result<Pipeline, SyntaxError> {
    cursor.skip_space()?;
    let start = cursor.at();
    let mut elements = Vec::new();
    let mut end;
    loop {
        elements.push(element(cursor, elements.is_empty())?);
        if elements.len() > MAX_ELEMENTS {
            let message = format!("More than {MAX_ELEMENTS} commands in one pipeline.");
            return Err(SyntaxError::new(cursor.since(start), "NestedTooDeep", message));
        }
        end = cursor.at();
        cursor.skip_space()?;
        if cursor.peek() == Some('>') {
            elements.push(Element::Command(redirection(cursor)?));
            end = cursor.at();
            cursor.skip_space()?;
        }
        if cursor.peek() != Some('|') {
            break;
        }
        let bar = cursor.at();
        cursor.next();
        let bar = cursor.since(bar);
        cursor.skip_lines()?;
        let empty = "An empty pipe element is not allowed.";
        match cursor.peek() {
            None => return Err(SyntaxError::ended(bar, "EmptyPipeElement", empty)),
            Some(c) if c == '|' || Some(c) == closing => {
                return Err(SyntaxError::new(bar, "EmptyPipeElement", empty));
            }
            Some(_) => {}
        }
    }
    cursor.back_to(end);
    Ok(Pipeline { span: Span { start, end }, elements })
}

fn element(cursor: &mut Cursor<'_>, first: bool) -> Result<Element, SyntaxError> {
    if expression::begins(cursor.rest()) {
        let expr = expression::expression(cursor)?;
        if first {
            return Ok(Element::Expr(expr));
        }
        let message = "Expressions are only allowed as the first element of a pipeline.";
        return Err(SyntaxError::new(expr.span, "ExpressionsMustBeFirstInPipeline", message));
    }
    if cursor.peek() == Some('|') {
        let start = cursor.at();
        cursor.next();
        let message = "An empty pipe element is not allowed.";
        return Err(SyntaxError::new(cursor.since(start), "EmptyPipeElement", message));
    }
    if !command::begins(cursor.rest()) {
        return expression::primary(cursor).map(Element::Expr);
    }
    command::command(cursor).map(Element::Command)
}

/// `> file` and `>> file`, as Out-File.
fn redirection(cursor: &mut Cursor<'_>) -> Result<Command, SyntaxError> {
    let start = cursor.at();
    cursor.take(">");
    let append = cursor.take(">");
    let name_span = cursor.since(start);
    cursor.skip_space()?;
    let path_start = cursor.at();
    let path = match cursor.peek() {
        Some('$') => expression::postfix(cursor)?,
        _ => super::quoted::word(cursor)?,
    };
    if matches!(&path.kind, ExprKind::Variable(name) if name.eq_ignore_ascii_case("null")) {
        let span = cursor.since(start);
        return Ok(Command { span, name: "Out-Null".to_owned(), name_span, arguments: Vec::new() });
    }
    if path.span.start >= path.span.end {
        let message = "Missing file specification after redirection operator.";
        return Err(SyntaxError::new(name_span, "MissingFileSpecification", message));
    }
    let named = |name: &str, value| Argument {
        span: name_span,
        kind: ArgumentKind::Parameter { name: name.to_owned(), value },
    };
    let mut arguments = vec![named("FilePath", None)];
    arguments.push(Argument { span: cursor.since(path_start), kind: ArgumentKind::Value(path) });
    if append {
        let on = Expr { span: name_span, kind: ExprKind::Literal(Value::Bool(true)) };
        arguments.push(named("Append", Some(on)));
    }
    Ok(Command { span: cursor.since(start), name: "Out-File".to_owned(), name_span, arguments })
}
