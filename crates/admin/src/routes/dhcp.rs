//! The DHCP component: its counters, and its leases.

use crate::ApiError;
use crate::api::Api;
use crate::check::range;
use crate::dto::{DhcpLeasePage, DhcpStatus};
use crate::extract::{Asked, Call, Json, Segment};
use crate::respond::Done;
use axum::Router;
use axum::routing::{delete, get};
use std::net::Ipv4Addr;
use std::sync::Arc;

/// As many leases come in one answer unless another number is asked for.
const PAGE: u64 = 1000;
/// The most that can be asked for.
pub(crate) const MAX_PAGE: u64 = 10_000;

pub(super) fn routes() -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/dhcp", get(show_dhcp))
        .route("/v1/dhcp/leases", get(list_leases))
        .route("/v1/dhcp/leases/{address}", delete(forget_lease))
}

/// Show what the DHCP component does, and what it answered and dropped
#[utoipa::path(get, path = "/v1/dhcp", tag = "dhcp",
    responses((status = 200, description = "Mode, places and counters", body = DhcpStatus)))]
pub(crate) async fn show_dhcp(Call { pool, .. }: Call) -> Result<Json<DhcpStatus>, ApiError> {
    Ok(Json(pool.dhcp().await?))
}

/// List the leases
///
/// Those that have not ended, and the addresses that nobody gets for a while. There are none but in mode `enterprise`.
#[utoipa::path(get, path = "/v1/dhcp/leases", tag = "dhcp",
    params(
        ("after" = Option<String>, Query, format = Ipv4, example = "10.99.0.100",
            description = "Only leases of higher addresses than this"),
        ("limit" = Option<u64>, Query, minimum = 1, maximum = 10_000, example = 100,
            description = "At most this many; 1000 when it is left out")),
    responses(
        (status = 200, description = "By address", body = DhcpLeasePage),
        (status = 422, description = "The limit is out of range")))]
pub(crate) async fn list_leases(
    Asked { api, mut query, .. }: Asked,
) -> Result<Json<DhcpLeasePage>, ApiError> {
    let after: Option<Ipv4Addr> = query.parse("after", "one looks like 10.99.0.100")?;
    let limit: Option<u64> = query.parse("limit", "a whole number was expected")?;
    query.end()?;
    range("limit", limit, 1..=MAX_PAGE)?;
    Ok(Json(api.pool.dhcp_leases(after, limit.unwrap_or(PAGE)).await?))
}

/// End a lease, or the time for which nobody gets an address
///
/// The address is free at once. The client is not told: it goes on with it until it renews.
#[utoipa::path(delete, path = "/v1/dhcp/leases/{address}", tag = "dhcp", params(crate::openapi::AddressPath),
    responses(
        (status = 204, description = "It has ended"),
        (status = 404, description = "There is no lease of this address")))]
pub(crate) async fn forget_lease(
    Call { pool, .. }: Call,
    Segment(address): Segment,
) -> Result<Done, ApiError> {
    pool.forget_dhcp_lease(read_address(&address)?).await?;
    Ok(Done)
}

fn read_address(text: &str) -> Result<Ipv4Addr, ApiError> {
    text.parse().map_err(|_| {
        ApiError::not_found("nothing has such an address; one looks like 10.99.0.100").field("address")
    })
}
