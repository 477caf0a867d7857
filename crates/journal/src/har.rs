//! The HTTP requests of the journal as an HTTP Archive 1.2 (<http://www.softwareishard.com/blog/har-12-spec/>), which
//! browsers and Wireshark's relatives read.

use crate::exchange::{media_type, value};
use http::StatusCode;
use lync_model::journal::{Entry, HttpRaw, Raw};
use serde_json::{Value, json};
use std::sync::Arc;
use time::format_description::well_known::Rfc3339;

/// What is not known, as HAR writes it.
const UNKNOWN: i64 = -1;

/// The archive of those entries that are HTTP requests.
pub(crate) fn archive(entries: &[Arc<Entry>]) -> Value {
    let entries: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.raw {
            Some(Raw::Http(http)) => Some(exchange(entry, http)),
            _ => None,
        })
        .collect();
    json!({
        "log": {
            "version": "1.2",
            "creator": { "name": "lyncmock", "version": env!("CARGO_PKG_VERSION") },
            "entries": entries,
        }
    })
}

fn exchange(entry: &Entry, http: &HttpRaw) -> Value {
    // Nothing takes the 71 minutes at which this stops.
    let milliseconds = json!(f64::from(u32::try_from(entry.duration_us).unwrap_or(u32::MAX)) / 1000.0);
    let mut exchange = json!({
        "startedDateTime": entry.at.format(&Rfc3339).unwrap_or_default(),
        "time": milliseconds,
        "request": request(http),
        "response": response(http),
        "cache": {},
        "timings": { "send": 0, "wait": milliseconds, "receive": 0 },
        "_lyncmock": custom(entry),
    });
    if let (Some(fields), Some(local)) = (exchange.as_object_mut(), entry.local) {
        fields.insert("serverIPAddress".to_owned(), json!(local.ip().to_canonical().to_string()));
    }
    if let (Some(fields), Some(connection)) = (exchange.as_object_mut(), entry.connection) {
        fields.insert("connection".to_owned(), json!(connection.to_string()));
    }
    exchange
}

/// What HAR has no field for.
fn custom(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "event": entry.event,
        "outcome": entry.outcome,
        "summary": entry.summary,
        "rule": entry.rule,
        "diagnostic": entry.diagnostic,
        "device": entry.device,
    })
}

fn request(http: &HttpRaw) -> Value {
    let mut request = json!({
        "method": http.method,
        "url": http.url,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&http.request_headers),
        "queryString": query(&http.url),
        "headersSize": UNKNOWN,
        "bodySize": size(&http.request_headers, &http.request_body),
    });
    if let (Some(fields), false) = (request.as_object_mut(), http.request_body.is_empty()) {
        let mime_type = media_type(&http.request_headers);
        let data = json!({ "mimeType": mime_type, "params": [], "text": http.request_body });
        fields.insert("postData".to_owned(), data);
    }
    request
}

/// The answer; where none was sent, one with status 0, as browsers write it.
fn response(http: &HttpRaw) -> Value {
    let status = http.status.and_then(|status| StatusCode::from_u16(status).ok());
    let size = size(&http.response_headers, &http.response_body);
    json!({
        "status": http.status.unwrap_or(0),
        "statusText": status.and_then(|status| status.canonical_reason()).unwrap_or(""),
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(&http.response_headers),
        "content": {
            "size": size,
            "mimeType": media_type(&http.response_headers),
            "text": http.response_body,
        },
        "redirectURL": value(&http.response_headers, "location").unwrap_or(""),
        "headersSize": UNKNOWN,
        "bodySize": size,
    })
}

fn headers(headers: &[(String, String)]) -> Vec<Value> {
    headers.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

/// The bytes of a body as it was; what is kept of it may be cut or masked.
fn size(headers: &[(String, String)], body: &str) -> Value {
    match value(headers, "content-length").and_then(|length| length.parse::<u64>().ok()) {
        Some(length) => json!(length),
        None if body.is_empty() => json!(0),
        None => json!(body.len()),
    }
}

fn query(url: &str) -> Vec<Value> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| json!({ "name": name, "value": value }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Filter, sample};
    use lync_model::journal::Journal as _;
    use lync_net::HttpExchange;

    fn entries(exchange: HttpExchange) -> Value {
        let journal = sample::journal();
        journal.record(sample::entry("dhcp.ack"));
        journal.observer("https", true).exchanged(exchange);
        let archive = journal.har(&Filter::default());
        assert_eq!(archive["log"]["version"], "1.2");
        assert_eq!(archive["log"]["creator"]["name"], "lyncmock");
        archive["log"]["entries"].clone()
    }

    #[test]
    fn a_request_and_its_answer_have_the_fields_of_har() {
        let mut exchange = sample::exchange("POST", "/a?b=c&d");
        exchange.request_headers.insert("content-type", "text/xml".parse().unwrap());
        exchange.request_headers.insert("authorization", "Basic MTIx".parse().unwrap());
        exchange.request_body = "<a/>".into();
        let response = exchange.response.as_mut().unwrap();
        response.headers.insert("content-type", "text/plain".parse().unwrap());
        response.headers.insert("content-length", "100".parse().unwrap());
        response.body = "hello".into();
        let entries = entries(exchange);
        assert_eq!(
            entries,
            json!([{
                "startedDateTime": "2026-01-01T11:59:59.9985Z",
                "time": 1.5,
                "request": {
                    "method": "POST",
                    "url": "https://10.99.0.1:443/a?b=****&d",
                    "httpVersion": "HTTP/1.1",
                    "cookies": [],
                    "headers": [
                        { "name": "content-type", "value": "text/xml" },
                        { "name": "authorization", "value": "Basic ****" },
                    ],
                    "queryString": [{ "name": "b", "value": "****" }, { "name": "d", "value": "" }],
                    "headersSize": -1,
                    "bodySize": 4,
                    "postData": { "mimeType": "text/xml", "params": [], "text": "<a/>" },
                },
                "response": {
                    "status": 200,
                    "statusText": "OK",
                    "httpVersion": "HTTP/1.1",
                    "cookies": [],
                    "headers": [
                        { "name": "content-type", "value": "text/plain" },
                        { "name": "content-length", "value": "100" },
                    ],
                    "content": { "size": 100, "mimeType": "text/plain", "text": "hello" },
                    "redirectURL": "",
                    "headersSize": -1,
                    "bodySize": 100,
                },
                "cache": {},
                "timings": { "send": 0, "wait": 1.5, "receive": 0 },
                "serverIPAddress": "10.99.0.1",
                "connection": "3",
                "_lyncmock": {
                    "seq": 2,
                    "event": "http",
                    "outcome": "ok",
                    "summary": "POST \"/a\": 200 OK",
                    "rule": null,
                    "diagnostic": null,
                    "device": {},
                },
            }])
        );
    }

    #[test]
    fn a_request_without_an_answer_has_status_0() {
        let entries = entries(HttpExchange { response: None, ..sample::exchange("GET", "/") });
        assert_eq!(entries[0]["response"]["status"], 0);
        assert_eq!(entries[0]["request"].get("postData"), None);
    }
}
