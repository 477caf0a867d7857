//! The rules for new PINs (Set-CsPinPolicy, Set-CsClientPin), each as a table, on a kept store that is closed and
//! opened again between setting the policy and using it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "clippy does not see that helpers of tests are tests")]

use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use lync_model::{Clock, Pin, PinPolicy, PinRejected, SipUri, User};
use lync_store::{HashCost, Store, StoreError, StoreLocation};
use std::path::Path;
use time::Duration;
use time::macros::datetime;

fn ken() -> SipUri {
    "sip:kenmyer@litwareinc.com".parse().unwrap()
}

async fn open(folder: &Path, clock: &Clock) -> Store {
    let location = StoreLocation::Kept(folder.join("pool.db"));
    Store::open_with_cost(&location, clock.clone(), HashCost::Cheapest).await.unwrap()
}

/// A store whose policy was set before it was opened the last time.
async fn with_policy(folder: &Path, clock: &Clock, policy: &PinPolicy) -> Store {
    let store = open(folder, clock).await;
    store.set_policy(policy).await.unwrap();
    let user = User {
        sip_uri: ken(),
        display_name: "Ken Myer".to_owned(),
        line_uri: Some("tel:+12065551219;ext=1219".parse().unwrap()),
        enabled: true,
        enterprise_voice: true,
        pin_set_at: None,
    };
    store.add_user(&user).await.unwrap();
    store.close().await;
    open(folder, clock).await
}

fn clock() -> Clock {
    Clock::stopped(datetime!(2013-06-01 12:00 UTC))
}

fn verdict(result: Result<(), StoreError>) -> Result<(), PinRejected> {
    match result {
        Ok(()) => Ok(()),
        Err(StoreError::PinRejected(reason)) => Err(reason),
        Err(other) => panic!("{other}"),
    }
}

#[tokio::test]
async fn length_and_pattern_decide_whether_a_pin_can_be_set() {
    use PinRejected::{
        ConsecutiveDigits, Extension, NotDigits, PhoneNumber, RepeatingDigits, TooLong, TooShort,
    };
    let default = PinPolicy::default();
    let least = PinPolicy { min_password_length: 4, ..PinPolicy::default() };
    let longest = PinPolicy { min_password_length: 24, ..PinPolicy::default() };
    let lenient = PinPolicy { min_password_length: 4, allow_common_patterns: true, ..PinPolicy::default() };
    let cases: [(&PinPolicy, &str, Result<(), PinRejected>); 26] = [
        (&default, "0712", Err(TooShort { min: 5 })),
        (&default, "07129", Ok(())),
        (&least, "071", Err(TooShort { min: 4 })),
        (&least, "0712", Ok(())),
        (&longest, "80808080808080808080808", Err(TooShort { min: 24 })),
        (&longest, "808080808080808080808080", Ok(())),
        (&longest, "8080808080808080808080801", Err(TooLong { max: 24 })),
        (&default, "", Err(NotDigits)),
        (&default, "0712a", Err(NotDigits)),
        // The examples of the help.
        (&default, "225577", Err(RepeatingDigits)),
        (&default, "222222", Err(RepeatingDigits)),
        (&default, "11223344", Err(RepeatingDigits)),
        (&default, "991234", Err(ConsecutiveDigits)),
        (&default, "123456", Err(ConsecutiveDigits)),
        (&default, "12065551219", Err(PhoneNumber)),
        (&least, "1219", Err(Extension)),
        // Three consecutive digits, a single pair, and somebody else's extension.
        (&default, "99123", Ok(())),
        (&default, "22557", Ok(())),
        (&least, "1300", Ok(())),
        (&lenient, "1111", Ok(())),
        (&lenient, "1234", Ok(())),
        (&lenient, "1219", Ok(())),
        (&lenient, "12065551219", Ok(())),
        // What no knob allows.
        (&lenient, "111", Err(TooShort { min: 4 })),
        (&lenient, "one1", Err(NotDigits)),
        (&lenient, "1111111111111111111111111", Err(TooLong { max: 24 })),
    ];
    for (policy, pin, expected) in cases {
        let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
        let store = with_policy(folder.path(), &clock, policy).await;
        for by_user in [false, true] {
            let pin = Pin::new(pin);
            let set = match by_user {
                false => store.set_pin(&ken(), &pin).await,
                true => store.change_pin(&ken(), &pin).await,
            };
            assert_eq!(verdict(set), expected, "{policy:?} {}", pin.expose());
        }
        assert_eq!(store.pin_info(&ken()).await.unwrap().is_pin_set, expected.is_ok());
    }
}

#[tokio::test]
async fn as_many_new_pins_as_pin_history_count_says_come_before_an_old_one() {
    let pins: Vec<Pin> = (0..25).map(|n| Pin::new(format!("8{n:02}08"))).collect();
    for count in [0_u8, 1, 3, 20] {
        let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
        let policy = PinPolicy { pin_history_count: count, ..PinPolicy::default() };
        let mut store = with_policy(folder.path(), &clock, &policy).await;
        store.change_pin(&ken(), &pins[0]).await.unwrap();
        for new in 1..=usize::from(count) {
            let again = verdict(store.change_pin(&ken(), &pins[0]).await);
            assert_eq!(again, Err(PinRejected::UsedBefore { history_count: count }), "{new} of {count}");
            store.change_pin(&ken(), &pins[new]).await.unwrap();
            store.close().await;
            store = open(folder.path(), &clock).await;
        }
        store.change_pin(&ken(), &pins[0]).await.unwrap();
        // An administrator is not held to the history.
        store.set_pin(&ken(), &pins[0]).await.unwrap();
    }
}

#[tokio::test]
async fn a_pin_expires_after_its_lifetime_also_while_the_store_is_closed() {
    for (days, expires) in [(0_u16, false), (1, true), (30, true), (999, true)] {
        let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
        let policy = PinPolicy { pin_history_count: 1, pin_lifetime_days: days, ..PinPolicy::default() };
        let store = with_policy(folder.path(), &clock, &policy).await;
        let pin = Pin::new("07129");
        store.set_pin(&ken(), &pin).await.unwrap();
        clock.advance(Duration::days(days.into()) - Duration::microseconds(1));
        assert_eq!(store.verify_pin("1219", &pin).await, Ok(ken()), "{days}");
        store.close().await;

        clock.advance(Duration::microseconds(1));
        let store = open(folder.path(), &clock).await;
        let expired = Err(UserPinError::Refused(PinFailureReason::PinExpired));
        let expected = if expires { expired } else { Ok(ken()) };
        assert_eq!(store.verify_pin("1219", &pin).await, expected, "{days}");
        let wrong = store.verify_pin("1219", &Pin::new("07128")).await;
        assert_eq!(wrong, Err(UserPinError::Refused(PinFailureReason::IncorrectPin)), "{days}");
        store.change_pin(&ken(), &Pin::new("83920")).await.unwrap();
        assert_eq!(store.verify_pin("1219", &Pin::new("83920")).await, Ok(ken()), "a new PIN mends it");
    }
}
