//! CertProv and WebTicket over HTTP and HTTPS, as IIS shows them.
//!
//! [`http()`] and [`https()`] are axum routers over one [`FrontEnd`]; `lync_net::serve` serves them. Handlers are short
//! pipelines: read the request whole, authenticate, decode, act, answer; a refusal at any step is a
//! value that knows the form it has on the wire. Rules are a step before them, around every route. Every response
//! carries a [`Note`](lync_model::journal::Note) for the journal in its extensions.

mod answer;
mod basic;
mod cert_prov;
mod exchange;
mod front_end;
mod learned;
mod metadata;
mod operation;
mod page;
mod refusal;
mod routes;
mod rule_step;
mod soap_answer;
mod urls;
mod web_ticket;

pub use answer::HEADER_CASE;
pub use front_end::{FrontEnd, Parts};
pub use routes::{http, https};
pub use urls::{CERT_PROV_PATH, Urls, WEB_TICKET_PATH};
