//! What the end-to-end tests share.

#![expect(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so"
)]

pub mod command;
pub mod keyboard;
pub mod logs;
pub mod ntlm;
pub mod raw;
pub mod source;
pub mod terminal;
pub mod tool;

use lyncmock::LyncMock;

/// A pool with the fixture users, whose log goes where the check for PINs looks.
pub async fn pool() -> LyncMock {
    logs::start();
    LyncMock::start().await
}
