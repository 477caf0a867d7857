//! The API as a router.

use crate::access::Access;
use crate::error::Kind;
use crate::{ApiError, Pool, routes};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tracing::debug;

/// Waits under way at a time. Each holds a connection.
const MAX_WAITS: usize = 256;

/// What all requests share.
pub(crate) struct Api {
    pub(crate) pool: Arc<dyn Pool>,
    pub(crate) access: Access,
    pub(crate) waits: Semaphore,
    /// One large body is parsed at a time.
    pub(crate) large_bodies: Semaphore,
}

/// The API of `pool`, for [`lync_net::serve`].
///
/// Everything but `/health` and `/ready` asks for what `access` says.
pub fn router(pool: Arc<dyn Pool>, access: Access) -> Router {
    let api =
        Arc::new(Api { pool, access, waits: Semaphore::new(MAX_WAITS), large_bodies: Semaphore::new(1) });
    let guarded = routes::guarded()
        .fallback(unknown_path)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&api), guard));
    routes::open()
        .method_not_allowed_fallback(wrong_method)
        .merge(guarded)
        .layer(middleware::from_fn(mark))
        .with_state(api)
}

/// Lets a request in, or not. One line tells of each that came in: its path names users at most, its query may hold
/// what somebody typed and stays out.
async fn guard(State(api): State<Arc<Api>>, request: Request, next: Next) -> Result<Response, ApiError> {
    api.access.check(request.uri(), request.headers())?;
    let (method, path) = (request.method().clone(), lync_net::excerpt(request.uri().path()));
    let response = if method.is_safe() {
        next.run(request).await
    } else {
        // To its end, even if whoever asked is gone: half of a change would be left otherwise.
        let changed = tokio::spawn(next.run(request)).await;
        changed.map_err(|_| ApiError::unavailable("the request came to no end"))?
    };
    debug!(%method, ?path, status = response.status().as_u16(), "admin request");
    Ok(response)
}

/// What is answered is the pool's state at this moment: nobody keeps it, nobody guesses its type.
async fn mark(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn unknown_path() -> Response {
    ApiError::not_found("there is no such path; /v1/openapi.json lists all that there are").into_response()
}

async fn wrong_method() -> Response {
    ApiError::new(Kind::MethodNotAllowed, "the path has other methods; Allow lists them").into_response()
}
