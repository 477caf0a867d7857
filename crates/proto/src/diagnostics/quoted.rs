//! RFC 9110 section 5.6.4: quoted strings in header values.

/// A value and what stands behind it.
pub(super) struct Unquoted<'a> {
    pub(super) text: String,
    pub(super) rest: &'a str,
}

/// `text` in quotes. Control characters become spaces, since no header may hold them.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(if c.is_control() { ' ' } else { c });
    }
    quoted.push('"');
    quoted
}

/// The value at the start of `input`, quoted or not, up to `separator` or the end.
///
/// Nothing if a quote is not closed, or if something other than the separator follows it.
pub(super) fn unquote(input: &str, separator: char) -> Option<Unquoted<'_>> {
    let Some(inner) = input.trim_start().strip_prefix('"') else {
        let (text, rest) = input.split_once(separator).unwrap_or((input, ""));
        return Some(Unquoted { text: text.trim().to_owned(), rest });
    };
    let mut text = String::new();
    let mut chars = inner.chars();
    loop {
        match chars.next()? {
            '"' => break,
            '\\' => text.push(chars.next()?),
            c => text.push(c),
        }
    }
    let rest = chars.as_str().trim_start();
    let rest = if rest.is_empty() { rest } else { rest.strip_prefix(separator)? };
    Some(Unquoted { text, rest })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_come_back() {
        let quoted = quote("a\"b\\c;d");
        assert_eq!(quoted, r#""a\"b\\c;d""#);
        let behind = format!(" {quoted} ; rest");
        let unquoted = unquote(&behind, ';').unwrap();
        assert_eq!((unquoted.text.as_str(), unquoted.rest), ("a\"b\\c;d", " rest"));
    }

    #[test]
    fn an_open_quote_is_nothing() {
        assert!(unquote("\"a", ';').is_none());
        assert!(unquote("\"a\\", ';').is_none());
        assert!(unquote("\"a\" b", ';').is_none());
    }
}
