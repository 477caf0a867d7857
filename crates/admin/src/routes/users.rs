//! Users.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{NewUser, Revoked, User, UserUpdate};
use crate::extract::{Call, Json, Segment};
use crate::respond::{Created, Done, location};
use axum::Router;
use axum::routing::{delete, get};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/users", get(list_users).post(add_user))
        .route("/v1/users/{user}", get(show_user).put(update_user).delete(remove_user))
        .route("/v1/users/{user}/certificates", delete(revoke_certificates))
}

/// List the users
///
/// A namespace that has users sees only those.
#[utoipa::path(get, path = "/v1/users", tag = "users", params(crate::openapi::Namespaced),
    responses((status = 200, description = "By address", body = [User])))]
pub(crate) async fn list_users(Call { pool, scope }: Call) -> Result<Json<Vec<User>>, ApiError> {
    Ok(Json(pool.users(&scope).await?))
}

/// Make a user
///
/// The user belongs to the namespace of the request.
#[utoipa::path(post, path = "/v1/users", tag = "users", params(crate::openapi::Namespaced),
    request_body = NewUser,
    responses(
        (status = 201, description = "The user was made", body = User,
            headers(("Location" = String, description = "The user's path"))),
        (status = 409, description = "The address is taken"),
        (status = 422, description = "An address, a line or a PIN cannot be meant")))]
pub(crate) async fn add_user(
    Call { pool, scope }: Call,
    Json(user): Json<NewUser>,
) -> Result<Created<User>, ApiError> {
    let value = pool.add_user(&scope, user).await?;
    Ok(Created { location: location("/v1/users", &value.sip_address), value })
}

/// Show a user
#[utoipa::path(get, path = "/v1/users/{user}", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 200, description = "The user", body = User),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn show_user(
    Call { pool, scope }: Call,
    Segment(user): Segment,
) -> Result<Json<User>, ApiError> {
    Ok(Json(pool.user(&scope, &user).await?))
}

/// Replace a user
///
/// Address, PIN and certificates stay; what is left out becomes its default.
#[utoipa::path(put, path = "/v1/users/{user}", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced), request_body = UserUpdate,
    responses(
        (status = 200, description = "The user as it is then", body = User),
        (status = 404, description = "There is no such user"),
        (status = 422, description = "A name or a line cannot be meant")))]
pub(crate) async fn update_user(
    Call { pool, scope }: Call,
    Segment(user): Segment,
    Json(update): Json<UserUpdate>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(pool.update_user(&scope, &user, update).await?))
}

/// Remove a user, with PIN and certificates
#[utoipa::path(delete, path = "/v1/users/{user}", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "The user was removed"),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn remove_user(
    Call { pool, scope }: Call,
    Segment(user): Segment,
) -> Result<Done, ApiError> {
    pool.remove_user(&scope, &user).await?;
    Ok(Done)
}

/// Revoke a user's certificates, as Revoke-CsClientCertificate does
#[utoipa::path(delete, path = "/v1/users/{user}/certificates", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 200, description = "How many there were", body = Revoked),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn revoke_certificates(
    Call { pool, scope }: Call,
    Segment(user): Segment,
) -> Result<Json<Revoked>, ApiError> {
    Ok(Json(Revoked { revoked: pool.revoke_certificates(&scope, &user).await? }))
}
