//! Users.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{ClientCertificate, NewAddress, NewUser, RemovedUsersAccount, Revoked, User, UserUpdate};
use crate::extract::{Asked, Call, Json, Segment};
use crate::respond::{Created, Done, location};
use axum::Router;
use axum::routing::{get, put};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/users", get(list_users).post(add_user))
        .route("/v1/users/{user}", get(show_user).put(update_user).delete(remove_user))
        .route("/v1/users/{user}/certificates", get(list_user_certificates).delete(revoke_certificates))
        .route("/v1/users/{user}/address", put(rename_user))
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
/// The user belongs to the namespace of the request. With `account` an existing account is enabled, as Enable-CsUser
/// does; without it an account of the same name is made.
#[utoipa::path(post, path = "/v1/users", tag = "users", params(crate::openapi::Namespaced),
    request_body = NewUser,
    responses(
        (status = 201, description = "The user was made", body = User,
            headers(("Location" = String, description = "The user's path"))),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "The address is taken, or the account is that of a user already"),
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
/// Address, account, PIN and certificates stay; what is left out becomes its default, and a PIN policy that is left out
/// is no longer granted.
#[utoipa::path(put, path = "/v1/users/{user}", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced), request_body = UserUpdate,
    responses(
        (status = 200, description = "The user as it is then", body = User),
        (status = 404, description = "There is no such user or policy"),
        (status = 422, description = "A name or a line cannot be meant, or the policy is not one that is granted")))]
pub(crate) async fn update_user(
    Call { pool, scope }: Call,
    Segment(user): Segment,
    Json(update): Json<UserUpdate>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(pool.update_user(&scope, &user, update).await?))
}

/// Remove a user, with PIN and certificates
///
/// The account goes too, unless it is kept, as Disable-CsUser does, or was there before a namespace made the user of it.
#[utoipa::path(delete, path = "/v1/users/{user}", tag = "users",
    params(crate::openapi::UserPath, ("account" = inline(Option<RemovedUsersAccount>), Query,
        description = "What becomes of the account; it is removed when this is left out"), crate::openapi::Namespaced),
    responses(
        (status = 204, description = "The user was removed"),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn remove_user(
    Asked { api, scope, mut query }: Asked,
    Segment(user): Segment,
) -> Result<Done, ApiError> {
    let account: Option<RemovedUsersAccount> = query.word("account")?;
    query.end()?;
    match account.unwrap_or_default() {
        RemovedUsersAccount::Remove => api.pool.remove_user(&scope, &user).await?,
        RemovedUsersAccount::Keep => api.pool.disable_user(&scope, &user).await?,
    }
    Ok(Done)
}

/// Give a user another address, as Set-CsUser does
///
/// PIN, account and namespace stay; certificates go, as they name the old address (inferred). Rules that name the old
/// address no longer meet the user.
#[utoipa::path(put, path = "/v1/users/{user}/address", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced), request_body = NewAddress,
    responses(
        (status = 200, description = "The user as it is then", body = User),
        (status = 404, description = "There is no such user"),
        (status = 409, description = "The address is taken, or an armed scenario holds the user"),
        (status = 422, description = "It is no address")))]
pub(crate) async fn rename_user(
    Call { pool, scope }: Call,
    Segment(user): Segment,
    Json(address): Json<NewAddress>,
) -> Result<Json<User>, ApiError> {
    Ok(Json(pool.rename_user(&scope, &user, address).await?))
}

/// List the certificates that a user's devices were given, as Get-CsClientCertificate does
#[utoipa::path(get, path = "/v1/users/{user}/certificates", tag = "users",
    params(crate::openapi::UserPath, crate::openapi::Namespaced),
    responses(
        (status = 200, description = "By device", body = [ClientCertificate]),
        (status = 404, description = "There is no such user")))]
pub(crate) async fn list_user_certificates(
    Call { pool, scope }: Call,
    Segment(user): Segment,
) -> Result<Json<Vec<ClientCertificate>>, ApiError> {
    Ok(Json(pool.user_certificates(&scope, &user).await?))
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
