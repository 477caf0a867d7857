//! One request with its whole body in memory, bounded in size; `lync_net` bounds the time that it may take.

use crate::FrontEnd;
use crate::answer::Answer;
use crate::learned::{Learned, one_line};
use crate::page;
use crate::rule_step::Stop;
use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use http::header::{AUTHORIZATION, USER_AGENT};
use http::request::Parts;
use http::{HeaderName, StatusCode};
use lync_model::WebServiceSettings;
use lync_model::journal::{Note, Outcome, Protocol, names};
use lync_model::rules::Place;
use lync_net::{Connection, Keep, NoteSlot};
use lync_xml::Limits;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

/// The largest body that is read, in bytes. A captured GetAndPublishCert has 5 KiB.
pub(crate) const MAX_BODY: usize = 256 * 1024;

/// What is read of a body that is XML.
pub(crate) fn limits() -> Limits {
    Limits { bytes: MAX_BODY, ..Limits::default() }
}

/// A request as the handlers see it. It has no `Debug`: there are credentials in its headers.
pub(crate) struct Exchange {
    /// Who asks.
    pub(crate) peer: SocketAddr,
    /// Whether it came over TLS.
    pub(crate) secure: bool,
    /// The settings of the moment when it came.
    pub(crate) settings: Arc<WebServiceSettings>,
    /// What is known of it by now.
    pub(crate) learned: Learned,
    /// Its body. Never logged.
    pub(crate) body: Bytes,
    /// Its head. Never logged: Authorization is among the headers.
    head: Parts,
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
        self.head.headers.get(AUTHORIZATION).map(http::HeaderValue::as_bytes)
    }

    /// A header that is plain text.
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// The User-Agent header.
    pub(crate) fn user_agent(&self) -> Option<&str> {
        self.header(&USER_AGENT)
    }

    /// The connection that brought it.
    pub(crate) fn connection(&self) -> Option<&Connection> {
        self.head.extensions.get()
    }

    /// What its connection keeps for the next request.
    pub(crate) fn keep(&self) -> Option<&Keep> {
        self.head.extensions.get()
    }

    /// Where to leave a note before there is an answer.
    pub(crate) fn note_slot(&self) -> Option<&NoteSlot> {
        self.head.extensions.get()
    }

    /// A note on its answer, with all that was learned.
    pub(crate) fn note(&self, event: &'static str, outcome: Outcome, summary: &str) -> Note {
        Note {
            device: self.learned.device.clone(),
            decoded: self.learned.decoded.clone(),
            ..Note::new(self.protocol(), event, outcome, one_line(summary))
        }
    }

    /// The event of a refusal by the service that was asked.
    pub(crate) fn refused_event(&self) -> &'static str {
        match self.protocol() {
            Protocol::CertProv => names::CERTPROV_REFUSED,
            Protocol::WebTicket => names::WEBTICKET_REFUSED,
            _ => names::HTTP,
        }
    }

    fn protocol(&self) -> Protocol {
        match self.head.extensions.get::<Stop>().map(|stop| stop.place) {
            Some(Place::CertProv) => Protocol::CertProv,
            Some(Place::WebTicket) => Protocol::WebTicket,
            _ => Protocol::Http,
        }
    }

    /// The request again, for whoever comes next.
    pub(crate) fn into_request(self) -> Request {
        Request::from_parts(self.head, Body::from(self.body))
    }

    fn begin(head: Parts, settings: Arc<WebServiceSettings>) -> Self {
        let connection = head.extensions.get::<Connection>();
        let mut exchange = Self {
            peer: connection.map_or_else(|| (Ipv4Addr::UNSPECIFIED, 0).into(), |known| known.peer),
            secure: connection.is_some_and(|known| known.tls.is_some()),
            settings,
            learned: Learned::default(),
            body: Bytes::new(),
            head,
        };
        exchange.learned.device.user_agent = exchange.user_agent().map(one_line);
        exchange
    }
}

impl FromRequest<Arc<FrontEnd>> for Exchange {
    type Rejection = Response;

    async fn from_request(request: Request, front_end: &Arc<FrontEnd>) -> Result<Self, Response> {
        let (head, body) = request.into_parts();
        let mut exchange = Self::begin(head, front_end.settings());
        match read(body).await {
            Ok(body) => {
                exchange.body = body;
                Ok(exchange)
            }
            Err(unread) => Err(unread.answer(&exchange).into_response(front_end, &exchange)),
        }
    }
}

/// Why a body was not read.
enum Unread {
    TooLarge,
    Broken,
}

impl Unread {
    fn answer(self, exchange: &Exchange) -> Answer {
        let (status, heading, why) = match self {
            Self::TooLarge => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "413 - Request Entity Too Large",
                "The request is larger than 262144 bytes.",
            ),
            Self::Broken => {
                (StatusCode::BAD_REQUEST, "400 - Bad Request", "The request's body did not arrive whole.")
            }
        };
        tracing::warn!(peer = %exchange.peer, reason = why, "request refused");
        Answer::html(status, page::page(heading, why)).with(http::header::CONNECTION, "close")
    }
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
