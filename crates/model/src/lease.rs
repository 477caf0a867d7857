//! Leases of addresses, and what keeps them.

use crate::rules::Mac;
use async_trait::async_trait;
use std::fmt;
use std::net::Ipv4Addr;
use time::OffsetDateTime;

/// The longest client identifier: what fits into one option.
const MAX_CLIENT_KEY: usize = 255;

/// An address that a client has, or that nobody may have for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The address.
    pub address: Ipv4Addr,
    /// Who has it.
    pub client: ClientKey,
    /// The client's hardware address, where it is an Ethernet one.
    pub mac: Option<Mac>,
    /// When it ends, by the pool's clock.
    pub expires: OffsetDateTime,
    /// What it is.
    pub state: LeaseState,
}

/// What a lease is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LeaseState {
    /// The client uses it.
    Bound,
    /// A client found that somebody else uses it (DHCPDECLINE); nobody gets it until `expires`.
    Declined,
}

/// By what a server knows a client: option 61 whole, else hardware type and address (RFC 2131 section 4.2).
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(Vec<u8>);

impl ClientKey {
    /// A key of these bytes; `None` when there are none, or more than an option holds.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Option<Self> {
        let bytes = bytes.into();
        (1..=MAX_CLIENT_KEY).contains(&bytes.len()).then_some(Self(bytes))
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A change to what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeaseChange {
    /// The address has this lease from now on, whatever it had before.
    Put(Lease),
    /// The address is free.
    Remove(Ipv4Addr),
}

/// Why leases could not be kept or read. The text is for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the leases cannot be kept: {0}")]
pub struct LeaseLogError(pub String);

/// Where leases outlive the process.
#[async_trait]
pub trait LeaseLog: Send + Sync {
    /// Every lease that is kept, those that have ended among them.
    async fn load(&self) -> Result<Vec<Lease>, LeaseLogError>;

    /// Keeps all of these changes, in their order, or none; durable once it has answered.
    async fn write(&self, changes: Vec<LeaseChange>) -> Result<(), LeaseLogError>;
}
