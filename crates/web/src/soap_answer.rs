//! Answers of the SOAP layer, with the headers that a front end was seen to send with its faults.

use crate::FrontEnd;
use crate::answer::{Answer, CORRELATION_ID};
use crate::exchange::Exchange;
use crate::refusal::server_fqdn;
use http::header::VARY;
use http::{HeaderName, StatusCode};
use lync_proto::soap::{self, Fault, Version};

/// 200 with this element in the body.
pub(crate) fn ok(front_end: &FrontEnd, exchange: &Exchange, body: &str) -> Answer {
    let envelope = soap::wrap(Version::Soap11, "", body);
    let answer = Answer::xml(StatusCode::OK, envelope).with(VARY, "Accept-Encoding");
    with_ids(answer, front_end, exchange)
}

/// A fault.
pub(crate) fn fault(front_end: &FrontEnd, exchange: &Exchange, status: StatusCode, fault: &Fault) -> Answer {
    with_ids(Answer::xml(status, fault.encode(Version::Soap11)), front_end, exchange)
}

fn with_ids(answer: Answer, front_end: &FrontEnd, exchange: &Exchange) -> Answer {
    let client_request_id = HeaderName::from_static("client-request-id");
    // A client that names its request gets the name back; the header was seen with a GUID of the server's otherwise.
    let request_id = exchange
        .header(&client_request_id)
        .filter(|id| id.len() <= 64)
        .map_or_else(|| uuid::Uuid::new_v4().to_string(), str::to_owned);
    answer
        .with(server_fqdn(), front_end.urls().fqdn())
        .with(CORRELATION_ID, front_end.next_correlation_id().to_string())
        .with(client_request_id, request_id)
}
