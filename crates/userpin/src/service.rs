//! The service: POST to [`PATH`], one SOAP 1.1 message each way.

mod answer;
mod members;
mod operation;
mod operations;
mod rule_step;

use crate::PATH;
use answer::Refusal;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::USER_AGENT;
use axum::http::{Method, StatusCode};
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes};
use lync_model::journal::Note;
use lync_model::ports::UserPinService;
use lync_model::rules::RuleBook;
use lync_net::{Connection, NoteSlot};
use lync_proto::userpin::PinDecryptionKey;
use members::Members;
use operation::Operation;
use operations::Operations;
use std::net::IpAddr;
use std::sync::Arc;

/// The largest request, in bytes.
const MAX_REQUEST: usize = 256 * 1024;

/// The longest User-Agent that a note repeats, in bytes.
const MAX_USER_AGENT: usize = 256;

/// The service over `service`, where the PINs and certificates are kept. PINs travel under `key`.
///
/// It answers only connections on which the listener has verified a client certificate
/// ([`server_mutual`](lync_net::tls::server_mutual)), and only if that is of a member of the pool: one of its DNS names
/// (SAN) is one of `members`, in any case. That members know each other by the pool's FQDN is inferred.
///
/// `rules` may act on the requests of members that can be read. Every response carries a [`Note`] in its extensions.
pub fn router(
    service: Arc<dyn UserPinService>,
    key: Arc<PinDecryptionKey>,
    members: impl IntoIterator<Item = impl Into<String>>,
    rules: Arc<RuleBook>,
) -> Router {
    let state =
        ServiceState { members: Members::new(members), operations: Operations { service, key }, rules };
    Router::new().fallback(answer).with_state(state)
}

/// Who is served, and with what.
#[derive(Clone)]
struct ServiceState {
    members: Members,
    operations: Operations,
    rules: Arc<RuleBook>,
}

/// Where a request comes from.
struct Asker {
    source: Option<IpAddr>,
    user_agent: Option<String>,
    /// Where to leave a note before there is an answer.
    note_slot: Option<NoteSlot>,
}

async fn answer(State(state): State<ServiceState>, request: Request) -> Response {
    let asker = Asker::of(&request);
    let mut response = match state.read(request).await {
        Ok(operation) => rule_step::pass(&state, &asker, operation).await,
        Err(refusal) => refusal.into_response(),
    };
    if let Some(note) = response.extensions_mut().get_mut::<Note>() {
        note.device.user_agent = asker.user_agent;
    }
    response
}

impl ServiceState {
    async fn read(&self, request: Request) -> Result<Operation, Refusal> {
        self.require_member(request.extensions().get())?;
        if !request.uri().path().eq_ignore_ascii_case(PATH) {
            return Err(Refusal::sender(StatusCode::NOT_FOUND, "there is nothing here"));
        }
        if request.method() != Method::POST {
            return Err(Refusal::sender(StatusCode::METHOD_NOT_ALLOWED, "only POST is served"));
        }
        Operation::read(&read(request.into_body()).await?)
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

impl Asker {
    fn of(request: &Request) -> Self {
        let connection = request.extensions().get::<Connection>();
        let user_agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        Self {
            source: connection.map(|connection| connection.peer.ip().to_canonical()),
            user_agent: user_agent.map(|text| text.get(..MAX_USER_AGENT).unwrap_or(text).to_owned()),
            note_slot: request.extensions().get().cloned(),
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
