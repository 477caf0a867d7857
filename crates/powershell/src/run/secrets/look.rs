//! Secrets in a text that cannot be read as a script.
//!
//! The text is cut into words as far as that goes, and each stretch between two separators is taken for a command.
//! Where anything in the text speaks of a secret, what belongs to no parameter is hidden too.

use super::classify::{Item, Of, Seen};
use super::judge::{has_digits, is_digits, may_name_a_secret, names_a_secret};
use super::{GUESSES, in_order};
use crate::state::State;
use crate::syntax::{Span, is_dash, is_double, is_single};
use std::collections::BTreeSet;

/// The parts that are hidden.
pub(crate) fn by_look(state: &State, text: &str) -> Vec<Span> {
    let Cut { tokens, is_unsure } = cut(text);
    let mut guesses = GUESSES;
    let stretches: Vec<Stretch<'_>> = tokens
        .split_inclusive(|token| token.kind == Kind::Break)
        .map(|tokens| Stretch::new(state, text, tokens, &mut guesses))
        .collect();
    let is_strict = is_unsure || stretches.iter().any(Stretch::speaks_of_secrets);
    let mut spans = Vec::new();
    // Whether what is before the separator names what is behind it: `$pin = …`, `-Pin (…`.
    let mut is_named = false;
    for stretch in &stretches {
        let all =
            is_named || is_unsure || (is_strict && stretch.of.is_none_or(|of| of.definition().is_none()));
        stretch.hide(all, is_strict, &mut spans);
        is_named = stretch.names_the_next(is_named);
    }
    in_order(spans)
}

/// Comments with a number in them that may be a PIN.
pub(super) fn comments(text: &str) -> Vec<Span> {
    if !text.contains('#') {
        return Vec::new();
    }
    let comments = cut(text).tokens.into_iter().filter(|token| token.kind == Kind::Comment);
    comments.map(|token| token.span).filter(|span| has_digits(span.of(text))).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Comment,
    /// What two commands are separated by.
    Break,
}

#[derive(Clone, Copy)]
struct Token {
    kind: Kind,
    /// Of a quoted text, what is between the quotes.
    span: Span,
    /// It belongs to the value before it: there is a comma between them, or nothing at all.
    is_part: bool,
}

struct Cut {
    tokens: Vec<Token>,
    /// A quote is open, or goes over the end of a line: what is inside and what outside may be the other way round.
    is_unsure: bool,
}

fn is_quote(c: char) -> bool {
    is_single(c) || is_double(c)
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '=' | ';' | '|' | '&' | '(' | ')' | '{' | '}')
}

fn cut(text: &str) -> Cut {
    let mut cut = Cut { tokens: Vec::new(), is_unsure: false };
    let mut at = 0;
    let mut is_part = false;
    while let Some(first) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let next = at + first.len_utf8();
        let (kind, span, end) =
            if first == '`' && rest.get(1..).is_some_and(|rest| rest.starts_with(['\n', '\r'])) {
                at += rest.find('\n').map_or(rest.len(), |length| length + 1);
                is_part = false;
                continue;
            } else if first == ',' || (first.is_whitespace() && first != '\n') {
                // Spaces around a comma do not end a value.
                is_part = first == ','
                    || (is_part && text.get(..at).is_some_and(|before| before.trim_end().ends_with(',')));
                at = next;
                continue;
            } else if is_break(first) {
                (Kind::Break, Span { start: at, end: next }, next)
            } else if first == '#' || rest.starts_with("<#") {
                let end = if first == '#' { rest.find('\n') } else { rest.find("#>") };
                let end = end.map_or(text.len(), |length| at + length);
                (Kind::Comment, Span { start: next, end }, end)
            } else if is_quote(first) {
                let (inner, end) = quoted(rest, first);
                cut.is_unsure |= end.is_none() || rest.get(..inner).is_some_and(|inner| inner.contains('\n'));
                (Kind::Quoted, Span { start: next, end: at + inner }, at + end.unwrap_or(inner))
            } else {
                let ends = |c: char| c.is_whitespace() || is_break(c) || is_quote(c) || c == ',';
                let end = at + rest.find(ends).unwrap_or(rest.len());
                (Kind::Word, Span { start: at, end }, end)
            };
        cut.tokens.push(Token { kind, span, is_part: is_part && kind != Kind::Comment });
        is_part = matches!(kind, Kind::Word | Kind::Quoted);
        at = end;
    }
    cut
}

/// Where the quoted text ends, and where its closing quote does.
fn quoted(rest: &str, opening: char) -> (usize, Option<usize>) {
    let same = |c: char| if is_single(opening) { is_single(c) } else { is_double(c) };
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '`' && is_double(opening) {
            chars.next();
        } else if same(c) && chars.next_if(|(_, next)| same(*next)).is_none() {
            return (at, Some(at + c.len_utf8()));
        }
    }
    (rest.len(), None)
}

/// A parameter or a variable by its name, another word by what it contains.
fn speaks_of_a_secret(word: &str) -> bool {
    let bare = word.trim_start_matches(|c: char| is_dash(c) || c == '$');
    names_a_secret(bare) || (bare.len() < word.len() && may_name_a_secret(bare))
}

/// What lies between two separators.
struct Stretch<'t> {
    text: &'t str,
    tokens: &'t [Token],
    /// None where it is no command.
    of: Option<Of>,
    /// A command that takes secrets stands where none belongs.
    has_another: bool,
}

impl<'t> Stretch<'t> {
    fn new(state: &State, text: &'t str, tokens: &'t [Token], guesses: &mut u32) -> Self {
        let begins = |word: &str| {
            word.starts_with(|c: char| {
                !is_dash(c) && !c.is_ascii_digit() && !matches!(c, '$' | '@' | '[' | '.')
            })
        };
        let name = tokens.iter().find(|token| token.kind != Kind::Comment);
        let name = name.filter(|token| token.kind == Kind::Word).map(|token| token.span.of(text));
        let of = name.filter(|word| begins(word)).map(|word| Of::find(state, word, guesses));
        let stretch = Self { text, tokens, of, has_another: false };
        let has_another = stretch.arguments().any(|token| {
            let word = token.span.of(text);
            let is_command = token.kind == Kind::Word && begins(word) && word.contains(is_dash);
            is_command && Of::find(state, word, guesses).takes_secrets()
        });
        Self { has_another, ..stretch }
    }

    fn word(&self, token: &Token) -> &'t str {
        token.span.of(self.text)
    }

    /// What stands behind the command's name, or all of it.
    fn arguments(&self) -> impl Iterator<Item = &'t Token> {
        self.tokens
            .iter()
            .filter(|token| token.kind != Kind::Break && token.kind != Kind::Comment)
            .skip(usize::from(self.of.is_some()))
    }

    fn speaks_of_secrets(&self) -> bool {
        // In quotes that were not meant there may be a whole command.
        let names = |token: &&Token| match token.kind {
            Kind::Word => speaks_of_a_secret(self.word(token)),
            Kind::Quoted => {
                let text = self.word(token);
                let words = text.split(|c: char| c.is_whitespace() || is_break(c) || is_quote(c) || c == ',');
                text.contains(char::is_whitespace) && words.into_iter().any(speaks_of_a_secret)
            }
            Kind::Comment | Kind::Break => false,
        };
        // A command that is known takes secrets or not, whatever it is called.
        let of_name = !matches!(self.of, None | Some(Of::Known(_)));
        self.has_another
            || self.of.is_some_and(Of::takes_secrets)
            || self.arguments().any(|token| names(&token))
            || (of_name
                && self
                    .tokens
                    .iter()
                    .find(|token| token.kind == Kind::Word)
                    .is_some_and(|token| names(&token)))
    }

    /// Whether the last word before an equals sign or a bracket is the name of a secret.
    fn names_the_next(&self, is_named: bool) -> bool {
        let Some((last, before)) = self.tokens.split_last() else { return false };
        if last.kind != Kind::Break || !matches!(self.word(last), "=" | "(" | "{") {
            return false;
        }
        match before.last() {
            None => is_named,
            Some(token) => {
                let name =
                    self.word(token).trim_start_matches(|c: char| is_dash(c) || matches!(c, '$' | '@'));
                let name = name.rsplit('.').next().unwrap_or(name).trim_end_matches([':', '+']);
                (is_named && matches!(self.word(last), "(" | "{")) || may_name_a_secret(name)
            }
        }
    }

    fn hide(&self, all: bool, is_strict: bool, spans: &mut Vec<Span>) {
        for comment in self.tokens.iter().filter(|token| token.kind == Kind::Comment) {
            if is_strict || has_digits(self.word(comment)) {
                spans.push(comment.span);
            }
        }
        let mut parts = Vec::new();
        let mut items = Vec::new();
        for token in self.arguments() {
            let text = self.word(token);
            let is_name = token.kind == Kind::Word
                && text.starts_with(is_dash)
                && text.chars().nth(1).is_some_and(char::is_alphabetic);
            let seen = Seen {
                span: token.span,
                text,
                is_variable: token.kind == Kind::Word && text.starts_with('$'),
            };
            if is_name {
                items.push(self.name(token));
            } else if token.is_part
                && matches!(items.last(), Some(Item::Value(_) | Item::Name { value: Some(_), .. }))
            {
                parts.push((items.len() - 1, seen));
            } else {
                items.push(Item::Value(seen));
            }
            let is_digits = if token.kind == Kind::Quoted { has_digits(text) } else { is_digits(text) };
            let is_value = !is_name && !seen.is_variable;
            if is_value && (all || (is_digits && !matches!(self.of, Some(Of::Known(_))))) {
                spans.push(token.span);
            }
        }
        let hidden = self.of.unwrap_or(Of::Unknown).hidden(&items);
        let starts: BTreeSet<usize> = hidden.iter().map(|span| span.start).collect();
        for (index, part) in parts {
            let whole = match items.get(index) {
                Some(Item::Value(value) | Item::Name { value: Some(value), .. }) => value.span,
                _ => continue,
            };
            if starts.contains(&whole.start) || has_digits(part.text) {
                spans.push(part.span);
            }
        }
        spans.extend(hidden);
        if all {
            let attached = items.iter().filter_map(|item| match item {
                Item::Name { value: Some(value), .. } => Some(value.span),
                _ => None,
            });
            spans.extend(attached);
        }
    }

    /// `-Name`, or `-Name:value`.
    fn name(&self, token: &Token) -> Item<'t> {
        let word = self.word(token);
        let bare = word.trim_start_matches(is_dash);
        let start = token.span.end - bare.len();
        let Some((name, value)) = bare.split_once(':').filter(|(_, value)| !value.is_empty()) else {
            let name = bare.trim_end_matches(':');
            return Item::Name { word, span: token.span, name, value: None };
        };
        let span = Span { start: start + name.len() + 1, end: token.span.end };
        let value = Seen { span, text: value, is_variable: value.starts_with('$') };
        let word = word.get(..word.len() - value.text.len()).unwrap_or_default();
        let span = Span { start: token.span.start, end: span.start };
        Item::Name { word, span, name, value: Some(value) }
    }
}
