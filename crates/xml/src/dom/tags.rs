//! The inside of a start tag. quick-xml finds where a tag ends; what it holds is checked here, because
//! quick-xml takes more than XML allows.

use super::Span;
use crate::{Limits, Problem, XmlError, chars, error};

/// A name and a value, as places in the text.
#[derive(Clone, Copy)]
pub(super) struct RawAttribute {
    pub(super) name: Span,
    pub(super) value: Span,
}

/// Splits what follows the name in a start tag or in an XML declaration.
pub(super) fn attributes(text: &str, span: Span, limits: &Limits) -> Result<Vec<RawAttribute>, XmlError> {
    let mut attributes = Vec::new();
    let mut at = span.start;
    while let Some((attribute, next)) = attribute(text, Span { start: at, end: span.end })? {
        if attributes.len() >= limits.attributes {
            return Err(XmlError::TooManyAttributes(limits.attributes));
        }
        attributes.push(attribute);
        at = next;
    }
    Ok(attributes)
}

/// The attribute at the start of `span` and where it ends; None when only white space is left.
fn attribute(text: &str, span: Span) -> Result<Option<(RawAttribute, usize)>, XmlError> {
    let rest = text.get(span.start..span.end).unwrap_or_default();
    let unspaced = rest.trim_start_matches(chars::is_space);
    if unspaced.is_empty() {
        return Ok(None);
    }
    let start = span.end - unspaced.len();
    if start == span.start {
        return Err(Problem::AttributeSyntax.at(start));
    }
    let wrong = || Problem::AttributeSyntax.at(start);
    let (before, after) = unspaced.split_once('=').ok_or_else(wrong)?;
    let name = before.trim_end_matches(chars::is_space);
    let quoted = after.trim_start_matches(chars::is_space);
    let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or_else(wrong)?;
    let (value, tail) = quoted.get(1..).and_then(|q| q.split_once(quote)).ok_or_else(wrong)?;

    let next = span.end - tail.len();
    let name = Span { start, end: start + name.len() };
    let value = Span { start: next - 1 - value.len(), end: next - 1 };
    Ok(Some((RawAttribute { name, value }, next)))
}

/// Checks what follows `<?xml`: version 1.0, then perhaps an encoding that UTF-8 covers, then perhaps
/// standalone (XML 1.0, production 23).
pub(super) fn check_declaration(text: &str, span: Span) -> Result<(), XmlError> {
    let wrong = || Problem::Declaration.at(span.start);
    let limits = Limits { attributes: 3, ..Limits::default() };
    let given = attributes(text, span, &limits).map_err(|_| wrong())?;
    let mut given = given.iter().map(|a| (slice(text, a.name), slice(text, a.value))).peekable();
    if given.next() != Some(("version", "1.0")) {
        return Err(wrong());
    }
    let covered =
        |encoding: &str| ["utf-8", "us-ascii"].iter().any(|name| encoding.eq_ignore_ascii_case(name));
    given.next_if(|(name, value)| *name == "encoding" && covered(value));
    given.next_if(|(name, value)| *name == "standalone" && matches!(*value, "yes" | "no"));
    if given.next().is_some() { Err(wrong()) } else { Ok(()) }
}

/// Prefix and local part of the qualified name at `span`.
pub(super) fn qname(text: &str, span: Span) -> Result<(Span, Span), XmlError> {
    let name = slice(text, span);
    let (prefix, local) =
        chars::split_qname(name).ok_or_else(|| Problem::Name(error::excerpt(name)).at(span.start))?;
    let prefix_end = span.start + prefix.len();
    Ok((Span { start: span.start, end: prefix_end }, Span { start: span.end - local.len(), end: span.end }))
}

/// The characters of `text` at `span`.
pub(super) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or_default()
}
