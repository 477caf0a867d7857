//! One phone for each state of a PIN. The users are those of fixtures/users.toml.

use lync_phone::{Failure, FailureKind, StepName};
use lync_tests::pool;
use lyncmock::{LyncMock, PinPolicy, User};
use time::Duration;

async fn refused(pool: &LyncMock, phone_or_ext: &str, pin: &str) -> Failure {
    let report = pool.phone(phone_or_ext, pin).run().await;
    report.outcome.err().unwrap_or_else(|| panic!("{phone_or_ext} signed in"))
}

/// Whether this is the answer to a wrong PIN, which stands in for every state whose own answer is not public.
fn is_captured_refusal(failure: &Failure) -> bool {
    let FailureKind::Status { head } = &failure.kind else { return false };
    let diagnostics = head.diagnostics();
    failure.step == StepName::WebTicket
        && head.header("WWW-Authenticate").as_deref() == Some("Basic realm =\"LYNC\"")
        && head.warning().is_some_and(|warning| warning.token == "InvalidPin")
        && diagnostics.is_some_and(|found| found.error_id == 28003 && found.reason == "The pin is invalid.")
}

async fn signs_in_as(pool: &LyncMock, phone_or_ext: &str, pin: &str, user: &str) {
    let report = pool.phone(phone_or_ext, pin).run().await;
    assert_eq!(report.outcome.unwrap().user.as_str(), user, "{phone_or_ext}");
}

#[tokio::test]
async fn a_wrong_pin_is_refused_and_the_right_one_still_works() {
    let pool = pool().await;
    assert!(is_captured_refusal(&refused(&pool, "1219", "9999").await));
    signs_in_as(&pool, "1219", "0712", "sip:kenmyer@litwareinc.com").await;
}

#[tokio::test]
async fn a_locked_pin_is_refused_even_if_it_is_right_until_it_is_unlocked() {
    let pool = pool().await;
    assert!(is_captured_refusal(&refused(&pool, "1301", "1357").await));
    pool.unlock_pin(&"sip:pin-locked@litwareinc.com".parse().unwrap()).await.unwrap();
    signs_in_as(&pool, "1301", "1357", "sip:pin-locked@litwareinc.com").await;
}

#[tokio::test]
async fn ten_wrong_pins_lock_a_pin_of_four_digits_for_an_hour() {
    let pool = pool().await;
    for _ in 0..10 {
        assert!(is_captured_refusal(&refused(&pool, "1219", "9999").await));
    }
    assert!(is_captured_refusal(&refused(&pool, "1219", "0712").await));
    pool.clock().advance(Duration::minutes(59));
    assert!(is_captured_refusal(&refused(&pool, "1219", "0712").await));
    pool.clock().advance(Duration::minutes(2));
    signs_in_as(&pool, "1219", "0712", "sip:kenmyer@litwareinc.com").await;
}

#[tokio::test]
async fn an_expired_pin_is_refused_until_it_is_set_anew() {
    let pool = pool().await;
    assert!(is_captured_refusal(&refused(&pool, "1302", "2468").await));
    pool.set_pin(&"sip:pin-expired@litwareinc.com".parse().unwrap(), "8024").await.unwrap();
    signs_in_as(&pool, "1302", "8024", "sip:pin-expired@litwareinc.com").await;
}

#[tokio::test]
async fn a_pin_expires_on_the_pools_clock() {
    let pool = pool().await;
    signs_in_as(&pool, "1219", "0712", "sip:kenmyer@litwareinc.com").await;
    pool.clock().advance(Duration::days(366));
    assert!(is_captured_refusal(&refused(&pool, "1219", "0712").await));
}

#[tokio::test]
async fn a_user_without_a_pin_is_refused() {
    let pool = pool().await;
    assert!(is_captured_refusal(&refused(&pool, "1303", "8024").await));
    let user = "sip:pin-not-set@litwareinc.com";
    pool.set_pin(&user.parse().unwrap(), "8024").await.unwrap();
    signs_in_as(&pool, "1303", "8024", user).await;
}

/// Changes one thing about a user.
async fn changed(pool: &LyncMock, sip_uri: &str, change: impl FnOnce(&mut User)) {
    let users = pool.users().await.unwrap();
    let mut user = users.into_iter().find(|user| user.sip_uri.as_str() == sip_uri).unwrap();
    change(&mut user);
    pool.update_user(&user).await.unwrap();
}

#[tokio::test]
async fn a_disabled_user_is_refused() {
    let pool = pool().await;
    assert!(is_captured_refusal(&refused(&pool, "1304", "3691").await));
    let user = "sip:disabled@litwareinc.com";
    changed(&pool, user, |user| user.enabled = true).await;
    signs_in_as(&pool, "1304", "3691", user).await;
}

#[tokio::test]
async fn a_user_without_a_line_uri_is_found_by_no_number() {
    let pool = pool().await;
    for typed in ["4711", "no-line-uri", "+12065559999"] {
        assert!(is_captured_refusal(&refused(&pool, typed, "4826").await), "{typed}");
    }
    let user = "sip:no-line-uri@litwareinc.com";
    changed(&pool, user, |user| {
        user.line_uri = Some("tel:+12065551711;ext=4711".parse().unwrap());
        user.enterprise_voice = true;
    })
    .await;
    signs_in_as(&pool, "4711", "4826", user).await;
}

#[tokio::test]
async fn the_policys_own_limit_locks_earlier() {
    let pool = pool().await;
    let policy =
        PinPolicy { min_password_length: 4, maximum_logon_attempts: Some(2), ..PinPolicy::default() };
    pool.set_pin_policy(&policy).await.unwrap();
    let ken = "sip:kenmyer@litwareinc.com".parse().unwrap();
    for _ in 0..2 {
        assert!(!pool.pin_info(&ken).await.unwrap().is_locked_out);
        assert!(is_captured_refusal(&refused(&pool, "1219", "9999").await));
    }
    assert!(pool.pin_info(&ken).await.unwrap().is_locked_out);
    assert!(is_captured_refusal(&refused(&pool, "1219", "0712").await));
}

#[tokio::test]
async fn a_user_cannot_go_back_to_the_last_pin_and_an_administrator_can() {
    let pool = pool().await;
    let ken = "sip:kenmyer@litwareinc.com".parse().unwrap();
    assert!(pool.change_pin(&ken, "0712").await.is_err());
    pool.change_pin(&ken, "5319").await.unwrap();
    signs_in_as(&pool, "1219", "5319", "sip:kenmyer@litwareinc.com").await;
    pool.set_pin(&ken, "0712").await.unwrap();
}

#[tokio::test]
async fn an_extension_of_two_users_is_told_apart_by_the_pin() {
    let pool = pool().await;
    signs_in_as(&pool, "1400", "5937", "sip:duplicate-other-pin-a@litwareinc.com").await;
    signs_in_as(&pool, "1400", "6048", "sip:duplicate-other-pin-b@litwareinc.com").await;
}

#[tokio::test]
async fn an_extension_of_two_users_with_one_pin_is_refused_and_the_full_number_is_not() {
    let pool = pool().await;
    assert!(is_captured_refusal(&refused(&pool, "1500", "7159").await));
    signs_in_as(&pool, "+12065551502", "7159", "sip:duplicate-same-pin-b@litwareinc.com").await;
}

#[tokio::test]
async fn use_pin_auth_off_refuses_the_right_pin() {
    lync_tests::logs::start();
    let mut options = lyncmock::Options::default();
    options.web.use_pin_auth = Some(false);
    let pool = LyncMock::builder().options(options).start().await.unwrap();
    let failure = refused(&pool, "1219", "0712").await;
    let found = failure.response().and_then(lync_phone::ResponseHead::diagnostics).unwrap();
    assert_eq!((found.error_id, found.reason.as_str()), (28029, "Authentication type not allowed."));
}
