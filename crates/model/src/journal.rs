//! What happened, on every protocol, as the parts note it.
//!
//! The journal itself is lync-journal's; here is what an entry says. Entries hold no PIN, no password and no key.

mod entry;
mod note;

pub use entry::{Device, Diagnosed, Entry, HttpRaw, Outcome, Protocol, Raw, RuleFired};
pub use note::Note;

/// Where the parts note what happened.
pub trait Journal: Send + Sync {
    /// Notes one entry; the journal gives it its number. Must not block: the journal is bounded and drops its oldest.
    fn record(&self, entry: Entry);
}

/// A journal that keeps nothing, for tests and benches.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoJournal;

impl Journal for NoJournal {
    fn record(&self, _: Entry) {}
}

/// The names of entries: what `wait`, `verify`, `after` and `until` ask for.
pub mod names {
    /// A DHCPINFORM was answered, or a lease granted.
    pub const DHCP_ACK: &str = "dhcp.ack";
    /// A client was offered an address.
    pub const DHCP_OFFER: &str = "dhcp.offer";
    /// A client was refused the address that it asked for.
    pub const DHCP_NAK: &str = "dhcp.nak";
    /// A client gave its address back.
    pub const DHCP_RELEASED: &str = "dhcp.released";
    /// A client found that somebody else uses the address it was given.
    pub const DHCP_DECLINED: &str = "dhcp.declined";
    /// An address that was about to be offered answered a ping: somebody uses it without a lease.
    pub const DHCP_IN_USE: &str = "dhcp.in-use";
    /// A DHCP datagram got no answer.
    pub const DHCP_DROPPED: &str = "dhcp.dropped";
    /// A TCP connection ended; its TLS handshake had succeeded, where it has TLS.
    pub const CONNECTION: &str = "connection";
    /// A TCP connection ended before its TLS handshake did.
    pub const TLS_FAILED: &str = "tls.failed";
    /// GetRootCertChains was answered with the chain.
    pub const CERTPROV_ROOTS: &str = "certprov.roots";
    /// A certificate was issued and published.
    pub const CERTPROV_PUBLISHED: &str = "certprov.published";
    /// CertProv refused.
    pub const CERTPROV_REFUSED: &str = "certprov.refused";
    /// A web ticket was issued.
    pub const WEBTICKET_ISSUED: &str = "webticket.issued";
    /// A request without credentials was told how to authenticate.
    pub const WEBTICKET_CHALLENGED: &str = "webticket.challenged";
    /// The web ticket service refused.
    pub const WEBTICKET_REFUSED: &str = "webticket.refused";
    /// Metadata were read.
    pub const METADATA: &str = "metadata";
    /// The user-PIN service gave its encryption key.
    pub const USERPIN_KEY: &str = "userpin.key";
    /// The user-PIN service found number and PIN to be a user's.
    pub const USERPIN_VERIFIED: &str = "userpin.verified";
    /// The user-PIN service refused.
    pub const USERPIN_REFUSED: &str = "userpin.refused";
    /// The user-PIN service kept a certificate.
    pub const USERPIN_PUBLISHED: &str = "userpin.published";
    /// The user-PIN service told which certificates a user has.
    pub const USERPIN_CERTIFICATES: &str = "userpin.certificates";
    /// Any other HTTP request.
    pub const HTTP: &str = "http";
    /// An entry of the event log.
    pub const EVENT_LOG: &str = "event-log";
    /// The internal web service was restarted.
    pub const WEB_RESTARTED: &str = "web.restarted";
    /// A scenario was armed.
    pub const SCENARIO_ARMED: &str = "scenario.armed";
    /// A scenario was lifted.
    pub const SCENARIO_LIFTED: &str = "scenario.lifted";
    /// The clock was set or advanced.
    pub const CLOCK_CHANGED: &str = "clock.changed";

    /// Every name.
    pub const ALL: [&str; 27] = [
        DHCP_ACK,
        DHCP_OFFER,
        DHCP_NAK,
        DHCP_RELEASED,
        DHCP_DECLINED,
        DHCP_IN_USE,
        DHCP_DROPPED,
        CONNECTION,
        TLS_FAILED,
        CERTPROV_ROOTS,
        CERTPROV_PUBLISHED,
        CERTPROV_REFUSED,
        WEBTICKET_ISSUED,
        WEBTICKET_CHALLENGED,
        WEBTICKET_REFUSED,
        METADATA,
        USERPIN_KEY,
        USERPIN_VERIFIED,
        USERPIN_REFUSED,
        USERPIN_PUBLISHED,
        USERPIN_CERTIFICATES,
        HTTP,
        EVENT_LOG,
        WEB_RESTARTED,
        SCENARIO_ARMED,
        SCENARIO_LIFTED,
        CLOCK_CHANGED,
    ];
}
