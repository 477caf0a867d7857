//! A Windows password while it is in memory.

use std::fmt;
use zeroize::Zeroizing;

/// The longest password, in UTF-16 code units: what Windows keeps of an account's (a documented limit of 256).
const MAX_LENGTH: usize = 256;

/// A Windows password in clear. Wiped when dropped, and shown by neither `Debug` nor `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(Zeroizing<String>);

/// Why this is no password. The wording is our own, and never repeats what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Nothing at all; Windows lets nobody in over the network with that.
    #[error("a password is not empty")]
    Empty,
    /// Longer than Windows keeps.
    #[error("a password has at most {MAX_LENGTH} characters")]
    TooLong,
}

impl Password {
    /// Takes what was typed.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(Zeroizing::new(typed.into()))
    }

    /// The password itself. Every caller of this is a place where it could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether an account can have this password. No rules of complexity: these are a domain's own.
    ///
    /// # Errors
    /// When it is empty or too long.
    pub fn check(password: &str) -> Result<(), PasswordError> {
        match password.encode_utf16().take(MAX_LENGTH + 1).count() {
            0 => Err(PasswordError::Empty),
            1..=MAX_LENGTH => Ok(()),
            _ => Err(PasswordError::TooLong),
        }
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Password::new("Passw0rd!")), "Password(****)");
    }

    #[test]
    fn a_password_is_not_empty_and_not_longer_than_windows_keeps() {
        assert_eq!(Password::check(""), Err(PasswordError::Empty));
        assert_eq!(Password::check(" "), Ok(()));
        assert_eq!(Password::check(&"ü".repeat(256)), Ok(()));
        assert_eq!(Password::check(&"ü".repeat(257)), Err(PasswordError::TooLong));
        assert_eq!(Password::check(&"😀".repeat(129)), Err(PasswordError::TooLong), "two units each");
    }
}
