//! Which PIN policy holds for whom.

use super::*;
use crate::testing::Pool;
use lync_model::ports::{PinFailureReason, UserPinError};
use lync_model::{Pin, PinPolicyError, PinRejected, PolicyIdentityError};
use time::Duration;

fn named(identity: &str, policy: PinPolicy) -> NamedPolicy {
    NamedPolicy { identity: identity.to_owned(), description: None, policy }
}

fn at_least(min_password_length: u8) -> PinPolicy {
    PinPolicy { min_password_length, ..PinPolicy::default() }
}

async fn identities(store: &Store) -> Vec<String> {
    store.pin_policies().await.unwrap().into_iter().map(|policy| policy.identity).collect()
}

async fn too_short(store: &Store, user: &SipUri, pin: &str) -> Option<u8> {
    match store.set_pin(user, &Pin::new(pin)).await {
        Err(StoreError::PinRejected(PinRejected::TooShort { min })) => Some(min),
        other => {
            other.unwrap();
            None
        }
    }
}

#[tokio::test]
async fn policies_come_back_as_written_the_global_one_first() {
    let store = Pool::open().await.store;
    let lobby = NamedPolicy {
        description: Some("Phones in the lobby".to_owned()),
        ..named("TAG:Lobby", PinPolicy { maximum_logon_attempts: Some(3), ..at_least(8) })
    };
    for policy in [lobby.clone(), named("tag:attic", at_least(4)), named("site:Redmond", at_least(6))] {
        store.add_pin_policy(&policy).await.unwrap();
    }
    assert_eq!(identities(&store).await, ["Global", "site:Redmond", "tag:attic", "tag:Lobby"]);
    let found = store.pin_policy("tag:LOBBY").await.unwrap();
    assert_eq!(found, Some(NamedPolicy { identity: "tag:Lobby".to_owned(), ..lobby }));
    let global = store.pin_policy("GLOBAL").await.unwrap().unwrap();
    assert_eq!(global, named("Global", PinPolicy::default()));
    for none in ["tag:none", "Lobby", ""] {
        assert_eq!(store.pin_policy(none).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_identity_is_given_once_and_the_pool_has_one_site() {
    let store = Pool::open().await.store;
    for identity in ["tag:Lobby", "site:Redmond"] {
        store.add_pin_policy(&named(identity, at_least(6))).await.unwrap();
    }
    for (identity, have) in
        [("TAG:LOBBY", "tag:Lobby"), ("site:redmond", "site:Redmond"), ("global", "Global")]
    {
        let refused = store.add_pin_policy(&named(identity, at_least(7))).await;
        assert!(matches!(&refused, Err(StoreError::PolicyExists(found)) if found == have), "{refused:?}");
    }
    let refused = store.add_pin_policy(&named("site:Dublin", at_least(7))).await;
    assert!(matches!(refused, Err(StoreError::OtherSite { have }) if have == "site:Redmond"));
    let found = store.pin_policy("tag:lobby").await.unwrap().unwrap();
    assert_eq!(found.policy.min_password_length, 6);
}

#[tokio::test]
async fn an_impossible_policy_is_refused_and_changes_nothing() {
    let store = Pool::open().await.store;
    for (policy, reason) in [
        (named("Lobby", at_least(5)), PolicyIdentityError::Form("Lobby".to_owned())),
        (named("tag:Lobby", at_least(3)), PolicyIdentityError::Policy(PinPolicyError::MinPasswordLength(3))),
        (named("Global", at_least(25)), PolicyIdentityError::Policy(PinPolicyError::MinPasswordLength(25))),
    ] {
        for refused in [store.add_pin_policy(&policy).await, store.put_pin_policy(&policy).await] {
            assert!(
                matches!(&refused, Err(StoreError::NamedPolicy(found)) if *found == reason),
                "{refused:?}"
            );
        }
    }
    assert_eq!(store.pin_policies().await.unwrap(), [named("Global", PinPolicy::default())]);
}

#[tokio::test]
async fn the_granted_policy_holds_else_that_of_the_site_else_the_global_one() {
    let pool = Pool::open().await;
    let store = &pool.store;
    let ken = pool.add("kenmyer", Some("tel:+12065551219;ext=1219")).await;
    let ann = pool.add("ann", None).await;
    assert_eq!(too_short(store, &ken, "0712").await, Some(5));

    store.add_pin_policy(&named("site:Redmond", at_least(7))).await.unwrap();
    assert_eq!(too_short(store, &ken, "07129").await, Some(7));
    store.add_pin_policy(&named("tag:Lobby", at_least(9))).await.unwrap();
    store.grant_pin_policy(&ken, Some("TAG:lobby")).await.unwrap();
    assert_eq!(too_short(store, &ken, "0712946").await, Some(9));
    assert_eq!(too_short(store, &ann, "0712946").await, None, "the others have that of the site");
    assert_eq!(store.granted_pin_policy(&ken).await.unwrap().as_deref(), Some("tag:Lobby"));
    assert_eq!(store.granted_pin_policy(&ann).await.unwrap(), None);
    let grants = store.granted_pin_policies().await.unwrap();
    assert_eq!(grants, [(ken.clone(), "tag:Lobby".to_owned())]);

    store.grant_pin_policy(&ken, None).await.unwrap();
    assert_eq!(too_short(store, &ken, "07129").await, Some(7));
    store.remove_pin_policy("site:REDMOND").await.unwrap();
    assert_eq!(too_short(store, &ken, "07129").await, None);
}

#[tokio::test]
async fn only_a_tag_policy_that_is_there_is_granted() {
    let pool = Pool::open().await;
    let store = &pool.store;
    let ken = pool.add("kenmyer", None).await;
    store.add_pin_policy(&named("site:Redmond", at_least(6))).await.unwrap();
    store.add_pin_policy(&named("tag:Lobby", at_least(8))).await.unwrap();
    store.grant_pin_policy(&ken, Some("tag:Lobby")).await.unwrap();
    for identity in ["Global", "site:Redmond"] {
        let refused = store.grant_pin_policy(&ken, Some(identity)).await;
        assert!(matches!(&refused, Err(StoreError::NotGranted(found)) if found == identity), "{refused:?}");
    }
    let none = store.grant_pin_policy(&ken, Some("tag:None")).await;
    assert!(matches!(none, Err(StoreError::NoSuchPolicy(found)) if found == "tag:None"));
    let nobody = store.grant_pin_policy(&Pool::sip("nobody"), Some("tag:Lobby")).await;
    assert!(matches!(nobody, Err(StoreError::NoSuchUser(_))));
    assert_eq!(store.granted_pin_policy(&ken).await.unwrap().as_deref(), Some("tag:Lobby"));
}

#[tokio::test]
async fn who_had_a_removed_policy_has_none_and_the_global_one_stays() {
    let pool = Pool::open().await;
    let store = &pool.store;
    let ken = pool.add("kenmyer", None).await;
    store.add_pin_policy(&named("tag:Lobby", at_least(8))).await.unwrap();
    store.grant_pin_policy(&ken, Some("tag:Lobby")).await.unwrap();
    store.remove_pin_policy("tag:Lobby").await.unwrap();
    assert_eq!(store.granted_pin_policy(&ken).await.unwrap(), None);
    assert_eq!(too_short(store, &ken, "0712").await, Some(5));

    let global = NamedPolicy { description: Some("For all".to_owned()), ..named("global", at_least(6)) };
    store.put_pin_policy(&global).await.unwrap();
    assert_eq!(store.policy().await.unwrap(), at_least(6));
    store.remove_pin_policy("Global").await.unwrap();
    assert_eq!(store.pin_policies().await.unwrap(), [named("Global", PinPolicy::default())]);
    for gone in [
        store.remove_pin_policy("tag:Lobby").await,
        store.put_pin_policy(&named("tag:Lobby", at_least(5))).await,
    ] {
        assert!(matches!(gone, Err(StoreError::NoSuchPolicy(_))), "{gone:?}");
    }
}

#[tokio::test]
async fn a_granted_policy_acts_on_sign_ins_of_its_users_alone() {
    let pool = Pool::open().await;
    let store = &pool.store;
    let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
    let ann = pool.add_with_pin("ann", "1300", "07129").await;
    let strict = PinPolicy {
        maximum_logon_attempts: Some(2),
        pin_lifetime_days: 30,
        pin_history_count: 1,
        ..PinPolicy::default()
    };
    store.add_pin_policy(&named("tag:Lobby", strict)).await.unwrap();
    store.grant_pin_policy(&ken, Some("tag:Lobby")).await.unwrap();
    let expiration = store.pin_info(&ken).await.unwrap().pin_expiration_time;
    assert_eq!(expiration, Some(pool.clock.now() + Duration::days(30)));
    assert_eq!(store.pin_info(&ann).await.unwrap().pin_expiration_time, None);

    for extension in ["1219", "1300"] {
        for _ in 0..2 {
            let wrong = Err(UserPinError::Refused(PinFailureReason::IncorrectPin));
            assert_eq!(pool.sign_in(extension, "11112").await, wrong);
        }
    }
    let locked = Err(UserPinError::Refused(PinFailureReason::UserPinAccountLocked));
    assert_eq!(pool.sign_in("1219", "07129").await, locked);
    assert_eq!(pool.sign_in("1300", "07129").await, Ok(ann.clone()));

    store.unlock_pin(&ken).await.unwrap();
    pool.clock.advance(Duration::days(30));
    let expired = Err(UserPinError::Refused(PinFailureReason::PinExpired));
    assert_eq!(pool.sign_in("1219", "07129").await, expired);
    assert_eq!(pool.sign_in("1300", "07129").await, Ok(ann));
    store.grant_pin_policy(&ken, None).await.unwrap();
    assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken));
}

#[tokio::test]
async fn the_policy_of_the_site_acts_on_sign_ins_of_who_has_none_granted() {
    let pool = Pool::open().await;
    let store = &pool.store;
    let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
    pool.add_with_pin("ann", "1300", "07129").await;
    let attempts = |maximum| PinPolicy { maximum_logon_attempts: Some(maximum), ..PinPolicy::default() };
    store.add_pin_policy(&named("site:Redmond", attempts(1))).await.unwrap();
    store.add_pin_policy(&named("tag:Lobby", attempts(9))).await.unwrap();
    store.grant_pin_policy(&ken, Some("tag:Lobby")).await.unwrap();
    for extension in ["1219", "1300"] {
        assert!(pool.sign_in(extension, "11112").await.is_err());
    }
    assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken));
    let locked = Err(UserPinError::Refused(PinFailureReason::UserPinAccountLocked));
    assert_eq!(pool.sign_in("1300", "07129").await, locked);
}

#[tokio::test]
async fn there_are_not_more_policies_than_anybody_needs() {
    let store = Pool::open().await.store;
    let mut tx = store.database.begin().await.unwrap();
    for n in 1..MAX_POLICIES {
        insert(&mut tx, &named(&format!("tag:{n}"), at_least(5))).await.unwrap();
    }
    tx.commit().await.unwrap();
    let refused = store.add_pin_policy(&named("tag:more", at_least(5))).await;
    assert!(matches!(refused, Err(StoreError::TooManyPolicies(MAX_POLICIES))));
}
