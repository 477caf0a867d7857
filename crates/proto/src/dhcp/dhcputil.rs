//! What DHCPUtil.exe prints: options 43 and 120 of a pool, for whoever sets up a DHCP server.
//!
//! Source: the output of DHCPUtil.exe of Skype for Business Server 2015 for two pools, in a blog post of 2018 (which
//! shows tabs as blanks; that they are tabs is inferred). That of Lync Server 2010 has the same values in other lines.

mod servers;

pub use servers::DhcpServerKind;

use super::{DomainName, SipServers, SubOptions, UcClientError, UcClientOptions, VendorClass};
use std::fmt::Write;

/// The script that DHCPUtil leaves the work to, where Skype for Business Server 2015 puts it.
const SCRIPT: &str = r"C:\Program Files\Common Files\Skype for Business Server 2015\DHCPConfigScript.bat";

/// The options of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DhcpUtil {
    sip_server: DomainName,
    web: UcClientOptions,
}

impl DhcpUtil {
    /// The options of a pool whose web services are at the Registrar's name, on port 443.
    ///
    /// # Errors
    /// None that a domain name is known to lead to; a name fits its sub-option.
    pub fn for_pool(sip_server: DomainName) -> Result<Self, UcClientError> {
        let web = UcClientOptions::for_pool(sip_server.as_str(), super::DEFAULT_PORT)?;
        Ok(Self { sip_server, web })
    }

    /// The options of a pool whose web services are elsewhere.
    pub const fn new(sip_server: DomainName, web: UcClientOptions) -> Self {
        Self { sip_server, web }
    }

    /// The Registrar.
    pub const fn sip_server(&self) -> &DomainName {
        &self.sip_server
    }

    /// Certificate provisioning.
    pub const fn web(&self) -> &UcClientOptions {
        &self.web
    }

    /// Option 43, in upper-case hex digits.
    pub fn hex_43(&self) -> String {
        hex(&self.web.encode())
    }

    /// Option 120, in upper-case hex digits.
    pub fn hex_120(&self) -> String {
        hex(&SipServers::from(self.sip_server.clone()).encode())
    }

    /// The sub-options of option 43, each with its code and in upper-case hex digits.
    fn sub_options(&self) -> Vec<(u8, String)> {
        SubOptions::new(&self.web.encode()).flatten().map(|sub| (sub.code, hex(sub.value))).collect()
    }

    /// What DHCPUtil prints for `-SipServer`. The length that it tells counts hex digits.
    pub fn text(&self) -> String {
        let (class, value) = (VendorClass::UcClient.as_str(), self.hex_43());
        let mut text = String::new();
        let _ = write!(
            text,
            "SIP Server FQDN : {}\nCertificate Provisioning Service URL : {}\n\nOption 120:\n{}\n\n\
             Vendor Class Identifier: {class}\nOption 43 (for vendor={class}):\n\
             \tFull Option 43 value (Length: {}) : \n\t{value}\n",
            self.sip_server,
            self.web.url(),
            self.hex_120(),
            value.len(),
        );
        for (code, value) in self.sub_options() {
            let _ = writeln!(text, "\tsub-option {code} <{}>: {value}", printed_name(code));
        }
        let _ = write!(
            text,
            "\nTo configure DHCP Server with appropriate values, you can do one of the following things:\n\
             \t1. Run DHCPUtil on the DHCP Server: use '-RunConfigScript' switch\n\
             \t2. Run the following command on the DHCP Server (modify the path of DHCPConfigScript.bat appropriately):\n\
             {}\n",
            self.configure_command(),
        );
        text
    }

    /// The command with which DHCPUtil calls its script.
    pub fn configure_command(&self) -> String {
        let mut command =
            format!("\"{SCRIPT}\" Configure {} {}", VendorClass::UcClient.as_str(), self.hex_120());
        for (_, value) in self.sub_options() {
            let _ = write!(command, " {value}");
        }
        command
    }
}

/// The name of a sub-option as DHCPUtil prints it, which is another one than that of the option definitions.
const fn printed_name(code: u8) -> &'static str {
    match code {
        1 => "UC Identifier",
        2 => "URL Scheme",
        3 => "Web Server FQDN",
        4 => "Port",
        _ => "Relative Path for Cert Prov",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        let _ = write!(digits, "{byte:02X}");
        digits
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(fqdn: &str) -> DhcpUtil {
        DhcpUtil::for_pool(fqdn.parse().unwrap()).unwrap()
    }

    /// The published output, its wrapped lines joined and its blanks at the beginning of lines taken for tabs.
    const PUBLISHED: &str = "\
SIP Server FQDN : server.fqdn.company.com
Certificate Provisioning Service URL : https://server.fqdn.company.com:443/CertProv/CertProvisioningService.svc

Option 120:
0006736572766572046671646E07636F6D70616E7903636F6D00

Vendor Class Identifier: MS-UC-Client
Option 43 (for vendor=MS-UC-Client):
\tFull Option 43 value (Length: 180) : \n\
\t010C4D532D55432D436C69656E740205687474707303177365727665722E6671646E2E636F6D70616E792E636F6D040334343305252F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663
\tsub-option 1 <UC Identifier>: 4D532D55432D436C69656E74
\tsub-option 2 <URL Scheme>: 6874747073
\tsub-option 3 <Web Server FQDN>: 7365727665722E6671646E2E636F6D70616E792E636F6D
\tsub-option 4 <Port>: 343433
\tsub-option 5 <Relative Path for Cert Prov>: 2F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663

To configure DHCP Server with appropriate values, you can do one of the following things:
\t1. Run DHCPUtil on the DHCP Server: use '-RunConfigScript' switch
\t2. Run the following command on the DHCP Server (modify the path of DHCPConfigScript.bat appropriately):
\"C:\\Program Files\\Common Files\\Skype for Business Server 2015\\DHCPConfigScript.bat\" Configure MS-UC-Client 0006736572766572046671646E07636F6D70616E7903636F6D00 4D532D55432D436C69656E74 6874747073 7365727665722E6671646E2E636F6D70616E792E636F6D 343433 2F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663
";

    #[test]
    fn the_published_output_is_printed() {
        assert_eq!(of("server.fqdn.company.com").text(), PUBLISHED);
    }

    #[test]
    fn the_second_published_pool_has_its_values() {
        let printed = of("sipserver.fqdn.company.com");
        assert_eq!(printed.hex_120(), "0009736970736572766572046671646E07636F6D70616E7903636F6D00");
        assert_eq!(
            printed.hex_43(),
            "010C4D532D55432D436C69656E7402056874747073031A7369707365727665722E6671646E2E636F6D70616E792E636F6D\
             040334343305252F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663"
        );
        assert!(printed.text().contains("\n\tFull Option 43 value (Length: 186) : \n"));
        let sub =
            "\n\tsub-option 3 <Web Server FQDN>: 7369707365727665722E6671646E2E636F6D70616E792E636F6D\n";
        assert!(printed.text().contains(sub));
    }

    #[test]
    fn the_web_services_can_have_a_name_and_a_port_of_their_own() {
        let web = UcClientOptions::for_pool("webint.litwareinc.com", 4443).unwrap();
        let text = DhcpUtil::new("pool.litwareinc.com".parse().unwrap(), web).text();
        assert!(text.starts_with("SIP Server FQDN : pool.litwareinc.com\n"));
        assert!(
            text.contains("URL : https://webint.litwareinc.com:4443/CertProv/CertProvisioningService.svc\n")
        );
        assert!(text.contains("<Port>: 34343433\n"));
    }
}
