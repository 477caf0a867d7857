//! The pool as a whole.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{Diagnostic, Endpoints, Event, EventFormat, Topology};
use crate::extract::{Asked, Call, Json};
use crate::respond::{Done, JSON, PEM, Raw, XML};
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/endpoints", get(endpoints))
        .route("/v1/topology", get(topology))
        .route("/v1/ca.pem", get(ca_pem))
        .route("/v1/openapi.json", get(document))
        .route("/v1/diagnostics", get(diagnostics))
        .route("/v1/events", get(events))
        .route("/v1/services/web/restart", post(restart_web))
}

/// Show where the pool listens
#[utoipa::path(get, path = "/v1/endpoints", tag = "pool",
    responses((status = 200, description = "The real addresses", body = Endpoints)))]
pub(crate) async fn endpoints(Call { pool, .. }: Call) -> Result<Json<Endpoints>, ApiError> {
    Ok(Json(pool.endpoints().await?))
}

/// Show the pool as a client of it finds it
#[utoipa::path(get, path = "/v1/topology", tag = "pool",
    responses((status = 200, description = "Names, ports and time", body = Topology)))]
pub(crate) async fn topology(Call { pool, .. }: Call) -> Result<Json<Topology>, ApiError> {
    Ok(Json(pool.topology().await?))
}

/// Show the root certificate
#[utoipa::path(get, path = "/v1/ca.pem", tag = "pool",
    responses((status = 200, description = "PEM", body = String, content_type = "application/x-pem-file")))]
pub(crate) async fn ca_pem(Call { pool, .. }: Call) -> Result<Raw, ApiError> {
    Ok(Raw(PEM, pool.ca_pem().await?.into_bytes()))
}

/// Show this document
#[utoipa::path(get, path = "/v1/openapi.json", tag = "pool",
    responses((status = 200, description = "OpenAPI 3.1", body = Object, content_type = "application/json")))]
pub(crate) async fn document(_: Call) -> Raw {
    Raw(JSON, crate::openapi::text().into_bytes())
}

/// List the causes of refusals and what is answered to them
#[utoipa::path(get, path = "/v1/diagnostics", tag = "pool",
    responses((status = 200, description = "The table of diagnostics", body = [Diagnostic])))]
pub(crate) async fn diagnostics(Call { pool, .. }: Call) -> Result<Json<Vec<Diagnostic>>, ApiError> {
    Ok(Json(pool.diagnostics().await?))
}

/// Show the event log
#[utoipa::path(get, path = "/v1/events", tag = "pool",
    params(("format" = inline(Option<EventFormat>), Query, description = "The form; JSON when it is left out")),
    responses((status = 200, description = "The entries, the oldest first", content(
        (Vec<Event> = "application/json"), (String = "application/xml")))))]
pub(crate) async fn events(Asked { api, mut query, .. }: Asked) -> Result<Response, ApiError> {
    let format: Option<EventFormat> = query.word("format")?;
    query.end()?;
    match format.unwrap_or_default() {
        EventFormat::Json => Ok(Json(api.pool.events().await?).into_response()),
        EventFormat::Xml => Ok(Raw(XML, api.pool.events_xml().await?.into_bytes()).into_response()),
    }
}

/// Restart the internal web service
///
/// Open connections end, and what a restart mends is mended.
#[utoipa::path(post, path = "/v1/services/web/restart", tag = "pool",
    responses((status = 204, description = "It was restarted")))]
pub(crate) async fn restart_web(Call { pool, .. }: Call) -> Result<Done, ApiError> {
    pool.restart_web().await?;
    Ok(Done)
}
