//! The API as its clients see it: real sockets, and a pool that notes what it was asked.
#![cfg(test)] // Says to clippy that the helpers are test code too.

mod access;
mod client;
mod document;
mod double;
mod errors;
mod served;
mod waits;
