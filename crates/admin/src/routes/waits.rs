//! Waiting for what will happen, and verifying what has.

use crate::api::Api;
use crate::check::{Check, range};
use crate::dto::{Entries, Expectation, JournalFilter, Verified, VerifyRequest};
use crate::extract::{Asked, Call, Json};
use crate::{ApiError, Span};
use axum::Router;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// How long is waited when nothing is said.
const DEFAULT_WAIT: Duration = Duration::from_secs(5);
/// The longest that is waited.
const MAX_WAIT: Duration = Duration::from_secs(600);
/// The most entries that are waited for.
const MAX_COUNT: u64 = 100_000;
/// How much longer the pool may take to say that nothing came.
const SLACK: Duration = Duration::from_secs(2);

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new().route("/v1/wait", get(wait)).route("/v1/verify", post(verify))
}

/// Wait until enough entries match
///
/// Those that are in the journal already count; `since` leaves them out.
#[utoipa::path(get, path = "/v1/wait", tag = "journal",
    params(JournalFilter,
        ("count" = Option<u64>, Query, minimum = 1, maximum = 100_000, example = 1,
            description = "How many entries; 1 when it is left out"),
        ("timeout" = Option<String>, Query, pattern = "^[0-9]{1,9}(ms|s|m|h|d)$", example = "1s",
            description = "How long, at most `10m`; `5s` when it is left out"),
        crate::openapi::Namespaced),
    responses(
        (status = 200, description = "The entries that match, the oldest first", body = Entries),
        (status = 408, description = "There were not enough in time; `nearest` reports what came instead"),
        (status = 422, description = "A value of the filter, the count or the time cannot be meant")))]
pub(crate) async fn wait(Asked { api, scope, mut query }: Asked) -> Result<Json<Entries>, ApiError> {
    let count = query.parse("count", "a whole number was expected")?;
    let time: Option<Span> = query.parse("timeout", "one looks like 500ms, 5s or 1m")?;
    let filter: JournalFilter = query.filter()?;
    query.end()?;
    filter.check_bounds()?;
    range("count", count, 1..=MAX_COUNT)?;
    let time = time.map_or(Ok(DEFAULT_WAIT), bounded)?;
    let Ok(_place) = api.waits.try_acquire() else {
        return Err(ApiError::unavailable("too many others wait already"));
    };
    let waiting = api.pool.wait(&scope, filter, count.unwrap_or(1), time);
    let late = |_| ApiError::timed_out("there were not enough entries in time");
    let entries = timeout(time + SLACK, waiting).await.map_err(late)??;
    Ok(Json(Entries { entries }))
}

/// Verify what is in the journal
#[utoipa::path(post, path = "/v1/verify", tag = "journal", params(crate::openapi::Namespaced),
    request_body = VerifyRequest,
    responses(
        (status = 200, description = "It is as expected", body = Verified),
        (status = 422, description = "It is not (kind `unmet`, with a report), or cannot be meant (`invalid`)")))]
pub(crate) async fn verify(
    Call { pool, scope }: Call,
    Json(request): Json<VerifyRequest>,
) -> Result<Json<Verified>, ApiError> {
    pool.verify(&scope, Expectation::try_from(request)?).await?;
    Ok(Json(Verified { ok: true }))
}

fn bounded(Span(time): Span) -> Result<Duration, ApiError> {
    match Duration::try_from(time) {
        Ok(time) if time <= MAX_WAIT => Ok(time),
        _ => Err(ApiError::invalid("a wait lasts 0s to 10m").field("timeout")),
    }
}
