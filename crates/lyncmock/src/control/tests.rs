//! What scopes, states and scenarios do to each other.

use super::*;
use crate::config::{Config, Options};
use crate::pool::Running;
use lync_admin::Kind;
use lync_admin::dto::{Reset, UserState};
use lync_model::Clock;
use time::macros::datetime;

async fn pool() -> (Running, Control) {
    let config = Config::from_options(Options::on_free_ports()).unwrap();
    let running = Running::start(config, Clock::stopped(datetime!(2026-01-01 12:00 UTC))).await.unwrap();
    let control = Control::new(&running);
    (running, control)
}

fn everything() -> Scope {
    Scope::everything()
}

fn namespace(name: &str) -> Scope {
    Scope::of(name).unwrap()
}

async fn arm(control: &Control, scenario: &str, user: Option<&str>) -> u64 {
    let wish = ArmScenario { scenario: scenario.to_owned(), user: user.map(str::to_owned) };
    control.arm(&everything(), wish).await.unwrap().id
}

async fn add(control: &Control, scope: &Scope, name: &str) {
    let wish = serde_json::json!({ "sip_address": name, "line_uri": "tel:+12065559000;ext=9000" });
    control.add_user(scope, serde_json::from_value(wish).unwrap()).await.unwrap();
}

/// A user of a state, who needs no more than the names.
fn state_of(address: &str) -> UserState {
    serde_json::from_value(serde_json::json!({ "sip_address": address, "display_name": "X" })).unwrap()
}

async fn addresses(control: &Control) -> Vec<String> {
    let users = control.users(&everything()).await.unwrap();
    users.into_iter().map(|user| user.sip_address).collect()
}

#[tokio::test]
async fn a_state_is_the_pools_without_its_scenarios_and_these_can_be_lifted_after_it_is_loaded() {
    let (_running, control) = pool().await;
    let scope = everything();
    let before = control.state(&scope, true).await.unwrap();
    arm(&control, "pin-wrong", Some("kenmyer")).await;
    arm(&control, "user-not-found", Some("pin-locked")).await;
    arm(&control, "dhcp-off", None).await;
    for secrets in [true, false] {
        let dumped = control.state(&scope, secrets).await.unwrap();
        assert_eq!(dumped.armed.as_ref().unwrap().len(), 3);
        if secrets {
            assert_eq!((&dumped.users, &dumped.registrar), (&before.users, &before.registrar));
        }
        control.load_state(&scope, dumped).await.unwrap();
    }
    for armed in control.armed(&scope).await.unwrap() {
        control.lift(&scope, armed.id).await.unwrap();
    }
    assert_eq!(control.state(&scope, true).await.unwrap(), before);
}

#[tokio::test]
async fn what_cannot_be_loaded_changes_nothing() {
    let (_running, control) = pool().await;
    let scope = everything();
    arm(&control, "pin-wrong", Some("kenmyer")).await;
    let before = control.state(&scope, true).await.unwrap();
    for wrong in [
        r#"{"users":[],"rules":[{"where":"webticket","who":{"user":"kenmyer"},"what":"close"}]}"#,
        r#"{"users":[],"namespaces":{"a":{"users":["kenmyer"]}}}"#,
        r#"{"users":[],"armed":[{"scenario":"pin-locked","user":"kenmyer"}]}"#,
        r#"{"users":[],"web":{"min_csr_key_size":1}}"#,
    ] {
        let state: State = serde_json::from_str(wrong).unwrap();
        assert_eq!(control.load_state(&scope, state).await.unwrap_err().kind, Kind::Invalid, "{wrong}");
        assert_eq!(control.state(&scope, true).await.unwrap(), before, "{wrong}");
    }
    let ids = control.armed(&scope).await.unwrap();
    control.load_state(&scope, State::default()).await.unwrap();
    assert_eq!(control.armed(&scope).await.unwrap(), ids, "what is absent stays");
}

#[tokio::test]
async fn a_namespace_neither_sees_nor_loads_away_the_users_of_another() {
    let (_running, control) = pool().await;
    let (a, b) = (namespace("a"), namespace("b"));
    add(&control, &a, "toni@a.test").await;
    add(&control, &everything(), "toni@b.test").await;
    // Without users of its own it sees those of nobody.
    assert!(control.user(&b, "toni").await.unwrap().sip_address.ends_with("b.test"));
    assert_eq!(control.user(&a, "toni").await.unwrap().namespace.as_deref(), Some("a"));
    let several = control.user(&everything(), "toni").await.unwrap_err();
    assert!(several.kind == Kind::NotFound && several.message.contains("several"), "{several}");

    let state = |users| State { users: Some(users), ..State::default() };
    let taken = control.load_state(&b, state(vec![state_of("toni@a.test")])).await.unwrap_err();
    assert_eq!(taken.kind, Kind::Conflict);
    control.load_state(&b, state(vec![state_of("new@b.test")])).await.unwrap();
    assert_eq!(addresses(&control).await, ["sip:new@b.test", "sip:toni@a.test"]);
    assert_eq!(control.user(&b, "new").await.unwrap().namespace.as_deref(), Some("b"));
    let pools = State { pin_policy: Some(control.pin_policy().await.unwrap()), ..State::default() };
    assert_eq!(control.load_state(&a, pools).await.unwrap_err().kind, Kind::Invalid);
}

#[tokio::test]
async fn lifting_leaves_a_clock_that_was_set_right() {
    let (running, control) = pool().await;
    let id = arm(&control, "client-certificate-expired", None).await;
    assert_eq!(running.clock.now(), datetime!(2026-07-20 12:00 UTC));
    let right = datetime!(2026-01-01 13:00 UTC);
    control.change_clock(ClockChange::Set(right)).await.unwrap();
    assert!(control.armed(&everything()).await.unwrap()[0].cured);
    control.lift(&everything(), id).await.unwrap();
    assert_eq!(running.clock.now(), right);
    control.change_clock(ClockChange::Set(datetime!(9969-12-31 0:00 UTC))).await.unwrap();
    let wish = ArmScenario { scenario: "client-certificate-expired".to_owned(), user: None };
    assert_eq!(
        control.arm(&everything(), wish).await.unwrap_err().kind,
        Kind::Conflict,
        "the clock ends there"
    );
}

#[tokio::test]
async fn a_reset_trusts_the_pools_own_authorities_again() {
    let (running, control) = pool().await;
    let before = (running.trust.list(), running.trust.intermediates());
    arm(&control, "user-pin-root-mismatch", None).await;
    for certificate in control.certificates(None).await.unwrap() {
        control.remove_certificate(certificate.store, &certificate.thumbprint).await.unwrap();
    }
    control.reset(&everything(), Reset::All).await.unwrap();
    assert_eq!((running.trust.list(), running.trust.intermediates()), before);
}
