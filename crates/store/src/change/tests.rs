//! Each change shows in the answer to a sign-in, and is lifted without a trace.

use super::*;
use crate::testing::{Log, Pool};
use lync_model::ports::{AccountDirectory as _, PinFailureReason, UserPinError};
use lync_model::{NamedPolicy, Pin};
use std::sync::Arc;

const PIN: &str = "07129";
const NUMBER: &str = "+12060071219";
const EXTENSION: &str = "1219";

const ALL: [UserChange; 18] = [
    UserChange::OtherPin,
    UserChange::Locked,
    UserChange::LockedForAnHour,
    UserChange::LockedBySystem,
    UserChange::PinExpired,
    UserChange::PinNotSet,
    UserChange::Removed,
    UserChange::Disabled,
    UserChange::NoEnterpriseVoice,
    UserChange::NoLineUri,
    UserChange::NoExtension,
    UserChange::Renumbered,
    UserChange::TwinOfExtension,
    UserChange::TwinOfNumber,
    UserChange::OtherPassword,
    UserChange::AccountLocked,
    UserChange::AccountDisabled,
    UserChange::PasswordExpired,
];

type Answer = Result<SipUri, UserPinError>;

async fn with_ken() -> (Pool, SipUri) {
    let pool = Pool::open().await;
    let ken = pool.add_with_pin("kenmyer", EXTENSION, PIN).await;
    (pool, ken)
}

async fn answers(pool: &Pool) -> [Answer; 2] {
    [pool.sign_in(EXTENSION, PIN).await, pool.sign_in(NUMBER, PIN).await]
}

fn refused(reason: PinFailureReason) -> Answer {
    Err(UserPinError::Refused(reason))
}

#[tokio::test]
async fn each_change_has_its_answer_to_extension_and_number_and_leaves_no_trace() {
    use PinFailureReason::*;
    let ok = || Ok(Pool::sip("kenmyer"));
    let expected = |change| match change {
        UserChange::OtherPin => [refused(IncorrectPin), refused(IncorrectPin)],
        UserChange::Locked | UserChange::LockedForAnHour | UserChange::LockedBySystem => {
            [refused(UserPinAccountLocked), refused(UserPinAccountLocked)]
        }
        UserChange::PinExpired => [refused(PinExpired), refused(PinExpired)],
        UserChange::PinNotSet => [refused(PinNotSet), refused(PinNotSet)],
        UserChange::Removed | UserChange::NoLineUri | UserChange::Renumbered => {
            [refused(UserDoesNotExist), refused(UserDoesNotExist)]
        }
        UserChange::Disabled => [refused(UserPinAccountDisabled), refused(UserPinAccountDisabled)],
        UserChange::NoEnterpriseVoice => [refused(PinNotEnabledForUser), refused(PinNotEnabledForUser)],
        UserChange::NoExtension => [refused(UserDoesNotExist), ok()],
        UserChange::TwinOfExtension => [refused(PinNotUnique), ok()],
        UserChange::TwinOfNumber => [ok(), refused(PinNotUnique)],
        UserChange::OtherPassword
        | UserChange::AccountLocked
        | UserChange::AccountDisabled
        | UserChange::PasswordExpired => [ok(), ok()],
    };
    for change in ALL {
        let (pool, ken) = with_ken().await;
        let before = pool.store.record(&ken).await.unwrap();
        let added = pool.store.change_user(&ken, change).await.unwrap().added;
        assert_eq!(answers(&pool).await, expected(change), "{change:?}");
        for twin in added {
            pool.store.remove_user(&twin).await.unwrap();
        }
        pool.store.restore(&before).await.unwrap();
        assert_eq!(answers(&pool).await, [ok(), ok()], "{change:?}");
        assert_eq!(pool.store.users().await.unwrap().len(), 1, "{change:?}");
        assert!(pool.store.record(&ken).await.unwrap() == before, "{change:?}");
        assert_eq!(pool.store.policy().await.unwrap(), PinPolicy::default(), "{change:?}");
    }
}

#[tokio::test]
async fn a_change_tells_the_user_before_and_after_it() {
    for change in ALL {
        let (pool, ken) = with_ken().await;
        let before = pool.store.record(&ken).await.unwrap();
        let changed = pool.store.change_user(&ken, change).await.unwrap();
        assert!(changed.before == before, "{change:?}");
        assert!(changed.after == pool.store.record(&ken).await.ok(), "{change:?}");
        assert_eq!(changed.after.is_none(), change == UserChange::Removed, "{change:?}");
    }
}

#[tokio::test]
async fn only_twins_are_added() {
    for change in ALL {
        let (pool, ken) = with_ken().await;
        let added = pool.store.change_user(&ken, change).await.unwrap().added;
        let twins = matches!(change, UserChange::TwinOfExtension | UserChange::TwinOfNumber);
        let expected = if twins { vec![Pool::sip("kenmyer-twin")] } else { vec![] };
        assert_eq!(added, expected, "{change:?}");
    }
}

#[tokio::test]
async fn what_is_no_state_of_the_user_is_refused_and_changes_nothing() {
    let pool = Pool::open().await;
    let bare = pool.add("bare", None).await;
    let no_extension = pool.add("no-extension", Some("tel:+12065551300")).await;
    pool.store.set_pin(&no_extension, &Pin::new(PIN)).await.unwrap();
    for change in ALL {
        let before = pool.store.record(&bare).await.unwrap();
        let answer = pool.store.change_user(&bare, change).await;
        match change {
            UserChange::OtherPin
            | UserChange::Locked
            | UserChange::LockedForAnHour
            | UserChange::LockedBySystem
            | UserChange::PinExpired => assert!(matches!(answer, Err(StoreError::NoPin(_))), "{answer:?}"),
            UserChange::NoExtension
            | UserChange::Renumbered
            | UserChange::TwinOfExtension
            | UserChange::TwinOfNumber => {
                assert!(matches!(answer, Err(StoreError::NoLineUri(_))), "{answer:?}");
            }
            _ => assert!(answer.is_ok(), "{change:?} {answer:?}"),
        }
        if answer.is_err() {
            assert!(pool.store.record(&bare).await.unwrap() == before, "{change:?}");
        }
        pool.store.restore(&before).await.unwrap();
    }
    let answer = pool.store.change_user(&no_extension, UserChange::TwinOfExtension).await;
    assert!(matches!(answer, Err(StoreError::NoExtension(_))), "{answer:?}");
    let nobody = pool.store.change_user(&Pool::sip("nobody"), UserChange::Locked).await;
    assert!(matches!(nobody, Err(StoreError::NoSuchUser(_))), "{nobody:?}");
    assert_eq!(pool.store.users().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_lock_for_an_hour_ends_by_itself_and_the_others_do_not() {
    for (change, ends) in [
        (UserChange::LockedForAnHour, true),
        (UserChange::LockedBySystem, false),
        (UserChange::Locked, false),
    ] {
        let (pool, ken) = with_ken().await;
        pool.store.change_user(&ken, change).await.unwrap();
        pool.clock.advance(Duration::minutes(60) - Duration::microseconds(1));
        assert!(pool.sign_in(EXTENSION, PIN).await.is_err(), "{change:?}");
        pool.clock.advance(Duration::microseconds(1));
        assert_eq!(pool.sign_in(EXTENSION, PIN).await.is_ok(), ends, "{change:?}");
        pool.store.unlock_pin(&ken).await.unwrap();
        assert_eq!(pool.sign_in(EXTENSION, PIN).await, Ok(ken), "{change:?}");
    }
}

#[tokio::test]
async fn a_lock_for_an_hour_counts_globally_but_never_fills_that_counter() {
    let (pool, ken) = with_ken().await;
    for _ in 0..50 {
        pool.store.change_user(&ken, UserChange::LockedForAnHour).await.unwrap();
    }
    let counters = pool.store.counters(&ken).await.unwrap();
    assert_eq!((counters.local_failures, counters.global_failures), (25, 999));
    assert!(!counters.locked_by_system);
}

#[tokio::test]
async fn an_expired_pin_expires_nobody_elses() {
    let (pool, ken) = with_ken().await;
    let pilar = pool.add_with_pin("pilar", "1300", PIN).await;
    pool.clock.advance(Duration::days(4000));
    pool.store.change_user(&ken, UserChange::PinExpired).await.unwrap();
    assert_eq!(pool.sign_in(EXTENSION, PIN).await, refused(PinFailureReason::PinExpired));
    assert_eq!(pool.sign_in("1300", PIN).await, Ok(pilar));
    let info = pool.store.pin_info(&ken).await.unwrap();
    assert!(info.pin_expiration_time.unwrap() < pool.clock.now());

    pool.store.set_pin(&ken, &Pin::new("83920")).await.unwrap();
    assert_eq!(pool.sign_in(EXTENSION, "83920").await, Ok(ken), "a new PIN mends it");
}

#[tokio::test]
async fn the_lifetime_of_the_policy_counts_where_there_is_one() {
    let (pool, ken) = with_ken().await;
    let policy = PinPolicy { pin_lifetime_days: 365, pin_history_count: 1, ..PinPolicy::default() };
    pool.store.set_policy(&policy).await.unwrap();
    pool.store.change_user(&ken, UserChange::PinExpired).await.unwrap();
    let info = pool.store.pin_info(&ken).await.unwrap();
    assert_eq!(info.last_pin_change_time, Some(pool.clock.now() - Duration::days(366)));
    assert_eq!(pool.store.policy().await.unwrap(), policy);
    pool.store.set_policy(&PinPolicy::default()).await.unwrap();
    assert_eq!(pool.sign_in(EXTENSION, PIN).await, Ok(ken));
}

#[tokio::test]
async fn the_policy_that_was_granted_counts_for_the_states_of_its_users() {
    let (pool, ken) = with_ken().await;
    let strict = PinPolicy { maximum_logon_attempts: Some(3), ..PinPolicy::default() };
    let lobby = NamedPolicy { identity: "tag:Lobby".to_owned(), description: None, policy: strict };
    pool.store.add_pin_policy(&lobby).await.unwrap();
    pool.store.grant_pin_policy(&ken, Some("tag:Lobby")).await.unwrap();
    let twins = pool.store.change_user(&ken, UserChange::TwinOfExtension).await.unwrap().added;
    assert_eq!(pool.store.granted_pin_policy(&twins[0]).await.unwrap().as_deref(), Some("tag:Lobby"));
    pool.store.change_user(&ken, UserChange::LockedForAnHour).await.unwrap();
    assert_eq!(pool.store.counters(&ken).await.unwrap().local_failures, 3);
}

#[tokio::test]
async fn another_pin_has_the_length_and_age_of_the_old_one_and_the_history_stays() {
    let (pool, ken) = with_ken().await;
    let before = pool.store.record(&ken).await.unwrap();
    pool.store.change_user(&ken, UserChange::OtherPin).await.unwrap();
    let after = pool.store.record(&ken).await.unwrap();
    let (old, new) = (before.pin.clone().unwrap(), after.pin.clone().unwrap());
    assert_ne!(old.phc, new.phc);
    assert_eq!((old.length, old.set_at), (new.length, new.set_at));
    assert!(UserRecord { pin: before.pin.clone(), ..after } == before);
}

#[tokio::test]
async fn new_numbers_are_the_next_that_nobody_has() {
    let pool = Pool::open().await;
    let ken = pool.add("kenmyer", Some("tel:+12065551219;ext=999")).await;
    // A number that is somebody's extension, and an extension that is somebody's number.
    pool.add("a", Some("tel:+12065551220;ext=12065551221")).await;
    pool.add("b", Some("tel:1000")).await;
    for _ in 0..2 {
        let before = pool.store.record(&ken).await.unwrap();
        pool.store.change_user(&ken, UserChange::Renumbered).await.unwrap();
        let line = pool.store.user(&ken).await.unwrap().unwrap().line_uri.unwrap();
        assert_eq!(line.to_string(), "tel:+12065551222;ext=1001", "each time the same");
        pool.store.restore(&before).await.unwrap();
    }
}

#[test]
fn behind_the_last_number_comes_the_first_and_leading_zeros_stay() {
    let taken = |numbers: &[&str]| numbers.iter().map(|&number| number.to_owned()).collect::<HashSet<_>>();
    assert_eq!(next_free("0099", &taken(&["0099", "0100"])), "0101");
    assert_eq!(next_free("9", &taken(&["9"])), "10");
    assert_eq!(next_free("999999999999999", &taken(&["000000000000000"])), "000000000000001");
    line_uri(&next_free("999999999999999", &taken(&[])), Some("1"));
}

#[tokio::test]
async fn several_twins_have_names_of_their_own() {
    let (pool, ken) = with_ken().await;
    let mut twins = Vec::new();
    for change in [UserChange::TwinOfExtension, UserChange::TwinOfNumber, UserChange::TwinOfExtension] {
        twins.extend(pool.store.change_user(&ken, change).await.unwrap().added);
    }
    assert_eq!(twins, ["kenmyer-twin", "kenmyer-twin2", "kenmyer-twin3"].map(Pool::sip));
    for twin in &twins {
        let user = pool.store.user(twin).await.unwrap().unwrap();
        assert_eq!(user.display_name, "kenmyer (twin)");
    }
}

#[tokio::test]
async fn a_twin_of_a_very_long_address_is_refused() {
    let pool = Pool::open().await;
    let long = pool.add_with_pin(&"x".repeat(238), EXTENSION, PIN).await;
    let refused = pool.store.change_user(&long, UserChange::TwinOfNumber).await;
    assert!(matches!(refused, Err(StoreError::NoRoomForTwin)), "{refused:?}");
}

#[tokio::test]
async fn a_lock_by_the_system_is_in_the_event_log() {
    for change in ALL {
        let log = Arc::new(Log::default());
        let Pool { store, clock } = Pool::open().await;
        let pool = Pool { store: store.with_events(log.clone()), clock };
        let ken = pool.add_with_pin("kenmyer", EXTENSION, PIN).await;
        pool.store.change_user(&ken, change).await.unwrap();
        assert_eq!(log.take().len(), usize::from(change == UserChange::LockedBySystem), "{change:?}");
    }
}

#[tokio::test]
async fn what_bars_an_account_shows_in_the_directory_and_is_lifted() {
    for (change, state) in [
        (UserChange::OtherPassword, AccountState::Good),
        (UserChange::AccountLocked, AccountState::LockedOut),
        (UserChange::AccountDisabled, AccountState::Disabled),
        (UserChange::PasswordExpired, AccountState::PasswordExpired),
    ] {
        let (pool, ken) = with_ken().await;
        pool.store.set_password("kenmyer", Some("Sunny-day1")).await.unwrap();
        let found = async || pool.store.find_account("kenmyer", "").await.unwrap().unwrap();
        let (before, right) = (pool.store.record(&ken).await.unwrap(), found().await.nt_hash);
        pool.store.change_user(&ken, change).await.unwrap();
        let barred = found().await;
        assert_eq!(barred.state, state);
        assert_eq!(barred.nt_hash != right, change == UserChange::OtherPassword, "{change:?}");
        assert!(barred.nt_hash.is_some(), "a wrong password, not none");
        pool.store.restore(&before).await.unwrap();
        let after = found().await;
        assert_eq!((after.state, after.nt_hash), (AccountState::Good, right), "{change:?}");
    }
}
