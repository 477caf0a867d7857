//! What a DHCP server of the network tells its clients beside their address, prepared once.
//!
//! DHCPUtil.exe configures such a server: option 43 by vendor class, and option 120 (TechNet gg412828, gg412988). These
//! two have the values of [`RegistrarOptions`](crate::RegistrarOptions); the rest is here.

mod write;

pub(crate) use write::{Kind, Reply, write};

use crate::answers::whole;
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, VendorClass, VoiceVlan};
use std::{
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
};

/// Options by the numbers that RFC 2132 gives them.
mod code {
    pub(super) const SUBNET_MASK: u8 = 1;
    pub(super) const TIME_OFFSET: u8 = 2;
    pub(super) const ROUTERS: u8 = 3;
    pub(super) const TIME_SERVERS: u8 = 4;
    pub(super) const DNS_SERVERS: u8 = 6;
    pub(super) const DOMAIN_NAME: u8 = 15;
    pub(super) const NTP_SERVERS: u8 = 42;
    pub(super) const LEASE_TIME: u8 = 51;
    pub(super) const MESSAGE_TYPE: u8 = 53;
    pub(super) const SERVER_IDENTIFIER: u8 = 54;
    pub(super) const RENEWAL_TIME: u8 = 58;
    pub(super) const REBINDING_TIME: u8 = 59;
    pub(super) const CLIENT_IDENTIFIER: u8 = 61;
    pub(super) const TFTP_SERVER_NAME: u8 = 66;
    pub(super) const RELAY_AGENT: u8 = 82;
    /// Polycom's provisioning URL; AudioCodes reads it too.
    pub(super) const PROVISIONING_URL: u8 = 160;
}

/// What no configuration sets by number: it says what the message is, or is set in another way.
const MANAGED: [u8; 18] = [
    0,
    code::SUBNET_MASK,
    code::ROUTERS,
    OPTION_VENDOR_SPECIFIC,
    50,
    code::LEASE_TIME,
    52,
    code::MESSAGE_TYPE,
    code::SERVER_IDENTIFIER,
    55,
    56,
    57,
    code::RENEWAL_TIME,
    code::REBINDING_TIME,
    code::CLIENT_IDENTIFIER,
    code::RELAY_AGENT,
    OPTION_SIP_SERVERS,
    255,
];

/// The most bytes of all options together: more than any answer can carry.
const MAX_OPTIONS_LEN: usize = 1200;
/// The most vendor classes.
const MAX_CLASSES: usize = 256;
/// What fits the header's field sname with its NUL.
const MAX_SNAME: usize = 63;
/// What fits the header's field file with its NUL.
const MAX_FILE: usize = 127;

/// What every client is told that asks for it. Empty and `None`: not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EnterpriseOptions {
    /// Option 6: DNS servers.
    pub dns_servers: Vec<Ipv4Addr>,
    /// Option 15: the domain name.
    pub domain_name: Option<String>,
    /// Option 42: NTP servers, which phones of several makers ask for. Lync Phone Edition asks DNS instead.
    pub ntp_servers: Vec<Ipv4Addr>,
    /// Option 4: time servers, which some phones take for NTP servers.
    pub time_servers: Vec<Ipv4Addr>,
    /// Option 2: seconds east of UTC.
    pub time_offset: Option<i32>,
    /// Option 66: provisioning server of many phones.
    pub tftp_server_name: Option<String>,
    /// Option 160: provisioning URL of Polycom and AudioCodes phones.
    pub provisioning_url: Option<String>,
    /// Any other option by its code, as it goes over the wire.
    pub raw: BTreeMap<u8, Vec<u8>>,
    /// Whether option 120 is sent to clients that ask for it.
    pub sip_servers: bool,
    /// siaddr: the next server of a boot.
    pub next_server: Option<Ipv4Addr>,
    /// The field sname: the next server's name, at most 63 bytes.
    pub server_name: Option<String>,
    /// The field file: the name of a boot file, at most 127 bytes.
    pub boot_file: Option<String>,
}

/// Option 43 for each vendor class. A client of any other class, or of none, gets no option 43.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClassOptions {
    /// Whether class MS-UC-Client gets the Registrar's option 43.
    pub uc_client: bool,
    /// What classes CPE-OCPHONE and CPE-OCPhone get.
    pub voice_vlan: Option<VoiceVlan>,
    /// What other classes get: option 60 byte for byte, and the payload of option 43.
    pub others: HashMap<Vec<u8>, Vec<u8>>,
}

/// The options of a DHCP server, encoded.
#[derive(Clone, Debug)]
pub struct Enterprise {
    /// In the order in which they are sent; options 43 and 120 stand between the two.
    before_43: Vec<Encoded>,
    after_120: Vec<Encoded>,
    sip_servers: bool,
    uc_client: bool,
    /// Option 43, whole, as in `others`.
    voice_vlan: Option<Vec<u8>>,
    others: HashMap<Vec<u8>, Vec<u8>>,
    next_server: Ipv4Addr,
    server_name: Vec<u8>,
    boot_file: Vec<u8>,
}

#[derive(Clone, Debug)]
struct Encoded {
    code: u8,
    /// Whole, with code and length.
    bytes: Vec<u8>,
}

/// Why options cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnterpriseError {
    /// A raw option that the server sets itself.
    #[error("option {0} is set by the server itself and cannot be given as bytes")]
    Managed(u8),
    /// A raw option that has a setting of its own, which is set too.
    #[error("option {0} is given twice: by name and as bytes")]
    Twice(u8),
    /// A text that is no text for an option or a field.
    #[error("{name} has {length} bytes; 1 to {most} are expected, and no NUL")]
    Text {
        /// Whose it is.
        name: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The longest one.
        most: usize,
    },
    /// Options that no answer can carry.
    #[error("the options have {0} bytes together; 1200 are the most")]
    TooLong(usize),
    /// More vendor classes than are looked after.
    #[error("{0} vendor classes are given; 256 are the most")]
    TooManyClasses(usize),
    /// A class of Lync's own, whose option 43 has a layout of its own.
    #[error("the class {0} has settings of its own")]
    LyncClass(&'static str),
    /// A class of no bytes or of more than an option holds.
    #[error("a vendor class has {0} bytes; 1 to 255 are expected")]
    Class(usize),
}

impl Enterprise {
    /// Encodes the options once for all answers.
    pub fn new(options: &EnterpriseOptions, classes: &ClassOptions) -> Result<Self, EnterpriseError> {
        let before_43 = named(options)?;
        let url = text("the provisioning URL", options.provisioning_url.as_ref(), 255)?;
        let mut after_120 = Vec::new();
        push(&mut after_120, code::PROVISIONING_URL, &url);
        for (code, payload) in &options.raw {
            if MANAGED.contains(code) {
                return Err(EnterpriseError::Managed(*code));
            }
            if before_43.iter().chain(&after_120).any(|option| option.code == *code) {
                return Err(EnterpriseError::Twice(*code));
            }
            after_120.push(Encoded { code: *code, bytes: whole(*code, payload) });
        }
        let length = before_43.iter().chain(&after_120).map(|option| option.bytes.len()).sum();
        if length > MAX_OPTIONS_LEN {
            return Err(EnterpriseError::TooLong(length));
        }
        Ok(Self {
            before_43,
            after_120,
            sip_servers: options.sip_servers,
            uc_client: classes.uc_client,
            voice_vlan: classes.voice_vlan.map(|vlan| whole(OPTION_VENDOR_SPECIFIC, &vlan.encode())),
            others: others(&classes.others)?,
            next_server: options.next_server.unwrap_or(Ipv4Addr::UNSPECIFIED),
            server_name: text("the server's name", options.server_name.as_ref(), MAX_SNAME)?,
            boot_file: text("the boot file's name", options.boot_file.as_ref(), MAX_FILE)?,
        })
    }

    /// Option 43, whole, for a client of this class. `registrars` is the one of class MS-UC-Client.
    fn option_43<'a>(&'a self, class: Option<&[u8]>, registrars: &'a [u8]) -> Option<&'a [u8]> {
        let class = class?;
        match VendorClass::of(class) {
            Some(VendorClass::UcClient) => self.uc_client.then_some(registrars),
            Some(VendorClass::OcPhone) => self.voice_vlan.as_deref(),
            None => self.others.get(class).map(Vec::as_slice),
        }
    }
}

fn named(options: &EnterpriseOptions) -> Result<Vec<Encoded>, EnterpriseError> {
    let mut named = Vec::new();
    let offset = options.time_offset.map(i32::to_be_bytes);
    push(&mut named, code::DNS_SERVERS, &octets(&options.dns_servers));
    push(&mut named, code::DOMAIN_NAME, &text("the domain name", options.domain_name.as_ref(), 253)?);
    push(&mut named, code::NTP_SERVERS, &octets(&options.ntp_servers));
    push(&mut named, code::TIME_SERVERS, &octets(&options.time_servers));
    push(&mut named, code::TIME_OFFSET, offset.as_ref().map_or(&[], |offset| offset.as_slice()));
    let tftp = text("the TFTP server's name", options.tftp_server_name.as_ref(), 255)?;
    push(&mut named, code::TFTP_SERVER_NAME, &tftp);
    Ok(named)
}

fn push(options: &mut Vec<Encoded>, code: u8, payload: &[u8]) {
    if !payload.is_empty() {
        options.push(Encoded { code, bytes: whole(code, payload) });
    }
}

fn others(classes: &HashMap<Vec<u8>, Vec<u8>>) -> Result<HashMap<Vec<u8>, Vec<u8>>, EnterpriseError> {
    if classes.len() > MAX_CLASSES {
        return Err(EnterpriseError::TooManyClasses(classes.len()));
    }
    let mut others = HashMap::new();
    for (class, payload) in classes {
        if let Some(lyncs) = VendorClass::of(class) {
            return Err(EnterpriseError::LyncClass(lyncs.as_str()));
        }
        if class.is_empty() || class.len() > usize::from(u8::MAX) {
            return Err(EnterpriseError::Class(class.len()));
        }
        if payload.len() > MAX_OPTIONS_LEN {
            return Err(EnterpriseError::TooLong(payload.len()));
        }
        others.insert(class.clone(), whole(OPTION_VENDOR_SPECIFIC, payload));
    }
    Ok(others)
}

fn text(name: &'static str, text: Option<&String>, most: usize) -> Result<Vec<u8>, EnterpriseError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let length = text.len();
    if length == 0 || length > most || text.contains('\0') {
        return Err(EnterpriseError::Text { name, length, most });
    }
    Ok(text.clone().into_bytes())
}

fn octets(addresses: &[Ipv4Addr]) -> Vec<u8> {
    addresses.iter().flat_map(Ipv4Addr::octets).collect()
}

#[cfg(test)]
mod tests;
