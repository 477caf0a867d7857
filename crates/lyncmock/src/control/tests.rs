//! What scopes, states and scenarios do to each other.

use super::*;
use crate::config::{Config, Options};
use crate::pool::Running;
use lync_admin::Kind;
use lync_admin::dto::{Reset, True, UserState};
use lync_model::Clock;
use lync_model::rules::{Occasion, Place};
use serde_json::json;
use time::macros::datetime;

mod states;

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
    let there = addresses(&control).await;
    for user in ["sip:new@b.test", "sip:toni@a.test", "sip:toni@b.test"] {
        assert!(there.iter().any(|one| one == user), "{user}: whom a namespace sees is not its own");
    }
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
async fn a_clock_that_was_moved_goes_back_to_where_it_began() {
    let (running, control) = pool().await;
    let id = arm(&control, "client-certificate-expired", None).await;
    control.change_clock(ClockChange::Set(datetime!(2020-01-01 0:00 UTC))).await.unwrap();
    let began = datetime!(2026-01-01 12:00 UTC);
    assert_eq!(control.change_clock(ClockChange::Reset(True)).await.unwrap(), began);
    control.lift(&everything(), id).await.unwrap();
    assert_eq!(running.clock.now(), began, "whoever resets the clock has set it");
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

async fn load(control: &Control, scope: &Scope, state: serde_json::Value) -> ApiResult<()> {
    control.load_state(scope, serde_json::from_value(state).unwrap()).await
}

/// SamAccountName, UserPrincipalName and user of each account that is not a fixture's.
async fn accounts_like(control: &Control, part: &str) -> Vec<(String, String, Option<String>)> {
    let all = control.accounts(&everything()).await.unwrap();
    all.into_iter()
        .filter(|account| account.sam_account_name.contains(part))
        .map(|account| (account.sam_account_name, account.user_principal_name, account.sip_address))
        .collect()
}

fn account(sam: &str, upn: &str) -> serde_json::Value {
    json!({ "sam_account_name": sam, "user_principal_name": upn, "display_name": sam })
}

fn of(sam: &str, upn: &str, user: Option<&str>) -> (String, String, Option<String>) {
    (sam.to_owned(), upn.to_owned(), user.map(str::to_owned))
}

#[tokio::test]
async fn accounts_exchange_their_names_and_users_exchange_their_accounts() {
    let (_running, control) = pool().await;
    let scope = everything();
    let (one, two) = ("sip:x1@x.test", "sip:x2@x.test");
    let user = |address: &str, account: &str| json!({ "sip_address": address, "display_name": address, "account": account });
    let first = json!({
        "accounts": [account("xa", "a@x.test"), account("xb", "b@x.test"), account("xc", "c@x.test")],
        "users": [user(one, "xa"), user(two, "XB")],
    });
    load(&control, &scope, first).await.unwrap();
    let expected =
        [of("xa", "a@x.test", Some(one)), of("xb", "b@x.test", Some(two)), of("xc", "c@x.test", None)];
    assert_eq!(accounts_like(&control, "x").await, expected);
    assert_eq!(addresses(&control).await, [one, two], "a list that is there replaces what was there");

    let second = json!({
        "accounts": [account("xa", "b@x.test"), account("xb", "a@x.test")],
        "users": [user(one, "xb"), user(two, "xa")],
    });
    load(&control, &scope, second).await.unwrap();
    let expected = [of("xa", "b@x.test", Some(two)), of("xb", "a@x.test", Some(one))];
    assert_eq!(accounts_like(&control, "x").await, expected);

    // Without accounts in it those that are there serve, and who is nobody's stays.
    let third = json!({ "users": [user(one, "xb")] });
    load(&control, &scope, third).await.unwrap();
    assert_eq!(accounts_like(&control, "x").await, [of("xb", "a@x.test", Some(one))]);
    let moved = json!({ "accounts": [account("xd", "d@x.test")], "users": [user(one, "xd")] });
    load(&control, &scope, moved).await.unwrap();
    assert_eq!(accounts_like(&control, "x").await, [of("xd", "d@x.test", Some(one))]);
}

#[tokio::test]
async fn accounts_that_cannot_be_loaded_change_nothing() {
    let (_running, control) = pool().await;
    let scope = everything();
    let before = control.state(&scope, true).await.unwrap();
    let user = |address: &str, account: &str| json!({ "sip_address": address, "display_name": "X", "account": account });
    for wrong in [
        json!({ "accounts": [account("a", "a@x.test"), account("A", "b@x.test")] }),
        json!({ "accounts": [account("a", "a@x.test"), account("b", "A@x.test")] }),
        json!({ "accounts": [account("a@b", "a@x.test")] }),
        json!({ "users": [user("a@x.test", "nobody")] }),
        json!({ "accounts": [], "users": [user("a@x.test", "nobody")] }),
        json!({ "users": [user("a@x.test", "kenmyer"), user("b@x.test", "KENMYER")] }),
        json!({ "users": [user("a@x.test", "kenmyer"), { "sip_address": "kenmyer@litwareinc.com", "display_name": "K" }] }),
    ] {
        let refused = load(&control, &scope, wrong.clone()).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Invalid, "{wrong}: {refused}");
        assert_eq!(control.state(&scope, true).await.unwrap(), before, "{wrong}");
    }
}

#[tokio::test]
async fn of_two_names_that_one_is_told_which_is_taken() {
    let (_running, control) = pool().await;
    let scope = everything();
    for (sam, upn, field) in [
        ("KENMYER", "other@litwareinc.com", "sam_account_name"),
        ("other", "KENMYER@litwareinc.com", "user_principal_name"),
    ] {
        let new = json!({ "sam_account_name": sam, "user_principal_name": upn });
        let refused = control.add_account(&scope, serde_json::from_value(new).unwrap()).await.unwrap_err();
        assert_eq!((refused.kind, refused.field.as_deref()), (Kind::Conflict, Some(field)), "{refused}");
    }
}

#[tokio::test]
async fn a_name_of_an_account_that_stays_is_taken_before_anything_is_changed() {
    let (_running, control) = pool().await;
    let (all, own) = (everything(), namespace("a"));
    add(&control, &own, "toni@a.test").await;
    let kept = json!([{ "sip_address": "kenmyer@litwareinc.com", "display_name": "K" }]);
    let moved = json!([{ "sip_address": "toni@a.test", "display_name": "T", "account": "x" }]);
    for (scope, accounts, users) in [
        (&all, json!([account("x", "kenmyer@litwareinc.com")]), json!(null)),
        (&all, json!([account("x", "KENMYER@litwareinc.com")]), kept.clone()),
        (&own, json!([account("x", "toni@a.test")]), moved.clone()),
        (&own, json!([account("x", "not-enabled@litwareinc.com")]), json!([])),
    ] {
        let before = control.state(&all, true).await.unwrap();
        let wrong = json!({ "accounts": accounts, "users": users });
        let refused = load(&control, scope, wrong.clone()).await.unwrap_err();
        assert_eq!((refused.kind, refused.field.as_deref()), (Kind::Conflict, Some("accounts")), "{refused}");
        assert_eq!(control.state(&all, true).await.unwrap(), before, "{wrong}");
    }
    // Whose account goes, or gets another name by the same state, is in nobody's way.
    load(&control, &all, json!({ "accounts": [account("x", "kenmyer@litwareinc.com")], "users": moved }))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_namespace_loads_no_account_of_another() {
    let (_running, control) = pool().await;
    let (a, b) = (namespace("a"), namespace("b"));
    add(&control, &a, "toni@a.test").await;
    add(&control, &b, "jane@b.test").await;
    let own = control.state(&b, true).await.unwrap();
    let names: Vec<_> =
        own.accounts.iter().flatten().map(|account| account.sam_account_name.as_str()).collect();
    assert_eq!(names, ["jane"]);
    for taken in [account("toni", "other@b.test"), account("other", "toni@a.test")] {
        let refused = load(&control, &b, json!({ "accounts": [taken] })).await.unwrap_err();
        assert_eq!((refused.kind, refused.field.as_deref()), (Kind::Conflict, Some("accounts")), "{refused}");
    }
    control.load_state(&b, own.clone()).await.unwrap();
    assert_eq!(control.state(&b, true).await.unwrap(), own);
    assert_eq!(accounts_like(&control, "toni").await.len(), 1);
    // What is nobody's is the domain's, and stays.
    assert_eq!(accounts_like(&control, "not-enabled").await.len(), 1);
}

#[tokio::test]
async fn accounts_of_a_state_are_those_that_scenarios_found() {
    let (_running, control) = pool().await;
    let scope = everything();
    let before = control.state(&scope, true).await.unwrap();
    arm(&control, "user-not-found", Some("kenmyer")).await;
    arm(&control, "duplicate-extension-same-pin", Some("pin-expired")).await;
    assert!(accounts_like(&control, "kenmyer").await.is_empty(), "its user is removed, and it too");
    assert_eq!(control.state(&scope, true).await.unwrap().accounts, before.accounts);
    // So it can be loaded too: scenarios are lifted before users are replaced.
    let ken = json!({ "sip_address": "kenmyer@litwareinc.com", "display_name": "K", "account": "kenmyer" });
    load(&control, &scope, json!({ "users": [ken] })).await.unwrap();
    let account = control.account(&scope, "kenmyer").await.unwrap();
    assert!(account.has_password && account.display_name == "K", "{account:?}");
}

#[tokio::test]
async fn a_user_who_was_disabled_under_a_scenario_stays_so_with_the_account_of_before() {
    let (_running, control) = pool().await;
    let scope = everything();
    let before = control.state(&scope, true).await.unwrap();
    let id = arm(&control, "windows-account-locked", Some("kenmyer")).await;
    control.disable_user(&scope, "kenmyer").await.unwrap();
    control.lift(&scope, id).await.unwrap();
    assert_eq!(accounts_like(&control, "kenmyer").await, [of("kenmyer", "kenmyer@litwareinc.com", None)]);
    assert!(!addresses(&control).await.contains(&"sip:kenmyer@litwareinc.com".to_owned()));
    let after = control.state(&scope, true).await.unwrap();
    assert_eq!(after.accounts, before.accounts);
}

#[tokio::test]
async fn a_state_is_told_while_users_come_and_go() {
    let (_running, control) = pool().await;
    let scope = everything();
    let coming_and_going = async {
        for _ in 0..100 {
            add(&control, &scope, "zoe@litwareinc.com").await;
            control.remove_user(&scope, "zoe@litwareinc.com").await.unwrap();
        }
    };
    let telling = async {
        loop {
            control.state(&scope, true).await.unwrap();
        }
    };
    tokio::select! {
        () = coming_and_going => {}
        () = telling => {}
    }
}

/// A policy, a user who is granted it, and what names that user, come, change and go.
async fn comes_changes_and_goes(control: &Control) {
    let (all, own) = (everything(), namespace("a"));
    let lobby = json!({ "identity": "tag:Lobby" });
    control.add_pin_policy(serde_json::from_value(lobby).unwrap()).await.unwrap();
    add(control, &own, "toni@a.test").await;
    control.grant_pin_policy(&all, "toni", Some("tag:Lobby")).await.unwrap();
    let wish = NewAddress { sip_address: "zoe@a.test".to_owned() };
    control.rename_user(&all, "toni", wish).await.unwrap();
    let rule = json!({ "where": "webticket", "who": { "user": "zoe" }, "what": "close" });
    let rule = control.add_rule(&all, serde_json::from_value(rule).unwrap()).await.unwrap();
    let scenario = arm(control, "user-disabled", Some("zoe")).await;
    control.remove_pin_policy("tag:Lobby").await.unwrap();
    control.lift(&all, scenario).await.unwrap();
    control.remove_user(&all, "zoe").await.unwrap();
    control.remove_rule(&all, rule.id).await.unwrap();
}

#[tokio::test]
async fn a_state_that_is_told_while_all_changes_names_nothing_that_is_not_in_it() {
    let (_running, control) = pool().await;
    let mut told = Vec::new();
    let changing = async {
        for _ in 0..20 {
            comes_changes_and_goes(&control).await;
        }
    };
    let telling = async {
        loop {
            let state = control.state(&everything(), true).await.unwrap();
            if told.len() < 40 && told.last() != Some(&state) {
                told.push(state);
            }
        }
    };
    tokio::select! {
        () = changing => {}
        () = telling => {}
    }
    assert!(told.len() > 5, "nothing was told meanwhile");
    let (_other, other) = pool().await;
    for state in told {
        other.load_state(&everything(), state.clone()).await.unwrap();
        assert_eq!(other.state(&everything(), true).await.unwrap(), state);
    }
}

#[tokio::test]
async fn a_user_who_comes_back_from_a_scenario_is_in_the_namespace_again() {
    let (_running, control) = pool().await;
    let own = namespace("a");
    add(&control, &own, "toni@a.test").await;
    for gone in ["removed", "added anew and removed"] {
        let wish = ArmScenario { scenario: "user-not-found".to_owned(), user: Some("toni".to_owned()) };
        control.arm(&own, wish).await.unwrap();
        if gone != "removed" {
            add(&control, &own, "toni@a.test").await;
            control.remove_user(&own, "toni").await.unwrap();
        }
        control.reset(&own, Reset::Scenarios).await.unwrap();
        let toni = control.user(&everything(), "toni").await.unwrap();
        assert_eq!(toni.namespace.as_deref(), Some("a"), "{gone}");
    }
}

/// Whether a rule of the pool acts on who types this at the user-PIN service.
fn acts(running: &Running, typed: &str) -> bool {
    let occasion = Occasion { phone_or_ext: Some(typed), ..Occasion::at(Place::WebTicket, "pin") };
    running.rules.decide(&occasion).is_some()
}

#[tokio::test]
async fn rules_and_namespaces_follow_a_line_that_comes_back() {
    let (running, control) = pool().await;
    let own = namespace("a");
    add(&control, &own, "toni@a.test").await;
    let wish = ArmScenario { scenario: "line-uri-changed".to_owned(), user: Some("toni".to_owned()) };
    let id = control.arm(&own, wish).await.unwrap().id;
    let rule = json!({ "where": "webticket.pin", "who": { "user": "toni" }, "then": ["pin-wrong"] });
    control.add_rule(&own, serde_json::from_value(rule).unwrap()).await.unwrap();
    assert!(!acts(&running, "9000"), "the line of before is nobody's");
    control.lift(&own, id).await.unwrap();
    assert!(acts(&running, "9000"));

    // Added anew by another line.
    control.remove_user(&everything(), "toni").await.unwrap();
    let rule = json!({ "where": "webticket.pin", "who": { "user": "kenmyer" }, "what": "close" });
    control.add_rule(&everything(), serde_json::from_value(rule).unwrap()).await.unwrap();
    control.remove_user(&everything(), "kenmyer").await.unwrap();
    let ken = json!({ "sip_address": "kenmyer@litwareinc.com", "line_uri": "tel:+12065558000;ext=8000" });
    control.add_user(&everything(), serde_json::from_value(ken).unwrap()).await.unwrap();
    assert!(acts(&running, "8000") && !acts(&running, "1219"));
}

#[tokio::test]
async fn a_user_whom_somebody_removed_does_not_come_back_from_a_scenario() {
    let (_running, control) = pool().await;
    let own = namespace("a");
    for (gone, what) in [("removed", Reset::All), ("account", Reset::All), ("disabled", Reset::Scenarios)] {
        add(&control, &own, "toni@a.test").await;
        let wish = ArmScenario { scenario: "user-disabled".to_owned(), user: Some("toni".to_owned()) };
        control.arm(&own, wish).await.unwrap();
        match gone {
            "disabled" => control.disable_user(&own, "toni").await.unwrap(),
            "removed" => control.remove_user(&own, "toni").await.unwrap(),
            _ => control.remove_account(&own, "toni").await.unwrap(),
        }
        let dumped = control.state(&everything(), false).await.unwrap().users.unwrap();
        assert!(dumped.iter().all(|user| user.sip_address != "sip:toni@a.test"), "{gone}");
        control.reset(&own, what).await.unwrap();
        assert!(!addresses(&control).await.contains(&"sip:toni@a.test".to_owned()), "{gone}");
        assert!(control.namespaces().await.unwrap().iter().all(|one| one.users.is_empty()), "{gone}");
    }
}

/// What the shell sets to mend it is told in a dump, and stays when the scenario goes.
#[tokio::test]
async fn a_fix_is_in_the_state_and_outlives_the_scenario() {
    let (running, control) = pool().await;
    let scope = everything();
    let id = arm(&control, "pin-expired", Some("kenmyer")).await;
    control
        .set_pin(&scope, "kenmyer", serde_json::from_value(json!({ "pin": "8351" })).unwrap())
        .await
        .unwrap();
    assert!(control.armed(&scope).await.unwrap()[0].cured);
    let ken = "sip:kenmyer@litwareinc.com".parse().unwrap();
    let set = running.store.record(&ken).await.unwrap().pin().unwrap().phc;
    let pin_of = async || {
        let users = control.state(&scope, true).await.unwrap().users.unwrap();
        let ken = users.into_iter().find(|user| user.sip_address == "sip:kenmyer@litwareinc.com").unwrap();
        serde_json::to_string(&ken).unwrap()
    };
    assert!(pin_of().await.contains(&set));
    control.lift(&scope, id).await.unwrap();
    assert!(pin_of().await.contains(&set));
}

/// Asks from the first moment, while much is being armed.
#[tokio::test]
async fn a_pool_that_is_ready_has_everything_armed() {
    const MANY: usize = 200;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut options = Options::on_free_ports();
    options.listen.admin = Some(free);
    options.scenarios = Some(vec!["user-pin-store-unavailable".to_owned(); MANY]);
    let config = Config::from_options(options).unwrap();
    let client = lync_admin::Client::new(&format!("http://{free}"), None, None).unwrap();
    let armed_when_ready = async {
        loop {
            if client.ready().await.is_ok() {
                return client.armed().await.unwrap().len();
            }
            tokio::task::yield_now().await;
        }
    };
    let (running, armed) = tokio::join!(Running::start(config, Clock::system()), armed_when_ready);
    running.unwrap();
    assert_eq!(armed, MANY);
}
