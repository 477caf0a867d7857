//! An HTTP request and its answer as an entry.

use crate::redact;
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderMap, Method, StatusCode, Uri};
use lync_model::journal::{Entry, HttpRaw, Note, Outcome, Protocol, Raw, names};
use lync_net::{HttpExchange, HttpResponse, excerpt};
use std::net::SocketAddr;
use std::time::Duration;
use time::OffsetDateTime;

/// What an entry says that has no answer.
const NO_ANSWER: &str = "no answer was sent";

/// The entry of a request that began `at`.
pub(crate) fn entry(exchange: &HttpExchange, tls: bool, at: OffsetDateTime) -> Entry {
    let note = exchange.note.clone().unwrap_or_else(|| plain_note(exchange));
    let outcome = match (&exchange.response, note.outcome) {
        (None, Outcome::Ok) => Outcome::Failed,
        (_, outcome) => outcome,
    };
    let summary = match &exchange.response {
        None if note.summary != NO_ANSWER => format!("{}; {NO_ANSWER}", note.summary),
        _ => note.summary.clone(),
    };
    let connection = &exchange.connection;
    let mut entry = Entry::new(at, note.protocol, note.event, outcome, summary);
    entry.connection = Some(connection.id);
    entry.correlation = note.correlation.clone().or_else(|| Some(connection.id.to_string()));
    entry.peer = Some(connection.peer);
    entry.local = Some(connection.local);
    entry.duration_us = micros(exchange.duration);
    entry.raw = Some(Raw::Http(Box::new(raw(exchange, &note, tls))));
    entry.device = note.device;
    entry.rule = note.rule;
    entry.diagnostic = note.diagnostic;
    entry.decoded = note.decoded;
    entry
}

/// Whole microseconds, as entries count them.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// What can be said where no handler said anything.
fn plain_note(exchange: &HttpExchange) -> Note {
    let Some(response) = &exchange.response else {
        return Note::new(Protocol::Http, names::HTTP, Outcome::Failed, NO_ANSWER);
    };
    let outcome = match response.status {
        status if status.is_client_error() => Outcome::Refused,
        status if status.is_server_error() => Outcome::Failed,
        _ => Outcome::Ok,
    };
    let asked = asked(&exchange.method, &exchange.uri);
    Note::new(Protocol::Http, names::HTTP, outcome, format!("{asked}: {}", told(response.status)))
}

/// `GET "/path"`; methods and paths are the peer's words.
fn asked(method: &Method, uri: &Uri) -> String {
    format!("{} {:?}", excerpt(method.as_str()), excerpt(uri.path()))
}

/// `404 Not Found`.
fn told(status: StatusCode) -> String {
    status
        .canonical_reason()
        .map_or_else(|| status.as_str().to_owned(), |reason| format!("{} {reason}", status.as_str()))
}

fn raw(exchange: &HttpExchange, note: &Note, tls: bool) -> HttpRaw {
    let doubtful = doubtful(note);
    let response = exchange.response.as_ref();
    let answer = |response: &HttpResponse| redact::body(&response.body, response.cut, &[]);
    HttpRaw {
        method: exchange.method.as_str().to_owned(),
        url: url(exchange, tls),
        request_headers: headers(&exchange.request_headers),
        request_body: redact::body(&exchange.request_body, exchange.request_cut, &doubtful),
        status: response.map(|response| response.status.as_u16()),
        response_headers: response.map(|response| headers(&response.headers)).unwrap_or_default(),
        response_body: response.map(answer).unwrap_or_default(),
    }
}

/// Elements of the user-PIN service of which nobody could say whose they are. What was typed as a number is shown where
/// it is somebody's; else it may be a PIN in the wrong field. It travels as a user too: the front end asks for the
/// certificates of what was typed when it gets no answer.
fn doubtful(note: &Note) -> Vec<&'static str> {
    let known = [("PhoneOrExt", &note.device.phone_or_ext), ("User", &note.device.user)];
    known.into_iter().filter(|(_, known)| known.is_none()).map(|(name, _)| name).collect()
}

/// The URL as the client meant it, without what may be a credential.
fn url(exchange: &HttpExchange, tls: bool) -> String {
    let uri = &exchange.uri;
    let scheme = uri.scheme_str().unwrap_or(if tls { "https" } else { "http" });
    let host = exchange.request_headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = uri.authority().map(http::uri::Authority::as_str).or(host);
    let authority = authority.map_or_else(|| exchange.connection.local.to_string(), str::to_owned);
    let path = uri.path_and_query().map_or("", http::uri::PathAndQuery::as_str);
    redact::url(&format!("{scheme}://{authority}{path}"))
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), redact::header(name, &text))
        })
        .collect()
}

/// The media type of a list of headers.
pub(crate) fn media_type(headers: &[(String, String)]) -> &str {
    value(headers, CONTENT_TYPE.as_str()).unwrap_or("")
}

/// The value of the first header of this name.
pub(crate) fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// An address in the form in which it is shown: IPv4 where it is IPv4.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use lync_model::journal::Device;

    fn http(entry: &Entry) -> &HttpRaw {
        match entry.raw.as_ref() {
            Some(Raw::Http(http)) => http,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_note_says_what_a_request_was() {
        let mut note =
            Note::new(Protocol::WebTicket, names::WEBTICKET_ISSUED, Outcome::Ok, "for sip:a@x.test");
        note.device = Device { user: Some("sip:a@x.test".to_owned()), ..Device::default() };
        note.correlation = Some("abc".to_owned());
        note.rule = Some(sample::rule());
        note.decoded.insert("port".to_owned(), "pin".to_owned());
        let exchange = HttpExchange { note: Some(note.clone()), ..sample::exchange("POST", "/WebTicket") };
        let entry = entry(&exchange, true, sample::NOON);
        assert_eq!((entry.protocol, entry.event.as_str()), (Protocol::WebTicket, "webticket.issued"));
        assert_eq!((entry.device, entry.rule, entry.decoded), (note.device, note.rule, note.decoded));
        assert_eq!(entry.correlation.as_deref(), Some("abc"));
        assert_eq!((entry.connection, entry.duration_us), (Some(3), 1500));
    }

    #[test]
    fn without_a_note_it_is_a_request_with_its_status() {
        for (status, outcome, summary) in [
            (200, Outcome::Ok, "GET \"/x\": 200 OK"),
            (404, Outcome::Refused, "GET \"/x\": 404 Not Found"),
            (599, Outcome::Failed, "GET \"/x\": 599"),
        ] {
            let mut exchange = sample::exchange("GET", "/x");
            exchange.response.as_mut().unwrap().status = StatusCode::from_u16(status).unwrap();
            let entry = entry(&exchange, true, sample::NOON);
            assert_eq!((entry.protocol, entry.event.as_str()), (Protocol::Http, "http"));
            assert_eq!((entry.outcome, entry.summary.as_str()), (outcome, summary));
        }
    }

    #[test]
    fn a_request_without_an_answer_has_failed() {
        let silent = |note| HttpExchange { response: None, note, ..sample::exchange("GET", "/") };
        let plain = entry(&silent(None), false, sample::NOON);
        assert_eq!((plain.outcome, plain.summary.as_str()), (Outcome::Failed, "no answer was sent"));
        assert_eq!(http(&plain).status, None);
        let note = Note::new(Protocol::CertProv, names::CERTPROV_ROOTS, Outcome::Ok, "two certificates");
        let noted = entry(&silent(Some(note)), false, sample::NOON);
        assert_eq!(noted.outcome, Outcome::Failed);
        assert_eq!(noted.summary, "two certificates; no answer was sent");
    }

    #[test]
    fn the_url_is_the_clients_without_credentials() {
        let with_host = |target: &str, host: &str, tls| {
            let mut exchange = sample::exchange("GET", target);
            exchange.request_headers.insert(HOST, host.parse().unwrap());
            http(&entry(&exchange, tls, sample::NOON)).url.clone()
        };
        assert_eq!(with_host("/a?wsdl", "Pool.test:443", true), "https://Pool.test:443/a?wsdl");
        assert_eq!(with_host("/a?pin=0712", "h", true), "https://h/a?pin=****");
        assert_eq!(with_host("http://kenmyer:0712@h/a", "other", false), "http://h/a");
        assert_eq!(with_host("/", "1219:0712@h", false), "http://h/");
        let none = http(&entry(&sample::exchange("GET", "/a"), true, sample::NOON)).url.clone();
        assert_eq!(none, "https://10.99.0.1:443/a");
    }

    #[test]
    fn no_header_shows_a_credential_however_often_it_is_sent() {
        let mut exchange = sample::exchange("POST", "/");
        for value in ["Basic MTIxOTowNzEy", "Basic\tMTIxOTowNzEy", "MTIxOTowNzEy"] {
            exchange.request_headers.append("AUTHORIZATION", value.parse().unwrap());
        }
        exchange.request_headers.insert(HOST, "1219:0712@h".parse().unwrap());
        let entry = entry(&exchange, true, sample::NOON);
        let shown = format!("{entry:?}");
        assert!(!shown.contains("MTIxOTowNzEy") && !shown.contains("0712"), "{shown}");
        assert_eq!(http(&entry).request_headers.len(), 4);
    }

    #[test]
    fn what_was_typed_is_not_shown_as_a_user_either() {
        let mut exchange = sample::exchange("POST", "/");
        exchange.request_body = "<GetPublishedCertRequest><User>0712</User></GetPublishedCertRequest>".into();
        let unknown = entry(&exchange, true, sample::NOON);
        assert!(!http(&unknown).request_body.contains("0712"));
    }

    #[test]
    fn a_number_that_is_nobodys_is_not_shown() {
        let body = "<VerifyPinRequest><PhoneOrExt>0712</PhoneOrExt></VerifyPinRequest>";
        let mut exchange = sample::exchange("POST", "/");
        exchange.request_body = body.into();
        let unknown = entry(&exchange, true, sample::NOON);
        assert!(!http(&unknown).request_body.contains("0712"));
        let mut note = Note::new(Protocol::UserPin, names::USERPIN_VERIFIED, Outcome::Ok, "");
        note.device.phone_or_ext = Some("0712".to_owned());
        exchange.note = Some(note);
        let known = entry(&exchange, true, sample::NOON);
        assert!(http(&known).request_body.contains("0712"));
    }
}
