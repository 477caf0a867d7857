//! The library as a test of somebody else's uses it: expecting, waiting, arming.

use expect_test::{Expect, expect};
use lync_phone::{Failure, FailureKind, SignIn};
use lync_tests::{logs, pool};
use lyncmock::{AccountState, BuildError, Clock, Expectation, Filter, LyncMock, UserFixture};
use std::time::Duration as StdDuration;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const KEN: (&str, &str) = ("1219", "0712");
const NOW: OffsetDateTime = datetime!(2026-02-03 12:01:03.5 UTC);
/// For what will not come.
const AT_ONCE: StdDuration = StdDuration::ZERO;

/// A pool whose clock stands still, so that what it reports is the same each time.
async fn still_pool() -> LyncMock {
    logs::start();
    LyncMock::builder().clock(Clock::stopped(NOW)).start().await.unwrap()
}

async fn signs_in(pool: &LyncMock, (phone_or_ext, pin): (&str, &str)) -> bool {
    pool.phone(phone_or_ext, pin).run().await.outcome.is_ok()
}

async fn refused(pool: &LyncMock, (phone_or_ext, pin): (&str, &str)) -> Failure {
    let report = pool.phone(phone_or_ext, pin).run().await;
    report.outcome.err().unwrap_or_else(|| panic!("{phone_or_ext} signed in"))
}

/// What the pool says when it goes, if that is a panic.
async fn last_words(pool: LyncMock) -> Option<String> {
    let gone = tokio::spawn(pool.stop()).await;
    let panic = gone.err()?.into_panic();
    Some(panic.downcast_ref::<String>().cloned().unwrap())
}

/// The report without what differs from run to run: the numbers of entries, of ports, and lines of connections, which
/// end when they like.
fn masked(report: &str) -> String {
    let mut text = String::new();
    for line in report.lines().filter(|line| !line.contains(" connection ")) {
        let line = match line.split_once('#') {
            Some((indent, rest)) => {
                format!("{indent}#N{}", rest.trim_start_matches(|c: char| c.is_ascii_digit()))
            }
            None => line.to_owned(),
        };
        // Each phone has a hardware address of its own: `02:4c` and four bytes.
        let is_mac = |word: &str| word.starts_with("02:4c:");
        let line = match line.split(' ').find(|word| is_mac(word)) {
            Some(mac) => line.replace(mac.trim_end_matches(':'), "<mac>"),
            None => line,
        };
        text.push_str(&line);
        text.push('\n');
    }
    text
}

async fn reports(pool: LyncMock, expected: Expect) {
    let said = last_words(pool).await.expect("the pool to complain");
    expected.assert_eq(&masked(&said));
}

#[tokio::test]
async fn what_was_expected_and_happened_is_no_reason_to_panic() {
    let pool = pool().await;
    pool.expect(Expectation::of("certprov.published").user("kenmyer").exactly(1));
    pool.expect(Expectation::of("webticket.*").user("sip:kenmyer@litwareinc.com").at_least(1).at_most(2));
    pool.expect(Expectation::of("webticket.refused").never());
    pool.expect(Expectation::matching(Filter::event("dhcp.ack")));
    assert!(signs_in(&pool, KEN).await);
    assert_eq!(last_words(pool).await, None);
}

#[tokio::test]
async fn what_was_expected_and_did_not_happen_is_a_report() {
    let pool = still_pool().await;
    pool.expect(Expectation::of("certprov.published").user("kenmyer").exactly(1));
    refused(&pool, ("1219", "9999")).await;
    reports(
        pool,
        expect![[r#"
        lyncmock: expected: exactly 1 certprov.published for kenmyer
        found: 0
        nearest: webticket.refused for sip:kenmyer@litwareinc.com at 12:01:03: The pin is invalid. (28003)
        what happened:
          #N 12:01:03 userpin.refused (refused) sip:kenmyer@litwareinc.com: verify-pin: IncorrectPin
          #N 12:01:03 webticket.refused (refused) sip:kenmyer@litwareinc.com: The pin is invalid. (28003)
    "#]],
    )
    .await;
}

#[tokio::test]
async fn what_must_not_happen_and_did_is_a_report_and_each_expectation_has_its_own() {
    let pool = still_pool().await;
    pool.expect(Expectation::of("webticket.refused").never());
    pool.expect(Expectation::of("web.restarted").at_least(2));
    pool.restart_web_service();
    refused(&pool, ("1219", "9999")).await;
    reports(
        pool,
        expect![[r#"
            lyncmock: expected: exactly 0 webticket.refused
            found: 1
              #N 12:01:03 webticket.refused (refused) sip:kenmyer@litwareinc.com: The pin is invalid. (28003)
            what happened:
              #N 12:01:03 web.restarted: the internal web service was restarted
              #N 12:01:03 dhcp.ack <mac>: DHCPINFORM of <mac> answered
              #N 12:01:03 certprov.roots 127.0.0.1: root chain downloaded
              #N 12:01:03 metadata 127.0.0.1: metadata read
              #N 12:01:03 metadata 127.0.0.1: metadata read
              #N 12:01:03 webticket.challenged 127.0.0.1: challenged
              #N 12:01:03 userpin.key 127.0.0.1: encryption key given
              #N 12:01:03 userpin.refused (refused) sip:kenmyer@litwareinc.com: verify-pin: IncorrectPin
              #N 12:01:03 webticket.refused (refused) sip:kenmyer@litwareinc.com: The pin is invalid. (28003)

            expected: at least 2 web.restarted
            found: 1
              #N 12:01:03 web.restarted: the internal web service was restarted
            nearest: webticket.refused for sip:kenmyer@litwareinc.com at 12:01:03: The pin is invalid. (28003)
            what happened:
              #N 12:01:03 web.restarted: the internal web service was restarted
              #N 12:01:03 dhcp.ack <mac>: DHCPINFORM of <mac> answered
              #N 12:01:03 certprov.roots 127.0.0.1: root chain downloaded
              #N 12:01:03 metadata 127.0.0.1: metadata read
              #N 12:01:03 metadata 127.0.0.1: metadata read
              #N 12:01:03 webticket.challenged 127.0.0.1: challenged
              #N 12:01:03 userpin.key 127.0.0.1: encryption key given
              #N 12:01:03 userpin.refused (refused) sip:kenmyer@litwareinc.com: verify-pin: IncorrectPin
              #N 12:01:03 webticket.refused (refused) sip:kenmyer@litwareinc.com: The pin is invalid. (28003)
        "#]],
    )
    .await;
}

#[tokio::test]
async fn what_a_scenario_does_can_be_expected_and_dropping_the_pool_verifies_too() {
    let pool = still_pool().await;
    let armed = pool.scenario("user-pin-service-error").arm().await.unwrap();
    pool.expect(Expectation::of("userpin.*").scenario(armed.name()).at_least(1));
    pool.expect(Expectation::of("webticket.refused").scenario("pin-locked").never());
    refused(&pool, KEN).await;
    drop(armed);
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(pool)));
    assert!(dropped.is_ok());

    let pool = still_pool().await;
    pool.expect(Expectation::of("userpin.*").scenario("user-pin-service-error"));
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(pool)));
    assert!(dropped.is_err());
}

#[tokio::test]
async fn what_comes_is_waited_for_and_what_is_there_is_found_at_once() {
    let pool = pool().await;
    let wanted = Filter::event("certprov.published").user("kenmyer");
    let (found, signed_in) = tokio::join!(pool.wait_for(&wanted), signs_in(&pool, KEN));
    assert!(signed_in);
    let found = found.unwrap();
    assert_eq!(found.device.user.as_deref(), Some("sip:kenmyer@litwareinc.com"));
    let again = pool.wait_for_within(&wanted, AT_ONCE).await.unwrap();
    assert_eq!(again.seq, found.seq);
    assert!(pool.received().iter().any(|entry| entry.seq == found.seq));
    assert!(pool.wait_for_within(&wanted.since(found.seq), AT_ONCE).await.is_err());
}

#[tokio::test]
async fn what_does_not_come_is_missed_with_what_came_nearest() {
    let pool = still_pool().await;
    let missed =
        async |filter: Filter| masked(&pool.wait_for_within(&filter, AT_ONCE).await.unwrap_err().to_string());
    let published = || Filter::event("certprov.published").user("kenmyer");
    expect![[r#"
        no certprov.published for kenmyer within 0 ms; nothing comes near it
    "#]]
    .assert_eq(&missed(published()).await);
    refused(&pool, ("1219", "9999")).await;
    expect![[r#"
        no certprov.published for kenmyer within 0 ms; nearest: webticket.refused for sip:kenmyer@litwareinc.com at 12:01:03: The pin is invalid. (28003)
    "#]].assert_eq(&missed(published()).await);
    // Of a stranger's sign-in nothing comes near, but for what he is asked for himself.
    assert!(signs_in(&pool, ("1400", "5937")).await);
    let missed = missed(Filter::event("certprov.published").user("duplicate-other-pin-b")).await;
    let other = "(user sip:duplicate-other-pin-a@litwareinc.com, not duplicate-other-pin-b)";
    assert!(missed.contains(other), "{missed}");
}

#[tokio::test]
async fn a_scenario_that_cannot_be_meant_says_what_may_have_been() {
    let pool = pool().await;
    let error = async |name: &str, user: Option<&str>| {
        let builder = pool.scenario(name);
        let builder = match user {
            Some(user) => builder.for_user(user),
            None => builder,
        };
        builder.arm().await.unwrap_err().to_string()
    };
    expect!["there is no scenario `pin-loked`; did you mean `pin-locked`?"]
        .assert_eq(&error("pin-loked", None).await);
    expect!["there is no scenario `coffee`"].assert_eq(&error("coffee", None).await);
    expect!["there is no user `kenmeyer`; did you mean `kenmyer`?"]
        .assert_eq(&error("pin-locked", Some("kenmeyer")).await);
    expect!["there is no user `sip:nobody@example.com`"]
        .assert_eq(&error("pin-locked", Some("sip:nobody@example.com")).await);
    expect!["user-pin-root-mismatch changes the whole pool, or acts before it is known who is there; arm it without a user"].assert_eq(&error("user-pin-root-mismatch", Some("kenmyer")).await);
    expect!["line-uri-without-extension cannot be made of sip:no-line-uri@litwareinc.com: the user sip:no-line-uri@litwareinc.com has no line URI"].assert_eq(&error("line-uri-without-extension", Some("no-line-uri")).await);
    // None of them left anything behind.
    assert_eq!(pool.armed_rules(), []);
    assert!(signs_in(&pool, KEN).await);
}

#[tokio::test]
async fn of_two_scenarios_that_change_one_user_the_second_is_refused() {
    let pool = pool().await;
    let locked = pool.scenario("pin-locked").for_user("kenmyer").arm().await.unwrap();
    let second = pool.scenario("pin-expired").for_user("kenmyer").arm().await.unwrap_err().to_string();
    expect!["sip:kenmyer@litwareinc.com is already changed by the scenario pin-locked; lift that first"]
        .assert_eq(&second);
    // Another user is free, and so is Ken Myer once the first is lifted.
    let other = pool.scenario("pin-expired").for_user("duplicate-other-pin-a").arm().await.unwrap();
    locked.lift().await.unwrap();
    let again = pool.scenario("pin-expired").for_user("kenmyer").arm().await.unwrap();
    assert!(!signs_in(&pool, KEN).await && !signs_in(&pool, ("1400", "5937")).await);
    other.lift().await.unwrap();
    again.lift().await.unwrap();
    assert!(signs_in(&pool, KEN).await && signs_in(&pool, ("1400", "5937")).await);
}

#[tokio::test]
async fn a_scenario_whose_cause_was_mended_is_cured() {
    let pool = pool().await;
    let hung = pool.scenario("web-service-hung").arm().await.unwrap();
    assert!(!hung.is_cured().await);
    pool.restart_web_service();
    assert!(hung.is_cured().await);
    assert!(signs_in(&pool, KEN).await);
    hung.lift().await.unwrap();

    let locked = pool.scenario("pin-locked").for_user("kenmyer").arm().await.unwrap();
    assert!(!locked.is_cured().await);
    pool.unlock_pin(&"sip:kenmyer@litwareinc.com".parse().unwrap()).await.unwrap();
    assert!(signs_in(&pool, KEN).await);
    assert!(locked.is_cured().await);
}

#[tokio::test]
async fn a_pool_can_begin_with_a_scenario() {
    logs::start();
    let pool = LyncMock::builder()
        .scenario("pin-locked@kenmyer")
        .scenario("use-certificate-auth-off")
        .start()
        .await
        .unwrap();
    let failure = refused(&pool, KEN).await;
    assert!(matches!(failure.kind, FailureKind::Status { .. }), "{failure}");
    assert!(signs_in(&pool, ("1400", "5937")).await);
    let armed = pool.journal(&Filter::event("scenario.armed"));
    let names: Vec<&str> =
        armed.iter().filter_map(|entry| Some(entry.decoded.get("scenario")?.as_str())).collect();
    assert_eq!(names, ["pin-locked", "use-certificate-auth-off"]);

    for (call, complaint) in [
        ("pin-loked@kenmyer", "did you mean `pin-locked`?"),
        ("pin-locked@", "names no user"),
        ("pin-locked@kenmeyer", "did you mean `kenmyer`?"),
    ] {
        let error: BuildError = LyncMock::builder().scenario(call).start().await.err().unwrap();
        assert!(error.to_string().contains(complaint), "{error}");
    }
}

#[tokio::test]
async fn a_rule_can_begin_when_the_clock_says_so() {
    let pool = still_pool().await;
    pool.rules(
        r#"
        [[rule]]
        where = "webticket.pin"
        what = "pin-wrong"
        when = { from = "2026-02-03T13:00:00Z", to = "2026-02-03T15:00:00+01:00" }
        "#,
    )
    .await
    .unwrap();
    assert!(signs_in(&pool, KEN).await);
    pool.clock().advance(Duration::hours(1));
    assert!(!signs_in(&pool, KEN).await);
    pool.clock().set(datetime!(2026-02-03 14:00:00 UTC));
    assert!(signs_in(&pool, KEN).await);
}

#[tokio::test]
async fn accounts_are_set_up_beside_users() {
    const PASSWORD: &str = "correct-Horse-7";
    logs::start();
    let jane = UserFixture::new("sip:jane@litwareinc.com", "tel:+12065551777;ext=1777", "2580").unwrap();
    let pool = LyncMock::builder().user(jane.with_password(PASSWORD)).start().await.unwrap();
    let signs_in =
        async |name: &str| pool.aim(SignIn::windows(name, PASSWORD)).run().await.outcome.map(|it| it.user);
    let address: lyncmock::SipUri = "sip:jane@litwareinc.com".parse().unwrap();
    assert_eq!(signs_in(r"LITWAREINC\jane").await.unwrap(), address);

    pool.set_account_state("jane", AccountState::Disabled).await.unwrap();
    assert!(signs_in("jane@litwareinc.com").await.is_err());
    pool.set_account_state("jane", AccountState::Good).await.unwrap();
    pool.set_password("jane", None).await.unwrap();
    assert!(signs_in("jane").await.is_err());
    pool.set_password("jane", Some(PASSWORD)).await.unwrap();
    assert_eq!(signs_in("jane").await.unwrap(), address);

    let jane =
        pool.accounts().await.unwrap().into_iter().find(|it| it.sip_uri == Some(address.clone())).unwrap();
    pool.add_account(&jane, Some(PASSWORD)).await.unwrap_err();
    let pilar = lyncmock::Account {
        sam_account_name: "pilar".to_owned(),
        user_principal_name: "pilar@litwareinc.com".to_owned(),
        ..jane
    };
    pool.add_account(&pilar, Some(PASSWORD)).await.unwrap();
    assert!(signs_in("pilar").await.is_err(), "an account alone is no Lync user");
}
