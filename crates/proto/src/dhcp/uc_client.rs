//! Option 43 for class MS-UC-Client: where certificate provisioning lives.

use super::{
    VendorClass,
    sub_option::{self, SubOption, SubOptionError, SubOptions},
};
use crate::{Documented, Evidence};

/// Path of the certificate provisioning service on every Lync Server (TechNet gg412828).
pub const CERT_PROV_PATH: &str = "/CertProv/CertProvisioningService.svc";

/// The port when sub-option 4 is missing, which DHCPConfigScript.bat allows (inferred from the scheme).
pub const DEFAULT_PORT: u16 = 443;

pub(super) const UC_IDENTIFIER: u8 = 1;
pub(super) const URL_SCHEME: u8 = 2;
pub(super) const WEB_SERVER_FQDN: u8 = 3;
pub(super) const WEB_SERVER_PORT: u8 = 4;
pub(super) const CERT_PROV_REL_PATH: u8 = 5;

/// The payload of option 43 for class MS-UC-Client: the URL of certificate provisioning, in pieces.
///
/// Each piece is 1 to 255 printable ASCII characters. What they say is not checked further: a wrong host, scheme or
/// path is readable, and a client has to fail on it as a phone does.
///
/// A payload may be longer than one option holds (255 bytes); it is then split as RFC 3396 says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UcClientOptions {
    url_scheme: String,
    web_server_fqdn: String,
    web_server_port: u16,
    cert_prov_rel_path: String,
}

/// Why a payload is no option 43 for MS-UC-Client. Offsets are in bytes from the start of the payload.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UcClientError {
    /// The payload cannot be divided into sub-options.
    #[error(transparent)]
    Layout(#[from] SubOptionError),
    /// A sub-option without which there is no URL.
    #[error("sub-option {code} ({name}) is missing", name = name(*.code))]
    Missing {
        /// Its code.
        code: u8,
    },
    /// A sub-option that came before.
    #[error("sub-option {code} ({name}) at {offset}: came before", name = name(*.code))]
    Repeated {
        /// Its code.
        code: u8,
        /// Where the second one stands.
        offset: usize,
    },
    /// A sub-option of no bytes, or an empty value that was to be sent.
    #[error("sub-option {code} ({name}) at {offset}: empty", name = name(*.code))]
    Empty {
        /// Its code.
        code: u8,
        /// Where it stands; 0 for a value that was not read.
        offset: usize,
    },
    /// A value with a byte that is not printable ASCII: a NUL at the end, UTF-16, a binary port.
    #[error("sub-option {code} ({name}) at {offset}: byte {byte:02X} at {at} is not printable ASCII", name = name(*.code))]
    Byte {
        /// Its code.
        code: u8,
        /// Where the sub-option stands; 0 for a value that was not read.
        offset: usize,
        /// The byte.
        byte: u8,
        /// Where the byte stands in the value.
        at: usize,
    },
    /// A value that was to be sent and does not fit a sub-option.
    #[error("sub-option {code} ({name}): {length} bytes; 255 is the most", name = name(*.code))]
    TooLong {
        /// Its code.
        code: u8,
        /// Length of the value.
        length: usize,
    },
    /// Sub-option 1 says something else than `MS-UC-Client`.
    #[error("sub-option 1 (UCIdentifier) at {offset}: `{found}` is not `MS-UC-Client`")]
    Identifier {
        /// Where it stands.
        offset: usize,
        /// What it says.
        found: String,
    },
    /// Sub-option 4 is no port.
    #[error("sub-option 4 (WebServerPort) at {offset}: `{found}` is not a port from 1 to 65535")]
    Port {
        /// Where it stands; 0 for a value that was not read.
        offset: usize,
        /// What it says.
        found: String,
    },
}

impl UcClientOptions {
    /// The options for the URL `scheme://fqdn:port` followed by `path`, which begins with a slash.
    pub fn new(scheme: &str, fqdn: &str, port: u16, path: &str) -> Result<Self, UcClientError> {
        if port == 0 {
            return Err(UcClientError::Port { offset: 0, found: port.to_string() });
        }
        Ok(Self {
            url_scheme: to_send(URL_SCHEME, scheme)?,
            web_server_fqdn: to_send(WEB_SERVER_FQDN, fqdn)?,
            web_server_port: port,
            cert_prov_rel_path: to_send(CERT_PROV_REL_PATH, path)?,
        })
    }

    /// What DHCPUtil.exe writes for a pool: https, the standard path.
    pub fn for_pool(fqdn: &str, port: u16) -> Result<Self, UcClientError> {
        Self::new("https", fqdn, port, CERT_PROV_PATH)
    }

    /// Sub-option 2, URLScheme.
    pub fn url_scheme(&self) -> &str {
        &self.url_scheme
    }

    /// Sub-option 3, WebServerFqdn.
    pub fn web_server_fqdn(&self) -> &str {
        &self.web_server_fqdn
    }

    /// Sub-option 4, WebServerPort: 1 to 65535.
    pub const fn web_server_port(&self) -> u16 {
        self.web_server_port
    }

    /// Sub-option 5, CertProvRelPath. Begins with a slash unless whoever wrote it forgot.
    pub fn cert_prov_rel_path(&self) -> &str {
        &self.cert_prov_rel_path
    }

    /// The pieces put together as DHCPUtil.exe prints them, with the port even where it is the scheme's own.
    pub fn url(&self) -> String {
        let Self { url_scheme, web_server_fqdn, web_server_port, cert_prov_rel_path } = self;
        format!("{url_scheme}://{web_server_fqdn}:{web_server_port}{cert_prov_rel_path}")
    }

    /// The payload as DHCPUtil.exe writes it: sub-options 1 to 5 in order, the port in ASCII, no end mark.
    pub fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        for (code, value) in [
            (UC_IDENTIFIER, VendorClass::UcClient.as_str()),
            (URL_SCHEME, &self.url_scheme),
            (WEB_SERVER_FQDN, &self.web_server_fqdn),
            (WEB_SERVER_PORT, &self.web_server_port.to_string()),
            (CERT_PROV_REL_PATH, &self.cert_prov_rel_path),
        ] {
            sub_option::push(&mut payload, code, value.as_bytes());
        }
        payload
    }

    /// Reads a payload with its sub-options in any order, an end mark or none, and unknown sub-options among them.
    /// Without sub-option 4 the port is [`DEFAULT_PORT`].
    pub fn decode(payload: &[u8]) -> Result<Self, UcClientError> {
        let found = Found::read(payload)?;
        found.check_identifier()?;
        Ok(Self {
            url_scheme: found.text(URL_SCHEME, found.url_scheme)?,
            web_server_fqdn: found.text(WEB_SERVER_FQDN, found.web_server_fqdn)?,
            web_server_port: found.web_server_port.map_or(Ok(DEFAULT_PORT), read_port)?,
            cert_prov_rel_path: found.text(CERT_PROV_REL_PATH, found.cert_prov_rel_path)?,
        })
    }
}

impl Documented for UcClientOptions {
    const NAME: &'static str = "DHCP option 43, class MS-UC-Client";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str =
        "TechNet gg412828 and gg412988; output of DHCPUtil.exe (Skype for Business Server 2015)";
}

/// The sub-options that a payload has, not yet read.
#[derive(Default)]
struct Found<'a> {
    uc_identifier: Option<SubOption<'a>>,
    url_scheme: Option<SubOption<'a>>,
    web_server_fqdn: Option<SubOption<'a>>,
    web_server_port: Option<SubOption<'a>>,
    cert_prov_rel_path: Option<SubOption<'a>>,
}

impl<'a> Found<'a> {
    fn read(payload: &'a [u8]) -> Result<Self, UcClientError> {
        let mut found = Self::default();
        for item in SubOptions::new(payload) {
            let sub = item?;
            let slot = match sub.code {
                UC_IDENTIFIER => &mut found.uc_identifier,
                URL_SCHEME => &mut found.url_scheme,
                WEB_SERVER_FQDN => &mut found.web_server_fqdn,
                WEB_SERVER_PORT => &mut found.web_server_port,
                CERT_PROV_REL_PATH => &mut found.cert_prov_rel_path,
                _ => continue,
            };
            if slot.replace(sub).is_some() {
                return Err(UcClientError::Repeated { code: sub.code, offset: sub.offset });
            }
        }
        Ok(found)
    }

    fn check_identifier(&self) -> Result<(), UcClientError> {
        let sub = self.uc_identifier.ok_or(UcClientError::Missing { code: UC_IDENTIFIER })?;
        let text = printable(sub)?;
        if text == VendorClass::UcClient.as_str() {
            Ok(())
        } else {
            Err(UcClientError::Identifier { offset: sub.offset, found: text.to_owned() })
        }
    }

    fn text(&self, code: u8, sub: Option<SubOption<'_>>) -> Result<String, UcClientError> {
        printable(sub.ok_or(UcClientError::Missing { code })?).map(str::to_owned)
    }
}

fn read_port(sub: SubOption<'_>) -> Result<u16, UcClientError> {
    let text = printable(sub)?;
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(port @ 1..) if digits => Ok(port),
        _ => Err(UcClientError::Port { offset: sub.offset, found: text.to_owned() }),
    }
}

fn to_send(code: u8, value: &str) -> Result<String, UcClientError> {
    if value.len() > usize::from(u8::MAX) {
        return Err(UcClientError::TooLong { code, length: value.len() });
    }
    printable(SubOption { code, offset: 0, value: value.as_bytes() }).map(str::to_owned)
}

fn printable(sub: SubOption<'_>) -> Result<&str, UcClientError> {
    let SubOption { code, offset, value } = sub;
    if value.is_empty() {
        return Err(UcClientError::Empty { code, offset });
    }
    match value.iter().enumerate().find(|(_, byte)| !byte.is_ascii_graphic()) {
        Some((at, &byte)) => Err(UcClientError::Byte { code, offset, byte, at }),
        None => Ok(std::str::from_utf8(value).expect("printable ASCII is UTF-8")),
    }
}

/// Microsoft's name of a sub-option.
pub(super) const fn name(code: u8) -> &'static str {
    match code {
        UC_IDENTIFIER => "UCIdentifier",
        URL_SCHEME => "URLScheme",
        WEB_SERVER_FQDN => "WebServerFqdn",
        WEB_SERVER_PORT => "WebServerPort",
        CERT_PROV_REL_PATH => "CertProvRelPath",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOLDEN: &[u8] = b"\x01\x0CMS-UC-Client\x02\x05https\x03\x19atl-cs-001.litwareinc.com\x04\x03443\
        \x05\x25/CertProv/CertProvisioningService.svc";

    fn pool() -> UcClientOptions {
        UcClientOptions::for_pool("atl-cs-001.litwareinc.com", 443).unwrap()
    }

    #[test]
    fn a_pool_has_the_documented_bytes() {
        assert_eq!(GOLDEN.len(), 92);
        assert_eq!(pool().encode(), GOLDEN);
        assert_eq!(UcClientOptions::decode(GOLDEN), Ok(pool()));
        assert_eq!(
            pool().url(),
            "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc"
        );
    }

    #[test]
    fn dhcputil_prints_180_hex_digits_for_its_published_pool() {
        let published = UcClientOptions::for_pool("server.fqdn.company.com", 443).unwrap();
        assert_eq!(published.encode().len() * 2, 180);
    }

    #[test]
    fn any_order_an_end_mark_and_unknown_sub_options_are_read() {
        let mut payload = Vec::new();
        let subs: Vec<_> = SubOptions::new(GOLDEN).map(Result::unwrap).collect();
        for sub in subs.iter().rev() {
            sub_option::push(&mut payload, sub.code, sub.value);
        }
        payload.extend([77, 1, 0, 255, 9]);
        assert_eq!(UcClientOptions::decode(&payload), Ok(pool()));
    }

    #[test]
    fn a_missing_port_is_443() {
        let payload = b"\x01\x0CMS-UC-Client\x02\x05https\x03\x01a\x05\x02/b";
        assert_eq!(UcClientOptions::decode(payload).unwrap().url(), "https://a:443/b");
    }

    #[test]
    fn each_fault_is_named_with_its_place() {
        let with = |tail: &[u8]| [b"\x01\x0CMS-UC-Client\x02\x05https", tail].concat();
        let fault = |tail: &[u8]| UcClientOptions::decode(&with(tail)).unwrap_err().to_string();
        assert_eq!(fault(b"\x03\x01a"), "sub-option 5 (CertProvRelPath) is missing");
        assert_eq!(fault(b"\x03\x01a\x03\x01a"), "sub-option 3 (WebServerFqdn) at 24: came before");
        assert_eq!(fault(b"\x03\x00\x05\x01/"), "sub-option 3 (WebServerFqdn) at 21: empty");
        let byte = "sub-option 3 (WebServerFqdn) at 21: byte 20 at 1 is not printable ASCII";
        assert_eq!(fault(b"\x03\x03a b\x05\x01/"), byte);
        for port in ["0", "65536", "+443", "https"] {
            let sub = [&[4, u8::try_from(port.len()).unwrap()], port.as_bytes()].concat();
            let wanted =
                format!("sub-option 4 (WebServerPort) at 24: `{port}` is not a port from 1 to 65535");
            assert_eq!(fault(&[b"\x03\x01a", &sub[..], b"\x05\x01/"].concat()), wanted);
        }
    }

    #[test]
    fn only_what_can_be_written_can_be_made() {
        let long = "a".repeat(256);
        assert_eq!(
            UcClientOptions::for_pool(&long, 443),
            Err(UcClientError::TooLong { code: 3, length: 256 })
        );
        assert_eq!(UcClientOptions::for_pool("", 443), Err(UcClientError::Empty { code: 3, offset: 0 }));
        assert!(UcClientOptions::for_pool("a", 0).is_err());
        assert!(UcClientOptions::new("https", "a", 443, "/b c").is_err());
        assert!(UcClientOptions::for_pool(&"a".repeat(255), 1).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(
            scheme in "[a-z]{1,8}", fqdn in "[!-~]{1,255}", port in 1u16.., path in "/[!-~]{0,254}",
        ) {
            let options = UcClientOptions::new(&scheme, &fqdn, port, &path).unwrap();
            prop_assert_eq!(UcClientOptions::decode(&options.encode()), Ok(options));
        }

        #[test]
        fn any_bytes_give_options_or_an_error(payload in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = UcClientOptions::decode(&payload);
        }
    }
}
