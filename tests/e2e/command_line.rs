//! The `lyncmock` command as people and scripts meet it.

use expect_test::expect;
use lync_tests::command::{self, Finished, Served, finish};
use lync_tests::logs;
use std::net::TcpListener;
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

async fn run(arguments: &[&str]) -> Finished {
    finish(BINARY, arguments).await
}

/// What differs from run to run, masked: ports, times, dates, identifiers.
fn masked(text: &str) -> String {
    let mut masked = String::new();
    for line in text.lines() {
        let line = mask_ports(line);
        let line = match line.split_once(" : ") {
            Some((name, _)) if name.trim() == "Latency" => format!("{name} : 00:00:00.0000000"),
            Some((name, _)) if name.trim() == "Date" => format!("{name} : <date>"),
            _ => line,
        };
        masked.push_str(line.trim_end());
        masked.push('\n');
    }
    masked
}

/// `litwareinc.com:41234` becomes `litwareinc.com:<port>`.
fn mask_ports(line: &str) -> String {
    const HOST: &str = "litwareinc.com:";
    let mut masked = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(HOST) {
        let (before, after) = rest.split_at(start + HOST.len());
        masked.push_str(before);
        masked.push_str("<port>");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    masked + rest
}

async fn bootstrap(served: &Served, arguments: &[&str]) -> Finished {
    let mut all = vec!["Test-CsPhoneBootstrap"];
    all.extend(arguments);
    all.extend(["--ready-file", served.ready_file.to_str().unwrap()]);
    run(&all).await
}

#[tokio::test]
async fn the_cmdlet_prints_what_the_article_shows_of_a_right_pin() {
    logs::start();
    let served = Served::start(BINARY, &[]).await;
    let finished =
        bootstrap(&served, &["-PhoneOrExt", "+12065551219", "-Pin", "0712", "--dialect", "docs"]).await;
    expect![[r#"

        TargetUri  : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        TargetFqdn : atl-cs-001.litwareinc.com
        Result     : Success
        Latency    : 00:00:00.0000000
        Error      :
        Diagnosis  :

    "#]]
    .assert_eq(&masked(&finished.stdout));
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    // The more comprehensive check of the article: the SIP address belongs to number and PIN.
    let with_user =
        ["-PhoneOrExt", "+12065551219", "-Pin", "0712", "-UserSipAddress", "sip:kenmyer@litwareinc.com"];
    assert_eq!(bootstrap(&served, &with_user).await.code, Some(0));
    let other =
        ["-PhoneOrExt", "+12065551219", "-Pin", "0712", "-UserSipAddress", "sip:disabled@litwareinc.com"];
    assert_eq!(bootstrap(&served, &other).await.code, Some(1));
}

#[tokio::test]
async fn the_cmdlet_prints_what_the_article_shows_of_a_wrong_pin() {
    logs::start();
    let served = Served::start(BINARY, &[]).await;
    let finished =
        bootstrap(&served, &["-phoneorext", "+12065551219", "-PIN", "9999", "--dialect", "docs"]).await;
    expect![[r#"

        TargetFqdn : atl-cs-001.litwareinc.com
        Result     : Failure
        Latency    : 00:00:00.0000000
        Error      : ERROR - No response received for Web-Ticket service.
        Diagnosis  :

    "#]]
    .assert_eq(&masked(&finished.stdout));
    assert_eq!(finished.code, Some(1));
}

#[tokio::test]
async fn the_cmdlet_prints_what_the_console_showed_of_a_wrong_pin() {
    logs::start();
    let served = Served::start(BINARY, &[]).await;
    let finished = bootstrap(&served, &["-PhoneOrExt", "1219", "-Pin", "9999"]).await;
    expect![[r#"

        Target Fqdn   : atl-cs-001.litwareinc.com
        Target Uri    : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        Result        : Failure
        Latency       : 00:00:00.0000000
        Error Message : No response received for Web-Ticket service.
         Inner Exception:The HTTP request is unauthorized with client authentication scheme 'Basic'. The authentication header received from the server was 'Basic realm ="LYNC"'.
         Inner Exception:The remote server returned an error: (401) Unauthorized.

        Diagnosis     :
         Inner Diagnosis:Warning : 120 atl-cs-001.litwareinc.com "InvalidPin"
         X-Ms-diagnostics : 28003;source="atl-cs-001.litwareinc.com";reason="The pin is invalid.";faultcode="wsse:FailedAuthentication"
         X-MS-Server-Fqdn : atl-cs-001.litwareinc.com
         Strict-Transport-Security : max-age=31536000; includeSubDomains
         X-Content-Type-Options : nosniff
         Content-Length : 4897
         Cache-Control : private
         Content-Type : text/html; charset=utf-8
         Date : <date>
         Server : Microsoft-IIS/8.0
         WWW-Authenticate : Basic realm ="LYNC"
         X-Powered-By : ASP.NET

    "#]]
    .assert_eq(&masked(&finished.stdout));
    assert_eq!(finished.code, Some(1));
}

#[tokio::test]
async fn the_cmdlet_prints_what_the_console_showed_of_a_sign_in() {
    logs::start();
    let served = Served::start(BINARY, &[]).await;
    let finished = bootstrap(&served, &["-PhoneOrExt", "1219", "-Pin", "0712"]).await;
    expect![[r#"

        Target Fqdn   : atl-cs-001.litwareinc.com
        Target Uri    : https://atl-cs-001.litwareinc.com:<port>/CertProv/CertProvisioningService.svc
        Result        : Success
        Latency       : 00:00:00.0000000
        Error Message :
        Diagnosis     :

    "#]]
    .assert_eq(&masked(&finished.stdout));
}

#[tokio::test]
async fn verbose_tells_the_documented_lines_and_labels_the_others() {
    logs::start();
    let served = Served::start(BINARY, &[]).await;
    let finished = bootstrap(&served, &["-PhoneOrExt", "+12065551219", "-Pin", "9999", "-Verbose"]).await;
    for line in [
        "VERBOSE: Using PIN auth with Phone\\Ext : 12065551219 Pin : 9999\n",
        "VERBOSE: Could not get web ticket\n",
        "VERBOSE: CHECK :\n",
        "VERBOSE: - Web service url is valid and the web services are functional\n",
        "VERBOSE: - If using PhoneNo\\PIN to authenticate, make sure they match the user uri\n",
        "VERBOSE: - If using NTLM\\Kerberos auth, make sure you provided valid credentials\n",
    ] {
        assert!(finished.stderr.contains(line), "{line}{}", finished.stderr);
    }
    assert!(
        finished.stderr.contains("VERBOSE: Trying to find the pool.   [inferred]\n"),
        "{}",
        finished.stderr
    );
}

#[tokio::test]
async fn the_cmdlet_tells_mistakes_in_powershells_words_and_repeats_no_pin() {
    for (arguments, text) in [
        (&["-PhoneOrExt", "1219"][..], "missing mandatory parameters: PIN."),
        (&["-Phone", "1219", "-Pin", "90817263", "-Colour", "red"], "that matches parameter name 'Colour'."),
        (&["-T", "a", "-Ta", "b"], "the parameter name 'Ta' is ambiguous"),
    ] {
        let mut all = vec!["test-csphonebootstrap"];
        all.extend(arguments);
        let finished = run(&all).await;
        assert!(finished.stderr.contains(text), "{}", finished.stderr);
        assert!(!finished.stderr.contains("90817263"));
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(2), ""));
    }
}

#[tokio::test]
async fn digits_that_are_not_understood_are_not_repeated() {
    for arguments in [
        &["phone", "--ext", "1219", "90817263"][..],
        &["phone", "--ext", "1219", "--pins=90817263"],
        &["user", "set-pin", "sip:ken@a.test", "90817263"],
        &["Test-CsPhoneBootstrap", "-PhoneOrExt", "1219", "-Pin=90817263"],
        &["Test-CsPhoneBootstrap", "-PhoneOrExt", "1219", "--pin=90817263"],
        &["Test-CsPhoneBootstrap", "-PhoneOrExt", "1219", "-Pin", "1", "pool", "90817263"],
    ] {
        let finished = run(arguments).await;
        assert_eq!(finished.code, Some(2), "{arguments:?}");
        assert!(!finished.stderr.contains("90817263"), "{}", finished.stderr);
    }
    // A PIN that was typed with a blank in it.
    let finished = run(&["user", "set-pin", "sip:ken@a.test", "--pin", "83", "920S3c"]).await;
    assert_eq!(finished.code, Some(2));
    assert!(!finished.stderr.contains("S3c"), "{}", finished.stderr);
}

#[tokio::test]
async fn what_is_not_repeated_is_named_by_its_option_or_its_place() {
    let cases = [
        (
            &["serve", "--listen-https", "99999"][..],
            "error: the value of '--listen-https <ADDR:PORT>' is not understood (invalid socket address syntax); ",
            "For more information, try '--help'.\n",
        ),
        (
            &["user", "set-pin", "kenmyer@litwareinc.com", "90817263"],
            "error: argument 4 is not understood; it is not repeated, as it may be a PIN\n",
            " user set-pin [OPTIONS] <USER>\n\nFor more information",
        ),
    ];
    for (arguments, begin, part) in cases {
        let finished = run(arguments).await;
        assert_eq!(finished.code, Some(2), "{arguments:?}");
        assert!(finished.stderr.starts_with(begin), "{}", finished.stderr);
        assert!(finished.stderr.contains(part), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_cmdlet_is_suggested_and_help_explains_it() {
    for arguments in [&["Get-CsUsr"][..], &["get-csusr", "-Identity", "kenmyer"], &["help", "Get-CsUsr"]] {
        let finished = run(arguments).await;
        assert_eq!(finished.code, Some(2), "{arguments:?}");
        assert!(finished.stderr.contains("'Get-CsUser'"), "{}", finished.stderr);
    }
    let own = run(&["web-servce"]).await;
    assert!(own.stderr.contains("'web-service'"), "{}", own.stderr);
    let help = run(&["help", "Get-CsUser"]).await;
    assert_eq!((help.code, &help.stdout), (Some(0), &run(&["Get-CsUser", "-?"]).await.stdout));
    assert!(help.stdout.contains("-Identity"), "{}", help.stdout);
    assert!(run(&["help", "serve"]).await.stdout.contains("--listen-https"));
}

#[tokio::test]
async fn nobody_there_is_told_apart_from_a_refusal() {
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let dhcp = silent.local_addr().unwrap().to_string();
    drop(silent);
    let finished = run(&["phone", "--ext", "1219", "--pin", "0712", "--dhcp", &dhcp]).await;
    assert_eq!(finished.code, Some(3), "{}", finished.stdout);
    assert!(finished.stdout.contains("FAIL"), "{}", finished.stdout);
    assert!(finished.stdout.contains("no DHCP server answered at"), "{}", finished.stdout);
}

#[tokio::test]
async fn phone_prints_its_steps_or_one_json_object() {
    logs::start();
    let served = Served::start(BINARY, &[]).await;
    let ready = served.ready_file.to_str().unwrap();
    let finished = run(&["phone", "--ext", "1219", "--pin", "0712", "--ready-file", ready]).await;
    let titles: Vec<&str> = finished.stdout.lines().filter(|line| line.starts_with("ok ")).collect();
    assert_eq!(titles.len(), 6, "{}", finished.stdout);
    assert!(finished.stdout.contains("sip:kenmyer@litwareinc.com is signed in"), "{}", finished.stdout);

    let finished = run(&["phone", "--ext", "1301", "--pin", "1357", "--ready-file", ready, "--json"]).await;
    assert_eq!(finished.code, Some(1));
    let json: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(json["signed_in"], false);
    assert_eq!(json["failed_step"], "web_ticket");
    assert_eq!(json["diagnostics"]["error_id"], 28003);
}

#[tokio::test]
async fn demo_shows_a_sign_in_and_a_refusal_and_exits_with_0() {
    let finished = run(&["demo"]).await;
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
    for text in [
        "sip:kenmyer@litwareinc.com is signed in",
        "    Result     : Success\n",
        "    Result        : Failure\n",
        "     X-Ms-diagnostics : 28003;source=\"atl-cs-001.litwareinc.com\"",
        "\nNext:\n",
        "\n    lyncmock shell ",
    ] {
        assert!(finished.stdout.contains(text), "{text}\n{}", finished.stdout);
    }
}

#[tokio::test]
async fn serve_tells_its_endpoints_as_json_in_both_places_and_takes_its_file_along() {
    logs::start();
    let mut served = Served::start(BINARY, &[]).await;
    let file = command::read(&served.ready_file);
    assert_eq!(lyncmock::Endpoints::from_json(&file).unwrap(), served.endpoints);
    let json: serde_json::Value = serde_json::from_str(&file).unwrap();
    for key in ["fqdn", "dhcp", "http", "https", "userpin", "admin", "ca_pem"] {
        assert!(json.as_object().unwrap().contains_key(key), "{key}");
    }
    let ready = run(&["ready", "--ready-file", served.ready_file.to_str().unwrap()]).await;
    assert_eq!(
        (ready.code, ready.stdout),
        (Some(0), format!("ready: {}\n", served.endpoints.admin.as_deref().unwrap()))
    );

    let id = served.child.id().unwrap().to_string();
    lync_tests::tool::run("kill", &["-TERM", &id]);
    let status = tokio::time::timeout(lync_tests::raw::PATIENCE, served.child.wait()).await;
    assert_eq!(status.expect("an end in time").unwrap().code(), Some(0));
    assert!(!served.ready_file.exists(), "the file says that a pool is ready which is gone");
}

#[tokio::test]
async fn serve_prints_what_to_type_next() {
    logs::start();
    let mut command = command::lyncmock(BINARY, &["--free-ports"]);
    command.stdout(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut output = tokio::io::BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    while !text.contains("Ctrl-C") {
        let read = tokio::io::AsyncBufReadExt::read_line(&mut output, &mut text);
        let read =
            tokio::time::timeout(lync_tests::raw::PATIENCE, read).await.expect("a line in time").unwrap();
        assert_ne!(read, 0, "{text}");
    }
    assert!(text.contains("option 43, class MS-UC-Client   010C4D532D55432D436C69656E74"), "{text}");
    assert!(
        text.contains(
            "option 120                      000A61746C2D63732D3030310A6C697477617265696E6303636F6D00"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "lyncmock Test-CsPhoneBootstrap -PhoneOrExt \"+12065551219\" -Pin \"0712\" --dhcp 127.0.0.1:"
        ),
        "{text}"
    );
    let shell = text.lines().find(|line| line.starts_with("  lyncmock shell --server http://127.0.0.1:"));
    assert!(shell.is_some(), "{text}");
    child.kill().await.unwrap();
}

#[tokio::test]
async fn ready_waits_no_longer_than_it_is_told() {
    let nowhere = TempDir::new().unwrap();
    let file = nowhere.path().join("ready.json");
    let file = file.to_str().unwrap();
    for time in ["1", "100ms"] {
        let finished = run(&["ready", "--wait", "--timeout", time, "--ready-file", file]).await;
        assert_eq!(finished.code, Some(1), "{time}");
        assert!(finished.stderr.starts_with("not ready: "), "{}", finished.stderr);
    }
    for command in [["ready"].as_slice(), &["journal", "wait"]] {
        let finished = run(&[command, &["--timeout", "soon"]].concat()).await;
        assert!(finished.stderr.contains("one looks like 500ms, 5s or 2m"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn dhcp_for_phones_that_cannot_reach_the_web_services_is_warned_of() {
    let finished = run(&["config", "check", "--dhcp-interfaces", "eth1"]).await;
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), "The configuration is good.\n"));
    assert!(finished.stderr.starts_with("warning: DHCP answers phones on eth1, but "), "{}", finished.stderr);
    let reachable = ["--listen-http", "0.0.0.0:80", "--listen-https", "0.0.0.0:443"];
    let finished = run(&[&["config", "check", "--dhcp-interfaces", "eth1"], &reachable[..]].concat()).await;
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn a_port_in_use_is_told_with_its_key_and_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let finished = run(&["serve", "--listen-http", &address]).await;
    let expected = format!(
        "error: listen.http: cannot listen on {address}: Address already in use (os error 98); stop what uses it, \
         or give another port (0 takes any free one)\n"
    );
    assert_eq!((finished.code, finished.stderr), (Some(1), expected));
}

#[tokio::test]
async fn an_empty_interface_serves_no_interface() {
    // What an unset variable of a compose file amounts to must not become every interface.
    let mut command = command::lyncmock(BINARY, &["config", "show"]);
    let output = command.env("LYNCMOCK_DHCP_INTERFACES", "").output().await.unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("# dhcp.listen = [\"127.0.0.1:10067\"]"), "{shown}");
}

#[tokio::test]
async fn an_interface_that_is_not_there_and_a_file_for_a_folder_are_told() {
    let finished = run(&["serve", "--dhcp-interfaces", "nosuch0"]).await;
    assert!(
        finished.stderr.contains("dhcp.interfaces: there is no interface nosuch0; there are "),
        "{}",
        finished.stderr
    );
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("a-file");
    std::fs::write(&file, "").unwrap();
    let finished = run(&["serve", "--free-ports", "--data-dir", file.to_str().unwrap()]).await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stderr.contains("a-file cannot be used: not a directory"), "{}", finished.stderr);
}

#[tokio::test]
async fn the_configuration_is_checked_with_line_and_shown_with_origins() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("lab.toml");
    std::fs::write(&file, "fqdn = \"pool01.lab.example\"\n\n[web]\nuse_pin = true\n").unwrap();
    let path = file.to_str().unwrap();
    let finished = run(&["config", "check", "--config", path]).await;
    assert_eq!(finished.code, Some(1));
    assert!(
        finished.stderr.contains("line 4") && finished.stderr.contains("unknown field `use_pin`"),
        "{}",
        finished.stderr
    );

    std::fs::write(&file, "fqdn = \"pool01.lab.example\"\n").unwrap();
    assert_eq!(run(&["config", "check", "--config", path]).await.code, Some(0));
    let shown = run(&["config", "show", "--config", path, "--use-pin-auth", "false"]).await.stdout;
    let line = |key: &str| {
        shown.lines().find(|line| line.starts_with(key)).unwrap_or_else(|| panic!("{key}: {shown}"))
    };
    assert!(line("fqdn = \"pool01.lab.example\"").ends_with("lab.toml"));
    assert!(line("use_pin_auth = false").ends_with("# flag"));
    assert!(line("https = \"127.0.0.1:10443\"").ends_with("# default"));
    assert!(
        shown.contains("# sip_domain = \"lab.example\"\n") && shown.contains("# Not set: data_dir"),
        "{shown}"
    );
    let mut command = command::lyncmock(BINARY, &["config", "show"]);
    let output = command.env("LYNCMOCK_FQDN", "env.lab.example").output().await.unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("# environment"));
}

#[tokio::test]
async fn the_example_configuration_is_good() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/lab.toml");
    let finished = run(&["config", "check", "--config", example]).await;
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
}

#[tokio::test]
async fn users_of_a_kept_pool_are_listed_added_and_removed_while_it_runs() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let dir = dir.path().to_str().unwrap();
    let empty = run(&["user", "list", "--data-dir", dir]).await;
    assert!(empty.stderr.contains("no pool has been kept here yet"), "{}", empty.stderr);

    let served = Served::start(BINARY, &["--data-dir", dir]).await;
    let jane = "sip:jane@litwareinc.com";
    let line = "tel:+12065551777;ext=1777";
    let added = run(&["user", "add", jane, "--line-uri", line, "--pin", "71605284", "--data-dir", dir]).await;
    assert_eq!((added.code, added.stderr.as_str()), (Some(0), ""));
    let ready = served.ready_file.to_str().unwrap();
    assert_eq!(
        run(&["phone", "--ext", "1777", "--pin", "71605284", "--ready-file", ready]).await.code,
        Some(0)
    );

    let weak = run(&["user", "set-pin", jane, "--pin", "1111", "--data-dir", dir]).await;
    assert_eq!(weak.code, Some(1));
    assert!(!weak.stderr.contains("1111"), "{}", weak.stderr);
    assert_eq!(run(&["user", "set-pin", jane, "--pin", "38206471", "--data-dir", dir]).await.code, Some(0));
    assert_eq!(
        run(&["phone", "--ext", "1777", "--pin", "71605284", "--ready-file", ready]).await.code,
        Some(1)
    );

    let listed = run(&["user", "list", "--data-dir", dir]).await.stdout;
    assert_eq!(run(&["user", "lock", jane, "--data-dir", dir]).await.code, Some(0));
    assert_eq!(
        run(&["phone", "--ext", "1777", "--pin", "38206471", "--ready-file", ready]).await.code,
        Some(1)
    );
    assert_eq!(run(&["user", "unlock", jane, "--data-dir", dir]).await.code, Some(0));
    assert_eq!(
        run(&["phone", "--ext", "1777", "--pin", "38206471", "--ready-file", ready]).await.code,
        Some(0)
    );
    assert!(listed.contains(jane) && listed.contains(line) && !listed.contains("38206471"), "{listed}");
    assert_eq!(run(&["user", "remove", jane, "--data-dir", dir]).await.code, Some(0));
    assert!(!run(&["user", "list", "--data-dir", dir]).await.stdout.contains(jane));
}

#[tokio::test]
async fn a_second_pool_is_kept_out_of_the_same_data_directory() {
    logs::start();
    let dir = TempDir::new().unwrap();
    let dir = dir.path().to_str().unwrap();
    let _served = Served::start(BINARY, &["--data-dir", dir]).await;
    let second = ["serve", "--free-ports", "--data-dir", dir];
    let finished = run(&second).await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stderr.contains("data_dir: another pool is running in"), "{}", finished.stderr);
}

#[tokio::test]
async fn a_reader_that_has_heard_enough_is_no_failure() {
    let mut command = command::lyncmock(BINARY, &["diagnostics"]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().await.unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap()), (Some(0), String::new()));
}

#[tokio::test]
async fn nothing_but_an_older_file_of_its_kind_is_overwritten() {
    let folder = TempDir::new().unwrap();
    let precious = folder.path().join("precious");
    std::fs::write(&precious, "precious").unwrap();
    let arguments = ["serve", "--free-ports", "--ready-file", precious.to_str().unwrap()];
    let finished = run(&arguments).await;
    assert_eq!(finished.code, Some(1));
    assert!(finished.stderr.contains("another file is there"), "{}", finished.stderr);
    assert_eq!(command::read(&precious), "precious");
    let out = folder.path().to_str().unwrap();
    let finished = run(&["phone", "--ext", "1219", "--pin", "0712", "--out", out]).await;
    assert!(finished.stderr.contains("it is no regular file"), "{}", finished.stderr);
}

#[tokio::test]
async fn an_empty_variable_is_as_good_as_none() {
    let names =
        ["READY_FILE", "DATA_DIR", "USERS_FILE", "ADMIN_TOKEN_FILE", "LISTEN_ADMIN", "CONFIG", "SERVER"];
    for arguments in [&["config", "check"][..], &["config", "show"], &["Get-CsUser", "-?"]] {
        let without = run(arguments).await;
        let mut command = command::lyncmock(BINARY, arguments);
        command.envs(names.map(|name| (format!("LYNCMOCK_{name}"), "")));
        let output = command.output().await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), without.stdout);
        assert_eq!(String::from_utf8(output.stderr).unwrap(), without.stderr);
    }
}

#[tokio::test]
async fn a_misspelled_variable_is_told() {
    let mut command = command::lyncmock(BINARY, &["config", "check"]);
    let output = command.env("LYNCMOCK_LISTEN_HTPP", "x").output().await.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        "warning: the environment variable LYNCMOCK_LISTEN_HTPP is no key of the configuration\n"
    );
}

#[tokio::test]
async fn diagnostics_shows_what_is_known_and_what_is_guessed() {
    let text = run(&["diagnostics"]).await.stdout;
    let row =
        |name: &str| text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap().to_owned();
    assert!(row("pin-wrong").contains("28003") && row("pin-wrong").contains("captured"));
    assert!(row("pin-locked").contains("inferred"));
    let json: serde_json::Value =
        serde_json::from_str(&run(&["diagnostics", "--json"]).await.stdout).unwrap();
    assert!(json.as_array().unwrap().iter().all(|entry| entry["evidence"].is_string()));
}
