//! What the tests of this crate begin with.

use crate::{Journal, Limits};
use http::{HeaderMap, Method, StatusCode, Version};
use lync_model::Clock;
use lync_model::journal::{Entry, Outcome, Protocol, RuleFired};
use lync_model::rules::RuleBook;
use lync_net::{Chunk, Connection, EndedConnection, HttpExchange, HttpResponse, TlsInfo, Wire};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOON: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

/// A journal whose clock stands at noon.
pub(crate) fn journal() -> Arc<Journal> {
    with(Limits::default())
}

pub(crate) fn with(limits: Limits) -> Arc<Journal> {
    let clock = Clock::stopped(NOON);
    Journal::new(clock.clone(), limits, Arc::new(RuleBook::new(clock)))
}

/// An entry of noon that ended well, or as its name says.
pub(crate) fn entry(event: &str) -> Entry {
    let protocol = match event.split('.').next() {
        Some("dhcp") => Protocol::Dhcp,
        Some("connection" | "tls") => Protocol::Tls,
        Some("certprov") => Protocol::CertProv,
        Some("webticket") => Protocol::WebTicket,
        Some("userpin") => Protocol::UserPin,
        Some("http" | "metadata") => Protocol::Http,
        _ => Protocol::Pool,
    };
    let outcome = match event.split('.').next_back() {
        Some("refused" | "challenged") => Outcome::Refused,
        Some("failed") => Outcome::Failed,
        Some("dropped") => Outcome::Dropped,
        _ => Outcome::Ok,
    };
    Entry::new(NOON, protocol, event, outcome, format!("what {event} says"))
}

pub(crate) fn of_user(event: &str, user: &str) -> Entry {
    let mut entry = entry(event);
    entry.device.user = Some(user.to_owned());
    entry
}

pub(crate) fn from(event: &str, peer: &str) -> Entry {
    let mut entry = entry(event);
    entry.peer = Some(peer.parse().unwrap());
    entry
}

pub(crate) fn rule() -> RuleFired {
    RuleFired { id: 7, name: "silence".to_owned(), scenario: Some("dhcp-silent".to_owned()) }
}

/// A request on connection 3 that took 1.5 ms and was answered 200.
pub(crate) fn exchange(method: &str, target: &str) -> HttpExchange {
    HttpExchange {
        connection: Connection {
            id: 3,
            peer: "10.99.0.2:50000".parse().unwrap(),
            local: "10.99.0.1:443".parse().unwrap(),
            tls: None,
        },
        duration: Duration::from_micros(1500),
        method: Method::from_bytes(method.as_bytes()).unwrap(),
        uri: target.parse().unwrap(),
        version: Version::HTTP_11,
        request_headers: HeaderMap::new(),
        request_body: "".into(),
        request_cut: false,
        response: Some(HttpResponse {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: "".into(),
            cut: false,
        }),
        note: None,
    }
}

/// A connection of 20 ms over which these pieces went, a millisecond apart.
pub(crate) fn ended(id: u64, pieces: &[(bool, &[u8])]) -> EndedConnection {
    let mut after = Duration::ZERO;
    let mut chunk = |(sent, bytes): &(bool, &[u8])| {
        after += Duration::from_millis(1);
        Chunk { sent: *sent, after, bytes: bytes.to_vec() }
    };
    EndedConnection {
        id,
        peer: "10.99.0.2:50000".parse().unwrap(),
        local: "10.99.0.1:443".parse().unwrap(),
        duration: Duration::from_millis(20),
        tls: Some(Arc::new(TlsInfo {
            version: "TLSv1_2",
            cipher: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            sni: Some("pool.test".to_owned()),
            client_certificate: None,
        })),
        failed: None,
        note: None,
        reset: false,
        wire: Wire { chunks: pieces.iter().map(&mut chunk).collect(), cut: false },
    }
}
