//! States that are loaded while others write, and what of them is a namespace's.

use super::*;

/// A state of this many users, each with an account of its own.
fn many(count: usize) -> State {
    let names = || (0..count).map(|n| format!("u{n}"));
    let accounts: Vec<_> = names().map(|name| account(&name, &format!("{name}@a.test"))).collect();
    let user = |name: String| json!({ "sip_address": format!("{name}@a.test"), "display_name": name, "account": name });
    let users: Vec<_> = names().map(user).collect();
    serde_json::from_value(json!({ "accounts": accounts, "users": users })).unwrap()
}

#[tokio::test]
async fn a_state_is_loaded_wholly_whoever_writes_meanwhile() {
    let (running, control) = pool().await;
    let scope = everything();
    // As the other process of a pool in parts does it: past this one's locks.
    let in_the_way = async {
        for n in 0_u64.. {
            let account = lync_model::Account {
                sam_account_name: format!("evil{n}"),
                user_principal_name: "u199@a.test".to_owned(),
                display_name: String::new(),
                state: lync_model::AccountState::Good,
                has_password: false,
                sip_uri: None,
            };
            let _ = running.store.add_account(&account, None).await;
        }
    };
    tokio::select! {
        loaded = control.load_state(&scope, many(200)) => loaded.unwrap(),
        () = in_the_way => {}
    }
    assert_eq!(control.users(&scope).await.unwrap().len(), 200);
    assert_eq!(accounts_like(&control, "u199").await, [of("u199", "u199@a.test", Some("sip:u199@a.test"))]);
}

#[tokio::test]
async fn a_load_that_breaks_off_changes_nothing() {
    let (_running, control) = pool().await;
    let scope = everything();
    let before = control.state(&scope, true).await.unwrap();
    for turns in [1, 4, 16, 64, 256] {
        let broken_off = async {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
        };
        let ended = tokio::select! {
            biased;
            loaded = control.load_state(&scope, many(200)) => loaded.is_ok(),
            () = broken_off => false,
        };
        if ended {
            assert_eq!(control.users(&scope).await.unwrap().len(), 200);
            control.load_state(&scope, before.clone()).await.unwrap();
        }
        assert_eq!(control.state(&scope, true).await.unwrap(), before, "after {turns} turns");
    }
}

#[tokio::test]
async fn what_a_load_costs_grows_with_the_users_and_not_with_their_square() {
    let (_running, control) = pool().await;
    let there = control.core.store.snapshot(true).await.unwrap();
    // To look through all accounts for each user would take longer than the runner lets a test live.
    let count = 30_000;
    let plan = control.plan_of(&everything(), &many(count), &there).unwrap();
    assert_eq!((plan.records.len(), plan.accounts.len()), (count, count));
}

#[tokio::test]
async fn a_namespace_without_users_has_none_though_it_sees_them_all() {
    let (_running, control) = pool().await;
    let (all, own, other) = (everything(), namespace("a"), namespace("b"));
    let before = control.state(&all, true).await.unwrap();
    let seen = control.users(&own).await.unwrap();
    assert!(!seen.is_empty());
    let told = control.state(&own, true).await.unwrap();
    assert_eq!((told.users.as_deref(), told.accounts.as_deref()), (Some(&[][..]), Some(&[][..])));
    control.load_state(&own, told).await.unwrap();
    load(&control, &own, json!({ "users": [] })).await.unwrap();
    control.reset(&own, Reset::All).await.unwrap();
    let after = control.state(&all, true).await.unwrap();
    assert_eq!((&after.users, &after.accounts), (&before.users, &before.accounts));
    assert_eq!(control.users(&other).await.unwrap(), seen);
}

#[tokio::test]
async fn a_namespace_loads_a_user_of_nobody_only_where_it_claims_it() {
    let (_running, control) = pool().await;
    let (all, own) = (everything(), namespace("a"));
    let before = control.users(&all).await.unwrap();
    let ken = json!([{ "sip_address": "kenmyer@litwareinc.com", "display_name": "Mine" }]);
    let refused = load(&control, &own, json!({ "users": ken })).await.unwrap_err();
    assert_eq!((refused.kind, refused.field.as_deref()), (Kind::Conflict, Some("users")), "{refused}");
    assert_eq!(control.users(&all).await.unwrap(), before);

    let claim = json!({ "a": { "users": ["sip:kenmyer@litwareinc.com"] } });
    load(&control, &own, json!({ "users": ken, "namespaces": claim })).await.unwrap();
    assert_eq!(control.users(&all).await.unwrap().len(), before.len());
    let mine = control.users(&own).await.unwrap();
    assert_eq!((mine.len(), mine[0].display_name.as_str()), (1, "Mine"));
    let told = control.state(&own, true).await.unwrap();
    control.load_state(&own, told.clone()).await.unwrap();
    assert_eq!(control.state(&own, true).await.unwrap(), told);
}

#[tokio::test]
async fn an_account_of_the_domain_outlives_the_user_that_a_namespace_makes_of_it() {
    let (_running, control) = pool().await;
    let own = namespace("a");
    let before = accounts_like(&control, "not-enabled").await;
    for gone in ["reset", "removed", "loaded", "renamed", "claimed"] {
        let wish = json!({ "sip_address": "mine@a.test", "account": "not-enabled" });
        match gone {
            "loaded" => {
                let user =
                    json!({ "sip_address": "mine@a.test", "display_name": "X", "account": "not-enabled" });
                load(&control, &own, json!({ "users": [user] })).await.unwrap();
            }
            _ => drop(control.add_user(&own, serde_json::from_value(wish).unwrap()).await.unwrap()),
        }
        add(&control, &own, "toni@a.test").await;
        assert_eq!(accounts_like(&control, "not-enabled").await[0].2.as_deref(), Some("sip:mine@a.test"));
        match gone {
            "removed" => control.remove_user(&own, "mine").await.unwrap(),
            "loaded" => load(&control, &own, json!({ "accounts": [], "users": [] })).await.unwrap(),
            "renamed" => {
                let wish = NewAddress { sip_address: "zoe@a.test".to_owned() };
                control.rename_user(&own, "mine", wish).await.unwrap();
            }
            "claimed" => {
                let wish = json!({ "users": ["mine", "toni"] });
                control.set_namespace("a", serde_json::from_value(wish).unwrap()).await.unwrap();
            }
            _ => {}
        }
        control.reset(&own, Reset::All).await.unwrap();
        assert_eq!(accounts_like(&control, "not-enabled").await, before, "{gone}");
        assert!(
            accounts_like(&control, "toni").await.is_empty(),
            "what was made for the namespace goes: {gone}"
        );
    }
}

#[tokio::test]
async fn scenarios_that_cannot_be_armed_are_refused_before_anything_is_loaded() {
    let (_running, control) = pool().await;
    let (all, own) = (everything(), namespace("a"));
    add(&control, &own, "toni@a.test").await;
    let wish = json!({ "scenario": "user-disabled", "user": "toni" });
    control.arm(&own, serde_json::from_value(wish).unwrap()).await.unwrap();
    let before = control.state(&all, true).await.unwrap();
    let armed = control.armed(&all).await.unwrap();
    for (scope, scenarios, kind, field, told) in [
        (&all, json!([["dhcp-off", "kenmyer"]]), Kind::Invalid, "user", "arm it without a user"),
        (
            &all,
            json!([["pin-locked", "kenmyer"], ["user-disabled", "sip:kenmyer@litwareinc.com"]]),
            Kind::Conflict,
            "user",
            "is already changed by the scenario pin-locked",
        ),
        (
            &all,
            json!([["user-not-found", "kenmyer"], ["pin-locked", "kenmyer"]]),
            Kind::Invalid,
            "armed",
            "there is no user `kenmyer`",
        ),
        (&own, json!([["web-service-stopped", null]]), Kind::Conflict, "scenario", "without a namespace"),
    ] {
        let calls: Vec<(String, Option<String>)> = serde_json::from_value(scenarios.clone()).unwrap();
        let calls: Vec<_> =
            calls.iter().map(|(name, user)| json!({ "scenario": name, "user": user })).collect();
        let users = if scope.namespace.is_none() { vec![ken()] } else { Vec::new() };
        let state = json!({ "users": users, "accounts": [], "armed": calls });
        let refused = load(&control, scope, state).await.unwrap_err();
        assert_eq!((refused.kind, refused.field.as_deref()), (kind, Some(field)), "{scenarios}: {refused}");
        assert!(refused.message.contains(told), "{scenarios}: {refused}");
        assert_eq!(control.state(&all, true).await.unwrap(), before, "{scenarios}");
        assert_eq!(control.armed(&all).await.unwrap(), armed, "{scenarios}");
    }
}

#[tokio::test]
async fn a_state_has_the_account_of_who_took_the_name_of_a_user_whom_a_scenario_removed() {
    let (_running, control) = pool().await;
    let scope = everything();
    let id = arm(&control, "user-not-found", Some("kenmyer")).await;
    add(&control, &scope, "KenMyer@other.example").await;
    let told = control.state(&scope, true).await.unwrap();
    let account_of = |address: &str| {
        let users = told.users.as_ref().unwrap();
        users.iter().find(|user| user.sip_address == address).unwrap().account.clone().unwrap()
    };
    let accounts = [account_of("sip:kenmyer@litwareinc.com"), account_of("sip:kenmyer@other.example")];
    assert_eq!(accounts.each_ref().map(|name| name.to_lowercase()), ["kenmyer2", "kenmyer"]);
    let there =
        |name: &String| told.accounts.as_ref().unwrap().iter().any(|one| one.sam_account_name == *name);
    assert!(accounts.iter().all(there), "{:?}", told.accounts);
    control.load_state(&scope, told.clone()).await.unwrap();
    assert_eq!(control.state(&scope, true).await.unwrap(), told);

    let armed = control.armed(&scope).await.unwrap();
    assert!(armed.len() == 1 && armed[0].id != id);
    control.lift(&scope, armed[0].id).await.unwrap();
    let lifted = control.state(&scope, true).await.unwrap();
    assert_eq!((lifted.users, lifted.accounts), (told.users, told.accounts), "as the lift makes them");
}

fn ken() -> serde_json::Value {
    json!({ "sip_address": "kenmyer@litwareinc.com", "display_name": "Ken" })
}
