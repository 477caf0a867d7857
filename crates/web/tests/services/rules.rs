//! Rules: each action, and whom it meets.

use crate::pool::{Got, Pool, USER};
use crate::requests::{Ask, get_and_publish, issue_token, of_each_operation, pin, publish, roots};
use lync_net::Fate;
use std::future::Future;
use std::pin::pin as pinned;
use std::task::{Context, Poll, Waker};
use tokio::time::{Duration, Instant};

fn rule(place: &str, what: &str) -> String {
    format!("[[rule]]\nname = \"ours\"\nwhere = \"{place}\"\n{what}\n")
}

/// Code and status of a refusal by the diagnostic `name`.
fn diagnosed(got: &Got, name: &str) -> (Option<u32>, u16) {
    let diagnostic = got.note.diagnostic.as_ref().unwrap();
    assert_eq!((diagnostic.name.as_str(), got.note.outcome.as_str()), (name, "refused"));
    (diagnostic.code, got.status.as_u16())
}

#[tokio::test]
async fn a_rule_acts_at_its_operation_and_at_no_other() {
    for (at, (place, operation, ask)) in of_each_operation().into_iter().enumerate() {
        let pool = Pool::start();
        pool.arm(&rule(&format!("{place}.{operation}"), "what = { http = { status = 418 } }"));
        let got = pool.send(ask).await;
        assert_eq!((got.status.as_u16(), got.rule()), (418, Some("ours")), "{place}.{operation}");
        for (other, (other_place, other_operation, ask)) in of_each_operation().into_iter().enumerate() {
            if other != at && (other_place, other_operation) != (place, operation) {
                let got = pool.send(ask).await;
                assert_ne!(got.status, 418, "{other_place}.{other_operation}");
                assert_eq!(got.rule(), None);
            }
        }
    }
}

#[tokio::test]
async fn an_answer_has_the_form_of_its_port() {
    let pool = Pool::start();
    pool.arm(&rule("webticket", "what = \"pin-locked\""));
    let got = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!(diagnosed(&got, "pin-locked"), (Some(28003), 401));
    assert_eq!(got.header("www-authenticate"), "Basic realm =\"LYNC\"");
    assert!(got.header("x-ms-diagnostics").starts_with("28003;"), "{:?}", got.headers);
    assert!(got.note.summary.contains("the rule \"ours\""), "{}", got.note.summary);
    for port in ["/anon", "/cert", ""] {
        let got = pool.send(issue_token(port)).await;
        assert_eq!(diagnosed(&got, "pin-locked"), (Some(28003), 401));
        assert_eq!(got.header("www-authenticate"), "");
    }

    let pool = Pool::start();
    pool.arm(&rule("certprov", "what = { answer = \"web-ticket-expired\" }"));
    for ask in [roots(), roots().plain(), publish("", USER, b"csr")] {
        let got = pool.send(ask).await;
        assert_eq!(diagnosed(&got, "web-ticket-expired"), (Some(28033), 500));
        assert!(got.body.contains("The web ticket has expired."), "{}", got.body);
        assert_eq!(got.note.correlation.as_deref(), Some(got.header("x-ms-correlation-id")));
    }
}

#[tokio::test]
async fn the_challenge_of_the_pin_port_is_no_occasion() {
    let pool = Pool::start();
    pool.arm(&rule("webticket.pin", "then = [\"pin-wrong\", \"ok\"]"));
    for _ in 0..3 {
        let got = pool.send(pin()).await;
        assert_eq!((got.noted(), got.rule()), (("webticket.challenged", "ok"), None));
    }
    let got = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!(diagnosed(&got, "pin-wrong"), (Some(28003), 401));
}

#[tokio::test]
async fn wrong_wrong_ok_is_counted_per_user() {
    let pool = Pool::start();
    pool.arm(&rule("webticket.pin", "then = [\"pin-wrong\", \"pin-wrong\", \"ok\"]"));
    let mut seen = Vec::new();
    for extension in ["1219", "1219", "15", "1219", "1219"] {
        assert_eq!(pool.send(pin()).await.noted(), ("webticket.challenged", "ok"));
        let got = pool.send(pin().basic(extension, "0712")).await;
        seen.push((extension, got.status.as_u16(), got.rule().is_some()));
    }
    let expected = [
        ("1219", 401, true),
        ("1219", 401, true),
        ("15", 401, true),
        ("1219", 200, true),
        ("1219", 200, false),
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_rule_for_one_user_meets_no_other() {
    let pool = Pool::start();
    pool.arm(&rule("webticket.pin", "who = { user = \"kenmyer\" }\nwhat = \"pin-locked\""));
    let got = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!(diagnosed(&got, "pin-locked"), (Some(28003), 401));
    assert_eq!(got.note.device.phone_or_ext.as_deref(), Some("1219"), "the rule knows whose it is");
    assert_eq!(pool.send(pin().basic("15", "0712")).await.rule(), None);

    let pool = Pool::start();
    let ticket = pool.send(pin().basic("1219", "0712")).await;
    pool.arm(&rule(
        "certprov.get-and-publish-cert",
        "who = { user = \"kenmyer\" }\nwhat = \"web-ticket-invalid\"",
    ));
    let got = pool.send(get_and_publish(&ticket.body, "kenmyer@litwareinc.com", b"csr")).await;
    assert_eq!(diagnosed(&got, "web-ticket-invalid"), (Some(28032), 500));
    assert_eq!(got.note.device.user.as_deref(), Some(USER));
    let got = pool.send(get_and_publish(&ticket.body, "sip:other@litwareinc.com", b"csr")).await;
    assert_eq!((got.rule(), got.decoded("response_code")), (None, "InvalidEntity"));
    let got = pool.send(publish("", USER, b"csr").with_body("<rubbish")).await;
    assert_eq!((got.rule(), got.noted()), (None, ("certprov.refused", "refused")));
}

#[tokio::test]
async fn a_rule_for_one_user_meets_every_request_that_says_whose_it_is() {
    let pool = Pool::start();
    pool.arm(&rule("http", "who = { user = \"kenmyer\" }\nwhat = { http = { status = 503 } }"));
    assert_eq!(pool.send(pin().basic("1219", "0712")).await.status, 503);
    assert_eq!(pool.send(publish("", USER, b"csr")).await.status, 503);
    for ask in [pin(), pin().basic("15", "0712"), publish("", "sip:other@litwareinc.com", b"csr"), roots()] {
        assert_eq!(pool.send(ask).await.rule(), None);
    }
}

#[tokio::test]
async fn a_rule_can_ask_for_source_and_user_agent() {
    for (who, meets) in [
        ("user-agent = \"OCPhone/*\"", true),
        ("user-agent = \"Polycom*\"", false),
        ("source = \"10.99.0.0/24\"", true),
        ("source = \"10.98.0.0/24\"", false),
    ] {
        let pool = Pool::start();
        pool.arm(&rule("http.https", &format!("who = {{ {who} }}\nwhat = {{ http = {{ status = 503 }} }}")));
        assert_eq!(pool.send(roots()).await.status == 503, meets, "{who}");
    }
}

#[tokio::test]
async fn a_number_is_noted_only_where_the_rule_knows_it() {
    let pool = Pool::start();
    pool.arm(&rule("webticket.pin", "what = \"pin-wrong\""));
    let got = pool.send(pin().basic("0712", "1219")).await;
    assert!(!format!("{:?}", got.note).contains("0712"), "{:?}", got.note);
    pool.disarm();
    pool.arm(&rule("webticket.pin", "who = { extension = \"1219\" }\nwhat = \"pin-wrong\""));
    let got = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!(got.note.device.phone_or_ext.as_deref(), Some("1219"));
    pool.disarm();
    pool.rules.namespaces().update(|namespaces| {
        let line = Some("tel:+12065551301;ext=1301".parse().unwrap());
        namespaces.members_mut("ours").users.insert(USER.parse().unwrap(), line);
    });
    pool.arm(&rule("webticket.pin", "what = \"pin-wrong\""));
    let got = pool.send(pin().basic("1301", "0712")).await;
    assert_eq!(got.note.device.phone_or_ext.as_deref(), Some("1301"));
}

#[tokio::test]
async fn an_http_answer_is_as_it_is_written() {
    let pool = Pool::start();
    let headers = "headers = { Retry-After = \"5\", Server = \"F5\", Content-Type = \"text/plain\"}";
    pool.arm(&rule("http", &format!("what = {{ http = {{ status = 503, {headers}, body = \"gone\" }} }}")));
    for ask in [Ask::get("/nowhere"), roots(), roots().plain(), pin(), pin().basic("1219", "0712")] {
        let secure = ask.secure;
        let got = pool.send(ask).await;
        assert_eq!((got.status.as_u16(), got.body.as_str()), (503, "gone"));
        assert_eq!((got.header("retry-after"), got.header("content-type")), ("5", "text/plain"));
        assert_eq!((got.header("server"), got.header("content-length")), ("F5", "4"));
        assert_eq!(
            (got.header("x-powered-by"), got.header("date")),
            ("ASP.NET", "Sat, 01 Jun 2013 12:00:00 GMT")
        );
        assert_eq!(got.headers.contains_key("strict-transport-security"), secure);
        assert_eq!((got.noted(), got.rule()), (("http", "refused"), Some("ours")));
        assert_eq!(got.fate, None);
    }
    pool.disarm();
    pool.arm(&rule(
        "certprov",
        "what = { http = { status = 302, headers = { Location = \"https://x.test/\" } } }",
    ));
    let got = pool.send(roots()).await;
    assert_eq!((got.status.as_u16(), got.header("location")), (302, "https://x.test/"));
    assert_eq!((got.header("content-type"), got.noted()), ("text/html; charset=utf-8", ("http", "ok")));
    pool.disarm();
    pool.arm(&rule("certprov", "what = { http = { status = 500 } }"));
    assert_eq!(pool.send(roots()).await.noted(), ("certprov.refused", "refused"));
}

#[tokio::test]
async fn a_connection_that_shall_end_is_left_to_the_listener() {
    for (word, fate) in [("reset", Fate::Reset), ("close", Fate::Close)] {
        for place in ["http", "certprov", "webticket.pin"] {
            let pool = Pool::start();
            pool.arm(&rule(place, &format!("what = \"{word}\"")));
            let ask = if place == "webticket.pin" { pin().basic("1219", "0712") } else { roots() };
            let got = pool.send(ask).await;
            assert_eq!((got.fate, got.noted()), (Some(fate), ("http", "failed")), "{place}");
            assert!(got.note.summary.contains("by the rule \"ours\""), "{}", got.note.summary);
            assert_eq!(got.rule(), Some("ours"));
        }
    }
    let pool = Pool::start();
    pool.arm(&rule("webticket.pin", "what = \"close-half-way\""));
    let got = pool.send(pin().basic("1219", "0712")).await;
    assert_eq!((got.fate, got.noted()), (Some(Fate::CloseHalfWay), ("webticket.issued", "failed")));
    assert!(got.status == 200 && got.body.contains("SamlSecurityToken"), "{}", got.body);
}

#[tokio::test]
async fn a_stalled_request_is_never_answered() {
    let pool = Pool::start();
    pool.arm(&rule("certprov", "what = \"stall\""));
    let mut answer = pinned!(pool.send(roots()));
    for _ in 0..100 {
        assert!(matches!(answer.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        tokio::task::yield_now().await;
    }
    let got = pool.send(pin()).await;
    assert_eq!(got.status, 401, "others are served meanwhile");
}

#[tokio::test(start_paused = true)]
async fn a_delay_comes_before_the_action_or_before_the_handler() {
    let pool = Pool::start();
    pool.arm(&rule("certprov", "delay = \"90s\"\nwhat = \"web-ticket-invalid\""));
    let begin = Instant::now();
    let got = pool.send(roots()).await;
    assert_eq!(diagnosed(&got, "web-ticket-invalid"), (Some(28032), 500));
    assert!(begin.elapsed() >= Duration::from_secs(90));
    pool.disarm();
    pool.arm(&rule("certprov", "delay = \"60s\""));
    let begin = Instant::now();
    let got = pool.send(roots()).await;
    assert_eq!((got.noted(), got.rule()), (("certprov.roots", "ok"), Some("ours")));
    assert!(begin.elapsed() >= Duration::from_secs(60));
}

#[tokio::test]
async fn of_two_rules_on_the_way_the_nearer_one_is_noted() {
    let pool = Pool::start();
    pool.arm(&(rule("http", "what = \"ok\"").replace("ours", "outer") + &rule("certprov", "what = \"ok\"")));
    assert_eq!(pool.send(roots()).await.rule(), Some("ours"));
    assert_eq!(pool.send(Ask::get("/")).await.rule(), Some("outer"));
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_before_any_rule() {
    let pool = Pool::start();
    pool.arm(&rule("http", "what = { http = { status = 503 } }"));
    let got = pool.send(roots().with_body(&" ".repeat(256 * 1024 + 1))).await;
    assert_eq!((got.status.as_u16(), got.rule()), (413, None));
    assert_eq!(pool.send(roots().with_body(&" ".repeat(256 * 1024))).await.status, 503);
}
