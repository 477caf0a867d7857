//! The DHCP component, checked.

use super::options::{DhcpMode, DhcpOptions, RelayReply, Siaddr, VoiceVlanWidth};
use super::{ConfigError, interfaces, value};
use ipnet::Ipv4Net;
use lync_dhcp::lease::{LeaseSettings, Subnet};
use lync_dhcp::{ClassOptions, EnterpriseOptions};
use lync_model::rules::Mac;
use lync_proto::dhcp::{VlanWidth, VoiceVlan};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Display;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::ops::RangeInclusive;
use std::time::Duration;

/// A day, as most DHCP servers have it.
const LEASE_SECONDS: u32 = 86_400;

/// The DHCP component.
#[derive(Clone, Debug)]
pub struct Dhcp {
    /// EnableDHCPServer.
    pub enabled: bool,
    /// Addresses to listen on.
    pub listen: Vec<SocketAddrV4>,
    /// Interfaces to listen on, at port 67. None but those named here.
    pub interfaces: Vec<String>,
    /// Where the answer to a relayed request goes.
    pub relay_reply: RelayReply,
    /// The siaddr field of an answer.
    pub siaddr: Siaddr,
    /// What a DHCP server of the network does beside; `None` in mode `registrar`.
    pub enterprise: Option<Enterprise>,
}

/// Leases and options for everybody.
#[derive(Clone, Debug)]
pub struct Enterprise {
    /// The subnets.
    pub subnets: Vec<Subnet>,
    /// How leases are given.
    pub settings: LeaseSettings,
    /// What every client is told.
    pub options: EnterpriseOptions,
    /// Option 43 by vendor class.
    pub classes: ClassOptions,
    /// Whether each interface is asked for another server first.
    pub probe: bool,
    /// Whether an address is pinged before it is offered.
    pub ping_check: bool,
}

/// The component that these options amount to.
pub(super) fn dhcp(options: DhcpOptions) -> Result<Dhcp, ConfigError> {
    let enterprise = match options.mode.unwrap_or_default() {
        DhcpMode::Enterprise => Some(enterprise(&options)?),
        DhcpMode::Registrar | DhcpMode::Off => {
            only_with_leases(&options)?;
            None
        }
    };
    let interfaces = interfaces(options.interfaces.unwrap_or_default())?;
    let listen = options.listen.unwrap_or_else(|| match interfaces.is_empty() {
        true => vec![SocketAddrV4::new(Ipv4Addr::LOCALHOST, 10067)],
        false => Vec::new(),
    });
    Ok(Dhcp {
        enabled: options.enabled.unwrap_or(true) && options.mode != Some(DhcpMode::Off),
        listen,
        interfaces,
        relay_reply: options.relay_reply.unwrap_or_default(),
        siaddr: options.siaddr.unwrap_or_default(),
        enterprise,
    })
}

/// Leases that nobody would give are a mistake that should not pass.
fn only_with_leases(options: &DhcpOptions) -> Result<(), ConfigError> {
    for (key, given) in [
        ("dhcp.ranges", options.ranges.as_ref().is_some_and(|ranges| !ranges.is_empty())),
        ("dhcp.reservations", options.reservations.as_ref().is_some_and(|all| !all.is_empty())),
    ] {
        if given {
            return Err(value(key, &"leases are given in mode enterprise alone: dhcp.mode = \"enterprise\""));
        }
    }
    Ok(())
}

fn enterprise(options: &DhcpOptions) -> Result<Enterprise, ConfigError> {
    let defaults = LeaseSettings::default();
    Ok(Enterprise {
        subnets: vec![subnet(options)?],
        settings: LeaseSettings {
            authoritative: options.authoritative.unwrap_or(defaults.authoritative),
            ..defaults
        },
        options: EnterpriseOptions {
            dns_servers: options.dns_servers.clone().unwrap_or_default(),
            domain_name: options.domain_name.clone(),
            ntp_servers: options.ntp_servers.clone().unwrap_or_default(),
            time_servers: options.time_servers.clone().unwrap_or_default(),
            time_offset: options.time_offset,
            tftp_server_name: options.tftp_server_name.clone(),
            provisioning_url: options.provisioning_url.clone(),
            raw: raw_options(options.raw_options.as_deref().unwrap_or_default())?,
            sip_servers: true,
            ..EnterpriseOptions::default()
        },
        classes: ClassOptions {
            uc_client: true,
            voice_vlan: voice_vlan(options)?,
            others: vendor_classes(options.vendor_classes.as_deref().unwrap_or_default())?,
        },
        probe: options.probe.unwrap_or(true),
        ping_check: options.ping_check.unwrap_or(false),
    })
}

fn subnet(options: &DhcpOptions) -> Result<Subnet, ConfigError> {
    let ranges = options.ranges.as_deref().unwrap_or_default();
    let ranges = ranges.iter().filter(|range| !range.is_empty()).map(|text| range(text));
    let ranges = ranges.collect::<Result<Vec<_>, _>>()?;
    let reservations = options.reservations.as_deref().unwrap_or_default();
    let reservations = reservations.iter().filter(|pair| !pair.is_empty()).map(|text| reservation(text));
    let reservations = reservations.collect::<Result<HashMap<_, _>, _>>()?;
    let first = ranges.first().map(|range| *range.start()).or_else(|| reservations.values().next().copied());
    let network = match (&options.network, first) {
        (Some(network), _) => network.parse().map_err(|error| value("dhcp.network", &error))?,
        (None, Some(first)) => {
            Ipv4Net::new(first, 24).map_err(|error| value("dhcp.network", &error))?.trunc()
        }
        (None, None) => {
            let what = "mode enterprise needs addresses to lease, for instance 10.99.0.100-10.99.0.199";
            return Err(value("dhcp.ranges", &what));
        }
    };
    Ok(Subnet {
        network,
        ranges,
        reservations,
        lease_time: Duration::from_secs(u64::from(options.lease_seconds.unwrap_or(LEASE_SECONDS))),
        routers: options.routers.clone().unwrap_or_default(),
    })
}

fn range(text: &str) -> Result<RangeInclusive<Ipv4Addr>, ConfigError> {
    let wrong =
        || value("dhcp.ranges", &format!("`{text}` is no range; one looks like 10.99.0.100-10.99.0.199"));
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let address = |text: &str| text.trim().parse::<Ipv4Addr>().map_err(|_| wrong());
    Ok(address(first)?..=address(last)?)
}

fn reservation(text: &str) -> Result<(Mac, Ipv4Addr), ConfigError> {
    let (mac, address) = pair("dhcp.reservations", text, "00:04:f2:00:00:01=10.99.0.50")?;
    let problem = |error: &dyn Display| value("dhcp.reservations", &format!("`{text}`: {error}"));
    Ok((mac.parse().map_err(|error| problem(&error))?, address.parse().map_err(|error| problem(&error))?))
}

fn raw_options(pairs: &[String]) -> Result<BTreeMap<u8, Vec<u8>>, ConfigError> {
    let pairs = pairs.iter().filter(|pair| !pair.is_empty());
    pairs
        .map(|text| {
            let (code, bytes) = pair("dhcp.raw_options", text, "161=687474703a2f2f78")?;
            let code = code.parse().map_err(|_| {
                value("dhcp.raw_options", &format!("`{code}` is no code of an option, 1 to 254"))
            })?;
            Ok((code, hex("dhcp.raw_options", bytes)?))
        })
        .collect()
}

fn vendor_classes(pairs: &[String]) -> Result<HashMap<Vec<u8>, Vec<u8>>, ConfigError> {
    let pairs = pairs.iter().filter(|pair| !pair.is_empty());
    pairs
        .map(|text| {
            let (class, bytes) = pair("dhcp.vendor_classes", text, "AastraIPPhone6721=0104c0a80001")?;
            Ok((class.as_bytes().to_vec(), hex("dhcp.vendor_classes", bytes)?))
        })
        .collect()
}

fn voice_vlan(options: &DhcpOptions) -> Result<Option<VoiceVlan>, ConfigError> {
    let width = match options.voice_vlan_width.unwrap_or_default() {
        VoiceVlanWidth::U16 => VlanWidth::U16,
        VoiceVlanWidth::U32 => VlanWidth::U32,
        VoiceVlanWidth::Ascii => VlanWidth::Ascii,
    };
    let vlan = options.voice_vlan.map(|id| VoiceVlan::new(id, width));
    vlan.transpose().map_err(|error| value("dhcp.voice_vlan", &error))
}

fn pair<'a>(key: &'static str, text: &'a str, example: &str) -> Result<(&'a str, &'a str), ConfigError> {
    let split = text.split_once('=').map(|(name, value)| (name.trim(), value.trim()));
    split.ok_or_else(|| value(key, &format!("`{text}` is no pair; one looks like {example}")))
}

fn hex(key: &'static str, text: &str) -> Result<Vec<u8>, ConfigError> {
    let wrong = || value(key, &format!("`{text}` is no even number of hex digits"));
    let digits: Vec<char> = text.chars().filter(|c| *c != ':').collect();
    if !digits.len().is_multiple_of(2) {
        return Err(wrong());
    }
    let byte = |pair: &[char]| match pair {
        [high, low] => u8::try_from(high.to_digit(16)? * 16 + low.to_digit(16)?).ok(),
        _ => None,
    };
    digits.chunks(2).map(byte).collect::<Option<_>>().ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(toml: &str) -> Result<Dhcp, String> {
        dhcp(toml::from_str(toml).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn leases_have_a_network_even_if_none_is_named() {
        let leases = "mode = \"enterprise\"\nranges = [\"10.99.0.100-10.99.0.199\"]";
        let enterprise = checked(leases).unwrap().enterprise.unwrap();
        let subnet = enterprise.subnets.first().unwrap();
        assert_eq!(subnet.network.to_string(), "10.99.0.0/24");
        assert_eq!(subnet.lease_time, Duration::from_secs(86_400));
        assert!(enterprise.probe && enterprise.settings.authoritative && !enterprise.ping_check);
    }

    #[test]
    fn addresses_are_pinged_where_that_is_asked_for() {
        let pings = "mode = \"enterprise\"\nranges = [\"10.99.0.100-10.99.0.199\"]\nping_check = true";
        assert!(checked(pings).unwrap().enterprise.unwrap().ping_check);
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_its_key() {
        for (toml, told) in [
            ("mode = \"enterprise\"", "dhcp.ranges: mode enterprise needs addresses to lease"),
            ("ranges = [\"10.0.0.1-10.0.0.9\"]", "dhcp.ranges: leases are given in mode enterprise alone"),
            ("mode = \"enterprise\"\nranges = [\"ten\"]", "dhcp.ranges: `ten` is no range"),
            (
                "mode = \"enterprise\"\nranges = [\"10.0.0.1-10.0.0.9\"]\nraw_options = [\"161=abc\"]",
                "dhcp.raw_options: `abc` is no even number of hex digits",
            ),
            (
                "mode = \"enterprise\"\nranges = [\"10.0.0.1-10.0.0.9\"]\nvoice_vlan = 4095",
                "dhcp.voice_vlan: ",
            ),
        ] {
            let error = checked(toml).unwrap_err();
            assert!(error.starts_with(told), "{error}");
        }
    }
}
