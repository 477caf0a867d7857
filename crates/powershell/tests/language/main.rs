//! The language as a person meets it: what is typed, and what is shown.

#![expect(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

mod binding;
mod builtins;
mod completion;
mod errors;
mod expressions;
mod formatting;
mod kept_errors;
mod limits;
mod missing;
mod pipelines;
mod preferences;
mod script;
mod secrets;
mod support;
