//! End-to-end tests: everything over real sockets, on free ports, waiting on conditions.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod admin;
mod bad_input;
mod certificates;
mod command_line;
mod dhcputil;
mod hop;
mod journal;
mod kept;
mod leases;
mod library;
mod messages;
mod namespaces;
mod pin_states;
mod remote;
mod rules;
mod scenarios;
mod shell;
mod sign_in;
mod signatures;
mod stories;
mod tickets;
mod two_hosts;
mod windows;
mod wire;
