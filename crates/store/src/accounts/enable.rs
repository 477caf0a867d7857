//! Making an account a Lync user, and no Lync user again.

use super::of_user;
use crate::{NewUser, Store, StoreError, users};
use lync_model::{Account, SipUri, User};

impl Store {
    /// Makes an account a Lync user without a PIN, as Enable-CsUser does; see [`NewUser`].
    pub async fn enable_user(&self, sam: &str, user: &User) -> Result<(), StoreError> {
        self.add_new_user(NewUser { account: Some(sam), ..NewUser::new(user) }).await
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
