//! The port for Windows credentials: rounds, who gets a ticket, and what the others are told.

use crate::pool::{Got, PASSWORD, Pool, USER};
use crate::requests::{Ask, issue_token, issue_token_for};
use lync_model::WindowsAuth;
use lync_net::Keep;
use lync_ntlm::{Initiator, NtlmError, Scheme};
use time::macros::datetime;

const NOW: time::OffsetDateTime = datetime!(2013-06-01 12:00 UTC);

fn ask() -> Ask {
    issue_token("")
}

fn with(value: &str) -> Ask {
    ask().with("authorization", value)
}

/// The schemes that are offered, and the messages among them by their scheme.
fn challenges(got: &Got) -> Vec<&str> {
    got.headers.get_all("www-authenticate").iter().map(|value| value.to_str().unwrap()).collect()
}

/// The first two rounds of this user, and the third request, which is not sent.
async fn third(pool: &Pool, keep: &Keep, user: &str, password: &str) -> String {
    third_by(Initiator::new(Scheme::Ntlm, user, "", "PHONE", password), pool, keep).await
}

async fn third_by(mut initiator: Initiator, pool: &Pool, keep: &Keep) -> String {
    let got = pool.send(with(&initiator.negotiate().unwrap()).on(keep)).await;
    assert_eq!((got.status.as_u16(), got.noted()), (401, ("webticket.challenged", "ok")));
    let [challenge] = challenges(&got)[..] else { panic!("{:?}", got.headers) };
    initiator.authenticate(challenge, [7; 8], NOW).unwrap()
}

async fn sign_in(pool: &Pool, keep: &Keep, user: &str, password: &str) -> Got {
    let value = third(pool, keep, user, password).await;
    pool.send(with(&value).on(keep)).await
}

/// The journal's reason for a wrong password.
fn wrong_proof_of(account: &str) -> String {
    format!("{}: {account}", NtlmError::WrongProof)
}

/// Refused as captured: no diagnostics, and the whole list again.
fn is_refused(got: &Got, reason: &str) {
    assert_eq!((got.status.as_u16(), challenges(got)), (401, vec!["Negotiate", "NTLM"]), "{reason}");
    assert_eq!((got.header("x-ms-diagnostics"), got.header("warning")), ("", ""));
    assert!(got.body.contains("401 - Unauthorized: Access is denied due to invalid credentials."));
    assert_eq!(got.note.outcome.as_str(), "refused");
    assert_eq!(got.decoded("reason"), reason);
}

#[tokio::test]
async fn the_right_password_gets_a_ticket_in_the_third_round() {
    let pool = Pool::start();
    let keep = Keep::default();
    let bare = pool.send(ask().on(&keep)).await;
    assert_eq!((bare.status.as_u16(), challenges(&bare)), (401, vec!["Negotiate", "NTLM"]));
    assert_eq!(bare.noted(), ("webticket.challenged", "ok"));
    let got = sign_in(&pool, &keep, "kenmyer", PASSWORD).await;
    assert_eq!((got.status.as_u16(), got.noted()), (200, ("webticket.issued", "ok")), "{}", got.body);
    assert_eq!(got.note.device.user.as_deref(), Some(USER));
    assert_eq!((got.decoded("account"), got.decoded("step")), ("kenmyer", "password verified"));
    assert!(!format!("{:?}", got.note).contains(PASSWORD));
}

#[tokio::test]
async fn whoever_is_authenticated_in_spnego_is_told_its_end() {
    let pool = Pool::start();
    for (user, spnego, status, end) in [
        ("kenmyer", true, 200, vec!["Negotiate oQcwBaADCgEA"]),
        ("not-enabled", true, 403, vec!["Negotiate oQcwBaADCgEA"]),
        ("locked-out", true, 500, vec![]),
        ("kenmyer", false, 200, vec![]),
    ] {
        let keep = Keep::default();
        let raw = Initiator::new(Scheme::Negotiate, user, "", "PHONE", PASSWORD);
        let value = third_by(if spnego { raw.in_spnego() } else { raw }, &pool, &keep).await;
        let got = pool.send(with(&value).on(&keep)).await;
        assert_eq!((got.status.as_u16(), challenges(&got)), (status, end), "{user}");
        assert!(challenges(&pool.send(ask().on(&keep)).await).iter().all(|value| !value.contains(" oQ")));
    }
}

#[tokio::test]
async fn wrong_credentials_of_every_kind_are_one_answer_and_the_journal_tells_them_apart() {
    let pool = Pool::start();
    for (user, password, reason) in [
        ("kenmyer", "wrong", wrong_proof_of("kenmyer").as_str()),
        ("nobody-here", PASSWORD, "nobody has this account name of 11 characters"),
        ("no-password", PASSWORD, "the account has no password: no-password"),
        ("locked-out", "wrong", &wrong_proof_of("locked-out")),
    ] {
        let got = sign_in(&pool, &Keep::default(), user, password).await;
        is_refused(&got, reason);
        assert_eq!(got.noted(), ("webticket.refused", "refused"));
        assert!(got.note.diagnostic.is_none());
        assert!(!format!("{:?}", got.note).contains("nobody-here"), "it may be a password");
    }
}

#[tokio::test]
async fn the_right_password_is_not_enough() {
    let pool = Pool::start();
    for (user, name, status, header) in [
        (
            "not-enabled",
            "user-not-sip-enabled",
            403,
            "28000;source=\"pool.test\";reason=\"User is not SIP enabled.\"",
        ),
        (
            "user-disabled",
            "windows-user-disabled",
            403,
            "28000;source=\"pool.test\";reason=\"User is not SIP enabled.\"",
        ),
        ("locked-out", "windows-account-locked", 500, "28001;"),
        ("disabled", "windows-account-disabled", 500, "28001;"),
        ("password-expired", "windows-password-expired", 500, "28001;"),
        ("broken", "windows-auth-internal-error", 500, "28001;"),
    ] {
        let keep = Keep::default();
        let got = sign_in(&pool, &keep, user, PASSWORD).await;
        assert_eq!((got.status.as_u16(), got.noted()), (status, ("webticket.refused", "refused")), "{user}");
        let diagnostic = got.note.diagnostic.as_ref().unwrap();
        assert_eq!(diagnostic.name, name);
        // The specification knows 28000 for who is no Lync user, and 28001 for a domain that fails; no cause beside.
        let specified = ["not-enabled", "broken"].contains(&user);
        assert_eq!(diagnostic.evidence == "specified", specified, "{user}");
        assert!(got.header("x-ms-diagnostics").starts_with(header), "{:?}", got.headers);
        assert!(challenges(&got).is_empty());
        let again = pool.send(ask().on(&keep)).await;
        let expected = if status == 403 { 403 } else { 401 };
        assert_eq!(
            again.status, expected,
            "{user}: only an account that may log on authenticates its connection"
        );
    }
}

#[tokio::test]
async fn a_connection_stays_authenticated_until_other_credentials_come() {
    let pool = Pool::start();
    let keep = Keep::default();
    assert_eq!(sign_in(&pool, &keep, "kenmyer", PASSWORD).await.status, 200);
    let got = pool.send(ask().on(&keep)).await;
    assert_eq!((got.status.as_u16(), got.decoded("account")), (200, "kenmyer"));
    assert_eq!(pool.send(ask()).await.status, 401, "another connection");
    is_refused(&sign_in(&pool, &keep, "kenmyer", "wrong").await, &wrong_proof_of("kenmyer"));
    assert_eq!(pool.send(ask().on(&keep)).await.status, 401);
}

#[tokio::test]
async fn a_response_counts_once_and_only_on_the_connection_of_its_challenge() {
    let pool = Pool::start();
    let (keep, other) = (Keep::default(), Keep::default());
    let value = third(&pool, &keep, "kenmyer", PASSWORD).await;
    let no_challenge = NtlmError::NoChallenge.to_string();
    is_refused(&pool.send(with(&value)).await, &no_challenge);
    let _other_challenge = third(&pool, &other, "kenmyer", PASSWORD).await;
    assert_eq!(pool.send(with(&value).on(&other)).await.status, 401, "another challenge");
    assert_eq!(pool.send(with(&value).on(&keep)).await.status, 200);
    is_refused(&pool.send(with(&value).on(&keep)).await, &no_challenge);
    assert_eq!(pool.send(ask().on(&keep)).await.status, 401, "it is nobody's connection again");
}

#[tokio::test]
async fn who_comes_twice_with_nothing_is_offered_ntlm_alone() {
    let pool = Pool::start();
    let keep = Keep::default();
    assert_eq!(challenges(&pool.send(ask().on(&keep)).await), ["Negotiate", "NTLM"]);
    assert_eq!(challenges(&pool.send(ask().on(&keep)).await), ["NTLM"]);
    assert_eq!(challenges(&pool.send(with("NTLM !").on(&keep)).await), ["Negotiate", "NTLM"]);
    assert_eq!(challenges(&pool.send(ask().on(&keep)).await), ["Negotiate", "NTLM"]);
}

#[tokio::test]
async fn use_windows_auth_says_what_is_offered_and_taken() {
    let pool = Pool::start();
    let set = |use_windows_auth| {
        pool.settings.update(|settings| settings.use_windows_auth = use_windows_auth);
    };
    set(WindowsAuth::Ntlm);
    let initiator = || Initiator::new(Scheme::Negotiate, "kenmyer", "", "PHONE", PASSWORD);
    let got = pool.send(with(&initiator().negotiate().unwrap())).await;
    assert_eq!((got.status.as_u16(), challenges(&got)), (401, vec!["NTLM"]));
    assert_eq!(sign_in(&pool, &Keep::default(), "kenmyer", PASSWORD).await.status, 200);

    set(WindowsAuth::Negotiate);
    for initiator in [initiator(), initiator().in_spnego()] {
        let keep = Keep::default();
        let value = third_by(initiator, &pool, &keep).await;
        assert!(value.starts_with("Negotiate "), "{value}");
        assert_eq!(pool.send(with(&value).on(&keep)).await.status, 200);
    }

    set(WindowsAuth::None);
    let got = pool.send(ask()).await;
    assert_eq!((got.status.as_u16(), challenges(&got)), (403, vec![]));
    assert!(got.header("x-ms-diagnostics").starts_with("28029;"), "{:?}", got.headers);
}

#[tokio::test]
async fn basic_is_not_taken_here() {
    let pool = Pool::start();
    let got = pool.send(ask().basic("kenmyer", PASSWORD)).await;
    is_refused(&got, "a scheme that is not offered here");
    assert!(!format!("{:?}", got.note).contains(PASSWORD));
}

#[tokio::test]
async fn a_ticket_for_somebody_else_is_not_issued() {
    let pool = Pool::start();
    for (claim, status) in [(USER, 200), ("sip:other@litwareinc.com", 500)] {
        let keep = Keep::default();
        let value = third(&pool, &keep, "kenmyer", PASSWORD).await;
        let got = pool.send(issue_token_for("", Some(claim)).with("authorization", &value).on(&keep)).await;
        assert_eq!(got.status, status, "{claim}");
    }
}

#[tokio::test]
async fn a_rule_for_a_user_meets_who_expects_to_be_that_user_or_shows_the_name() {
    let pool = Pool::start();
    let keep = Keep::default();
    let value = third(&pool, &keep, "kenmyer", "wrong").await;
    pool.arm(
        "[[rule]]\nname = \"ours\"\nwhere = \"webticket.win-negotiate\"\nwho = { user = \"kenmyer\" }\n\
         what = \"windows-account-locked\"\n",
    );
    let got = pool.send(issue_token_for("", Some(USER))).await;
    assert_eq!((got.status.as_u16(), got.rule()), (500, Some("ours")));
    let got = pool.send(issue_token_for("", Some("sip:other@litwareinc.com"))).await;
    assert_eq!((got.status.as_u16(), got.rule()), (401, None));

    let got = pool.send(with(&value).on(&keep)).await;
    assert_eq!((got.status.as_u16(), got.rule()), (500, Some("ours")));
    pool.disarm();
    is_refused(&pool.send(with(&value).on(&keep)).await, &wrong_proof_of("kenmyer"));
}

#[tokio::test]
async fn who_was_there_before_is_forgotten_when_other_credentials_meet_a_rule() {
    let refusal = "[[rule]]\nname = \"ours\"\nwhere = \"webticket.win-negotiate\"\nwhat = ";
    for what in ["\"windows-account-locked\"\n", "{ http = { status = 418 } }\n"] {
        let pool = Pool::start();
        let keep = Keep::default();
        assert_eq!(sign_in(&pool, &keep, "kenmyer", PASSWORD).await.status, 200);
        pool.arm(&format!("{refusal}{what}"));
        assert_ne!(pool.send(ask().on(&keep)).await.status, 200);
        pool.disarm();
        assert_eq!(pool.send(ask().on(&keep)).await.status, 200, "there were no other credentials");

        pool.arm(&format!("{refusal}{what}"));
        let other = Initiator::new(Scheme::Ntlm, "other", "", "PHONE", PASSWORD).negotiate().unwrap();
        assert_ne!(pool.send(with(&other).on(&keep)).await.status, 200);
        pool.disarm();
        assert_eq!(pool.send(ask().on(&keep)).await.status, 401);
    }
}

#[tokio::test]
async fn a_connection_is_nobodys_after_windows_credentials_were_switched_off() {
    let pool = Pool::start();
    let keep = Keep::default();
    assert_eq!(sign_in(&pool, &keep, "kenmyer", PASSWORD).await.status, 200);
    for (setting, status) in [(WindowsAuth::None, 403), (WindowsAuth::Negotiate, 401)] {
        pool.settings.update(|settings| settings.use_windows_auth = setting);
        assert_eq!(pool.send(ask().on(&keep)).await.status, status);
    }
}

#[tokio::test]
async fn an_account_that_was_removed_leaves_its_connection_to_nobody_of_its_name() {
    let pool = Pool::start();
    let keep = Keep::default();
    assert_eq!(sign_in(&pool, &keep, "leaver", PASSWORD).await.status, 200);
    let gone = pool.send(ask().on(&keep)).await;
    assert_eq!(gone.status, 403);
    let diagnostic = gone.note.diagnostic.as_ref().unwrap();
    assert_eq!(
        (diagnostic.name.as_str(), diagnostic.evidence.as_str()),
        ("windows-account-gone", "inferred")
    );
    assert_eq!(pool.send(ask().on(&keep)).await.status, 401);
}

#[tokio::test]
async fn another_account_of_the_name_does_not_inherit_a_connection() {
    let pool = Pool::start();
    let keep = Keep::default();
    assert_eq!(sign_in(&pool, &keep, "namesake", PASSWORD).await.status, 200);
    for _ in 0..2 {
        assert_eq!(pool.send(ask().on(&keep)).await.status, 401);
    }
}
