//! A place in the text.

use super::{MAX_NESTING, Span, SyntaxError};

/// Reads a text from left to right.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, depth: 0 }
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place where it has been.
    pub(crate) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn since(&self, start: usize) -> Span {
        Span { start, end: self.at }
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    /// Takes this text, if it is next.
    pub(crate) fn take(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Takes characters as long as they are such.
    pub(crate) fn take_while(&mut self, such: impl Fn(char) -> bool) -> &'a str {
        let start = self.at;
        while self.peek().is_some_and(&such) {
            self.next();
        }
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// Passes over what separates words: spaces, comments, a line's end behind a backtick.
    pub(crate) fn skip_space(&mut self) -> Result<(), SyntaxError> {
        loop {
            let start = self.at;
            match self.peek() {
                Some(c) if is_space(c) => {
                    self.next();
                }
                Some('#') => {
                    self.take_while(|c| c != '\n');
                }
                Some('<') if self.rest().starts_with("<#") => self.skip_comment(start)?,
                Some('`') if self.line_goes_on() => self.skip_continuation(start)?,
                _ => return Ok(()),
            }
        }
    }

    /// Passes over lines' ends too.
    pub(crate) fn skip_lines(&mut self) -> Result<(), SyntaxError> {
        loop {
            self.skip_space()?;
            if !self.take("\n") {
                return Ok(());
            }
        }
    }

    fn skip_comment(&mut self, start: usize) -> Result<(), SyntaxError> {
        match self.rest().find("#>") {
            Some(length) => {
                self.at += length + 2;
                Ok(())
            }
            None => {
                self.at = self.text.len();
                let span = Span { start, end: start + 2 };
                let message = "The terminator '#>' is missing from the multiline comment.";
                Err(SyntaxError::ended(span, "MissingTerminatorMultiLineComment", message))
            }
        }
    }

    fn line_goes_on(&self) -> bool {
        matches!(
            self.rest().trim_start_matches('`').trim_start_matches('\r').chars().next(),
            None | Some('\n')
        )
    }

    fn skip_continuation(&mut self, start: usize) -> Result<(), SyntaxError> {
        self.take("`");
        self.take("\r");
        if self.take("\n") {
            return Ok(());
        }
        Err(SyntaxError::ended(self.since(start), "IncompleteString", "Incomplete string token."))
    }

    /// One level deeper.
    pub(crate) fn enter(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth <= MAX_NESTING {
            return Ok(());
        }
        let span = Span { start: self.at, end: self.at };
        let message = format!("The script nests deeper than {MAX_NESTING} levels.");
        Err(SyntaxError::new(span, "NestedTooDeep", message))
    }

    pub(crate) fn leave(&mut self) {
        self.depth -= 1;
    }
}

/// Spaces, those of web pages too; not the end of a line.
pub(crate) fn is_space(c: char) -> bool {
    c != '\n' && (c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}')
}

/// A dash as PowerShell takes it: articles that were typeset have long ones.
pub(crate) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2015}')
}

/// A single quotation mark, typographic ones too.
pub(crate) fn is_single(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201b}')
}

/// A double quotation mark, typographic ones too.
pub(crate) fn is_double(c: char) -> bool {
    matches!(c, '"' | '\u{201c}'..='\u{201e}')
}
