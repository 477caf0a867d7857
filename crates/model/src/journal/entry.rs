//! One entry of the journal. Its JSON form is an interface.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use time::OffsetDateTime;

/// Something that happened.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Counts the entries of one journal from 1; the journal sets it.
    pub seq: u64,
    /// When it began, by the pool's clock.
    #[serde(with = "time::serde::rfc3339")]
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: OffsetDateTime,
    /// The protocol.
    pub protocol: Protocol,
    /// One of [`names`](super::names).
    pub event: String,
    /// How it ended.
    pub outcome: Outcome,
    /// One line for a person.
    pub summary: String,
    /// What the answer carries to be found again: X-MS-Correlation-Id at the web services, the transaction id at DHCP,
    /// the connection's number otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// The TCP connection, counted in this process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// The client's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub peer: Option<SocketAddr>,
    /// Our end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub local: Option<SocketAddr>,
    /// Who it was, as far as this entry tells.
    #[serde(default)]
    pub device: Device,
    /// The rule that acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<RuleFired>,
    /// What a refusal said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diagnostic: Option<Diagnosed>,
    /// The namespace whose device it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// How long it took, in microseconds of real time.
    #[serde(default)]
    pub duration_us: u64,
    /// What was in it, decoded, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub decoded: BTreeMap<String, String>,
    /// What went over the wire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<Raw>,
}

/// The protocol of an entry.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Protocol {
    /// DHCP.
    Dhcp,
    /// TCP and TLS.
    Tls,
    /// Plain HTTP or HTTPS, of no service.
    Http,
    /// CertProv.
    CertProv,
    /// The web ticket service.
    WebTicket,
    /// The user-PIN service on :444.
    UserPin,
    /// The pool itself: events, restarts, scenarios, the clock.
    Pool,
}

/// How something ended.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Outcome {
    /// As it should.
    Ok,
    /// The pool said no.
    Refused,
    /// It broke off, or there was no answer.
    Failed,
    /// It was not answered, on purpose.
    Dropped,
}

/// Who a device is, as far as one entry tells. The journal joins entries that share one of these.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Device {
    /// The hardware address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
    /// DHCP option 60.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor_class: Option<String>,
    /// The User-Agent header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// What was typed as number or extension; absent when it is nobody's, as it may be a PIN in the wrong field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_or_ext: Option<String>,
    /// The user's SIP address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The web ticket's assertion id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// DeviceId of GetAndPublishCert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_id: Option<String>,
}

/// A rule that acted.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RuleFired {
    /// Its id.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// The scenario that it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
}

/// The diagnostic of a refusal.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnosed {
    /// Its name in the table of diagnostics.
    pub name: String,
    /// Its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// The text of its reason.
    pub reason: String,
    /// How well it is known that a Lync Server answers so.
    pub evidence: String,
}

/// What went over the wire.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Raw {
    /// An HTTP request and its answer.
    Http(Box<HttpRaw>),
    /// A datagram and its answers, in hex.
    Datagram {
        /// What came.
        request: String,
        /// What was sent, in that order.
        replies: Vec<String>,
    },
}

/// An HTTP request and its answer. Credentials are replaced by `****`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct HttpRaw {
    /// The method.
    pub method: String,
    /// Scheme, host and path as the client wrote them.
    pub url: String,
    /// The request's headers in their order.
    pub request_headers: Vec<(String, String)>,
    /// The request's body as text, cut where it is long.
    pub request_body: String,
    /// The status; `None` when no answer was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The answer's headers in their order.
    pub response_headers: Vec<(String, String)>,
    /// The answer's body as text, cut where it is long.
    pub response_body: String,
}

impl Entry {
    /// An entry that says no more than what happened, when and how it ended.
    pub fn new(
        at: OffsetDateTime,
        protocol: Protocol,
        event: &str,
        outcome: Outcome,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            seq: 0,
            at,
            protocol,
            event: event.to_owned(),
            outcome,
            summary: summary.into(),
            correlation: None,
            connection: None,
            peer: None,
            local: None,
            device: Device::default(),
            rule: None,
            diagnostic: None,
            namespace: None,
            duration_us: 0,
            decoded: BTreeMap::new(),
            raw: None,
        }
    }
}

impl Protocol {
    /// The word that the journal uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dhcp => "dhcp",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::CertProv => "certprov",
            Self::WebTicket => "webticket",
            Self::UserPin => "userpin",
            Self::Pool => "pool",
        }
    }
}

impl Outcome {
    /// The word that the journal uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}
