//! WebTicketServiceWinNegotiate: the port for Windows credentials, which no user of this pool has.

use crate::FrontEnd;
use crate::exchange::Exchange;
use crate::refusal::{Refusal, respond};
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

/// Refuses whatever is shown: the users of this pool have PINs and certificates, and no Windows credentials.
pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, exchange: Exchange) -> Response {
    respond(Err(Refusal::windows_challenge()), &front_end, &exchange)
}
