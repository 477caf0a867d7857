//! A PIN while it is in memory.

use std::fmt;
use zeroize::Zeroizing;

/// A PIN in clear. Wiped when dropped, and shown by neither `Debug` nor `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// Takes what was typed; whether it may become somebody's PIN is [`PinPolicy`](crate::PinPolicy)'s to say.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(Zeroizing::new(typed.into()))
    }

    /// The digits themselves. Every caller of this is a place where a PIN could leak.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(****)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Pin::new("0712")), "Pin(****)");
    }
}
