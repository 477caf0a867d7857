//! Changes are taken back around what was set meanwhile.

use super::*;
use crate::testing::Pool;
use crate::{AccountUpdate, ChangedUser};
use lync_model::scenario::UserChange;
use lync_model::{Account, AccountState, Pin, SipUri, User};
use time::Duration;

const LINE: &str = "tel:+12065551219;ext=1219";

/// Ken, and a change that was made of him.
struct Changed {
    pool: Pool,
    ken: SipUri,
    before: UserRecord,
    after: Option<UserRecord>,
}

impl Changed {
    async fn by(change: UserChange) -> Self {
        let pool = Pool::open().await;
        let ken = pool.add("kenmyer", Some(LINE)).await;
        pool.store.set_pin(&ken, &Pin::new("07129")).await.unwrap();
        pool.store.set_password("kenmyer", Some("Passw0rd!")).await.unwrap();
        let ChangedUser { before, after, .. } = pool.store.change_user(&ken, change).await.unwrap();
        Self { pool, ken, before, after }
    }

    async fn take_back(&self) {
        let planned = self.pool.store.without_change(&self.before, self.after.as_ref()).await.unwrap();
        self.pool.store.take_back(&self.before, self.after.as_ref()).await.unwrap();
        assert!(self.pool.store.record(&self.ken).await.ok() == planned, "another record than was told");
    }

    async fn set_pin(&self, pin: &str) {
        self.pool.store.set_pin(&self.ken, &Pin::new(pin)).await.unwrap();
    }

    async fn signs_in(&self, pin: &str) -> bool {
        self.pool.sign_in("1219", pin).await.is_ok()
    }

    async fn counters(&self) -> Counters {
        self.pool.store.counters(&self.ken).await.unwrap()
    }
}

#[tokio::test]
async fn a_pin_that_was_set_since_stays() {
    for change in [UserChange::PinExpired, UserChange::PinNotSet, UserChange::OtherPin] {
        let changed = Changed::by(change).await;
        changed.set_pin("835146").await;
        changed.take_back().await;
        assert!(changed.signs_in("835146").await && !changed.signs_in("07129").await, "{change:?}");
        let record = changed.pool.store.record(&changed.ken).await.unwrap();
        assert_eq!(record.pin_lifetime_days, None, "{change:?}: the policy that the change granted goes");
    }
}

#[tokio::test]
async fn other_fields_that_were_set_since_stay_and_those_of_the_change_go() {
    let changed = Changed::by(UserChange::Locked).await;
    let line = Some("tel:+12065557777;ext=7777".parse().unwrap());
    let user = User { line_uri: line, enterprise_voice: false, ..changed.before.user.clone() };
    changed.pool.store.update_user(&user).await.unwrap();
    changed.take_back().await;
    let record = changed.pool.store.record(&changed.ken).await.unwrap();
    assert_eq!(record.user, User { pin_set_at: record.user.pin_set_at, ..user });
    assert!(!record.counters.locked_by_admin);
}

#[tokio::test]
async fn a_line_that_the_change_took_away_comes_back_unless_another_was_given() {
    for (given, expected) in [(None, LINE), (Some("tel:+12065557777"), "tel:+12065557777")] {
        let changed = Changed::by(UserChange::NoLineUri).await;
        if let Some(given) = given {
            let user = User { line_uri: Some(given.parse().unwrap()), ..changed.before.user.clone() };
            changed.pool.store.update_user(&user).await.unwrap();
        }
        changed.take_back().await;
        let user = changed.pool.store.user(&changed.ken).await.unwrap().unwrap();
        assert_eq!(user.line_uri.unwrap().to_string(), expected);
    }
}

#[tokio::test]
async fn whom_an_administrator_removed_stays_removed_and_whom_the_change_removed_comes_back() {
    let changed = Changed::by(UserChange::Locked).await;
    changed.pool.store.remove_user(&changed.ken).await.unwrap();
    changed.take_back().await;
    assert_eq!(changed.pool.store.users().await.unwrap(), []);

    let changed = Changed::by(UserChange::Removed).await;
    changed.take_back().await;
    assert!(changed.pool.store.record(&changed.ken).await.unwrap() == changed.before);

    let changed = Changed::by(UserChange::Removed).await;
    changed.pool.add_with_pin("kenmyer", "1219", "835146").await;
    changed.take_back().await;
    assert!(changed.signs_in("835146").await, "who was added anew stays");
}

#[tokio::test]
async fn an_account_that_was_made_since_is_only_made_the_users_again() {
    let changed = Changed::by(UserChange::Removed).await;
    let made = Account {
        sam_account_name: "KenMyer".to_owned(),
        user_principal_name: "someone@litwareinc.com".to_owned(),
        display_name: "Someone Else".to_owned(),
        state: AccountState::Disabled,
        has_password: true,
        sip_uri: None,
    };
    changed.pool.store.add_account(&made, Some("N3wPass!")).await.unwrap();
    let made = changed.pool.store.stored_accounts().await.unwrap().remove(0);
    changed.take_back().await;
    let account = Account { sip_uri: Some(changed.ken.clone()), ..made.account };
    assert!(changed.pool.store.stored_accounts().await.unwrap() == [StoredAccount { account, ..made }]);
    assert!(changed.signs_in("07129").await, "the rest of the user is as before");
}

#[tokio::test]
async fn an_account_that_is_another_users_stays_so() {
    let changed = Changed::by(UserChange::Removed).await;
    let other = Pool::sip("other");
    let made = Account { sip_uri: None, ..changed.before.account().unwrap().account.clone() };
    changed.pool.store.add_account(&made, None).await.unwrap();
    changed.pool.store.enable_user("kenmyer", &Pool::user("other", None)).await.unwrap();
    changed.pool.store.take_back(&changed.before, None).await.unwrap();
    let owner = changed.pool.store.account("kenmyer").await.unwrap().unwrap().sip_uri;
    assert_eq!(owner, Some(other));
    assert!(changed.signs_in("07129").await, "with the next account name that is free");
}

#[tokio::test]
async fn the_account_of_a_disabled_user_loses_what_the_change_made_of_it() {
    let changed = Changed::by(UserChange::AccountLocked).await;
    changed.pool.store.disable_user(&changed.ken).await.unwrap();
    changed.take_back().await;
    assert_eq!(changed.pool.store.users().await.unwrap(), []);
    assert_eq!(changed.pool.store.accounts().await.unwrap()[0].state, AccountState::Good);
}

#[tokio::test]
async fn account_and_password_follow_the_same_rule() {
    let changed = Changed::by(UserChange::PasswordExpired).await;
    let locked = AccountUpdate { state: Some(AccountState::LockedOut), ..AccountUpdate::default() };
    changed.pool.store.update_account("kenmyer", &locked).await.unwrap();
    changed.take_back().await;
    assert_eq!(changed.pool.store.accounts().await.unwrap()[0].state, AccountState::LockedOut);

    let changed = Changed::by(UserChange::OtherPassword).await;
    changed.take_back().await;
    assert!(changed.pool.store.record(&changed.ken).await.unwrap() == changed.before);

    let changed = Changed::by(UserChange::OtherPassword).await;
    changed.pool.store.set_password("kenmyer", Some("An0ther!")).await.unwrap();
    let set = changed.pool.store.record(&changed.ken).await.unwrap();
    changed.take_back().await;
    assert!(changed.pool.store.record(&changed.ken).await.unwrap() == set);
}

#[tokio::test]
async fn certificates_that_were_published_since_stay() {
    let changed = Changed::by(UserChange::PinExpired).await;
    changed.pool.publish("kenmyer", "{a}", b"a").await;
    changed.take_back().await;
    assert_eq!(changed.pool.published("kenmyer").await.len(), 1);
}

#[tokio::test]
async fn failures_that_another_pin_caused_go_with_it() {
    let changed = Changed::by(UserChange::OtherPin).await;
    for _ in 0..30 {
        assert!(!changed.signs_in("07129").await);
    }
    changed.take_back().await;
    assert!(changed.signs_in("07129").await);
    assert_eq!(changed.counters().await, Counters::default());
}

#[tokio::test]
async fn failures_that_the_change_did_not_cause_stay() {
    let changed = Changed::by(UserChange::AccountLocked).await;
    assert!(!changed.signs_in("11111").await);
    changed.take_back().await;
    assert_eq!(changed.counters().await.local_failures, 1);

    let changed = Changed::by(UserChange::LockedForAnHour).await;
    changed.pool.clock.advance(Duration::hours(2));
    assert!(!changed.signs_in("11111").await);
    changed.take_back().await;
    let counters = changed.counters().await;
    assert_eq!((counters.local_failures, counters.global_failures), (1, 1));
}

#[tokio::test]
async fn locking_and_unlocking_stay() {
    for change in [UserChange::Locked, UserChange::LockedForAnHour, UserChange::LockedBySystem] {
        let changed = Changed::by(change).await;
        changed.pool.store.unlock_pin(&changed.ken).await.unwrap();
        changed.take_back().await;
        assert_eq!(changed.counters().await, Counters::default(), "{change:?}");
    }
    for change in [UserChange::OtherPin, UserChange::LockedBySystem, UserChange::NoLineUri] {
        let changed = Changed::by(change).await;
        changed.pool.store.lock_pin(&changed.ken).await.unwrap();
        changed.take_back().await;
        let locked = Counters { locked_by_admin: true, ..Counters::default() };
        assert_eq!(changed.counters().await, locked, "{change:?}");
    }
}

/// Whichever of the two comes first, the lift leaves who was unlocked unlocked.
#[tokio::test]
async fn an_unlocking_at_the_same_time_stays() {
    for _ in 0..10 {
        let pool = Pool::open().await;
        let ken = pool.add("kenmyer", Some(LINE)).await;
        pool.store.set_pin(&ken, &Pin::new("07129")).await.unwrap();
        pool.store.lock_pin(&ken).await.unwrap();
        let change = pool.store.change_user(&ken, UserChange::PinExpired);
        let (changed, unlocked) = tokio::join!(change, pool.store.unlock_pin(&ken));
        unlocked.unwrap();
        let ChangedUser { before, after, .. } = changed.unwrap();
        pool.store.take_back(&before, after.as_ref()).await.unwrap();
        assert_eq!(pool.store.counters(&ken).await.unwrap(), Counters::default());
    }
}

#[test]
fn an_unlocking_ends_the_lock_of_before_too() {
    let before = Counters { locked_by_admin: true, ..Counters::default() };
    let after = Counters { locked_by_system: true, global_failures: 100, ..Counters::default() };
    assert_eq!(counters(Counters::default(), before, after, false), Counters::default());
    assert_eq!(counters(after, before, after, false), before);
}

#[test]
fn former_pins_come_back_before_those_that_came_since() {
    let list = |phcs: &[&str]| phcs.iter().map(ToString::to_string).collect::<Vec<_>>();
    let (before, none) = (list(&["a", "b"]), list(&[]));
    assert_eq!(history(&list(&["c"]), &before, &none), list(&["a", "b", "c"]));
    assert_eq!(history(&none, &before, &none), before);
    assert_eq!(history(&list(&["b", "c"]), &before, &before), list(&["b", "c"]));
}
