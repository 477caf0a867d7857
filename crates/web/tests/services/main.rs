//! Both web services without a socket: requests go into their routers, responses come out.
#![cfg(test)] // Says to clippy that the helpers are test code too.

mod notes;
mod pool;
mod requests;
mod rules;
mod settings;
mod windows;
