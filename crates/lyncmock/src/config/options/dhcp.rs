//! `[dhcp]`, as it is written.

use clap::Args;
use serde::{Deserialize, Serialize};
use std::net::{Ipv4Addr, SocketAddrV4};

/// `[dhcp]`
#[derive(Args, Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "DHCP (Set-CsRegistrarConfiguration -EnableDHCPServer)")]
pub struct DhcpOptions {
    /// Answer phones
    #[arg(id = "dhcp.enabled", long = "dhcp-enabled", env = "LYNCMOCK_DHCP_ENABLED", value_name = "BOOL")]
    pub enabled: Option<bool>,
    /// What is answered: registrar (DHCPINFORM alone, as a Registrar does), enterprise (leases too, as the network's DHCP server), off
    #[arg(id = "dhcp.mode", long = "dhcp-mode", env = "LYNCMOCK_DHCP_MODE", value_name = "MODE", value_enum)]
    pub mode: Option<DhcpMode>,
    /// Addresses to listen on, separated by commas [default: 127.0.0.1:10067, or none where interfaces are named]
    #[arg(
        id = "dhcp.listen",
        long = "dhcp-listen",
        env = "LYNCMOCK_DHCP_LISTEN",
        value_name = "ADDR:PORT",
        value_delimiter = ','
    )]
    pub listen: Option<Vec<SocketAddrV4>>,
    /// Interfaces to listen on at port 67, separated by commas; DHCP is on no other interface
    #[arg(
        id = "dhcp.interfaces",
        long = "dhcp-interfaces",
        env = "LYNCMOCK_DHCP_INTERFACES",
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub interfaces: Option<Vec<String>>,
    /// Where the answer to a relayed request goes
    #[arg(
        id = "dhcp.relay_reply",
        long = "dhcp-relay-reply",
        env = "LYNCMOCK_DHCP_RELAY_REPLY",
        value_name = "TO",
        value_enum
    )]
    pub relay_reply: Option<RelayReply>,
    /// The siaddr field of an answer
    #[arg(
        id = "dhcp.siaddr",
        long = "dhcp-siaddr",
        env = "LYNCMOCK_DHCP_SIADDR",
        value_name = "WHAT",
        value_enum
    )]
    pub siaddr: Option<Siaddr>,
    /// The network of the leases [default: the /24 of the first range]
    #[arg(
        id = "dhcp.network",
        long = "dhcp-network",
        env = "LYNCMOCK_DHCP_NETWORK",
        value_name = "NET/BITS"
    )]
    pub network: Option<String>,
    /// Addresses to lease, FIRST-LAST, separated by commas
    #[arg(
        id = "dhcp.ranges",
        long = "dhcp-ranges",
        env = "LYNCMOCK_DHCP_RANGES",
        value_name = "FIRST-LAST",
        value_delimiter = ','
    )]
    pub ranges: Option<Vec<String>>,
    /// Addresses for one phone alone, separated by commas
    #[arg(
        id = "dhcp.reservations",
        long = "dhcp-reservations",
        env = "LYNCMOCK_DHCP_RESERVATIONS",
        value_name = "MAC=ADDR",
        value_delimiter = ','
    )]
    pub reservations: Option<Vec<String>>,
    /// How long a lease lasts
    #[arg(
        id = "dhcp.lease_seconds",
        long = "dhcp-lease-seconds",
        env = "LYNCMOCK_DHCP_LEASE_SECONDS",
        value_name = "SECONDS"
    )]
    pub lease_seconds: Option<u32>,
    /// Refuse (DHCPNAK) what a client cannot have, instead of being silent
    #[arg(
        id = "dhcp.authoritative",
        long = "dhcp-authoritative",
        env = "LYNCMOCK_DHCP_AUTHORITATIVE",
        value_name = "BOOL"
    )]
    pub authoritative: Option<bool>,
    /// Ask each interface once before leases are given, and do not start where another server answers
    #[arg(id = "dhcp.probe", long = "dhcp-probe", env = "LYNCMOCK_DHCP_PROBE", value_name = "BOOL")]
    pub probe: Option<bool>,
    /// Ping an address before it is offered; one that answers is put aside. Needs CAP_NET_RAW, or net.ipv4.ping_group_range
    #[arg(
        id = "dhcp.ping_check",
        long = "dhcp-ping-check",
        env = "LYNCMOCK_DHCP_PING_CHECK",
        value_name = "BOOL"
    )]
    pub ping_check: Option<bool>,
    /// Option 3, separated by commas
    #[arg(
        id = "dhcp.routers",
        long = "dhcp-routers",
        env = "LYNCMOCK_DHCP_ROUTERS",
        value_name = "ADDR",
        value_delimiter = ','
    )]
    pub routers: Option<Vec<Ipv4Addr>>,
    /// Option 6, separated by commas
    #[arg(
        id = "dhcp.dns_servers",
        long = "dhcp-dns-servers",
        env = "LYNCMOCK_DHCP_DNS_SERVERS",
        value_name = "ADDR",
        value_delimiter = ','
    )]
    pub dns_servers: Option<Vec<Ipv4Addr>>,
    /// Option 15
    #[arg(
        id = "dhcp.domain_name",
        long = "dhcp-domain-name",
        env = "LYNCMOCK_DHCP_DOMAIN_NAME",
        value_name = "NAME"
    )]
    pub domain_name: Option<String>,
    /// Option 42, separated by commas
    #[arg(
        id = "dhcp.ntp_servers",
        long = "dhcp-ntp-servers",
        env = "LYNCMOCK_DHCP_NTP_SERVERS",
        value_name = "ADDR",
        value_delimiter = ','
    )]
    pub ntp_servers: Option<Vec<Ipv4Addr>>,
    /// Option 4, separated by commas
    #[arg(
        id = "dhcp.time_servers",
        long = "dhcp-time-servers",
        env = "LYNCMOCK_DHCP_TIME_SERVERS",
        value_name = "ADDR",
        value_delimiter = ','
    )]
    pub time_servers: Option<Vec<Ipv4Addr>>,
    /// Option 2: seconds east of UTC
    #[arg(
        id = "dhcp.time_offset",
        long = "dhcp-time-offset",
        env = "LYNCMOCK_DHCP_TIME_OFFSET",
        value_name = "SECONDS",
        allow_hyphen_values = true
    )]
    pub time_offset: Option<i32>,
    /// Option 66
    #[arg(
        id = "dhcp.tftp_server_name",
        long = "dhcp-tftp-server-name",
        env = "LYNCMOCK_DHCP_TFTP_SERVER_NAME",
        value_name = "NAME"
    )]
    pub tftp_server_name: Option<String>,
    /// Option 160: the provisioning URL of Polycom and AudioCodes phones
    #[arg(
        id = "dhcp.provisioning_url",
        long = "dhcp-provisioning-url",
        env = "LYNCMOCK_DHCP_PROVISIONING_URL",
        value_name = "URL"
    )]
    pub provisioning_url: Option<String>,
    /// VLAN for phones of class CPE-OCPHONE, in sub-option 10
    #[arg(
        id = "dhcp.voice_vlan",
        long = "dhcp-voice-vlan",
        env = "LYNCMOCK_DHCP_VOICE_VLAN",
        value_name = "VLAN"
    )]
    pub voice_vlan: Option<u16>,
    /// How that sub-option is written
    #[arg(
        id = "dhcp.voice_vlan_width",
        long = "dhcp-voice-vlan-width",
        env = "LYNCMOCK_DHCP_VOICE_VLAN_WIDTH",
        value_name = "WIDTH",
        value_enum
    )]
    pub voice_vlan_width: Option<VoiceVlanWidth>,
    /// Any other option, its bytes in hex, separated by commas
    #[arg(
        id = "dhcp.raw_options",
        long = "dhcp-raw-options",
        env = "LYNCMOCK_DHCP_RAW_OPTIONS",
        value_name = "CODE=HEX",
        value_delimiter = ','
    )]
    pub raw_options: Option<Vec<String>>,
    /// Option 43 for another vendor class, in hex, separated by commas
    #[arg(
        id = "dhcp.vendor_classes",
        long = "dhcp-vendor-classes",
        env = "LYNCMOCK_DHCP_VENDOR_CLASSES",
        value_name = "CLASS=HEX",
        value_delimiter = ','
    )]
    pub vendor_classes: Option<Vec<String>>,
}

/// What is answered.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DhcpMode {
    /// DHCPINFORM of class MS-UC-Client, as the Registrar's own component does.
    #[default]
    Registrar,
    /// Leases for everybody, and the options by vendor class, as the network's DHCP server does.
    Enterprise,
    /// Nothing.
    Off,
}

/// How the VLAN id is written; makers differ.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VoiceVlanWidth {
    /// Two bytes.
    #[default]
    U16,
    /// Four bytes.
    U32,
    /// Decimal digits.
    Ascii,
}

/// Where the answer to a relayed DHCPINFORM goes; servers disagree, RFC 2131 4.3.5 says to the client.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RelayReply {
    /// To ciaddr, port 68.
    #[default]
    Client,
    /// To giaddr, port 67, as dnsmasq does.
    Relay,
}

/// The siaddr field of a DHCPACK; what the real component writes is not public.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Siaddr {
    /// 0.0.0.0, as Kea and ISC dhcpd do.
    #[default]
    Zero,
    /// The server's address, as dnsmasq does.
    Server,
}
