//! A user's record in parts, for whoever dumps and loads the state of a pool.

use crate::StoreError;
use crate::accounts::StoredAccount;
use crate::hasher;
use crate::record::{PinRecord, UserRecord};
use lync_model::User;
use lync_model::lockout::Counters;
use time::OffsetDateTime;

/// The most hashes of former PINs that a record holds; PINHistoryCount goes to 20.
const MAX_HISTORY: usize = 64;
/// The longest PIN, in digits.
const MAX_LENGTH: usize = 24;

/// A PIN as it is stored. It has no `Debug`: the hash of a short PIN is nearly the PIN.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredPin {
    /// argon2id as a PHC string.
    pub phc: String,
    /// In digits.
    pub length: usize,
    /// LastPinChangeTime.
    pub set_at: OffsetDateTime,
}

impl UserRecord {
    /// A user without PIN, failures and certificates. Written over a user who is there, it leaves the account as it is.
    pub fn new(user: User) -> Self {
        Self {
            user,
            account: None,
            pin_policy: None,
            pin_lifetime_days: None,
            pin: None,
            history: Vec::new(),
            counters: Counters::default(),
            certificates: Vec::new(),
        }
    }

    /// The same PIN, failures and certificates, account and granted policy under other particulars.
    #[must_use]
    pub fn of(self, user: User) -> Self {
        Self { user, ..self }
    }

    /// The account, with the hash of its password.
    pub fn account(&self) -> Option<&StoredAccount> {
        self.account.as_ref()
    }

    /// Replaces the account. Its display name and address are not looked at: they are the user's.
    pub fn set_account(&mut self, account: StoredAccount) {
        self.account = Some(account);
    }

    /// Identity of the PIN policy that was granted.
    pub fn pin_policy(&self) -> Option<&str> {
        self.pin_policy.as_deref()
    }

    /// Replaces the granted PIN policy. One that is not there when the record is written is granted to nobody.
    pub fn set_pin_policy(&mut self, identity: Option<String>) {
        self.pin_policy = identity;
    }

    /// The user, without the PIN.
    pub fn particulars(&self) -> &User {
        &self.user
    }

    /// The PIN.
    pub fn pin(&self) -> Option<StoredPin> {
        let pin = self.pin.as_ref()?;
        Some(StoredPin { phc: pin.phc.clone(), length: pin.length, set_at: pin.set_at })
    }

    /// The hashes of the last PINs, the oldest first.
    pub fn history(&self) -> &[String] {
        &self.history
    }

    /// The failures and locks.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Replaces PIN and history.
    ///
    /// # Errors
    /// When a hash is none, or one that would cost more to verify than lyncmock's own.
    pub fn set_pin(&mut self, pin: Option<StoredPin>, history: Vec<String>) -> Result<(), StoreError> {
        let hashes = pin.iter().map(|pin| &pin.phc).chain(&history);
        for phc in hashes {
            hasher::check(phc)?;
        }
        if history.len() > MAX_HISTORY {
            return Err(StoreError::Hash(format!(
                "{} hashes of former PINs; {MAX_HISTORY} are kept",
                history.len()
            )));
        }
        if let Some(pin) = &pin
            && !(1..=MAX_LENGTH).contains(&pin.length)
        {
            return Err(StoreError::Hash(format!(
                "a length of {}; a PIN has 1 to {MAX_LENGTH} digits",
                pin.length
            )));
        }
        self.pin = pin.map(|pin| PinRecord { phc: pin.phc, length: pin.length, set_at: pin.set_at });
        self.history = history;
        Ok(())
    }

    /// Replaces the failures and locks.
    pub fn set_counters(&mut self, counters: Counters) {
        self.counters = counters;
    }
}
