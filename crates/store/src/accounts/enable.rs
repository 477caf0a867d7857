//! Making an account a Lync user, and no Lync user again.

use super::{by_sam, of_user};
use crate::{Store, StoreError, pins, policy, users};
use lync_model::{Account, Pin, SipUri, User};

impl Store {
    /// Makes an account a Lync user without a PIN, as Enable-CsUser does. `display_name` and `pin_set_at` are not
    /// looked at: the name is the account's.
    pub async fn enable_user(&self, sam: &str, user: &User) -> Result<(), StoreError> {
        self.enable(sam, user, None).await
    }

    /// As [`enable_user`](Self::enable_user), with a PIN that an administrator sets at once; neither happens if the
    /// policy refuses the PIN.
    pub async fn enable_user_with_pin(&self, sam: &str, user: &User, pin: &Pin) -> Result<(), StoreError> {
        self.enable(sam, user, Some(pin)).await
    }

    async fn enable(&self, sam: &str, user: &User, pin: Option<&Pin>) -> Result<(), StoreError> {
        // Before the transaction, in which nobody else can write.
        let hashed = match pin {
            Some(pin) => Some((pin, self.hasher.hash(pin).await?)),
            None => None,
        };
        let mut tx = self.database.begin().await?;
        let row = by_sam(&mut tx, sam).await?;
        let (account_id, account) = (row.id, row.read()?.account);
        if let Some(user) = account.sip_uri {
            return Err(StoreError::AccountTaken { account: account.sam_account_name, user });
        }
        let id = users::insert(&mut tx, user, account_id).await?;
        if let Some((pin, phc)) = hashed {
            let policy = policy::effective(&mut tx, id).await?;
            policy.check_new_pin(pin, user.line_uri.as_ref())?;
            pins::write_pin(&mut tx, id, &phc, pin.expose().len(), self.clock.now()).await?;
            pins::write_history(&mut tx, id, &phc, &policy).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Makes a Lync user none, as Disable-CsUser does: PIN, counters, certificates and the granted policy go, the
    /// account stays.
    pub async fn disable_user(&self, user: &SipUri) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        let id = users::id(&mut tx, user).await?;
        sqlx::query!("DELETE FROM users WHERE id = ?", id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives a user another SIP address. The account keeps its names; the PIN stays, and the certificates go, for they
    /// name the old address (inferred).
    pub async fn rename_user(&self, user: &SipUri, new: &SipUri) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        let id = users::id(&mut tx, user).await?;
        if user == new {
            return Ok(());
        }
        match users::id(&mut tx, new).await {
            Err(StoreError::NoSuchUser(_)) => {}
            found => {
                found?;
                return Err(StoreError::UserExists(new.clone()));
            }
        }
        let sip_uri = new.as_str();
        sqlx::query!("UPDATE users SET sip_uri = ? WHERE id = ?", sip_uri, id).execute(&mut *tx).await?;
        sqlx::query!("DELETE FROM certificates WHERE user_id = ?", id).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The account of a Lync user.
    pub async fn account_of(&self, user: &SipUri) -> Result<Option<Account>, StoreError> {
        // One transaction, so that all comes from the same moment.
        let mut tx = self.database.read.begin().await?;
        match users::id(&mut tx, user).await {
            Err(StoreError::NoSuchUser(_)) => Ok(None),
            id => Ok(Some(of_user(&mut tx, id?).await?.read()?.account)),
        }
    }
}

#[cfg(test)]
mod tests;
