//! `-Filter {LineUri -eq "tel:+12065551219"}`: a condition over properties whose names stand without `$_`.

use crate::compare::{compare, truth};
use crate::run::property;
use crate::syntax::{Cursor, ExprKind, Operator, SyntaxError, is_dash, number, variable};
use crate::text::{MAX_TEXT_LEN, text};
use crate::{ErrorRecord, Object, Value};

/// What a variable holds; `None` where it was not set.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<Value>;

/// A condition on an object's properties.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(Node);

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Compare { property: String, operator: Operator, value: Value },
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Not(Box<Self>),
}

impl Filter {
    /// Reads a condition: comparisons with `-and`, `-or`, `-not` and brackets. A variable stands for what it holds now,
    /// `$name` and `$name.Property` as well as `"$name"`; `variables` knows them by name, without `$`.
    ///
    /// # Errors
    /// What cannot be read, and a variable that was not set: as `$null` it would find other objects than were meant.
    /// The text is our own; that of the real cmdlets is not known.
    pub fn parse(text: &str, variables: Variables<'_>) -> Result<Self, ErrorRecord> {
        let trimmed = text.trim();
        // Braces that another shell's quotes kept: '{LineUri -eq $Null}'.
        let inner = trimmed.strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
        let mut cursor = Cursor::new(inner.unwrap_or(text));
        let parsed = either(&mut cursor, variables).and_then(|node| {
            cursor.skip_lines()?;
            if cursor.peek().is_none() { Ok(node) } else { Err(expected(&cursor, "the end of the filter")) }
        });
        parsed.map(Self).map_err(|error| {
            let message = format!("Cannot read the filter: {}", error.message);
            ErrorRecord::new("InvalidArgument", "InvalidFilter", message)
        })
    }

    /// Whether the object fulfils it. A property that the object lacks is null.
    pub fn matches(&self, object: &Object) -> bool {
        self.0.matches(object)
    }

    /// The names of the properties that it asks for.
    pub fn properties(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.0.properties(&mut names);
        names
    }
}

impl Node {
    fn matches(&self, object: &Object) -> bool {
        match self {
            Self::Compare { property, operator, value } => {
                let own = object.get(property).cloned().unwrap_or(Value::Null);
                compare(*operator, &own, value).is_ok_and(|result| truth(&result))
            }
            Self::And(left, right) => left.matches(object) && right.matches(object),
            Self::Or(left, right) => left.matches(object) || right.matches(object),
            Self::Not(inner) => !inner.matches(object),
        }
    }

    fn properties<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Self::Compare { property, .. } => names.push(property),
            Self::And(left, right) | Self::Or(left, right) => {
                left.properties(names);
                right.properties(names);
            }
            Self::Not(inner) => inner.properties(names),
        }
    }
}

type Parsed = Result<Node, SyntaxError>;

fn either(cursor: &mut Cursor<'_>, variables: Variables<'_>) -> Parsed {
    cursor.enter()?;
    let mut left = both(cursor, variables)?;
    while word(cursor, "or")? {
        left = Node::Or(Box::new(left), Box::new(both(cursor, variables)?));
    }
    cursor.leave();
    Ok(left)
}

fn both(cursor: &mut Cursor<'_>, variables: Variables<'_>) -> Parsed {
    let mut left = one(cursor, variables)?;
    while word(cursor, "and")? {
        left = Node::And(Box::new(left), Box::new(one(cursor, variables)?));
    }
    Ok(left)
}

fn one(cursor: &mut Cursor<'_>, variables: Variables<'_>) -> Parsed {
    cursor.skip_lines()?;
    if cursor.take("!") || word(cursor, "not")? {
        cursor.enter()?;
        let inner = one(cursor, variables)?;
        cursor.leave();
        return Ok(Node::Not(Box::new(inner)));
    }
    if cursor.take("(") {
        let inner = either(cursor, variables)?;
        cursor.skip_lines()?;
        return if cursor.take(")") { Ok(inner) } else { Err(expected(cursor, "')'")) };
    }
    comparison(cursor, variables)
}

fn comparison(cursor: &mut Cursor<'_>, variables: Variables<'_>) -> Parsed {
    cursor.take("$_.");
    let property = cursor.take_while(|c| c.is_alphanumeric() || c == '_').to_owned();
    if property.is_empty() {
        return Err(expected(cursor, "the name of a property"));
    }
    cursor.skip_lines()?;
    let start = cursor.at();
    let found = if cursor.peek().is_some_and(is_dash) {
        cursor.next();
        Operator::named(cursor.take_while(char::is_alphabetic))
    } else {
        None
    };
    let Some(operator) = found.filter(|operator| operator.level() == 1) else {
        cursor.back_to(start);
        return Err(expected(cursor, "a comparison such as -eq"));
    };
    cursor.skip_lines()?;
    Ok(Node::Compare { property, operator, value: value(cursor, variables)? })
}

fn value(cursor: &mut Cursor<'_>, variables: Variables<'_>) -> Result<Value, SyntaxError> {
    match cursor.peek().map(straight) {
        Some('\'') => {
            cursor.next();
            let text = cursor.take_while(|c| straight(c) != '\'').to_owned();
            cursor.next().map(|_| Value::from(text)).ok_or_else(|| no_end(cursor))
        }
        Some('"') => expanded(cursor, variables),
        Some('$') => {
            let mut value = held(cursor, variables)?;
            while cursor.take(".") {
                let name = cursor.take_while(|c| c.is_alphanumeric() || c == '_');
                if name.is_empty() {
                    return Err(expected(cursor, "the name of a property"));
                }
                value = property(&value, name);
            }
            if cursor.peek().is_none_or(|c| c.is_whitespace() || c == ')') {
                return Ok(value);
            }
            Err(expected(cursor, "$name or $name.Property"))
        }
        _ => {
            let text = cursor.take_while(|c| !c.is_whitespace() && !matches!(c, '(' | ')'));
            match text.to_ascii_lowercase().as_str() {
                "" => Err(expected(cursor, "a value")),
                "true" => Ok(Value::Bool(true)),
                "false" => Ok(Value::Bool(false)),
                _ => Ok(number(text).unwrap_or_else(|| Value::from(text))),
            }
        }
    }
}

/// `"…"`, with the variables in it.
fn expanded(cursor: &mut Cursor<'_>, variables: Variables<'_>) -> Result<Value, SyntaxError> {
    cursor.next();
    let mut out = String::new();
    while let Some(c) = cursor.peek() {
        match straight(c) {
            '"' => {
                cursor.next();
                return Ok(Value::from(out));
            }
            '$' => {
                let held = held(cursor, variables)?;
                out.push_str(&text(&held));
                if out.len() > MAX_TEXT_LEN {
                    return Err(expected(cursor, "a shorter text"));
                }
            }
            '`' => {
                cursor.next();
                out.extend(cursor.next());
            }
            _ => {
                cursor.next();
                out.push(c);
            }
        }
    }
    Err(no_end(cursor))
}

/// What the variable holds that stands here.
fn held(cursor: &mut Cursor<'_>, variables: Variables<'_>) -> Result<Value, SyntaxError> {
    let start = cursor.at();
    let name = match cursor.peek_second() {
        Some(c) if c.is_alphanumeric() || matches!(c, '_' | '{') => match variable(cursor)?.kind {
            ExprKind::Variable(name) => Some(name),
            _ => None,
        },
        _ => None,
    };
    let Some(name) = name else {
        cursor.back_to(start);
        return Err(expected(cursor, "the name of a variable behind the $"));
    };
    variables(&name).ok_or_else(|| {
        let message = format!("at character {}, the variable ${name} was never set.", start + 1);
        SyntaxError::new(cursor.since(start), "InvalidFilter", message)
    })
}

fn no_end(cursor: &Cursor<'_>) -> SyntaxError {
    expected(cursor, "the end of the text in quotes")
}

/// A typographic quotation mark as the straight one.
fn straight(c: char) -> char {
    match c {
        '\u{2018}'..='\u{201b}' => '\'',
        '\u{201c}'..='\u{201e}' => '"',
        other => other,
    }
}

/// Takes `-name`, if it is next.
fn word(cursor: &mut Cursor<'_>, name: &str) -> Result<bool, SyntaxError> {
    cursor.skip_lines()?;
    let start = cursor.at();
    if cursor.peek().is_some_and(is_dash) {
        cursor.next();
        if cursor.take_while(char::is_alphabetic).eq_ignore_ascii_case(name) {
            return Ok(true);
        }
    }
    cursor.back_to(start);
    Ok(false)
}

fn expected(cursor: &Cursor<'_>, what: &str) -> SyntaxError {
    let message = format!("at character {}, {what} was expected.", cursor.at() + 1);
    SyntaxError::new(cursor.since(cursor.at()), "InvalidFilter", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(name: &str) -> Option<Value> {
        match name.to_ascii_lowercase().as_str() {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            "null" => Some(Value::Null),
            "line" => Some("tel:+12065551219".into()),
            "number" => Some("12065551219".into()),
            "user" => Some(Object::new("T").with("LineURI", "tel:+12065551219").into()),
            _ => None,
        }
    }

    fn matches(filter: &str) -> bool {
        let object = Object::new("T")
            .with("LineURI", "tel:+12065551219")
            .with("Enabled", true)
            .with("City", Value::Null);
        Filter::parse(filter, &variables).unwrap().matches(&object)
    }

    #[test]
    fn conditions_hold_as_they_read() {
        for (filter, holds) in [
            ("LineUri -eq \"tel:+12065551219\"", true),
            ("LineUri –like “tel:*”", true),
            ("LineUri -ne $null -and Enabled -eq $true", true),
            ("Enabled -eq $false -or (City -eq $null)", true),
            ("-not (Enabled -eq True)", false),
            ("!(Nothing -eq 'x')", true),
            ("$_.Enabled -eq $true", true),
            (" {LineUri -like 'tel:*'} ", true),
            ("{ City -ne $null }", false),
            ("LineUri -eq $line", true),
            ("LineUri -eq ${Line}", true),
            ("(LineUri -eq $user.LineUri)", true),
            ("LineUri -eq $user.Nothing", false),
            ("LineUri -eq \"tel:+$number\"", true),
            ("LineUri -eq “tel:+$number”", true),
            ("LineUri -ne $line", false),
            ("LineUri -eq '$line'", false),
            ("LineUri -eq \"`$line\"", false),
        ] {
            assert_eq!(matches(filter), holds, "{filter}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place() {
        for (filter, message) in [
            ("", "at character 1, the name of a property was expected."),
            ("{City -eq 1", "at character 1, the name of a property was expected."),
            ("City", "at character 5, a comparison such as -eq was expected."),
            ("City -and 1", "at character 6, a comparison such as -eq was expected."),
            ("City -eq 'x", "at character 12, the end of the text in quotes was expected."),
            ("(City -eq 1", "at character 12, ')' was expected."),
            ("City -eq 1 x", "at character 12, the end of the filter was expected."),
            ("City -eq $x", "at character 10, the variable $x was never set."),
            ("City -eq \"$x\"", "at character 11, the variable $x was never set."),
            ("City -eq $(1)", "at character 10, the name of a variable behind the $ was expected."),
            ("City -eq $line[0]", "at character 15, $name or $name.Property was expected."),
            ("City -eq \"$line", "at character 16, the end of the text in quotes was expected."),
        ] {
            assert_eq!(
                Filter::parse(filter, &variables).unwrap_err().message,
                format!("Cannot read the filter: {message}")
            );
        }
        assert!(Filter::parse(&"(".repeat(100_000), &variables).is_err());
    }
}
