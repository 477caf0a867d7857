//! A user who is added with all that is there from the beginning: all of it or nothing.

use crate::accounts::{self, by_sam};
use crate::{Store, StoreError, pins, policy, users};
use lync_model::{NtHash, Pin, User};
use sqlx::SqliteConnection;

/// A user to be added. It has no `Debug`, for it holds a password.
#[derive(Clone, Copy)]
pub struct NewUser<'a> {
    /// The user; `pin_set_at` is not looked at.
    ///
    /// A line URI that somebody has already is taken: this is how the failures of shared numbers are set up.
    pub user: &'a User,
    /// SamAccountName of an account that is there and becomes the user's, as by Enable-CsUser; `display_name` is not
    /// looked at then: the name is the account's. Without it an account is made, named after the address.
    pub account: Option<&'a str>,
    /// The PIN, which an administrator sets now: as by [`set_pin`](Store::set_pin).
    pub pin: Option<&'a Pin>,
    /// The password of the account: as by [`set_password`](Store::set_password). Without one the account keeps what it
    /// has.
    pub password: Option<&'a str>,
}

impl<'a> NewUser<'a> {
    /// A user with an account that is made, and neither PIN nor password.
    pub fn new(user: &'a User) -> Self {
        Self { user, account: None, pin: None, password: None }
    }
}

impl Store {
    /// Adds a user.
    ///
    /// # Errors
    /// When somebody has the address, there is no such account or it is a user's already, or PIN or password are
    /// refused. Nothing is changed then.
    pub async fn add_new_user(&self, new: NewUser<'_>) -> Result<(), StoreError> {
        let NewUser { user, account, pin, password } = new;
        let nt_hash = password.map(accounts::hash).transpose()?;
        // Before the transaction, in which nobody else can write.
        let hashed = match pin {
            Some(pin) => Some((pin, self.hasher.hash(pin).await?)),
            None => None,
        };
        let mut tx = self.database.begin().await?;
        let id = match account {
            Some(sam) => enable(&mut tx, sam, user).await?,
            None => users::insert_with_account(&mut tx, user).await?,
        };
        if let Some((pin, phc)) = hashed {
            let policy = policy::effective(&mut tx, id).await?;
            policy.check_new_pin(pin, user.line_uri.as_ref())?;
            pins::write_pin(&mut tx, id, &phc, pin.expose().len(), self.clock.now()).await?;
            pins::write_history(&mut tx, id, &phc, &policy).await?;
        }
        if let Some(nt_hash) = &nt_hash {
            set_password(&mut tx, id, nt_hash).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Makes an account a Lync user, and answers with the user's row id.
async fn enable(connection: &mut SqliteConnection, sam: &str, user: &User) -> Result<i64, StoreError> {
    let row = by_sam(&mut *connection, sam).await?;
    let (id, account) = (row.id, row.read()?.account);
    match account.sip_uri {
        Some(user) => Err(StoreError::AccountTaken { account: account.sam_account_name, user }),
        None => users::insert(connection, user, id).await,
    }
}

async fn set_password(
    connection: &mut SqliteConnection,
    user_id: i64,
    nt_hash: &NtHash,
) -> Result<(), StoreError> {
    let account = users::account_id(&mut *connection, user_id).await?;
    accounts::write_password(connection, account, Some(nt_hash)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use lync_model::{Account, AccountState, PasswordError, PinRejected};

    const PASSWORD: &str = "Passw0rd!";

    /// Only who has Enterprise Voice signs in by PIN.
    fn ken() -> User {
        Pool::user("kenmyer", Some("tel:+12065551219;ext=1219"))
    }

    fn expired() -> Account {
        Account {
            sam_account_name: "kmyer".to_owned(),
            user_principal_name: "ken@litwareinc.com".to_owned(),
            display_name: "Ken".to_owned(),
            state: AccountState::PasswordExpired,
            has_password: true,
            sip_uri: None,
        }
    }

    #[tokio::test]
    async fn a_user_begins_with_pin_and_password() {
        let pool = Pool::open().await;
        let (user, pin) = (ken(), Pin::new("07129"));
        let new = NewUser { pin: Some(&pin), password: Some(PASSWORD), ..NewUser::new(&user) };
        pool.store.add_new_user(new).await.unwrap();
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(user.sip_uri));
        let made = pool.store.stored_accounts().await.unwrap();
        assert_eq!(made.len(), 1);
        assert_eq!(made[0].account.sam_account_name, "kenmyer");
        assert_eq!(made[0].nt_hash, Some(NtHash::of_password(PASSWORD)));
    }

    #[tokio::test]
    async fn an_account_that_is_there_keeps_its_password_or_gets_the_new_one() {
        for (password, state) in [(None, AccountState::PasswordExpired), (Some("N3w"), AccountState::Good)] {
            let store = Pool::open().await.store;
            store.add_account(&expired(), Some(PASSWORD)).await.unwrap();
            let user = ken();
            let new = NewUser { account: Some("KMYER"), password, ..NewUser::new(&user) };
            store.add_new_user(new).await.unwrap();
            let accounts = store.stored_accounts().await.unwrap();
            let expected = Account { state, sip_uri: Some(user.sip_uri.clone()), ..expired() };
            assert_eq!(accounts.len(), 1);
            assert_eq!(accounts[0].account, expected);
            assert_eq!(accounts[0].nt_hash, Some(NtHash::of_password(password.unwrap_or(PASSWORD))));
        }
    }

    #[tokio::test]
    async fn what_is_refused_leaves_neither_user_nor_pin_nor_password() {
        let pool = Pool::open().await;
        let store = &pool.store;
        store.add_account(&expired(), Some(PASSWORD)).await.unwrap();
        let before = store.stored_accounts().await.unwrap();
        let (user, good, short) = (ken(), Pin::new("07129"), Pin::new("1"));
        for account in [None, Some("kmyer")] {
            let new = NewUser { account, pin: Some(&short), password: Some("N3w"), ..NewUser::new(&user) };
            let refused = store.add_new_user(new).await;
            assert!(
                matches!(refused, Err(StoreError::PinRejected(PinRejected::TooShort { min: 5 }))),
                "{refused:?}"
            );
            let refused = store.add_new_user(NewUser { pin: Some(&good), password: Some(""), ..new }).await;
            assert!(matches!(refused, Err(StoreError::Password(PasswordError::Empty))), "{refused:?}");
            assert_eq!(store.stored_accounts().await.unwrap(), before);
            assert_eq!(store.users().await.unwrap(), []);
        }
    }
}
