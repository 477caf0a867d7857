//! The REST API by which a running pool is seen and changed, and its client.
//!
//! The API knows the pool only as a [`Pool`]; what is asked and answered are the types of [`dto`].

mod access;
mod api;
mod check;
pub mod client;
pub mod dto;
mod error;
mod extract;
mod openapi;
mod pool;
mod query;
mod respond;
mod routes;
mod scope;
mod span;

pub use access::{Access, SecretToken, TokenError};
pub use api::router;
pub use client::Client;
pub use error::{ApiError, Kind, Problem};
pub use openapi::openapi;
pub use pool::{ApiResult, Pool};
pub use scope::{Scope, ScopeError};
pub use span::{Span, SpanError};
