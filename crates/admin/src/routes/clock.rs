//! The pool's clock.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{ClockChange, Now};
use crate::extract::{Call, Json};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/clock", get(show_clock).post(change_clock))
}

/// Show what the pool's clock shows
#[utoipa::path(get, path = "/v1/clock", tag = "clock",
    responses((status = 200, description = "The present moment", body = Now)))]
pub(crate) async fn show_clock(Call { pool, .. }: Call) -> Result<Json<Now>, ApiError> {
    Ok(Json(Now { now: pool.clock().await? }))
}

/// Move the pool's clock
#[utoipa::path(post, path = "/v1/clock", tag = "clock", request_body = ClockChange,
    responses(
        (status = 200, description = "What it shows then", body = Now),
        (status = 422, description = "That is before 1970 or after 9969, or no time at all")))]
pub(crate) async fn change_clock(
    Call { pool, .. }: Call,
    Json(change): Json<ClockChange>,
) -> Result<Json<Now>, ApiError> {
    Ok(Json(Now { now: pool.change_clock(change).await? }))
}
