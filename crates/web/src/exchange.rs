//! One request with its whole body in memory, bounded in size; `lync_net` bounds the time that it may take.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::page;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, StatusCode};
use lync_net::Connection;
use lync_xml::Limits;
use std::net::SocketAddr;
use std::sync::Arc;

/// The largest body that is read, in bytes. A captured GetAndPublishCert has 5 KiB.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// What is read of a body that is XML.
pub(crate) fn limits() -> Limits {
    Limits { bytes: MAX_BODY, ..Limits::default() }
}

/// A request as the handlers see it. It has no `Debug`: there is a PIN in its headers.
pub(crate) struct Exchange {
    /// Who asks.
    pub(crate) peer: SocketAddr,
    /// Whether it came over TLS.
    pub(crate) secure: bool,
    /// Its headers. Never logged: Authorization is among them.
    headers: HeaderMap,
    /// Its body. Never logged.
    pub(crate) body: Bytes,
}

impl Exchange {
    /// The SOAPAction header without its quotes; `None` when it is absent or empty.
    pub(crate) fn soap_action(&self) -> Option<&str> {
        let value = self.header(&HeaderName::from_static("soapaction"))?;
        let action = value.trim().trim_matches('"').trim();
        (!action.is_empty()).then_some(action)
    }

    /// The raw Authorization header.
    pub(crate) fn authorization(&self) -> Option<&[u8]> {
        self.headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes)
    }

    /// A header that is plain text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

impl FromRequest<Arc<FrontEnd>> for Exchange {
    type Rejection = Response;

    async fn from_request(request: Request, front_end: &Arc<FrontEnd>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let connection = parts.extensions.get::<Connection>();
        let peer = connection.map_or_else(|| (std::net::Ipv4Addr::UNSPECIFIED, 0).into(), |known| known.peer);
        let secure = connection.is_some_and(|known| known.tls.is_some());
        let refuse = |status: StatusCode, heading: &str, why: &str| {
            tracing::warn!(%peer, reason = why, "request refused");
            let page = page::page(heading, why);
            Answer::html(status, page)
                .with(http::header::CONNECTION, "close")
                .into_response(front_end, secure)
        };
        match read(body).await {
            Ok(body) => Ok(Self { peer, secure, headers: parts.headers, body }),
            Err(Unread::TooLarge) => Err(refuse(
                StatusCode::PAYLOAD_TOO_LARGE,
                "413 - Request Entity Too Large",
                "The request is larger than 262144 bytes.",
            )),
            Err(Unread::Broken) => Err(refuse(
                StatusCode::BAD_REQUEST,
                "400 - Bad Request",
                "The request's body did not arrive whole.",
            )),
        }
    }
}

/// Why a body was not read.
enum Unread {
    TooLarge,
    Broken,
}

async fn read(body: Body) -> Result<Bytes, Unread> {
    // Before the first byte is asked for: a client that waits for `100 Continue` is told at once.
    if usize::try_from(body.size_hint().lower()).is_ok_and(|announced| announced > MAX_BODY) {
        return Err(Unread::TooLarge);
    }
    to_bytes(body, MAX_BODY)
        .await
        .map_err(|error| if too_large(&error) { Unread::TooLarge } else { Unread::Broken })
}

fn too_large(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
