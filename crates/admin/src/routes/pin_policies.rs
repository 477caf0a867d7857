//! PIN policies: what the cmdlets with `CsPinPolicy` in their name do.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{NamedPinPolicy, PinPolicy, PinPolicyGrant};
use crate::extract::{Call, Json, Segment};
use crate::respond::{Created, Done, location};
use axum::Router;
use axum::routing::{get, put};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/policies/pin", get(show_pin_policy).put(set_pin_policy))
        .route("/v1/pin-policies", get(list_pin_policies).post(add_pin_policy))
        .route(
            "/v1/pin-policies/{identity}",
            get(show_named_pin_policy).put(put_pin_policy).delete(remove_pin_policy),
        )
        .route("/v1/users/{user}/pin-policy", put(grant_pin_policy).delete(ungrant_pin_policy))
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

/// List the PIN policies
#[utoipa::path(get, path = "/v1/pin-policies", tag = "settings",
    responses((status = 200, description = "Global first, then by identity", body = [NamedPinPolicy])))]
pub(crate) async fn list_pin_policies(
    Call { pool, .. }: Call,
) -> Result<Json<Vec<NamedPinPolicy>>, ApiError> {
    Ok(Json(pool.pin_policies().await?))
}

/// Make a PIN policy, as New-CsPinPolicy does
///
/// One of the site holds at once for whoever was granted none; one with a tag when it is granted.
#[utoipa::path(post, path = "/v1/pin-policies", tag = "settings", request_body = NamedPinPolicy,
    responses(
        (status = 201, description = "The policy was made", body = NamedPinPolicy,
            headers(("Location" = String, description = "The policy's path"))),
        (status = 409, description = "There is a policy of this identity"),
        (status = 422, description = "New-CsPinPolicy does not take it")))]
pub(crate) async fn add_pin_policy(
    Call { pool, .. }: Call,
    Json(policy): Json<NamedPinPolicy>,
) -> Result<Created<NamedPinPolicy>, ApiError> {
    let value = pool.add_pin_policy(policy).await?;
    Ok(Created { location: location("/v1/pin-policies", &value.identity), value })
}

/// Show a PIN policy
#[utoipa::path(get, path = "/v1/pin-policies/{identity}", tag = "settings",
    params(crate::openapi::PolicyPath),
    responses(
        (status = 200, description = "The policy", body = NamedPinPolicy),
        (status = 404, description = "There is no such policy")))]
pub(crate) async fn show_named_pin_policy(
    Call { pool, .. }: Call,
    Segment(identity): Segment,
) -> Result<Json<NamedPinPolicy>, ApiError> {
    Ok(Json(pool.named_pin_policy(&identity).await?))
}

/// Replace a PIN policy
///
/// What is left out gets Set-CsPinPolicy's default. PINs that are set already stay.
#[utoipa::path(put, path = "/v1/pin-policies/{identity}", tag = "settings",
    params(crate::openapi::PolicyPath), request_body = PinPolicy,
    responses(
        (status = 200, description = "The policy as it is then", body = NamedPinPolicy),
        (status = 404, description = "There is no such policy"),
        (status = 422, description = "Set-CsPinPolicy does not take it")))]
pub(crate) async fn put_pin_policy(
    Call { pool, .. }: Call,
    Segment(identity): Segment,
    Json(policy): Json<PinPolicy>,
) -> Result<Json<NamedPinPolicy>, ApiError> {
    Ok(Json(pool.put_pin_policy(&identity, policy).await?))
}

/// Remove a PIN policy, as Remove-CsPinPolicy does
///
/// Global goes back to its defaults. Who had the policy granted has none.
#[utoipa::path(delete, path = "/v1/pin-policies/{identity}", tag = "settings",
    params(crate::openapi::PolicyPath),
    responses(
        (status = 204, description = "The policy was removed"),
        (status = 404, description = "There is no such policy")))]
pub(crate) async fn remove_pin_policy(
    Call { pool, .. }: Call,
    Segment(identity): Segment,
) -> Result<Done, ApiError> {
    pool.remove_pin_policy(&identity).await?;
    Ok(Done)
}

/// Grant a user a PIN policy, as Grant-CsPinPolicy does
#[utoipa::path(put, path = "/v1/users/{user}/pin-policy", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced), request_body = PinPolicyGrant,
    responses(
        (status = 204, description = "The policy holds for the user"),
        (status = 404, description = "There is no such user or policy"),
        (status = 422, description = "It is not a policy that is granted")))]
pub(crate) async fn grant_pin_policy(
    Call { pool, scope }: Call,
    Segment(user): Segment,
    Json(grant): Json<PinPolicyGrant>,
) -> Result<Done, ApiError> {
    pool.grant_pin_policy(&scope, &user, Some(&grant.identity)).await?;
    Ok(Done)
}

/// Take the PIN policy that was granted away: that of the site or the Global one holds
#[utoipa::path(delete, path = "/v1/users/{user}/pin-policy", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "None is granted any more"),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn ungrant_pin_policy(
    Call { pool, scope }: Call,
    Segment(user): Segment,
) -> Result<Done, ApiError> {
    pool.grant_pin_policy(&scope, &user, None).await?;
    Ok(Done)
}
