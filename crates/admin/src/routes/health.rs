//! Whether the pool runs: for whoever starts it. Neither asks for a token.

use crate::ApiError;
use crate::api::Api;
use crate::respond::{Raw, TEXT};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/health", get(health)).route("/ready", get(ready))
}

/// Tell that the process serves
///
/// Asks nothing of the pool.
#[utoipa::path(get, path = "/health", tag = "health", security(()),
    responses((status = 200, description = "It does", body = String, content_type = "text/plain", example = "ok")))]
pub(crate) async fn health() -> Raw {
    Raw(TEXT, b"ok".to_vec())
}

/// Tell whether the pool can be used
///
/// It can when all listeners are bound, what the configuration names is armed, and the store answers.
#[utoipa::path(get, path = "/ready", tag = "health", security(()),
    responses(
        (status = 200, description = "It can", body = String, content_type = "text/plain", example = "ready"),
        (status = 503, description = "Not yet, or not at the moment")))]
pub(crate) async fn ready(State(api): State<Arc<Api>>) -> Result<Raw, ApiError> {
    match api.pool.ready().await {
        true => Ok(Raw(TEXT, b"ready".to_vec())),
        false => Err(ApiError::unavailable("the pool is not ready")),
    }
}
