//! Which arguments of one command are secret, of a line that can be read and of one that cannot.

use super::judge::{
    is_digits, is_meant_for_a_plain_one, may_be_secret, may_name_a_secret, names_a_secret, takes_secrets,
    value_in_name,
};
use crate::bind::{Resolved, resolve};
use crate::state::State;
use crate::syntax::Span;
use crate::{Definition, Kind, Parameter};
use std::collections::BTreeSet;

/// A value as it stands in the line.
#[derive(Clone, Copy)]
pub(super) struct Seen<'t> {
    pub span: Span,
    /// Without the quotes around it.
    pub text: &'t str,
    /// The name of a variable is no secret; what it holds is not in the line.
    pub is_variable: bool,
}

/// An argument as it stands in the line.
#[derive(Clone, Copy)]
pub(super) enum Item<'t> {
    /// With its dash; the span is that of the text.
    Name {
        word: &'t str,
        span: Span,
        name: &'t str,
        value: Option<Seen<'t>>,
    },
    Value(Seen<'t>),
}

/// What is known about a command.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Known(&'static Definition),
    /// A misspelt name, of which this one is probably meant.
    Guessed(&'static Definition),
    /// Its name speaks of secrets.
    Suspect,
    Unknown,
}

impl Of {
    /// The command of this name; `guesses` is how many names may still be guessed, as each takes time.
    pub(super) fn find(state: &State, name: &str, guesses: &mut u32) -> Self {
        if let Some(found) = state.commands.find(name, None) {
            return Self::Known(found.definition());
        }
        if *guesses > 0 {
            *guesses -= 1;
            let nearest = state.commands.nearest(name, None);
            if let Some(found) = nearest.and_then(|nearest| state.commands.find(nearest, None)) {
                return Self::Guessed(found.definition());
            }
        }
        if names_a_secret(name) { Self::Suspect } else { Self::Unknown }
    }

    pub(super) fn definition(self) -> Option<&'static Definition> {
        match self {
            Self::Known(definition) | Self::Guessed(definition) => Some(definition),
            Self::Suspect | Self::Unknown => None,
        }
    }

    /// Whether a PIN or a password may be among its arguments.
    pub(super) fn takes_secrets(self) -> bool {
        matches!(self, Self::Suspect) || self.definition().is_some_and(takes_secrets)
    }

    /// Whether a value without a name is secret, that goes to this parameter or to none.
    fn hides_unnamed(self, value: Seen<'_>, parameter: Option<&Parameter>, named: &[&str]) -> bool {
        if parameter.is_some_and(|parameter| parameter.secret) {
            return true;
        }
        if value.is_variable {
            return false;
        }
        match (self, parameter) {
            (Self::Suspect, _) => true,
            (Self::Unknown, _) | (Self::Guessed(_), Some(_)) => is_digits(value.text),
            (Self::Known(_), Some(_)) => self.takes_secrets() && is_digits(value.text),
            (Self::Known(definition) | Self::Guessed(definition), None) => {
                may_be_secret(definition, value.text, |name| named.contains(&name))
            }
        }
    }

    /// Whether the value is secret that stands behind a name which the command has not.
    fn hides_behind(self, name: &str, value: Seen<'_>) -> bool {
        if value.is_variable {
            return false;
        }
        let astray = match self {
            Self::Suspect => true,
            Self::Unknown => false,
            Self::Known(definition) | Self::Guessed(definition) => {
                takes_secrets(definition) && !is_meant_for_a_plain_one(definition, name)
            }
        };
        is_digits(value.text) || may_name_a_secret(name) || astray
    }

    /// What is hidden of these arguments.
    pub(super) fn hidden(self, items: &[Item<'_>]) -> Vec<Span> {
        let named = self.named(items);
        let mut positions = self.positions(&named);
        let mut spans = Vec::new();
        let mut rest = items.iter().peekable();
        while let Some(item) = rest.next() {
            let (word, span, name, value) = match *item {
                Item::Value(value) => {
                    let parameter = positions.next();
                    if self.hides_unnamed(value, parameter, &named) {
                        spans.push(value.span);
                    } else {
                        spans.extend(parameter.and_then(|parameter| password_behind_name(parameter, value)));
                    }
                    continue;
                }
                Item::Name { word, span, name, value } => (word, span, name, value),
            };
            let known = self.definition().and_then(|definition| resolve(definition, name).ok());
            let takes_next = known.is_none_or(|known| known.parameter().kind != Kind::Switch);
            let next = match value {
                Some(value) => Some(value),
                None if takes_next => {
                    rest.next_if(|next| matches!(next, Item::Value(_))).and_then(|next| match next {
                        Item::Value(value) => Some(*value),
                        Item::Name { .. } => None,
                    })
                }
                None => None,
            };
            if let Some(value) = next {
                let is_secret = match known {
                    Some(Resolved::Own(parameter) | Resolved::Common(parameter)) => {
                        parameter.secret || (matches!(self, Self::Guessed(_)) && names_a_secret(name))
                    }
                    None => self.hides_behind(name, value),
                };
                if is_secret {
                    spans.push(value.span);
                } else if let Some(known) = known {
                    spans.extend(password_behind_name(known.parameter(), value));
                }
            }
            if let (None, Some(from)) = (known, value_in_name(word)) {
                spans.push(Span { start: span.start + from, end: span.end });
            }
        }
        spans
    }

    /// The parameters that are given by name.
    fn named(self, items: &[Item<'_>]) -> Vec<&'static str> {
        let Some(definition) = self.definition() else { return Vec::new() };
        let name = |item: &Item<'_>| match item {
            Item::Name { name, .. } => Some(resolve(definition, name).ok()?.parameter().name),
            Item::Value(_) => None,
        };
        // A name may be given a hundred thousand times, and each stray value asks for all of them.
        let named: BTreeSet<&'static str> = items.iter().filter_map(name).collect();
        named.into_iter().collect()
    }

    /// The parameters that values without a name go to.
    fn positions(self, named: &[&str]) -> std::vec::IntoIter<&'static Parameter> {
        let own = self.definition().map_or_else(Default::default, |definition| definition.parameters).iter();
        let mut open: Vec<&'static Parameter> =
            own.filter(|known| known.position.is_some() && !named.contains(&known.name)).collect();
        open.sort_by_key(|parameter| parameter.position);
        open.into_iter()
    }
}

/// What stands behind a colon in the name of a credential: `user:password`, as curl has it, is no name.
fn password_behind_name(parameter: &Parameter, value: Seen<'_>) -> Option<Span> {
    if parameter.kind != Kind::Credential || value.is_variable {
        return None;
    }
    let at = value.text.find(':')? + 1;
    if at == value.text.len() {
        return None;
    }
    let Span { start, end } = value.span;
    // The quotes are in the span and not in the text; where it is longer still, more than quotes was taken away.
    Some(match (end - start).checked_sub(value.text.len()) {
        Some(0) => Span { start: start + at, end },
        Some(2) => Span { start: start + 1 + at, end: end - 1 },
        _ => value.span,
    })
}
