//! End-to-end tests: everything over real sockets, on free ports, waiting on conditions.

mod bad_input;
mod messages;
mod wire;
