//! What a dump of the pool's state tells of the store, read at one moment.

use crate::accounts::{self, StoredAccount};
use crate::{Store, StoreError, UserRecord, policy, record, users};
use lync_model::{NamedPolicy, SipUri, User};
use sqlx::SqliteConnection;
use std::collections::HashMap;

/// Accounts, users and policies at one moment: who is granted a policy finds it here, and every user's account too.
/// It has no `Debug`, for it holds hashes.
pub struct Snapshot {
    /// The PIN policies: Global first, then by identity.
    pub policies: Vec<NamedPolicy>,
    /// The accounts with the hashes of their passwords, by SamAccountName.
    pub accounts: Vec<StoredAccount>,
    /// The users, by address.
    pub users: Vec<User>,
    /// Identity of the policy that was granted, by whom it was granted to.
    pub grants: HashMap<SipUri, String>,
    /// Everything that is kept of each user; empty where it was not asked for.
    pub records: HashMap<SipUri, UserRecord>,
}

impl Store {
    /// Reads all of it in one transaction; `records` says whether those of the users are wanted too.
    ///
    /// Who writes meanwhile does not wait for it.
    pub async fn snapshot(&self, records: bool) -> Result<Snapshot, StoreError> {
        read(&mut *self.database.read.begin().await?, records).await
    }
}

/// Reads all of it; the caller's transaction makes it one moment's.
pub(crate) async fn read(connection: &mut SqliteConnection, records: bool) -> Result<Snapshot, StoreError> {
    let mut snapshot = Snapshot {
        policies: policy::all(&mut *connection).await?,
        accounts: accounts::all(&mut *connection).await?,
        users: users::all(&mut *connection).await?,
        grants: policy::all_grants(&mut *connection).await?.into_iter().collect(),
        records: HashMap::new(),
    };
    if records {
        snapshot.records = record::of_all(connection, &snapshot).await?;
    }
    Ok(snapshot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewUser;
    use crate::testing::Pool;
    use lync_model::{Pin, PinPolicy};

    #[tokio::test]
    async fn all_is_there_and_records_only_where_they_are_wanted() {
        let pool = Pool::open().await;
        let store = &pool.store;
        let lobby = NamedPolicy {
            identity: "tag:Lobby".to_owned(),
            description: None,
            policy: PinPolicy { min_password_length: 8, ..PinPolicy::default() },
        };
        store.add_pin_policy(&lobby).await.unwrap();
        let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
        store.grant_pin_policy(&ken, Some("tag:lobby")).await.unwrap();
        for records in [false, true] {
            let snapshot = store.snapshot(records).await.unwrap();
            assert_eq!(snapshot.policies, store.pin_policies().await.unwrap());
            assert_eq!(snapshot.users, store.users().await.unwrap());
            assert!(snapshot.accounts == store.stored_accounts().await.unwrap());
            assert_eq!(snapshot.grants.get(&ken).map(String::as_str), Some("tag:Lobby"));
            let record = records.then_some(store.record(&ken).await.unwrap());
            assert_eq!(snapshot.records.get(&ken), record.as_ref());
        }
    }

    #[tokio::test]
    async fn whoever_writes_meanwhile_it_is_one_moments() {
        let store = Pool::open().await.store;
        let (ken, pin) = (Pool::user("kenmyer", None), Pin::new("07129"));
        let coming_and_going = async {
            for _ in 0..100 {
                let new = NewUser { pin: Some(&pin), password: Some("Passw0rd!"), ..NewUser::new(&ken) };
                store.add_new_user(new).await.unwrap();
                store.remove_user(&ken.sip_uri).await.unwrap();
            }
        };
        let reading = async {
            loop {
                let snapshot = store.snapshot(true).await.unwrap();
                let whose = |stored: &StoredAccount| stored.account.sip_uri.clone();
                let users: Vec<_> = snapshot.users.iter().map(|user| Some(user.sip_uri.clone())).collect();
                assert_eq!(snapshot.accounts.iter().map(whose).collect::<Vec<_>>(), users);
                assert_eq!(snapshot.records.len(), users.len());
            }
        };
        tokio::select! {
            () = coming_and_going => {}
            () = reading => {}
        }
    }
}
