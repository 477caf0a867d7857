//! Rules: where, who, when, what; each over the wire, and each seen in the journal.

use crate::messages;
use expect_test::expect;
use lync_model::journal::Outcome;
use lync_phone::{FailureKind, StepName};
use lync_tests::command::{Finished, Served, finish};
use lync_tests::raw::{self, RawResponse};
use lync_tests::{logs, pool, source};
use lyncmock::{Filter, LyncMock, RuleId};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

const KEN: (&str, &str) = ("1219", "0712");
const OTHER: (&str, &str) = ("1400", "5937");
const HERE: Ipv4Addr = Ipv4Addr::LOCALHOST;
const THERE: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 9);

/// IssueToken with number and PIN, as a whole HTTP request.
fn issue_token((phone_or_ext, pin): (&str, &str), user_agent: &str) -> Vec<u8> {
    let action = format!("\"{}\"", lync_proto::ns::ACTION_ISSUE_TOKEN);
    let authorization = raw::basic(phone_or_ext, pin);
    let headers =
        [("SOAPAction", action.as_str()), ("Authorization", &authorization), ("User-Agent", user_agent)];
    raw::post("/WebTicket/WebTicketService.svc/pin", &headers, &messages::issue_token())
}

/// Asks for a web ticket from this machine's usual address.
async fn ask(pool: &LyncMock, who: (&str, &str)) -> RawResponse {
    raw::over_tls(pool, &issue_token(who, "test")).await
}

/// The status of a request for a web ticket.
async fn status(pool: &LyncMock, who: (&str, &str)) -> u16 {
    ask(pool, who).await.status()
}

/// The statuses of `count` requests, one after the other.
async fn statuses(pool: &LyncMock, who: (&str, &str), count: usize) -> Vec<u16> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(status(pool, who).await);
    }
    all
}

async fn arm(pool: &LyncMock, rules: &str) -> Vec<RuleId> {
    pool.rules(rules).await.unwrap_or_else(|error| panic!("{error}\n{rules}"))
}

#[tokio::test]
async fn a_sequence_counts_each_user_apart() {
    let pool = pool().await;
    arm(&pool, "[[rule]]\nwhere = \"webticket.pin\"\nthen = [\"pin-wrong\", \"pin-locked\", \"ok\"]").await;
    let mut seen = Vec::new();
    for who in [KEN, OTHER, KEN, KEN, OTHER, OTHER, KEN] {
        seen.push(status(&pool, who).await);
    }
    assert_eq!(seen, [401, 401, 401, 200, 401, 200, 200]);
}

#[tokio::test]
async fn a_rule_acts_the_first_times_or_each_time_of_a_number() {
    let pool = pool().await;
    arm(&pool, "[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\nwhen = { first = 2 }").await;
    assert_eq!(statuses(&pool, KEN, 4).await, [401, 401, 200, 200]);
    let armed = pool.armed_rules();
    assert_eq!(armed.iter().map(|rule| (rule.fired, rule.spent)).collect::<Vec<_>>(), [(2, true)]);
    arm(&pool, "[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\nwhen = { every = 3 }").await;
    assert_eq!(statuses(&pool, KEN, 7).await, [200, 200, 401, 200, 200, 401, 200]);
}

#[tokio::test]
async fn a_rule_waits_for_an_event_of_another_protocol_from_the_same_address() {
    let pool = pool().await;
    arm(
        &pool,
        "[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\nwhen = { after = \"certprov.roots\" }",
    )
    .await;
    let from = async |source| source::over_tls(&pool, source, &issue_token(KEN, "test")).await.status();
    assert_eq!((from(HERE).await, from(THERE).await), (200, 200));
    let roots = messages::root_chains("/CertProv/CertProvisioningService.svc");
    assert_eq!(source::over_tcp(&pool, THERE, &roots).await.status(), 200);
    pool.wait_for(&Filter::event("certprov.roots")).await.unwrap();
    assert_eq!((from(HERE).await, from(THERE).await), (200, 401));
}

#[tokio::test]
async fn a_rule_waits_for_dhcp_and_ends_with_a_restart() {
    let pool = pool().await;
    let when = "{ after = \"dhcp.ack\", until = \"web.restarted\" }";
    arm(&pool, &format!("[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\nwhen = {when}")).await;
    assert_eq!(status(&pool, KEN).await, 200);
    // A phone begins with DHCP, so that the rule meets it.
    let failure = pool.phone(KEN.0, KEN.1).run().await.outcome.unwrap_err();
    assert_eq!(failure.step, StepName::WebTicket);
    pool.restart_web_service();
    assert!(pool.armed_rules().iter().all(|rule| rule.spent));
    assert!(pool.phone(KEN.0, KEN.1).run().await.outcome.is_ok());
}

#[tokio::test]
async fn chance_comes_out_the_same_for_the_same_seed() {
    let drawn = async |seed: u64| {
        let pool = pool().await;
        let when = "when = { probability = 0.5 }";
        arm(
            &pool,
            &format!("[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\nseed = {seed}\n{when}"),
        )
        .await;
        statuses(&pool, OTHER, 16).await
    };
    let first = drawn(1).await;
    assert!(first.contains(&200) && first.contains(&401), "{first:?}");
    assert_eq!(drawn(1).await, first);
    assert_ne!(drawn(2).await, first);
}

#[tokio::test]
async fn a_delay_is_waited_before_the_answer() {
    const DELAY: Duration = Duration::from_millis(150);
    let pool = pool().await;
    arm(&pool, "[[rule]]\nname = \"slow\"\nwhere = \"webticket.pin\"\ndelay = \"150ms\"").await;
    let begin = Instant::now();
    assert_eq!(status(&pool, KEN).await, 200);
    assert!(begin.elapsed() >= DELAY, "{:?}", begin.elapsed());
    let entry = pool.wait_for(&Filter { rule: Some("slow".to_owned()), ..Filter::default() }).await.unwrap();
    assert!(u128::from(entry.duration_us) >= DELAY.as_micros(), "{entry:?}");
}

#[tokio::test]
async fn an_http_answer_has_status_headers_and_body_as_written() {
    let pool = pool().await;
    arm(
        &pool,
        r#"
        [[rule]]
        name = "overloaded"
        where = "webticket.pin"
        what = { http = { status = 503, headers = { Retry-After = "5", Content-Type = "text/plain" }, body = "Too busy\r\n" } }
        "#,
    )
    .await;
    let answer = ask(&pool, KEN).await;
    assert_eq!(answer.head.lines().next(), Some("HTTP/1.1 503 Service Unavailable"));
    assert_eq!(answer.text(), "Too busy\r\n");
    for (name, value) in
        [("retry-after", "5"), ("content-type", "text/plain"), ("server", "Microsoft-IIS/8.0")]
    {
        let found: Vec<&str> = answer
            .headers()
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| *value)
            .collect();
        assert_eq!(found, [value], "{name}");
    }
    // The journal names the rule, and what was answered.
    let entry =
        pool.wait_for(&Filter { rule: Some("overloaded".to_owned()), ..Filter::default() }).await.unwrap();
    let fired = entry.rule.as_ref().unwrap();
    assert_eq!((fired.name.as_str(), fired.scenario.as_deref()), ("overloaded", None));
}

#[tokio::test]
async fn a_served_pool_answers_with_a_body_from_a_file_beside_its_rules() {
    logs::start();
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("page.html"), "<h1>Out of order</h1>").unwrap();
    let rules = folder.path().join("rules.toml");
    let rule =
        "[[rule]]\nwhere = \"http.http\"\nwhat = { http = { status = 500, body-file = \"page.html\" } }\n";
    std::fs::write(&rules, rule).unwrap();
    let served = Served::start(BINARY, &["--rules-file", rules.to_str().unwrap()]).await;
    let roots = messages::root_chains("/CertProv/CertProvisioningService.svc");
    let answer = raw::over_tcp(&served.endpoints.http, &roots).await;
    assert_eq!((answer.status(), answer.text().as_str()), (500, "<h1>Out of order</h1>"));
    // Whoever is given rules by the library or over the API must not read files of the pool's machine.
    let pool = pool().await;
    assert!(pool.rules(rule).await.unwrap_err().to_string().contains("what.http.body-file"));
}

#[tokio::test]
async fn a_rule_meets_a_user_agent_or_a_network_or_a_user() {
    let pool = pool().await;
    let wrong =
        |who: &str| format!("[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\nwho = {{ {who} }}\n");
    let from = async |source, who, agent: &str| {
        source::over_tls(&pool, source, &issue_token(who, agent)).await.status()
    };
    let ids = arm(&pool, &wrong("user-agent = \"PolycomVVX-*/5.*\"")).await;
    assert_eq!(from(HERE, KEN, "PolycomVVX-VVX_310-UA/5.5.1").await, 401);
    assert_eq!(from(HERE, KEN, "PolycomVVX-VVX_310-UA/4.0").await, 200);
    // Disarmed, it is gone, and cannot be disarmed again.
    assert!(ids.iter().all(|id| pool.disarm(*id)) && !ids.iter().any(|id| pool.disarm(*id)));
    assert_eq!(from(HERE, KEN, "PolycomVVX-VVX_310-UA/5.5.1").await, 200);

    let ids = arm(&pool, &wrong("source = \"127.0.0.8/30\"")).await;
    assert_eq!((from(HERE, KEN, "").await, from(THERE, KEN, "").await), (200, 401));
    assert!(ids.iter().all(|id| pool.disarm(*id)));

    arm(&pool, &wrong("user = \"kenmyer\"")).await;
    assert_eq!((from(HERE, KEN, "").await, from(HERE, OTHER, "").await), (401, 200));
    let by_number = ("+12065551219", KEN.1);
    assert_eq!(from(HERE, by_number, "").await, 401);
}

#[tokio::test]
async fn the_user_pin_service_refuses_or_fails() {
    let pool = pool().await;
    let rule =
        |what: &str| format!("[[rule]]\nwhere = \"userpin.verify-pin\"\nwhat = {{ userpin = \"{what}\" }}");
    for (what, outcome) in [("UserPinAccountLocked", Outcome::Refused), ("fault", Outcome::Failed)] {
        let ids = arm(&pool, &rule(what)).await;
        assert_eq!(status(&pool, KEN).await, 401, "{what}");
        let entry =
            pool.wait_for(&Filter { rule: Some(ids[0].0.to_string()), ..Filter::default() }).await.unwrap();
        assert_eq!((entry.event.as_str(), entry.outcome), ("userpin.refused", outcome), "{entry:?}");
        assert!(pool.disarm(ids[0]));
    }
    assert_eq!(status(&pool, KEN).await, 200);
}

#[tokio::test]
async fn the_first_rule_that_matches_wins() {
    let pool = pool().await;
    let ids = arm(
        &pool,
        r#"
        [[rule]]
        name = "once"
        where = "webticket.pin"
        what = { http = { status = 500 } }
        when = { first = 1 }

        [[rule]]
        name = "kens"
        where = "webticket.pin"
        what = { http = { status = 502 } }
        who = { user = "kenmyer" }

        [[rule]]
        name = "everybody's"
        where = "webticket"
        what = { http = { status = 503 } }
        "#,
    )
    .await;
    assert_eq!(statuses(&pool, KEN, 2).await, [500, 502]);
    assert_eq!(status(&pool, OTHER).await, 503);
    pool.disarm(ids[1]);
    assert_eq!(status(&pool, KEN).await, 503);
    let acted: Vec<String> =
        pool.received().iter().filter_map(|entry| Some(entry.rule.as_ref()?.name.clone())).collect();
    assert_eq!(acted, ["once", "kens", "everybody's", "everybody's"]);
}

#[tokio::test]
async fn a_connection_ends_as_a_rule_says() {
    let pool = pool().await;
    for (place, what) in [("tls.https", "reset"), ("webticket", "close"), ("webticket.pin", "close-half-way")]
    {
        let ids = arm(&pool, &format!("[[rule]]\nwhere = \"{place}\"\nwhat = \"{what}\"")).await;
        let failure = pool.phone(KEN.0, KEN.1).run().await.outcome.unwrap_err();
        assert!(
            matches!(failure.kind, FailureKind::Interrupted { .. } | FailureKind::Tls { .. }),
            "{what}: {failure:?}"
        );
        assert!(pool.disarm(ids[0]));
    }
    assert!(pool.phone(KEN.0, KEN.1).run().await.outcome.is_ok());
}

async fn check(text: &str) -> Finished {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("rules.toml");
    std::fs::write(&file, text).unwrap();
    let mut finished = finish(BINARY, &["rules", "check", file.to_str().unwrap()]).await;
    finished.stderr = finished.stderr.replace(folder.path().to_str().unwrap(), "FOLDER");
    finished
}

#[tokio::test]
async fn rules_check_says_where_a_file_is_wrong_and_what_was_meant() {
    let wrong = async |text: &str| {
        let finished = check(text).await;
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{text}");
        finished.stderr
    };
    let rule = |rest: &str| format!("[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\n{rest}");
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: where: there is no place `webtiket`; did you mean `webticket`?
    "#]]
    .assert_eq(&wrong("[[rule]]\nwhere = \"webtiket.pin\"\nwhat = \"pin-wrong\"").await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: where: there is no operation of webticket `pni`; did you mean `pin`?
    "#]]
    .assert_eq(&wrong("[[rule]]\nwhere = \"webticket.pni\"\nwhat = \"pin-wrong\"").await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: what: there is no action or diagnostic `pin-wrnog`; did you mean `pin-wrong`?
    "#]].assert_eq(&wrong("[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrnog\"").await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: what.userpin: there is no PinFailureReason `PinExpird`; did you mean `PinExpired`?
    "#]].assert_eq(&wrong("[[rule]]\nwhere = \"userpin.verify-pin\"\nwhat = { userpin = \"PinExpird\" }").await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: what.dhcp: there is no key `option-42`; did you mean `option-43`?
    "#]]
    .assert_eq(&wrong("[[rule]]\nwhere = \"dhcp\"\nwhat = { dhcp = { option-42 = \"omit\" } }").await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: what.tls: there is no TLS fault `expird`; did you mean `expired`?
    "#]]
    .assert_eq(&wrong("[[rule]]\nwhere = \"tls\"\nwhat = { tls = \"expird\" }").await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: who.user: there is no user `kenmeyer`; did you mean `kenmyer`?
    "#]]
    .assert_eq(&wrong(&rule("who = { user = \"kenmeyer\" }")).await);
    expect![[r#"
        error: FOLDER/rules.toml: line 4, column 9: unknown field `usr`, expected one of `user`, `extension`, `mac`, `source`, `vendor-class`, `user-agent`; did you mean `user`?
    "#]].assert_eq(&wrong(&rule("who = { usr = \"kenmyer\" }")).await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1 ("late"): when.after: there is no name in the journal `dhcp.akc`; did you mean `dhcp.ack`?
    "#]].assert_eq(&wrong(&rule("name = \"late\"\nwhen = { after = \"dhcp.akc\" }")).await);
    expect![[r#"
        error: FOLDER/rules.toml: rule 1: delay: `2 seconds` is no duration; one looks like 150ms, 2s or 1m
    "#]]
    .assert_eq(&wrong(&rule("delay = \"2 seconds\"")).await);
    expect![[r#"
        error: FOLDER/rules.toml: line 5, column 8: unclosed array table, expected `]`
    "#]]
    .assert_eq(&wrong(&format!("{}\n[[rule]\n", rule(""))).await);
    // A file that is good, with users of its own: a rule can name nobody else.
    let good = check(&rule("who = { user = \"kenmyer\" }")).await;
    assert_eq!(
        (good.code, good.stdout.as_str()),
        (Some(0), "The rules are good: 1 of them.\n"),
        "{}",
        good.stderr
    );
}

#[tokio::test]
async fn a_pool_does_not_start_with_wrong_rules_or_scenarios() {
    let folder = TempDir::new().unwrap();
    let rules = folder.path().join("rules.toml");
    std::fs::write(
        &rules,
        "[[rule]]\nwhere = \"webticket.pin\"\nwhat = \"pin-wrong\"\nwho = { user = \"kenmeyer\" }",
    )
    .unwrap();
    for (arguments, complaint) in [
        (["--rules-file", rules.to_str().unwrap()], "did you mean `kenmyer`?"),
        (["--scenario", "pin-loked"], "did you mean `pin-locked`?"),
        (["--scenario", "pin-locked@kenmeyer"], "did you mean `kenmyer`?"),
        (["--scenario", "user-pin-root-mismatch@kenmyer"], "arm it without a user"),
    ] {
        let finished = finish(BINARY, &[&["serve", "--free-ports"], &arguments[..]].concat()).await;
        assert_ne!(finished.code, Some(0), "{arguments:?}");
        assert!(finished.stderr.contains(complaint), "{}", finished.stderr);
    }
}
