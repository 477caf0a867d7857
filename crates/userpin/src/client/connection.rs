//! One connection to the service.

use super::Target;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use lync_net::with_cause;
use rustls::ClientConfig;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

/// The largest answer that is read, in bytes. A user has a handful of certificates of some 2 KiB each.
pub(super) const MAX_ANSWER: usize = 1024 * 1024;

/// An HTTP/1.1 connection over mutual TLS; closes when dropped.
pub(super) struct Connection {
    sender: SendRequest<Full<Bytes>>,
}

/// No answer came.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub(super) struct NoAnswer {
    /// Whether the service may have acted on the request all the same.
    pub(super) maybe_acted: bool,
    /// For the log.
    pub(super) cause: String,
}

impl NoAnswer {
    pub(super) fn before_sending(cause: impl Into<String>) -> Self {
        Self { maybe_acted: false, cause: cause.into() }
    }

    pub(super) fn after_sending(cause: impl Into<String>) -> Self {
        Self { maybe_acted: true, cause: cause.into() }
    }
}

impl Connection {
    /// Connects and shakes hands. With TLS 1.3 a server that refuses *our* certificate says so only later, in
    /// place of the first answer.
    pub(super) async fn open(target: &Target, tls: Arc<ClientConfig>) -> Result<Self, NoAnswer> {
        let no_socket = |error| NoAnswer::before_sending(format!("cannot connect: {error}"));
        let socket = target.place().connect().await.map_err(no_socket)?;
        // A request is one small write; waiting for more to send with it would only delay it.
        socket.set_nodelay(true).map_err(no_socket)?;
        let stream = TlsConnector::from(tls).connect(target.server_name(), socket).await;
        let stream =
            stream.map_err(|error| NoAnswer::before_sending(format!("TLS handshake failed: {error}")))?;
        let connection = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) =
            connection.map_err(|error| NoAnswer::before_sending(with_cause(&error)))?;
        // Ends with the sender; what goes wrong in it is told to the request that waits.
        tokio::spawn(connection);
        Ok(Self { sender })
    }

    /// Whether another request can go out: the last answer is read and the server has not closed.
    pub(super) async fn is_usable(&mut self) -> bool {
        // A turn for the connection's own task, so that a close which has already arrived is seen.
        tokio::task::yield_now().await;
        self.sender.ready().await.is_ok()
    }

    /// Sends a request and reads its whole answer.
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, NoAnswer> {
        let answer = match self.sender.try_send_request(request).await {
            Ok(answer) => answer,
            Err(mut failed) => {
                // hyper gives the request back if it wrote nothing of it.
                let maybe_acted = failed.take_message().is_none();
                return Err(NoAnswer { maybe_acted, cause: with_cause(&failed.into_error()) });
            }
        };
        let (head, body) = answer.into_parts();
        match Limited::new(body, MAX_ANSWER).collect().await {
            Ok(body) => Ok(Response::from_parts(head, body.to_bytes())),
            Err(error) => Err(NoAnswer::after_sending(format!("the answer broke off: {error}"))),
        }
    }
}
