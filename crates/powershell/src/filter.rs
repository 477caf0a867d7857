//! `-Filter {LineUri -eq "tel:+12065551219"}`: a condition over properties whose names stand without `$_`.

use crate::compare::{compare, truth};
use crate::syntax::{Cursor, Operator, SyntaxError, is_dash, number};
use crate::{ErrorRecord, Object, Value};

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
    /// Reads a condition: comparisons with `-and`, `-or`, `-not` and brackets.
    ///
    /// # Errors
    /// What cannot be read. The text is our own; that of the real cmdlets is not known.
    pub fn parse(text: &str) -> Result<Self, ErrorRecord> {
        let trimmed = text.trim();
        // Braces that another shell's quotes kept: '{LineUri -eq $Null}'.
        let inner = trimmed.strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
        let mut cursor = Cursor::new(inner.unwrap_or(text));
        let parsed = either(&mut cursor).and_then(|node| {
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

fn either(cursor: &mut Cursor<'_>) -> Parsed {
    cursor.enter()?;
    let mut left = both(cursor)?;
    while word(cursor, "or")? {
        left = Node::Or(Box::new(left), Box::new(both(cursor)?));
    }
    cursor.leave();
    Ok(left)
}

fn both(cursor: &mut Cursor<'_>) -> Parsed {
    let mut left = one(cursor)?;
    while word(cursor, "and")? {
        left = Node::And(Box::new(left), Box::new(one(cursor)?));
    }
    Ok(left)
}

fn one(cursor: &mut Cursor<'_>) -> Parsed {
    cursor.skip_lines()?;
    if cursor.take("!") || word(cursor, "not")? {
        cursor.enter()?;
        let inner = one(cursor)?;
        cursor.leave();
        return Ok(Node::Not(Box::new(inner)));
    }
    if cursor.take("(") {
        let inner = either(cursor)?;
        cursor.skip_lines()?;
        return if cursor.take(")") { Ok(inner) } else { Err(expected(cursor, "')'")) };
    }
    comparison(cursor)
}

fn comparison(cursor: &mut Cursor<'_>) -> Parsed {
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
    Ok(Node::Compare { property, operator, value: value(cursor)? })
}

fn value(cursor: &mut Cursor<'_>) -> Result<Value, SyntaxError> {
    let quoted = cursor.peek().and_then(|c| ['"', '\''].into_iter().find(|quote| *quote == straight(c)));
    if let Some(quote) = quoted {
        cursor.next();
        let text = cursor.take_while(|c| straight(c) != quote).to_owned();
        return match cursor.next() {
            Some(_) => Ok(Value::from(text)),
            None => Err(expected(cursor, "the end of the text in quotes")),
        };
    }
    let text = cursor.take_while(|c| !c.is_whitespace() && !matches!(c, '(' | ')'));
    match text.to_ascii_lowercase().as_str() {
        "" => Err(expected(cursor, "a value")),
        "$true" | "true" => Ok(Value::Bool(true)),
        "$false" | "false" => Ok(Value::Bool(false)),
        "$null" => Ok(Value::Null),
        _ => Ok(number(text).unwrap_or_else(|| Value::from(text))),
    }
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

    fn matches(filter: &str) -> bool {
        let object = Object::new("T")
            .with("LineURI", "tel:+12065551219")
            .with("Enabled", true)
            .with("City", Value::Null);
        Filter::parse(filter).unwrap().matches(&object)
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
        ] {
            assert_eq!(
                Filter::parse(filter).unwrap_err().message,
                format!("Cannot read the filter: {message}")
            );
        }
        assert!(Filter::parse(&"(".repeat(100_000)).is_err());
    }
}
