//! A sign-in by PIN: who is meant, whether the PIN is right, and what that does to the lockout counters.

use crate::counters::{self, CountersRow};
use crate::database::from_stored;
use crate::policy::{self, PolicyRow};
use crate::users::{read_line_uri, read_own_pin_lifetime, read_sip_uri};
use crate::{Store, StoreError};
use lync_model::lockout::{Counters, Limits};
use lync_model::ports::PinFailureReason;
use lync_model::verdict::{Candidate, PinState, judge};
use lync_model::{PhoneOrExt, Pin, PinPolicy, SipUri};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use time::OffsetDateTime;

/// How often a sign-in starts anew because a PIN was changed meanwhile.
const ROUNDS: usize = 3;

/// How many users of one number are told apart by their PINs. Each costs a hash with each attempt, so more would be
/// a way to keep the server busy. The limit is lyncmock's own.
const MAX_RIVALS: usize = 32;

/// A user whose number or extension was typed.
struct Found {
    id: i64,
    user: SipUri,
    enabled: bool,
    enterprise_voice: bool,
    own_pin_lifetime: Option<u16>,
    policy: PinPolicy,
    pin: Option<StoredPin>,
    counters: Counters,
}

struct StoredPin {
    phc: String,
    length: usize,
    set_at: OffsetDateTime,
}

/// Whether the typed PIN has the hash that is the key.
type Comparisons = HashMap<String, bool>;

impl Store {
    /// Hashes first, then decides and counts in one transaction on what stands there at that moment: of attempts at
    /// the same time each is counted, and none slips in behind the one that locks.
    pub(crate) async fn verify(
        &self,
        phone_or_ext: &str,
        pin: &Pin,
    ) -> Result<Result<SipUri, PinFailureReason>, StoreError> {
        let Ok(line) = phone_or_ext.parse::<PhoneOrExt>() else {
            self.hasher.pretend(pin).await?;
            return Ok(Err(PinFailureReason::UserDoesNotExist));
        };
        let mut comparisons = Comparisons::new();
        let mut found = find(&mut *self.database.read.acquire().await?, &line).await?;
        for _ in 0..ROUNDS {
            if found.len() > MAX_RIVALS {
                tracing::warn!(
                    users = found.len(),
                    "too many users share a number to tell them apart by PIN"
                );
                return Ok(Err(PinFailureReason::NonUniqueUser));
            }
            self.compare(&found, pin, &mut comparisons).await?;
            let mut tx = self.database.begin().await?;
            found = find(&mut tx, &line).await?;
            if found.iter().all(|found| found.is_compared(&comparisons)) {
                let decision = decide(&mut tx, &found, &comparisons, self.clock.now()).await?;
                tx.commit().await?;
                self.report_locked_for_good(&decision.locked_for_good);
                return Ok(decision.outcome);
            }
            tx.rollback().await?;
        }
        Err(StoreError::Contended)
    }

    async fn compare(
        &self,
        found: &[Found],
        pin: &Pin,
        comparisons: &mut Comparisons,
    ) -> Result<(), StoreError> {
        for phc in found.iter().filter_map(Found::hash_to_compare) {
            if !comparisons.contains_key(phc) {
                comparisons.insert(phc.to_owned(), self.hasher.verify(pin, phc).await?);
            }
        }
        if comparisons.is_empty() { self.hasher.pretend(pin).await } else { Ok(()) }
    }
}

impl Found {
    /// The hash, unless the user may not sign in by PIN anyhow.
    fn hash_to_compare(&self) -> Option<&str> {
        let eligible = self.enabled && self.enterprise_voice;
        self.pin.as_ref().filter(|_| eligible).map(|pin| pin.phc.as_str())
    }

    fn is_compared(&self, comparisons: &Comparisons) -> bool {
        self.hash_to_compare().is_none_or(|phc| comparisons.contains_key(phc))
    }

    fn candidate(&self, comparisons: &Comparisons, now: OffsetDateTime) -> Candidate<'_> {
        let policy = policy::of_user(&self.policy, self.own_pin_lifetime);
        let pin = match &self.pin {
            None => PinState::NotSet,
            Some(pin) => PinState::Set {
                matches: comparisons.get(&pin.phc).copied().unwrap_or(false),
                expired: policy.is_expired(pin.set_at, now),
                locked: self.counters.is_locked(now),
            },
        };
        Candidate { user: &self.user, enabled: self.enabled, enterprise_voice: self.enterprise_voice, pin }
    }
}

/// What became of an attempt.
struct Decision {
    outcome: Result<SipUri, PinFailureReason>,
    /// Whose global counter it filled.
    locked_for_good: Vec<SipUri>,
}

async fn decide(
    connection: &mut SqliteConnection,
    found: &[Found],
    comparisons: &Comparisons,
    now: OffsetDateTime,
) -> Result<Decision, StoreError> {
    let candidates: Vec<_> = found.iter().map(|found| found.candidate(comparisons, now)).collect();
    let verdict = judge(&candidates);
    let mut locked_for_good = Vec::new();
    for found in found {
        let mut counters = found.counters;
        if verdict.outcome == Ok(&found.user) {
            counters.after_success();
        } else if verdict.failed.contains(&&found.user) {
            let length = found.pin.as_ref().map_or(0, |pin| pin.length);
            counters.after_failure(now, Limits::for_pin(length, &found.policy));
        }
        if counters != found.counters {
            counters::save(&mut *connection, found.id, &counters).await?;
        }
        if counters.is_locked(now) && !found.counters.is_locked(now) {
            tracing::info!(user = %found.user, for_good = counters.locked_by_system, "PIN locked after wrong attempts");
        }
        if counters.locked_by_system && !found.counters.locked_by_system {
            locked_for_good.push(found.user.clone());
        }
    }
    Ok(Decision { outcome: verdict.outcome.cloned(), locked_for_good })
}

/// The users whom `line` can mean: SQL finds them by index, the model has the last word.
async fn find(connection: &mut SqliteConnection, line: &PhoneOrExt) -> Result<Vec<Found>, StoreError> {
    let digits = line.digits();
    let rows = sqlx::query_as!(
        FoundRow,
        r#"SELECT u.id, u.sip_uri, u.line_uri AS "line_uri!", u.enabled AS "enabled: bool",
                  u.enterprise_voice AS "enterprise_voice: bool", u.pin_lifetime_days,
                  g.min_password_length, g.pin_history_count,
                  g.allow_common_patterns AS "allow_common_patterns: bool",
                  g.pin_lifetime_days AS policy_lifetime_days, g.maximum_logon_attempts,
                  p.phc AS "phc?", p.length AS "length?", p.set_at AS "set_at?",
                  l.local_failures AS "local_failures?", l.window_started, l.locked_until,
                  l.global_failures AS "global_failures?", l.locked_by_system AS "locked_by_system?: bool",
                  l.locked_by_admin AS "locked_by_admin?: bool"
           FROM users u
           JOIN pin_policies g
               ON g.id = coalesce(u.pin_policy_id, (SELECT id FROM pin_policies WHERE scope = 'site'), 1)
           LEFT JOIN pins p ON p.user_id = u.id LEFT JOIN lockouts l ON l.user_id = u.id
           WHERE u.line_digits = ?1 OR u.line_extension = ?1
           ORDER BY u.id"#,
        digits
    )
    .fetch_all(connection)
    .await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        if line.matches(&read_line_uri(&row.line_uri)?) {
            found.push(row.read()?);
        }
    }
    Ok(found)
}

struct FoundRow {
    id: i64,
    sip_uri: String,
    line_uri: String,
    enabled: bool,
    enterprise_voice: bool,
    pin_lifetime_days: Option<i64>,
    min_password_length: i64,
    pin_history_count: i64,
    allow_common_patterns: bool,
    policy_lifetime_days: i64,
    maximum_logon_attempts: Option<i64>,
    phc: Option<String>,
    length: Option<i64>,
    set_at: Option<i64>,
    local_failures: Option<i64>,
    window_started: Option<i64>,
    locked_until: Option<i64>,
    global_failures: Option<i64>,
    locked_by_system: Option<bool>,
    locked_by_admin: Option<bool>,
}

impl FoundRow {
    fn read(self) -> Result<Found, StoreError> {
        let counters = CountersRow {
            local_failures: self.local_failures,
            window_started: self.window_started,
            locked_until: self.locked_until,
            global_failures: self.global_failures,
            locked_by_system: self.locked_by_system,
            locked_by_admin: self.locked_by_admin,
        };
        let policy = PolicyRow {
            min_password_length: self.min_password_length,
            pin_history_count: self.pin_history_count,
            allow_common_patterns: self.allow_common_patterns,
            policy_lifetime_days: self.policy_lifetime_days,
            maximum_logon_attempts: self.maximum_logon_attempts,
        };
        let pin = match (self.phc, self.length, self.set_at) {
            (Some(phc), Some(length), Some(set_at)) => Some(StoredPin {
                phc,
                length: usize::try_from(length).map_err(|_| StoreError::Corrupt("a PIN length"))?,
                set_at: from_stored(set_at)?,
            }),
            _ => None,
        };
        Ok(Found {
            id: self.id,
            user: read_sip_uri(&self.sip_uri)?,
            enabled: self.enabled,
            enterprise_voice: self.enterprise_voice,
            own_pin_lifetime: read_own_pin_lifetime(self.pin_lifetime_days)?,
            policy: policy.read()?,
            pin,
            counters: counters.read()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;
    use lync_model::ports::UserPinError;
    use lync_model::ports::UserPinService;
    use std::sync::Arc;
    use time::Duration;

    fn refused(reason: PinFailureReason) -> Result<SipUri, UserPinError> {
        Err(UserPinError::Refused(reason))
    }

    async fn counters_of(pool: &Pool, name: &str) -> Counters {
        let mut connection = pool.store.database.read.acquire().await.unwrap();
        let id = crate::users::id(&mut connection, &Pool::sip(name)).await.unwrap();
        counters::load(&mut connection, id).await.unwrap()
    }

    #[tokio::test]
    async fn number_extension_and_both_sign_in_with_the_right_pin_only() {
        let pool = Pool::open().await;
        let ken = pool.add("kenmyer", Some("tel:+12065551219;ext=1219")).await;
        pool.store.set_pin(&ken, &Pin::new("07129")).await.unwrap();
        for typed in ["1219", "12065551219", "+12065551219", "+12065551219;ext=1219", "+1 (206) 555-1219"] {
            assert_eq!(pool.sign_in(typed, "07129").await, Ok(ken.clone()), "{typed}");
            assert_eq!(
                pool.sign_in(typed, "07128").await,
                refused(PinFailureReason::IncorrectPin),
                "{typed}"
            );
        }
        for typed in
            ["1218", "+1219", "2065551219", "+12065551219;ext=1", "kenmyer", "", "sip:kenmyer@litwareinc.com"]
        {
            assert_eq!(
                pool.sign_in(typed, "07129").await,
                refused(PinFailureReason::UserDoesNotExist),
                "{typed}"
            );
        }
    }

    #[tokio::test]
    async fn a_number_without_extension_has_none_to_sign_in_with() {
        let pool = Pool::open().await;
        let ken = pool.add("kenmyer", Some("tel:+12065551219")).await;
        let nobody = pool.add("noline", None).await;
        for user in [&ken, &nobody] {
            pool.store.set_pin(user, &Pin::new("07129")).await.unwrap();
        }
        assert_eq!(pool.sign_in("12065551219", "07129").await, Ok(ken));
        assert_eq!(pool.sign_in("1219", "07129").await, refused(PinFailureReason::UserDoesNotExist));
    }

    #[tokio::test]
    async fn each_pin_state_has_its_reason() {
        let pool = Pool::open().await;
        let store = &pool.store;
        let policy = PinPolicy { pin_lifetime_days: 30, pin_history_count: 1, ..PinPolicy::default() };
        store.set_policy(&policy).await.unwrap();
        pool.add_with_pin("expired", "2001", "07129").await;
        pool.clock.advance(Duration::days(30));
        let locked = pool.add_with_pin("locked", "2002", "07129").await;
        store.lock_pin(&locked).await.unwrap();
        pool.add("not-set", Some("tel:+12065552003;ext=2003")).await;
        for (name, line, enabled, enterprise_voice) in [
            ("disabled", "tel:+12065552004;ext=2004", false, true),
            ("no-voice", "tel:+12065552005;ext=2005", true, false),
        ] {
            let user = lync_model::User { enabled, enterprise_voice, ..Pool::user(name, Some(line)) };
            store.add_user(&user).await.unwrap();
            store.set_pin(&user.sip_uri, &Pin::new("07129")).await.unwrap();
        }
        let cases = [
            ("2001", PinFailureReason::PinExpired),
            ("2002", PinFailureReason::UserPinAccountLocked),
            ("2003", PinFailureReason::PinNotSet),
            ("2004", PinFailureReason::UserPinAccountDisabled),
            ("2005", PinFailureReason::PinNotEnabledForUser),
            ("2006", PinFailureReason::UserDoesNotExist),
        ];
        for (extension, reason) in cases {
            assert_eq!(pool.sign_in(extension, "07129").await, refused(reason), "{extension}");
        }
    }

    #[tokio::test]
    async fn users_of_one_extension_are_told_apart_by_their_pins() {
        let pool = Pool::open().await;
        let short = pool.add_with_pin("ann", "1219", "07129").await;
        let long = pool.add_with_pin("bartholomew", "1219", "83920").await;
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(short.clone()));
        assert_eq!(pool.sign_in("1219", "83920").await, Ok(long.clone()));
        assert_eq!(pool.sign_in("1219", "11111").await, refused(PinFailureReason::IncorrectPin));
        for name in ["ann", "bartholomew"] {
            assert_eq!(counters_of(&pool, name).await.local_failures, 1, "either could have been meant");
        }
        pool.store.set_pin(&long, &Pin::new("07129")).await.unwrap();
        assert_eq!(pool.sign_in("1219", "07129").await, refused(PinFailureReason::PinNotUnique));
        assert_eq!(pool.sign_in("12060031219;ext=1219", "07129").await, Ok(short));
        assert_eq!(pool.sign_in("12060111219", "07129").await, Ok(long));
    }

    #[tokio::test]
    async fn too_many_users_of_one_number_are_not_told_apart() {
        let pool = Pool::open().await;
        for n in 0..MAX_RIVALS {
            pool.add(&format!("user{n}"), Some("tel:+12065551219;ext=1219")).await;
        }
        assert_eq!(pool.sign_in("1219", "07129").await, refused(PinFailureReason::PinNotSet));
        pool.add("straw", Some("tel:+12065551219;ext=1219")).await;
        assert_eq!(pool.sign_in("1219", "07129").await, refused(PinFailureReason::NonUniqueUser));
    }

    #[tokio::test]
    async fn wrong_pins_lock_for_an_hour_and_the_right_one_is_refused_meanwhile() {
        let pool = Pool::open().await;
        let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
        for _ in 0..25 {
            assert_eq!(pool.sign_in("1219", "07128").await, refused(PinFailureReason::IncorrectPin));
        }
        for pin in ["07129", "07128"] {
            assert_eq!(pool.sign_in("1219", pin).await, refused(PinFailureReason::UserPinAccountLocked));
        }
        assert!(pool.store.pin_info(&ken).await.unwrap().is_locked_out);
        pool.clock.advance(Duration::minutes(59));
        assert_eq!(pool.sign_in("1219", "07129").await, refused(PinFailureReason::UserPinAccountLocked));
        pool.clock.advance(Duration::minutes(1));
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken.clone()));
        assert!(!pool.store.pin_info(&ken).await.unwrap().is_locked_out);
        assert_eq!(
            counters_of(&pool, "kenmyer").await,
            Counters { global_failures: 25, ..Counters::default() }
        );
    }

    #[tokio::test]
    async fn a_pin_of_four_digits_locks_sooner_and_at_last_for_good() {
        let pool = Pool::open().await;
        let policy = PinPolicy { min_password_length: 4, ..PinPolicy::default() };
        pool.store.set_policy(&policy).await.unwrap();
        let ken = pool.add_with_pin("kenmyer", "1219", "0712").await;
        for round in 0..10 {
            for attempt in 0..10 {
                let answer = pool.sign_in("1219", "0713").await;
                assert_eq!(answer, refused(PinFailureReason::IncorrectPin), "{round} {attempt}");
            }
            assert_eq!(pool.sign_in("1219", "0712").await, refused(PinFailureReason::UserPinAccountLocked));
            pool.clock.advance(Duration::hours(1));
        }
        pool.clock.advance(Duration::days(3650));
        assert_eq!(pool.sign_in("1219", "0712").await, refused(PinFailureReason::UserPinAccountLocked));
        pool.store.unlock_pin(&ken).await.unwrap();
        assert_eq!(pool.sign_in("1219", "0712").await, Ok(ken));
    }

    #[tokio::test]
    async fn maximum_logon_attempts_replaces_the_limit() {
        let pool = Pool::open().await;
        let policy = PinPolicy { maximum_logon_attempts: Some(1), ..PinPolicy::default() };
        pool.store.set_policy(&policy).await.unwrap();
        pool.add_with_pin("kenmyer", "1219", "07129").await;
        assert_eq!(pool.sign_in("1219", "07128").await, refused(PinFailureReason::IncorrectPin));
        assert_eq!(pool.sign_in("1219", "07129").await, refused(PinFailureReason::UserPinAccountLocked));
    }

    async fn guess_at_once(pool: &Arc<Pool>, guesses: u32) -> Vec<Result<SipUri, UserPinError>> {
        let tasks: Vec<_> = (0..guesses)
            .map(|_| {
                let pool = Arc::clone(pool);
                tokio::spawn(async move { pool.store.verify_pin("1219", &Pin::new("07128")).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(task.await.unwrap());
        }
        answers
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn wrong_pins_at_the_same_time_are_each_counted() {
        let pool = Arc::new(Pool::open().await);
        let policy = PinPolicy { maximum_logon_attempts: Some(999), ..PinPolicy::default() };
        pool.store.set_policy(&policy).await.unwrap();
        pool.add_with_pin("kenmyer", "1219", "07129").await;
        let answers = guess_at_once(&pool, 200).await;
        assert!(answers.iter().all(|answer| *answer == refused(PinFailureReason::IncorrectPin)));
        let counters = counters_of(&pool, "kenmyer").await;
        assert_eq!((counters.local_failures, counters.global_failures), (200, 200));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn two_servers_on_one_file_lose_no_count() {
        let folder = tempfile::tempdir().unwrap();
        let location = crate::StoreLocation::Kept(folder.path().join("pool.db"));
        let mut pools = Vec::new();
        for _ in 0..2 {
            let clock = lync_model::Clock::stopped(time::macros::datetime!(2013-06-01 12:00 UTC));
            let store =
                Store::open_with_cost(&location, clock.clone(), crate::HashCost::Cheapest).await.unwrap();
            pools.push(Arc::new(Pool { store, clock }));
        }
        let policy = PinPolicy { maximum_logon_attempts: Some(999), ..PinPolicy::default() };
        pools[0].store.set_policy(&policy).await.unwrap();
        pools[0].add_with_pin("kenmyer", "1219", "07129").await;
        let (first, second) = tokio::join!(guess_at_once(&pools[0], 50), guess_at_once(&pools[1], 50));
        for answer in first.iter().chain(&second) {
            assert_eq!(*answer, refused(PinFailureReason::IncorrectPin));
        }
        assert_eq!(counters_of(&pools[0], "kenmyer").await.global_failures, 100);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn guessing_at_the_same_time_gains_no_attempt() {
        let pool = Arc::new(Pool::open().await);
        pool.add_with_pin("kenmyer", "1219", "07129").await;
        let answers = guess_at_once(&pool, 100).await;
        let looked_at = answers.iter().filter(|a| **a == refused(PinFailureReason::IncorrectPin)).count();
        let locked =
            answers.iter().filter(|a| **a == refused(PinFailureReason::UserPinAccountLocked)).count();
        assert_eq!((looked_at, locked), (25, 75));
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_pin_that_is_changed_meanwhile_is_judged_by_what_it_is_at_the_end() {
        let pool = Arc::new(Pool::open().await);
        let policy = PinPolicy { maximum_logon_attempts: Some(999), ..PinPolicy::default() };
        pool.store.set_policy(&policy).await.unwrap();
        let ken = pool.add_with_pin("kenmyer", "1219", "07129").await;
        let changer = {
            let (pool, ken) = (Arc::clone(&pool), ken.clone());
            tokio::spawn(async move {
                for round in 0..50 {
                    let pin = if round % 2 == 0 { "83920" } else { "07129" };
                    pool.store.set_pin(&ken, &Pin::new(pin)).await.unwrap();
                }
            })
        };
        while !changer.is_finished() {
            let answer = pool.store.verify_pin("1219", &Pin::new("07129")).await;
            let possible = answer == Ok(ken.clone())
                || answer == refused(PinFailureReason::IncorrectPin)
                || answer == Err(StoreError::Contended.for_other_parts());
            assert!(possible, "{answer:?}");
        }
        changer.await.unwrap();
        assert_eq!(pool.sign_in("1219", "07129").await, Ok(ken));
    }
}
