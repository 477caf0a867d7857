//! Users files that can be, and that cannot.

use super::*;

#[test]
fn the_built_in_users_are_ken_myer_and_one_for_each_state() {
    let file = UsersFile::built_in();
    assert_eq!(file.policy.min_password_length, 4);
    let ken = file.users.first().unwrap();
    assert_eq!(ken.sip_uri.as_str(), "sip:kenmyer@litwareinc.com");
    assert_eq!(ken.line_uri.as_ref().unwrap().to_string(), "tel:+12065551219;ext=1219");
    assert_eq!(ken.pin.as_ref().unwrap().expose(), "0712");
    assert!(file.users.iter().any(|user| user.state == UserState::Locked));
    assert!(file.users.iter().any(|user| user.state == UserState::Expired));
    assert!(file.users.iter().any(|user| !user.enabled));
    assert_eq!(ken.password.as_ref().unwrap().expose(), "Passw0rd!");
    for state in AccountState::ALL {
        assert!(file.users.iter().any(|user| user.password.is_some() && user.account_state == state));
    }
    let nobody = file.accounts.first().unwrap();
    assert_eq!(nobody.account.sam_account_name, "not-enabled");
    assert!(nobody.password.is_some());
}

/// Every table with every key.
const FULL: &str = r#"
    [policy]
    min_password_length = 4

    [[pin_policy]]
    identity = "SITE:Redmond"
    min_password_length = 6

    [[pin_policy]]
    identity = "tag:Lobby"
    description = "Phones in the lobby"
    min_password_length = 8
    pin_history_count = 1
    allow_common_patterns = true
    pin_lifetime_days = 30
    maximum_logon_attempts = 3

    [[user]]
    sip_uri = "ken@a.test"
    pin = "12345678"
    pin_policy = "TAG:lobby"
    state = "expired"
    sam_account_name = "Ken"
    password = "s3cret-1"
    account_state = "locked-out"

    [[user]]
    sip_uri = "ann@a.test"
    pin = "846201"

    [[account]]
    sam_account_name = "bob"
    user_principal_name = "bob@a.test"
    state = "disabled"
    password = "s3cret-2"
"#;

#[test]
fn a_file_says_all_of_accounts_and_policies() {
    let file = UsersFile::parse(FULL).unwrap();
    file.check().unwrap();
    let [ken, ann] = file.users.as_slice() else { panic!("{:?}", file.users) };
    assert_eq!(ken.sam_account_name.as_deref(), Some("Ken"));
    assert_eq!(ken.password.as_ref().unwrap().expose(), "s3cret-1");
    assert_eq!(ken.account_state, AccountState::LockedOut);
    assert_eq!(file.policy_of(ken.pin_policy.as_deref()).maximum_logon_attempts, Some(3));
    assert_eq!(file.policy_of(ann.pin_policy.as_deref()).min_password_length, 6, "that of the site");
    let [site, lobby] = file.policies.as_slice() else { panic!("{:?}", file.policies) };
    assert_eq!((site.identity.as_str(), lobby.identity.as_str()), ("site:Redmond", "tag:Lobby"));
    let bob = &file.accounts.first().unwrap().account;
    assert_eq!((bob.display_name.as_str(), bob.state), ("bob", AccountState::Disabled));
    assert!(!format!("{file:?}").contains("s3cret"));
}

#[test]
fn what_an_account_or_a_policy_cannot_be_is_refused_by_name() {
    let account = "[[account]]\nsam_account_name = \"s\"\nuser_principal_name = \"s@a.test\"\n";
    let user = "[[user]]\nsip_uri = \"ken@a.test\"\n";
    for (text, complaint) in [
        (format!("{FULL}{account}password = 12345\n"), "a password is written in quotes"),
        (format!("{account}password = \"\"\n"), "account s: a password is not empty"),
        (
            format!("{account}state = \"asleep\"\n"),
            "account s: `asleep` is no state of an account; they are good,",
        ),
        (format!("{account}{account}"), "account s: SamAccountName s stands twice"),
        (
            format!("{account}{user}sam_account_name = \"S\"\n"),
            "user sip:ken@a.test: SamAccountName S stands twice",
        ),
        (format!("{user}sam_account_name = \"a/b\"\n"), "user ken@a.test: a SamAccountName has"),
        (
            format!("{user}pin_policy = \"tag:None\"\n"),
            "user ken@a.test: there is no [[pin_policy]] tag:None",
        ),
        (format!("{user}pin_policy = \"Global\"\n"), "user ken@a.test: Global is granted to nobody"),
        ("[[pin_policy]]\nidentity = \"Global\"\n".to_owned(), "is written as [policy]"),
        ("[[pin_policy]]\nidentity = \"Lobby\"\n".to_owned(), "policy Lobby: `Lobby` names no policy"),
        (
            "[[pin_policy]]\nidentity = \"tag:L\"\nmin_password_length = 3\n".to_owned(),
            "policy tag:L: MinPasswordLength is 3",
        ),
        (
            "[[pin_policy]]\nidentity = \"site:A\"\n[[pin_policy]]\nidentity = \"site:B\"\n".to_owned(),
            "a pool is in one site",
        ),
        (format!("{FULL}[[user]]\nsip_uri = \"x@a.test\"\npin = \"84620\"\n"), "at least 6 digits"),
    ] {
        let error = UsersFile::parse(&text).unwrap_err();
        assert!(error.contains(complaint), "{error}");
        assert!(!error.contains("12345") && !error.contains("84620"), "{error}");
    }
}

#[test]
fn errors_name_the_place_and_no_pin() {
    let file = "[[user]]\nsip_uri = \"sip:ken@a.test\"\npin = \"90817263\"\n";
    for (extra, complaint) in [
        ("color = \"red\"\n", "line 4: unknown field `color`"),
        ("state = \"sleepy\"\n", "line 4: unknown variant `sleepy`"),
        ("line_uri = \"1219\"\n", "user sip:ken@a.test: `1219` is no line URI"),
        ("[[user]]\nsip_uri = \"ken@a.test\"\n", "user sip:ken@a.test: stands twice"),
        ("state = \"expired\"\n", "no PIN expires"),
        ("[[user]]\nsip_uri = \"a@a.test\"\npin = 90817263\n", "line 6: a PIN is written in quotes"),
        ("display_name = \"a\\nb\"\n", "user sip:ken@a.test: a display name"),
        ("[policy]\nmin_password_length = 9\n", "user sip:ken@a.test: "),
    ] {
        let error = UsersFile::parse(&format!("{file}{extra}")).unwrap_err();
        assert!(error.contains(complaint), "{error}");
        assert!(!error.contains("90817263"), "{error}");
    }
}
