//! PowerShell's comparisons: the right side is turned into the type of the left.

use crate::syntax::{Operator, number};
use crate::text::text;
use crate::{Value, convert, like::Pattern};
use regex::{Regex, RegexBuilder};
use std::cmp::Ordering;

/// How much memory one regular expression may take, in bytes.
const MAX_REGEX_SIZE: usize = 256 * 1024;

/// How long a text and its pattern may be, one multiplied with the other: nothing can interrupt the search.
const MAX_WORK: usize = 200_000_000;

/// How long any regular expression is taken to be: a short one may have many states, as `(a?){100}` has.
const STATES: usize = 1_000;

/// Why two values cannot be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Incomparable {
    pub id: &'static str,
    pub message: String,
}

/// The comparison; over the elements, where the left side is an array and the operator does not ask for one.
pub(crate) fn compare(operator: Operator, left: &Value, right: &Value) -> Result<Value, Incomparable> {
    match operator {
        Operator::Contains { case, not } => Ok(Value::Bool(contains(left, right, case) != not)),
        Operator::In { case, not } => Ok(Value::Bool(contains(right, left, case) != not)),
        other => {
            let test = Test::new(other, right)?;
            let Value::Array(items) = left else { return test.of(left).map(Value::Bool) };
            let mut found = Vec::new();
            for item in items.iter() {
                if test.of(item)? {
                    found.push(item.clone());
                }
            }
            Ok(Value::from(found))
        }
    }
}

fn contains(list: &Value, item: &Value, case: bool) -> bool {
    match list {
        Value::Array(items) => items.iter().any(|known| equal(known, item, case)),
        single => equal(single, item, case),
    }
}

/// A comparison whose right side was read.
enum Test<'a> {
    Like(Pattern, bool),
    Match(Regex, bool),
    Order(Operator, &'a Value),
}

impl<'a> Test<'a> {
    fn new(operator: Operator, right: &'a Value) -> Result<Self, Incomparable> {
        Ok(match operator {
            Operator::Like { case, not } => Self::Like(Pattern::new(&text(right), case), not),
            Operator::Match { case, not } => Self::Match(regex(&text(right), case)?, not),
            other => Self::Order(other, right),
        })
    }

    fn of(&self, left: &Value) -> Result<bool, Incomparable> {
        match self {
            Self::Like(pattern, not) => {
                let left = text(left);
                within(pattern.work(&left))?;
                Ok(pattern.matches(&left) != *not)
            }
            Self::Match(regex, not) => {
                let left = text(left);
                within(left.len().saturating_mul(STATES))?;
                Ok(regex.is_match(&left) != *not)
            }
            Self::Order(operator, right) => ordered(*operator, left, right),
        }
    }
}

fn within(work: usize) -> Result<(), Incomparable> {
    if work <= MAX_WORK {
        return Ok(());
    }
    let message = "The text and the pattern are too long to be compared.".to_owned();
    Err(Incomparable { id: "TooMuchWork", message })
}

fn regex(pattern: &str, case: bool) -> Result<Regex, Incomparable> {
    let built =
        RegexBuilder::new(pattern).case_insensitive(!case).size_limit(MAX_REGEX_SIZE).nest_limit(32).build();
    built.map_err(|error| {
        let missing = match error {
            regex::Error::CompiledTooBig(_) => Some("room for a pattern of this size"),
            _ => regex_feature(pattern),
        };
        match missing {
            Some(missing) => Incomparable {
                id: "RegexNotSupported",
                message: format!("This shell has no {missing} in regular expressions."),
            },
            None => Incomparable {
                id: "InvalidRegularExpression",
                message: format!("The regular expression pattern {pattern} is not valid."),
            },
        }
    })
}

/// What the pattern has of .NET's regular expressions that is not here.
pub(crate) fn regex_feature(pattern: &str) -> Option<&'static str> {
    const GROUPS: [(&str, &str); 7] = [
        ("(?=", "look-around"),
        ("(?!", "look-around"),
        ("(?<=", "look-around"),
        ("(?<!", "look-around"),
        ("(?>", "atomic groups"),
        ("(?(", "conditional groups"),
        ("(?'", "group names in quotes"),
    ];
    let mut in_class = false;
    let mut chars = pattern.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, '1'..='9' | 'k')) if !in_class => return Some("backreferences"),
                Some((_, 'G' | 'Z')) if !in_class => return Some("\\G and \\Z"),
                _ => {}
            },
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let rest = pattern.get(at..).unwrap_or_default();
                let found = GROUPS.iter().find(|(begin, _)| rest.starts_with(begin));
                if let Some((_, feature)) = found {
                    return Some(feature);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether something can be compared with this value at all.
pub(crate) fn check(operator: Operator, right: &Value) -> Result<(), Incomparable> {
    Test::new(operator, right).map(|_| ())
}

fn ordered(operator: Operator, left: &Value, right: &Value) -> Result<bool, Incomparable> {
    let wanted: fn(Ordering) -> bool = match operator {
        Operator::Eq { case } => return Ok(equal(left, right, case)),
        Operator::Ne { case } => return Ok(!equal(left, right, case)),
        Operator::Gt { .. } => Ordering::is_gt,
        Operator::Ge { .. } => Ordering::is_ge,
        Operator::Lt { .. } => Ordering::is_lt,
        _ => Ordering::is_le,
    };
    let case = matches!(
        operator,
        Operator::Gt { case: true }
            | Operator::Ge { case: true }
            | Operator::Lt { case: true }
            | Operator::Le { case: true }
    );
    order(left, right, case).map(wanted).ok_or_else(|| {
        let (left_text, left_type) = (text(left), crate::text::type_name(left));
        Incomparable {
            id: "ComparisonFailure",
            message: format!(
                "Could not compare \"{left_text}\" to \"{}\". Error: \"Cannot convert value \"{}\" to type \
                 \"{left_type}\".\"",
                text(right),
                text(right)
            ),
        }
    })
}

/// Whether both are the same, as `-eq` has it.
pub(crate) fn equal(left: &Value, right: &Value, case: bool) -> bool {
    match (left, right) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        (Value::Bool(left), right) => *left == truth(right),
        (Value::Array(left), Value::Array(right)) => std::sync::Arc::ptr_eq(left, right),
        (Value::Credential(left), Value::Credential(right)) => left == right,
        (Value::SecureString(_), _) | (Value::Credential(_), _) => false,
        _ => order(left, right, case) == Some(Ordering::Equal),
    }
}

/// Which of both is the greater; `None` where the right side cannot be turned into the left one's type.
pub(crate) fn order(left: &Value, right: &Value, case: bool) -> Option<Ordering> {
    match (left, right) {
        (Value::Null, Value::Null) => Some(Ordering::Equal),
        (Value::Null, _) => Some(Ordering::Less),
        (_, Value::Null) => Some(Ordering::Greater),
        (Value::Bool(left), right) => Some(left.cmp(&truth(right))),
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Int(_) | Value::Double(_), right) => as_double(left)?.partial_cmp(&as_double(right)?),
        (Value::DateTime(left), right) => match right {
            Value::DateTime(right) => Some(left.cmp(right)),
            other => convert::date_time(&text(other)).map(|right| left.cmp(&right)),
        },
        (Value::TimeSpan(left), right) => match right {
            Value::TimeSpan(right) => Some(left.cmp(right)),
            Value::Int(ticks) => Some(left.cmp(&convert::ticks(*ticks))),
            other => convert::time_span(&text(other)).map(|right| left.cmp(&right)),
        },
        (left, right) => {
            let (left, right) = (text(left), text(right));
            Some(if case { left.cmp(&right) } else { left.to_lowercase().cmp(&right.to_lowercase()) })
        }
    }
}

/// The value as a number.
pub(crate) fn as_double(value: &Value) -> Option<f64> {
    match value {
        #[expect(clippy::as_conversions, reason = "PowerShell compares 64 bits with a Double this way too")]
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) => Some(*number),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::String(text) if text.trim().is_empty() => Some(0.0),
        Value::String(text) => number(text.trim()).as_ref().and_then(as_double),
        _ => None,
    }
}

/// Whether a value counts as true: not null, not 0, not empty.
pub(crate) fn truth(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Int(number) => *number != 0,
        Value::Double(number) => *number != 0.0,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => match items.as_ref() {
            [] => false,
            [Value::Array(_)] => true,
            [only] => truth(only),
            _ => true,
        },
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn test(left: impl Into<Value>, operator: &str, right: impl Into<Value>) -> Value {
        compare(Operator::named(operator).unwrap(), &left.into(), &right.into()).unwrap()
    }

    #[test]
    fn the_right_side_becomes_the_type_of_the_left() {
        for (left, operator, right, result) in [
            (Value::from("Ken"), "eq", Value::from("kEN"), true),
            (Value::from("Ken"), "ceq", Value::from("kEN"), false),
            (Value::from(5), "eq", Value::from("5"), true),
            (Value::from(10), "gt", Value::from("9"), true),
            (Value::from("10"), "gt", Value::from(9), false),
            (Value::from(true), "eq", Value::from("False"), true),
            (Value::from(false), "eq", Value::from(0), true),
            (Value::Null, "eq", Value::from(""), false),
            (Value::Null, "eq", Value::Null, true),
            (Value::from(5), "ne", Value::from("five"), true),
            (Value::from(datetime!(2012-09-25 13:35:03 UTC)), "lt", Value::from("9/26/2012"), true),
            (Value::from("Get-CsUser"), "match", Value::from("csuser$"), true),
            (Value::from("Get-CsUser"), "notlike", Value::from("*-cs*"), false),
            (Value::from("a"), "in", Value::from(vec!["A".into()]), true),
        ] {
            assert_eq!(test(left, operator, right), Value::Bool(result), "{operator}");
        }
    }

    #[test]
    fn an_array_on_the_left_is_filtered() {
        let roles = || Value::from(vec!["Get-CsUser".into(), "Set-CsUser".into(), "Get-CsPool".into()]);
        assert_eq!(
            test(roles(), "match", "^get"),
            Value::from(vec!["Get-CsUser".into(), "Get-CsPool".into()])
        );
        assert_eq!(test(roles(), "contains", "get-csUSER"), Value::Bool(true));
        assert_eq!(test(roles(), "eq", "nothing"), Value::from(vec![]));
    }

    #[test]
    fn a_pattern_that_is_none_or_too_large_is_an_error() {
        for (pattern, id) in [
            ("(", "InvalidRegularExpression"),
            ("[", "InvalidRegularExpression"),
            ("a{1000}{1000}", "RegexNotSupported"),
            ("(?<=ext=)1219", "RegexNotSupported"),
            ("(a)\\1", "RegexNotSupported"),
        ] {
            let operator = Operator::Match { case: false, not: false };
            let error = compare(operator, &"a".into(), &pattern.into()).unwrap_err();
            assert_eq!(error.id, id, "{pattern}");
        }
        for pattern in ["\\(?=", "[(?=]", "(?<name>a)", "(?i)a", "[\\1]", "\\\\1"] {
            assert_eq!(regex_feature(pattern), None, "{pattern}");
        }
        let operator = Operator::Gt { case: false };
        assert!(compare(operator, &Value::from(1), &Value::from("x")).is_err());
    }
}
