//! JSON into types, without the liberty that serde takes: it reads an array as a struct, field by field.
//!
//! A body of `[]` would then be a change that changes nothing, and not the mistake that it is.
//!
//! Nothing is built of a body but what its type has room for: a body of small values that nobody asked for would be many
//! times its size otherwise. What has room for anything is bounded by the number of values.
//!
//! No name is twice in an object: which of the two was meant cannot be known.

use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::error::Category;
use serde_json::{Error, Value};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// The most values of a body, at any depth; a state of the greatest size has fewer.
pub(super) const MAX_VALUES: u32 = 1_500_000;
/// The most items of any list: so many users may be in a state.
const MAX_ITEMS: usize = 100_000;

/// Why a body is none of a type.
pub(super) enum Unread {
    /// It is no JSON.
    NoJson(Error),
    /// It has more than [`MAX_VALUES`].
    TooManyValues,
    /// It is other JSON.
    Mismatch(Mismatch),
}

/// Why a value is none of a type.
pub(super) struct Mismatch {
    /// Where, as in `what.http`; `.` is the value itself.
    pub(super) path: String,
    /// serde's words.
    pub(super) message: String,
}

/// Reads a body.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Unread> {
    // What is no JSON is told apart from other JSON, wherever in it the fault is.
    serde_json::from_slice::<IgnoredAny>(body).map_err(Unread::NoJson)?;
    let left = Cell::new(MAX_VALUES);
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = Strict { inner: &mut json, left: &left };
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        match error.classify() {
            _ if left.get() == 0 => Unread::TooManyValues,
            // It is too deep, or there are characters or numbers that cannot be.
            Category::Syntax | Category::Eof | Category::Io => Unread::NoJson(error),
            Category::Data => Unread::Mismatch(Mismatch { path, message: without_place(&error) }),
        }
    })
}

/// serde's words without line and column.
fn without_place(error: &Error) -> String {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&place).map_or(message.clone(), str::to_owned)
}

/// Something of JSON that is read strictly: a deserializer, a visitor, what gives items or members, or a seed.
struct Strict<'c, T> {
    inner: T,
    /// How many values may follow.
    left: &'c Cell<u32>,
}

impl<'c, T> Strict<'c, T> {
    fn of<U>(&self, inner: U) -> Strict<'c, U> {
        Strict { inner, left: self.left }
    }

    /// Counts a value.
    fn count<E: serde::de::Error>(&self) -> Result<(), E> {
        self.left.set(self.left.get().saturating_sub(1));
        match self.left.get() {
            0 => Err(E::custom(format_args!("more than {MAX_VALUES} values"))),
            _ => Ok(()),
        }
    }
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.count()?;
        let visitor = self.of(Visit { visitor, is_struct: false });
        self.inner.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.count()?;
        let visitor = self.of(Visit { visitor, is_struct: true });
        self.inner.deserialize_any(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        let visitor = self.of(Visit { visitor, is_struct: false });
        self.inner.deserialize_option(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        visitor.visit_newtype_struct(self)
    }

    /// None of our enums holds a struct. Out of a value, for serde_json calls what is no enum no JSON.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        Value::deserialize(self)?.deserialize_enum(name, variants, visitor).map_err(D::Error::custom)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// Who is told what the value is.
struct Visit<V> {
    visitor: V,
    /// An array is refused.
    is_struct: bool,
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Strict<'_, Visit<V>> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.visitor.expecting(f)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<V::Value, E> {
        self.inner.visitor.visit_bool(value)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<V::Value, E> {
        self.inner.visitor.visit_i64(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<V::Value, E> {
        self.inner.visitor.visit_u64(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<V::Value, E> {
        match whole(value) {
            Some(whole) => self.inner.visitor.visit_i64(whole),
            None => self.inner.visitor.visit_f64(value),
        }
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<V::Value, E> {
        self.inner.visitor.visit_str(value)
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<V::Value, E> {
        self.inner.visitor.visit_borrowed_str(value)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visitor.visit_unit()
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visitor.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<V::Value, D::Error> {
        let value = self.of(value);
        self.inner.visitor.visit_some(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        if self.inner.is_struct {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self.inner.visitor));
        }
        let items = self.of(Items { items, read: 0 });
        self.inner.visitor.visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        // A struct refuses a second member of one name itself.
        let names = (!self.inner.is_struct).then(HashSet::new);
        let members = self.of(Members { members, names });
        self.inner.visitor.visit_map(members)
    }
}

/// An array that is read.
struct Items<A> {
    items: A,
    read: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<'_, Items<A>> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let seed = self.of(seed);
        let item = self.inner.items.next_element_seed(seed)?;
        self.inner.read += usize::from(item.is_some());
        match self.inner.read > MAX_ITEMS {
            true => Err(A::Error::custom(format_args!("a list has at most {MAX_ITEMS} items"))),
            false => Ok(item),
        }
    }
}

/// An object that is read.
struct Members<A> {
    members: A,
    /// The names of those that were read, where nobody else would miss what a second one of a name replaces.
    names: Option<HashSet<String>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Strict<'_, Members<A>> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let Members { members, names } = &mut self.inner;
        let Some(names) = names else { return members.next_key_seed(seed) };
        let Some(name) = members.next_key::<String>()? else { return Ok(None) };
        if names.contains(&name) {
            return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
        }
        let key = seed.deserialize(name.as_str().into_deserializer())?;
        names.insert(name);
        Ok(Some(key))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let seed = self.of(seed);
        self.inner.members.next_value_seed(seed)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<S::Value, D::Error> {
        let value = self.of(value);
        self.inner.deserialize(value)
    }
}

/// `8.0` as 8: JSON has one kind of number, and JSON Schema takes this one for an integer.
fn whole(float: f64) -> Option<i64> {
    // The text of a greater one is that of another number.
    let exact = float.fract() == 0.0 && float.abs() <= 9_007_199_254_740_991.0;
    if exact { format!("{float:.0}").parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::{ClockChange, NewUser, RuleSpec, State, VerifyRequest, WebChange};

    fn path<T: DeserializeOwned>(text: &str) -> Option<String> {
        match read::<T>(text.as_bytes()) {
            Ok(_) => None,
            Err(Unread::Mismatch(mismatch)) => Some(mismatch.path),
            Err(_) => panic!("{text} is no JSON"),
        }
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
        let Ok(read) = read::<State>(state.as_bytes()) else { panic!("it was not read") };
        assert_eq!(read, serde_json::from_str(&state).unwrap());
    }

    #[test]
    fn what_is_not_asked_for_is_refused_before_it_is_read() {
        // Broken off behind it: who read on would find that out.
        let mut json = serde_json::Deserializer::from_slice(br#"{"x":[{"":0},{"":0},"#);
        let left = Cell::new(MAX_VALUES);
        let refused = State::deserialize(Strict { inner: &mut json, left: &left }).unwrap_err();
        assert_eq!(refused.classify(), Category::Data, "{refused}");
        assert_eq!(left.get(), MAX_VALUES - 1, "the state alone");
    }

    #[test]
    fn no_name_is_twice_in_an_object() {
        fn refused<T: DeserializeOwned>(text: &str) {
            let Err(Unread::Mismatch(Mismatch { message, .. })) = read::<T>(text.as_bytes()) else {
                panic!("{text} was read")
            };
            assert!(message.starts_with("duplicate field `"), "{text}: {message}");
        }
        refused::<NewUser>(r#"{"sip_address":"a@b.c","sip_address":"a@b.c"}"#);
        refused::<ClockChange>(r#"{"advance":"1s","advance":"2s"}"#);
        refused::<RuleSpec>(r#"{"where":"http","what":{"http":{"status":503,"status":504}}}"#);
        refused::<RuleSpec>(
            r#"{"where":"http","what":{"http":{"status":503,"headers":{"a":"b","\u0061":"c"}}}}"#,
        );
        refused::<State>(r#"{"namespaces":{"a":{"users":["u"]},"a":{"users":["v"]}}}"#);
        let same = r#"{"a":{"users":["u"]},"b":{"users":["u"]}}"#;
        assert_eq!(
            path::<State>(&format!(r#"{{"namespaces":{same}}}"#)),
            None,
            "the names of each object alone"
        );
    }

    #[test]
    fn values_and_items_are_bounded_where_there_is_room_for_any() {
        let objects = |count: usize| {
            let list = vec![r#"{"":0}"#; count].join(",");
            format!(r#"{{"where":"a","what":{{"b":[{list}]}}}}"#)
        };
        let lists = vec![format!("[{}0]", "0,".repeat(99_999)); 16].join(",");
        let lists = format!(r#"{{"where":"a","what":{{"b":[{lists}]}}}}"#);
        assert!(matches!(read::<RuleSpec>(lists.as_bytes()), Err(Unread::TooManyValues)));
        assert!(path::<RuleSpec>(&objects(100_001)).is_some());
        let history = format!(
            r#"{{"users":[{{"sip_address":"a","display_name":"","pin":{{"hash":null,"history":[{}""]}}}}]}}"#,
            r#""","#.repeat(100_000)
        );
        assert!(path::<State>(&history).is_some());
    }
}
