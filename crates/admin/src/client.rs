//! The client of the API, for the command line and for tests: one method for each operation, over plain HTTP/1.1.

mod address;
mod error;
mod operations;
mod send;
mod settings;

use crate::dto::JournalFilter;
use crate::{Scope, SecretToken};
use address::Address;
pub use error::ClientError;
use http::Method;
use send::{Body, Call};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// How long an answer may take, but for waits and exports.
const PATIENCE: Duration = Duration::from_secs(30);

/// Asks the API of one pool. Every method opens a connection of its own.
///
/// Every method fails with [`ClientError::Refused`] when the pool refuses, and with another error when it was not
/// reached or not understood.
#[derive(Clone, Debug)]
pub struct Client {
    address: Address,
    token: Option<SecretToken>,
    scope: Scope,
}

impl Client {
    /// A client of the API at `url`, as in `http://127.0.0.1:10090`, that sees one namespace or everything.
    ///
    /// # Errors
    /// When the URL is none of `http://`, or the namespace is none.
    pub fn new(url: &str, token: Option<SecretToken>, namespace: Option<&str>) -> Result<Self, ClientError> {
        let scope = namespace.map_or(Ok(Scope::everything()), Scope::of)?;
        Ok(Self { address: Address::read(url)?, token, scope })
    }

    /// Where it asks.
    pub fn url(&self) -> String {
        self.address.url()
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        self.ask(Method::GET, path, Body::Nothing).await?.json()
    }

    async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        Ok(self.ask(Method::GET, path, Body::Nothing).await?.bytes())
    }

    async fn delete(&self, path: &str) -> Result<(), ClientError> {
        self.ask(Method::DELETE, path, Body::Nothing).await.map(drop)
    }

    /// Sends JSON, or nothing, and reads JSON.
    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        self.ask(method, path, Body::json(body)?).await?.json()
    }

    /// Sends JSON; the answer is empty.
    async fn tell(&self, method: Method, path: &str, body: &impl Serialize) -> Result<(), ClientError> {
        self.ask(method, path, Body::json(body)?).await.map(drop)
    }

    async fn ask(&self, method: Method, path: &str, body: Body) -> Result<send::Answer, ClientError> {
        self.ask_for(PATIENCE, method, path, body).await
    }

    async fn ask_for(
        &self,
        patience: Duration,
        method: Method,
        path: &str,
        body: Body,
    ) -> Result<send::Answer, ClientError> {
        let call = Call { method, path, body, token: self.token.as_ref(), scope: &self.scope };
        send::send(&self.address, call, patience).await
    }
}

/// A piece of a path.
fn piece(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// `path?key=value…`, of the values that are there.
fn with_query(path: &str, pairs: &[(&str, Option<String>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (key, value) in pairs {
        if let Some(value) = value {
            query.append_pair(key, value);
        }
    }
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A filter as pairs of a query.
fn pairs(filter: &JournalFilter) -> Vec<(&'static str, Option<String>)> {
    vec![
        ("event", filter.event.clone()),
        ("protocol", filter.protocol.map(|protocol| protocol.as_str().to_owned())),
        ("user", filter.user.clone()),
        ("phone_or_ext", filter.phone_or_ext.clone()),
        ("mac", filter.mac.clone()),
        ("source", filter.source.clone()),
        ("since", filter.since.map(|since| since.to_string())),
        ("scenario", filter.scenario.clone()),
        ("rule", filter.rule.clone()),
        ("outcome", filter.outcome.map(|outcome| outcome.as_str().to_owned())),
        ("limit", filter.limit.map(|limit| limit.to_string())),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Query;
    use lync_model::journal::{Outcome, Protocol};

    #[test]
    fn a_filter_arrives_as_it_was_sent() {
        let text = || Some("a&b=c d/é".to_owned());
        let sent = JournalFilter {
            event: text(),
            protocol: Some(Protocol::CertProv),
            user: text(),
            phone_or_ext: text(),
            mac: text(),
            source: text(),
            since: Some(7),
            scenario: text(),
            rule: text(),
            outcome: Some(Outcome::Dropped),
            limit: Some(2),
        };
        let path = with_query("/v1/journal", &pairs(&sent));
        let mut query = Query::read(path.split_once('?').map(|(_, query)| query)).unwrap();
        assert_eq!(query.filter().unwrap(), sent);
        query.end().unwrap();
        assert_eq!(with_query("/v1/journal", &pairs(&JournalFilter::default())), "/v1/journal");
    }
}
