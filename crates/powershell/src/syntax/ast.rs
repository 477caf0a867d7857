//! The tree.

use crate::Value;
use std::sync::Arc;

/// A part of the text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// From the beginning of this to the end of the other.
    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start, end: other.end }
    }

    /// The text of this part.
    pub(crate) fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// Statements, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub span: Span,
    pub statements: Vec<Statement>,
}

#[derive(Debug)]
pub(crate) enum Statement {
    /// `$name = …`, `$name += …`, or `$name.Property = …`.
    Assign {
        name: String,
        property: Option<String>,
        add: bool,
        span: Span,
        value: Pipeline,
    },
    Pipeline(Pipeline),
    /// `exit`, `exit 3`: the script ends here.
    Exit {
        span: Span,
        code: Option<Pipeline>,
    },
}

#[derive(Debug)]
pub(crate) struct Pipeline {
    pub span: Span,
    pub elements: Vec<Element>,
}

#[derive(Debug)]
pub(crate) enum Element {
    /// First in its pipeline.
    Expr(Expr),
    Command(Command),
}

#[derive(Debug)]
pub(crate) struct Command {
    pub span: Span,
    pub name: String,
    pub name_span: Span,
    pub arguments: Vec<Argument>,
}

#[derive(Debug)]
pub(crate) struct Argument {
    pub span: Span,
    pub kind: ArgumentKind,
}

#[derive(Debug)]
pub(crate) enum ArgumentKind {
    /// `-Name`, `-Name:value`; the span is that of the name with its dash and its colon.
    Parameter {
        name: String,
        value: Option<Expr>,
    },
    Value(Expr),
}

#[derive(Debug)]
pub(crate) struct Expr {
    pub span: Span,
    pub kind: ExprKind,
}

#[derive(Debug)]
pub(crate) enum ExprKind {
    Literal(Value),
    /// A word of a command line; a number in it keeps its text where a text is wanted.
    Word(Arc<str>),
    /// A word of a command line that was split elsewhere.
    Split(Arc<str>),
    /// Texts and expressions, put together.
    Text(Vec<Expr>),
    Variable(String),
    /// `$x.Name`
    Member(Box<Expr>, Box<Expr>),
    /// `$x.Name(…)`
    Call(Box<Expr>, String, Vec<Expr>),
    /// `$x[…]`
    Index(Box<Expr>, Box<Expr>),
    /// `a, b`
    List(Vec<Expr>),
    /// `( … )`
    Paren(Box<Pipeline>),
    /// `$( … )`
    Sub(Arc<Block>),
    /// `@( … )`
    Array(Arc<Block>),
    Block(Arc<Block>),
    /// `@{ name = value }`
    Table(Vec<(Expr, Pipeline)>),
    Not(Box<Expr>),
    Negative(Box<Expr>),
    Binary(Operator, Box<Expr>, Box<Expr>),
}

/// A binary operator. `case` is whether case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    And,
    Or,
    Xor,
    Eq {
        case: bool,
    },
    Ne {
        case: bool,
    },
    Gt {
        case: bool,
    },
    Ge {
        case: bool,
    },
    Lt {
        case: bool,
    },
    Le {
        case: bool,
    },
    Like {
        case: bool,
        not: bool,
    },
    Match {
        case: bool,
        not: bool,
    },
    /// The list stands on the left.
    Contains {
        case: bool,
        not: bool,
    },
    /// The list stands on the right.
    In {
        case: bool,
        not: bool,
    },
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// The level of the operators that bind tightest.
    pub(crate) const TIGHTEST: usize = 3;

    /// How tightly it binds, from 0.
    pub(crate) fn level(self) -> usize {
        match self {
            Self::And | Self::Or | Self::Xor => 0,
            Self::Add | Self::Subtract => 2,
            Self::Multiply | Self::Divide | Self::Remainder => 3,
            _ => 1,
        }
    }

    /// The operator of this name, which is without its dash and in any case.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let plain = match name.as_str() {
            "and" => return Some(Self::And),
            "or" => return Some(Self::Or),
            "xor" => return Some(Self::Xor),
            plain => plain,
        };
        Self::comparison(plain, false).or_else(|| {
            let (case, rest) = plain.strip_prefix('c').map(|rest| (true, rest)).or_else(|| {
                let rest = plain.strip_prefix('i')?;
                Some((false, rest))
            })?;
            Self::comparison(rest, case)
        })
    }

    fn comparison(name: &str, case: bool) -> Option<Self> {
        Some(match name {
            "eq" => Self::Eq { case },
            "ne" => Self::Ne { case },
            "gt" => Self::Gt { case },
            "ge" => Self::Ge { case },
            "lt" => Self::Lt { case },
            "le" => Self::Le { case },
            "like" => Self::Like { case, not: false },
            "notlike" => Self::Like { case, not: true },
            "match" => Self::Match { case, not: false },
            "notmatch" => Self::Match { case, not: true },
            "contains" => Self::Contains { case, not: false },
            "notcontains" => Self::Contains { case, not: true },
            "in" => Self::In { case, not: false },
            "notin" => Self::In { case, not: true },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_c_in_front_of_an_operator_makes_case_count() {
        assert_eq!(Operator::named("EQ"), Some(Operator::Eq { case: false }));
        assert_eq!(Operator::named("ceq"), Some(Operator::Eq { case: true }));
        assert_eq!(Operator::named("ieq"), Some(Operator::Eq { case: false }));
        assert_eq!(Operator::named("in"), Some(Operator::In { case: false, not: false }));
        assert_eq!(Operator::named("iin"), Some(Operator::In { case: false, not: false }));
        assert_eq!(Operator::named("contains"), Some(Operator::Contains { case: false, not: false }));
        assert_eq!(Operator::named("cnotmatch"), Some(Operator::Match { case: true, not: true }));
        assert_eq!(Operator::named("cand"), None);
        assert_eq!(Operator::named("join"), None);
    }
}
