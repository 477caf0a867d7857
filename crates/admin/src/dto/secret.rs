//! Texts that no log shows.

use lync_model::Pin;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// A PIN in a request. Wiped when dropped; `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Password, min_length = 1, max_length = 64, example = "83920")]
pub struct PinText(Pin);

/// The argon2id hash of a PIN as a PHC string. Whoever has it can try PINs against it, so `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Password)]
pub struct Phc(Zeroizing<String>);

impl PinText {
    /// A PIN to be sent.
    pub fn new(pin: Pin) -> Self {
        Self(pin)
    }

    /// The PIN.
    pub fn pin(&self) -> &Pin {
        &self.0
    }
}

impl Phc {
    /// A hash to be sent.
    pub fn new(hash: impl Into<String>) -> Self {
        Self(Zeroizing::new(hash.into()))
    }

    /// The PHC string.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PinText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PinText(****)")
    }
}

impl fmt::Debug for Phc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phc(****)")
    }
}

impl Serialize for PinText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl Serialize for Phc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PinText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Pin::new(secret(deserializer)?)))
    }
}

impl<'de> Deserialize<'de> for Phc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(secret(deserializer)?))
    }
}

/// Reads a text. serde quotes a value of another type in its error, and a PIN as a number is easily written.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map_err(|_| serde::de::Error::custom("a text in quotes was expected"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_debug_nor_an_error_shows_a_secret() {
        let pin: PinText = serde_json::from_str("\"71290\"").unwrap();
        assert_eq!(pin.pin().expose(), "71290");
        let phc: Phc = serde_json::from_str("\"$argon2id$71290\"").unwrap();
        let error = serde_json::from_str::<PinText>("71290").unwrap_err();
        for shown in [format!("{pin:?}"), format!("{phc:?}"), error.to_string()] {
            assert!(!shown.contains("71290"), "{shown}");
        }
    }
}
