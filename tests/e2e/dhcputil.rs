//! `lyncmock DHCPUtil` and `lyncmock dhcp explain`, as they are typed.

use lync_tests::command::{Finished, Served, finish};
use lync_tests::pool;
use lyncmock::{Catalogue, Endpoints};

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

/// How a port at which nobody answers is not waited for; three times, with twice the time each.
const SHORT: &str = "30ms";

/// The address of certificate provisioning that the pool's option 43 has.
fn web_server(endpoints: &Endpoints) -> String {
    let port = endpoints.https.rsplit(':').next().unwrap();
    format!("https://{}:{port}", endpoints.fqdn)
}

fn dhcp(endpoints: &Endpoints) -> String {
    endpoints.dhcp.expect("the pool answers DHCP").to_string()
}

/// -EmulateClient, told which pool it should find.
async fn emulated(endpoints: &Endpoints) -> Finished {
    let (dhcp, web_server) = (dhcp(endpoints), web_server(endpoints));
    let asked = ["DHCPUtil", "-EmulateClient", "--dhcp", &dhcp, "--timeout", SHORT];
    let pool = ["-SipServer", &endpoints.fqdn, "-WebServer", &web_server];
    finish(BINARY, &[asked.as_slice(), &pool].concat()).await
}

#[tokio::test]
async fn a_served_pool_answers_what_dhcputil_prints_for_it() {
    let served = Served::start(BINARY, &[]).await;
    let endpoints = &served.endpoints;
    let printed =
        finish(BINARY, &["dhcputil", "-sipserver", &endpoints.fqdn, "-webserver", &web_server(endpoints)])
            .await;
    assert_eq!((printed.code, printed.stderr.as_str()), (Some(0), ""));
    let hex: Vec<&str> = printed.stdout.lines().map(str::trim).filter(|line| line.starts_with('0')).collect();
    let [option_120, option_43] = hex[..] else { panic!("{}", printed.stdout) };

    let emulated = emulated(endpoints).await;
    assert_eq!(emulated.code, Some(0), "{}", emulated.stdout);
    assert!(
        emulated.stdout.contains(option_120) && emulated.stdout.contains(option_43),
        "{}",
        emulated.stdout
    );
    let success = format!(
        "\nSuccess: a phone goes to {}/CertProv/CertProvisioningService.svc\n",
        web_server(endpoints)
    );
    assert!(emulated.stdout.ends_with(&success), "{}", emulated.stdout);
    assert!(!emulated.stdout.contains("looks like"), "{}", emulated.stdout);

    for option in [option_43, option_120] {
        let explained = finish(BINARY, &["dhcp", "explain", option]).await;
        assert_eq!(explained.code, Some(0), "{}", explained.stdout);
    }
}

#[tokio::test]
async fn emulate_client_tells_every_dhcp_scenario_by_its_name() {
    let pool = pool().await;
    let scenarios = Catalogue::built_in().iter().filter(|scenario| scenario.name.starts_with("dhcp-"));
    let mut seen = 0;
    for scenario in scenarios {
        let armed = pool.scenario(&scenario.name).arm().await.unwrap();
        let finished = emulated(pool.endpoints()).await;
        let named = format!("looks like {}: {}\n", scenario.name, scenario.title);
        assert!(finished.stdout.contains(&named), "{named}{}", finished.stdout);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(1), ""), "{}", scenario.name);
        armed.lift().await.unwrap();
        seen += 1;
    }
    assert!(seen >= 28, "{seen}");
    let finished = emulated(pool.endpoints()).await;
    assert_eq!(finished.code, Some(0), "{}", finished.stdout);
}

#[tokio::test]
async fn nothing_is_run_on_a_machine_that_is_no_windows_dhcp_server() {
    let finished =
        finish(BINARY, &["DHCPUtil", "-SipServer", "pool.litwareinc.com", "-RunConfigScript"]).await;
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.stderr.starts_with("This is no Windows DHCP server, and nothing was run."),
        "{}",
        finished.stderr
    );
    assert!(finished.stdout.contains("\nnetsh dhcp server add optiondef 120 UCSipServer Binary 0 "));
}

#[tokio::test]
async fn the_configuration_of_another_dhcp_server_is_printed_alone() {
    for (server, piece) in [
        ("isc", "vendor-option-space MSUC;"),
        ("kea", "\"encapsulate\": \"MSUC\""),
        ("dnsmasq", "dhcp-option=tag:msuc,43,01:0c:4d:"),
        ("cisco", " option ext 43 hex 010c.4d53."),
        ("mikrotik", "/ip dhcp-server matcher"),
        ("NETSH", "netsh dhcp server add class MSUCClient"),
    ] {
        let line = ["DHCPUTIL", "-SipServer", "atl-cs-001.litwareinc.com", "--for", server];
        let finished = finish(BINARY, &line).await;
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{server}");
        assert!(finished.stdout.contains(piece), "{server}: {}", finished.stdout);
        assert!(!finished.stdout.contains("SIP Server FQDN"), "{server}");
    }
}

#[tokio::test]
async fn a_mistake_on_the_command_line_is_wrong_usage() {
    for line in [
        &["DHCPUtil"][..],
        &["DHCPUtil", "-SipServer", "https://pool"],
        &["DHCPUtil", "-SipServer", "pool.test", "--for", "udhcpd"],
        &["dhcp", "explain", "01:0g"],
        &["dhcp", "explain", "010C", "--option", "60"],
    ] {
        let finished = finish(BINARY, line).await;
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""), "{line:?}");
        assert!(!finished.stderr.is_empty(), "{line:?}");
    }
}

#[tokio::test]
async fn a_broken_option_in_hex_is_explained() {
    let cut = "010C4D532D55432D436C69656E7402056874747073031961746C2D63732D3030312E6C697477617265696E632E636F6D040334\
               343305252F4365727450726F762F4365727450726F766973696F6E696E67536572766963652E73";
    let finished = finish(BINARY, &["dhcp", "explain", cut]).await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stdout.contains("looks like dhcp-cisco-180-digits: "), "{}", finished.stdout);
    assert!(finished.stdout.contains("byte 14  sub-option 2 <URLScheme>: https\n"), "{}", finished.stdout);
    let finished = finish(BINARY, &["dhcp", "explain", "--option", "120", "01:0a:63:00:01"]).await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stdout.contains("looks like dhcp-option-120-address: "), "{}", finished.stdout);
}
