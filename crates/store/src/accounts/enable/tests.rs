//! Enable-CsUser, Disable-CsUser, and another address.

use super::*;
use crate::testing::Pool;
use lync_model::{AccountState, Pin, PinRejected};

const PIN: &str = "07129";
const LINE: &str = "tel:+12065551219;ext=1219";

fn not_yet() -> Account {
    Account {
        sam_account_name: "kmyer".to_owned(),
        user_principal_name: "ken@litwareinc.com".to_owned(),
        display_name: "Ken Myer".to_owned(),
        state: AccountState::Good,
        has_password: false,
        sip_uri: None,
    }
}

/// A pool with an account that is no Lync user.
async fn with_account() -> Pool {
    let pool = Pool::open().await;
    pool.store.add_account(&not_yet(), None).await.unwrap();
    pool
}

async fn enable(store: &Store, sam: &str, user: &User, pin: &str) -> Result<(), StoreError> {
    let new = NewUser { account: Some(sam), pin: Some(&Pin::new(pin)), ..NewUser::new(user) };
    store.add_new_user(new).await
}

#[tokio::test]
async fn an_account_that_is_enabled_signs_in_under_its_own_name() {
    let pool = with_account().await;
    let user = Pool::user("kenmyer", Some(LINE));
    enable(&pool.store, "KMYER", &user, PIN).await.unwrap();
    assert_eq!(pool.sign_in("1219", PIN).await, Ok(user.sip_uri.clone()));
    assert_eq!(pool.store.users().await.unwrap().first().unwrap().display_name, "Ken Myer");
    let account = pool.store.account_of(&user.sip_uri).await.unwrap().unwrap();
    assert_eq!(account, Account { sip_uri: Some(user.sip_uri), ..not_yet() });
    assert_eq!(pool.store.accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_cannot_be_enabled_stays_as_it_is() {
    let pool = with_account().await;
    let ken = pool.add("kenmyer", None).await;
    let again = pool.store.enable_user("kenmyer", &Pool::user("other", None)).await;
    assert!(
        matches!(&again, Err(StoreError::AccountTaken { account, user }) if account == "kenmyer" && *user == ken),
        "{again:?}"
    );
    let taken = pool.store.enable_user("kmyer", &Pool::user("kenmyer", None)).await;
    assert!(matches!(taken, Err(StoreError::UserExists(user)) if user == ken));
    let weak = enable(&pool.store, "kmyer", &Pool::user("k", Some(LINE)), "1").await;
    assert!(matches!(weak, Err(StoreError::PinRejected(PinRejected::TooShort { min: 5 }))));
    assert_eq!(pool.store.account("kmyer").await.unwrap(), Some(not_yet()));
    assert_eq!(pool.store.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_is_disabled_keeps_the_account_and_nothing_else() {
    let pool = Pool::open().await;
    let ken = pool.add_with_pin("kenmyer", "1219", PIN).await;
    pool.publish("kenmyer", "{a}", b"der").await;
    pool.store.lock_pin(&ken).await.unwrap();
    pool.store.set_password("kenmyer", Some("Passw0rd!")).await.unwrap();
    pool.store.disable_user(&ken).await.unwrap();
    assert_eq!(pool.store.users().await.unwrap(), []);
    let account = pool.store.account("kenmyer").await.unwrap().unwrap();
    assert_eq!((account.sip_uri, account.has_password), (None, true));

    pool.store.enable_user("kenmyer", &Pool::user("kenmyer", Some(LINE))).await.unwrap();
    let info = pool.store.pin_info(&ken).await.unwrap();
    assert!(!info.is_pin_set && !info.is_locked_out);
    assert_eq!(pool.published("kenmyer").await, []);
    let nobody = pool.store.disable_user(&Pool::sip("nobody")).await;
    assert!(matches!(nobody, Err(StoreError::NoSuchUser(_))));
}

#[tokio::test]
async fn another_address_keeps_pin_and_account_and_no_certificate() {
    let pool = Pool::open().await;
    let ken = pool.add("kenmyer", Some(LINE)).await;
    pool.store.set_pin(&ken, &Pin::new(PIN)).await.unwrap();
    pool.publish("kenmyer", "{a}", b"der").await;
    let new = Pool::sip("ken.myer");
    pool.store.rename_user(&ken, &new).await.unwrap();
    assert_eq!(pool.store.user(&ken).await.unwrap(), None);
    assert_eq!(pool.sign_in("1219", PIN).await, Ok(new.clone()));
    assert_eq!(pool.published("ken.myer").await, []);
    let account = pool.store.account_of(&new).await.unwrap().unwrap();
    assert_eq!(account.sam_account_name, "kenmyer");
    assert_eq!(account.user_principal_name, "kenmyer@litwareinc.com");
}

#[tokio::test]
async fn an_address_that_somebody_has_is_not_given_again() {
    let pool = Pool::open().await;
    let ken = pool.add("kenmyer", None).await;
    let pilar = pool.add("pilar", None).await;
    pool.publish("kenmyer", "{a}", b"der").await;
    let taken = pool.store.rename_user(&ken, &pilar).await;
    assert!(matches!(taken, Err(StoreError::UserExists(user)) if user == pilar));
    let nobody = pool.store.rename_user(&Pool::sip("nobody"), &Pool::sip("x")).await;
    assert!(matches!(nobody, Err(StoreError::NoSuchUser(_))));
    pool.store.rename_user(&ken, &ken).await.unwrap();
    assert_eq!(pool.published("kenmyer").await.len(), 1, "the same address changes nothing");
}
