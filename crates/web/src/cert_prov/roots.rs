//! GetRootCertChains: the first thing that a phone asks for, without credentials and over plain HTTP.
//!
//! The name of the operation is recalled rather than read, so any spelling of it with or without the plural is
//! answered, and any SOAPAction that ends in it is taken.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::operation;
use crate::page;
use crate::refusal::{Refusal, respond};
use crate::soap_answer;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use lync_model::journal::{Outcome, names};
use lync_net::excerpt;
use lync_proto::certprov::{GetRootCertChains, GetRootCertChainsResponse};
use lync_proto::soap::Fault;
use std::sync::Arc;

pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    respond(root_chains(&front_end, &exchange), &front_end, &exchange)
}

fn root_chains(front_end: &FrontEnd, exchange: &Exchange) -> Result<Answer, Refusal> {
    let action = exchange.soap_action().unwrap_or_default();
    if !is_action(action) {
        return Err(Fault::action_not_supported(&excerpt(action)).into());
    }
    let envelope = operation::envelope(exchange)?;
    let request = operation::body(&envelope)?;
    GetRootCertChains::decode(request).map_err(|error| operation::unreadable(&error))?;
    if !exchange.settings.enable_cert_chain_download {
        // EnableCertChainDownload $false is documented to fail the download; how it looks on the wire is not public.
        return Err(Fault::receiver("the certificate chain cannot be downloaded").into());
    }
    tracing::info!(peer = %exchange.peer, "root chain downloaded");
    let response = GetRootCertChainsResponse { chains: vec![front_end.authority().chain_pkcs7()] };
    let note = exchange.note(names::CERTPROV_ROOTS, Outcome::Ok, "root chain downloaded");
    Ok(soap_answer::ok(front_end, exchange, &response.encode_for(request)).noted(note))
}

/// Whether the SOAPAction, in whatever namespace, names the operation.
fn is_action(action: &str) -> bool {
    let name = action.rsplit(['/', ':', '#']).next().unwrap_or_default();
    matches!(name, "GetRootCertChains" | "GetRootCertChain")
}

/// Everything else over plain HTTP: IIS wants TLS (its status 403.4).
pub(crate) async fn tls_required(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    let heading = "403 - Forbidden: SSL is required to view this resource.";
    let page = page::page(heading, "Only GetRootCertChains is answered without TLS.");
    Answer::html(StatusCode::FORBIDDEN, page).into_response(&front_end, &exchange)
}
