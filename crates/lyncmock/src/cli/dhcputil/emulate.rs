//! `DHCPUtil -EmulateClient`: asks as a phone does, and explains the answer, good or broken, or that there is none.

use crate::cli::dhcp::{findings, listed, looks_like};
use crate::cli::output::print;
use lync_phone::{DhcpAnswer, DhcpDiscovery, FailureKind, discover};
use lync_proto::dhcp::dhcputil::DhcpUtil;
use lync_proto::dhcp::explain::{Explanation, Finding, Severity, explain, is_good};
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, UcClientOptions};
use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

/// How long further answers are waited for once there is one, from a single server that was asked.
const SETTLE_ONE: Duration = Duration::from_millis(50);
/// The same for all servers of a network.
const SETTLE_ALL: Duration = Duration::from_secs(1);

/// What silence looks like: from the phone's side all of it is one.
const SILENCE: [&str; 3] = ["dhcp-off", "dhcp-inform-lost", "dhcp-delayed"];

/// Asks, and prints what came of it: 0 for an answer that a phone can use.
pub(super) async fn run(expected: Option<&DhcpUtil>, discovery: &DhcpDiscovery) -> anyhow::Result<ExitCode> {
    print(format!(
        "DHCPINFORM to {}: Vendor Class Identifier MS-UC-Client, options 43 and 120\n",
        discovery.server
    ))?;
    let settle = if discovery.server.ip().is_broadcast() { SETTLE_ALL } else { SETTLE_ONE };
    let (text, good) = match discover(discovery, settle).await {
        Ok(answers) => told(&answers, expected),
        Err(failure) => (silent(&failure), false),
    };
    print(text)?;
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn silent(failure: &FailureKind) -> String {
    let mut text = format!("\n{:<9}{failure}\n", Severity::Fatal);
    if let FailureKind::NoDhcpAnswer { .. } = failure {
        for scenario in SILENCE {
            let _ = writeln!(text, "{:<9}{}", "", looks_like(scenario));
        }
    }
    text + "\nFailure: a phone finds nothing by DHCP.\n"
}

/// Every answer with what is to be said of it; the first one decides, as it does for a phone.
fn told(answers: &[DhcpAnswer], expected: Option<&DhcpUtil>) -> (String, bool) {
    let mut text = String::new();
    let mut good = None;
    for answer in answers {
        let mut found = explain(answer.option_43.as_deref(), answer.option_120.as_deref());
        if let Some(expected) = expected {
            compare(&mut found, answer, expected);
        }
        if answer.cut {
            found
                .together
                .push(fatal("the answer is cut off within an option; what stood behind it is missing"));
        }
        text.push_str(&shown(answer, &found));
        good.get_or_insert(found.is_good());
    }
    let several = differing(answers);
    text.push_str(&findings(several.iter().map(|finding| (None, finding))));
    let good = good.unwrap_or(false) && several.is_none();
    let first = answers.first().filter(|_| good);
    text.push_str(&match first.and_then(|answer| answer.option_43.as_deref()).map(UcClientOptions::decode) {
        Some(Ok(options)) => format!("\nSuccess: a phone goes to {}\n", options.url()),
        _ => "\nFailure: a phone gets no further, or not every time.\n".to_owned(),
    });
    (text, good)
}

fn shown(answer: &DhcpAnswer, found: &Explanation) -> String {
    let mut text = format!("\nDHCPACK of server {} from {}\n", answer.server, answer.source);
    let options = [
        (OPTION_SIP_SERVERS, answer.option_120.as_deref(), "Option 120"),
        (OPTION_VENDOR_SPECIFIC, answer.option_43.as_deref(), "Option 43 (for vendor=MS-UC-Client)"),
    ];
    for (code, payload, title) in options {
        let Some(payload) = payload else { continue };
        let digits: String = payload.iter().map(|byte| format!("{byte:02X}")).collect();
        let _ = write!(text, "{title}:\n\t{digits}\n{}", listed(code, payload));
    }
    let of = |code, found| Vec::from_iter(found).into_iter().map(move |finding| (code, finding));
    let all = of(Some(OPTION_VENDOR_SPECIFIC), &found.option_43)
        .chain(of(Some(OPTION_SIP_SERVERS), &found.option_120))
        .chain(of(None, &found.together));
    text + &findings(all)
}

/// Answers that do not say the same. A phone takes the first, and which that is, is chance.
fn differing(answers: &[DhcpAnswer]) -> Option<Finding> {
    let options = |answer: &DhcpAnswer| (answer.option_43.clone(), answer.option_120.clone());
    let first = options(answers.first()?);
    let others = answers.iter().filter(|answer| options(answer) != first).count();
    let text = format!(
        "{} answers, of which {others} say something else than the first: a phone takes the first",
        answers.len()
    );
    (others > 0).then(|| Finding { scenario: Some("dhcp-second-server"), ..fatal(&text) })
}

/// Whether the answer is that of the pool that was named. What is meant so is not doubtful.
fn compare(found: &mut Explanation, answer: &DhcpAnswer, expected: &DhcpUtil) {
    let servers = answer.option_120.as_deref().and_then(|payload| SipServers::decode(payload).ok());
    let registrar = servers.as_ref().and_then(|servers| servers.as_names().first());
    let web = answer.option_43.as_deref().and_then(|payload| UcClientOptions::decode(payload).ok());
    let same = |found: &str, expected: &str| found.eq_ignore_ascii_case(expected);
    let other_registrar = registrar.filter(|name| !same(name.as_str(), expected.sip_server().as_str()));
    if let Some(name) = other_registrar {
        let text = format!("the Registrar is `{name}`, not `{}`", expected.sip_server());
        found.option_120.push(Finding { scenario: Some("dhcp-decommissioned-pool"), ..fatal(&text) });
    }
    // What is broken is explained already, and cannot be that of the pool.
    let Some(web) = web.filter(|_| is_good(&found.option_43)) else { return };
    if web.url() == expected.web().url() {
        let meant =
            |finding: &Finding| matches!(finding.scenario, Some("dhcp-wrong-port" | "dhcp-wrong-web-server"));
        found.option_43.retain(|finding| finding.severity == Severity::Fatal || !meant(finding));
        found.together.retain(|finding| finding.severity == Severity::Fatal || !meant(finding));
        return;
    }
    let scenario = if !same(web.web_server_fqdn(), expected.web().web_server_fqdn()) {
        if other_registrar.is_some() { "dhcp-decommissioned-pool" } else { "dhcp-wrong-web-server" }
    } else if web.web_server_port() != expected.web().web_server_port() {
        "dhcp-wrong-port"
    } else {
        return; // The path, in another case.
    };
    let text = format!("the address is `{}`, not `{}`", web.url(), expected.web().url());
    found.option_43.push(Finding { scenario: Some(scenario), ..fatal(&text) });
}

fn fatal(text: &str) -> Finding {
    Finding { severity: Severity::Fatal, text: text.to_owned(), scenario: None, at: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use std::net::Ipv4Addr;

    fn pool(fqdn: &str) -> DhcpUtil {
        DhcpUtil::for_pool(fqdn.parse().unwrap()).unwrap()
    }

    fn answer_of(fqdn: &str) -> DhcpAnswer {
        DhcpAnswer {
            server: Ipv4Addr::LOCALHOST,
            source: "127.0.0.1:67".parse().unwrap(),
            option_43: Some(pool(fqdn).web().encode()),
            option_120: Some(SipServers::from(pool(fqdn).sip_server().clone()).encode()),
            cut: false,
        }
    }

    fn scenarios(answers: &[DhcpAnswer], expected: Option<&DhcpUtil>) -> (Vec<String>, bool) {
        let (text, good) = told(answers, expected);
        let names = text.lines().filter_map(|line| line.trim().strip_prefix("looks like "));
        (names.map(|name| name.split_once(':').unwrap().0.to_owned()).collect(), good)
    }

    #[test]
    fn a_good_answer_is_shown_and_is_a_success() {
        let (text, good) = told(&[answer_of("pool.litwareinc.com")], Some(&pool("POOL.litwareinc.com")));
        assert!(good);
        expect![[r#"

            DHCPACK of server 127.0.0.1 from 127.0.0.1:67
            Option 120:
            	0004706F6F6C0A6C697477617265696E6303636F6D00
            	byte 1   UCSipServer: pool.litwareinc.com
            Option 43 (for vendor=MS-UC-Client):
            	010C4D532D55432D436C69656E74020568747470730313706F6F6C2E6C697477617265696E632E636F6D040334343305252F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E737663
            	byte 0   sub-option 1 <UCIdentifier>: MS-UC-Client
            	byte 14  sub-option 2 <URLScheme>: https
            	byte 21  sub-option 3 <WebServerFqdn>: pool.litwareinc.com
            	byte 42  sub-option 4 <WebServerPort>: 443
            	byte 47  sub-option 5 <CertProvRelPath>: /CertProv/CertProvisioningService.svc

            Success: a phone goes to https://pool.litwareinc.com:443/CertProv/CertProvisioningService.svc
        "#]].assert_eq(&text);
    }

    #[test]
    fn another_pool_than_the_one_that_was_named_is_a_failure() {
        let (names, good) =
            scenarios(&[answer_of("old-pool.litwareinc.com")], Some(&pool("pool.litwareinc.com")));
        assert_eq!((names, good), (vec!["dhcp-decommissioned-pool".to_owned()], false));
        let mut apart = answer_of("pool.litwareinc.com");
        apart.option_43 = answer_of("webint.litwareinc.com").option_43;
        let (names, good) = scenarios(std::slice::from_ref(&apart), Some(&pool("pool.litwareinc.com")));
        assert!(!good && names.contains(&"dhcp-wrong-web-server".to_owned()), "{names:?}");
        let meant = DhcpUtil::new(
            "pool.litwareinc.com".parse().unwrap(),
            pool("webint.litwareinc.com").web().clone(),
        );
        assert_eq!(scenarios(std::slice::from_ref(&apart), Some(&meant)), (vec![], true));
        assert_eq!(scenarios(&[apart], None), (vec!["dhcp-wrong-web-server".to_owned()], true));
    }

    #[test]
    fn answers_that_differ_are_a_failure() {
        let answers = [answer_of("pool.litwareinc.com"), answer_of("old-pool.litwareinc.com")];
        assert_eq!(scenarios(&answers, None), (vec!["dhcp-second-server".to_owned()], false));
        let mut twin = answer_of("pool.litwareinc.com");
        twin.server = Ipv4Addr::new(10, 0, 0, 2);
        assert_eq!(scenarios(&[answer_of("pool.litwareinc.com"), twin], None), (vec![], true));
    }

    #[test]
    fn silence_names_all_that_it_can_be() {
        let server = "10.0.0.1:67".parse().unwrap();
        let text = silent(&FailureKind::NoDhcpAnswer { server, attempts: 3, ignored: 0 });
        assert!(SILENCE.iter().all(|name| text.contains(&format!("looks like {name}: "))), "{text}");
        assert!(!silent(&FailureKind::DhcpSocket("denied".to_owned())).contains("looks like"));
    }
}
