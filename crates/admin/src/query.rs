//! The query of a request. What is not asked for is refused, so that a misspelt filter does not answer with everything.

use crate::ApiError;
use crate::dto::JournalFilter;
use crate::error::Kind;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;
use std::str::FromStr;

/// The most pairs that are read.
const MAX_PAIRS: usize = 64;

/// The pairs of a query that nobody took yet.
#[derive(Debug)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query, each key once.
    pub(crate) fn read(query: Option<&str>) -> Result<Self, ApiError> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (key, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if pairs.len() == MAX_PAIRS {
                return Err(malformed(&key, format!("the query has more than {MAX_PAIRS} keys")));
            }
            if pairs.iter().any(|(known, _)| *known == key) {
                return Err(malformed(&key, "the query has this key twice"));
            }
            pairs.push((key.into_owned(), value.into_owned()));
        }
        Ok(Self(pairs))
    }

    /// Takes the value of a key out.
    pub(crate) fn take(&mut self, key: &str) -> Option<String> {
        let at = self.0.iter().position(|(known, _)| known == key)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Takes the value of a key out, and reads it.
    pub(crate) fn parse<T: FromStr>(&mut self, key: &str, expected: &str) -> Result<Option<T>, ApiError> {
        let read = |value: String| {
            value.parse().map_err(|_| malformed(key, format!("that is no value of `{key}`; {expected}")))
        };
        self.take(key).map(read).transpose()
    }

    /// Takes the value of a key out, which is one of the words of an enum.
    pub(crate) fn word<T: for<'de> Deserialize<'de>>(&mut self, key: &str) -> Result<Option<T>, ApiError> {
        let read = |value: String| {
            let value: serde::de::value::StringDeserializer<Error> = value.into_deserializer();
            T::deserialize(value).map_err(|error| malformed(key, excerpt(&error)))
        };
        self.take(key).map(read).transpose()
    }

    /// Takes all keys of a filter out.
    pub(crate) fn filter(&mut self) -> Result<JournalFilter, ApiError> {
        const NUMBER: &str = "a whole number was expected";
        Ok(JournalFilter {
            event: self.take("event"),
            protocol: self.word("protocol")?,
            user: self.take("user"),
            phone_or_ext: self.take("phone_or_ext"),
            mac: self.take("mac"),
            source: self.take("source"),
            since: self.parse("since", NUMBER)?,
            scenario: self.take("scenario"),
            rule: self.take("rule"),
            outcome: self.word("outcome")?,
            limit: self.parse("limit", NUMBER)?,
        })
    }

    /// Nothing is left.
    pub(crate) fn end(self) -> Result<(), ApiError> {
        match self.0.into_iter().next() {
            Some((key, _)) => Err(malformed(&key, "the query has a key that is not known here")),
            None => Ok(()),
        }
    }
}

fn malformed(key: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(Kind::Malformed, message).field(lync_net::excerpt(key))
}

/// serde's words on an unknown word, which repeat it whatever its length.
fn excerpt(error: &Error) -> String {
    let text = error.to_string();
    match text.split_once("`, expected") {
        Some((unknown, expected)) => format!("{}`, expected{expected}", lync_net::excerpt(unknown)),
        None => lync_net::excerpt(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_model::journal::{Outcome, Protocol};

    #[test]
    fn a_filter_is_read_from_a_query() {
        let query = "event=webticket.refused&user=sip%3Aa%40x.test&protocol=webticket&outcome=refused&since=7&limit=2";
        let mut query = Query::read(Some(query)).unwrap();
        let filter = query.filter().unwrap();
        query.end().unwrap();
        let expected = JournalFilter {
            user: Some("sip:a@x.test".to_owned()),
            protocol: Some(Protocol::WebTicket),
            outcome: Some(Outcome::Refused),
            since: Some(7),
            limit: Some(2),
            ..JournalFilter::event("webticket.refused")
        };
        assert_eq!(filter, expected);
    }

    #[test]
    fn what_is_unknown_or_given_twice_is_refused_by_name() {
        let refused = |text: &str| {
            let read = Query::read(Some(text)).and_then(|mut query| {
                query.filter()?;
                query.end()
            });
            read.unwrap_err().field.unwrap()
        };
        for (text, field) in [
            ("evnt=a", "evnt"),
            ("event=a&event=b", "event"),
            ("since=-1", "since"),
            ("limit=", "limit"),
            ("protocol=DHCP", "protocol"),
            ("outcome=good", "outcome"),
            ("%00", "\0"),
        ] {
            assert_eq!(refused(text), field, "{text}");
        }
        let long: String = (0..65).map(|n| format!("k{n}=1&")).collect();
        assert_eq!(refused(&long), "k64");
        let error = Query::read(Some("outcome=good")).unwrap().filter().unwrap_err();
        assert!(error.message.contains("expected one of `ok`, `refused`"), "{error}");
    }
}
