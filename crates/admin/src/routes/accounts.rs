//! Accounts of Active Directory.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{Account, AccountUpdate, NewAccount, PasswordUpdate};
use crate::extract::{Call, Json, Segment};
use crate::respond::{Created, Done, location};
use axum::Router;
use axum::routing::{get, put};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/accounts", get(list_accounts).post(add_account))
        .route("/v1/accounts/{account}", get(show_account).put(update_account).delete(remove_account))
        .route("/v1/accounts/{account}/password", put(set_password).delete(clear_password))
}

/// List the accounts
///
/// Those of the users whom the namespace sees, and those that are no user's.
#[utoipa::path(get, path = "/v1/accounts", tag = "accounts", params(crate::openapi::Namespaced),
    responses((status = 200, description = "By SamAccountName", body = [Account])))]
pub(crate) async fn list_accounts(Call { pool, scope }: Call) -> Result<Json<Vec<Account>>, ApiError> {
    Ok(Json(pool.accounts(&scope).await?))
}

/// Make an account, not yet enabled for Lync
#[utoipa::path(post, path = "/v1/accounts", tag = "accounts", params(crate::openapi::Namespaced),
    request_body = NewAccount,
    responses(
        (status = 201, description = "The account was made", body = Account,
            headers(("Location" = String, description = "The account's path"))),
        (status = 409, description = "A name is taken"),
        (status = 422, description = "A name cannot be meant")))]
pub(crate) async fn add_account(
    Call { pool, scope }: Call,
    Json(account): Json<NewAccount>,
) -> Result<Created<Account>, ApiError> {
    let value = pool.add_account(&scope, account).await?;
    Ok(Created { location: location("/v1/accounts", &value.sam_account_name), value })
}

/// Show an account
#[utoipa::path(get, path = "/v1/accounts/{account}", tag = "accounts",
    params(crate::openapi::AccountPath, crate::openapi::Namespaced),
    responses(
        (status = 200, description = "The account", body = Account),
        (status = 404, description = "There is no such account")))]
pub(crate) async fn show_account(
    Call { pool, scope }: Call,
    Segment(account): Segment,
) -> Result<Json<Account>, ApiError> {
    Ok(Json(pool.account(&scope, &account).await?))
}

/// Replace an account
///
/// SamAccountName and password stay; what is left out becomes its default.
#[utoipa::path(put, path = "/v1/accounts/{account}", tag = "accounts",
    params(crate::openapi::AccountPath, crate::openapi::Namespaced), request_body = AccountUpdate,
    responses(
        (status = 200, description = "The account as it is then", body = Account),
        (status = 404, description = "There is no such account"),
        (status = 409, description = "The UserPrincipalName is taken"),
        (status = 422, description = "A name cannot be meant")))]
pub(crate) async fn update_account(
    Call { pool, scope }: Call,
    Segment(account): Segment,
    Json(update): Json<AccountUpdate>,
) -> Result<Json<Account>, ApiError> {
    Ok(Json(pool.update_account(&scope, &account, update).await?))
}

/// Remove an account, with its Lync user
#[utoipa::path(delete, path = "/v1/accounts/{account}", tag = "accounts",
    params(crate::openapi::AccountPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "The account was removed"),
        (status = 404, description = "There is no such account")))]
pub(crate) async fn remove_account(
    Call { pool, scope }: Call,
    Segment(account): Segment,
) -> Result<Done, ApiError> {
    pool.remove_account(&scope, &account).await?;
    Ok(Done)
}

/// Set an account's password
#[utoipa::path(put, path = "/v1/accounts/{account}/password", tag = "accounts",
    params(crate::openapi::AccountPath, crate::openapi::Namespaced), request_body = PasswordUpdate,
    responses(
        (status = 204, description = "The password was set"),
        (status = 404, description = "There is no such account"),
        (status = 422, description = "The password is empty or too long")))]
pub(crate) async fn set_password(
    Call { pool, scope }: Call,
    Segment(account): Segment,
    Json(update): Json<PasswordUpdate>,
) -> Result<Done, ApiError> {
    pool.set_password(&scope, &account, Some(update.password)).await?;
    Ok(Done)
}

/// Take an account's password away: nobody signs in by it
#[utoipa::path(delete, path = "/v1/accounts/{account}/password", tag = "accounts",
    params(crate::openapi::AccountPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "There is none any more"),
        (status = 404, description = "There is no such account")))]
pub(crate) async fn clear_password(
    Call { pool, scope }: Call,
    Segment(account): Segment,
) -> Result<Done, ApiError> {
    pool.set_password(&scope, &account, None).await?;
    Ok(Done)
}
