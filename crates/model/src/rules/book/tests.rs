//! Which rule acts, and when.

use super::*;
use crate::rules::check::tests::{rule, users};
use crate::rules::{Mac, RulesFile};
use proptest::prelude::*;
use time::macros::datetime;

const NOON: time::OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

fn book(rules: &[&str]) -> RuleBook {
    let book = RuleBook::new(Clock::stopped(NOON));
    for text in rules {
        book.arm(rule(text), Owner::default()).unwrap();
    }
    book
}

fn pin() -> Occasion<'static> {
    Occasion::at(Place::WebTicket, "pin")
}

fn from(source: &str) -> Occasion<'static> {
    Occasion { source: source.parse().ok(), ..pin() }
}

fn typed(text: &str) -> Occasion<'_> {
    Occasion { phone_or_ext: Some(text), ..pin() }
}

fn acts(book: &RuleBook, occasion: &Occasion<'_>) -> Option<Action> {
    book.decide(occasion).map(|fired| fired.action)
}

/// Which of so many times the book acts.
fn turns(book: &RuleBook, times: usize) -> Vec<usize> {
    (1..=times).filter(|_| book.decide(&pin()).is_some()).collect()
}

fn happening(name: &str) -> Happening<'_> {
    Happening { name, source: None, mac: None, user: None }
}

fn in_namespace(name: &str) -> Owner {
    Owner { scenario: Some("s".to_owned()), namespace: Some(name.to_owned()) }
}

#[test]
fn the_first_that_matches_wins_and_is_counted() {
    let book = book(&[
        "where = \"tls\"\nwhat = \"reset\"",
        "name = \"one\"\nwhere = \"webticket\"\nwhat = \"close\"\ndelay = \"2s\"",
        "where = \"webticket.pin\"\nwhat = \"stall\"",
    ]);
    let fired = book.decide(&pin()).unwrap();
    let expected = Fired {
        id: RuleId(2),
        rule: "one".to_owned(),
        scenario: None,
        delay: Some(Duration::from_secs(2)),
        action: Action::Close,
        names_somebody: false,
    };
    assert_eq!(fired, expected);
    assert_eq!(book.list().iter().map(|rule| rule.fired).collect::<Vec<_>>(), [0, 1, 0]);
    assert_eq!(book.decide(&Occasion::at(Place::Dhcp, "inform")), None);
}

#[test]
fn a_book_without_rules_decides_nothing_and_a_disarmed_rule_is_gone() {
    let book = book(&[]);
    assert!(book.is_empty() && book.decide(&pin()).is_none());
    let owner = Owner { scenario: Some("a".to_owned()), namespace: None };
    let ids: Vec<RuleId> = [owner.clone(), Owner::default(), owner]
        .into_iter()
        .map(|owner| book.arm(rule("where = \"webticket\"\nwhat = \"reset\""), owner).unwrap())
        .collect();
    assert_eq!(ids, [RuleId(1), RuleId(2), RuleId(3)]);
    assert!(!book.is_empty());
    assert_eq!(book.decide(&pin()).unwrap().scenario.as_deref(), Some("a"));
    assert_eq!(book.disarm_where(|rule| rule.owner.scenario.is_some()), 2);
    assert_eq!(book.decide(&pin()).unwrap().id, RuleId(2));
    assert!(book.disarm(RuleId(2)) && !book.disarm(RuleId(2)));
    assert!(book.is_empty() && book.decide(&pin()).is_none());
    assert_eq!(book.arm(rule("where = \"tls\"\nwhat = \"ok\""), Owner::default()), Ok(RuleId(4)));
}

#[test]
fn first_counts_everybody_and_then_the_rule_is_spent() {
    let book = book(&["where = \"webticket\"\nwhat = \"reset\"\nwhen = { first = 2 }"]);
    assert!(acts(&book, &typed("1219")).is_some());
    assert!(!book.list()[0].spent);
    assert!(acts(&book, &typed("1220")).is_some());
    assert!(acts(&book, &typed("1221")).is_none());
    assert!(book.list()[0].spent);
}

#[test]
fn every_third_is_the_third_and_the_sixth() {
    assert_eq!(
        turns(&book(&["where = \"webticket\"\nwhat = \"reset\"\nwhen = { every = 3 }"]), 9),
        [3, 6, 9]
    );
    let both = "where = \"webticket\"\nwhat = \"reset\"\nwhen = { every = 3, first = 2 }";
    assert_eq!(turns(&book(&[both]), 12), [3, 6]);
}

#[test]
fn a_sequence_is_counted_for_each_user_and_its_ok_ends_the_search() {
    let book = book(&[
        "where = \"webticket.pin\"\nthen = [\"pin-wrong\", \"ok\"]",
        "where = \"webticket.pin\"\nwhat = \"reset\"",
    ]);
    let wrong = Some(Action::Answer("pin-wrong".to_owned()));
    for occasion in [typed("1219"), typed("1220"), from("10.0.0.1"), from("10.0.0.2"), pin()] {
        assert_eq!(acts(&book, &occasion), wrong);
        assert_eq!(acts(&book, &occasion), Some(Action::Ok));
        assert_eq!(
            acts(&book, &occasion),
            Some(Action::Reset),
            "a sequence at its end lets the next rule act"
        );
        assert_eq!(acts(&book, &occasion), Some(Action::Reset));
    }
}

#[test]
fn a_sequence_about_a_user_goes_on_when_the_user_is_known() {
    let book = book(&["where = \"webticket\"\nwho = { user = \"kenmyer\" }\nthen = [\"reset\", \"close\"]"]);
    let ken: SipUri = "sip:kenmyer@litwareinc.com".parse().unwrap();
    assert_eq!(acts(&book, &typed("1219")), Some(Action::Reset));
    assert_eq!(acts(&book, &Occasion { user: Some(&ken), ..pin() }), Some(Action::Close));
    assert_eq!(acts(&book, &typed("+12065551219")), None);
}

#[test]
fn chance_repeats_and_a_miss_lets_the_next_rule_act() {
    let half = "where = \"webticket\"\nwhat = \"reset\"\nwhen = { probability = 0.5 }";
    let first = turns(&book(&[half]), 1000);
    assert!((400..600).contains(&first.len()), "{}", first.len());
    assert_eq!(turns(&book(&[half]), 1000), first);
    assert_ne!(turns(&book(&[&format!("seed = 1\n{half}")]), 1000), first);
    assert_ne!(turns(&book(&[&format!("name = \"other\"\n{half}")]), 1000), first);
    assert_eq!(turns(&book(&[half, "where = \"webticket\"\nwhat = \"close\""]), 100).len(), 100);
    assert!(turns(&book(&[&half.replace("0.5", "0")]), 100).is_empty());
    assert_eq!(turns(&book(&[&half.replace("0.5", "1")]), 100).len(), 100);
}

#[test]
fn a_miss_takes_no_step_and_is_no_first() {
    let book = book(&[
        "where = \"webticket\"\nthen = [\"reset\", \"close\"]\nwhen = { probability = 0.2, first = 2 }",
    ]);
    let actions: Vec<Action> = (0..1000).filter_map(|_| acts(&book, &pin())).collect();
    assert_eq!(actions, [Action::Reset, Action::Close]);
}

#[test]
fn from_and_to_go_by_the_clock_of_the_pool() {
    let clock = Clock::stopped(NOON);
    let book = RuleBook::new(clock.clone());
    let text = "where = \"webticket\"\nwhat = \"reset\"\n\
                when = { from = \"2026-01-01T13:00:00Z\", to = \"2026-01-01T14:00:00Z\" }";
    book.arm(rule(text), Owner::default()).unwrap();
    let mut acted = Vec::new();
    for hour in 12..15 {
        if book.decide(&pin()).is_some() {
            acted.push(hour);
        }
        clock.advance(time::Duration::HOUR);
    }
    assert_eq!(acted, [13]);
}

#[test]
fn after_waits_for_the_same_device() {
    let after = "where = \"webticket\"\nwhat = \"reset\"\nwhen = { after = \"dhcp.ack\" }";
    let book = book(&[after]);
    let source = |source: &str| Happening { source: source.parse().ok(), ..happening("dhcp.ack") };
    book.happened(&Happening { name: "dhcp.dropped", ..source("10.0.0.1") });
    book.happened(&Happening { name: "no such name", ..source("10.0.0.1") });
    assert!(book.decide(&from("10.0.0.1")).is_none());
    book.happened(&source("10.0.0.1"));
    assert!(book.decide(&from("10.0.0.1")).is_some());
    assert!(book.decide(&from("::ffff:10.0.0.1")).is_some());
    assert!(book.decide(&from("10.0.0.2")).is_none());
    assert!(book.decide(&pin()).is_none());
    book.arm(rule(&after.replace("reset", "close")), Owner::default()).unwrap();
    assert!(book.disarm(RuleId(1)));
    assert_eq!(book.decide(&from("10.0.0.1")), None, "it happened before the rule was armed");
    let ken: SipUri = "sip:kenmyer@litwareinc.com".parse().unwrap();
    book.happened(&Happening { user: Some(&ken), ..happening("dhcp.ack") });
    assert_eq!(acts(&book, &Occasion { user: Some(&ken), ..pin() }), Some(Action::Close));
    assert!(book.decide(&pin()).is_none());
}

#[test]
fn what_happened_to_nobody_in_particular_counts_for_everybody() {
    let book = book(&["where = \"webticket\"\nwhat = \"reset\"\nwhen = { after = \"web.restarted\" }"]);
    assert!(book.decide(&from("10.0.0.1")).is_none());
    book.happened(&happening("web.restarted"));
    assert!(book.decide(&from("10.0.0.1")).is_some());
    assert!(book.decide(&pin()).is_some());
}

#[test]
fn until_ends_a_rule_for_good() {
    let book = book(&["where = \"webticket\"\nwhat = \"reset\"\nwhen = { until = \"web.restarted\" }"]);
    assert!(book.decide(&pin()).is_some());
    book.happened(&happening("dhcp.ack"));
    assert!(book.decide(&pin()).is_some() && !book.list()[0].spent);
    book.happened(&happening("web.restarted"));
    assert!(book.decide(&pin()).is_none() && book.list()[0].spent);
}

/// Users `a` and `b` with extensions 1 and 2, each in a namespace of its name, behind one address.
fn two_namespaces(book: &RuleBook) {
    book.namespaces().update(|namespaces| {
        for (name, line) in [("a", "tel:+11;ext=1"), ("b", "tel:+12;ext=2")] {
            let users = &mut namespaces.members_mut(name).users;
            users.insert(format!("sip:{name}@x.test").parse().unwrap(), line.parse().ok());
        }
    });
}

#[test]
fn a_rule_of_a_namespace_meets_its_devices_only() {
    let book = book(&[]);
    two_namespaces(&book);
    book.arm(rule("where = \"webticket\"\nwhat = \"reset\""), in_namespace("a")).unwrap();
    assert!(book.decide(&typed("1")).is_some());
    assert!(book.decide(&typed("2")).is_none() && book.decide(&pin()).is_none());
    book.arm(rule("where = \"webticket\"\nwhat = \"close\""), Owner::default()).unwrap();
    assert_eq!(acts(&book, &typed("2")), Some(Action::Close));
}

#[test]
fn a_namespace_hears_nothing_of_another_behind_the_same_address() {
    let local = || "127.0.0.1".parse().ok();
    let b: SipUri = "sip:b@x.test".parse().unwrap();
    let (of_b, of_nobody) = (
        Happening { source: local(), user: Some(&b), ..happening("webticket.issued") },
        Happening { source: local(), ..happening("webticket.issued") },
    );
    for (key, before, after) in [("after", false, true), ("until", true, false)] {
        let text =
            format!("where = \"webticket\"\nwhat = \"reset\"\nwhen = {{ {key} = \"webticket.issued\" }}");
        let book = book(&[]);
        two_namespaces(&book);
        book.arm(rule(&text), in_namespace("a")).unwrap();
        let acts = || book.decide(&Occasion { source: local(), ..typed("1") }).is_some();
        book.happened(&of_b);
        assert_eq!(acts(), before, "{key}");
        book.happened(&of_nobody);
        assert_eq!(acts(), after, "{key}");
    }
}

#[test]
fn a_rule_without_a_namespace_hears_everything() {
    let book = book(&["where = \"webticket\"\nwhat = \"reset\"\nwhen = { after = \"dhcp.ack\" }"]);
    two_namespaces(&book);
    let b: SipUri = "sip:b@x.test".parse().unwrap();
    let source = "127.0.0.1".parse().ok();
    book.happened(&Happening { source, user: Some(&b), ..happening("dhcp.ack") });
    assert!(book.decide(&Occasion { source, ..typed("1") }).is_some());
}

#[test]
fn ten_thousand_rules_are_the_most() {
    let book = book(&[]);
    let rule = rule("where = \"tls\"\nwhat = \"ok\"");
    for _ in 0..MAX_ARMED {
        book.arm(rule.clone(), Owner::default()).unwrap();
    }
    assert_eq!(book.arm(rule.clone(), Owner::default()), Err(RuleError::TooManyArmed { armed: MAX_ARMED }));
    assert!(book.disarm(RuleId(7)));
    assert!(book.arm(rule, Owner::default()).is_ok());
}

#[test]
fn whoever_asks_which_rules_to_disarm_may_look_into_the_book() {
    let book = book(&["where = \"tls\"\nwhat = \"ok\""]);
    assert_eq!(book.disarm_where(|rule| book.list().len() == 1 && rule.id == RuleId(1)), 1);
}

fn any_rule() -> impl Strategy<Value = String> {
    let place = "dhcp|tls|http|webticket|certprov\\.mex|userpin";
    let when = "first = [1-3]|every = [1-3]|probability = 0\\.[0-9]|after = \"dhcp\\.ack\"|until = \"web\\.restarted\"";
    let what = "what = \"ok\"|then = \\[\"ok\", \"ok\"\\]|delay = \"(normal|uniform)\\(1s, [1-9]m\\)\"";
    (place, when, what).prop_map(|(place, when, what)| {
        format!("[[rule]]\nwhere = \"{place}\"\nwhen = {{ {when} }}\n{what}\n")
    })
}

proptest! {
    #[test]
    fn whatever_comes_a_decision_is_made(
        rules in proptest::collection::vec(any_rule(), 0..6),
        comes in proptest::collection::vec((0usize..6, ".{0,20}", any::<[u8; 6]>(), any::<Option<[u8; 4]>>()), 0..40),
    ) {
        let users = users();
        let rules = RulesFile::parse(&rules.concat()).unwrap();
        let book = book(&[]);
        for rule in rules.check(&crate::rules::check::tests::known(&users)).unwrap() {
            book.arm(rule, Owner::default()).unwrap();
        }
        let mut fired = 0;
        for (place, text, mac, source) in &comes {
            let place = Place::ALL[*place];
            let (mac, source) = (Some(Mac(*mac)), source.map(std::net::IpAddr::from));
            for operation in place.operations().iter().copied().chain([text.as_str()]) {
                let occasion = Occasion {
                    mac,
                    source,
                    vendor_class: Some(text),
                    user_agent: Some(text),
                    phone_or_ext: Some(text),
                    ..Occasion::at(place, operation)
                };
                if let Some(decided) = book.decide(&occasion) {
                    fired += 1;
                    prop_assert!(decided.delay.is_none_or(|delay| delay <= Duration::from_secs(3600)));
                }
            }
            for name in ["dhcp.ack", text] {
                book.happened(&Happening { name, source, mac, user: None });
            }
        }
        prop_assert_eq!(book.list().iter().map(|rule| rule.fired).sum::<u64>(), fired);
    }
}

#[test]
fn a_rule_follows_the_line_of_its_user() {
    let book = book(&["where = \"webticket.pin\"\nwho = { user = \"kenmyer\" }\nwhat = \"close\""]);
    let ken: SipUri = "sip:kenmyer@litwareinc.com".parse().unwrap();
    book.namespaces().update(|namespaces| {
        namespaces.members_mut("a").users.insert(ken.clone(), None);
    });
    assert_eq!(acts(&book, &typed("1777")), None);
    book.line_changed(&ken, "tel:+12065551777;ext=1777".parse().ok().as_ref());
    assert_eq!(acts(&book, &typed("1777")), Some(Action::Close));
    assert_eq!(acts(&book, &typed("1219")), None);
    assert_eq!(book.namespaces().get().of(&typed("1777")), Some("a"));
}

#[test]
fn a_rule_is_over_when_it_is_spent_and_when_it_is_disarmed() {
    let book = book(&[
        "where = \"webticket\"\nwhat = \"close\"\nwhen = { first = 1 }",
        "where = \"http\"\nwhat = \"close\"",
    ]);
    assert!(!book.is_over(RuleId(1)));
    book.decide(&pin()).unwrap();
    assert!(book.is_over(RuleId(1)) && !book.is_over(RuleId(2)));
    book.disarm(RuleId(2));
    assert!(book.is_over(RuleId(2)));
}

#[test]
fn rules_of_one_place_leave_the_others_empty() {
    let book = book(&["where = \"dhcp\"\nwhat = { dhcp = \"silence\" }"]);
    assert!(!book.is_empty_at(Place::Dhcp) && book.is_empty_at(Place::WebTicket));
    book.disarm_where(|_| true);
    assert!(Place::ALL.into_iter().all(|place| book.is_empty_at(place)));
}
