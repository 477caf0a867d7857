//! Scenarios.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{ArmScenario, ArmedScenario, Scenario};
use crate::extract::{Call, Id, Json, Segment};
use crate::respond::{Created, Done, location};
use axum::Router;
use axum::routing::{delete, get};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/scenarios", get(list_scenarios))
        .route("/v1/scenarios/{name}", get(show_scenario))
        .route("/v1/armed", get(list_armed).post(arm))
        .route("/v1/armed/{id}", delete(lift))
}

/// List every known failure
#[utoipa::path(get, path = "/v1/scenarios", tag = "scenarios",
    responses((status = 200, description = "The catalogue", body = [Scenario])))]
pub(crate) async fn list_scenarios(Call { pool, .. }: Call) -> Result<Json<Vec<Scenario>>, ApiError> {
    Ok(Json(pool.scenarios().await?))
}

/// Show a known failure
#[utoipa::path(get, path = "/v1/scenarios/{name}", tag = "scenarios",
    params(("name" = String, Path, description = "Its name", example = "pin-locked")),
    responses(
        (status = 200, description = "Cause, symptoms and fix", body = Scenario),
        (status = 404, description = "There is no such scenario; `nearest` is a name that there is")))]
pub(crate) async fn show_scenario(
    Call { pool, .. }: Call,
    Segment(name): Segment,
) -> Result<Json<Scenario>, ApiError> {
    Ok(Json(pool.scenario(&name).await?))
}

/// List the armed scenarios
#[utoipa::path(get, path = "/v1/armed", tag = "scenarios", params(crate::openapi::Namespaced),
    responses((status = 200, description = "By id", body = [ArmedScenario])))]
pub(crate) async fn list_armed(Call { pool, scope }: Call) -> Result<Json<Vec<ArmedScenario>>, ApiError> {
    Ok(Json(pool.armed(&scope).await?))
}

/// Arm a scenario
///
/// It meets one user, or everybody of the namespace, or of the pool.
#[utoipa::path(post, path = "/v1/armed", tag = "scenarios", params(crate::openapi::Namespaced),
    request_body = ArmScenario,
    responses(
        (status = 201, description = "It is armed", body = ArmedScenario,
            headers(("Location" = String, description = "By which it is lifted"))),
        (status = 404, description = "There is no such scenario or user; `nearest` is a name that there is"),
        (status = 409, description = "What it changes is taken by another scenario"),
        (status = 422, description = "It cannot be meant like this")))]
pub(crate) async fn arm(
    Call { pool, scope }: Call,
    Json(wish): Json<ArmScenario>,
) -> Result<Created<ArmedScenario>, ApiError> {
    let value = pool.arm(&scope, wish).await?;
    Ok(Created { location: location("/v1/armed", &value.id.to_string()), value })
}

/// Lift an armed scenario
///
/// What it changed is as before.
#[utoipa::path(delete, path = "/v1/armed/{id}", tag = "scenarios",
    params(crate::openapi::IdPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "It is lifted"),
        (status = 404, description = "No scenario is armed under this id"),
        (status = 409, description = "Another scenario stands on what it changed")))]
pub(crate) async fn lift(Call { pool, scope }: Call, Id(id): Id) -> Result<Done, ApiError> {
    pool.lift(&scope, id).await?;
    Ok(Done)
}
