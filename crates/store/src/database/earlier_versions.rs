//! Stores of earlier versions are brought up to date with all that is in them.

use super::*;
use crate::{Store, StoredAccount};
use lync_model::ports::UserPinService;
use lync_model::{AccountState, Clock, Pin, PinPolicy};
use sqlx::Connection;

/// A store as it was when there were the first so many migrations, with what `sql` puts in.
async fn of_version(migrations: usize, path: &Path, sql: &'static str) {
    let mut first = sqlx::migrate!("../../migrations");
    first.migrations = first.migrations.iter().take(migrations).cloned().collect();
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    first.run(&mut connection).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn opened(path: PathBuf) -> Store {
    Store::open(&StoreLocation::Kept(path), Clock::system()).await.unwrap()
}

#[tokio::test]
async fn a_store_of_the_first_version_keeps_its_user() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pool.db");
    let user = "INSERT INTO users VALUES (7, 'sip:kenmyer@litwareinc.com', 'Ken Myer',
                'tel:+12065551219;ext=1219', '12065551219', '1219', 1, 1)";
    of_version(1, &path, user).await;
    let store = opened(path).await;
    let users = store.users().await.unwrap();
    assert_eq!(users.len(), 1);
    assert_eq!(users[0].display_name, "Ken Myer");
    let record = store.record(&users[0].sip_uri).await.unwrap();
    assert_eq!((record.pin_lifetime_days, record.pin_policy()), (None, None));
}

/// Users whose names before the @ are the same, or hold what no account's name may; one with all that a user can have.
const THIRD: &str = r"
    UPDATE pin_policies SET min_password_length = 4, pin_history_count = 1, pin_lifetime_days = 365;
    INSERT INTO users VALUES
        (3, 'sip:ken@a.test', 'Ken', 'tel:+12065551219;ext=1219', '12065551219', '1219', 1, 1, 30),
        (5, 'sip:ken@b.test', 'Other Ken', NULL, NULL, NULL, 0, 1, NULL),
        (8, 'sip:a+b=c?d/e;f,g*h@a.test', 'Odd', NULL, NULL, NULL, 1, 0, NULL),
        (9, 'sip:ken@c.test', 'Third', NULL, NULL, NULL, 1, 1, NULL);
    INSERT INTO pins VALUES
        (3, '$argon2id$v=19$m=8,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$1dkNPRfX1r4TL5kpbJvSbZ8Y0Mq5hLuVrpMG9yfNWRs', 4, 1);
    INSERT INTO pin_history (user_id, phc) VALUES (3, 'old');
    INSERT INTO lockouts VALUES (3, 2, NULL, NULL, 2, 0, 1);
    INSERT INTO certificates VALUES (3, '{a}', x'00', 1, 4102444800000000);
";

#[tokio::test]
async fn a_store_without_accounts_gets_them_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pool.db");
    of_version(3, &path, THIRD).await;
    // The second time there is nothing to bring up to date.
    for _ in 0..2 {
        let store = opened(path.clone()).await;
        let accounts = store.stored_accounts().await.unwrap();
        let shown: Vec<_> = accounts
            .iter()
            .map(|StoredAccount { account, nt_hash }| {
                assert!(nt_hash.is_none() && account.state == AccountState::Good);
                (
                    account.sam_account_name.as_str(),
                    account.user_principal_name.as_str(),
                    account.display_name.as_str(),
                    account.sip_uri.as_ref().map_or("", |user| user.as_str()),
                )
            })
            .collect();
        let odd = "a+b=c?d/e;f,g*h@a.test";
        let expected = [
            ("a_b_c_d_e_f_g_h", odd, "Odd", "sip:a+b=c?d/e;f,g*h@a.test"),
            ("ken", "ken@a.test", "Ken", "sip:ken@a.test"),
            ("ken#2", "ken@b.test", "Other Ken", "sip:ken@b.test"),
            ("ken#3", "ken@c.test", "Third", "sip:ken@c.test"),
        ];
        assert_eq!(shown, expected);
        assert!(accounts.iter().all(|stored| stored.account.validate().is_ok()));

        let policy = PinPolicy {
            min_password_length: 4,
            pin_history_count: 1,
            pin_lifetime_days: 365,
            ..PinPolicy::default()
        };
        assert_eq!(store.policy().await.unwrap(), policy);
        let ken = "sip:ken@a.test".parse().unwrap();
        let record = store.record(&ken).await.unwrap();
        assert!(record.pin().is_some() && record.history().len() == 1 && record.counters().locked_by_admin);
        assert_eq!(record.pin_lifetime_days, Some(30));
        assert_eq!(store.get_published_certs(&ken).await.unwrap().len(), 1);
        assert_eq!(store.users().await.unwrap().iter().filter(|user| user.enabled).count(), 3);
        store.close().await;
    }
    // What is done to it is as to any other.
    let store = opened(path).await;
    let ken = "sip:ken@a.test".parse().unwrap();
    store.unlock_pin(&ken).await.unwrap();
    store.set_pin(&ken, &Pin::new("0712")).await.unwrap();
    assert_eq!(store.verify_pin("1219", &Pin::new("0712")).await, Ok(ken));
    store.remove_account("ken#2").await.unwrap();
    assert_eq!(store.users().await.unwrap().len(), 3);
}

/// Addresses are in lower case as far as ASCII goes; SQLite's lower() goes no further either, and names are compared
/// in any case.
const NOT_ASCII: &str = r"
    INSERT INTO users VALUES
        (3, 'sip:Ärger@a.test', 'Upper', NULL, NULL, NULL, 1, 1, NULL),
        (4, 'sip:ärger@a.test', 'Lower', NULL, NULL, NULL, 1, 1, NULL);
";

#[tokio::test]
async fn accounts_that_a_store_gets_are_found_in_any_case() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pool.db");
    of_version(3, &path, NOT_ASCII).await;
    let store = opened(path).await;
    for account in store.accounts().await.unwrap() {
        let found = store.account(&account.sam_account_name).await.unwrap();
        assert_eq!(found.as_ref(), Some(&account));
        let found = store.account(&account.user_principal_name).await.unwrap();
        assert_eq!(found.as_ref(), Some(&account));
        store.set_password(&account.sam_account_name, Some("Passw0rd!")).await.unwrap();
    }
}
