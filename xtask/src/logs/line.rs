//! A log line without what a formatter put between its words.

/// Colours and escaped white space become spaces: behind `\u{1b}[2m` or `\n` a PIN would look like part of a word.
pub(super) fn plain(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' if rest.peek() == Some(&'[') => {
                rest.by_ref().find(|c| *c != '[' && ('@'..='~').contains(c));
                plain.push(' ');
            }
            '\\' if rest.peek().is_some_and(|c| matches!(c, 'n' | 'r' | 't')) => {
                rest.next();
                plain.push(' ');
            }
            c => plain.push(c),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_become_spaces() {
        assert_eq!(plain("\u{1b}[3mpin\u{1b}[0m\u{1b}[2m=\u{1b}[0m0712"), " pin  = 0712");
    }

    #[test]
    fn escaped_white_space_becomes_spaces_and_other_escapes_stay() {
        assert_eq!(plain(r#"a\r\n0712\t\"b\""#), r#"a  0712 \"b\""#);
    }
}
