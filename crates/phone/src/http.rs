//! HTTP/1.1 as the phone needs it: connections that are kept open from step to step, and bounded answers.

mod connect;
mod head;
mod recorder;

pub use head::ResponseHead;

use crate::resolve::Resolver;
use crate::{FailureKind, ServiceUrl};
use connect::Stream;
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderName, HeaderValue, Method, Request};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use recorder::{MAX_HEAD, Recorder, Recording};
use rustls::ClientConfig;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The longest body that is read, in bytes.
pub(crate) const MAX_BODY: usize = 1024 * 1024;

/// The most connections that are kept open: CertProv over HTTP and HTTPS, WebTicket if it is elsewhere.
const MAX_OPEN: usize = 4;

/// How long things may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// A TCP connection, and a name's look-up: 5 seconds unless set.
    pub connect: Duration,
    /// A TLS handshake, and a request until its answer is complete: 30 seconds each unless set.
    pub request: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), request: Duration::from_secs(30) }
    }
}

/// A request, before it is written. Has no `Debug`, as it holds tickets.
pub(crate) struct Outgoing {
    method: Method,
    url: ServiceUrl,
    soap_action: Option<&'static str>,
    authorization: Option<HeaderValue>,
    /// Whether it makes sense on the connection of the request before it alone.
    continues: bool,
    body: Bytes,
}

impl Outgoing {
    pub(crate) fn get(url: ServiceUrl) -> Self {
        Self {
            method: Method::GET,
            url,
            soap_action: None,
            authorization: None,
            continues: false,
            body: Bytes::new(),
        }
    }

    /// A SOAP 1.1 call.
    pub(crate) fn call(url: ServiceUrl, action: &'static str, envelope: String) -> Self {
        let body = Bytes::from(envelope);
        Self {
            method: Method::POST,
            url,
            soap_action: Some(action),
            authorization: None,
            continues: false,
            body,
        }
    }

    /// The same with credentials, which neither a log nor `Debug` shows.
    pub(crate) fn authorized(mut self, mut credentials: HeaderValue) -> Self {
        credentials.set_sensitive(true);
        self.authorization = Some(credentials);
        self
    }

    /// The same for the connection alone on which the request before went out: NTLM authenticates a connection.
    pub(crate) fn continuing(mut self) -> Self {
        self.continues = true;
        self
    }

    fn to_request(&self, user_agent: Option<&str>) -> Result<Request<Full<Bytes>>, FailureKind> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(self.url.path())
            .header(HOST, self.url.authority())
            .header(ACCEPT_ENCODING, "identity");
        if let Some(user_agent) = user_agent {
            request = request.header(USER_AGENT, user_agent);
        }
        if let Some(action) = self.soap_action {
            request = request
                .header(HeaderName::from_static("soapaction"), format!("\"{action}\""))
                .header(CONTENT_TYPE, "text/xml; charset=utf-8");
        }
        if let Some(credentials) = &self.authorization {
            request = request.header(AUTHORIZATION, credentials.clone());
        }
        request.body(Full::new(self.body.clone())).map_err(|error| FailureKind::Local(error.to_string()))
    }
}

/// An answer that arrived in full. Has no `Debug`, as it holds tickets.
pub(crate) struct Answer {
    pub(crate) head: ResponseHead,
    pub(crate) body: Bytes,
}

/// The phone's HTTP client. Dropping it closes its connections.
pub(crate) struct Client {
    pub(crate) resolver: Resolver,
    timeouts: Timeouts,
    user_agent: Option<String>,
    tls: Option<Arc<ClientConfig>>,
    open: Vec<Open>,
    tasks: JoinSet<()>,
}

/// A connection that can take a request.
struct Open {
    secure: bool,
    host: String,
    port: u16,
    sender: SendRequest<Full<Bytes>>,
    recording: Recording,
}

/// Why an exchange came to nothing.
enum Lost {
    /// The connection had ended before the request was written.
    Unsent,
    /// It ended before the first byte of an answer.
    Unanswered(FailureKind),
    Failed(FailureKind),
}

impl Client {
    pub(crate) fn new(resolver: Resolver, timeouts: Timeouts, user_agent: Option<String>) -> Self {
        Self { resolver, timeouts, user_agent, tls: None, open: Vec::new(), tasks: JoinSet::new() }
    }

    /// Whom HTTPS trusts from now on; before, it trusts nobody.
    pub(crate) fn trust(&mut self, config: Arc<ClientConfig>) {
        self.tls = Some(config);
        self.open.retain(|open| !open.secure);
    }

    /// Sends a request and reads the whole answer, whatever its status. Follows no redirect.
    pub(crate) async fn send(&mut self, outgoing: &Outgoing) -> Result<Answer, FailureKind> {
        tracing::debug!(method = %outgoing.method, url = %outgoing.url, "request");
        let kept = self.open.iter().position(|open| open.fits(&outgoing.url));
        if let Some(index) = kept {
            let open = self.open.swap_remove(index);
            match self.exchange(open, outgoing).await {
                // A server may end a kept connection at any time, also while the request is on its way. It is then sent
                // once more on a new one, as .NET is believed to do (inferred): a PIN may so be counted twice.
                Err(Lost::Unsent | Lost::Unanswered(_)) if !outgoing.continues => {
                    tracing::debug!("the kept connection had ended");
                }
                Err(Lost::Failed(kind) | Lost::Unanswered(kind)) => return Err(kind),
                Err(Lost::Unsent) => {}
                Ok(answer) => return Ok(answer),
            }
        }
        if outgoing.continues {
            return Err(interrupted(
                &outgoing.url,
                "the connection has to last as long as the rounds of NTLM",
            ));
        }
        let open = self.connect(&outgoing.url).await?;
        self.exchange(open, outgoing).await.map_err(|lost| match lost {
            Lost::Failed(kind) | Lost::Unanswered(kind) => kind,
            Lost::Unsent => interrupted(&outgoing.url, "it ended before the request was sent"),
        })
    }

    /// One request on one connection, which is kept afterwards if it can take another.
    async fn exchange(&mut self, mut open: Open, outgoing: &Outgoing) -> Result<Answer, Lost> {
        if open.sender.ready().await.is_err() {
            return Err(Lost::Unsent);
        }
        let request = outgoing.to_request(self.user_agent.as_deref()).map_err(Lost::Failed)?;
        open.recording.restart();
        let whole = read(&mut open.sender, request, &outgoing.url);
        let body = match tokio::time::timeout(self.timeouts.request, whole).await {
            Ok(Ok(body)) => body,
            Ok(Err(Lost::Failed(kind @ FailureKind::Interrupted { .. })))
                if open.recording.with(<[u8]>::is_empty) =>
            {
                return Err(Lost::Unanswered(kind));
            }
            Ok(Err(lost)) => return Err(lost),
            Err(_) => return Err(Lost::Failed(no_answer(&outgoing.url, self.timeouts.request))),
        };
        // hyper has read this head, so it is there in full.
        let head = open.recording.with(ResponseHead::parse);
        let head = head.ok_or_else(|| Lost::Failed(not_http(&outgoing.url, "the head is too long")))?;
        tracing::debug!(status = head.status, bytes = body.len(), "response");
        if self.open.len() < MAX_OPEN {
            self.open.push(open);
        }
        Ok(Answer { head, body })
    }

    async fn connect(&mut self, url: &ServiceUrl) -> Result<Open, FailureKind> {
        let tls = self.tls.as_ref().filter(|_| url.is_secure());
        if url.is_secure() && tls.is_none() {
            return Err(FailureKind::Local("HTTPS before there is anything to trust".to_owned()));
        }
        let stream: Box<dyn Stream> = connect::connect(url, &self.resolver, tls, self.timeouts).await?;
        let (recorder, recording) = Recorder::new(stream);
        let (sender, connection) = Builder::new()
            .title_case_headers(true)
            .max_headers(head::MAX_HEADERS)
            .max_buf_size(MAX_HEAD)
            .handshake(TokioIo::new(recorder))
            .await
            .map_err(|error| interrupted(url, &error.to_string()))?;
        self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
        });
        let (secure, host, port) = (url.is_secure(), url.host().to_owned(), url.port());
        Ok(Open { secure, host, port, sender, recording })
    }
}

impl Open {
    fn fits(&self, url: &ServiceUrl) -> bool {
        self.secure == url.is_secure()
            && self.port == url.port()
            && self.host.eq_ignore_ascii_case(url.host())
    }
}

async fn read(
    sender: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
    url: &ServiceUrl,
) -> Result<Bytes, Lost> {
    let response =
        sender.try_send_request(request).await.map_err(|mut error| match error.take_message() {
            Some(_) => Lost::Unsent,
            None => Lost::Failed(failure_of(url, error.error())),
        })?;
    let body: Limited<Incoming> = Limited::new(response.into_body(), MAX_BODY);
    let body = body.collect().await.map_err(|error| {
        Lost::Failed(match error.downcast_ref::<hyper::Error>() {
            Some(error) => failure_of(url, error),
            None if error.is::<LengthLimitError>() => {
                FailureKind::TooLong { host: url.host().to_owned(), limit: MAX_BODY }
            }
            None => interrupted(url, &error.to_string()),
        })
    })?;
    Ok(body.to_bytes())
}

/// What hyper's error means. A TLS alert that comes late, for instance, is inside an I/O error inside it.
fn failure_of(url: &ServiceUrl, error: &hyper::Error) -> FailureKind {
    if let Some(problem) = connect::tls_failure_in(error) {
        return FailureKind::Tls { host: url.host().to_owned(), problem };
    }
    let reason = std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_parse() { not_http(url, &reason) } else { interrupted(url, &reason) }
}

fn interrupted(url: &ServiceUrl, reason: &str) -> FailureKind {
    FailureKind::Interrupted { host: url.host().to_owned(), reason: reason.to_owned() }
}

fn not_http(url: &ServiceUrl, reason: &str) -> FailureKind {
    FailureKind::NotHttp { host: url.host().to_owned(), reason: reason.to_owned() }
}

fn no_answer(url: &ServiceUrl, after: Duration) -> FailureKind {
    FailureKind::NoAnswer { host: url.host().to_owned(), after }
}
