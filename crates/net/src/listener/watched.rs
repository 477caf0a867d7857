//! Telling the observer of a request and its answer.

use crate::body::Timed;
use crate::{Connection, Fate, HttpExchange, HttpResponse, MAX_BODY, NoteSlot, Observer};
use axum::body::Body;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Bytes, Frame, SizeHint};
use hyper::{Request, Response};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Instant;

/// The longest answer that is gathered before it is sent, in bytes. Longer ones, and those whose length nobody knows,
/// are sent as they come, and their bodies are not shown.
const MAX_GATHERED: u64 = 1024 * 1024;

/// A request under way; reports it when it is answered, or when it is dropped without an answer.
pub(super) struct Watched {
    observer: Arc<dyn Observer>,
    began: Instant,
    body: Copied,
    slot: NoteSlot,
    /// `None` once reported.
    exchange: Option<HttpExchange>,
}

impl Watched {
    /// Begins to look on: what the handler will read of the body is copied.
    pub(super) fn new(
        observer: &Arc<dyn Observer>,
        connection: &Connection,
        mut request: Request<Timed>,
    ) -> (Self, Request<Body>) {
        let (copied, slot) = (Copied::default(), NoteSlot::default());
        request.extensions_mut().insert(slot.clone());
        let exchange = HttpExchange {
            connection: connection.clone(),
            duration: std::time::Duration::ZERO,
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            request_headers: request.headers().clone(),
            request_body: Bytes::new(),
            request_cut: false,
            response: None,
            note: None,
        };
        let watched = Self {
            observer: Arc::clone(observer),
            began: Instant::now(),
            body: copied.clone(),
            slot,
            exchange: Some(exchange),
        };
        (watched, request.map(|body| Body::new(Tee { body, copied })))
    }

    /// Reports the answer, and gives it back; an error is one of its body.
    pub(super) async fn answered(
        mut self,
        mut response: Response<Body>,
        fate: Option<Fate>,
    ) -> Result<Response<Body>, axum::Error> {
        let note = response.extensions_mut().remove();
        if let Some(exchange) = &mut self.exchange {
            exchange.note = note;
        }
        if matches!(fate, Some(Fate::Reset | Fate::Close)) {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let (body, shown) = gather(body).await?;
        if let Some(exchange) = &mut self.exchange {
            let (status, headers) = (parts.status, parts.headers.clone());
            let (body, cut) = shown.map_or((Bytes::new(), true), |shown| show(&shown, fate));
            exchange.response = Some(HttpResponse { status, headers, body, cut });
        }
        Ok(Response::from_parts(parts, body))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.duration = self.began.elapsed();
            exchange.note = exchange.note.or_else(|| self.slot.take());
            (exchange.request_body, exchange.request_cut) = self.body.take();
            self.observer.exchanged(exchange);
        }
    }
}

/// The body, and its bytes if they are few enough.
async fn gather(body: Body) -> Result<(Body, Option<Bytes>), axum::Error> {
    if body.size_hint().upper().is_none_or(|length| length > MAX_GATHERED) {
        return Ok((body, None));
    }
    let bytes = body.collect().await?.to_bytes();
    Ok((Body::from(bytes.clone()), Some(bytes)))
}

/// What of a body is shown, and whether there is more.
fn show(body: &Bytes, fate: Option<Fate>) -> (Bytes, bool) {
    let sent = if fate == Some(Fate::CloseHalfWay) { body.len() / 2 } else { body.len() };
    let shown = sent.min(MAX_BODY);
    // A copy where it is cut: an observer that keeps the piece must not keep the whole.
    let bytes = body.get(..shown).unwrap_or_default();
    let bytes = if shown == body.len() { body.clone() } else { Bytes::copy_from_slice(bytes) };
    (bytes, shown < body.len())
}

/// The first [`MAX_BODY`] bytes of a request's body; every clone is the same.
#[derive(Clone, Default)]
struct Copied(Arc<Mutex<(Vec<u8>, bool)>>);

impl Copied {
    fn add(&self, bytes: &[u8]) {
        let mut copied = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept, cut) = &mut *copied;
        let room = MAX_BODY - kept.len();
        kept.extend(bytes.iter().take(room));
        *cut |= bytes.len() > room;
    }

    fn take(&self) -> (Bytes, bool) {
        let (kept, cut) = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        (kept.into(), cut)
    }
}

/// A request body that is copied as it is read.
struct Tee {
    body: Timed,
    copied: Copied,
}

impl hyper::body::Body for Tee {
    type Data = Bytes;
    type Error = <Timed as hyper::body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &frame
            && let Some(bytes) = frame.data_ref()
        {
            self.copied.add(bytes);
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_request_body_the_beginning_is_kept() {
        let copied = Copied::default();
        copied.add(&vec![1; MAX_BODY - 1]);
        copied.add(&[2, 3]);
        copied.add(&[4]);
        let (body, cut) = copied.take();
        assert_eq!((body.len(), body.last(), cut), (MAX_BODY, Some(&2), true));
    }

    #[test]
    fn a_body_of_just_the_limit_is_not_cut() {
        let copied = Copied::default();
        copied.add(&vec![1; MAX_BODY]);
        let (body, cut) = copied.take();
        assert_eq!((body.len(), cut), (MAX_BODY, false));
        assert_eq!(show(&body, None), (body.clone(), false));
        assert_eq!(show(&body, Some(Fate::CloseHalfWay)), (body.slice(..MAX_BODY / 2), true));
    }
}
