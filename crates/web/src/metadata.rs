//! WS-MetadataExchange: what the services are, for anybody who asks.
//!
//! A GET answers the bare WSDL document; a POST of WS-Transfer Get, in SOAP 1.2, the same wrapped in `wsx:Metadata`.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::{Exchange, MAX_BODY};
use crate::refusal::server_fqdn;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
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
        .into_response(front_end, exchange.secure)
}

fn wrapped(front_end: &FrontEnd, exchange: &Exchange, wsdl: &str) -> Response {
    let limits = lync_xml::Limits { bytes: MAX_BODY, ..lync_xml::Limits::default() };
    let request = Envelope::parse(&exchange.body, &limits).and_then(|envelope| GetRequest::decode(&envelope));
    match request {
        Ok(request) => {
            let mut answer = Answer::xml(StatusCode::OK, get_response(wsdl, request.message_id.as_deref()));
            answer.content_type = "application/soap+xml; charset=utf-8";
            answer.with(server_fqdn(), front_end.urls().fqdn()).into_response(front_end, exchange.secure)
        }
        Err(error) => {
            let fault = Fault::sender(error.to_string()).encode(Version::Soap12);
            let mut answer = Answer::xml(StatusCode::INTERNAL_SERVER_ERROR, fault);
            answer.content_type = "application/soap+xml; charset=utf-8";
            answer.into_response(front_end, exchange.secure)
        }
    }
}
