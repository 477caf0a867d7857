//! Whose view of the pool it is.

use std::fmt;

/// The header that names the namespace of a request.
pub(crate) const HEADER: &str = "x-lyncmock-namespace";

/// The longest name of a namespace, in bytes.
const MAX_NAME: usize = 64;

/// The part of the pool that a request sees and changes: a namespace, or all of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The namespace; everything when `None`. Checked by [`Scope::of`].
    pub namespace: Option<String>,
}

/// A text that names no namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a namespace has 1 to {MAX_NAME} characters out of A-Z, a-z, 0-9, `.`, `_` and `-`")]
pub struct ScopeError;

impl Scope {
    /// The whole pool.
    pub const fn everything() -> Self {
        Self { namespace: None }
    }

    /// One namespace.
    ///
    /// # Errors
    /// When the name is none: 1 to 64 characters of `[A-Za-z0-9._-]`.
    pub fn of(name: &str) -> Result<Self, ScopeError> {
        let clean = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if clean && (1..=MAX_NAME).contains(&name.len()) {
            Ok(Self { namespace: Some(name.to_owned()) })
        } else {
            Err(ScopeError)
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(name) => f.write_str(name),
            None => f.write_str("everything"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_a_short_plain_word() {
        for name in ["a", "test-1", "A.b_c", &"x".repeat(64)] {
            assert_eq!(Scope::of(name).unwrap().namespace.as_deref(), Some(name));
        }
        for name in ["", "a b", "ä", "a/b", &"x".repeat(65)] {
            assert_eq!(Scope::of(name), Err(ScopeError), "{name}");
        }
    }
}
