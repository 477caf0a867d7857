//! Accounts, and how they become Lync users.

use super::{JANE, client, jane, pin, refused, signs_in_as};
use lync_admin::Client;
use lync_admin::Kind;
use lync_admin::client::ClientError;
use lync_admin::dto::{
    AccountState, AccountUpdate, ArmScenario, NamedPinPolicy, NewAccount, NewUser, PasswordText, PinPolicy,
    PinText, Reset, State, UserUpdate,
};
use lync_phone::{FailureKind, SignIn};
use lync_tests::pool;
use lyncmock::{LyncMock, Pin};
use time::Duration;

/// The fixture's account that is no Lync user.
const NOT_ENABLED: &str = "not-enabled";
/// No fixture has it.
const PASSWORD: &str = "correct-Horse-7";

fn pilar(password: Option<&str>) -> NewAccount {
    NewAccount {
        sam_account_name: "pilar".to_owned(),
        user_principal_name: None,
        display_name: None,
        state: AccountState::Good,
        password: password.map(PasswordText::new),
    }
}

/// Jane as the Lync user of an account.
fn jane_of(account: &str, pin: Option<&str>) -> NewUser {
    NewUser { account: Some(account.to_owned()), ..jane(pin) }
}

fn ken() -> UserUpdate {
    UserUpdate {
        display_name: Some("Ken Myer".to_owned()),
        line_uri: Some("tel:+12065551219;ext=1219".to_owned()),
        enabled: true,
        enterprise_voice_enabled: true,
        pin_policy: None,
    }
}

fn kind<T: std::fmt::Debug>(answer: Result<T, ClientError>) -> Option<Kind> {
    answer.unwrap_err().kind()
}

/// What is told of everything, secrets too.
async fn everything(client: &Client) -> String {
    serde_json::to_string(&client.state(true).await.unwrap()).unwrap()
}

async fn signs_in_by_password(pool: &LyncMock, user: &str, password: &str) -> bool {
    pool.aim(SignIn::windows(user, password)).run().await.outcome.is_ok()
}

#[tokio::test]
async fn an_account_is_made_shown_changed_and_removed() {
    let pool = pool().await;
    let client = client(&pool);
    let made = client.add_account(&pilar(None)).await.unwrap();
    assert_eq!(made.user_principal_name, "pilar@litwareinc.com");
    assert_eq!((made.display_name.as_str(), made.has_password), ("pilar", false));
    assert_eq!((made.state, made.sip_address.as_deref()), (AccountState::Good, None));
    for name in ["pilar", "PILAR", r"LITWAREINC\Pilar", "pilar@LITWAREINC.com"] {
        assert_eq!(client.account(name).await.unwrap(), made, "{name}");
    }
    assert!(client.accounts().await.unwrap().contains(&made));
    let update = AccountUpdate {
        user_principal_name: Some("pilar.ackerman@litwareinc.com".to_owned()),
        display_name: Some("Pilar Ackerman".to_owned()),
        state: AccountState::LockedOut,
    };
    let changed = client.update_account("pilar", &update).await.unwrap();
    assert_eq!((changed.display_name.as_str(), changed.state), ("Pilar Ackerman", AccountState::LockedOut));
    assert_eq!(client.account("pilar.ackerman@litwareinc.com").await.unwrap(), changed);
    client.set_password("pilar", &PasswordText::new(PASSWORD)).await.unwrap();
    assert!(client.account("pilar").await.unwrap().has_password);
    client.clear_password("pilar").await.unwrap();
    assert!(!client.account("pilar").await.unwrap().has_password);
    client.remove_account("pilar").await.unwrap();
    assert_eq!(kind(client.account("pilar").await), Some(Kind::NotFound));
    let nearest = client.account("kenmeyer").await.unwrap_err().to_string();
    assert!(nearest.contains("did you mean `kenmyer`?"), "{nearest}");
}

#[tokio::test]
async fn what_can_be_made_can_be_meant_also_by_the_longest_name() {
    let pool = pool().await;
    let client = client(&pool);
    let sam = "\u{20bb7}".repeat(256);
    let principal = format!("{}@{}", "\u{20bb7}".repeat(127), "\u{20bb7}".repeat(128));
    let longest = NewAccount {
        sam_account_name: sam.clone(),
        user_principal_name: Some(principal.clone()),
        ..pilar(None)
    };
    let made = client.add_account(&longest).await.unwrap();
    for name in [&principal, &format!(r"LITWAREINC\{sam}"), &sam] {
        assert_eq!(client.account(name).await.unwrap(), made);
    }
    client.remove_account(&sam).await.unwrap();

    let identity = format!("tag:{}", "\u{20bb7}".repeat(128));
    let policy = NamedPinPolicy { identity: identity.clone(), policy: PinPolicy::default() };
    client.add_pin_policy(&policy).await.unwrap();
    client.remove_pin_policy(&identity).await.unwrap();
}

#[tokio::test]
async fn what_is_refused_changes_neither_account_nor_user() {
    let pool = pool().await;
    let client = client(&pool);
    let before = everything(&client).await;
    let taken = |sam: &str, upn: Option<&str>| NewAccount {
        sam_account_name: sam.to_owned(),
        user_principal_name: upn.map(str::to_owned),
        ..pilar(Some(PASSWORD))
    };
    for (account, expected) in [
        (taken("KenMyer", Some("other@litwareinc.com")), Kind::Conflict),
        (taken("pilar", Some("KENMYER@litwareinc.com")), Kind::Conflict),
        (taken("pi@lar", None), Kind::Invalid),
        (taken("pi/lar", None), Kind::Invalid),
        (taken("pilar", Some("pilar")), Kind::Invalid),
        (taken("pilar", Some("")), Kind::Invalid),
        (NewAccount { password: Some(PasswordText::new("")), ..pilar(None) }, Kind::Invalid),
        (NewAccount { display_name: Some("a\nb".to_owned()), ..pilar(None) }, Kind::Invalid),
    ] {
        let error = client.add_account(&account).await.unwrap_err();
        assert_eq!(error.kind(), Some(expected), "{account:?}: {error}");
        assert!(!error.to_string().contains(PASSWORD), "{error}");
    }
    let upn =
        |name: &str| AccountUpdate { user_principal_name: Some(name.to_owned()), ..AccountUpdate::default() };
    assert_eq!(
        kind(client.update_account(NOT_ENABLED, &upn("kenmyer@litwareinc.com")).await),
        Some(Kind::Conflict)
    );
    assert_eq!(kind(client.update_account(NOT_ENABLED, &upn("kenmyer")).await), Some(Kind::Invalid));
    assert_eq!(kind(client.update_account("nobody", &upn("a@b")).await), Some(Kind::NotFound));
    assert_eq!(kind(client.remove_account("nobody").await), Some(Kind::NotFound));
    assert_eq!(kind(client.set_password("nobody", &PasswordText::new(PASSWORD)).await), Some(Kind::NotFound));
    assert_eq!(kind(client.clear_password("nobody").await), Some(Kind::NotFound));
    // A PIN that is refused enables nobody, and an account is one user's.
    assert_eq!(kind(client.add_user(&jane_of(NOT_ENABLED, Some("12"))).await), Some(Kind::Invalid));
    assert_eq!(kind(client.add_user(&jane_of("kenmyer", None)).await), Some(Kind::Conflict));
    assert_eq!(kind(client.add_user(&jane_of("nobody", None)).await), Some(Kind::NotFound));
    let ken = NewUser { sip_address: "kenmyer@litwareinc.com".to_owned(), ..jane_of(NOT_ENABLED, None) };
    assert_eq!(kind(client.add_user(&ken).await), Some(Kind::Conflict));
    let two = NewUser { password: Some(PasswordText::new(PASSWORD)), ..jane_of(NOT_ENABLED, None) };
    assert_eq!(kind(client.add_user(&two).await), Some(Kind::Invalid));
    assert_eq!(kind(client.disable_user("nobody").await), Some(Kind::NotFound));
    assert_eq!(everything(&client).await, before);
}

#[tokio::test]
async fn an_account_is_enabled_disabled_and_stays() {
    let pool = pool().await;
    let client = client(&pool);
    let before = client.account(NOT_ENABLED).await.unwrap();
    let enabled = client.add_user(&jane_of(r"litwareinc\NOT-enabled", Some("2704"))).await.unwrap();
    assert_eq!((enabled.sam_account_name.as_str(), enabled.sip_address.as_str()), (NOT_ENABLED, JANE));
    assert_eq!(enabled.display_name, before.display_name, "the account's name is the user's");
    assert_eq!(client.account(NOT_ENABLED).await.unwrap().sip_address.as_deref(), Some(JANE));
    assert!(signs_in_as(&pool, "1777", "2704").await);
    client.disable_user("jane").await.unwrap();
    refused(&pool, "1777", "2704").await;
    assert_eq!(kind(client.user("jane").await), Some(Kind::NotFound));
    assert_eq!(client.account(NOT_ENABLED).await.unwrap(), before);
    // What was of Lync is gone for good.
    client.add_user(&jane_of(NOT_ENABLED, None)).await.unwrap();
    assert!(!client.pin_info("jane").await.unwrap().is_pin_set);
    assert!(client.user_certificates("jane").await.unwrap().is_empty());
    client.remove_user("jane").await.unwrap();
    assert_eq!(kind(client.account(NOT_ENABLED).await), Some(Kind::NotFound));
}

#[tokio::test]
async fn a_user_and_its_account_are_made_and_removed_together() {
    let pool = pool().await;
    let client = client(&pool);
    let made = client.add_user(&jane(None)).await.unwrap();
    assert_eq!(made.user_principal_name, "jane@litwareinc.com");
    assert!(!client.account("jane").await.unwrap().has_password);
    client.remove_account("jane").await.unwrap();
    assert_eq!(kind(client.user("jane").await), Some(Kind::NotFound));
    let secret = NewUser { password: Some(PasswordText::new(PASSWORD)), ..jane(Some("2704")) };
    client.add_user(&secret).await.unwrap();
    assert!(client.account("jane").await.unwrap().has_password && signs_in_as(&pool, "1777", "2704").await);
    client.remove_user("jane").await.unwrap();
    assert_eq!(kind(client.account("jane").await), Some(Kind::NotFound));
}

#[tokio::test]
async fn a_password_that_is_set_signs_in_until_the_account_is_locked_or_it_is_taken_away() {
    let pool = pool().await;
    let client = client(&pool);
    client.set_password("kenmyer", &PasswordText::new(PASSWORD)).await.unwrap();
    assert!(signs_in_by_password(&pool, r"LITWAREINC\kenmyer", PASSWORD).await);
    assert!(!signs_in_by_password(&pool, r"LITWAREINC\kenmyer", "Passw0rd!").await);
    let state = |state| AccountUpdate { state, ..AccountUpdate::default() };
    for wrong in [AccountState::LockedOut, AccountState::Disabled, AccountState::PasswordExpired] {
        client.update_account("kenmyer", &state(wrong)).await.unwrap();
        assert!(!signs_in_by_password(&pool, "kenmyer@litwareinc.com", PASSWORD).await, "{wrong:?}");
    }
    client.update_account("kenmyer", &state(AccountState::Good)).await.unwrap();
    assert!(signs_in_by_password(&pool, "kenmyer@litwareinc.com", PASSWORD).await);
    client.clear_password("kenmyer").await.unwrap();
    assert!(!signs_in_by_password(&pool, "kenmyer@litwareinc.com", PASSWORD).await);
}

#[tokio::test]
async fn a_user_who_is_renamed_keeps_pin_account_and_namespace() {
    const NEW: &str = "sip:jane.dow@litwareinc.com";
    let pool = pool().await;
    let client = client(&pool);
    let spaced = Client::new(super::admin(&pool), None, Some("a")).unwrap();
    let before = spaced.add_user(&jane(Some("2704"))).await.unwrap();
    assert!(signs_in_as(&pool, "1777", "2704").await);
    let renamed = client.rename_user("jane", "jane.dow@litwareinc.com").await.unwrap();
    assert_eq!((renamed.sip_address.as_str(), renamed.namespace.as_deref()), (NEW, Some("a")));
    assert_eq!(renamed.sam_account_name, before.sam_account_name);
    assert_eq!(kind(client.user(JANE).await), Some(Kind::NotFound));
    assert!(client.user_certificates(NEW).await.unwrap().is_empty(), "they name the old address");
    let phone = pool.phone("1777", "2704").run().await.outcome.unwrap();
    assert_eq!(phone.user.to_string(), NEW);

    let wish = ArmScenario { scenario: "pin-locked".to_owned(), user: Some(NEW.to_owned()) };
    let armed = client.arm(&wish).await.unwrap();
    for (name, expected) in [
        ("jane@litwareinc.com", Kind::Conflict), // while the scenario holds her
        ("jane", Kind::Invalid),
    ] {
        assert_eq!(kind(client.rename_user(NEW, name).await), Some(expected), "{name}");
    }
    client.lift(armed.id).await.unwrap();
    assert_eq!(kind(client.rename_user(NEW, "kenmyer@litwareinc.com").await), Some(Kind::Conflict));
    assert_eq!(client.user(NEW).await.unwrap(), renamed);
    assert_eq!(client.rename_user(NEW, JANE).await.unwrap(), before);
}

#[tokio::test]
async fn certificates_of_a_user_are_listed_after_a_sign_in_and_gone_after_they_are_revoked() {
    let pool = pool().await;
    let client = client(&pool);
    assert!(client.user_certificates("kenmyer").await.unwrap().is_empty());
    let now = client.clock().await.unwrap();
    assert!(super::ken_signs_in(&pool).await);
    let listed = client.user_certificates("kenmyer").await.unwrap();
    let [certificate] = listed.as_slice() else { panic!("{listed:?}") };
    assert!(certificate.publication_time >= now.replace_nanosecond(0).unwrap());
    let valid = certificate.expiration_time - certificate.publication_time;
    assert!((Duration::days(179)..=Duration::days(181)).contains(&valid), "{valid}");
    assert!(certificate.device_id.starts_with('{'), "{certificate:?}");
    assert_eq!(certificate.thumbprint.len(), 40);
    let disabled = UserUpdate { enabled: false, ..ken() };
    client.update_user("kenmyer", &disabled).await.unwrap();
    assert_eq!(client.user_certificates("kenmyer").await.unwrap(), listed, "they stay, and count no longer");
    assert_eq!(client.revoke_certificates("kenmyer").await.unwrap(), 1);
    assert!(client.user_certificates("kenmyer").await.unwrap().is_empty());
    assert_eq!(kind(client.user_certificates("nobody").await), Some(Kind::NotFound));
}

#[tokio::test]
async fn an_account_belongs_where_its_user_does() {
    let pool = pool().await;
    let spaced = |name| Client::new(super::admin(&pool), None, Some(name)).unwrap();
    let (a, b) = (spaced("a"), spaced("b"));
    a.add_user(&jane(None)).await.unwrap();
    let other = NewUser { sip_address: "toni@litwareinc.com".to_owned(), line_uri: None, ..jane(None) };
    b.add_user(&other).await.unwrap();
    assert!(a.account("jane").await.is_ok());
    assert_eq!(kind(b.account("jane").await), Some(Kind::NotFound));
    assert_eq!(kind(b.remove_account("jane").await), Some(Kind::NotFound));
    assert_eq!(kind(b.set_password("jane", &PasswordText::new(PASSWORD)).await), Some(Kind::NotFound));
    let seen: Vec<_> =
        b.accounts().await.unwrap().into_iter().map(|account| account.sam_account_name).collect();
    // The domain's accounts are everybody's.
    assert_eq!(seen, [NOT_ENABLED, "toni"]);
    b.add_user(&NewUser {
        sip_address: "x@litwareinc.com".to_owned(),
        line_uri: None,
        ..jane_of(NOT_ENABLED, None)
    })
    .await
    .unwrap();
    assert_eq!(kind(a.account(NOT_ENABLED).await), Some(Kind::NotFound));
    b.disable_user("x").await.unwrap();
    assert!(a.account(NOT_ENABLED).await.is_ok());
}

#[tokio::test]
async fn a_state_brings_accounts_back_with_their_passwords_and_shows_none_without_secrets() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_account(&pilar(Some(PASSWORD))).await.unwrap();
    client.add_user(&jane_of("pilar", Some("2704"))).await.unwrap();
    client.set_password("kenmyer", &PasswordText::new(PASSWORD)).await.unwrap();
    let (open, secret) = (client.state(false).await.unwrap(), client.state(true).await.unwrap());
    let text = |state: &State| serde_json::to_string(state).unwrap();
    assert!(text(&secret).contains("\"nt_hash\":\"") && !text(&open).contains("nt_hash"));
    assert!(!text(&secret).contains(PASSWORD));

    client.reset(Reset::All).await.unwrap();
    assert_eq!(kind(client.account("pilar").await), Some(Kind::NotFound));
    assert!(signs_in_by_password(&pool, "kenmyer@litwareinc.com", "Passw0rd!").await);
    client.load_state(&secret).await.unwrap();
    assert_eq!(text(&client.state(true).await.unwrap()), text(&secret));
    assert!(signs_in_by_password(&pool, "pilar@litwareinc.com", PASSWORD).await);
    assert!(signs_in_by_password(&pool, "kenmyer@litwareinc.com", PASSWORD).await);
    // Without a hash everybody keeps the password.
    client.load_state(&open).await.unwrap();
    assert_eq!(text(&client.state(true).await.unwrap()), text(&secret));
}

#[tokio::test]
async fn a_pin_of_an_enabled_account_is_held_to_the_policy() {
    let pool = pool().await;
    let client = client(&pool);
    client.add_user(&jane_of(NOT_ENABLED, None)).await.unwrap();
    let failure = refused(&pool, "1777", "2704").await;
    assert!(!matches!(failure.kind, FailureKind::NoDhcpAnswer { .. }), "{failure}");
    assert_eq!(kind(client.set_pin("jane", &pin("1234")).await), Some(Kind::Invalid));
    let update = lync_admin::dto::PinUpdate { pin: PinText::new(Pin::new("2704")), history: true };
    client.set_pin("jane", &update).await.unwrap();
    assert!(signs_in_as(&pool, "1777", "2704").await);
}
