//! Namespaces.

use crate::api::Api;
use crate::dto::{Namespace, NamespaceMembers};
use crate::error::Kind;
use crate::extract::{Call, Json, Segment};
use crate::respond::Done;
use crate::{ApiError, Scope};
use axum::Router;
use axum::routing::{get, put};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/namespaces", get(list_namespaces))
        .route("/v1/namespaces/{name}", put(set_namespace).delete(remove_namespace))
}

/// List the namespaces and what belongs to them
#[utoipa::path(get, path = "/v1/namespaces", tag = "namespaces",
    responses((status = 200, description = "By name", body = [Namespace])))]
pub(crate) async fn list_namespaces(Call { pool, .. }: Call) -> Result<Json<Vec<Namespace>>, ApiError> {
    Ok(Json(pool.namespaces().await?))
}

/// Say what belongs to a namespace
///
/// It is made when it is new. Devices are known by their user, by their hardware address at DHCP, and by their source
/// address; what a namespace arms meets only its own.
#[utoipa::path(put, path = "/v1/namespaces/{name}", tag = "namespaces", params(crate::openapi::NamespacePath),
    request_body = NamespaceMembers,
    responses(
        (status = 200, description = "The namespace as it is then", body = Namespace),
        (status = 409, description = "Something belongs to another namespace"),
        (status = 422, description = "A user does not exist, or an address is none")))]
pub(crate) async fn set_namespace(
    Call { pool, .. }: Call,
    Segment(name): Segment,
    Json(members): Json<NamespaceMembers>,
) -> Result<Json<Namespace>, ApiError> {
    let name = check(&name)?;
    Ok(Json(pool.set_namespace(name, members).await?))
}

/// Forget a namespace
///
/// Its rules and armed scenarios go with it; its users stay.
#[utoipa::path(delete, path = "/v1/namespaces/{name}", tag = "namespaces", params(crate::openapi::NamespacePath),
    responses(
        (status = 204, description = "It is forgotten"),
        (status = 404, description = "There is no such namespace")))]
pub(crate) async fn remove_namespace(
    Call { pool, .. }: Call,
    Segment(name): Segment,
) -> Result<Done, ApiError> {
    let name = check(&name)?;
    pool.remove_namespace(name).await?;
    Ok(Done)
}

fn check(name: &str) -> Result<&str, ApiError> {
    match Scope::of(name) {
        Ok(_) => Ok(name),
        Err(error) => Err(ApiError::new(Kind::Malformed, error.to_string()).field("name")),
    }
}
