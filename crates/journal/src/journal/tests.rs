use super::*;
use crate::sample;
use lync_model::journal::Journal as _;
use lync_model::journal::{HttpRaw, Outcome, Raw};
use lync_model::rules::Members;
use lync_net::{Chunk, Wire};
use proptest::prelude::*;

fn seqs(entries: &[Arc<Entry>]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

#[test]
fn entries_are_numbered_from_1_and_the_oldest_give_way() {
    let journal = sample::with(Limits { entries: 2, ..Limits::default() });
    for event in ["dhcp.ack", "certprov.roots", "webticket.issued"] {
        journal.record(sample::entry(event));
    }
    assert_eq!(seqs(&journal.entries(&Filter::default())), [2, 3]);
    assert_eq!(journal.last_seq(), 3);
    assert_eq!(journal.entry(1), None);
    assert_eq!(journal.entry(3).unwrap().event, "webticket.issued");
    assert_eq!(seqs(&journal.entries(&Filter::default().since(2))), [3]);
}

#[test]
fn an_entry_that_is_too_large_is_kept_without_its_bytes() {
    let journal = sample::with(Limits { bytes: 10_000, ..Limits::default() });
    let large = || {
        let mut entry = sample::entry("http");
        let raw = HttpRaw { request_body: "x".repeat(20_000), ..HttpRaw::default() };
        entry.raw = Some(Raw::Http(Box::new(raw)));
        entry
    };
    journal.record(sample::entry("dhcp.ack"));
    journal.record(large());
    assert_eq!(seqs(&journal.entries(&Filter::default())), [1, 2]);
    assert_eq!(journal.entry(2).unwrap().raw, None);
}

#[test]
fn clearing_a_namespace_leaves_the_others_and_the_numbers_go_on() {
    let journal = sample::journal();
    for namespace in ["a", "b"] {
        let entry = Entry { namespace: Some(namespace.to_owned()), ..sample::entry("http") };
        journal.record(entry);
    }
    journal.record(sample::entry("http"));
    journal.clear(Some("a"));
    assert_eq!(seqs(&journal.entries(&Filter::default())), [2, 3]);
    assert_eq!(journal.entry(3).unwrap().seq, 3);
    journal.clear(None);
    assert!(journal.entries(&Filter::default()).is_empty());
    journal.record(sample::entry("http"));
    assert_eq!(seqs(&journal.entries(&Filter::default())), [4]);
}

#[test]
fn clearing_takes_the_connections_too() {
    let journal = sample::journal();
    journal.observer("https", true).ended(sample::ended(1, &[(false, b"a")]));
    let full = journal.pcapng(&Filter::default()).len();
    journal.clear(Some("a"));
    assert_eq!(journal.pcapng(&Filter::default()).len(), full);
    journal.clear(None);
    assert!(journal.pcapng(&Filter::default()).len() < full);
}

#[test]
fn an_entry_belongs_to_the_namespace_of_its_user_else_of_its_connection_else_of_its_address() {
    let clock = Clock::stopped(sample::NOON);
    let rules = Arc::new(RuleBook::new(clock.clone()));
    rules.namespaces().update(|namespaces| {
        let user = ("sip:a@x.test".parse().unwrap(), None);
        *namespaces.members_mut("a") = Members { users: [user].into(), ..Members::default() };
        namespaces.members_mut("here").sources.push("127.0.0.1".parse().unwrap());
    });
    let journal = Journal::new(clock, Limits::default(), rules);
    let on_connection = |event, connection| {
        let mut entry = sample::from(event, "127.0.0.1:9");
        entry.connection = Some(connection);
        entry
    };
    let mut issued = on_connection("webticket.issued", 1);
    issued.device.user = Some("sip:a@x.test".to_owned());
    let mut verified = Entry { event: "userpin.verified".to_owned(), ..issued.clone() };
    verified.protocol = Protocol::UserPin;
    verified.connection = Some(5);
    let mut hop = on_connection("connection", 5);
    hop.decoded.insert("listener".to_owned(), "userpin".to_owned());
    let given = Entry { namespace: Some("given".to_owned()), ..issued.clone() };
    let entries = [
        (on_connection("certprov.roots", 2), Some("here")),
        (issued, Some("a")),
        (on_connection("connection", 1), Some("a")),
        (verified, Some("a")),
        (hop, None),
        (given, Some("given")),
        (sample::entry("event-log"), None),
    ];
    for (entry, namespace) in entries {
        let told = entry.event.clone();
        journal.record(entry);
        let kept = journal.entry(journal.last_seq()).unwrap();
        assert_eq!(kept.namespace.as_deref(), namespace, "{told}");
    }
}

#[test]
fn json_lines_read_back() {
    let journal = sample::journal();
    journal.record(sample::of_user("webticket.issued", "sip:a@x.test"));
    journal.record(sample::entry("dhcp.dropped"));
    let text = journal.json_lines(&Filter::default());
    let read: Vec<Entry> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let kept = journal.entries(&Filter::default());
    assert_eq!(read.iter().collect::<Vec<_>>(), kept.iter().map(|entry| &**entry).collect::<Vec<_>>());
    assert_eq!(read[1].outcome, Outcome::Dropped);
    assert!(text.ends_with('\n'));
}

#[test]
fn no_secret_of_a_sign_in_stands_in_what_is_kept() {
    let journal = sample::journal();
    let mut exchange = sample::exchange("POST", "http://1219:071299@h/WebTicket");
    exchange.request_headers.insert("authorization", "Basic 071299".parse().unwrap());
    exchange.request_body = "<a><PhoneOrExt>071299</PhoneOrExt><s:Password>071299</s:Password></a>".into();
    let response = exchange.response.as_mut().unwrap();
    response.headers.insert("set-cookie", "pin=071299".parse().unwrap());
    response.body = "<t:BinarySecret>071299</t:BinarySecret>".into();
    journal.observer("http", false).exchanged(exchange);
    journal
        .observer("http", false)
        .ended(sample::ended(1, &[(false, b"GET / HTTP/1.1\r\nAuthorization: 071299\r\n\r\n")]));
    let everything = Filter::default();
    let capture = journal.pcapng(&everything);
    let texts = [
        journal.json_lines(&everything),
        journal.har(&everything).to_string(),
        String::from_utf8_lossy(&capture).into_owned(),
        format!("{:?}", journal.entries(&everything)),
    ];
    for text in texts {
        assert!(!text.contains("071299"), "{text}");
    }
}

#[test]
fn a_clock_at_the_beginning_of_all_dates_ends_nothing() {
    let clock = Clock::stopped(time::PrimitiveDateTime::MIN.assume_utc());
    let journal = Journal::new(clock.clone(), Limits::default(), Arc::new(RuleBook::new(clock)));
    let watch = journal.observer("http", false);
    watch.exchanged(sample::exchange("GET", "/"));
    watch.ended(sample::ended(1, &[(false, b"a")]));
    assert_eq!(journal.last_seq(), 2);
    assert!(!journal.pcapng(&Filter::default()).is_empty());
}

fn ended(id: u64, lengths: &[usize]) -> EndedConnection {
    let chunk = |length: &usize| Chunk { sent: false, after: Duration::ZERO, bytes: vec![0; *length] };
    let wire = Wire { chunks: lengths.iter().map(chunk).collect(), cut: false };
    EndedConnection { wire, ..sample::ended(id, &[]) }
}

proptest! {
    #[test]
    fn the_bounds_hold_whatever_comes(
        entries in 0..20_usize,
        bytes in 0..20_000_usize,
        connections in 0..5_usize,
        wire_bytes in 0..20_000_usize,
        came in prop::collection::vec(
            (0..3_u8, 0..15_000_usize, prop::collection::vec(0..5_000_usize, 0..5)), 0..60),
    ) {
        let limits = Limits { entries, bytes, connections, wire_bytes, tls_keys: false };
        let journal = sample::with(limits);
        let watch = journal.observer("https", true);
        for (id, (kind, length, lengths)) in (1..).zip(&came) {
            match kind {
                0 => watch.ended(ended(id, lengths)),
                1 => journal.record(Entry { summary: "x".repeat(*length), ..sample::entry("http") }),
                _ => {
                    let mut exchange = sample::exchange("POST", "/");
                    exchange.request_body = "x".repeat(*length).into();
                    watch.exchanged(exchange);
                }
            }
            let kept = journal.entries(&Filter::default());
            prop_assert!(kept.len() <= entries);
            let texts: usize = kept.iter().map(|entry| serde_json::to_string(&**entry).unwrap().len()).sum();
            // JSON is shorter than what an entry is reckoned at, but for the names of its fields.
            prop_assert!(texts <= bytes, "{texts}");
            prop_assert_eq!(journal.last_seq(), id);
            let wires = journal.lock().connections(&Default::default(), true);
            prop_assert!(wires.len() <= connections);
            let held = wires.iter().flat_map(|kept| &kept.wire.chunks).map(|chunk| chunk.bytes.len());
            prop_assert!(held.sum::<usize>() <= wire_bytes);
        }
        prop_assert!(journal.lock().adds_up());
    }
}
