//! Which path is answered by which handler.
//!
//! IIS takes paths in any case, so the path is brought to lower case before axum routes it.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::rule_step::{self, Step};
use crate::urls::{CERT_PROV_PATH, WEB_TICKET_PATH};
use crate::{cert_prov, metadata, page, web_ticket};
use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use http::{StatusCode, Uri};
use lync_model::rules::Place;
use lync_proto::mex::{CertProvPort, MEX_PATH, WebTicketPort};
use std::sync::Arc;
use tower::ServiceExt;

/// Port 80: the anonymous half of CertProv.
pub fn http(front_end: Arc<FrontEnd>) -> Router {
    let at = |place, operation, route| at(&front_end, place, operation, route);
    let routes = Router::new()
        .route(&path(CERT_PROV_PATH, ""), at(Place::CertProv, ROOTS, service(cert_prov::roots::post)))
        .route(
            &path(CERT_PROV_PATH, CertProvPort::Anon.path()),
            at(Place::CertProv, ROOTS, service(cert_prov::roots::post)),
        )
        .route(&path(CERT_PROV_PATH, MEX_PATH), at(Place::CertProv, MEX, cert_prov_mex()))
        .fallback(cert_prov::roots::tls_required);
    at_port(front_end, "http", routes)
}

/// Port 443: CertProv and WebTicket, with every port that their metadata name.
pub fn https(front_end: Arc<FrontEnd>) -> Router {
    let at = |place, operation, route| at(&front_end, place, operation, route);
    let mut routes = Router::new()
        .route(&path(CERT_PROV_PATH, ""), at(Place::CertProv, ROOTS, service(cert_prov::roots::post)))
        .route(&path(CERT_PROV_PATH, MEX_PATH), at(Place::CertProv, MEX, cert_prov_mex()))
        .route(&path(WEB_TICKET_PATH, MEX_PATH), at(Place::WebTicket, MEX, web_ticket_mex()));
    for port in CertProvPort::ALL {
        let (operation, route) = cert_prov_port(port);
        routes = routes.route(&path(CERT_PROV_PATH, port.path()), at(Place::CertProv, operation, route));
    }
    for port in WebTicketPort::ALL {
        let (operation, route) = web_ticket_port(port);
        routes = routes.route(&path(WEB_TICKET_PATH, port.path()), at(Place::WebTicket, operation, route));
    }
    at_port(front_end, "https", routes.fallback(not_found))
}

/// Operations of [`Place`] that more than one route serves.
const ROOTS: &str = "get-root-cert-chains";
const MEX: &str = "mex";

fn cert_prov_port(port: CertProvPort) -> (&'static str, MethodRouter<Shared>) {
    match port {
        CertProvPort::Proof | CertProvPort::ProofSha1 => {
            ("get-and-publish-cert", service(cert_prov::publish::post_proof))
        }
        CertProvPort::Bearer => ("get-and-publish-cert", service(cert_prov::publish::post_bearer)),
        CertProvPort::Anon => (ROOTS, service(cert_prov::roots::post)),
    }
}

fn web_ticket_port(port: WebTicketPort) -> (&'static str, MethodRouter<Shared>) {
    match port {
        WebTicketPort::WinNegotiate => ("win-negotiate", service(web_ticket::windows::post)),
        WebTicketPort::Pin => ("pin", service(web_ticket::pin::post)),
        WebTicketPort::Anon => ("anon", service(web_ticket::anonymous::post)),
        WebTicketPort::Cert => ("cert", service(web_ticket::certificate::post)),
    }
}

fn cert_prov_mex() -> MethodRouter<Shared> {
    mex(metadata::get_cert_prov, metadata::post_cert_prov)
}

fn web_ticket_mex() -> MethodRouter<Shared> {
    mex(metadata::get_web_ticket, metadata::post_web_ticket)
}

/// A route with the rules of its operation before it.
fn at(
    front_end: &Shared,
    place: Place,
    operation: &'static str,
    route: MethodRouter<Shared>,
) -> MethodRouter<Shared> {
    route.layer(from_fn_with_state(Step::new(Arc::clone(front_end), place, operation), rule_step::pass))
}

/// A whole listener, in any case and with the rules for any HTTP request before it, unknown paths included.
fn at_port(front_end: Shared, listener: &'static str, routes: Router<Shared>) -> Router {
    let routes = any_case(routes.with_state(Arc::clone(&front_end)));
    routes.layer(from_fn_with_state(Step::new(front_end, Place::Http, listener), rule_step::pass))
}

/// The path of a service's port, as [`any_case`] leaves it.
fn path(service: &str, port: &str) -> String {
    format!("{service}{port}").to_ascii_lowercase()
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
    get(on_get).post(on_post).fallback(method_not_allowed_at_mex)
}

fn any_case(routes: Router) -> Router {
    Router::new().fallback_service(routes.map_request(|mut request: Request| {
        if let Some(lowered) = lowered(request.uri()) {
            *request.uri_mut() = lowered;
        }
        request
    }))
}

/// The same address with its path as IIS compares it: percent-encoded letters, digits, `-`, `.`, `_` and `~` decoded,
/// in lower case, without a slash at its end; `None` when it is so already.
fn lowered(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let mut plain = percent_decoded(path).to_ascii_lowercase();
    if plain.len() > 1 && plain.ends_with('/') {
        plain.pop();
    }
    if plain == path {
        return None;
    }
    let mut parts = uri.clone().into_parts();
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    parts.path_and_query = format!("{plain}{query}").parse().ok();
    Uri::from_parts(parts).ok()
}

/// RFC 3986 6.2.2.2: what need not have been encoded, decoded. Everything else stays, so that no slash appears.
fn percent_decoded(path: &str) -> String {
    let mut pieces = path.split('%');
    let mut plain = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()).map(char::from);
        match code.filter(|c| c.is_ascii_alphanumeric() || "-._~".contains(*c)) {
            Some(decoded) => {
                plain.push(decoded);
                plain.push_str(piece.get(2..).unwrap_or_default());
            }
            None => {
                plain.push('%');
                plain.push_str(piece);
            }
        }
    }
    plain
}

async fn not_found(State(front_end): State<Shared>, exchange: Exchange) -> Response {
    let page =
        page::page("404 - File or directory not found.", "There is no such service at this front end.");
    Answer::html(StatusCode::NOT_FOUND, page).into_response(&front_end, &exchange)
}

async fn method_not_allowed(State(front_end): State<Shared>, exchange: Exchange) -> Response {
    not_allowed(&front_end, &exchange, "POST")
}

async fn method_not_allowed_at_mex(State(front_end): State<Shared>, exchange: Exchange) -> Response {
    not_allowed(&front_end, &exchange, "GET, HEAD, POST")
}

fn not_allowed(front_end: &FrontEnd, exchange: &Exchange, allowed: &'static str) -> Response {
    let heading = "405 - HTTP verb used to access this page is not allowed.";
    let page = page::page(heading, &format!("This service is asked by {allowed}."));
    Answer::html(StatusCode::METHOD_NOT_ALLOWED, page)
        .with(http::header::ALLOW, allowed)
        .into_response(front_end, exchange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_lowered_and_queries_kept() {
        let uri: Uri = "/CertProv/CertProvisioningService.svc/MEX?A=B".parse().unwrap();
        assert_eq!(lowered(&uri).unwrap(), "/certprov/certprovisioningservice.svc/mex?A=B");
        assert_eq!(lowered(&"/certprov".parse().unwrap()), None);
        let uri: Uri = "/Cert%50rov/CertProvisioningService%2Esvc/mex/".parse().unwrap();
        assert_eq!(lowered(&uri).unwrap(), "/certprov/certprovisioningservice.svc/mex");
        assert_eq!(percent_decoded("/a%2Fb%zz%"), "/a%2Fb%zz%");
    }
}
