//! What is read, and what is refused and how.

use super::*;
use crate::rules::{DhcpFault, HttpAnswer, Payload43, Payload120, TlsFault, WhoSpec};
use crate::verdict::PinFailureReason;
use lync_proto::dhcp::broken::{Broken43, Broken120};
use proptest::prelude::*;
use std::sync::LazyLock;

static DIAGNOSTICS: LazyLock<DiagnosticsTable> = LazyLock::new(DiagnosticsTable::built_in);

/// What rules are checked against: these users, the built-in diagnostics and one file.
pub(in crate::rules) fn known(users: &[User]) -> Known<'_> {
    Known { users, diagnostics: &DIAGNOSTICS, read: &read }
}

fn read(file: &str) -> Result<Vec<u8>, String> {
    match file {
        "page.html" => Ok(b"<html/>".to_vec()),
        "big.html" => Ok(vec![b'x'; MAX_BODIES + 1]),
        other => Err(format!("cannot read {other}")),
    }
}

pub(in crate::rules) fn users() -> Vec<User> {
    let user = |sip_uri: &str, line: &str| User {
        sip_uri: sip_uri.parse().unwrap(),
        display_name: String::new(),
        line_uri: Some(line.parse().unwrap()),
        enabled: true,
        enterprise_voice: true,
        pin_set_at: None,
    };
    vec![
        user("sip:kenmyer@litwareinc.com", "tel:+12065551219;ext=1219"),
        user("sip:twin@a.test", "tel:+12065551300;ext=1300"),
        user("sip:twin@b.test", "tel:+12065551300;ext=1301"),
    ]
}

/// The one rule of this text, checked.
pub(in crate::rules) fn rule(text: &str) -> Rule {
    checked(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn checked(text: &str) -> Result<Rule, String> {
    let users = users();
    let file = RulesFile::parse(&format!("[[rule]]\n{text}")).map_err(|error| error.to_string())?;
    let mut rules = file.check(&known(&users)).map_err(|error| error.to_string())?;
    Ok(rules.remove(0))
}

fn action(place: &str, what: &str) -> Result<Action, String> {
    match checked(&format!("where = \"{place}\"\nwhat = {what}"))?.does {
        Does::Always(action) => Ok(action),
        Does::InTurn(_) => panic!("a sequence"),
    }
}

fn http(status: u16, headers: &[(&str, &str)], body: &str) -> Action {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Action::Http(HttpAnswer { status, headers, body: body.as_bytes().to_vec() })
}

fn options(option_43: Option<Payload43>, option_120: Option<Payload120>) -> Action {
    Action::Dhcp(DhcpFault::Options { option_43, option_120 })
}

#[test]
fn every_action_is_read_where_it_can_be_done() {
    let cases = [
        ("dhcp", r#""ok""#, Action::Ok),
        ("tls", r#""reset""#, Action::Reset),
        ("http", r#""close""#, Action::Close),
        ("userpin", r#""stall""#, Action::Stall),
        ("certprov.mex", r#""close-half-way""#, Action::CloseHalfWay),
        ("webticket.pin", r#""pin-wrong""#, Action::Answer("pin-wrong".to_owned())),
        ("certprov", r#"{ answer = "web-ticket-expired" }"#, Action::Answer("web-ticket-expired".to_owned())),
        ("userpin", r#"{ userpin = "IncorrectPin" }"#, Action::UserPin(Some(PinFailureReason::IncorrectPin))),
        ("userpin.get-encryption-key", r#"{ userpin = "fault" }"#, Action::UserPin(None)),
        (
            "http.https",
            r#"{ http = { status = 503, headers = { Retry-After = 5, X-A = "b c" }, body = "Busy" } }"#,
            http(503, &[("Retry-After", "5"), ("X-A", "b c")], "Busy"),
        ),
        ("webticket", r#"{ http = { status = 404, body-file = "page.html" } }"#, http(404, &[], "<html/>")),
        ("userpin", r#"{ http = { status = 204 } }"#, http(204, &[], "")),
        ("tls.https", r#"{ tls = "missing-intermediate" }"#, Action::Tls(TlsFault::MissingIntermediate)),
        ("tls", r#"{ tls = "alert:40" }"#, Action::Tls(TlsFault::Alert(40))),
        ("dhcp.inform", r#"{ dhcp = "silence" }"#, Action::Dhcp(DhcpFault::Silence)),
        ("dhcp", r#"{ dhcp = "duplicate" }"#, Action::Dhcp(DhcpFault::Duplicate)),
        (
            "dhcp",
            r#"{ dhcp = { second-server = "old.a.test" } }"#,
            Action::Dhcp(DhcpFault::SecondServer { fqdn: "old.a.test".to_owned() }),
        ),
        (
            "dhcp",
            r#"{ dhcp = { option-43 = "omit", option-120 = "ascii" } }"#,
            options(Some(Payload43::Omit), Some(Payload120::Broken(Broken120::Ascii))),
        ),
        (
            "dhcp",
            r#"{ dhcp = { option-43 = "cisco-180" } }"#,
            options(Some(Payload43::Broken(Broken43::Cisco180)), None),
        ),
        (
            "dhcp",
            r#"{ dhcp = { option-120 = "hex:00 0A:ff" } }"#,
            options(None, Some(Payload120::Raw(vec![0, 10, 255]))),
        ),
        ("dhcp", r#"{ dhcp = { option-43 = "hex:" } }"#, options(Some(Payload43::Raw(Vec::new())), None)),
    ];
    for (place, what, expected) in cases {
        assert_eq!(action(place, what), Ok(expected), "{place} {what}");
    }
}

#[test]
fn what_cannot_be_done_or_meant_is_refused_with_what_can() {
    let hex = format!(r#"{{ dhcp = {{ option-43 = "hex:{}" }} }}"#, "00".repeat(256));
    let cases = [
        ("dhcp", r#""stall""#, "rule 1: what: `stall` cannot be done at dhcp; possible are `ok`, `dhcp`"),
        ("tls", r#""close-half-way""#, "cannot be done at tls"),
        ("http", r#""pin-wrong""#, "a diagnostic is answered at certprov and webticket, not at http"),
        ("http", r#"{ answer = "pin-wrong" }"#, "`answer` cannot be done at http"),
        ("tls", r#""rest""#, "there is no action `rest`; did you mean `reset`?"),
        ("webticket", r#""pin-wrnog""#, "no action or diagnostic `pin-wrnog`; did you mean `pin-wrong`?"),
        (
            "webticket",
            r#"{ answer = "pin-lock" }"#,
            "what.answer: there is no action or diagnostic `pin-lock`",
        ),
        ("webticket", r#""071233""#, "there is no action or diagnostic `****`"),
        ("webticket", r#"{ htpp = { status = 500 } }"#, "no kind of action `htpp`; did you mean `http`?"),
        (
            "webticket",
            r#"{ answer = "pin-wrong", http = { status = 500 } }"#,
            "what: 2 keys; an action has one",
        ),
        ("webticket", "{ }", "what: 0 keys; an action has one"),
        ("webticket", r#"{ answer = 28003 }"#, "what.answer: not a word in quotes"),
        ("webticket", "[1]", "line 3, column 8: neither a word nor a table of words and numbers"),
        ("userpin", r#"{ userpin = "WrongPin" }"#, "what.userpin: there is no PinFailureReason `WrongPin`"),
        (
            "userpin.get-encryption-key",
            r#"{ userpin = "IncorrectPin" }"#,
            "where: what the rule does cannot be done at get-encryption-key; it can at `verify-pin`",
        ),
        ("tls.http", r#"{ tls = "expired" }"#, "cannot be done at http; it can at `https`, `userpin`"),
        ("tls", r#"{ tls = "expird" }"#, "what.tls: there is no TLS fault `expird`; did you mean `expired`?"),
        ("tls", r#"{ tls = "alert:256" }"#, "a number from 0 to 255"),
        ("http", r#"{ http = "503" }"#, "what.http: not a table in braces"),
        ("http", r#"{ http = { body = "x" } }"#, "what.http.status: a status is a number from 200 to 599"),
        ("http", r#"{ http = { status = 199 } }"#, "what.http.status"),
        ("http", r#"{ http = { status = 600 } }"#, "what.http.status"),
        ("http", r#"{ http = { status = 500, boddy = "x" } }"#, "no key `boddy`; did you mean `body`?"),
        (
            "http",
            r#"{ http = { status = 500, body = "x", body-file = "y" } }"#,
            "both `body` and `body-file`",
        ),
        (
            "http",
            r#"{ http = { status = 500, body-file = "none" } }"#,
            "what.http.body-file: cannot read none",
        ),
        ("http", r#"{ http = { status = 500, body-file = "big.html" } }"#, "1048576 are the most"),
        ("http", r#"{ http = { status = 304, body = "x" } }"#, "an answer 304 cannot have"),
        ("http", r#"{ http = { status = 500, headers = { "a b" = "x" } } }"#, "`a b` is no name of a header"),
        (
            "http",
            r#"{ http = { status = 500, headers = { a = "x\ny" } } }"#,
            "what.http.headers.a: a value is",
        ),
        (
            "http",
            r#"{ http = { status = 500, headers = { Content-Length = "9" } } }"#,
            "writes this header itself",
        ),
        ("dhcp", r#"{ dhcp = "silent" }"#, "what.dhcp: there is no DHCP fault `silent`"),
        ("dhcp", "{ dhcp = {} }", "what.dhcp: an empty table"),
        ("dhcp", r#"{ dhcp = { option-44 = "omit" } }"#, "no key `option-44`; did you mean `option-43`?"),
        (
            "dhcp",
            r#"{ dhcp = { option-120 = "cisco-180" } }"#,
            "what.dhcp.option-120: there is no broken form",
        ),
        ("dhcp", r#"{ dhcp = { option-43 = "flat-ulr" } }"#, "did you mean `flat-url`?"),
        ("dhcp", r#"{ dhcp = { option-43 = "hex:123" } }"#, "pairs of hex digits"),
        ("dhcp", r#"{ dhcp = { option-43 = "hex:0g" } }"#, "pairs of hex digits"),
        ("dhcp", &hex, "at most 255 bytes"),
        ("dhcp", r#"{ dhcp = { second-server = "a b" } }"#, "what.dhcp.second-server: "),
        ("dhcp", r#"{ dhcp = { second-server = "a.test", option-43 = "omit" } }"#, "stands alone"),
        ("webtickets", r#""ok""#, "where: there is no place `webtickets`; did you mean `webticket`?"),
        ("webticket.pni", r#""ok""#, "no operation of webticket `pni`; did you mean `pin`?"),
        ("certprov.pin", r#""ok""#, "where: there is no operation of certprov `pin`"),
    ];
    for (place, what, complaint) in cases {
        let error = action(place, what).expect_err(what);
        assert!(error.contains(complaint), "{place} {what}: {error}");
    }
}

#[test]
fn a_rule_without_an_operation_is_about_those_at_which_it_can_be_done() {
    let tls = rule("where = \"tls\"\nwhat = { tls = \"expired\" }");
    assert!(tls.is_at(Place::Tls, "https") && tls.is_at(Place::Tls, "userpin"));
    assert!(!tls.is_at(Place::Tls, "http"), "the plain listener has no handshake");
    let refused = rule("where = \"userpin\"\nthen = [\"ok\", { userpin = \"PinExpired\" }]");
    assert!(refused.is_at(Place::UserPin, "verify-pin"));
    assert!(!refused.is_at(Place::UserPin, "get-encryption-key"));
    let pin = rule("where = \"webticket.pin\"\nwhat = \"reset\"");
    assert!(pin.is_at(Place::WebTicket, "pin") && !pin.is_at(Place::WebTicket, "cert"));
    assert!(!pin.is_at(Place::CertProv, "pin"));
}

#[test]
fn one_of_what_then_and_delay_is_there_and_not_two_of_the_first() {
    let many = format!("where = \"tls\"\nthen = [{}]", "\"ok\",".repeat(1001));
    for (text, complaint) in [
        ("where = \"tls\"", "what: absent, and `then` and `delay` too"),
        ("where = \"tls\"\nwhat = \"ok\"\nthen = [\"ok\"]", "then: beside `what`"),
        ("where = \"tls\"\nthen = [\"ok\", \"rest\"]", "then.2: there is no action `rest`"),
        ("where = \"tls\"\ndelay = \"2 sec\"", "delay: `2 sec` is no duration"),
        (&many, "then: 1001 steps; 1000 are the most"),
    ] {
        let error = checked(text).expect_err(text);
        assert!(error.contains(complaint), "{error}");
    }
    let delay = rule("where = \"tls\"\ndelay = \"2s\"");
    assert!(matches!(delay.does, Does::Always(Action::Ok)) && delay.delay.is_some());
}

#[test]
fn an_error_says_which_rule_and_which_key() {
    let file = r#"
        [[rule]]
        where = "dhcp"
        what = "ok"
        [[rule]]
        name = "two wrong"
        where = "webticket.pin"
        who = { user = "kenmeyer" }
        then = ["pin-wrong", "pin-wrong", "ok"]
    "#;
    let users = users();
    let error = RulesFile::parse(file).unwrap().check(&known(&users)).unwrap_err().to_string();
    let expected = "rule 2 (\"two wrong\"): who.user: there is no user `kenmeyer`; did you mean `kenmyer`?";
    assert_eq!(error, expected);
}

#[test]
fn a_key_that_rules_do_not_have_is_refused_with_its_line_and_the_nearest() {
    for (text, complaint) in [
        ("[[rule]]\nwhere = \"tls\"\nwaht = \"ok\"", "line 3, column 1: unknown field `waht`"),
        ("[[rule]]\nwhere = \"tls\"\nwaht = \"ok\"", "did you mean `what`?"),
        ("[[rule]]\nwhere = \"tls\"\n[rule.who]\nuser_agent = \"x\"", "line 4, column 1"),
        ("[[rule]]\nwhere = \"tls\"\n[rule.who]\nuser_agent = \"x\"", "did you mean `user-agent`?"),
        ("[[rule]]\nwhere = \"tls\"\nwhen = { fisrt = 2 }", "did you mean `first`?"),
        ("[[rules]]\nwhere = \"tls\"", "did you mean `rule`?"),
        ("[[rule]]\nwhat = \"ok\"", "missing field `where`"),
        ("[[rule]\n", "line 1, column"),
        ("[[rule]]\nwhere = \"tls\"\nwho = { extension = 1219 }", "integer `****`, expected a string"),
        ("[[rule]]\nwhere = \"tls\"\nwhen = { first = -1 }", "line 3"),
    ] {
        let error = RulesFile::parse(text).unwrap_err().to_string();
        assert!(error.contains(complaint), "{text}: {error}");
        assert!(!error.contains("1219"), "{error}");
    }
}

#[test]
fn a_file_is_bounded() {
    let one = "[[rule]]\nwhere = \"tls\"\nwhat = \"ok\"\n";
    assert_eq!(RulesFile::parse(&one.repeat(1000)).unwrap().rules.len(), 1000);
    assert_eq!(RulesFile::parse(&one.repeat(1001)), Err(RuleError::TooManyRules { rules: 1001, most: 1000 }));
    let long = " ".repeat(MAX_FILE + 1);
    assert_eq!(RulesFile::parse(&long), Err(RuleError::FileTooLong { length: MAX_FILE + 1, most: MAX_FILE }));
}

#[test]
fn a_rule_without_a_name_is_called_by_what_it_does() {
    for (text, expected) in [
        ("where = \"webticket.pin\"\nthen = [\"pin-wrong\", \"ok\"]", "webticket.pin: pin-wrong, ok"),
        ("where = \"dhcp\"\ndelay = \"2s\"", "dhcp: delay 2s"),
        ("where = \"http\"\nwhat = { http = { status = 503 } }", "http: http 503"),
        ("where = \"dhcp\"\nwhat = { dhcp = { option-43 = \"omit\" } }", "dhcp: dhcp option-43"),
        ("name = \"a b\"\nwhere = \"dhcp\"\ndelay = \"2s\"", "a b"),
    ] {
        assert_eq!(rule(text).name(), expected);
    }
    for name in ["", "a\\nb", &"x".repeat(101)] {
        let error = checked(&format!("name = \"{name}\"\nwhere = \"dhcp\"\ndelay = \"2s\"")).unwrap_err();
        assert!(error.contains("a name has 1 to 100 printable characters"), "{error}");
    }
}

#[test]
fn a_rule_shows_as_it_was_written() {
    let text = "where = \"webticket.pin\"\nwhat = \"pin-wrong\"\nwho = { user = \"kenmyer\" }\nseed = 7";
    let rule = rule(text);
    let who = WhoSpec { user: Some("kenmyer".to_owned()), ..WhoSpec::default() };
    assert_eq!((&rule.spec().who, rule.spec().seed, rule.seed), (&who, Some(7), 7));
}

fn value() -> impl Strategy<Value = ActionValue> {
    let word = "[a-z0-9:-]{0,12}|hex:[0-9a-f]{0,8}|alert:[0-9]{1,3}|ok|omit|silence|IncorrectPin";
    let leaf = prop_oneof![word.prop_map(ActionValue::Word), any::<i64>().prop_map(ActionValue::Number)];
    let key =
        "status|headers|body|option-43|option-120|second-server|answer|http|dhcp|tls|userpin|[a-z]{1,6}";
    leaf.prop_recursive(3, 12, 3, move |inner| {
        proptest::collection::btree_map(key, inner, 0..3).prop_map(ActionValue::Table)
    })
}

proptest! {
    #[test]
    fn any_action_is_read_or_refused(place in "dhcp|tls|http|certprov|webticket|userpin", value in value()) {
        let what = match value {
            ActionValue::Word(word) => ActionSpec::Word(word),
            ActionValue::Table(table) => ActionSpec::Table(table),
            ActionValue::Number(_) => return Ok(()),
        };
        let users = users();
        let _ = RuleSpec { place, what: Some(what), ..RuleSpec::default() }.check(&known(&users));
    }
}
