//! What can go wrong in the store.

use lync_model::ports::UserPinError;
use lync_model::{PinPolicyError, PinRejected, SipUri};
use std::path::PathBuf;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The place for the database cannot be made.
    #[error("the store {} cannot be created", path.display())]
    Create {
        /// The database file, or the folder for temporary files.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is no database, or one of a later version.
    #[error("the tables of the store cannot be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// SQLite refused or failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// Something in the database is not what this crate writes there.
    #[error("the database holds {0} that cannot be read")]
    Corrupt(&'static str),
    /// A PIN could not be hashed.
    #[error("the PIN could not be hashed: {0}")]
    Hash(String),
    /// PINs were changed again and again while one was verified.
    #[error("the PINs of this number changed while one was verified")]
    Contended,
    /// Nobody has this address.
    #[error("there is no user {0}")]
    NoSuchUser(SipUri),
    /// The user is there, but disabled.
    #[error("the user {0} is disabled")]
    UserDisabled(SipUri),
    /// Somebody has this address.
    #[error("there is a user {0} already")]
    UserExists(SipUri),
    /// A locked PIN has to be unlocked before it can be set.
    #[error("the PIN of {0} is locked; unlock it first")]
    PinLocked(SipUri),
    /// A change of the user's PIN, and there is none.
    #[error("the user {0} has no PIN")]
    NoPin(SipUri),
    /// A change of the user's line, and there is none.
    #[error("the user {0} has no line URI")]
    NoLineUri(SipUri),
    /// A change about the user's extension, and there is none.
    #[error("the line URI of {0} has no extension")]
    NoExtension(SipUri),
    /// The address of a twin would be longer than an address can be.
    #[error("the address is too long to be given to a twin")]
    NoRoomForTwin,
    /// The policy does not allow this PIN.
    #[error("the PIN is refused: {0}")]
    PinRejected(#[from] PinRejected),
    /// No such policy is possible.
    #[error("the PIN policy is refused: {0}")]
    Policy(#[from] PinPolicyError),
}

impl StoreError {
    /// The failure for another part: without what the database says, which could quote data.
    ///
    /// The cause goes to the log; queries bind their values, so that SQLite's messages name columns, not contents.
    pub(crate) fn for_other_parts(&self) -> UserPinError {
        use std::error::Error;
        let cause = self.source().map(ToString::to_string).unwrap_or_default();
        tracing::error!(error = %self, cause, "the store failed");
        UserPinError::Store(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_parts_do_not_hear_what_the_database_said() {
        let error = StoreError::Database(sqlx::Error::Protocol("the PIN is 0712".to_owned()));
        assert_eq!(error.for_other_parts(), UserPinError::Store("the database failed".to_owned()));
    }
}
