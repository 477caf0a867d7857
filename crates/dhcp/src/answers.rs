//! What the Registrar answers, prepared so that a datagram costs no more than copying.

use crate::ack;
use lync_proto::{
    Documented, Evidence,
    dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, UcClientOptions},
};

/// The values of the two options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrarOptions {
    /// Option 43 for class MS-UC-Client: where certificate provisioning lives.
    pub uc_client: UcClientOptions,
    /// Option 120: the Registrars.
    pub sip_servers: SipServers,
}

/// What about the DHCPACK is not public and differs between DHCP servers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RegistrarSettings {
    /// What stands in siaddr.
    pub siaddr: ServerField,
    /// Where the answer to a relayed DHCPINFORM goes.
    pub relayed: RelayedAnswer,
}

/// What stands in siaddr, "IP address of next server to use in bootstrap" (RFC 2131 section 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ServerField {
    /// 0, as Kea and ISC dhcpd have it.
    #[default]
    Zero,
    /// The address that was asked, as dnsmasq and dora have it.
    ServerAddress,
}

/// Where the answer to a DHCPINFORM with giaddr goes. Applies only to a server on port 67.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RelayedAnswer {
    /// To ciaddr, port 68, as RFC 2131 section 4.3.5 says and Kea and ISC dhcpd do.
    #[default]
    ToClient,
    /// To giaddr, port 67, as dnsmasq and dora do: it reaches a client to which the server has no route.
    ToRelay,
}

/// The prepared DHCPACK.
///
/// What a Lync Server's own component fills in is not public. Here it is: option 53 first; 54 the address that was
/// asked; 61 echoed (RFC 6842); 43 and 120 if asked for, each only if it is; 82 echoed unchanged and last
/// (RFC 3046); the end mark; zeros up to 300 bytes (RFC 1542 section 2.1). yiaddr is 0 and 51, 58 and 59 are never
/// sent (RFC 2131 section 4.3.5). 60 is not echoed. Option 57 is not looked at: without long echoes an answer stays
/// under the 576 bytes that every client takes, unless names near 250 characters are configured.
#[derive(Clone, Debug)]
pub struct Answers {
    /// What the payloads say, to make wrong ones from.
    pub(crate) right: RegistrarOptions,
    /// Whole, with code and length; nothing where the option is left out.
    pub(crate) option_43: Vec<u8>,
    /// Whole, with code and length; nothing where the option is left out.
    pub(crate) option_120: Vec<u8>,
    /// Whether option 43 is what a rule made of it, and stands for that of every class.
    pub(crate) is_43_broken: bool,
    pub(crate) settings: RegistrarSettings,
}

impl Answers {
    /// Encodes the options once for all answers.
    pub fn new(options: &RegistrarOptions, settings: RegistrarSettings) -> Self {
        Self {
            option_43: whole(OPTION_VENDOR_SPECIFIC, &options.uc_client.encode()),
            option_120: whole(OPTION_SIP_SERVERS, &options.sip_servers.encode()),
            is_43_broken: false,
            right: options.clone(),
            settings,
        }
    }
}

/// An option with code and length.
pub(crate) fn whole(code: u8, payload: &[u8]) -> Vec<u8> {
    let mut option = Vec::new();
    ack::push_option(&mut option, code, payload);
    option
}

impl Documented for Answers {
    const NAME: &'static str = "DHCPACK of the Registrar's DHCP component";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "TechNet gg398369 for what is answered; RFC 2131 section 4.3.5 for the rest";
}
