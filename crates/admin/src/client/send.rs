//! One request of the client, and its answer.

use super::{Address, ClientError};
use crate::error::PROBLEM_JSON;
use crate::respond::JSON;
use crate::scope::HEADER;
use crate::{Problem, Scope, SecretToken};
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use lync_net::{excerpt, with_cause};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The largest answer that is read, in bytes. A full journal with all that went over the wire is the largest.
const MAX_ANSWER: usize = 1024 * 1024 * 1024;

/// What is asked.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) body: Body,
    pub(super) token: Option<&'a SecretToken>,
    pub(super) scope: &'a Scope,
}

/// A request's body.
pub(super) enum Body {
    Nothing,
    Content(&'static str, Vec<u8>),
}

/// A good answer.
pub(super) struct Answer {
    status: StatusCode,
    body: Bytes,
}

impl Body {
    pub(super) fn json(value: &impl Serialize) -> Result<Self, ClientError> {
        Ok(Self::Content(JSON, serde_json::to_vec(value).map_err(ClientError::Unwritable)?))
    }
}

impl Answer {
    pub(super) fn json<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        let status = self.status.as_u16();
        serde_json::from_slice(&self.body)
            .map_err(|error| ClientError::Undecodable { status, reason: excerpt(&error.to_string()) })
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.body.into()
    }
}

/// Asks, and waits for the whole answer.
pub(super) async fn send(
    address: &Address,
    call: Call<'_>,
    patience: Duration,
) -> Result<Answer, ClientError> {
    let silent = |_| ClientError::Silent { authority: address.authority(), seconds: patience.as_secs() };
    timeout(patience, exchange(address, call)).await.map_err(silent)?
}

async fn exchange(address: &Address, call: Call<'_>) -> Result<Answer, ClientError> {
    let broken = |reason: String| ClientError::Broken { authority: address.authority(), reason };
    let request = request(address, call).map_err(|error| broken(error.to_string()))?;
    let unreached = |error| ClientError::Connect { authority: address.authority(), error };
    let socket = TcpStream::connect(address.target()).await.map_err(unreached)?;
    let connection = http1::handshake(TokioIo::new(socket)).await;
    let (mut sender, connection) = connection.map_err(|error| broken(with_cause(&error)))?;
    // Ends with the sender; what goes wrong in it is told to the request that waits.
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| broken(with_cause(&error)))?;
    read(response, broken).await
}

fn request(address: &Address, call: Call<'_>) -> Result<Request<Full<Bytes>>, http::Error> {
    let mut request =
        Request::builder().method(call.method).uri(call.path).header(header::HOST, address.authority());
    if let Some(token) = call.token {
        let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    if let Some(namespace) = &call.scope.namespace {
        request = request.header(HEADER, namespace);
    }
    match call.body {
        Body::Nothing => request.body(Full::default()),
        Body::Content(content_type, body) => {
            request.header(header::CONTENT_TYPE, content_type).body(Full::new(body.into()))
        }
    }
}

async fn read(
    response: Response<Incoming>,
    broken: impl Fn(String) -> ClientError,
) -> Result<Answer, ClientError> {
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, MAX_ANSWER).collect().await;
    let body = body.map_err(|error| broken(error.to_string()))?.to_bytes();
    if parts.status.is_success() {
        return Ok(Answer { status: parts.status, body });
    }
    let is_problem = parts.headers.get(header::CONTENT_TYPE).is_some_and(|value| value == PROBLEM_JSON);
    match serde_json::from_slice::<Problem>(&body) {
        Ok(problem) if is_problem => Err(ClientError::Refused(Box::new(problem))),
        _ => {
            let reason = format!("{:?}", excerpt(&String::from_utf8_lossy(&body)));
            Err(ClientError::Undecodable { status: parts.status.as_u16(), reason })
        }
    }
}
