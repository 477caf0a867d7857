//! One request to the service, over a kept or a fresh connection, in time.

use super::connection::{Connection, NoAnswer};
use super::pool::Pool;
use super::{Target, Timeouts};
use http::{Request, Response, header};
use http_body_util::Full;
use hyper::body::Bytes;
use lync_net::tls::TrustStore;
use rustls::ClientConfig;
use std::sync::Arc;
use tokio::time::{Instant, timeout_at};

/// The way to one service.
pub(super) struct Hop {
    pub(super) target: Target,
    pub(super) tls: Arc<ClientConfig>,
    pub(super) trust: TrustStore,
    pub(super) timeouts: Timeouts,
    pub(super) pool: Pool,
}

/// Whether a request may be sent again when it got no answer although it may have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// It reads, or writes the same thing twice.
    Harmless,
    /// It counts: each VerifyPin with a wrong PIN brings the user nearer to a lockout.
    Counts,
}

impl Hop {
    /// Posts `message` and waits for the answer, whatever its status.
    ///
    /// A kept connection may have been closed just now. The message then goes out once more over a fresh one if
    /// nothing of it was sent, or if repeating it is harmless.
    pub(super) async fn post(&self, message: String, repeat: Repeat) -> Result<Response<Bytes>, NoAnswer> {
        let message = Bytes::from(message);
        let deadline = Instant::now() + self.timeouts.request;
        let trust = self.trust.generation();
        let waited =
            timeout_at(deadline, async { (self.pool.place().await, self.pool.take(trust).await) }).await;
        let (place, kept) =
            waited.map_err(|_| NoAnswer::before_sending("too many requests are under way"))?;
        if let Some(mut connection) = kept {
            match self.send(&mut connection, &message, deadline).await {
                Ok(answer) => {
                    self.pool.put(connection, trust, &place);
                    return Ok(answer);
                }
                Err(failed) if failed.maybe_acted && repeat == Repeat::Counts => return Err(failed),
                Err(failed) if Instant::now() >= deadline => return Err(failed),
                Err(_went_stale) => {}
            }
        }
        let mut connection = self.connect(deadline).await?;
        let answer = self.send(&mut connection, &message, deadline).await?;
        self.pool.put(connection, trust, &place);
        Ok(answer)
    }

    async fn connect(&self, deadline: Instant) -> Result<Connection, NoAnswer> {
        let deadline = deadline.min(Instant::now() + self.timeouts.connect);
        let opening = Connection::open(&self.target, Arc::clone(&self.tls));
        timeout_at(deadline, opening).await.map_err(|_| NoAnswer::before_sending("no connection in time"))?
    }

    async fn send(
        &self,
        connection: &mut Connection,
        message: &Bytes,
        deadline: Instant,
    ) -> Result<Response<Bytes>, NoAnswer> {
        let sending = connection.send(self.request(message.clone()));
        timeout_at(deadline, sending).await.map_err(|_| NoAnswer::after_sending("no answer in time"))?
    }

    fn request(&self, message: Bytes) -> Request<Full<Bytes>> {
        Request::post(self.target.url().path())
            .header(header::HOST, self.target.authority())
            .header(header::CONTENT_TYPE, "text/xml; charset=utf-8")
            .body(Full::new(message))
            .expect("a path and a host taken from a parsed URL are valid in a request")
    }
}
