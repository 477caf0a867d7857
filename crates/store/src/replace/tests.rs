use super::*;
use crate::testing::Pool;
use lync_model::{NtHash, PinPolicy};

fn account(sam: &str, upn: &str) -> StoredAccount {
    let user = Pool::sip(sam);
    let account = Account {
        user_principal_name: upn.to_owned(),
        sip_uri: None,
        has_password: true,
        ..names::of_address(&user, sam)
    };
    StoredAccount { account, nt_hash: Some(NtHash::of_password(sam)) }
}

fn policy(identity: &str) -> NamedPolicy {
    let policy = PinPolicy { min_password_length: 7, ..PinPolicy::default() };
    NamedPolicy { identity: identity.to_owned(), description: None, policy }
}

async fn replace(pool: &Pool, wish: Replacement) -> Result<(), StoreError> {
    pool.store.replace(|_| Ok(wish)).await
}

async fn told(pool: &Pool) -> impl PartialEq + std::fmt::Debug {
    let Snapshot { policies, accounts, users, records, .. } = pool.store.snapshot(true).await.unwrap();
    (policies, accounts, users, records)
}

#[tokio::test]
async fn what_fails_at_its_end_has_changed_nothing() {
    let pool = Pool::open().await;
    let (ken, _) = (pool.add_with_pin("kenmyer", "1219", "07129").await, pool.add("toni", None).await);
    let before = told(&pool).await;
    let twice = UserRecord::new(Pool::user("new", None));
    let wish = Replacement {
        global: Some(policy("Global")),
        policies: Some(vec![policy("tag:Lobby")]),
        removed: vec![ken],
        accounts: vec![account("a", "a@x.test"), account("b", "b@x.test")],
        records: vec![UserRecord::new(Pool::user("toni", Some("tel:+12065551219"))), twice.clone(), twice],
        ..Replacement::default()
    };
    let refused = replace(&pool, wish).await;
    assert!(matches!(refused, Err(StoreError::UserExists(_))), "{refused:?}");
    assert!(told(&pool).await == before);

    let refused = pool.store.replace(|_| Err::<Replacement, _>(StoreError::Contended)).await;
    assert!(matches!(refused, Err(StoreError::Contended)));
    let taken = Replacement { accounts: vec![account("a", "TONI@litwareinc.com")], ..Replacement::default() };
    assert!(matches!(replace(&pool, taken).await, Err(StoreError::AccountExists(_))));
    assert!(told(&pool).await == before);
}

#[tokio::test]
async fn users_come_go_stay_and_change() {
    let pool = Pool::open().await;
    let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
    let jane = pool.add_with_pin("jane", "1220", "07139").await;
    pool.publish("jane", "d1", b"1").await;
    let (gone, disabled) = (pool.add("gone", None).await, pool.add("disabled", None).await);
    let snapshot = pool.store.snapshot(true).await.unwrap();
    let jane_before = snapshot.records[&jane].clone();
    let mut ken_before = snapshot.records[&ken].clone();
    ken_before.set_pin_policy(Some("tag:Lobby".to_owned()));
    let mut with_account = UserRecord::new(Pool::user("anna", None));
    with_account.set_account(account("a", "a@x.test"));
    let wish = Replacement {
        policies: Some(vec![policy("tag:Lobby")]),
        removed: vec![gone.clone()],
        disabled: vec![disabled.clone()],
        accounts: vec![account("a", "a@x.test"), account("b", "b@x.test")],
        records: vec![ken_before, jane_before.clone(), with_account, UserRecord::new(Pool::user("b", None))],
        ..Replacement::default()
    };
    replace(&pool, wish).await.unwrap();
    assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken.clone()));
    assert_eq!(pool.store.granted_pin_policy(&ken).await.unwrap().as_deref(), Some("tag:Lobby"));
    assert_eq!(pool.store.record(&jane).await.unwrap(), jane_before);
    assert_eq!(pool.published("jane").await.len(), 1);
    let accounts = pool.store.accounts().await.unwrap();
    let whose: Vec<_> = accounts
        .iter()
        .map(|account| (account.sam_account_name.as_str(), account.sip_uri.as_ref().map(SipUri::address)))
        .collect();
    assert_eq!(
        whose,
        [
            ("a", Some("anna@litwareinc.com")),
            ("b", None),
            ("b2", Some("b@litwareinc.com")),
            ("disabled", None),
            ("jane", Some("jane@litwareinc.com")),
            ("kenmyer", Some("kenmyer@litwareinc.com")),
        ]
    );
    assert_eq!(accounts[0].display_name, "anna", "it is the user's");
}

#[tokio::test]
async fn accounts_exchange_their_principal_names() {
    let pool = Pool::open().await;
    let of = |one: &str, other: &str| Replacement {
        accounts: vec![account("a", one), account("b", other)],
        ..Replacement::default()
    };
    replace(&pool, of("a@x.test", "b@x.test")).await.unwrap();
    replace(&pool, of("B@x.test", "a@x.test")).await.unwrap();
    let names: Vec<_> =
        pool.store.accounts().await.unwrap().into_iter().map(|account| account.user_principal_name).collect();
    assert_eq!(names, ["B@x.test", "a@x.test"]);
}
