//! WS-MetadataExchange: what the services are, for anybody who asks.
//!
//! A GET answers the bare WSDL document; a POST of WS-Transfer Get the same wrapped in `wsx:Metadata`, in the SOAP
//! version of the request.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::{Exchange, limits};
use crate::refusal::server_fqdn;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use lync_model::journal::{Outcome, names};
use lync_proto::mex::{CertProvMetadata, GetRequest, WebTicketMetadata, get_response};
use lync_proto::soap::{Envelope, Fault, Version};
use std::sync::Arc;

pub(crate) async fn get_cert_prov(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    bare(&front_end, &exchange, cert_prov(&front_end))
}

pub(crate) async fn post_cert_prov(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    wrapped(&front_end, &exchange, &cert_prov(&front_end))
}

pub(crate) async fn get_web_ticket(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    bare(&front_end, &exchange, web_ticket(&front_end))
}

pub(crate) async fn post_web_ticket(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    wrapped(&front_end, &exchange, &web_ticket(&front_end))
}

fn cert_prov(front_end: &FrontEnd) -> String {
    let urls = front_end.urls();
    let metadata = CertProvMetadata {
        cert_prov_url: urls.cert_prov(),
        cert_prov_anon_url: urls.cert_prov_anonymous(),
        web_ticket_url: urls.web_ticket(),
    };
    metadata.to_wsdl()
}

fn web_ticket(front_end: &FrontEnd) -> String {
    WebTicketMetadata { web_ticket_url: front_end.urls().web_ticket() }.to_wsdl()
}

fn bare(front_end: &FrontEnd, exchange: &Exchange, wsdl: String) -> Response {
    Answer::xml(StatusCode::OK, wsdl)
        .with(server_fqdn(), front_end.urls().fqdn())
        .noted(exchange.note(names::METADATA, Outcome::Ok, "metadata read"))
        .into_response(front_end, exchange)
}

fn wrapped(front_end: &FrontEnd, exchange: &Exchange, wsdl: &str) -> Response {
    let answer = posted(&exchange.body, wsdl);
    let note = match answer.status {
        StatusCode::OK => exchange.note(names::METADATA, Outcome::Ok, "metadata read"),
        _ => exchange.note(exchange.refused_event(), Outcome::Refused, "no request for metadata"),
    };
    answer.noted(note).with(server_fqdn(), front_end.urls().fqdn()).into_response(front_end, exchange)
}

/// The answer in the version of the request's envelope. What is no envelope is answered in SOAP 1.2, which the captured
/// requests for metadata speak.
fn posted(body: &[u8], wsdl: &str) -> Answer {
    let envelope = Envelope::parse(body, &limits());
    let version = envelope.as_ref().map_or(Version::Soap12, Envelope::version);
    let (status, text) = match envelope.and_then(|envelope| GetRequest::decode(&envelope)) {
        Ok(request) => (StatusCode::OK, get_response(version, wsdl, request.message_id.as_deref())),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, Fault::sender(error.to_string()).encode(version)),
    };
    Answer { content_type: version.content_type(), ..Answer::xml(status, text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_proto::soap::wrap;

    const VERSIONS: [(Version, &str); 2] = [
        (Version::Soap11, "text/xml; charset=utf-8"),
        (Version::Soap12, "application/soap+xml; charset=utf-8"),
    ];

    fn version_of(answer: &Answer) -> Version {
        Envelope::parse(answer.body.as_bytes(), &limits()).unwrap().version()
    }

    #[test]
    fn a_posted_request_is_answered_in_its_own_version() {
        for (version, content_type) in VERSIONS {
            let answer = posted(wrap(version, "", "").as_bytes(), "<d/>");
            assert_eq!((answer.status, answer.content_type), (StatusCode::OK, content_type));
            assert_eq!(version_of(&answer), version);
            assert!(answer.body.contains("<d/>"), "{}", answer.body);
        }
    }

    #[test]
    fn a_refused_request_is_answered_in_its_own_version() {
        for (version, content_type) in VERSIONS {
            let answer = posted(wrap(version, "", "<other/>").as_bytes(), "<d/>");
            assert_eq!((answer.status.as_u16(), answer.content_type), (500, content_type));
            assert_eq!(version_of(&answer), version);
            assert!(answer.body.contains("s:Fault"), "{}", answer.body);
        }
    }

    #[test]
    fn what_is_no_envelope_is_refused_in_soap_12() {
        let answer = posted(b"metadata, please", "<d/>");
        assert_eq!((answer.status.as_u16(), version_of(&answer)), (500, Version::Soap12));
    }
}
