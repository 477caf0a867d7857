//! Settings, as the cmdlets with Configuration and Policy in their name have them.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{PinPolicy, RegistrarChange, RegistrarSettings, WebChange, WebSettings};
use crate::extract::{Call, Json};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/policies/pin", get(show_pin_policy).put(set_pin_policy))
        .route("/v1/settings/web", get(show_web_settings).patch(change_web_settings))
        .route("/v1/settings/registrar", get(show_registrar_settings).patch(change_registrar_settings))
}

/// Show the Global PIN policy
#[utoipa::path(get, path = "/v1/policies/pin", tag = "settings",
    responses((status = 200, description = "The policy", body = PinPolicy)))]
pub(crate) async fn show_pin_policy(Call { pool, .. }: Call) -> Result<Json<PinPolicy>, ApiError> {
    Ok(Json(pool.pin_policy().await?))
}

/// Replace the Global PIN policy
///
/// What is left out gets Set-CsPinPolicy's default. PINs that are set already stay.
#[utoipa::path(put, path = "/v1/policies/pin", tag = "settings", request_body = PinPolicy,
    responses(
        (status = 200, description = "The policy as it is then", body = PinPolicy),
        (status = 422, description = "Set-CsPinPolicy does not take it")))]
pub(crate) async fn set_pin_policy(
    Call { pool, .. }: Call,
    Json(policy): Json<PinPolicy>,
) -> Result<Json<PinPolicy>, ApiError> {
    Ok(Json(pool.set_pin_policy(policy).await?))
}

/// Show the settings of the web services
#[utoipa::path(get, path = "/v1/settings/web", tag = "settings",
    responses((status = 200, description = "The settings", body = WebSettings)))]
pub(crate) async fn show_web_settings(Call { pool, .. }: Call) -> Result<Json<WebSettings>, ApiError> {
    Ok(Json(pool.web_settings().await?))
}

/// Change settings of the web services
///
/// What is left out stays as it is.
#[utoipa::path(patch, path = "/v1/settings/web", tag = "settings", request_body = WebChange,
    responses(
        (status = 200, description = "The settings as they are then", body = WebSettings),
        (status = 422, description = "A value is out of its range, or contradicts another")))]
pub(crate) async fn change_web_settings(
    Call { pool, .. }: Call,
    Json(change): Json<WebChange>,
) -> Result<Json<WebSettings>, ApiError> {
    Ok(Json(pool.change_web_settings(change).await?))
}

/// Show the settings of the Registrar
#[utoipa::path(get, path = "/v1/settings/registrar", tag = "settings",
    responses((status = 200, description = "The settings", body = RegistrarSettings)))]
pub(crate) async fn show_registrar_settings(
    Call { pool, .. }: Call,
) -> Result<Json<RegistrarSettings>, ApiError> {
    Ok(Json(pool.registrar_settings().await?))
}

/// Change settings of the Registrar
///
/// What is left out stays as it is.
#[utoipa::path(patch, path = "/v1/settings/registrar", tag = "settings", request_body = RegistrarChange,
    responses(
        (status = 200, description = "The settings as they are then", body = RegistrarSettings),
        (status = 409, description = "The pool has no DHCP component"),
        (status = 422, description = "A value is none")))]
pub(crate) async fn change_registrar_settings(
    Call { pool, .. }: Call,
    Json(change): Json<RegistrarChange>,
) -> Result<Json<RegistrarSettings>, ApiError> {
    Ok(Json(pool.change_registrar_settings(change).await?))
}
