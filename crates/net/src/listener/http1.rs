//! HTTP/1.1 on one connection.

use super::cut::{Cut, Sentence};
use super::watched::Watched;
use super::{Broken, end};
use crate::body::Timed;
use crate::stall::Stall;
use crate::tap::Tapped;
use crate::{Connection, Fate, Keep, Limits, Options, with_cause};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// hyper's smallest buffer.
const MIN_BUFFER: usize = 8192;

/// Serves requests until the peer leaves, a limit is broken, an answer's fate ends it or `shutdown` comes.
pub(super) async fn serve(
    stream: impl Tapped,
    connection: Connection,
    app: Router,
    options: &Options,
    shutdown: &CancellationToken,
) -> Result<(), Broken> {
    let limits = &options.limits;
    let sentence = Sentence::default();
    let keep = Keep::default();
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(Keep::clone(&keep));
        answer(request, &connection, app.clone(), options, &sentence)
    });
    let stream = Cut::new(Stall::new(stream, limits.write_timeout), Sentence::clone(&sentence));
    let builder = builder(limits, options.header_case.is_some());
    let mut serving = builder.serve_connection(TokioIo::new(stream), service);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = shutdown.cancelled() => {
            std::pin::Pin::new(&mut serving).graceful_shutdown();
            timeout(limits.grace, &mut serving).await.map_err(|_| Broken::GraceOver)?
        }
    };
    if let Some(fate) = sentence.get() {
        let stream = serving.into_parts().io.into_inner().into_inner().into_inner();
        return match fate {
            Fate::Reset => {
                stream.reset();
                Err(Broken::FateReset)
            }
            Fate::Close | Fate::CloseHalfWay => {
                end::close(stream, shutdown).await;
                Ok(())
            }
        };
    }
    ended.map_err(|error| Broken::Http(with_cause(&error)))
}

fn builder(limits: &Limits, title_case: bool) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_header_size(limits.max_header_bytes)
        .max_buf_size(limits.max_header_bytes.max(MIN_BUFFER))
        .title_case_headers(title_case);
    builder
}

/// Why a request has no answer.
#[derive(Debug, thiserror::Error)]
enum Unanswered {
    #[error("the answer is not to be sent")]
    Fate,
    #[error("the answer's body failed: {0}")]
    Body(#[from] axum::Error),
}

async fn answer(
    request: Request<Incoming>,
    connection: &Connection,
    app: Router,
    options: &Options,
    sentence: &Sentence,
) -> Result<Response<Body>, Unanswered> {
    let request = request.map(|body| Timed::new(body, options.limits.body_timeout));
    let (watched, mut request) = match &options.observer {
        None => (None, request.map(Body::new)),
        Some(observer) => {
            let (watched, request) = Watched::new(observer, connection, request);
            (Some(watched), request)
        }
    };
    request.extensions_mut().insert(connection.clone());
    let Ok(mut response) = app.oneshot(request).await;
    let fate = response.extensions_mut().remove::<Fate>();
    if let Some(watched) = watched {
        response = watched.answered(response, fate).await?;
    }
    if let Some(fate) = fate {
        // It is the connection's first: no request is read after it.
        let _ = sentence.set(fate);
        if fate != Fate::CloseHalfWay {
            return Err(Unanswered::Fate);
        }
    }
    if let Some(header_case) = &options.header_case {
        header_case.apply(&mut response);
    }
    Ok(response)
}
