//! What an armed scenario has changed, and how that is taken back.

use super::{ArmedScenario, ScenarioError};
use crate::pool::Core;
use lync_model::rules::RuleId;
use lync_model::scenario::{Service, UserChange};
use lync_model::{AccountState, NtHash, SipUri};
use lync_store::{StoreError, UserRecord};
use rustls::pki_types::CertificateDer;
use std::sync::Arc;
use time::Duration;

/// One change.
#[derive(Clone)]
pub(super) enum Undo {
    /// A rule that was armed.
    Rule(RuleId),
    /// A user as it was, and the users who were added beside it.
    User {
        record: Arc<UserRecord>,
        added: Vec<SipUri>,
        /// What was made of the user.
        change: UserChange,
        /// The user as it was then; `None` when it was removed.
        after: Option<Arc<UserRecord>>,
    },
    /// Settings of the web services.
    Web,
    /// Settings of the Registrar.
    Registrar,
    /// A root that was added.
    Root(CertificateDer<'static>),
    /// An intermediate authority that was added.
    Intermediate(CertificateDer<'static>),
    /// A service that was stopped.
    Service(Service),
    /// Days by which the clock went ahead, and how often it had been set until then.
    Clock { days: i64, set: u64 },
    /// Certificates were revoked; that cannot be taken back, and a new sign-in mends it.
    Certificates,
}

impl Core {
    /// Takes every change back, the last one first. After an error those are left that are still to be taken back.
    pub(super) async fn undo(&self, armed: &mut ArmedScenario) -> Result<(), ScenarioError> {
        while let Some(change) = armed.undo.last() {
            self.undo_one(armed.id, change).await?;
            armed.undo.pop();
        }
        Ok(())
    }

    async fn undo_one(&self, scenario: u64, change: &Undo) -> Result<(), ScenarioError> {
        match change {
            Undo::Rule(id) => {
                self.rules.disarm(*id);
            }
            Undo::User { record, added, after, .. } => {
                for twin in added {
                    match self.store.remove_user(twin).await {
                        Ok(()) | Err(StoreError::NoSuchUser(_)) => {}
                        Err(error) => return Err(pool(&error)),
                    }
                }
                // What an administrator has set since stays, or lifting would take the fix back.
                self.store.take_back(record, after.as_deref()).await.map_err(|error| pool(&error))?;
                // Rules that were armed meanwhile know the line that the user had then.
                if let Some(user) = self.store.user(record.user()).await.map_err(|error| pool(&error))? {
                    self.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
                }
            }
            Undo::Web => self.web.lift(scenario),
            Undo::Registrar => self.registrar_settings.lift(scenario),
            Undo::Root(root) => {
                self.trust.remove(root);
            }
            Undo::Intermediate(intermediate) => {
                self.trust.remove_intermediate(intermediate);
            }
            Undo::Service(service) => {
                self.doors.open(*service, scenario).map_err(|error| pool(&error))?;
            }
            // Who has set the clock since has set it right; a clock that cannot go back so far stays.
            Undo::Clock { days, set } if self.clock.times_set() == *set => {
                let _ = self.advance_clock(Duration::days(-days));
            }
            Undo::Clock { .. } => {}
            Undo::Certificates => {}
        }
        Ok(())
    }

    /// Whether nothing is left of what the scenario changed, so that it fails nobody any more.
    pub(crate) async fn is_cured(&self, armed: &ArmedScenario) -> bool {
        for change in &armed.undo {
            let gone = match change {
                Undo::User { record, added, change, after } => {
                    self.is_mended(record.user(), added, *change, after.as_deref()).await
                }
                other => self.is_gone(armed.id, other),
            };
            if !gone {
                return false;
            }
        }
        true
    }

    /// Whether an administrator has mended what a scenario made of this user.
    async fn is_mended(
        &self,
        user: &SipUri,
        added: &[SipUri],
        change: UserChange,
        after: Option<&UserRecord>,
    ) -> bool {
        let Ok(now) = self.store.record(user).await else { return false };
        // Only of a user who was removed there was no record; now there is one.
        let Some(after) = after else { return true };
        match change {
            UserChange::Locked | UserChange::LockedForAnHour | UserChange::LockedBySystem => {
                !now.counters().is_locked(self.clock.now())
            }
            UserChange::OtherPin | UserChange::PinExpired | UserChange::PinNotSet => now.pin() != after.pin(),
            UserChange::OtherPassword => password(&now) != password(after),
            UserChange::AccountLocked | UserChange::AccountDisabled | UserChange::PasswordExpired => {
                state(&now) != state(after)
            }
            UserChange::TwinOfExtension | UserChange::TwinOfNumber => {
                for twin in added {
                    if self.store.record(twin).await.is_ok() {
                        return now.particulars() != after.particulars() || now.pin() != after.pin();
                    }
                }
                true
            }
            _ => now.particulars() != after.particulars(),
        }
    }

    fn is_gone(&self, scenario: u64, change: &Undo) -> bool {
        match change {
            Undo::Rule(id) => self.rules.is_over(*id),
            Undo::Web => !self.web.holds(scenario),
            Undo::Registrar => !self.registrar_settings.holds(scenario),
            Undo::Root(root) => !self.trust.list().contains(root),
            Undo::Intermediate(intermediate) => !self.trust.intermediates().contains(intermediate),
            Undo::Service(service) => !self.doors.is_shut_by(*service, scenario),
            Undo::Clock { set, .. } => self.clock.times_set() != *set,
            Undo::User { .. } | Undo::Certificates => false,
        }
    }
}

fn password(record: &UserRecord) -> Option<&NtHash> {
    record.account()?.nt_hash.as_ref()
}

fn state(record: &UserRecord) -> Option<AccountState> {
    record.account().map(|stored| stored.account.state)
}

fn pool(error: &dyn std::fmt::Display) -> ScenarioError {
    ScenarioError::Pool(error.to_string())
}
