//! What the tests share: canned servers on loopback, and the recorded payloads.

pub(crate) mod dhcp;
pub(crate) mod logs;
pub(crate) mod pool;
pub(crate) mod web;
pub(crate) mod windows;
