//! Records: what was changed comes back as it was.

use super::*;
use crate::testing::Pool;
use crate::{AccountUpdate, StoreLocation};
use lync_model::{AccountState, Clock, NamedPolicy, Pin, PinPolicy};
use time::Duration;
use time::macros::datetime;

const LINE: &str = "tel:+12065551219;ext=1219";

/// Ken with two PINs behind him, two wrong attempts and two certificates.
async fn ken(pool: &Pool) -> SipUri {
    let store = &pool.store;
    store.set_policy(&PinPolicy { pin_history_count: 3, ..PinPolicy::default() }).await.unwrap();
    let ken = pool.add("kenmyer", Some(LINE)).await;
    for pin in ["83920", "07129"] {
        store.change_pin(&ken, &Pin::new(pin)).await.unwrap();
    }
    for pin in ["11112", "11113"] {
        assert!(pool.sign_in("1219", pin).await.is_err());
    }
    pool.publish("kenmyer", "{a}", b"a").await;
    pool.clock.advance(Duration::seconds(1));
    pool.publish("kenmyer", "{b}", b"b").await;
    ken
}

/// Everything about Ken becomes different.
async fn turn_upside_down(pool: &Pool, ken: &SipUri) {
    let store = &pool.store;
    store.set_pin(ken, &Pin::new("59371")).await.unwrap();
    store.lock_pin(ken).await.unwrap();
    store.revoke_certs(ken).await.unwrap();
    pool.publish("kenmyer", "{c}", b"c").await;
    let other = User { display_name: "K".to_owned(), enabled: false, ..Pool::user("kenmyer", None) };
    store.update_user(&other).await.unwrap();
}

async fn assert_as_it_was(pool: &Pool, before: &UserRecord) {
    let ken = before.user();
    assert!(pool.store.record(ken).await.unwrap() == *before, "something of the record did not come back");
    let device_ids: Vec<_> = pool.published("kenmyer").await.into_iter().map(|kept| kept.device_id).collect();
    assert_eq!(device_ids, ["{a}", "{b}"]);
    let used = pool.store.change_pin(ken, &Pin::new("83920")).await;
    assert!(matches!(used, Err(StoreError::PinRejected(_))), "the history is forgotten");
    assert_eq!(pool.store.counters(ken).await.unwrap().local_failures, 2);
    assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken.clone()));
}

#[tokio::test]
async fn a_user_who_was_changed_is_as_before() {
    let pool = Pool::open().await;
    let ken = ken(&pool).await;
    let before = pool.store.record(&ken).await.unwrap();
    turn_upside_down(&pool, &ken).await;
    assert!(pool.store.record(&ken).await.unwrap() != before);
    pool.store.restore(&before).await.unwrap();
    assert_as_it_was(&pool, &before).await;
}

#[tokio::test]
async fn a_user_who_was_removed_is_there_again() {
    let pool = Pool::open().await;
    let ken = ken(&pool).await;
    let before = pool.store.record(&ken).await.unwrap();
    pool.store.remove_user(&ken).await.unwrap();
    // Takes the row that became free.
    pool.add("pilar", None).await;
    pool.store.restore(&before).await.unwrap();
    assert_as_it_was(&pool, &before).await;
    assert_eq!(pool.store.users().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_user_who_was_removed_and_added_anew_is_the_old_one_again() {
    let pool = Pool::open().await;
    let ken = ken(&pool).await;
    let before = pool.store.record(&ken).await.unwrap();
    pool.store.remove_user(&ken).await.unwrap();
    pool.add_with_pin("kenmyer", "7777", "59371").await;
    pool.store.restore(&before).await.unwrap();
    assert_as_it_was(&pool, &before).await;
}

#[tokio::test]
async fn a_record_outlives_the_closing_of_a_kept_store() {
    let folder = tempfile::tempdir().unwrap();
    let location = StoreLocation::Kept(folder.path().join("pool.db"));
    let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
    let open = async || {
        let cost = crate::HashCost::Cheapest;
        let store = Store::open_with_cost(&location, clock.clone(), cost).await.unwrap();
        Pool { store, clock: clock.clone() }
    };
    let pool = open().await;
    let ken = ken(&pool).await;
    let before = pool.store.record(&ken).await.unwrap();
    turn_upside_down(&pool, &ken).await;
    pool.store.close().await;
    let pool = open().await;
    pool.store.restore(&before).await.unwrap();
    pool.store.close().await;
    assert_as_it_was(&open().await, &before).await;
}

#[tokio::test]
async fn others_stay_as_they_are() {
    let pool = Pool::open().await;
    let ken = ken(&pool).await;
    let before = pool.store.record(&ken).await.unwrap();
    let pilar = pool.add_with_pin("pilar", "1300", "59371").await;
    pool.publish("pilar", "{a}", b"theirs").await;
    let theirs = pool.store.record(&pilar).await.unwrap();
    pool.store.restore(&before).await.unwrap();
    assert!(pool.store.record(&pilar).await.unwrap() == theirs);
}

/// Ken with a password, a name of his own and a policy.
async fn ken_of_the_lobby(pool: &Pool) -> SipUri {
    let store = &pool.store;
    let ken = ken(pool).await;
    store.set_password("kenmyer", Some("Passw0rd!")).await.unwrap();
    let upn = AccountUpdate {
        user_principal_name: Some("ken@litwareinc.com".to_owned()),
        state: Some(AccountState::LockedOut),
        ..AccountUpdate::default()
    };
    store.update_account("kenmyer", &upn).await.unwrap();
    let lobby = NamedPolicy {
        identity: "tag:Lobby".to_owned(),
        description: None,
        policy: PinPolicy { pin_history_count: 3, ..PinPolicy::default() },
    };
    store.add_pin_policy(&lobby).await.unwrap();
    store.grant_pin_policy(&ken, Some("tag:Lobby")).await.unwrap();
    ken
}

#[tokio::test]
async fn account_and_granted_policy_come_back_too() {
    let pool = Pool::open().await;
    let store = &pool.store;
    let ken = ken_of_the_lobby(&pool).await;
    let before = store.record(&ken).await.unwrap();
    assert_eq!(before.pin_policy(), Some("tag:Lobby"));

    store.set_password("kenmyer", None).await.unwrap();
    store
        .update_account("kenmyer", &AccountUpdate { state: Some(AccountState::Good), ..Default::default() })
        .await
        .unwrap();
    store.grant_pin_policy(&ken, None).await.unwrap();
    store.restore(&before).await.unwrap();
    assert_as_it_was(&pool, &before).await;

    store.remove_user(&ken).await.unwrap();
    store.restore(&before).await.unwrap();
    assert_as_it_was(&pool, &before).await;
    store.disable_user(&ken).await.unwrap();
    store.restore(&before).await.unwrap();
    assert_as_it_was(&pool, &before).await;
    assert_eq!(store.accounts().await.unwrap().len(), 1, "it is the same account again");
}

#[tokio::test]
async fn a_policy_that_is_gone_is_granted_to_nobody() {
    let pool = Pool::open().await;
    let ken = ken_of_the_lobby(&pool).await;
    let before = pool.store.record(&ken).await.unwrap();
    pool.store.remove_pin_policy("tag:Lobby").await.unwrap();
    pool.store.restore(&before).await.unwrap();
    assert_eq!(pool.store.granted_pin_policy(&ken).await.unwrap(), None);
}

#[tokio::test]
async fn names_that_somebody_has_since_are_left_to_them() {
    let pool = Pool::open().await;
    let ken = ken_of_the_lobby(&pool).await;
    let before = pool.store.record(&ken).await.unwrap();
    pool.store.remove_user(&ken).await.unwrap();
    let other = User { sip_uri: "sip:kenmyer@contoso.test".parse().unwrap(), ..Pool::user("x", None) };
    pool.store.add_user(&other).await.unwrap();
    pool.store.restore(&before).await.unwrap();
    let account = pool.store.account_of(&ken).await.unwrap().unwrap();
    assert_eq!((account.sam_account_name.as_str(), account.has_password), ("kenmyer2", true));
    let theirs = pool.store.account_of(&other.sip_uri).await.unwrap().unwrap();
    assert_eq!((theirs.sam_account_name.as_str(), theirs.has_password), ("kenmyer", false));
}

#[tokio::test]
async fn a_record_made_by_hand_leaves_the_account_that_is_there() {
    let pool = Pool::open().await;
    let ken = ken_of_the_lobby(&pool).await;
    let account = pool.store.account_of(&ken).await.unwrap().unwrap();
    pool.store.restore(&UserRecord::new(Pool::user("kenmyer", None))).await.unwrap();
    let after = pool.store.account_of(&ken).await.unwrap().unwrap();
    assert_eq!(after, Account { display_name: "kenmyer".to_owned(), ..account });
    assert_eq!(pool.store.granted_pin_policy(&ken).await.unwrap(), None);
    pool.store.restore(&UserRecord::new(Pool::user("pilar", None))).await.unwrap();
    assert!(pool.store.account_of(&Pool::sip("pilar")).await.unwrap().is_some());
}

#[tokio::test]
async fn a_record_shows_no_hash() {
    let pool = Pool::open().await;
    let ken = ken(&pool).await;
    let record = pool.store.record(&ken).await.unwrap();
    assert!(record.pin.as_ref().unwrap().phc.contains("argon2"), "it holds one");
    assert_eq!(format!("{record:?}"), format!("UserRecord {{ user: {ken:?}, .. }}"));
}

#[tokio::test]
async fn nobody_has_no_record() {
    let pool = Pool::open().await;
    let refused = pool.store.record(&Pool::sip("nobody")).await;
    assert!(matches!(refused, Err(StoreError::NoSuchUser(_))));
}
