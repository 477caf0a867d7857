//! PIN policies by name, and what granting one changes.

use super::{client, jane, pin, refused, signs_in_as};
use lync_admin::dto::{NamedPinPolicy, PinPolicy, UserUpdate};
use lync_admin::{Client, Kind};
use lync_tests::pool;

fn policy(identity: &str, policy: PinPolicy) -> NamedPinPolicy {
    NamedPinPolicy { identity: identity.to_owned(), policy }
}

/// Long PINs, and two tries.
fn strict() -> PinPolicy {
    PinPolicy { min_password_length: 8, maximum_logon_attempts: Some(2), ..PinPolicy::default() }
}

async fn identities(client: &Client) -> Vec<String> {
    client.pin_policies().await.unwrap().into_iter().map(|policy| policy.identity).collect()
}

#[tokio::test]
async fn a_policy_is_made_shown_changed_and_removed() {
    let pool = pool().await;
    let client = client(&pool);
    assert_eq!(identities(&client).await, ["Global"]);
    let described = PinPolicy { description: Some("Phones in the lobby".to_owned()), ..strict() };
    let made = client.add_pin_policy(&policy("tag:Lobby", described)).await.unwrap();
    client.add_pin_policy(&policy("site:Redmond", PinPolicy::default())).await.unwrap();
    assert_eq!(identities(&client).await, ["Global", "site:Redmond", "tag:Lobby"]);
    for name in ["tag:Lobby", "TAG:lobby"] {
        assert_eq!(client.named_pin_policy(name).await.unwrap(), made, "{name}");
    }
    // What is left out becomes its default.
    let changed = client.put_pin_policy("TAG:lobby", &strict()).await.unwrap();
    assert_eq!(changed, policy("tag:Lobby", strict()));
    client.remove_pin_policy("tag:LOBBY").await.unwrap();
    assert_eq!(identities(&client).await, ["Global", "site:Redmond"]);

    // Global is there under both its paths, and goes back to its defaults.
    client.set_pin_policy(&strict()).await.unwrap();
    assert_eq!(client.named_pin_policy("global").await.unwrap(), policy("Global", strict()));
    client.remove_pin_policy("Global").await.unwrap();
    assert_eq!(client.pin_policy().await.unwrap(), PinPolicy::default());
}

#[tokio::test]
async fn under_lyncs_defaults_the_readmes_pins_sign_in_and_cannot_be_set_again() {
    let pool = pool().await;
    let client = client(&pool);
    client.set_pin("kenmyer", &pin("0712")).await.unwrap();
    client.remove_pin_policy("Global").await.unwrap();
    assert!(signs_in_as(&pool, "1219", "0712").await);
    let error = client.set_pin("kenmyer", &pin("0712")).await.unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Invalid), "{error}");
    assert!(error.to_string().contains("at least 5 digits"), "{error}");
}

#[tokio::test]
async fn a_policy_that_cannot_be_changes_nothing() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_pin_policy(&policy("tag:Lobby", strict())).await.unwrap();
    client.add_pin_policy(&policy("site:Redmond", strict())).await.unwrap();
    let before = client.pin_policies().await.unwrap();
    let impossible = PinPolicy { pin_lifetime_days: 30, ..PinPolicy::default() };
    let two_lines = PinPolicy { description: Some("a\nb".to_owned()), ..PinPolicy::default() };
    for (wish, expected) in [
        (policy("tag:lobby", strict()), Kind::Conflict),
        (policy("Global", strict()), Kind::Conflict),
        (policy("site:Paris", strict()), Kind::Conflict),
        (policy("Lobby", strict()), Kind::Invalid),
        (policy("tag:", strict()), Kind::Invalid),
        (policy("", strict()), Kind::Invalid),
        (policy("tag:New", impossible.clone()), Kind::Invalid),
        (policy("tag:New", two_lines), Kind::Invalid),
    ] {
        let error = client.add_pin_policy(&wish).await.unwrap_err();
        assert_eq!(error.kind(), Some(expected), "{wish:?}: {error}");
    }
    let refused = client.put_pin_policy("tag:Lobby", &impossible).await.unwrap_err();
    assert_eq!(refused.kind(), Some(Kind::Invalid), "{refused}");
    for error in [
        client.put_pin_policy("tag:Loby", &strict()).await.unwrap_err(),
        client.named_pin_policy("tag:Loby").await.unwrap_err(),
        client.remove_pin_policy("tag:Loby").await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), Some(Kind::NotFound));
        assert!(error.to_string().contains("did you mean `tag:Lobby`?"), "{error}");
    }
    assert_eq!(client.named_pin_policy("nonsense").await.unwrap_err().kind(), Some(Kind::NotFound));
    assert_eq!(client.pin_policies().await.unwrap(), before);
}

#[tokio::test]
async fn a_granted_policy_holds_for_its_user_alone_at_the_pin_and_at_the_lockout() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_pin_policy(&policy("tag:Strict", strict())).await.unwrap();
    client.add_user(&jane(Some("2704"))).await.unwrap();
    client.grant_pin_policy("jane", "TAG:strict").await.unwrap();
    assert_eq!(client.user("jane").await.unwrap().pin_policy.as_deref(), Some("tag:Strict"));
    assert_eq!(client.set_pin("jane", &pin("270418")).await.unwrap_err().kind(), Some(Kind::Invalid));
    client.set_pin("kenmyer", &pin("270419")).await.unwrap();
    assert!(signs_in_as(&pool, "1777", "2704").await, "a PIN that is set already stays");
    client.set_pin("jane", &pin("27041836")).await.unwrap();
    assert!(signs_in_as(&pool, "1777", "27041836").await);
    for _ in 0..2 {
        refused(&pool, "1777", "99999999").await;
        refused(&pool, "1219", "999999").await;
    }
    assert!(client.pin_info("jane").await.unwrap().is_locked_out);
    refused(&pool, "1777", "27041836").await;
    assert!(signs_in_as(&pool, "1219", "270419").await);

    client.unlock_pin("jane").await.unwrap();
    client.ungrant_pin_policy("jane").await.unwrap();
    assert_eq!(client.user("jane").await.unwrap().pin_policy, None);
    for _ in 0..2 {
        refused(&pool, "1777", "99999999").await;
    }
    assert!(signs_in_as(&pool, "1777", "27041836").await);
    client.set_pin("jane", &pin("270418")).await.unwrap();
}

#[tokio::test]
async fn a_policy_that_is_removed_is_granted_to_nobody_any_more() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_pin_policy(&policy("tag:Strict", strict())).await.unwrap();
    client.grant_pin_policy("kenmyer", "tag:Strict").await.unwrap();
    client.remove_pin_policy("tag:Strict").await.unwrap();
    assert_eq!(client.user("kenmyer").await.unwrap().pin_policy, None);
    client.set_pin("kenmyer", &pin("270419")).await.unwrap();
}

#[tokio::test]
async fn a_policy_of_the_site_holds_for_who_was_granted_none() {
    let pool = pool().await;
    let client = client(&pool);
    let open = PinPolicy { min_password_length: 4, ..PinPolicy::default() };
    client.add_pin_policy(&policy("tag:Open", open)).await.unwrap();
    client.add_user(&jane(None)).await.unwrap();
    client.grant_pin_policy("jane", "tag:Open").await.unwrap();
    client.add_pin_policy(&policy("site:Redmond", strict())).await.unwrap();
    client.set_pin("jane", &pin("2704")).await.unwrap();
    assert_eq!(client.set_pin("kenmyer", &pin("270419")).await.unwrap_err().kind(), Some(Kind::Invalid));
    client.remove_pin_policy("site:Redmond").await.unwrap();
    client.set_pin("kenmyer", &pin("270419")).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_granted_is_not_and_the_user_stays() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_pin_policy(&policy("tag:Strict", strict())).await.unwrap();
    client.add_pin_policy(&policy("site:Redmond", strict())).await.unwrap();
    client.grant_pin_policy("kenmyer", "tag:Strict").await.unwrap();
    let before = client.user("kenmyer").await.unwrap();
    let update = |pin_policy: &str| UserUpdate {
        display_name: Some("Somebody".to_owned()),
        line_uri: None,
        enabled: true,
        enterprise_voice_enabled: true,
        pin_policy: Some(pin_policy.to_owned()),
    };
    for (identity, expected) in
        [("Global", Kind::Invalid), ("site:Redmond", Kind::Invalid), ("tag:Nobody", Kind::NotFound)]
    {
        let error = client.grant_pin_policy("kenmyer", identity).await.unwrap_err();
        assert_eq!(error.kind(), Some(expected), "{identity}: {error}");
        let error = client.update_user("kenmyer", &update(identity)).await.unwrap_err();
        assert_eq!(error.kind(), Some(expected), "{identity}: {error}");
        assert!(error.to_string().contains("pin_policy"), "{error}");
    }
    assert_eq!(
        client.grant_pin_policy("nobody", "tag:Strict").await.unwrap_err().kind(),
        Some(Kind::NotFound)
    );
    assert_eq!(client.user("kenmyer").await.unwrap(), before);
    // With PUT, what is left out is no longer there.
    let changed = UserUpdate { pin_policy: None, ..update("") };
    assert_eq!(client.update_user("kenmyer", &changed).await.unwrap().pin_policy, None);
    assert_eq!(
        client.update_user("kenmyer", &update("tag:strict")).await.unwrap().pin_policy.as_deref(),
        Some("tag:Strict")
    );
}

#[tokio::test]
async fn a_state_brings_policies_and_grants_back() {
    let pool = pool().await;
    let client = client(&pool);
    let described = PinPolicy { description: Some("Global".to_owned()), ..PinPolicy::default() };
    client.set_pin_policy(&described).await.unwrap();
    client.add_pin_policy(&policy("tag:Strict", strict())).await.unwrap();
    client.grant_pin_policy("kenmyer", "tag:Strict").await.unwrap();
    let state = client.state(true).await.unwrap();
    client.reset(lync_admin::dto::Reset::All).await.unwrap();
    assert_eq!(identities(&client).await, ["Global"]);
    assert_eq!(client.pin_policy().await.unwrap().description, None);
    client.add_pin_policy(&policy("tag:Other", strict())).await.unwrap();
    client.load_state(&state).await.unwrap();
    assert_eq!(identities(&client).await, ["Global", "tag:Strict"]);
    assert_eq!(client.user("kenmyer").await.unwrap().pin_policy.as_deref(), Some("tag:Strict"));
    assert_eq!(client.pin_policy().await.unwrap(), described);
    for wrong in [
        r#"{"pin_policies":[{"identity":"Global"}]}"#,
        r#"{"pin_policies":[{"identity":"tag:a"},{"identity":"TAG:A"}]}"#,
        r#"{"pin_policies":[{"identity":"site:a"},{"identity":"site:b"}]}"#,
        // Ken was granted a policy that would not be there.
        r#"{"pin_policies":[],"users":[{"sip_address":"kenmyer@litwareinc.com","display_name":"K","pin_policy":"tag:Strict"}]}"#,
    ] {
        let error = client.load_state(&serde_json::from_str(wrong).unwrap()).await.unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Invalid), "{wrong}: {error}");
    }
    assert_eq!(client.state(true).await.unwrap(), state);
}
