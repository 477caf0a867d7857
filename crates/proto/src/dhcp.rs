//! The options by which a phone finds its pool: 43 and 120.
//!
//! A DHCP message carries them as code, length and payload. The types here hold payloads only; the message around
//! them belongs to the server or client that sends it.

pub mod broken;
pub mod dhcputil;
mod domain_name;
pub mod explain;
mod sip_servers;
mod sub_option;
mod uc_client;
mod vendor_class;
mod voice_vlan;

pub use domain_name::{DomainName, DomainNameError};
pub use sip_servers::{SipServers, SipServersError};
pub use sub_option::{SubOption, SubOptionError, SubOptions};
pub use uc_client::{CERT_PROV_PATH, DEFAULT_PORT, UcClientError, UcClientOptions};
pub use vendor_class::VendorClass;
pub use voice_vlan::{VlanWidth, VoiceVlan, VoiceVlanError};

/// Code of the vendor-specific option (RFC 2132 section 8.4).
pub const OPTION_VENDOR_SPECIFIC: u8 = 43;

/// Code of the SIP servers option (RFC 3361 section 3).
pub const OPTION_SIP_SERVERS: u8 = 120;

#[cfg(test)]
mod recorded;
