//! Responses as IIS 8.0 with ASP.NET writes them: which headers, with which values, in which order.
//!
//! Values are captured (the refused PIN of 2017-02-02; a front end's SOAP faults); the order on the wire is not
//! public and is inferred.

use crate::FrontEnd;
use crate::exchange::Exchange;
use axum::body::Body;
use axum::response::Response;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, DATE, SERVER};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use lync_model::journal::{Note, Outcome, names};
use time::OffsetDateTime;
use time::format_description::StaticFormatDescription;
use time::macros::format_description;

/// IMF-fixdate, RFC 9110 5.6.7.
const HTTP_DATE: StaticFormatDescription =
    format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");

/// The header names of a front end, in the case in which it writes them.
pub const HEADER_CASE: &[&str] = &[
    "Cache-Control",
    "Content-Type",
    "Content-Length",
    "Allow",
    "Server",
    "Vary",
    "Warning",
    "X-Ms-diagnostics",
    "X-MS-Server-Fqdn",
    "X-MS-Correlation-Id",
    "client-request-id",
    "WWW-Authenticate",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Powered-By",
    "Connection",
    "Date",
];

/// One header of the application's own, between those of IIS.
pub(crate) type Header = (HeaderName, String);

/// What a response carries beside the headers that every response has.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) headers: Vec<Header>,
    /// For the journal; made from the status when it is left out.
    pub(crate) note: Option<Note>,
}

impl Answer {
    /// An HTML page.
    pub(crate) fn html(status: StatusCode, body: impl Into<String>) -> Self {
        let content_type = "text/html; charset=utf-8";
        Self { status, content_type, body: body.into(), headers: Vec::new(), note: None }
    }

    /// A SOAP 1.1 envelope or a WSDL document.
    pub(crate) fn xml(status: StatusCode, body: String) -> Self {
        Self { status, content_type: "text/xml; charset=utf-8", body, headers: Vec::new(), note: None }
    }

    /// Adds a header behind `Server`.
    pub(crate) fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// With its note for the journal.
    pub(crate) fn noted(self, note: Note) -> Self {
        Self { note: Some(note), ..self }
    }

    /// The response to `exchange`, with the headers of every front end around it and its note among its extensions.
    pub(crate) fn into_response(self, front_end: &FrontEnd, exchange: &Exchange) -> Response {
        let mut note = self.note.unwrap_or_else(|| plain_note(exchange, self.status));
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(self.body.len()));
        headers.insert(SERVER, HeaderValue::from_static("Microsoft-IIS/8.0"));
        for (name, value) in self.headers {
            match HeaderValue::try_from(value) {
                Ok(value) => {
                    headers.append(name, value);
                }
                // Values are built from the checked configuration and table; a request's own text was refused before.
                Err(_) => tracing::warn!(header = %name, "a header value was left out: not printable"),
            }
        }
        if exchange.secure {
            let hsts = format!("max-age={}; includeSubDomains", exchange.settings.hsts_max_age_seconds);
            if let Ok(value) = HeaderValue::try_from(hsts) {
                headers.insert(http::header::STRICT_TRANSPORT_SECURITY, value);
            }
        }
        headers.insert(http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(HeaderName::from_static("x-powered-by"), HeaderValue::from_static("ASP.NET"));
        if let Ok(date) = HeaderValue::try_from(http_date(front_end.now())) {
            headers.insert(DATE, date);
        }
        note.correlation = correlation_id(headers);
        response.extensions_mut().insert(note);
        *response.body_mut() = Body::from(self.body);
        response
    }
}

/// `X-MS-Correlation-Id`.
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("x-ms-correlation-id");

/// The number by which an answer can be found again.
pub(crate) fn correlation_id(headers: &HeaderMap) -> Option<String> {
    headers.get(CORRELATION_ID)?.to_str().ok().map(str::to_owned)
}

/// The note on a page of IIS's.
fn plain_note(exchange: &Exchange, status: StatusCode) -> Note {
    let outcome =
        if status.is_client_error() || status.is_server_error() { Outcome::Refused } else { Outcome::Ok };
    exchange.note(names::HTTP, outcome, &status.to_string())
}

/// The date as HTTP writes it, for instance `Thu, 02 Feb 2017 01:20:52 GMT`.
pub(crate) fn http_date(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC).format(&HTTP_DATE).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_date_is_as_captured() {
        assert_eq!(http_date(datetime!(2017-02-02 01:20:52 UTC)), "Thu, 02 Feb 2017 01:20:52 GMT");
    }
}
