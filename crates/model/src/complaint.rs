//! How a person is told what is wrong with a text, and what may have been meant.

use std::fmt::Write;

/// The most characters of a text that are repeated, and the longest for which a neighbour is looked for: comparing
/// takes the product of both lengths.
const MAX_SHOWN: usize = 64;

/// The candidate that looks most like `found`, if one looks like it at all.
pub(crate) fn nearest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if found.len() > MAX_SHOWN {
        return None;
    }
    let found = found.to_ascii_lowercase();
    let most = (found.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_SHOWN)
        .map(|candidate| (distance(&found, candidate), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

fn distance(found: &str, candidate: &str) -> usize {
    strsim::damerau_levenshtein(found, &candidate.to_ascii_lowercase())
}

/// `; did you mean ...?`, or nothing.
pub(crate) fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

/// The text in backquotes, short and printable. Digits alone are not repeated: people mistake the fields, and then it
/// is a PIN.
pub(crate) fn shown(text: &str) -> String {
    if text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(char::is_alphabetic) {
        return "`****`".to_owned();
    }
    let mut shown: String = text.chars().take(MAX_SHOWN).flat_map(char::escape_debug).collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// What a list offers: "`a`, `b`, `c`".
pub(crate) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for word in words {
        let comma = if text.is_empty() { "" } else { ", " };
        write!(text, "{comma}`{word}`").expect("a String takes every text");
    }
    text
}

/// A text of TOML that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TomlProblem {
    /// Counted from 1.
    pub(crate) line: usize,
    /// In characters, counted from 1.
    pub(crate) column: usize,
    /// What is wrong, in one line.
    pub(crate) problem: String,
}

impl TomlProblem {
    /// What `error` says of `text`.
    pub(crate) fn new(text: &str, error: &toml::de::Error) -> Self {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let (lines, last) = before
            .rsplit_once('\n')
            .map_or((0, before), |(lines, last)| (lines.matches('\n').count() + 1, last));
        Self { line: lines + 1, column: last.chars().count() + 1, problem: in_one_line(error.message()) }
    }
}

fn in_one_line(message: &str) -> String {
    if message.contains("untagged enum") {
        return "neither a word nor a table of words and numbers".to_owned();
    }
    let message = message.trim().replace('\n', ", ");
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        return without_digits(&message);
    }
    let mut quoted = message.split('`').skip(1).step_by(2);
    match quoted.next() {
        Some(found) if message.starts_with("unknown ") => {
            let nearest = nearest(found, quoted);
            format!("{message}{}", did_you_mean(nearest))
        }
        _ => message,
    }
}

/// Masks what was found; what was expected stays.
fn without_digits(message: &str) -> String {
    let (found, expected) = message.split_at(message.find(", expected").unwrap_or(message.len()));
    let found: String = found.chars().map(|c| if c.is_ascii_digit() { '*' } else { c }).collect();
    format!("{found}{expected}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_one_that_could_be_meant() {
        let words = ["reset", "close", "close-half-way", "stall"];
        assert_eq!(nearest("rest", words), Some("reset"));
        assert_eq!(nearest("CLOSE", words), Some("close"));
        assert_eq!(nearest("colse", words), Some("close"));
        assert_eq!(nearest("x", words), None);
        assert_eq!(nearest("something-else", words), None);
        assert_eq!(nearest(&"reset".repeat(20), words), None);
    }

    #[test]
    fn digits_alone_are_not_repeated_and_no_text_is_shown_at_length() {
        assert_eq!(shown("071200"), "`****`");
        assert_eq!(shown("0712 3"), "`****`");
        assert_eq!(shown("a\nb"), "`a\\nb`");
        assert_eq!(shown(&"a".repeat(100)), format!("`{}…`", "a".repeat(64)));
    }

    #[test]
    fn a_wrong_type_is_told_without_its_digits() {
        let message = in_one_line("invalid type: integer `1219`, expected u8");
        assert_eq!(message, "invalid type: integer `****`, expected u8");
    }
}
