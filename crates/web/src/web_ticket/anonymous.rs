//! WebTicketServiceAnon: a ticket for nobody, as meeting clients ask for.
//!
//! Path and existence are captured; whom such a ticket names is not public and is inferred.

use super::issue::{self, Subject};
use crate::FrontEnd;
use crate::exchange::Exchange;
use crate::refusal::respond;
use axum::extract::State;
use axum::response::Response;
use std::sync::Arc;

pub(crate) async fn post(State(front_end): State<Arc<FrontEnd>>, mut exchange: Exchange) -> Response {
    let subject = Subject::anonymous(front_end.urls().fqdn(), &exchange.settings);
    let outcome = issue::issue_token(&front_end, &mut exchange, &subject);
    respond(outcome, &front_end, &exchange)
}
