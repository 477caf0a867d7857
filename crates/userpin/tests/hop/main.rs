//! The service and its client over real sockets with mutual TLS.
#![cfg(test)] // Says to clippy that the helpers are test code too.

mod abuse;
mod answers;
mod failures;
mod log;
mod notes;
mod reuse;
mod rules;
mod support;
