//! Each configuration as it is pasted.

use super::*;
use crate::dhcp::{DomainName, SipServers, UcClientOptions};
use expect_test::expect;

fn of(fqdn: &str) -> DhcpUtil {
    DhcpUtil::for_pool(fqdn.parse().unwrap()).unwrap()
}

fn pool() -> DhcpUtil {
    of("atl-cs-001.litwareinc.com")
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    let pairs = digits.chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[test]
fn each_server_is_found_by_its_word_in_any_case() {
    for kind in DhcpServerKind::ALL {
        assert_eq!(DhcpServerKind::from_name(&kind.as_str().to_ascii_uppercase()), Some(kind));
    }
    assert_eq!(DhcpServerKind::from_name("udhcpd"), None);
}

#[test]
fn isc_dhcpd() {
    expect![[r##"
        # A DHCPINFORM is answered only by a server that is authoritative for the subnet: `authoritative;`.
        option space MSUC;
        option MSUC.UCIdentifier code 1 = text;
        option MSUC.URLScheme code 2 = text;
        option MSUC.WebServerFqdn code 3 = text;
        option MSUC.WebServerPort code 4 = text;
        option MSUC.CertProvRelPath code 5 = text;
        option UCSipServer code 120 = string;
        option UCSipServer 00:0a:61:74:6c:2d:63:73:2d:30:30:31:0a:6c:69:74:77:61:72:65:69:6e:63:03:63:6f:6d:00;

        class "MS-UC-Client" {
          match if option vendor-class-identifier = "MS-UC-Client";
          vendor-option-space MSUC;
          option MSUC.UCIdentifier "MS-UC-Client";
          option MSUC.URLScheme "https";
          option MSUC.WebServerFqdn "atl-cs-001.litwareinc.com";
          option MSUC.WebServerPort "443";
          option MSUC.CertProvRelPath "/CertProv/CertProvisioningService.svc";
        }
    "##]].assert_eq(&pool().isc_dhcpd());
}

#[test]
fn kea() {
    expect![[r#"
        {
          "Dhcp4": {
            "option-def": [
              { "space": "MSUC", "code": 1, "name": "UCIdentifier", "type": "binary" },
              { "space": "MSUC", "code": 2, "name": "URLScheme", "type": "binary" },
              { "space": "MSUC", "code": 3, "name": "WebServerFqdn", "type": "binary" },
              { "space": "MSUC", "code": 4, "name": "WebServerPort", "type": "binary" },
              { "space": "MSUC", "code": 5, "name": "CertProvRelPath", "type": "binary" }
            ],
            "option-data": [
              { "space": "dhcp4", "code": 120, "csv-format": false, "data": "000A61746C2D63732D3030310A6C697477617265696E6303636F6D00" }
            ],
            "client-classes": [
              {
                "name": "MS-UC-Client",
                "test": "option[60].text == 'MS-UC-Client'",
                "option-def": [
                  { "name": "vendor-encapsulated-options", "code": 43, "type": "empty", "encapsulate": "MSUC" }
                ],
                "option-data": [
                  { "space": "MSUC", "name": "UCIdentifier", "csv-format": false, "data": "4D532D55432D436C69656E74" },
                  { "space": "MSUC", "name": "URLScheme", "csv-format": false, "data": "6874747073" },
                  { "space": "MSUC", "name": "WebServerFqdn", "csv-format": false, "data": "61746C2D63732D3030312E6C697477617265696E632E636F6D" },
                  { "space": "MSUC", "name": "WebServerPort", "csv-format": false, "data": "343433" },
                  { "space": "MSUC", "name": "CertProvRelPath", "csv-format": false, "data": "2F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663" },
                  { "name": "vendor-encapsulated-options" }
                ]
              }
            ]
          }
        }
    "#]].assert_eq(&pool().kea());
}

#[test]
fn dnsmasq() {
    expect![[r#"
        # dnsmasq takes the class for a part of what the client says; `foo-MS-UC-Client` is in it, too.
        dhcp-vendorclass=set:msuc,MS-UC-Client
        dhcp-option=tag:msuc,43,01:0c:4d:53:2d:55:43:2d:43:6c:69:65:6e:74:02:05:68:74:74:70:73:03:19:61:74:6c:2d:63:73:2d:30:30:31:2e:6c:69:74:77:61:72:65:69:6e:63:2e:63:6f:6d:04:03:34:34:33:05:25:2f:43:65:72:74:50:72:6f:76:2f:43:65:72:74:50:72:6f:76:69:73:69:6f:6e:69:6e:67:53:65:72:76:69:63:65:2e:73:76:63
        dhcp-option=option:sip-server,atl-cs-001.litwareinc.com
    "#]].assert_eq(&pool().dnsmasq());
}

#[test]
fn cisco_ios_with_a_name_that_fits() {
    expect![[r#"
        ! IOS sends option 43 of a pool to clients of every vendor class (inferred).
        ip dhcp pool LYNC
         option 43 hex 010c.4d53.2d55.432d.436c.6965.6e74.0205.6874.7470.7303.1773.6572.7665.722e.6671.646e.2e63.6f6d.7061.6e79.2e63.6f6d.0403.3434.3305.252f.4365.7274.5072.6f76.2f43.6572.7450.726f.7669.7369.6f6e.696e.6753.6572.7669.6365.2e73.7663
         option 120 hex 0006.7365.7276.6572.0466.7164.6e07.636f.6d70.616e.7903.636f.6d00
    "#]].assert_eq(&of("server.fqdn.company.com").cisco_ios());
}

#[test]
fn cisco_ios_with_a_name_that_is_too_long() {
    expect![[r#"
        ! IOS sends option 43 of a pool to clients of every vendor class (inferred).
        ! Option 43 has 184 hex digits, option 120 has 56: `option hex` of IOS from 15.1(3)S on keeps
        ! 180 and says nothing. `option ext` is there from IOS XE 3.2.1S on; where it is not, give the
        ! web server a shorter name, of at most 23 characters.
        ip dhcp pool LYNC
         option ext 43 hex 010c.4d53.2d55.432d.436c.6965.6e74.0205.6874.7470.7303.1961.746c.2d63.732d.3030.312e.6c69.7477.6172.6569.6e63.2e63.6f6d.0403.3434.3305.252f.4365.7274.5072.6f76.2f43.6572.7450.726f.7669.7369.6f6e.696e
         option ext 43 hex 6753.6572.7669.6365.2e73.7663
         option 120 hex 000a.6174.6c2d.6373.2d30.3031.0a6c.6974.7761.7265.696e.6303.636f.6d00
    "#]].assert_eq(&pool().cisco_ios());
}

#[test]
fn mikrotik() {
    expect![[r##"
        # RouterOS 7.4 or later; before 7.16 without `matching-type`. Put your DHCP server's name for `dhcp1`.
        /ip dhcp-server option
        add name=lync-43 code=43 value=0x010C4D532D55432D436C69656E7402056874747073031961746C2D63732D3030312E6C697477617265696E632E636F6D040334343305252F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663
        add name=lync-120 code=120 value=0x000A61746C2D63732D3030310A6C697477617265696E6303636F6D00
        /ip dhcp-server option sets
        add name=lync options=lync-43,lync-120
        /ip dhcp-server matcher
        add name=lync server=dhcp1 code=60 value="MS-UC-Client" matching-type=exact option-set=lync
    "##]].assert_eq(&pool().mikrotik());
}

#[test]
fn netsh() {
    expect![[r#"
        netsh dhcp server delete optionvalue 120
        netsh dhcp server delete optiondef 120
        netsh dhcp server delete class MSUCClient
        netsh dhcp server add optiondef 120 UCSipServer Binary 0 comment="Sip Server Fqdn"
        netsh dhcp server set optionvalue 120 Binary 000A61746C2D63732D3030310A6C697477617265696E6303636F6D00
        netsh dhcp server add class MSUCClient "UC Vendor Class Id" "MS-UC-Client" 1
        netsh dhcp server add optiondef 1 UCIdentifier Binary 0 Vendor=MSUCClient comment="UC Identifier"
        netsh dhcp server set optionvalue 1 Binary vendor=MSUCClient 4D532D55432D436C69656E74
        netsh dhcp server add optiondef 2 URLScheme Binary 0 Vendor=MSUCClient comment="URL Scheme"
        netsh dhcp server set optionvalue 2 Binary vendor=MSUCClient 6874747073
        netsh dhcp server add optiondef 3 WebServerFqdn Binary 0 Vendor=MSUCClient comment="Web Server Fqdn"
        netsh dhcp server set optionvalue 3 Binary vendor=MSUCClient 61746C2D63732D3030312E6C697477617265696E632E636F6D
        netsh dhcp server add optiondef 4 WebServerPort Binary 0 Vendor=MSUCClient comment="Web Server Port"
        netsh dhcp server set optionvalue 4 Binary vendor=MSUCClient 343433
        netsh dhcp server add optiondef 5 CertProvRelPath Binary 0 Vendor=MSUCClient comment="Cert Prov Relative Path"
        netsh dhcp server set optionvalue 5 Binary vendor=MSUCClient 2F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663
    "#]].assert_eq(&pool().netsh());
}

#[test]
fn what_is_pasted_reads_back() {
    let right_43 = UcClientOptions::for_pool("atl-cs-001.litwareinc.com", 443).unwrap();
    let right_120 = SipServers::from("atl-cs-001.litwareinc.com".parse::<DomainName>().unwrap());
    let after = |text: &str, mark: &str| {
        let rest = text.split_once(mark).unwrap_or_else(|| panic!("{mark} in {text}")).1;
        bytes(rest.lines().next().unwrap())
    };
    let dnsmasq = pool().dnsmasq();
    assert_eq!(UcClientOptions::decode(&after(&dnsmasq, "tag:msuc,43,")), Ok(right_43.clone()));
    let mikrotik = pool().mikrotik();
    assert_eq!(UcClientOptions::decode(&after(&mikrotik, "code=43 value=0x")), Ok(right_43.clone()));
    assert_eq!(SipServers::decode(&after(&mikrotik, "code=120 value=0x")), Ok(right_120.clone()));
    assert_eq!(
        SipServers::decode(&after(&pool().isc_dhcpd(), "string;\noption UCSipServer ")),
        Ok(right_120.clone())
    );
    let cisco = pool().cisco_ios();
    let pieces = cisco.lines().filter_map(|line| line.strip_prefix(" option ext 43 hex "));
    let whole: Vec<u8> = pieces.flat_map(bytes).collect();
    assert_eq!(UcClientOptions::decode(&whole), Ok(right_43));
    assert_eq!(SipServers::decode(&after(&cisco, " option 120 hex ")), Ok(right_120));
}

#[test]
fn kea_reads_json_with_these_values() {
    let kea: serde_json::Value = serde_json::from_str(&pool().kea()).unwrap();
    let class = &kea["Dhcp4"]["client-classes"][0];
    assert_eq!(class["test"], "option[60].text == 'MS-UC-Client'");
    let data = class["option-data"].as_array().unwrap();
    let texts: Vec<_> = data
        .iter()
        .filter_map(|option| option["data"].as_str())
        .map(|hex| String::from_utf8(bytes(hex)).unwrap())
        .collect();
    let path = "/CertProv/CertProvisioningService.svc";
    assert_eq!(texts, ["MS-UC-Client", "https", "atl-cs-001.litwareinc.com", "443", path]);
}

#[test]
fn no_value_breaks_out_of_its_quotation_marks() {
    let web = UcClientOptions::new("https", "a.test", 443, r#"/x";include"/etc/passwd"\"#).unwrap();
    let util = DhcpUtil::new("a.test".parse().unwrap(), web);
    assert!(util.isc_dhcpd().contains(r#"option MSUC.CertProvRelPath "/x\";include\"/etc/passwd\"\\";"#));
    assert!(serde_json::from_str::<serde_json::Value>(&util.kea()).is_ok());
}
