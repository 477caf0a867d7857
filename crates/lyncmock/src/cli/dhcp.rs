//! `lyncmock dhcp`: leases and counters of a running pool; and, of an option 43 or 120 in hex, what is wrong with it.

mod given;
mod running;

use super::output::{note, print};
use super::server::ServerArgs;
use clap::{Args, Subcommand};
use given::{Given, GivenError};
use lync_model::scenario::Catalogue;
use lync_proto::dhcp::explain::{Finding, Listed, explain_43, explain_120, is_good, list_43, list_120};
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC};
use std::fmt::Write;
use std::net::Ipv4Addr;
use std::process::ExitCode;

/// `lyncmock dhcp`
#[derive(Args)]
pub(super) struct DhcpArgs {
    #[command(subcommand)]
    command: DhcpCommand,
}

#[derive(Subcommand)]
enum DhcpCommand {
    /// Say of an option 43 or 120 what it holds and what is wrong with it
    ///
    /// Exits with 0 when a Lync client gets on with it, as far as it shows, and with 1 when not.
    Explain {
        /// The option's bytes in hex, as DHCPUtil, a router or Wireshark writes them, with code and length or without
        #[arg(required = true, value_name = "HEX", allow_hyphen_values = true)]
        hex: Vec<String>,
        /// Which option it is: 43 or 120 [default: what it looks like]
        #[arg(long, value_name = "43|120", value_parser = option_code)]
        option: Option<u8>,
    },
    /// List the leases of a running pool, and the addresses that nobody gets for a while
    Leases {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// End a lease of a running pool, or the time for which nobody gets an address
    ///
    /// The client is not told: it goes on with the address until it renews, while somebody else can be given it.
    Forget {
        /// The address
        address: Ipv4Addr,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Show whom a running pool answers, where, and what became of the datagrams
    Status {
        /// Print one JSON object
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
}

fn option_code(text: &str) -> Result<u8, String> {
    match text.parse() {
        Ok(code @ (OPTION_VENDOR_SPECIFIC | OPTION_SIP_SERVERS)) => Ok(code),
        _ => Err("43 and 120 can be explained".to_owned()),
    }
}

pub(super) async fn run(arguments: DhcpArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        DhcpCommand::Explain { hex, option } => return explain(&hex, option),
        DhcpCommand::Leases { json, server } => running::leases(&server.client()?, json).await?,
        DhcpCommand::Forget { address, server } => running::forget(&server.client()?, address).await?,
        DhcpCommand::Status { json, server } => running::status(&server.client()?, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn explain(hex: &[String], option: Option<u8>) -> anyhow::Result<ExitCode> {
    let options = match given::read(&hex.join(" "), option) {
        Ok(options) => options,
        Err(error) => return wrong_usage(&error),
    };
    let mut good = true;
    for (number, given) in options.iter().enumerate() {
        let found = explained(given);
        good &= is_good(&found);
        if number > 0 {
            print("\n")?;
        }
        print(told(given, &found))?;
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn wrong_usage(error: &GivenError) -> anyhow::Result<ExitCode> {
    note(format!("error: {error}\n"));
    Ok(ExitCode::from(super::WRONG_USAGE))
}

fn explained(given: &Given) -> Vec<Finding> {
    let mut found = match given.code {
        OPTION_SIP_SERVERS => explain_120(&given.payload),
        _ => explain_43(&given.payload),
    };
    found.extend(given.header.clone());
    found
}

fn told(given: &Given, found: &[Finding]) -> String {
    let how = if given.guessed { ", by what it looks like (--option tells which it is)" } else { "" };
    let mut text = format!("Option {}, {} bytes{how}\n", given.code, given.payload.len());
    text.push_str(&listed(given.code, &given.payload));
    text.push_str(&findings(found.iter().map(|finding| (Some(given.code), finding))));
    text.push_str(match (is_good(found), found.is_empty()) {
        (true, true) => "Good: as DHCPUtil writes it.\n",
        (true, false) => "Good, as far as it shows.\n",
        (false, _) => "Broken.\n",
    });
    text
}

/// What an option holds, as far as it can be read.
pub(super) fn listed(code: u8, payload: &[u8]) -> String {
    let rows = if code == OPTION_SIP_SERVERS { list_120(payload) } else { list_43(payload) };
    let row = |Listed { at, code: sub, name, value }: &Listed| match code {
        OPTION_SIP_SERVERS => format!("\tbyte {at:<3} {name}: {value}\n"),
        _ => format!("\tbyte {at:<3} sub-option {sub} <{name}>: {value}\n"),
    };
    rows.iter().map(row).collect()
}

/// The findings, one a line, each scenario with its title behind the first finding that looks like it.
pub(super) fn findings<'f>(found: impl Iterator<Item = (Option<u8>, &'f Finding)>) -> String {
    let mut text = String::new();
    let mut told = Vec::new();
    for (code, finding) in found {
        let place = code.map(|code| format!("option {code}, byte {}: ", finding.at)).unwrap_or_default();
        let _ = writeln!(text, "{:<9}{place}{}", finding.severity, finding.text);
        if let Some(name) = finding.scenario.filter(|name| !told.contains(name)) {
            told.push(name);
            let _ = writeln!(text, "{:<9}{}", "", looks_like(name));
        }
    }
    text
}

/// The scenario and what it is about.
pub(super) fn looks_like(scenario: &str) -> String {
    let title =
        Catalogue::built_in().get(scenario).map(|scenario| scenario.title.as_str()).unwrap_or_default();
    format!("looks like {scenario}: {title}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn shown(hex: &str) -> String {
        let given = given::read(hex, None).unwrap();
        given.iter().map(|given| told(given, &explained(given))).collect()
    }

    #[test]
    fn a_right_option_is_listed() {
        expect![[r#"
            Option 43, 92 bytes
            	byte 0   sub-option 1 <UCIdentifier>: MS-UC-Client
            	byte 14  sub-option 2 <URLScheme>: https
            	byte 21  sub-option 3 <WebServerFqdn>: atl-cs-001.litwareinc.com
            	byte 48  sub-option 4 <WebServerPort>: 443
            	byte 53  sub-option 5 <CertProvRelPath>: /CertProv/CertProvisioningService.svc
            Good: as DHCPUtil writes it.
        "#]].assert_eq(&shown(
            "2B5C 010C4D532D55432D436C69656E7402056874747073031961746C2D63732D3030312E6C697477617265696E632E636F6D\
             040334343305252F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663",
        ));
    }

    #[test]
    fn a_broken_option_is_named_with_its_scenario() {
        expect![[r#"
            Option 120, 25 bytes, by what it looks like (--option tells which it is)
            fatal    option 120, byte 0: plain text, `atl-cs-001.litwareinc.com`: encoding 0, labels with their lengths and 00 are expected
                     looks like dhcp-option-120-ascii: Option 120 is the bare name
            Broken.
        "#]]
            .assert_eq(&shown("61:74:6c:2d:63:73:2d:30:30:31:2e:6c:69:74:77:61:72:65:69:6e:63:2e:63:6f:6d"));
    }

    #[test]
    fn every_scenario_that_a_finding_names_is_in_the_catalogue() {
        let table = include_str!("../../../../fixtures/captures/dhcp-options.tsv");
        let hex = |text: &str| given::bytes(text).ok();
        let mut named = 0;
        for line in table.lines().skip(1) {
            let columns: Vec<_> = line.split('\t').collect();
            let found =
                lync_proto::dhcp::explain::explain(hex(columns[2]).as_deref(), hex(columns[3]).as_deref());
            for name in found.scenarios() {
                assert!(Catalogue::built_in().get(name).is_ok(), "{name}");
                named += 1;
            }
        }
        assert!(named >= 20, "{named}");
    }
}
