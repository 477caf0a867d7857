//! What may be a secret: names, and values.

use crate::{Definition, Kind, Parameter};
use strsim::damerau_levenshtein;

/// The longest name that is compared with others; a distance takes time with the product of both lengths.
const MAX_NAME_LEN: usize = 64;

/// A name that tells what its value is.
pub(super) fn names_a_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["pin", "pass", "pwd", "secret", "secur", "cred"].iter().any(|part| name.contains(part))
        || name == "pw"
        || name == "p"
}

/// The same of a name that no command has: it may be misspelt, or an abbreviation.
pub(super) fn may_name_a_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    let near = |known: &str, most| lower.len() <= MAX_NAME_LEN && damerau_levenshtein(&lower, known) <= most;
    names_a_secret(name)
        || (lower.len() < 4 && lower.starts_with('p'))
        || near("pin", 1)
        || ["password", "credential", "usercredential", "securestring"].iter().any(|known| near(known, 3))
}

/// Whether a name that the command has not was meant for a parameter whose value is no secret.
pub(super) fn is_meant_for_a_plain_one(definition: &Definition, name: &str) -> bool {
    let lower = name.to_lowercase();
    if lower.len() > MAX_NAME_LEN {
        return false;
    }
    let distance = |parameter: &Parameter| {
        let names = std::iter::once(parameter.name).chain(parameter.aliases.iter().copied());
        names.map(|name| damerau_levenshtein(&lower, &name.to_lowercase())).min()
    };
    let near = |secret: bool| {
        let own = definition.parameters.iter().filter(|known| hides(known) == secret);
        own.filter_map(distance).min().unwrap_or(usize::MAX)
    };
    let plain = near(false);
    plain <= 2 && plain < lower.len() / 2 && plain < near(true)
}

fn hides(parameter: &Parameter) -> bool {
    parameter.secret || parameter.kind == Kind::Credential
}

/// A word of nothing but digits, as long as the shortest PIN.
pub(super) fn is_digits(text: &str) -> bool {
    text.len() > 3 && text.chars().all(|c| c.is_ascii_digit())
}

/// Whether such a word stands in the text.
pub(super) fn has_digits(text: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '+').any(is_digits)
}

/// A user's address, with or without `sip:`. A password has seldom this form, and a line that hides it cannot be read.
fn is_address(text: &str) -> bool {
    let text = text.strip_prefix("sip:").unwrap_or(text);
    let Some((user, domain)) = text.split_once('@') else { return false };
    let plain = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '-' | '_'))
    };
    plain(user) && plain(domain) && domain.contains('.') && !domain.ends_with('.')
}

/// Whether the command takes a PIN, a password, or has to have a credential.
pub(super) fn takes_secrets(definition: &Definition) -> bool {
    definition
        .parameters
        .iter()
        .any(|known| known.secret || (known.kind == Kind::Credential && known.mandatory))
}

/// Whether a value that belongs to no parameter could be a PIN or a password that went astray. Behind a credential
/// that was given, or has to be, it may be the password.
pub(crate) fn may_be_secret(definition: &Definition, text: &str, is_given: impl Fn(&str) -> bool) -> bool {
    let digits = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    let takes = |known: &Parameter| known.kind == Kind::Credential && is_given(known.name);
    let asks = takes_secrets(definition) || definition.parameters.iter().any(takes);
    digits || (asks && !is_address(text))
}

/// Where a value begins that has grown onto a name that is none: `-Pin=0712` and `-Pin0712` are names to PowerShell,
/// with the PIN in them.
pub(crate) fn value_in_name(name: &str) -> Option<usize> {
    let lower = name.to_ascii_lowercase();
    let dashes = lower.len() - lower.trim_start_matches(|c| crate::syntax::is_dash(c) || c == '\'').len();
    let bare = lower.get(dashes..).unwrap_or_default();
    let words = ["usercredential", "credential", "securestring", "password", "passwd", "pwd"];
    let grown = words.iter().find(|word| bare.len() > word.len() && bare.starts_with(**word));
    let behind = grown.map(|word| dashes + word.len());
    let at = name.find(|c: char| c.is_ascii_digit() || matches!(c, '=' | ':' | ' '));
    let start = [behind, at].into_iter().flatten().min()?;
    let value = name.get(start..)?;
    let from = start + value.len() - value.trim_start_matches(['=', ':', ' ']).len();
    (from < name.len()).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_of_secrets_are_told_from_others() {
        for name in
            ["Pin", "Pni", "P", "pn", "Pi", "Pasword", "Credntial", "UserCred", "AccountPassword", "Psw"]
        {
            assert!(may_name_a_secret(name), "{name}");
        }
        for name in ["Idenity", "Identiti", "PhoneOrExt", "join", "TargetFqdn", "Filter", "eq", "Verbos"] {
            assert!(!may_name_a_secret(name), "{name}");
        }
    }

    #[test]
    fn what_has_grown_onto_a_name_is_found() {
        for (name, from) in [
            ("-Pin0712", Some(4)),
            ("Pin=0712", Some(4)),
            ("-Passwordhunter", Some(9)),
            ("-Pin", None),
            ("-Pin=", None),
            ("'-Pin 0712'", Some(6)),
            ("'-Password hunter'", Some(11)),
        ] {
            assert_eq!(value_in_name(name), from, "{name}");
        }
    }

    #[test]
    fn an_address_is_no_password() {
        assert!(is_address("kenmyer@litwareinc.com") && is_address("sip:kenmyer@litwareinc.com"));
        for text in ["P@ssw0rd!", "p@ss", "pass@word1.com", "@b.c", "a@b.", "0712"] {
            assert!(!is_address(text), "{text}");
        }
    }
}
