//! End-to-end tests: everything over real sockets, on free ports, waiting on conditions.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod bad_input;
mod command_line;
mod hop;
mod kept;
mod messages;
mod pin_states;
mod sign_in;
mod signatures;
mod tickets;
mod wire;
