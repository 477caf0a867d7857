//! What the listeners tell: requests become entries, connections become entries and captures.

use crate::exchange;
use crate::journal::Journal;
use crate::kept::KeptConnection;
use lync_model::journal::{Entry, Journal as _, Outcome, Protocol, names};
use lync_net::{EndedConnection, HttpExchange, Observer, TlsInfo, Wire};
use std::sync::Arc;
use time::OffsetDateTime;

/// The listener of the user-PIN service. Its client is the front end.
const USERPIN: &str = "userpin";

/// The name of the listener, among what an entry tells decoded.
const LISTENER: &str = "listener";

pub(crate) fn new(journal: Arc<Journal>, listener: &'static str, tls: bool) -> Arc<dyn Observer> {
    Arc::new(Watch { journal, listener, tls })
}

/// Whether the entry is about a connection to the user-PIN service.
pub(crate) fn is_userpin(entry: &Entry) -> bool {
    listener(entry) == Some(USERPIN)
}

/// The listener of a connection or of a request.
pub(crate) fn listener(entry: &Entry) -> Option<&str> {
    entry.decoded.get(LISTENER).map(String::as_str)
}

struct Watch {
    journal: Arc<Journal>,
    listener: &'static str,
    tls: bool,
}

impl Observer for Watch {
    fn exchanged(&self, exchange: HttpExchange) {
        let at = self.journal.began(exchange.duration);
        let mut entry = exchange::entry(&exchange, self.tls, at);
        entry.decoded.insert(LISTENER.to_owned(), self.listener.to_owned());
        self.journal.record(entry);
    }

    fn ended(&self, connection: EndedConnection) {
        self.journal.ended(connection, self.listener, self.tls);
    }
}

/// The entry about a connection, and what is kept of it.
pub(crate) fn ended(
    ended: EndedConnection,
    listener: &'static str,
    tls: bool,
    began: OffsetDateTime,
) -> (Entry, KeptConnection) {
    let mut entry = match &ended.failed {
        Some(reason) if tls => Entry::new(began, Protocol::Tls, names::TLS_FAILED, Outcome::Failed, reason),
        Some(reason) => Entry::new(began, Protocol::Tls, names::CONNECTION, Outcome::Failed, reason),
        None => {
            let summary = summary(ended.tls.as_deref(), &ended.wire);
            Entry::new(began, Protocol::Tls, names::CONNECTION, Outcome::Ok, summary)
        }
    };
    if let Some(note) = ended.note {
        entry.summary = format!("{}; {}", note.summary, entry.summary);
        entry.outcome = note.outcome;
        entry.rule = note.rule;
    }
    entry.correlation = Some(ended.id.to_string());
    entry.connection = Some(ended.id);
    entry.peer = Some(ended.peer);
    entry.local = Some(ended.local);
    entry.duration_us = exchange::micros(ended.duration);
    entry.decoded.insert(LISTENER.to_owned(), listener.to_owned());
    if let Some(tls) = &ended.tls {
        describe(tls, &mut entry);
    }
    let kept = KeptConnection {
        id: ended.id,
        peer: ended.peer,
        local: ended.local,
        began,
        duration: ended.duration,
        failed: ended.failed,
        reset: ended.reset,
        namespace: None,
        // A phone may speak plainly to a port of TLS, too.
        wire: if tls && ended.tls.is_some() { ended.wire } else { crate::redact::wire(ended.wire) },
    };
    (entry, kept)
}

fn describe(tls: &TlsInfo, entry: &mut Entry) {
    let mut told = |name: &str, value: &str| entry.decoded.insert(name.to_owned(), value.to_owned());
    told("tls.version", tls.version);
    told("tls.cipher", tls.cipher);
    if let Some(sni) = &tls.sni {
        told("tls.sni", sni);
    }
}

/// `TLSv1_2, 1204 bytes received, 3310 sent`.
fn summary(tls: Option<&TlsInfo>, wire: &Wire) -> String {
    let protocol = tls.map_or("plain TCP", |tls| tls.version);
    let bytes = |sent: bool| {
        let chunks = wire.chunks.iter().filter(|chunk| chunk.sent == sent);
        chunks.map(|chunk| chunk.bytes.len()).sum::<usize>()
    };
    let cut = if wire.cut { " at least" } else { "" };
    format!("{protocol},{cut} {} bytes received, {} sent", bytes(false), bytes(true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Filter, sample};
    use lync_model::journal::Note;

    #[test]
    fn a_connection_becomes_an_entry_with_what_tls_agreed_on() {
        let journal = sample::journal();
        let watch = journal.observer("https", true);
        watch.ended(sample::ended(7, &[(false, b"hello"), (true, b"hi")]));
        let entry = journal.entry(1).unwrap();
        assert_eq!((entry.event.as_str(), entry.outcome), ("connection", Outcome::Ok));
        assert_eq!(entry.summary, "TLSv1_2, 5 bytes received, 2 sent");
        assert_eq!(entry.connection, Some(7));
        assert_eq!(entry.decoded.get("tls.sni").map(String::as_str), Some("pool.test"));
        assert_eq!(listener(&entry), Some("https"));
        assert_eq!(entry.at, sample::NOON - std::time::Duration::from_millis(20));
    }

    #[test]
    fn a_handshake_that_fails_is_tls_failed_and_a_plain_connection_never_is() {
        let journal = sample::journal();
        let failed = |id| EndedConnection {
            failed: Some("no common version".to_owned()),
            tls: None,
            ..sample::ended(id, &[])
        };
        journal.observer("https", true).ended(failed(1));
        journal.observer("http", false).ended(failed(2));
        let entries = journal.entries(&Filter { outcome: Some(Outcome::Failed), ..Filter::default() });
        let events: Vec<_> = entries.iter().map(|entry| entry.event.as_str()).collect();
        assert_eq!(events, ["tls.failed", "connection"]);
        assert_eq!(entries[0].summary, "no common version");
    }

    #[test]
    fn what_was_sent_plainly_to_a_port_of_tls_is_redacted() {
        let sent = b"GET / HTTP/1.1\r\nAuthorization: Basic MTIxOTowNzEy\r\n\r\n";
        let plain = EndedConnection { tls: None, ..sample::ended(1, &[(false, sent)]) };
        let (_, kept) = ended(plain, "https", true, sample::NOON);
        let text = String::from_utf8(kept.wire.chunks[0].bytes.clone()).unwrap();
        assert!(text.contains("Authorization: *****") && !text.contains("MTIx"), "{text}");
    }

    #[test]
    fn a_rule_that_met_a_connection_stands_in_its_entry() {
        let journal = sample::journal();
        let mut note = Note::new(Protocol::Tls, names::CONNECTION, Outcome::Failed, "the rule \"r\" acted");
        note.rule = Some(sample::rule());
        journal.observer("https", true).ended(EndedConnection { note: Some(note), ..sample::ended(7, &[]) });
        journal.observer("https", true).ended(sample::ended(8, &[]));
        let rules: Vec<_> = (1..=2).map(|seq| journal.entry(seq).unwrap().rule.clone()).collect();
        assert_eq!(rules, [Some(sample::rule()), None]);
        assert_eq!(journal.entry(1).unwrap().outcome, Outcome::Failed);
    }
}
