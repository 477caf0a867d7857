//! The journal: what happened.

use crate::ApiError;
use crate::api::Api;
use crate::check::Check;
use crate::dto::{Entry, ExportFormat, JournalFilter, JournalPage, SeenDevice};
use crate::error::Kind;
use crate::extract::{Asked, Call, Id, Json};
use crate::respond::{JSON, JSON_LINES, PCAPNG, Raw};
use axum::Router;
use axum::routing::get;
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/journal", get(show_journal))
        .route("/v1/journal/devices", get(list_devices))
        .route("/v1/journal/export", get(export_journal))
        .route("/v1/journal/{seq}", get(show_entry))
}

/// Show the entries that match
#[utoipa::path(get, path = "/v1/journal", tag = "journal", params(JournalFilter, crate::openapi::Namespaced),
    responses(
        (status = 200, description = "Those that match, the oldest first", body = JournalPage),
        (status = 422, description = "A value of the filter cannot be meant")))]
pub(crate) async fn show_journal(
    Asked { api, scope, mut query }: Asked,
) -> Result<Json<JournalPage>, ApiError> {
    let filter = query.filter()?;
    query.end()?;
    filter.check_bounds()?;
    Ok(Json(api.pool.journal(&scope, filter).await?))
}

/// Show an entry
#[utoipa::path(get, path = "/v1/journal/{seq}", tag = "journal",
    params(("seq" = u64, Path, description = "Its number", example = 1), crate::openapi::Namespaced),
    responses(
        (status = 200, description = "The entry", body = Entry),
        (status = 404, description = "There is no entry of this number, or no longer")))]
pub(crate) async fn show_entry(Call { pool, scope }: Call, Id(seq): Id) -> Result<Json<Entry>, ApiError> {
    Ok(Json(pool.journal_entry(&scope, seq).await?))
}

/// List the devices that were seen
#[utoipa::path(get, path = "/v1/journal/devices", tag = "journal", params(crate::openapi::Namespaced),
    responses((status = 200, description = "The first seen first", body = [SeenDevice])))]
pub(crate) async fn list_devices(Call { pool, scope }: Call) -> Result<Json<Vec<SeenDevice>>, ApiError> {
    Ok(Json(pool.devices(&scope).await?))
}

/// Export the entries that match
#[utoipa::path(get, path = "/v1/journal/export", tag = "journal",
    params(("format" = inline(ExportFormat), Query, description = "The form"), JournalFilter,
        crate::openapi::Namespaced),
    responses(
        (status = 200, description = "JSON Lines; HTTP Archive 1.2; or a capture file", content(
            (String = "application/jsonl"), (Object = "application/json"),
            (crate::openapi::Binary = "application/x-pcapng"))),
        (status = 422, description = "A value of the filter cannot be meant")))]
pub(crate) async fn export_journal(Asked { api, scope, mut query }: Asked) -> Result<Raw, ApiError> {
    let missing =
        || ApiError::new(Kind::Malformed, "`format` is missing: jsonl, har or pcapng").field("format");
    let format: ExportFormat = query.word("format")?.ok_or_else(missing)?;
    let filter = query.filter()?;
    query.end()?;
    filter.check_bounds()?;
    let content_type = match format {
        ExportFormat::Jsonl => JSON_LINES,
        ExportFormat::Har => JSON,
        ExportFormat::Pcapng => PCAPNG,
    };
    Ok(Raw(content_type, api.pool.export(&scope, format, filter).await?))
}
