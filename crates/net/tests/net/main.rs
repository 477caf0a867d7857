//! Listeners as their peers see them: real sockets, real handshakes.
#![cfg(test)] // Says to clippy that the helpers are test code too.

mod abuse;
mod certificates;
mod door;
mod fate;
mod gate;
mod header_case;
mod observer;
mod plain;
mod running;
mod tls;
mod trust;
