//! PINs: what the cmdlets with `CsClientPin` in their name do.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{PinInfo, PinUpdate};
use crate::extract::{Call, Json, Segment};
use crate::respond::Done;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/users/{user}/pin", get(show_pin).put(set_pin).delete(clear_pin))
        .route("/v1/users/{user}/pin/lock", post(lock_pin))
        .route("/v1/users/{user}/pin/unlock", post(unlock_pin))
}

/// Show what Get-CsClientPinInfo tells
#[utoipa::path(get, path = "/v1/users/{user}/pin", tag = "pins",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 200, description = "The state of the PIN", body = PinInfo),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn show_pin(
    Call { pool, scope }: Call,
    Segment(user): Segment,
) -> Result<Json<PinInfo>, ApiError> {
    Ok(Json(pool.pin_info(&scope, &user).await?))
}

/// Set a PIN, as Set-CsClientPin does
#[utoipa::path(put, path = "/v1/users/{user}/pin", tag = "pins",
    params(crate::openapi::UserPath, crate::openapi::Namespaced), request_body = PinUpdate,
    responses(
        (status = 204, description = "The PIN was set"),
        (status = 404, description = "There is no such user"),
        (status = 409, description = "The PIN is locked"),
        (status = 422, description = "The PIN policy refuses it")))]
pub(crate) async fn set_pin(
    Call { pool, scope }: Call,
    Segment(user): Segment,
    Json(update): Json<PinUpdate>,
) -> Result<Done, ApiError> {
    pool.set_pin(&scope, &user, update).await?;
    Ok(Done)
}

/// Take a PIN away, as if none had been set
#[utoipa::path(delete, path = "/v1/users/{user}/pin", tag = "pins",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "There is none any more"),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn clear_pin(Call { pool, scope }: Call, Segment(user): Segment) -> Result<Done, ApiError> {
    pool.clear_pin(&scope, &user).await?;
    Ok(Done)
}

/// Lock a PIN, as Lock-CsClientPin does
#[utoipa::path(post, path = "/v1/users/{user}/pin/lock", tag = "pins",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "It is locked"),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn lock_pin(Call { pool, scope }: Call, Segment(user): Segment) -> Result<Done, ApiError> {
    pool.lock_pin(&scope, &user).await?;
    Ok(Done)
}

/// Unlock a PIN, whatever locked it, as Unlock-CsClientPin does
#[utoipa::path(post, path = "/v1/users/{user}/pin/unlock", tag = "pins",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "It is unlocked"),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn unlock_pin(Call { pool, scope }: Call, Segment(user): Segment) -> Result<Done, ApiError> {
    pool.unlock_pin(&scope, &user).await?;
    Ok(Done)
}
