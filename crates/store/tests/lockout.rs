//! The rules of New-CsPinPolicy's help on wrong PINs, each as a table of what is done and what is answered. Every
//! table runs twice on a kept store: as it stands, and with the store closed and opened again between all steps.

#![expect(clippy::unwrap_used, reason = "clippy does not see that helpers of tests are tests")]

use lync_model::ports::{PinFailureReason, UserPinError, UserPinService};
use lync_model::scenario::UserChange;
use lync_model::{Clock, Event, EventLog, Pin, PinPolicy, SipUri, User};
use lync_store::{HashCost, NewUser, Store, StoreLocation};
use std::path::Path;
use std::sync::{Arc, Mutex};
use time::Duration;
use time::macros::datetime;

use PinFailureReason::{IncorrectPin, UserPinAccountLocked};
use Step::{AdminLocks, AdminUnlocks, LocalIsFull, Right, RightIsLocked, Wait, Wrong, WrongIsLocked};

/// What is done, and what is to come of it.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many wrong PINs, each looked at.
    Wrong(u32),
    /// A wrong PIN at which nobody looks.
    WrongIsLocked,
    /// The right PIN signs in.
    Right,
    /// The right PIN does not.
    RightIsLocked,
    /// As many failures at once as the local limit has.
    LocalIsFull,
    /// Time goes by.
    Wait(Duration),
    /// Lock-CsClientPin.
    AdminLocks,
    /// Unlock-CsClientPin.
    AdminUnlocks,
}

const SECOND: Duration = Duration::seconds(1);
const HOUR: Duration = Duration::hours(1);
const DECADE: Duration = Duration::days(3650);

const AUTOMATIC: Option<u16> = None;

#[derive(Default)]
struct Log(Mutex<Vec<Event>>);

impl EventLog for Log {
    fn write(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

/// A store with one user, and how it is opened again.
struct Pool<'a> {
    folder: &'a Path,
    clock: Clock,
    log: Arc<Log>,
    store: Store,
    right: Pin,
    wrong: Pin,
}

fn ken() -> SipUri {
    "sip:kenmyer@litwareinc.com".parse().unwrap()
}

async fn open(folder: &Path, clock: &Clock, log: &Arc<Log>) -> Store {
    let location = StoreLocation::Kept(folder.join("pool.db"));
    let store = Store::open_with_cost(&location, clock.clone(), HashCost::Cheapest).await.unwrap();
    store.with_events(log.clone())
}

impl<'a> Pool<'a> {
    async fn new(folder: &'a Path, pin_length: usize, attempts: Option<u16>) -> Self {
        let (clock, log) = (Clock::stopped(datetime!(2013-06-01 12:00 UTC)), Arc::default());
        let store = open(folder, &clock, &log).await;
        let policy =
            PinPolicy { min_password_length: 4, maximum_logon_attempts: attempts, ..PinPolicy::default() };
        store.set_policy(&policy).await.unwrap();
        let user = User {
            sip_uri: ken(),
            display_name: "Ken Myer".to_owned(),
            line_uri: Some("tel:+12065551219;ext=1219".parse().unwrap()),
            enabled: true,
            enterprise_voice: true,
            pin_set_at: None,
        };
        let digits = |last: &str| Pin::new(format!("{}{last}", "80".repeat(12).split_at(pin_length - 1).0));
        let (right, wrong) = (digits("2"), digits("3"));
        store.add_new_user(NewUser { pin: Some(&right), ..NewUser::new(&user) }).await.unwrap();
        Self { folder, clock, log, store, right, wrong }
    }

    async fn reopened(self) -> Self {
        let Self { folder, clock, log, store, right, wrong } = self;
        store.close().await;
        let store = open(folder, &clock, &log).await;
        Self { folder, clock, log, store, right, wrong }
    }

    async fn sign_in(&self, pin: &Pin) -> Result<SipUri, UserPinError> {
        self.store.verify_pin("1219", pin).await
    }

    /// Takes the step; `at` says in a failure which one it was.
    async fn take(&self, step: Step, at: &str) {
        let refused = |reason| Err(UserPinError::Refused(reason));
        match step {
            Wrong(times) => {
                for attempt in 1..=times {
                    let answer = self.sign_in(&self.wrong).await;
                    assert_eq!(answer, refused(IncorrectPin), "{attempt} at {at}");
                }
            }
            WrongIsLocked => {
                assert_eq!(self.sign_in(&self.wrong).await, refused(UserPinAccountLocked), "{at}");
            }
            Right => assert_eq!(self.sign_in(&self.right).await, Ok(ken()), "{at}"),
            RightIsLocked => {
                assert_eq!(self.sign_in(&self.right).await, refused(UserPinAccountLocked), "{at}");
            }
            LocalIsFull => {
                let changed = self.store.change_user(&ken(), UserChange::LockedForAnHour).await;
                assert_eq!(changed.unwrap().added, [], "{at}");
            }
            Wait(time) => self.clock.advance(time),
            AdminLocks => self.store.lock_pin(&ken()).await.unwrap(),
            AdminUnlocks => self.store.unlock_pin(&ken()).await.unwrap(),
        }
        let locked = matches!(step, WrongIsLocked | RightIsLocked | AdminLocks);
        if locked || matches!(step, Right | AdminUnlocks) {
            assert_eq!(
                self.store.pin_info(&ken()).await.unwrap().is_locked_out,
                locked,
                "IsLockedOut at {at}"
            );
        }
    }
}

/// Takes the steps with a PIN of `pin_length` digits and this MaximumLogonAttempts; answers with the number of
/// events that were written.
async fn holds(pin_length: usize, attempts: Option<u16>, steps: &[Step]) -> usize {
    let straight = run(pin_length, attempts, steps, false).await;
    let reopened = run(pin_length, attempts, steps, true).await;
    assert_eq!(straight, reopened, "closing and opening makes no event, and loses none");
    straight
}

async fn run(pin_length: usize, attempts: Option<u16>, steps: &[Step], reopen: bool) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let mut pool = Pool::new(folder.path(), pin_length, attempts).await;
    for (number, step) in steps.iter().enumerate() {
        if reopen {
            pool = pool.reopened().await;
        }
        let at = format!("step {number} of {steps:?}, {pin_length} digits, {attempts:?}, reopen: {reopen}");
        pool.take(*step, &at).await;
    }
    pool.log.0.lock().unwrap().len()
}

/// A PIN's length, MaximumLogonAttempts, and how many wrong PINs then lock for an hour.
const LOCAL: [(usize, Option<u16>, u32); 12] = [
    (4, AUTOMATIC, 10),
    (5, AUTOMATIC, 25),
    (6, AUTOMATIC, 25), // Inferred: the help has figures for 5 and for more than 6.
    (7, AUTOMATIC, 25),
    (24, AUTOMATIC, 25),
    (4, Some(1), 1),
    (4, Some(3), 3),
    (5, Some(3), 3),
    (7, Some(3), 3),
    (4, Some(11), 11),
    (5, Some(60), 60),
    (24, Some(26), 26),
];

#[tokio::test]
async fn the_local_limit_locks_for_an_hour_in_which_the_right_pin_is_refused_too() {
    for (length, attempts, limit) in LOCAL {
        let steps = [
            Wrong(limit - 1),
            Right,
            Wrong(limit),
            RightIsLocked,
            WrongIsLocked,
            Wait(HOUR - SECOND),
            RightIsLocked,
            Wait(SECOND),
            Right,
        ];
        assert_eq!(holds(length, attempts, &steps).await, 0);
    }
}

#[tokio::test]
async fn after_the_hour_the_local_counter_is_empty() {
    for (length, attempts, limit) in LOCAL {
        holds(length, attempts, &[Wrong(limit), Wait(HOUR), Wrong(limit - 1), Right]).await;
        holds(length, attempts, &[Wrong(limit), Wait(HOUR), Wrong(limit), RightIsLocked]).await;
    }
}

#[tokio::test]
async fn failures_add_up_within_thirty_minutes_of_the_first() {
    let half = Duration::minutes(15);
    let cases: [(&[Step], bool); 5] = [
        (&[Wrong(9), Wait(Duration::minutes(30)), Wrong(1)], false),
        (&[Wrong(9), Wait(Duration::minutes(29)), Wrong(1)], true),
        // The window is opened by the first failure, and the later ones do not move it.
        (&[Wrong(1), Wait(half), Wrong(8), Wait(half), Wrong(1)], false),
        (&[Wrong(1), Wait(half), Wrong(8), Wait(half - SECOND), Wrong(1)], true),
        // A window that ran out starts anew with the next failure (inferred).
        (&[Wrong(9), Wait(Duration::minutes(30)), Wrong(9), Wait(Duration::minutes(29)), Wrong(1)], true),
    ];
    for (steps, locked) in cases {
        let end = if locked { RightIsLocked } else { Right };
        holds(4, AUTOMATIC, &[steps, &[end]].concat()).await;
    }
}

#[tokio::test]
async fn the_right_pin_empties_the_local_counter() {
    holds(4, AUTOMATIC, &[Wrong(9), Right, Wrong(9), Right, Wrong(9), Right, Wrong(10), RightIsLocked]).await;
}

#[tokio::test]
async fn the_global_limit_locks_until_an_administrator_unlocks() {
    // The right PIN and MaximumLogonAttempts leave the global counter alone.
    let once = [Wrong(50), Right, Wrong(49), Right, Wrong(1), RightIsLocked];
    let for_good = [Wait(DECADE), RightIsLocked, WrongIsLocked, AdminUnlocks, Right];
    // Both counters are empty now: it takes as many again.
    let steps = [once.as_slice(), &for_good, &once].concat();
    assert_eq!(holds(4, Some(999), &steps).await, 2);
}

/// A PIN's length, how many times 999 failures are counted at once, and how many more then lock for good.
const GLOBAL: [(usize, usize, u32); 4] = [
    (5, 1, 1),
    (6, 5, 5), // Inferred, as above.
    (7, 5, 5),
    (24, 5, 5),
];

#[tokio::test]
async fn the_global_limit_follows_the_length_of_the_pin() {
    for (length, times, more) in GLOBAL {
        let counted = [LocalIsFull, Wait(HOUR)].repeat(times);
        let steps = [
            counted.as_slice(),
            &[Wrong(more - 1), Right, Wrong(1), RightIsLocked, Wait(DECADE), RightIsLocked],
        ];
        assert_eq!(holds(length, Some(999), &steps.concat()).await, 1, "{length}");
    }
}

#[tokio::test]
async fn lockouts_of_an_hour_add_up_to_one_for_good() {
    let mut steps = Vec::new();
    for round in 1..=10 {
        steps.extend([Wrong(10), RightIsLocked, WrongIsLocked]);
        if round < 10 {
            steps.extend([Wait(HOUR)]);
        }
    }
    steps.extend([Wait(DECADE), RightIsLocked, AdminUnlocks, Right]);
    assert_eq!(holds(4, AUTOMATIC, &steps).await, 1);
}

#[tokio::test]
async fn an_administrator_ends_every_lock() {
    let cases: [&[Step]; 4] = [
        &[Wrong(10), RightIsLocked],
        &[AdminLocks, RightIsLocked, Wait(DECADE), RightIsLocked],
        &[Wrong(10), AdminLocks, RightIsLocked, Wait(HOUR), RightIsLocked],
        &[Wrong(9), AdminLocks, WrongIsLocked],
    ];
    for steps in cases {
        // The nine show that the local counter is empty as well.
        holds(4, AUTOMATIC, &[steps, &[AdminUnlocks, Right, Wrong(9), Right]].concat()).await;
    }
}

#[tokio::test]
async fn while_locked_nothing_is_counted() {
    let mut steps = vec![Wrong(10)];
    steps.extend([WrongIsLocked; 200]);
    steps.extend([Wait(HOUR), Wrong(9), Right]);
    assert_eq!(holds(4, AUTOMATIC, &steps).await, 0);
}
