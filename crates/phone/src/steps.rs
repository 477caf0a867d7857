//! One file for each step of a sign-in.

pub(crate) mod certificate;
pub(crate) mod discovery;
pub(crate) mod metadata;
pub(crate) mod root_chain;
pub(crate) mod web_ticket;
pub(crate) mod windows;
