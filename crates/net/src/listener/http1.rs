//! HTTP/1.1 on one connection.

use super::Broken;
use crate::body::Timed;
use crate::stall::Stall;
use crate::{Connection, Limits, Options, with_cause};
use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::pin::pin;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// hyper's smallest buffer.
const MIN_BUFFER: usize = 8192;

/// Serves requests until the peer leaves, a limit is broken or `shutdown` comes.
pub(super) async fn serve<S>(
    stream: S,
    connection: Connection,
    app: Router,
    options: &Options,
    shutdown: &CancellationToken,
) -> Result<(), Broken>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = &options.limits;
    let service = service_fn(|request| answer(request, &connection, app.clone(), options));
    let stream = TokioIo::new(Stall::new(stream, limits.write_timeout));
    let mut serving = pin!(builder(limits, options.header_case.is_some()).serve_connection(stream, service));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        () = shutdown.cancelled() => {
            serving.as_mut().graceful_shutdown();
            timeout(limits.grace, serving).await.map_err(|_| Broken::GraceOver)?
        }
    };
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

async fn answer(
    request: Request<Incoming>,
    connection: &Connection,
    app: Router,
    options: &Options,
) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(|body| Body::new(Timed::new(body, options.limits.body_timeout)));
    request.extensions_mut().insert(connection.clone());
    let mut response = app.oneshot(request).await?;
    if let Some(header_case) = &options.header_case {
        header_case.apply(&mut response);
    }
    Ok(response)
}
