//! From text to a tree, with positions.

mod ast;
mod command;
mod cursor;
mod error;
mod expression;
mod number;
mod quoted;
mod statement;

pub(crate) use ast::{
    Argument, ArgumentKind, Block, Command, Element, Expr, ExprKind, Operator, Pipeline, Span, Statement,
};
pub(crate) use cursor::{Cursor, is_dash, is_double, is_single};
pub(crate) use error::SyntaxError;
pub(crate) use expression::variable;
pub(crate) use number::number;

use std::sync::Arc;

/// The longest script that is read, in bytes: more than anybody types, and little enough to be kept in memory thrice.
pub const MAX_SCRIPT_LEN: usize = 1024 * 1024;

/// How deep brackets, braces and quotes may nest. A deeper one is an attack on the stack.
pub const MAX_NESTING: usize = 64;

/// A script and where it comes from. It may hold a password, and has no `Debug` for that reason.
pub(crate) struct Source {
    pub text: String,
    /// The file's name; none for what was typed.
    pub name: Option<String>,
    /// The parts of the text that no error shows.
    pub secrets: Vec<Span>,
}

/// `{ … }`, with the text around it, so that an error inside can be shown in its line.
pub struct ScriptBlock {
    pub(crate) source: Arc<Source>,
    pub(crate) block: Arc<Block>,
}

impl ScriptBlock {
    /// What stands between the braces.
    pub fn text(&self) -> &str {
        self.block.span.of(&self.source.text)
    }
}

impl PartialEq for ScriptBlock {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.block, &other.block)
    }
}

impl std::fmt::Debug for ScriptBlock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ScriptBlock")
    }
}

/// Reads a whole script.
pub(crate) fn parse(text: &str) -> Result<Block, SyntaxError> {
    if text.len() > MAX_SCRIPT_LEN {
        let span = Span { start: 0, end: 0 };
        let text = format!("The script is longer than {MAX_SCRIPT_LEN} bytes.");
        return Err(SyntaxError::new(span, "ScriptTooLong", text));
    }
    let mut cursor = Cursor::new(text);
    statement::block(&mut cursor, None).map_err(|error| match error.id {
        expression::NOTHING if error.incomplete => SyntaxError { id: "ExpectedExpression", ..error },
        expression::NOTHING => SyntaxError { id: "UnexpectedToken", ..error },
        _ => error,
    })
}

/// One command whose words were split elsewhere, with the text that an error shows.
pub(crate) fn split(words: &[String]) -> (String, Block) {
    let (text, command) = command::split(words);
    let span = Span { start: 0, end: text.len() };
    let elements = command.into_iter().map(Element::Command).collect();
    let statements = vec![Statement::Pipeline(Pipeline { span, elements })];
    (text, Block { span, statements })
}

/// Whether the text is the beginning of a statement that goes on in the next line: an open brace, bracket or quote, or
/// a pipe or a backtick at its end.
pub fn needs_more(text: &str) -> bool {
    parse(text).is_err_and(|error| error.incomplete)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_open_needs_more() {
        for open in [
            "Get-CsUser |",
            "Get-CsUser `",
            "Get-CsUser | Where-Object {",
            "\"kenmyer",
            "'it''s",
            "(Get-CsUser",
            "$x = ",
            "$x -eq",
            "1,",
            "@(1",
            "@{n='x'",
            "<# a comment",
        ] {
            assert!(needs_more(open), "{open}");
        }
        for whole in ["", "Get-CsUser", "Get-CsUser | ", "}", "$x = 1", "1 | | 2", "# {"] {
            assert_eq!(needs_more(whole), whole == "Get-CsUser | ", "{whole}");
        }
    }

    #[test]
    fn a_long_script_is_refused() {
        assert!(parse(&"#".repeat(MAX_SCRIPT_LEN + 1)).is_err());
        assert!(parse(&"#".repeat(MAX_SCRIPT_LEN)).is_ok());
    }

    #[test]
    fn deep_nesting_is_refused_and_not_followed() {
        for (open, close) in
            [("(", ")"), ("{", "}"), ("$(", ")"), ("@(", ")"), ("\"$(", ")\""), ("-not ", ""), (",", "")]
        {
            for depth in [MAX_NESTING / 4, 40_000] {
                let text = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let refused = parse(&text).is_err_and(|error| error.id == "NestedTooDeep");
                assert_eq!(refused, depth > MAX_NESTING, "{open} {depth}");
            }
        }
    }
}
