//! Escaping exactly as Canonical XML 1.0 (section 2.3) does, so that what is written is already canonical.

use std::borrow::Cow;

use crate::chars;

/// `text` as element content. Characters that XML does not allow become U+FFFD.
pub fn escape_text(text: &str) -> Cow<'_, str> {
    escape(text, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '\r' => Some("&#xD;"),
        c => replacement(c),
    })
}

/// `value` as an attribute value in double quotes. Characters that XML does not allow become U+FFFD.
pub fn escape_attribute(value: &str) -> Cow<'_, str> {
    escape(value, |c| match c {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '"' => Some("&quot;"),
        '\t' => Some("&#x9;"),
        '\n' => Some("&#xA;"),
        '\r' => Some("&#xD;"),
        c => replacement(c),
    })
}

fn replacement(c: char) -> Option<&'static str> {
    (!chars::is_legal(c)).then_some("\u{FFFD}")
}

fn escape(text: &str, special: impl Fn(char) -> Option<&'static str>) -> Cow<'_, str> {
    if !text.chars().any(|c| special(c).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match special(c) {
            Some(replaced) => escaped.push_str(replaced),
            None => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_canonical_xml() {
        assert_eq!(escape_text("a<b>&\"'\t\n\r"), "a&lt;b&gt;&amp;\"'\t\n&#xD;");
        assert!(matches!(escape_text("plain"), Cow::Borrowed("plain")));
    }

    #[test]
    fn attributes_are_escaped_as_canonical_xml() {
        assert_eq!(escape_attribute("a<b>&\"'\t\n\r"), "a&lt;b>&amp;&quot;'&#x9;&#xA;&#xD;");
    }

    #[test]
    fn characters_that_xml_does_not_allow_are_replaced() {
        assert_eq!(escape_text("a\u{0}b\u{FFFF}"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(escape_attribute("\u{1b}"), "\u{FFFD}");
    }
}
