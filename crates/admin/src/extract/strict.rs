//! JSON into types, without the liberty that serde takes: it reads an array as a struct, field by field.
//!
//! A body of `[]` would then be a change that changes nothing, and not the mistake that it is.

use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde_json::{Error, Number, Value};

/// Why a value is none of a type.
pub(super) struct Mismatch {
    /// Where, as in `what.http`; `.` is the value itself.
    pub(super) path: String,
    /// serde's words.
    pub(super) message: String,
}

/// Reads a value.
pub(super) fn read<T: DeserializeOwned>(value: Value) -> Result<T, Mismatch> {
    serde_path_to_error::deserialize(Strict(value))
        .map_err(|error| Mismatch { path: error.path().to_string(), message: error.inner().to_string() })
}

struct Strict(Value);

impl<'de> Deserializer<'de> for Strict {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter().map(Strict));
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Value::Object(members) => {
                let members = members.into_iter().map(|(name, value)| (name, Strict(value)));
                let mut members = MapDeserializer::new(members);
                let value = visitor.visit_map(&mut members)?;
                members.end()?;
                Ok(value)
            }
            Value::Number(number) => match whole(&number) {
                Some(whole) => visitor.visit_i64(whole),
                None => number.deserialize_any(visitor),
            },
            scalar => scalar.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match &self.0 {
            Value::Array(_) => Err(Error::invalid_type(Unexpected::Seq, &visitor)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    /// None of our enums holds a struct.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// `8.0` as 8: JSON has one kind of number, and JSON Schema takes this one for an integer.
fn whole(number: &Number) -> Option<i64> {
    let float = number.as_f64().filter(|_| number.is_f64())?;
    // The text of a greater one is that of another number.
    let exact = float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_991.0;
    if exact { format!("{float:.0}").parse().ok() } else { None }
}

impl<'de> IntoDeserializer<'de, Error> for Strict {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::{NewUser, RuleSpec, State, VerifyRequest, WebChange};

    fn path<T: DeserializeOwned>(text: &str) -> Option<String> {
        read::<T>(serde_json::from_str(text).unwrap()).err().map(|mismatch| mismatch.path)
    }

    #[test]
    fn an_array_is_no_object() {
        assert_eq!(path::<WebChange>("{}"), None);
        assert_eq!(path::<WebChange>("[]").as_deref(), Some("."));
        assert_eq!(path::<NewUser>(r#"["toni@litwareinc.com"]"#).as_deref(), Some("."));
        assert_eq!(path::<RuleSpec>(r#"{"where":"dhcp","who":[]}"#).as_deref(), Some("who"));
        assert_eq!(path::<VerifyRequest>(r#"{"sequence":[{},[]]}"#).as_deref(), Some("sequence[1]"));
    }

    #[test]
    fn a_number_without_a_fraction_is_whole() {
        assert_eq!(path::<WebChange>(r#"{"min_csr_key_size":2048.0}"#), None);
        assert_eq!(path::<WebChange>(r#"{"min_csr_key_size":-0.0}"#), None);
        assert_eq!(path::<RuleSpec>(r#"{"where":"a","what":{"b":-8.0},"when":{"probability":1.0}}"#), None);
        for number in ["2048.5", "1e300", "-1.0", "4294967296.0"] {
            let text = format!(r#"{{"min_csr_key_size":{number}}}"#);
            assert_eq!(path::<WebChange>(&text).as_deref(), Some("min_csr_key_size"), "{number}");
        }
    }

    #[test]
    fn everything_else_is_read_as_ever() {
        let rule = r#"{"where":"http","what":{"http":{"status":503,"headers":{"a":"b"}}},"then":["ok"],"seed":7,
            "when":{"probability":0.5}}"#;
        let state = format!(
            r#"{{"rules":[{rule}],"web":{{"min_csr_key_size":2048}},"namespaces":{{"a":{{"users":["u"]}}}},
            "users":[{{"sip_address":"a@b.c","display_name":"A","lockout":{{"locked_until":"2013-06-01T12:00:00Z"}},
            "pin":{{"hash":"x","length":4,"last_pin_change_time":"2013-06-01T12:00:00Z","history":["x"]}}}}]}}"#
        );
        let read: State =
            read(serde_json::from_str(&state).unwrap()).unwrap_or_else(|error| panic!("{}", error.message));
        assert_eq!(read, serde_json::from_str(&state).unwrap());
    }
}
