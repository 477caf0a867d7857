//! Which path is answered by which handler.
//!
//! IIS takes paths in any case, so the path is brought to lower case before axum routes it.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::urls::{CERT_PROV_PATH, WEB_TICKET_PATH};
use crate::{cert_prov, metadata, page, web_ticket};
use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::{StatusCode, Uri};
use std::sync::Arc;
use tower::ServiceExt;

/// Port 80: the anonymous half of CertProv.
pub fn http(front_end: Arc<FrontEnd>) -> Router {
    let path = CERT_PROV_PATH.to_ascii_lowercase();
    let routes = Router::new()
        .route(&path, service(cert_prov::roots::post))
        .route(&format!("{path}/anon"), service(cert_prov::roots::post))
        .route(&format!("{path}/mex"), mex(metadata::get_cert_prov, metadata::post_cert_prov))
        .fallback(cert_prov::roots::tls_required)
        .with_state(front_end);
    any_case(routes)
}

/// Port 443: CertProv and WebTicket.
pub fn https(front_end: Arc<FrontEnd>) -> Router {
    let cert_prov = CERT_PROV_PATH.to_ascii_lowercase();
    let web_ticket = WEB_TICKET_PATH.to_ascii_lowercase();
    let routes = Router::new()
        .route(&cert_prov, service(cert_prov::roots::post))
        .route(&format!("{cert_prov}/anon"), service(cert_prov::roots::post))
        .route(&format!("{cert_prov}/webticket_proof"), service(cert_prov::publish::post_proof))
        .route(&format!("{cert_prov}/webticket_proof_sha1"), service(cert_prov::publish::post_proof))
        .route(&format!("{cert_prov}/webticket_bearer"), service(cert_prov::publish::post_bearer))
        .route(&format!("{cert_prov}/mex"), mex(metadata::get_cert_prov, metadata::post_cert_prov))
        .route(&web_ticket, service(web_ticket::windows::post))
        .route(&format!("{web_ticket}/pin"), service(web_ticket::pin::post))
        .route(&format!("{web_ticket}/anon"), service(web_ticket::anonymous::post))
        .route(&format!("{web_ticket}/cert"), service(web_ticket::certificate::post))
        .route(&format!("{web_ticket}/mex"), mex(metadata::get_web_ticket, metadata::post_web_ticket))
        .fallback(not_found)
        .with_state(front_end);
    any_case(routes)
}

type Shared = Arc<FrontEnd>;

fn service<H, T>(handler: H) -> MethodRouter<Shared>
where
    H: Handler<T, Shared>,
    T: 'static,
{
    post(handler).fallback(method_not_allowed)
}

fn mex<G, P, T, U>(on_get: G, on_post: P) -> MethodRouter<Shared>
where
    G: Handler<T, Shared>,
    P: Handler<U, Shared>,
    T: 'static,
    U: 'static,
{
    get(on_get).post(on_post).fallback(method_not_allowed)
}

fn any_case(routes: Router) -> Router {
    Router::new().fallback_service(routes.map_request(|mut request: Request| {
        if let Some(lowered) = lowered(request.uri()) {
            *request.uri_mut() = lowered;
        }
        request
    }))
}

/// The same address with its path in lower case; `None` when it is so already.
fn lowered(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    if !path.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    parts.path_and_query = format!("{}{query}", path.to_ascii_lowercase()).parse().ok();
    Uri::from_parts(parts).ok()
}

async fn not_found(State(front_end): State<Shared>, exchange: Exchange) -> Response {
    let page =
        page::page("404 - File or directory not found.", "There is no such service at this front end.");
    Answer::html(StatusCode::NOT_FOUND, page).into_response(&front_end, exchange.secure)
}

async fn method_not_allowed(State(front_end): State<Shared>, exchange: Exchange) -> Response {
    let page =
        page::page("405 - HTTP verb used to access this page is not allowed.", "Ask this service by POST.");
    Answer::html(StatusCode::METHOD_NOT_ALLOWED, page)
        .with(http::header::ALLOW, "POST")
        .into_response(&front_end, exchange.secure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_lowered_and_queries_kept() {
        let uri: Uri = "/CertProv/CertProvisioningService.svc/MEX?A=B".parse().unwrap();
        assert_eq!(lowered(&uri).unwrap(), "/certprov/certprovisioningservice.svc/mex?A=B");
        assert_eq!(lowered(&"/certprov".parse().unwrap()), None);
    }
}
