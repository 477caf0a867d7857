//! The same values for the configuration of DHCP servers, ready to be pasted.
//!
//! Each form is that of the server's own documentation, named at its function. The options are set for the whole
//! server; where a subnet is to have them alone, they belong into its declaration.

use super::{DhcpUtil, hex};
use crate::dhcp::VendorClass;
use crate::dhcp::uc_client::{
    CERT_PROV_REL_PATH, UC_IDENTIFIER, URL_SCHEME, WEB_SERVER_FQDN, WEB_SERVER_PORT, name,
};
use std::fmt::Write;

/// What Cisco IOS keeps of `option hex`, in digits.
const CISCO_DIGITS: usize = 180;
/// Hex digits in one line of Cisco's configuration that are sure to be taken.
const CISCO_LINE: usize = 160;
const CLASS: &str = VendorClass::UcClient.as_str();

/// A DHCP server that can be configured for Lync phones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DhcpServerKind {
    /// ISC dhcpd.
    Isc,
    /// Kea.
    Kea,
    /// dnsmasq.
    Dnsmasq,
    /// Cisco IOS and IOS XE.
    Cisco,
    /// MikroTik RouterOS from 7.4 on.
    MikroTik,
    /// The DHCP server of Windows.
    Netsh,
}

impl DhcpServerKind {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Isc, Self::Kea, Self::Dnsmasq, Self::Cisco, Self::MikroTik, Self::Netsh];

    /// The word of the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Isc => "isc",
            Self::Kea => "kea",
            Self::Dnsmasq => "dnsmasq",
            Self::Cisco => "cisco",
            Self::MikroTik => "mikrotik",
            Self::Netsh => "netsh",
        }
    }

    /// The server of that word, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name))
    }
}

/// The sub-options by code, with Microsoft's names and as text.
fn values(util: &DhcpUtil) -> [(u8, &'static str, String); 5] {
    let web = util.web();
    [
        (UC_IDENTIFIER, CLASS.to_owned()),
        (URL_SCHEME, web.url_scheme().to_owned()),
        (WEB_SERVER_FQDN, web.web_server_fqdn().to_owned()),
        (WEB_SERVER_PORT, web.web_server_port().to_string()),
        (CERT_PROV_REL_PATH, web.cert_prov_rel_path().to_owned()),
    ]
    .map(|(code, value)| (code, name(code), value))
}

/// Within double quotes, as ISC dhcpd and JSON have them. The values are printable ASCII.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}

fn grouped(hex: &str, size: usize, separator: &str) -> String {
    let digits: Vec<char> = hex.chars().collect();
    digits.chunks(size).map(String::from_iter).collect::<Vec<_>>().join(separator)
}

impl DhcpUtil {
    /// The configuration of a DHCP server.
    pub fn configuration(&self, server: DhcpServerKind) -> String {
        match server {
            DhcpServerKind::Isc => self.isc_dhcpd(),
            DhcpServerKind::Kea => self.kea(),
            DhcpServerKind::Dnsmasq => self.dnsmasq(),
            DhcpServerKind::Cisco => self.cisco_ios(),
            DhcpServerKind::MikroTik => self.mikrotik(),
            DhcpServerKind::Netsh => self.netsh(),
        }
    }

    /// `dhcpd.conf`: an option space that class MS-UC-Client gets as option 43 (dhcp-options(5), section VENDOR
    /// ENCAPSULATED OPTIONS; dhcpd.conf(5), section CLIENT CLASSING).
    pub fn isc_dhcpd(&self) -> String {
        let mut text = String::from(
            "# A DHCPINFORM is answered only by a server that is authoritative for the subnet: `authoritative;`.\n\
             option space MSUC;\n",
        );
        for (code, name, _) in values(self) {
            let _ = writeln!(text, "option MSUC.{name} code {code} = text;");
        }
        let option_120 = grouped(&self.hex_120().to_ascii_lowercase(), 2, ":");
        let _ = writeln!(text, "option UCSipServer code 120 = string;\noption UCSipServer {option_120};");
        let _ = writeln!(text, "\nclass \"{CLASS}\" {{");
        let _ = writeln!(text, "  match if option vendor-class-identifier = \"{CLASS}\";");
        let _ = writeln!(text, "  vendor-option-space MSUC;");
        for (_, name, value) in values(self) {
            let _ = writeln!(text, "  option MSUC.{name} {};", quoted(&value));
        }
        text + "}\n"
    }

    /// `kea-dhcp4.conf`: a class with an option 43 of its own, which encapsulates a space (Kea Administrator Reference
    /// Manual, "DHCPv4 Private Options" and "Custom DHCPv4 Options").
    ///
    /// The values are hex digits, because a comma in a text would divide it.
    pub fn kea(&self) -> String {
        let list = |rows: Vec<String>, indent: &str| {
            let rows: Vec<_> = rows.into_iter().map(|row| format!("{indent}{{ {row} }}")).collect();
            rows.join(",\n")
        };
        let definitions = values(self).map(|(code, name, _)| {
            format!("\"space\": \"MSUC\", \"code\": {code}, \"name\": \"{name}\", \"type\": \"binary\"")
        });
        let mut data: Vec<_> = values(self)
            .map(|(_, name, value)| {
                let digits = hex(value.as_bytes());
                format!(
                    "\"space\": \"MSUC\", \"name\": \"{name}\", \"csv-format\": false, \"data\": \"{digits}\""
                )
            })
            .into();
        data.push("\"name\": \"vendor-encapsulated-options\"".to_owned());
        format!(
            "{{\n  \"Dhcp4\": {{\n    \"option-def\": [\n{}\n    ],\n    \"option-data\": [\n      \
             {{ \"space\": \"dhcp4\", \"code\": 120, \"csv-format\": false, \"data\": \"{}\" }}\n    ],\n    \
             \"client-classes\": [\n      {{\n        \"name\": \"{CLASS}\",\n        \
             \"test\": \"option[60].text == '{CLASS}'\",\n        \"option-def\": [\n          \
             {{ \"name\": \"vendor-encapsulated-options\", \"code\": 43, \"type\": \"empty\", \
             \"encapsulate\": \"MSUC\" }}\n        ],\n        \"option-data\": [\n{}\n        ]\n      }}\n    ]\n  }}\n}}\n",
            list(definitions.into(), "      "),
            self.hex_120(),
            list(data, "          "),
        )
    }

    /// `dnsmasq.conf` (dnsmasq(8), --dhcp-vendorclass and --dhcp-option).
    ///
    /// The whole option 43 as bytes, because `vendor:` options come in falling order and with an end mark.
    pub fn dnsmasq(&self) -> String {
        let option_43 = grouped(&self.hex_43().to_ascii_lowercase(), 2, ":");
        let name = self.sip_server();
        format!(
            "# dnsmasq takes the class for a part of what the client says; `foo-{CLASS}` is in it, too.\n\
             dhcp-vendorclass=set:msuc,{CLASS}\ndhcp-option=tag:msuc,43,{option_43}\n\
             dhcp-option=option:sip-server,{name}\n"
        )
    }

    /// A DHCP pool of Cisco IOS (IOS IP Addressing Services Command Reference, `option` and `option ext`; a blog post of
    /// 2018 on both with DHCPUtil's values).
    ///
    /// From 15.1(3)S on `option hex` keeps 180 digits and says nothing. `option ext` takes 255 bytes, and its lines are
    /// put together (the blog post).
    pub fn cisco_ios(&self) -> String {
        let (option_43, option_120) = (self.hex_43(), self.hex_120());
        let digits = option_43.len();
        let mut text =
            String::from("! IOS sends option 43 of a pool to clients of every vendor class (inferred).\n");
        let longest = digits.max(option_120.len());
        if longest > CISCO_DIGITS {
            let _ = writeln!(
                text,
                "! Option 43 has {digits} hex digits, option 120 has {}: `option hex` of IOS from 15.1(3)S on keeps\n\
                 ! {CISCO_DIGITS} and says nothing. `option ext` is there from IOS XE 3.2.1S on; where it is not, give the\n\
                 ! web server a shorter name, of at most 23 characters.",
                option_120.len()
            );
        }
        text.push_str("ip dhcp pool LYNC\n");
        for (code, hex) in [(43, option_43), (120, option_120)] {
            if hex.len() <= CISCO_DIGITS {
                let _ = writeln!(text, " option {code} hex {}", grouped(&hex.to_ascii_lowercase(), 4, "."));
                continue;
            }
            for piece in hex.to_ascii_lowercase().as_bytes().chunks(CISCO_LINE) {
                let piece = String::from_utf8_lossy(piece);
                let _ = writeln!(text, " option ext {code} hex {}", grouped(&piece, 4, "."));
            }
        }
        text
    }

    /// Commands of RouterOS (MikroTik's documentation of the DHCP server, "DHCP Options", "DHCP Option Sets" and
    /// "Generic matcher").
    ///
    /// That a matcher takes `option-set` is known from published configurations, not from an example of MikroTik's; that
    /// a matcher is asked for a DHCPINFORM, too, is inferred.
    pub fn mikrotik(&self) -> String {
        format!(
            "# RouterOS 7.4 or later; before 7.16 without `matching-type`. Put your DHCP server's name for `dhcp1`.\n\
             /ip dhcp-server option\n\
             add name=lync-43 code=43 value=0x{}\n\
             add name=lync-120 code=120 value=0x{}\n\
             /ip dhcp-server option sets\n\
             add name=lync options=lync-43,lync-120\n\
             /ip dhcp-server matcher\n\
             add name=lync server=dhcp1 code=60 value=\"{CLASS}\" matching-type=exact option-set=lync\n",
            self.hex_43(),
            self.hex_120(),
        )
    }

    /// The commands of DHCPConfigScript.bat with the values put in (TechNet gg412988, whose copy of the script has a
    /// quotation mark in the wrong line and `nt` for `not`).
    pub fn netsh(&self) -> String {
        let mut text = String::from(
            "netsh dhcp server delete optionvalue 120\n\
             netsh dhcp server delete optiondef 120\n\
             netsh dhcp server delete class MSUCClient\n\
             netsh dhcp server add optiondef 120 UCSipServer Binary 0 comment=\"Sip Server Fqdn\"\n",
        );
        let _ = writeln!(text, "netsh dhcp server set optionvalue 120 Binary {}", self.hex_120());
        let _ = writeln!(text, "netsh dhcp server add class MSUCClient \"UC Vendor Class Id\" \"{CLASS}\" 1");
        for (code, name, value) in values(self) {
            let comment = match code {
                UC_IDENTIFIER => "UC Identifier",
                URL_SCHEME => "URL Scheme",
                WEB_SERVER_FQDN => "Web Server Fqdn",
                WEB_SERVER_PORT => "Web Server Port",
                _ => "Cert Prov Relative Path",
            };
            let digits = hex(value.as_bytes());
            let _ = writeln!(
                text,
                "netsh dhcp server add optiondef {code} {name} Binary 0 Vendor=MSUCClient comment=\"{comment}\"\n\
                 netsh dhcp server set optionvalue {code} Binary vendor=MSUCClient {digits}"
            );
        }
        text
    }
}

#[cfg(test)]
mod tests;
