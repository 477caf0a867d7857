//! The handlers, a file for each subject. Each operation stands with its part of the API's document.

pub(crate) mod accounts;
pub(crate) mod certificates;
pub(crate) mod clock;
pub(crate) mod dhcp;
pub(crate) mod health;
pub(crate) mod journal;
pub(crate) mod namespaces;
pub(crate) mod pin_policies;
pub(crate) mod pins;
pub(crate) mod pool;
pub(crate) mod rules;
pub(crate) mod scenarios;
pub(crate) mod settings;
pub(crate) mod state;
pub(crate) mod users;
pub(crate) mod waits;

use crate::api::Api;
use axum::Router;
use std::sync::Arc;

/// What is answered to everybody.
pub(crate) fn open() -> Router<Arc<Api>> {
    health::routes()
}

/// What is answered to whom the API's access lets in.
pub(crate) fn guarded() -> Router<Arc<Api>> {
    Router::new()
        .merge(pool::routes())
        .merge(accounts::routes())
        .merge(users::routes())
        .merge(pins::routes())
        .merge(namespaces::routes())
        .merge(pin_policies::routes())
        .merge(settings::routes())
        .merge(scenarios::routes())
        .merge(rules::routes())
        .merge(journal::routes())
        .merge(waits::routes())
        .merge(clock::routes())
        .merge(dhcp::routes())
        .merge(state::routes())
        .merge(certificates::routes())
}
