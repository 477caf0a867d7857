//! Texts that no log shows.

use lync_model::{Password, Pin};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use utoipa::ToSchema;
use zeroize::Zeroizing;

/// A PIN in a request. Wiped when dropped; `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Password, min_length = 1, max_length = 64, example = "83920")]
pub struct PinText(Pin);

/// A password in a request. Wiped when dropped; `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Password, min_length = 1, max_length = 256)]
pub struct PasswordText(Password);

/// The NT hash of a password, 32 hex digits. It is as good as the password itself, so `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Password, pattern = "^[0-9A-Fa-f]{32}$")]
pub struct NtHashText(Zeroizing<String>);

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

impl PasswordText {
    /// A password to be sent.
    pub fn new(password: impl Into<String>) -> Self {
        Self(Password::new(password))
    }

    /// The password.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl NtHashText {
    /// A hash to be sent.
    pub fn new(hash: &[u8; 16]) -> Self {
        use std::fmt::Write;
        let mut text = Zeroizing::new(String::with_capacity(32));
        for byte in hash {
            write!(text, "{byte:02x}").expect("a String takes whatever is written");
        }
        Self(text)
    }

    /// The hash; `None` when the text is not of 32 hex digits.
    pub fn bytes(&self) -> Option<[u8; 16]> {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let mut bytes = [0; 16];
        let (pairs, rest) = self.0.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(high)? << 4 | digit(low)?;
        }
        Some(bytes)
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

impl fmt::Debug for PasswordText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordText(****)")
    }
}

impl fmt::Debug for NtHashText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NtHashText(****)")
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

impl Serialize for PasswordText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl Serialize for NtHashText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
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

impl<'de> Deserialize<'de> for PasswordText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(secret(deserializer)?))
    }
}

impl<'de> Deserialize<'de> for NtHashText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Zeroizing::new(secret(deserializer)?)))
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
        let password: PasswordText = serde_json::from_str("\"71290\"").unwrap();
        let hash: NtHashText = serde_json::from_str("\"71290\"").unwrap();
        let [pin, phc, password, hash] =
            [format!("{pin:?}"), format!("{phc:?}"), format!("{password:?}"), format!("{hash:?}")];
        for shown in [pin, phc, password, hash, error.to_string()] {
            assert!(!shown.contains("71290"), "{shown}");
        }
    }
    #[test]
    fn a_hash_has_32_hex_digits_in_either_case() {
        let read = |text: &str| serde_json::from_value::<NtHashText>(text.into()).unwrap().bytes();
        let bytes = *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\xc0\xd1\xfe\xff";
        assert_eq!(read("000102030405060708090a0bc0d1feff"), Some(bytes));
        assert_eq!(read("000102030405060708090A0BC0D1FEFF"), Some(bytes));
        assert_eq!(NtHashText::new(&bytes).bytes(), Some(bytes));
        for wrong in ["", "00", "000102030405060708090a0bc0d1fef", "000102030405060708090a0bc0d1feff0"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(read("+00102030405060708090a0bc0d1feff"), None);
        assert_eq!(read(&"ä".repeat(16)), None);
    }
}
