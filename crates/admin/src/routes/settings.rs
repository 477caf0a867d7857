//! Settings, as the cmdlets with Configuration in their name have them.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{ProxyChange, ProxySettings, RegistrarChange, RegistrarSettings, WebChange, WebSettings};
use crate::extract::{Call, Json};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/settings/web", get(show_web_settings).patch(change_web_settings))
        .route("/v1/settings/registrar", get(show_registrar_settings).patch(change_registrar_settings))
        .route("/v1/settings/proxy", get(show_proxy_settings).patch(change_proxy_settings))
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
        (status = 422, description = "A value is out of its range, or contradicts another")))]
pub(crate) async fn change_registrar_settings(
    Call { pool, .. }: Call,
    Json(change): Json<RegistrarChange>,
) -> Result<Json<RegistrarSettings>, ApiError> {
    Ok(Json(pool.change_registrar_settings(change).await?))
}

/// Show the settings of the proxy: how SIP clients may sign in
#[utoipa::path(get, path = "/v1/settings/proxy", tag = "settings",
    responses((status = 200, description = "The settings", body = ProxySettings)))]
pub(crate) async fn show_proxy_settings(Call { pool, .. }: Call) -> Result<Json<ProxySettings>, ApiError> {
    Ok(Json(pool.proxy_settings().await?))
}

/// Change settings of the proxy
///
/// What is left out stays as it is. They are kept and shown, and change nothing: no SIP is spoken.
#[utoipa::path(patch, path = "/v1/settings/proxy", tag = "settings", request_body = ProxyChange,
    responses(
        (status = 200, description = "The settings as they are then", body = ProxySettings),
        (status = 422, description = "A value is none")))]
pub(crate) async fn change_proxy_settings(
    Call { pool, .. }: Call,
    Json(change): Json<ProxyChange>,
) -> Result<Json<ProxySettings>, ApiError> {
    Ok(Json(pool.change_proxy_settings(change).await?))
}
