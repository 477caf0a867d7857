//! The service: POST to [`PATH`], one SOAP 1.1 message each way.

mod members;
mod operations;

use crate::PATH;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes};
use lync_model::ports::UserPinService;
use lync_net::{Connection, excerpt};
use lync_proto::soap::{Fault, Version};
use lync_proto::userpin::PinDecryptionKey;
use members::Members;
use operations::Operations;
use std::sync::Arc;
use tracing::debug;

/// The largest request, in bytes.
const MAX_REQUEST: usize = 256 * 1024;

/// The service over `service`, where the PINs and certificates are kept. PINs travel under `key`.
///
/// It answers only connections on which the listener has verified a client certificate
/// ([`server_mutual`](lync_net::tls::server_mutual)), and only if that is of a member of the pool: one of its DNS names
/// (SAN) is one of `members`, in any case. That members know each other by the pool's FQDN is inferred.
pub fn router(
    service: Arc<dyn UserPinService>,
    key: Arc<PinDecryptionKey>,
    members: impl IntoIterator<Item = impl Into<String>>,
) -> Router {
    let state = ServiceState { members: Members::new(members), operations: Operations { service, key } };
    Router::new().fallback(answer).with_state(state)
}

/// Who is served, and with what.
#[derive(Clone)]
struct ServiceState {
    members: Members,
    operations: Operations,
}

async fn answer(State(state): State<ServiceState>, request: Request) -> Response {
    match state.serve(request).await {
        Ok(message) => soap(StatusCode::OK, message),
        Err(refusal) => {
            debug!(status = refusal.status.as_u16(), fault = ?excerpt(&refusal.fault.string), "request refused");
            refusal.into_response()
        }
    }
}

impl ServiceState {
    async fn serve(&self, request: Request) -> Result<String, Refusal> {
        self.require_member(request.extensions().get())?;
        if !request.uri().path().eq_ignore_ascii_case(PATH) {
            return Err(Refusal::sender(StatusCode::NOT_FOUND, "there is nothing here"));
        }
        if request.method() != Method::POST {
            return Err(Refusal::sender(StatusCode::METHOD_NOT_ALLOWED, "only POST is served"));
        }
        let message = read(request.into_body()).await?;
        self.operations.perform(&message).await
    }

    fn require_member(&self, connection: Option<&Connection>) -> Result<(), Refusal> {
        let forbidden = |text: &str| Err(Refusal::sender(StatusCode::FORBIDDEN, text));
        let tls = connection.and_then(|connection| connection.tls.as_ref());
        match tls.and_then(|tls| tls.client_certificate.as_ref()) {
            None => forbidden("a client certificate is needed"),
            Some(certificate) if !self.members.include(certificate) => {
                forbidden("the client certificate is not of a member of the pool")
            }
            Some(_) => Ok(()),
        }
    }
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    let too_large = || Refusal::sender(StatusCode::PAYLOAD_TOO_LARGE, "the request is larger than 256 KiB");
    // What Content-Length announces need not be waited for.
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > MAX_REQUEST) {
        return Err(too_large());
    }
    match Limited::new(body, MAX_REQUEST).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large()),
        Err(_) => Err(Refusal::sender(StatusCode::BAD_REQUEST, "the request body is incomplete")),
    }
}

/// A fault and the status that it comes with.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    fault: Fault,
}

impl Refusal {
    /// The asker's mistake.
    fn sender(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, fault: Fault::sender(text) }
    }

    /// Our own failure.
    fn receiver(text: impl Into<String>) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, fault: Fault::receiver(text) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = soap(self.status, self.fault.encode(Version::Soap11));
        if self.status == StatusCode::METHOD_NOT_ALLOWED {
            response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        response
    }
}

fn soap(status: StatusCode, message: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/xml; charset=utf-8")], message).into_response()
}
