//! A pool of two: the service on one side, its client on the other.

// The paths are spelled out because `tests/secrecy.rs` takes this file in from elsewhere.
#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/memory.rs"]
mod memory;

pub(crate) use certificates::Authority;
pub(crate) use memory::{Behaviour, Memory};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use lync_model::diagnostics::DiagnosticsTable;
use lync_model::journal::Note;
use lync_model::rules::{Known, Owner, RuleBook, RulesFile};
use lync_model::{Clock, Event, EventLog, Pin, User};
use lync_net::tls::{self, TrustStore};
use lync_net::{CancellationToken, Connection, Door, Options, bind, serve};
use lync_proto::userpin::PinDecryptionKey;
use lync_userpin::{Client, Target, Timeouts};
use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinHandle;

pub(crate) const HOST: &str = "pool.test";

/// A running service. Dropping it kills it.
pub(crate) struct Service {
    pub(crate) addr: SocketAddr,
    pub(crate) rules: Arc<RuleBook>,
    /// Refuses connections when it is closed.
    pub(crate) door: Door,
    /// The notes on its answers, in their order.
    notes: Arc<Mutex<Vec<Note>>>,
    /// The connections that brought a request.
    pub(crate) connections: Arc<Mutex<HashSet<u64>>>,
    task: JoinHandle<()>,
}

impl Service {
    pub(crate) async fn start(authority: &Authority, memory: &Arc<Memory>) -> Self {
        Self::start_at("127.0.0.1:0".parse().unwrap(), authority, memory).await
    }

    /// With a key of its own, as after a restart.
    pub(crate) async fn start_at(addr: SocketAddr, authority: &Authority, memory: &Arc<Memory>) -> Self {
        let connections = Arc::new(Mutex::new(HashSet::new()));
        let notes = Arc::new(Mutex::new(Vec::new()));
        let (seen, noted) = (Arc::clone(&connections), Arc::clone(&notes));
        let watch = from_fn(move |request: Request, next: Next| {
            let (seen, noted) = (Arc::clone(&seen), Arc::clone(&noted));
            async move {
                let id = request.extensions().get::<Connection>().unwrap().id;
                seen.lock().unwrap().insert(id);
                let response = next.run(request).await;
                let note = response.extensions().get::<Note>();
                noted.lock().unwrap().push(note.expect("every response carries a note").clone());
                response
            }
        });
        let key = Arc::new(PinDecryptionKey::generate().unwrap());
        let rules = Arc::new(RuleBook::new(Clock::system()));
        let app = lync_userpin::router(memory.clone(), key, [HOST], Arc::clone(&rules)).layer(watch);
        let acceptor =
            tls::server_mutual(&authority.issue_member(), authority.trust(), &Clock::system()).unwrap();
        let listener = bind(addr).unwrap();
        let addr = listener.local_addr().unwrap();
        let door = Door::new();
        let options = Options { door: Some(door.clone()), ..Options::default() };
        let task = tokio::spawn(serve(listener, Some(acceptor), app, options, CancellationToken::new()));
        Self { addr, rules, door, notes, connections, task }
    }

    /// Arms the rules of this file.
    pub(crate) fn arm(&self, rules: &str) {
        let table = DiagnosticsTable::built_in();
        let read = |_: &str| Err("there are no files here".to_owned());
        let known = Known { users: &[kenmyer()], diagnostics: &table, read: &read };
        for rule in RulesFile::parse(rules).unwrap().rules {
            self.rules.arm(rule.check(&known).unwrap(), Owner::default()).unwrap();
        }
    }

    /// The notes since the last call.
    pub(crate) fn noted(&self) -> Vec<Note> {
        std::mem::take(&mut *self.notes.lock().unwrap())
    }

    /// Ends it as if its process had died.
    pub(crate) async fn kill(mut self) -> SocketAddr {
        self.task.abort();
        assert!((&mut self.task).await.unwrap_err().is_cancelled());
        self.addr
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn kenmyer() -> User {
    User {
        sip_uri: "sip:kenmyer@litwareinc.com".parse().unwrap(),
        display_name: "Ken Myer".to_owned(),
        line_uri: Some("tel:+12065551219;ext=1219".parse().unwrap()),
        enabled: true,
        enterprise_voice: true,
        pin_set_at: None,
    }
}

#[derive(Default)]
pub(crate) struct Events(Mutex<Vec<Event>>);

impl EventLog for Events {
    fn write(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }
}

impl Events {
    /// The requests that the events since the last call name, and how well each is known.
    pub(crate) fn take(&self) -> Vec<String> {
        let events = std::mem::take(&mut *self.0.lock().unwrap());
        let short = |event: &Event| {
            assert_eq!(
                (event.source, event.id, event.task_category),
                ("LS UserPin Service", Some(47067), Some(1044))
            );
            let request = event.description.split("HTTP request ").nth(1).unwrap().split(' ').next().unwrap();
            format!("{request} {}", event.evidence)
        };
        events.iter().map(short).collect()
    }
}

/// What the article shows after a failed hop.
pub(crate) const BOTH: [&str; 2] =
    ["GetEncryptionKeyRequest documented", "GetPublishedCertRequest documented"];

/// A client and what it writes to.
pub(crate) struct Asker {
    pub(crate) client: Client,
    pub(crate) events: Arc<Events>,
    pub(crate) trust: TrustStore,
}

impl Asker {
    pub(crate) fn new(addr: SocketAddr, trusted: &Authority, own: &Authority) -> Self {
        let url = format!("https://{HOST}:{}/LiveServer/UserPinService", addr.port());
        let target = Target::new(&url, addr).unwrap();
        let (events, trust) = (Arc::new(Events::default()), trusted.trust());
        let identity = own.issue_member();
        let client = Client::new(target, trust.clone(), &identity, Clock::system(), events.clone()).unwrap();
        Self { client, events, trust }
    }

    /// Does not wait long for a service that hangs.
    pub(crate) fn impatient(mut self) -> Self {
        let soon = Duration::from_secs(1);
        self.client = self.client.with_timeouts(Timeouts { connect: soon, request: soon });
        self
    }
}

pub(crate) fn pin(digits: &str) -> Pin {
    Pin::new(digits)
}
