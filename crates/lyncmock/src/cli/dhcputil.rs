//! `lyncmock DHCPUtil`: Microsoft's tool, with its parameters and what it prints.
//!
//! `-SipServer` and `-RunConfigScript` are as its published output has them, `-WebServer` and `-EmulateClient` as
//! people tell of them; what it prints for `-EmulateClient` is not public, so that text is lyncmock's own.

mod arguments;
mod emulate;

use super::client::DEFAULT_DHCP;
use super::output::{note, print, told};
use super::patience::patience;
use anyhow::Context;
use arguments::{Bound, Kind, Parameter, bind};
use lync_phone::{DhcpDiscovery, ServiceUrl};
use lync_proto::dhcp::dhcputil::{DhcpServerKind, DhcpUtil};
use lync_proto::dhcp::{CERT_PROV_PATH, DomainName, UcClientOptions};
use std::process::ExitCode;

const fn text(name: &'static str) -> Parameter {
    Parameter { name, kind: Kind::String }
}

const fn switch(name: &'static str) -> Parameter {
    Parameter { kind: Kind::Switch, ..text(name) }
}

/// DHCPUtil's parameters, and behind two dashes lyncmock's own.
const PARAMETERS: &[Parameter] = &[
    text("SipServer"),
    text("WebServer"),
    switch("EmulateClient"),
    switch("RunConfigScript"),
    text("-for"),
    text("-dhcp"),
    text("-dhcp-interface"),
    text("-timeout"),
];

const HELP: &str = "\
DHCPUtil -SipServer <FQDN> [-WebServer <FQDN or URL>] [-RunConfigScript]
DHCPUtil -EmulateClient [-SipServer <FQDN>] [-WebServer <FQDN or URL>]

Prints options 43 and 120 of a Lync pool, for whoever sets up a DHCP server. -WebServer is for pools whose web services
have a name or a port of their own. -EmulateClient asks as a phone does, and says what is wrong with the answer; with
-SipServer also whether it is that pool's. -RunConfigScript has a Windows DHCP server configured by
DHCPConfigScript.bat; lyncmock runs nothing, and prints its commands.

lyncmock's own parameters:
    --for SERVER             print the configuration of a DHCP server instead: isc, kea, dnsmasq, cisco, mikrotik, netsh
    --dhcp ADDR:PORT         ask this DHCP server [default: 127.0.0.1:10067]
    --dhcp-interface NAME    ask every DHCP server on this interface
    --timeout TIME           how long the first answer is waited for, of three times: 300ms, 5s [default: 1s]

Exit code: 0 done, or an answer that a phone can use; 1 no such answer, or nothing run; 2 wrong usage.
";

/// What is to be done.
enum Task {
    Print(DhcpUtil, Option<DhcpServerKind>),
    RunConfigScript(DhcpUtil),
    Emulate(Option<DhcpUtil>, DhcpDiscovery),
}

pub(super) async fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    if arguments.iter().any(|argument| matches!(argument.as_str(), "-?" | "/?" | "-h" | "--help" | "-Help")) {
        print(HELP)?;
        return Ok(ExitCode::SUCCESS);
    }
    match parse(arguments) {
        Err(error) => {
            note(format!("DHCPUtil : {}\nDHCPUtil -? tells its parameters.\n", told(&error)));
            Ok(ExitCode::from(super::WRONG_USAGE))
        }
        Ok(Task::Print(util, None)) => print(util.text()).map(|()| ExitCode::SUCCESS),
        Ok(Task::Print(util, Some(server))) => print(util.configuration(server)).map(|()| ExitCode::SUCCESS),
        Ok(Task::RunConfigScript(util)) => {
            note("This is no Windows DHCP server, and nothing was run. DHCPConfigScript.bat would run:\n");
            print(util.netsh())?;
            Ok(ExitCode::FAILURE)
        }
        Ok(Task::Emulate(expected, discovery)) => emulate::run(expected.as_ref(), &discovery).await,
    }
}

fn parse(arguments: &[String]) -> anyhow::Result<Task> {
    let bound = bind(PARAMETERS, arguments)?;
    let pool = pool(&bound)?;
    let server = bound.get("-for").map(server).transpose()?;
    let discovery = discovery(&bound)?;
    let (emulate, script) = (bound.is_on("EmulateClient"), bound.is_on("RunConfigScript"));
    match (pool, emulate, script) {
        (_, true, true) => anyhow::bail!("-EmulateClient and -RunConfigScript do not go together"),
        (_, true, _) | (_, _, true) if server.is_some() => {
            anyhow::bail!("--for goes with neither -EmulateClient nor -RunConfigScript")
        }
        (pool, true, false) => Ok(Task::Emulate(pool, discovery)),
        (None, ..) => anyhow::bail!(
            "Cannot process command because of one or more missing mandatory parameters: SipServer."
        ),
        (Some(pool), false, true) => Ok(Task::RunConfigScript(pool)),
        (Some(pool), false, false) => Ok(Task::Print(pool, server)),
    }
}

fn pool(bound: &Bound) -> anyhow::Result<Option<DhcpUtil>> {
    let Some(sip_server) = bound.get("SipServer") else {
        anyhow::ensure!(bound.get("WebServer").is_none(), "-WebServer needs -SipServer");
        return Ok(None);
    };
    let sip_server: DomainName = sip_server.parse().context("-SipServer")?;
    Ok(Some(match bound.get("WebServer") {
        None => DhcpUtil::for_pool(sip_server)?,
        Some(web_server) => DhcpUtil::new(sip_server, web(web_server).context("-WebServer")?),
    }))
}

/// The web services, by their FQDN or by the address of certificate provisioning; without a path it is the usual one.
fn web(text: &str) -> anyhow::Result<UcClientOptions> {
    if !text.contains("://") {
        let name: DomainName = text.parse()?;
        return Ok(UcClientOptions::for_pool(name.as_str(), lync_proto::dhcp::DEFAULT_PORT)?);
    }
    let url: ServiceUrl = text.parse()?;
    anyhow::ensure!(url.is_secure(), "`{text}` is not https");
    let path = if url.path() == "/" { CERT_PROV_PATH } else { url.path() };
    Ok(UcClientOptions::new("https", url.host(), url.port(), path)?)
}

fn server(text: &str) -> anyhow::Result<DhcpServerKind> {
    let known = || DhcpServerKind::ALL.map(DhcpServerKind::as_str).join(", ");
    DhcpServerKind::from_name(text).with_context(|| format!("--for knows no `{text}`; it knows {}", known()))
}

fn discovery(bound: &Bound) -> anyhow::Result<DhcpDiscovery> {
    let mut discovery = match (bound.get("-dhcp"), bound.get("-dhcp-interface")) {
        (Some(_), Some(_)) => anyhow::bail!("--dhcp and --dhcp-interface do not go together"),
        (Some(server), None) => DhcpDiscovery::unicast(server.parse().context("--dhcp")?),
        (None, Some(name)) => DhcpDiscovery::broadcast(Some(name.to_owned())),
        (None, None) => DhcpDiscovery::unicast(DEFAULT_DHCP),
    };
    if let Some(text) = bound.get("-timeout") {
        discovery.first_wait = patience(text).map_err(|error| anyhow::anyhow!("--timeout: {error}"))?;
    }
    Ok(discovery)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Task, String> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        parse(&arguments).map_err(|error| told(&error))
    }

    fn printed(line: &str) -> String {
        match parsed(line) {
            Ok(Task::Print(util, None)) => util.text(),
            Ok(Task::Print(util, Some(server))) => util.configuration(server),
            _ => panic!("{line}"),
        }
    }

    #[test]
    fn parameters_are_known_in_any_case_and_by_their_beginning() {
        let text = printed("-sipserver pool.litwareinc.com");
        assert!(text.starts_with("SIP Server FQDN : pool.litwareinc.com\n"));
        assert_eq!(printed("-SIP:pool.litwareinc.com"), text);
        let web = printed("-sipserver pool.litwareinc.com -webserver https://webint.litwareinc.com:4443");
        assert!(web.contains("https://webint.litwareinc.com:4443/CertProv/CertProvisioningService.svc\n"));
        assert!(
            printed("-sipserver a.test -webserver web.a.test").contains("https://web.a.test:443/CertProv/")
        );
        assert!(printed("-sipserver a.test --for KEA").contains("\"Dhcp4\""));
        assert!(matches!(parsed("-emulate"), Ok(Task::Emulate(None, _))));
        assert!(matches!(parsed("-EmulateClient -SipServer a.test"), Ok(Task::Emulate(Some(_), _))));
        assert!(matches!(parsed("-SipServer a.test -RunConfigScript"), Ok(Task::RunConfigScript(_))));
    }

    #[test]
    fn mistakes_are_told() {
        for (line, piece) in [
            ("", "missing mandatory parameters: SipServer"),
            ("-SipServer https://a.test", "-SipServer: byte 3A at 5 is not a letter"),
            ("-SipServer a.test -WebServer http://a.test", "is not https"),
            ("-WebServer a.test", "-WebServer needs -SipServer"),
            ("-SipServer a.test --for udhcpd", "it knows isc, kea, dnsmasq, cisco, mikrotik, netsh"),
            ("-EmulateClient -RunConfigScript", "do not go together"),
            ("-EmulateClient --for isc", "--for goes with neither"),
            ("-EmulateClient --dhcp here", "--dhcp: "),
            ("-EmulateClient --dhcp 127.0.0.1:67 --dhcp-interface eth0", "do not go together"),
            ("-EmulateClient --timeout never", "--timeout: "),
            ("-Pool a.test", "A parameter cannot be found that matches parameter name 'Pool'."),
        ] {
            let error = parsed(line).err().unwrap();
            assert!(error.contains(piece), "{line}: {error}");
        }
    }
}
