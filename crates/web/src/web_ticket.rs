//! The web ticket service: IssueToken on its ports.

pub(crate) mod anonymous;
pub(crate) mod certificate;
mod issue;
pub(crate) mod pin;
pub(crate) mod windows;
