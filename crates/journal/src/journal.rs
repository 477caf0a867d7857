//! The journal itself: what is asked of it, and by whom.

use crate::kept::{Kept, KeptConnection};
use crate::keys::Keys;
use crate::{
    DeviceSession, Directory, Filter, Missed, Sequence, Unmet, Verification, devices, har, observer, pcapng,
};
use crate::{verify, wait};
use lync_model::journal::{Entry, Protocol};
use lync_model::ports::NumberDirectory;
use lync_model::rules::{Happening, Mac, Namespaces, Occasion, Place, RuleBook};
use lync_model::{Clock, Live, SipUri};
use lync_net::{EndedConnection, Observer};
use std::fmt::{self, Write};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// What is kept at most. The oldest gives way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Entries.
    pub entries: usize,
    /// Bytes of all entries together, most of which is what went over the wire, decrypted. The oldest entries lose
    /// that first, and an entry that is larger alone is kept without it.
    pub bytes: usize,
    /// TCP connections whose bytes are kept for pcapng.
    pub connections: usize,
    /// Bytes of all these connections together. Of a connection that is larger alone none are kept.
    pub wire_bytes: usize,
    /// Whether the keys of TLS connections are kept, so that a pcapng can be decrypted. Whoever has such a file reads
    /// all that the peers said, PINs included.
    pub tls_keys: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            entries: 2_000,
            bytes: 5 * 1024 * 1024,
            connections: 1_000,
            wire_bytes: 3 * 1024 * 1024,
            tls_keys: false,
        }
    }
}

/// What happened on every protocol, the newest last.
pub struct Journal {
    clock: Clock,
    limits: Limits,
    rules: Arc<RuleBook>,
    kept: Mutex<Kept>,
    keys: Option<Arc<Keys>>,
    directory: Live<Directory>,
    /// The number of the newest entry; tells waiters that there is one.
    last: watch::Sender<u64>,
}

/// How the journal is filled.
impl Journal {
    /// An empty journal. `rules` tells the namespaces, and is told what happens.
    pub fn new(clock: Clock, limits: Limits, rules: Arc<RuleBook>) -> Arc<Self> {
        Arc::new(Self {
            clock,
            limits,
            rules,
            kept: Mutex::new(Kept::new(limits)),
            keys: limits.tls_keys.then(|| Arc::new(Keys::new(&limits))),
            directory: Live::new(Directory::default()),
            last: watch::Sender::new(0),
        })
    }

    /// Whose number is whose. Whoever changes users says so here.
    pub fn directory(&self) -> &Live<Directory> {
        &self.directory
    }

    /// Whoever serves a listener tells it here what came. `listener` is `http`, `https` or `userpin`, as the
    /// operations of [`Place::Tls`] are; `tls` says whether it speaks TLS.
    pub fn observer(self: &Arc<Self>, listener: &'static str, tls: bool) -> Arc<dyn Observer> {
        observer::new(Arc::clone(self), listener, tls)
    }

    /// Where TLS servers leave their keys; only if [`Limits::tls_keys`] is set.
    pub fn key_log(self: &Arc<Self>) -> Option<Arc<dyn rustls::KeyLog>> {
        let keys = Arc::clone(self.keys.as_ref()?);
        Some(keys)
    }

    /// Forgets the entries and connections of a namespace, or all of them. The numbers go on.
    pub fn clear(&self, namespace: Option<&str>) {
        self.lock().clear(namespace);
        if let (None, Some(keys)) = (namespace, &self.keys) {
            keys.clear();
        }
    }

    /// The present moment less `ago`: when something began that took so long.
    pub(crate) fn began(&self, ago: Duration) -> time::OffsetDateTime {
        let now = self.clock.now();
        // Asked in destructors, where a clock that was set to the beginning of all dates must not end the process.
        time::Duration::try_from(ago).ok().and_then(|ago| now.checked_sub(ago)).unwrap_or(now)
    }

    /// Of a refused PIN a handler knows what was typed, and not whose it is.
    fn name_user(&self, entry: &mut Entry) {
        let device = &mut entry.device;
        if let (None, Some(typed)) = (&device.user, &device.phone_or_ext) {
            device.user = self.directory.get().only_user_of(typed).map(ToString::to_string);
        }
    }

    /// Keeps what went over the wire, and notes that the connection ended.
    pub(crate) fn ended(&self, ended: EndedConnection, listener: &'static str, tls: bool) {
        let began = self.began(ended.duration);
        let (entry, connection) = observer::ended(ended, listener, tls, began);
        self.note(entry, Some(connection));
    }

    fn note(&self, mut entry: Entry, connection: Option<KeptConnection>) {
        self.name_user(&mut entry);
        let device = Identity::of(&entry);
        let namespaces = self.rules.namespaces().get();
        let mut kept = self.lock();
        if entry.namespace.is_none() && !namespaces.is_empty() {
            entry.namespace =
                device.namespace(&namespaces, || kept.namespace_of_connection(entry.connection));
        }
        if let Some(connection) = connection {
            kept.push_connection(KeptConnection { namespace: entry.namespace.clone(), ..connection });
        }
        let entry = kept.push(entry);
        drop(kept);
        // Rules first: whom a waiter wakes finds them as they are after this entry.
        self.rules.happened(&Happening {
            name: &entry.event,
            source: device.source,
            mac: device.mac,
            user: device.user.as_ref(),
        });
        self.last.send_if_modified(|last| {
            let newer = entry.seq > *last;
            *last = entry.seq.max(*last);
            newer
        });
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // What is kept is whole between its methods; a panic within one could at worst leave a count wrong.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl NumberDirectory for Journal {
    fn is_somebodys(&self, phone_or_ext: &str) -> bool {
        self.directory.get().has(phone_or_ext)
    }
}

impl lync_model::journal::Journal for Journal {
    fn record(&self, entry: Entry) {
        self.note(entry, None);
    }
}

/// What the journal is asked.
impl Journal {
    /// The entries that the filter means, the oldest first.
    pub fn entries(&self, filter: &Filter) -> Vec<Arc<Entry>> {
        let all = self.entries_after(filter.since.unwrap_or(0));
        filter.cut(all.into_iter().filter(|entry| filter.matches(entry)).collect())
    }

    /// The entry of this number, while it is kept.
    pub fn entry(&self, seq: u64) -> Option<Arc<Entry>> {
        self.lock().entry(seq)
    }

    /// The number of the newest entry, 0 when there was none.
    pub fn last_seq(&self) -> u64 {
        self.lock().last_seq()
    }

    /// Changes with every entry; its value is the number of the newest.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.last.subscribe()
    }

    /// Which devices were there, each with its entries; of these, only those that the filter means. See
    /// [`DeviceSession`] for how they are told apart.
    pub fn devices(&self, filter: &Filter) -> Vec<DeviceSession> {
        devices::sessions(&self.entries(filter))
    }

    /// Waits until there are `count` entries that the filter means, its `limit` apart, and answers with them.
    ///
    /// # Errors
    /// When there are fewer after `timeout`; says which, and what came nearest.
    pub async fn wait(
        &self,
        filter: &Filter,
        count: u64,
        timeout: Duration,
    ) -> Result<Vec<Arc<Entry>>, Box<Missed>> {
        wait::wait(self, filter, count, timeout).await
    }

    /// Whether so many entries are there as are asked for.
    ///
    /// # Errors
    /// When there are fewer or more; says what did happen.
    pub fn verify(&self, verification: &Verification) -> Result<(), Box<Unmet>> {
        verify::count(verification, &self.everything())
    }

    /// Whether something happened in this order.
    ///
    /// # Errors
    /// When it did not; says how far it came, and what did happen.
    pub fn verify_sequence(&self, sequence: &Sequence) -> Result<(), Box<Unmet>> {
        verify::order(sequence, &self.everything())
    }

    /// How many entries are kept at most.
    pub(crate) fn capacity(&self) -> usize {
        self.limits.entries
    }

    /// All entries, the oldest first.
    pub(crate) fn everything(&self) -> Vec<Arc<Entry>> {
        self.entries_after(0)
    }

    /// The entries whose number is greater.
    pub(crate) fn entries_after(&self, seq: u64) -> Vec<Arc<Entry>> {
        self.lock().entries_after(seq)
    }
}

/// What others read.
impl Journal {
    /// The entries as JSON, one in each line.
    pub fn json_lines(&self, filter: &Filter) -> String {
        self.entries(filter).iter().filter_map(|entry| serde_json::to_string(&**entry).ok()).fold(
            String::new(),
            |mut text, line| {
                // Writing into a string does not fail.
                let _ = writeln!(text, "{line}");
                text
            },
        )
    }

    /// The HTTP requests among the entries as an HTTP Archive 1.2.
    pub fn har(&self, filter: &Filter) -> serde_json::Value {
        har::archive(&self.entries(filter))
    }

    /// The connections and the DHCP datagrams of the entries as a capture file, made from what was kept.
    ///
    /// Connections that are still open are not in it, nor are those of which nothing is kept any more.
    pub fn pcapng(&self, filter: &Filter) -> Vec<u8> {
        let entries = self.entries(filter);
        let wanted = entries.iter().filter_map(|entry| entry.connection).collect();
        let connections = self.lock().connections(&wanted, *filter == Filter::default());
        pcapng::capture(&entries, &connections, self.keys.as_deref())
    }
}

impl fmt::Debug for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Journal").field("limits", &self.limits).field("last_seq", &self.last_seq()).finish()
    }
}

/// Whose entry it is, in the model's types.
struct Identity {
    source: Option<IpAddr>,
    mac: Option<Mac>,
    user: Option<SipUri>,
    phone_or_ext: Option<String>,
}

impl Identity {
    fn of(entry: &Entry) -> Self {
        let peer = entry.peer.map(|peer| peer.ip().to_canonical());
        Self {
            // Who asks on :444 is the front end itself, wherever the device is.
            source: peer.filter(|_| entry.protocol != Protocol::UserPin && !observer::is_userpin(entry)),
            mac: crate::filter::mac_of(entry),
            user: entry.device.user.as_deref().and_then(|user| user.parse().ok()),
            phone_or_ext: entry.device.phone_or_ext.clone(),
        }
    }

    /// By who it is, else by what the connection was before, else by where it came from.
    fn namespace(
        &self,
        namespaces: &Namespaces,
        of_connection: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        let who = Occasion {
            mac: self.mac,
            phone_or_ext: self.phone_or_ext.as_deref(),
            user: self.user.as_ref(),
            ..Occasion::at(Place::Http, "")
        };
        let place = Occasion { source: self.source, ..Occasion::at(Place::Http, "") };
        let found = |occasion| namespaces.of(&occasion).map(str::to_owned);
        found(who).or_else(of_connection).or_else(|| found(place))
    }
}

#[cfg(test)]
mod tests;
