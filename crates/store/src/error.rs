//! What can go wrong in the store.

use lync_model::ports::UserPinError;
use lync_model::{AccountError, PasswordError, PinPolicyError, PinRejected, PolicyIdentityError, SipUri};
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
    /// No account has this name.
    #[error("there is no account {0}")]
    NoSuchAccount(String),
    /// Another account has this SamAccountName or UserPrincipalName.
    #[error("there is an account {0} already")]
    AccountExists(String),
    /// The account is a Lync user already.
    #[error("the account {account} is enabled as {user} already")]
    AccountTaken {
        /// SamAccountName.
        account: String,
        /// The Lync user that it is.
        user: SipUri,
    },
    /// A name that no account can have.
    #[error("the account is refused: {0}")]
    Account(#[from] AccountError),
    /// A password that no account can have.
    #[error("the password is refused: {0}")]
    Password(#[from] PasswordError),
    /// No PIN policy has this identity.
    #[error("there is no PIN policy {0}")]
    NoSuchPolicy(String),
    /// A PIN policy has this identity.
    #[error("there is a PIN policy {0} already")]
    PolicyExists(String),
    /// Only a policy with a tag is granted; the others hold of themselves.
    #[error("the PIN policy {0} is granted to nobody: only `tag:` policies are")]
    NotGranted(String),
    /// The pool is in one site, which the first policy of a site names.
    #[error("the pool is in one site, and {have} is its PIN policy")]
    OtherSite {
        /// The policy that is there.
        have: String,
    },
    /// Enough PIN policies for anybody.
    #[error("there are {0} PIN policies, and there may not be more")]
    TooManyPolicies(i64),
    /// A PIN policy that cannot be: its identity, its description or a value.
    #[error("the PIN policy is refused: {0}")]
    NamedPolicy(#[from] PolicyIdentityError),
    /// A setting that is too long to be kept.
    #[error("the setting {0} is too long to be kept")]
    SettingTooLong(String),
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
