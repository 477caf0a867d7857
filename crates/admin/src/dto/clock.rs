//! The pool's clock.

use crate::{ApiError, Span};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::macros::datetime;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The first instant to which the clock can be set: what X.509 and DHCP write has no sense before it.
const FIRST: OffsetDateTime = datetime!(1970-01-01 0:00 UTC);
/// The first instant to which it cannot. Thirty years are left for the certificates that are made then to expire in.
const END: OffsetDateTime = datetime!(9970-01-01 0:00 UTC);

/// What the clock shows.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Now {
    /// The present moment, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub now: OffsetDateTime,
}

/// How the clock is moved.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(example = json!({"advance": "8h"}))]
pub enum ClockChange {
    /// By this much: `90s`, `15m`, `8h`, `2d`; with a minus it goes back.
    Advance(Span),
    /// To this instant, RFC 3339, of the years 1970 to 9969.
    #[schema(value_type = String, format = DateTime)]
    Set(#[serde(with = "time::serde::rfc3339")] OffsetDateTime),
    /// Back to what it showed without any change: the system's time.
    Reset(True),
}

/// `true`, and nothing else.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct True;

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("it can only be true") }
    }
}

impl PartialSchema for True {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([true])).into()
    }
}

impl ToSchema for True {}

impl ClockChange {
    /// Where a clock that shows `now` goes; `None` is back to what it shows without any change.
    ///
    /// # Errors
    /// `Invalid` when that is before 1970 or after 9969.
    pub fn target(self, now: OffsetDateTime) -> Result<Option<OffsetDateTime>, ApiError> {
        let (field, target) = match self {
            Self::Advance(Span(by)) => ("advance", now.checked_add(by)),
            Self::Set(to) => ("set", Some(to)),
            Self::Reset(True) => return Ok(None),
        };
        target.filter(|target| (FIRST..END).contains(target)).map(Some).ok_or_else(|| {
            ApiError::invalid("the clock shows the years 1970 to 9969, in UTC, and can be set to no others")
                .field(field)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_stays_within_its_years() {
        let now = datetime!(2013-06-01 12:00 UTC);
        let read = |text: &str| serde_json::from_str::<ClockChange>(text).unwrap();
        assert_eq!(read(r#"{"advance":"8h"}"#).target(now), Ok(Some(datetime!(2013-06-01 20:00 UTC))));
        assert_eq!(read(r#"{"set":"1970-01-01T00:00:00Z"}"#).target(now), Ok(Some(FIRST)));
        assert_eq!(read(r#"{"reset":true}"#).target(now), Ok(None));
        for text in [
            r#"{"advance":"-20000d"}"#,
            r#"{"advance":"999999999d"}"#,
            r#"{"set":"1969-12-31T23:59:59Z"}"#,
            r#"{"set":"1970-01-01T00:00:00+01:00"}"#,
            r#"{"set":"9970-01-01T00:00:00Z"}"#,
        ] {
            assert!(read(text).target(now).is_err(), "{text}");
        }
    }

    #[test]
    fn a_change_is_one_thing() {
        assert_eq!(serde_json::to_string(&ClockChange::Reset(True)).unwrap(), r#"{"reset":true}"#);
        for text in [
            "{}",
            r#"{"reset":false}"#,
            r#"{"reset":{}}"#,
            r#"{"advance":"8h","set":"2013-06-01T12:00:00Z"}"#,
            r#"{"advance":"PT8H"}"#,
            "8",
        ] {
            assert!(serde_json::from_str::<ClockChange>(text).is_err(), "{text}");
        }
    }
}
