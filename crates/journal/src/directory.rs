//! Whose number it is, for entries that name only what was typed.

use lync_model::{LineUri, PhoneOrExt, SipUri};

/// The users by their lines. Whoever changes users keeps it up to date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Directory {
    lines: Vec<(LineUri, SipUri)>,
}

impl Directory {
    /// The directory of these users.
    pub fn new(lines: impl IntoIterator<Item = (LineUri, SipUri)>) -> Self {
        Self { lines: lines.into_iter().collect() }
    }

    /// Whether it is a user's number or extension.
    pub(crate) fn has(&self, typed: &str) -> bool {
        typed.parse::<PhoneOrExt>().is_ok_and(|typed| self.lines.iter().any(|(line, _)| typed.matches(line)))
    }

    /// The user whose number or extension it is; `None` when it is nobody's or that of several.
    pub(crate) fn only_user_of(&self, typed: &str) -> Option<&SipUri> {
        let typed: PhoneOrExt = typed.parse().ok()?;
        let mut found = self.lines.iter().filter(|(line, _)| typed.matches(line));
        match (found.next(), found.next()) {
            (Some((_, user)), None) => Some(user),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_one_user_names_it_and_one_of_several_does_not() {
        let line = |line: &str, user: &str| (line.parse().unwrap(), user.parse().unwrap());
        let directory = Directory::new([
            line("tel:+12065551219;ext=1219", "sip:kenmyer@litwareinc.com"),
            line("tel:+12065551401;ext=1400", "sip:a@litwareinc.com"),
            line("tel:+12065551402;ext=1400", "sip:b@litwareinc.com"),
        ]);
        let named = |typed: &str| directory.only_user_of(typed).map(ToString::to_string);
        assert_eq!(named("1219").as_deref(), Some("sip:kenmyer@litwareinc.com"));
        assert_eq!(named("+12065551402").as_deref(), Some("sip:b@litwareinc.com"));
        assert_eq!((named("1400"), named("9999"), named("")), (None, None, None));
        assert!(directory.has("1400") && !directory.has("9999"));
    }
}
