//! PIN policies by name.

use crate::{PinPolicy, PinPolicyError};
use std::fmt;
use std::str::FromStr;

/// The longest name behind `site:` or `tag:`, in characters, and the longest description. The limits are our own.
const MAX_NAME: usize = 128;
const MAX_DESCRIPTION: usize = 1024;

/// A PIN policy with its name, as Get-CsPinPolicy shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPolicy {
    /// Identity: `Global`, `site:Redmond` or `tag:RedmondUsers`; see [`PolicyIdentity`].
    pub identity: String,
    /// Description.
    pub description: Option<String>,
    /// The policy itself.
    pub policy: PinPolicy,
}

impl NamedPolicy {
    /// Whether New-CsPinPolicy would take it.
    ///
    /// # Errors
    /// When the identity is none, the description cannot be shown, or a value is out of its range.
    pub fn validate(&self) -> Result<PolicyIdentity, PolicyIdentityError> {
        let identity = self.identity.parse()?;
        if let Some(text) = &self.description
            && (text.chars().count() > MAX_DESCRIPTION || text.chars().any(char::is_control))
        {
            return Err(PolicyIdentityError::Description);
        }
        self.policy.validate()?;
        Ok(identity)
    }
}

/// Where a policy holds. Written in any case, and kept as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyIdentity {
    /// `Global`: for who has no other.
    Global,
    /// `site:NAME`: for all users of a site.
    Site(String),
    /// `tag:NAME`: for those to whom it was granted.
    Tag(String),
}

/// A policy that cannot be. The wording is our own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyIdentityError {
    /// Neither of the three forms.
    #[error("`{0}` names no policy; a policy is `Global`, `site:NAME` or `tag:NAME`")]
    Form(String),
    /// A name that cannot be shown, or a long one.
    #[error("the name of a policy has 1 to {MAX_NAME} characters, none of them a control character")]
    Name,
    /// A description that cannot be shown, or a long one.
    #[error("the description has at most {MAX_DESCRIPTION} characters, none of them a control character")]
    Description,
    /// A value out of its range.
    #[error(transparent)]
    Policy(#[from] PinPolicyError),
}

impl PolicyIdentity {
    /// By which two identities are compared: any case is the same.
    pub fn key(&self) -> String {
        self.to_string().to_lowercase()
    }
}

impl FromStr for PolicyIdentity {
    type Err = PolicyIdentityError;

    fn from_str(text: &str) -> Result<Self, PolicyIdentityError> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("global") {
            return Ok(Self::Global);
        }
        let form = || PolicyIdentityError::Form(text.chars().take(MAX_NAME).collect());
        let (scope, name) = text.split_once(':').ok_or_else(form)?;
        let name = name.trim();
        if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(PolicyIdentityError::Name);
        }
        if scope.eq_ignore_ascii_case("site") {
            Ok(Self::Site(name.to_owned()))
        } else if scope.eq_ignore_ascii_case("tag") {
            Ok(Self::Tag(name.to_owned()))
        } else {
            Err(form())
        }
    }
}

impl fmt::Display for PolicyIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Global => f.write_str("Global"),
            Self::Site(name) => write!(f, "site:{name}"),
            Self::Tag(name) => write!(f, "tag:{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_read_in_any_case_and_kept_as_written() {
        let cases = [
            ("global", PolicyIdentity::Global, "Global", "global"),
            ("SITE:Redmond", PolicyIdentity::Site("Redmond".to_owned()), "site:Redmond", "site:redmond"),
            (" Tag: Über uns ", PolicyIdentity::Tag("Über uns".to_owned()), "tag:Über uns", "tag:über uns"),
        ];
        for (text, identity, shown, key) in cases {
            let read: PolicyIdentity = text.parse().unwrap();
            assert_eq!(read, identity);
            assert_eq!(read.to_string(), shown);
            assert_eq!(read.key(), key);
        }
    }

    #[test]
    fn what_names_no_policy_is_refused() {
        for text in ["", "RedmondUsers", "service:Registrar", "site", "globally"] {
            assert_eq!(text.parse::<PolicyIdentity>(), Err(PolicyIdentityError::Form(text.to_owned())));
        }
        for text in ["tag:", "site: ", "tag:a\nb", &format!("tag:{}", "x".repeat(129))] {
            assert_eq!(text.parse::<PolicyIdentity>(), Err(PolicyIdentityError::Name), "{text}");
        }
    }

    #[test]
    fn a_policy_is_held_to_its_ranges_and_its_description_to_a_line() {
        let good = NamedPolicy {
            identity: "tag:Lobby".to_owned(),
            description: Some("Phones in the lobby".to_owned()),
            policy: PinPolicy::default(),
        };
        assert_eq!(good.validate(), Ok(PolicyIdentity::Tag("Lobby".to_owned())));
        let two_lines = NamedPolicy { description: Some("a\nb".to_owned()), ..good.clone() };
        assert_eq!(two_lines.validate(), Err(PolicyIdentityError::Description));
        let short = PinPolicy { min_password_length: 3, ..PinPolicy::default() };
        let refused = NamedPolicy { policy: short, ..good }.validate();
        assert_eq!(refused, Err(PolicyIdentityError::Policy(PinPolicyError::MinPasswordLength(3))));
    }
}
