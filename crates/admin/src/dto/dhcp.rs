//! The DHCP component: what it does, what it gave away, and what it dropped.

use lync_model::lease::{Lease, LeaseState};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::Ipv4Addr;
use time::OffsetDateTime;
use utoipa::ToSchema;

/// Whom the DHCP component answers.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DhcpMode {
    /// The phones' DHCPINFORM alone, as the component of a Lync Server.
    Registrar,
    /// Everybody, with leases: the DHCP server of the network.
    Enterprise,
    /// Nobody: the pool has no DHCP socket.
    Off,
}

/// The DHCP component.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct DhcpStatus {
    /// Whom it answers, as the pool was started.
    pub mode: DhcpMode,
    /// Whether it answers at the moment: EnableDHCPServer as it counts, with what scenarios make of it.
    pub enabled: bool,
    /// Where it listens, for a person: addresses and interfaces with their ports.
    #[schema(example = json!(["127.0.0.1:10067/udp"]))]
    pub listens: Vec<String>,
    /// What became of the datagrams.
    pub counters: DhcpCounters,
}

/// What became of the datagrams since the pool started.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct DhcpCounters {
    /// Datagrams that came: those answered, not sent, taken and dropped.
    pub received: u64,
    /// Datagrams to which an answer was sent.
    pub answered: u64,
    /// Datagrams whose answer the system refused to send.
    pub send_failed: u64,
    /// DHCPRELEASE and DHCPDECLINE by which a client gave an address back; they have no answer.
    pub taken: u64,
    /// Addresses that answered a ping before they were offered, and were put aside. They are no datagrams.
    pub in_use: u64,
    /// Datagrams that were dropped, by the word of the reason; each reason is there.
    #[schema(example = json!({"other_class": 3, "too_short": 0}))]
    pub dropped: BTreeMap<String, u64>,
}

/// An address that a client has, or that nobody gets for a while.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct DhcpLease {
    /// The address.
    #[schema(value_type = String, format = Ipv4, example = "10.99.0.100")]
    pub address: Ipv4Addr,
    /// By what the server knows the client, in hex: option 61 whole, else hardware type and address. `00` without a
    /// hardware address is nobody: the address was put aside.
    #[schema(pattern = "^([0-9a-f]{2}){1,255}$", example = "010004f2000001")]
    pub client: String,
    /// The client's hardware address, where it is an Ethernet one.
    #[schema(example = "00:04:f2:00:00:01")]
    pub mac: Option<String>,
    /// What it is.
    pub state: DhcpLeaseState,
    /// When it ends, by the pool's clock.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expires: OffsetDateTime,
}

/// What a lease is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum DhcpLeaseState {
    /// The client has it.
    Bound,
    /// Somebody uses it without a lease: a client said so (DHCPDECLINE), or it answered a ping. Nobody gets it until
    /// it expires.
    Declined,
}

/// Leases by address.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct DhcpLeasePage {
    /// The leases, the lowest address first.
    pub leases: Vec<DhcpLease>,
    /// Whether there are leases behind the last of these; its address is the `after` of the next question.
    pub more: bool,
}

impl DhcpLeaseState {
    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bound => "bound",
            Self::Declined => "declined",
        }
    }
}

impl DhcpMode {
    /// The word of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::Enterprise => "enterprise",
            Self::Off => "off",
        }
    }
}

impl From<&Lease> for DhcpLease {
    fn from(lease: &Lease) -> Self {
        let mut client = String::new();
        for byte in lease.client.as_bytes() {
            let _ = write!(client, "{byte:02x}");
        }
        Self {
            address: lease.address,
            client,
            mac: lease.mac.map(|mac| mac.to_string()),
            state: match lease.state {
                LeaseState::Bound => DhcpLeaseState::Bound,
                LeaseState::Declined => DhcpLeaseState::Declined,
            },
            expires: lease.expires,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_model::lease::ClientKey;
    use lync_model::rules::Mac;
    use time::macros::datetime;

    #[test]
    fn a_lease_is_written_with_its_client_in_hex() {
        let lease = Lease {
            address: Ipv4Addr::new(10, 99, 0, 100),
            client: ClientKey::new([1, 0, 4, 0xf2, 0, 0, 1]).unwrap(),
            mac: Some(Mac([0, 4, 0xf2, 0, 0, 1])),
            expires: datetime!(2013-06-01 12:00 UTC),
            state: LeaseState::Declined,
        };
        let written = serde_json::to_value(DhcpLease::from(&lease)).unwrap();
        let expected = serde_json::json!({"address": "10.99.0.100", "client": "010004f2000001",
            "mac": "00:04:f2:00:00:01", "state": "declined", "expires": "2013-06-01T12:00:00Z"});
        assert_eq!(written, expected);
    }
}
