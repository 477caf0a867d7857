//! Rules.

use crate::ApiError;
use crate::api::Api;
use crate::dto::{ArmedRule, RuleSpec};
use crate::extract::{Call, Id, Json};
use crate::respond::{Created, Done, location};
use axum::Router;
use axum::routing::{delete, get};
use std::sync::Arc;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/rules", get(list_rules).post(add_rule).put(replace_rules))
        .route("/v1/rules/{id}", delete(remove_rule))
}

/// List the armed rules
///
/// Those of scenarios are among them.
#[utoipa::path(get, path = "/v1/rules", tag = "rules", params(crate::openapi::Namespaced),
    responses((status = 200, description = "The first to match first", body = [ArmedRule])))]
pub(crate) async fn list_rules(Call { pool, scope }: Call) -> Result<Json<Vec<ArmedRule>>, ApiError> {
    Ok(Json(pool.rules(&scope).await?))
}

/// Arm a rule
#[utoipa::path(post, path = "/v1/rules", tag = "rules", params(crate::openapi::Namespaced),
    request_body(content = RuleSpec, example = json!({
        "name": "busy twice", "where": "webticket.pin", "who": {"user": "kenmyer"}, "when": {"first": 2},
        "what": {"http": {"status": 503}}})),
    responses(
        (status = 201, description = "It is armed", body = ArmedRule,
            headers(("Location" = String, description = "By which it is disarmed"))),
        (status = 409, description = "Too many rules are armed"),
        (status = 422, description = "It cannot be meant, or it names a file")))]
pub(crate) async fn add_rule(
    Call { pool, scope }: Call,
    Json(rule): Json<RuleSpec>,
) -> Result<Created<ArmedRule>, ApiError> {
    let value = pool.add_rule(&scope, rule).await?;
    Ok(Created { location: location("/v1/rules", &value.id.to_string()), value })
}

/// Replace all rules that were armed through this API
///
/// All of them in the namespace of the request, or in the pool. Asking twice is as asking once, but for the ids.
#[utoipa::path(put, path = "/v1/rules", tag = "rules", params(crate::openapi::Namespaced),
    request_body(content = [RuleSpec], example = json!([{"where": "dhcp", "what": {"dhcp": "silence"}}])),
    responses(
        (status = 200, description = "They are armed", body = [ArmedRule]),
        (status = 409, description = "Too many rules are armed"),
        (status = 422, description = "One cannot be meant, or names a file; nothing was changed")))]
pub(crate) async fn replace_rules(
    Call { pool, scope }: Call,
    Json(rules): Json<Vec<RuleSpec>>,
) -> Result<Json<Vec<ArmedRule>>, ApiError> {
    Ok(Json(pool.replace_rules(&scope, rules).await?))
}

/// Disarm a rule
#[utoipa::path(delete, path = "/v1/rules/{id}", tag = "rules",
    params(crate::openapi::IdPath, crate::openapi::Namespaced),
    responses(
        (status = 204, description = "It is disarmed"),
        (status = 404, description = "No rule is armed under this id"),
        (status = 409, description = "It is part of a scenario, which is to be lifted instead")))]
pub(crate) async fn remove_rule(Call { pool, scope }: Call, Id(id): Id) -> Result<Done, ApiError> {
    pool.remove_rule(&scope, id).await?;
    Ok(Done)
}
