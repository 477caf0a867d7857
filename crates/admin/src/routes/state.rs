//! All that the pool was told: kept, brought back, forgotten.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{ResetRequest, State};
use crate::extract::{Asked, Call, Json};
use crate::respond::Done;
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/state", get(dump_state).put(load_state)).route("/v1/reset", post(reset))
}

/// Show all that the pool was told
///
/// Accounts, users, policies, settings, rules and armed scenarios. Hashes of PINs and passwords are there only when
/// secrets are asked for; PINs and passwords never. All that refers to each other is of one moment. A rule or a scenario
/// for a user who is gone is left out.
#[utoipa::path(get, path = "/v1/state", tag = "state",
    params(("secrets" = Option<bool>, Query, description = "With the hashes of PINs and passwords, and the lockouts"),
        crate::openapi::Namespaced),
    responses((status = 200, description = "The state", body = State)))]
pub(crate) async fn dump_state(Asked { api, scope, mut query }: Asked) -> Result<Json<State>, ApiError> {
    let secrets = query.parse("secrets", "true or false was expected")?;
    query.end()?;
    Ok(Json(api.pool.state(&scope, secrets.unwrap_or(false)).await?))
}

/// Bring a state back
///
/// What is absent stays as it is. A state that is refused changes nothing, but for a scenario that cannot be armed when
/// the rest is loaded. Accounts, users and PIN policies are replaced in one step, even if the pool is killed meanwhile.
#[utoipa::path(put, path = "/v1/state", tag = "state", params(crate::openapi::Namespaced),
    request_body(content = State, example = json!({"registrar": {"enable_dhcp_server": true}})),
    responses(
        (status = 204, description = "It is as it was"),
        (status = 409, description = "It contradicts what is there"),
        (status = 422, description = "Something in it cannot be meant, or names a file")))]
pub(crate) async fn load_state(
    Call { pool, scope }: Call,
    Json(state): Json<State>,
) -> Result<Done, ApiError> {
    pool.load_state(&scope, state).await?;
    Ok(Done)
}

/// Bring the pool back to its beginning
///
/// In a namespace only what belongs to it; accounts that were there before its users stay.
#[utoipa::path(post, path = "/v1/reset", tag = "state", params(crate::openapi::Namespaced),
    request_body(content = ResetRequest, example = json!({"what": "scenarios"})),
    responses(
        (status = 204, description = "It is as at the beginning"),
        (status = 422, description = "There is no such thing to reset")))]
pub(crate) async fn reset(
    Call { pool, scope }: Call,
    Json(request): Json<ResetRequest>,
) -> Result<Done, ApiError> {
    pool.reset(&scope, request.what).await?;
    Ok(Done)
}
