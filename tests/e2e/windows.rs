//! Windows credentials over real sockets: curl, a recorded client, and those who have no password.

use crate::tickets::{SYMMETRIC, held, outcome, publish};
use crate::{messages, tickets};
use lync_ntlm::{Initiator, Scheme};
use lync_phone::SignIn;
use lync_proto::ns;
use lync_tests::command::{self, Served};
use lync_tests::raw::{self, RawResponse};
use lync_tests::{logs, ntlm, pool};
use lyncmock::{Endpoints, Filter, LyncMock, Options, UsersFile};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::Command;
use tokio::time::timeout;

const PATH: &str = "/WebTicket/WebTicketService.svc";
const PASSWORD: &str = "Passw0rd!";
/// MD4 of the password in UTF-16LE.
const NT_HASH: &str = "fc525c9683e8fe067095ba2ddc971889";

/// What curl was answered last.
#[derive(Debug)]
struct Answer {
    status: u16,
    /// The headers of every round, and the body of the last.
    text: String,
}

impl Answer {
    fn is_ticket(&self) -> bool {
        self.status == 200 && self.text.contains("<saml:Assertion ")
    }

    /// The headers of the last round.
    fn last_head(&self) -> &str {
        let begin = self.text.rfind("HTTP/1.1 ").unwrap();
        self.text.split_at(begin).1.split("\r\n\r\n").next().unwrap()
    }

    /// The captured refusal: both challenges again, and no diagnostics.
    fn is_bare_refusal(&self) -> bool {
        let head = self.last_head();
        self.status == 401
            && head.contains("WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n")
            && !head.contains("X-Ms-diagnostics")
            && self.text.contains("401 - Unauthorized: Access is denied due to invalid credentials.")
    }
}

/// IssueToken by curl, which trusts the pool's root alone.
struct Curl<'a> {
    endpoints: &'a Endpoints,
    scratch: TempDir,
}

impl<'a> Curl<'a> {
    fn of(endpoints: &'a Endpoints, ca_pem: &str) -> Self {
        let scratch = TempDir::new().unwrap();
        std::fs::write(scratch.path().join("ca.pem"), ca_pem).unwrap();
        std::fs::write(scratch.path().join("body.xml"), messages::issue_token()).unwrap();
        Self { endpoints, scratch }
    }

    fn file(&self, name: &str) -> String {
        self.scratch.path().join(name).display().to_string()
    }

    async fn ask(&self, scheme: &str, user: &str, password: &str) -> Answer {
        let address = raw::address(&self.endpoints.https);
        let (fqdn, port) = (&self.endpoints.fqdn, address.port());
        let mut curl = Command::new("curl");
        curl.args(["--disable", "--silent", "--include", scheme, "--user", &format!("{user}:{password}")])
            .args(["--cacert", &self.file("ca.pem"), "--resolve", &format!("{fqdn}:{port}:{}", address.ip())])
            .args(["--header", &format!("SOAPAction: \"{}\"", ns::ACTION_ISSUE_TOKEN)])
            .args(["--header", "Content-Type: text/xml; charset=utf-8"])
            .args(["--data-binary", &format!("@{}", self.file("body.xml"))])
            .args(["--write-out", "\n%{http_code}", &format!("https://{fqdn}:{port}{PATH}")])
            .kill_on_drop(true);
        let output = timeout(raw::PATIENCE, curl.output()).await.expect("curl to end in time").unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let status = text.lines().last().and_then(|line| line.parse().ok());
        Answer { status: status.unwrap_or_else(|| panic!("{output:?}")), text }
    }
}

#[tokio::test]
async fn curl_signs_in_under_every_name_of_an_account() {
    let pool = pool().await;
    let curl = Curl::of(pool.endpoints(), &pool.ca_pem());
    for user in
        ["kenmyer", "KenMyer", "LITWAREINC\\kenmyer", "litwareinc.com\\kenmyer", "kenmyer@litwareinc.com"]
    {
        let answer = curl.ask("--ntlm", user, PASSWORD).await;
        assert!(answer.is_ticket(), "{user}: {answer:?}");
    }
    let answer = curl.ask("--anyauth", "kenmyer", PASSWORD).await;
    assert!(answer.is_ticket(), "{answer:?}");
}

/// The block of the file that has this command, as it is printed there.
fn printed(file: &str, command: &str) -> String {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(file);
    let text = command::read(&path);
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let mut found = blocks.filter(|block| block.contains(command));
    let block = found.next().unwrap_or_else(|| panic!("{file} has no `{command}`"));
    assert_eq!(found.next(), None);
    block.to_owned()
}

#[tokio::test]
async fn the_command_of_the_readme_gets_a_web_ticket() {
    let pool = pool().await;
    let admin = pool.endpoints().admin.clone().unwrap();
    let mut script = printed("README.md", "curl --ntlm");
    for (usual, here) in [
        ("127.0.0.1:10088", raw::address(&admin).to_string()),
        ("localhost:10443", format!("localhost:{}", raw::address(&pool.endpoints().https).port())),
    ] {
        assert!(script.contains(usual), "{script}");
        script = script.replace(usual, &here);
    }
    // What it writes goes elsewhere; what it reads is in the checkout.
    let folder = TempDir::new().unwrap();
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures");
    std::os::unix::fs::symlink(fixtures, folder.path().join("fixtures")).unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-euc", &script]).current_dir(folder.path()).kill_on_drop(true);
    let output = timeout(raw::PATIENCE, shell.output()).await.expect("an end in time").unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("<saml:Assertion "), "{output:?}");
}

#[tokio::test]
async fn curl_is_refused_alike_whatever_is_wrong() {
    let pool = pool().await;
    let curl = Curl::of(pool.endpoints(), &pool.ca_pem());
    for (user, password) in [
        ("kenmyer", "passw0rd!"),
        ("kenmyer", ""),
        ("kenmyer", "0712"),
        ("nobody-here", PASSWORD),
        ("OTHER\\kenmyer", PASSWORD),
        ("", ""),
        ("account-locked", "wrong"),
        ("not-enabled", "wrong"),
    ] {
        for scheme in ["--ntlm", "--anyauth"] {
            let answer = curl.ask(scheme, user, password).await;
            assert!(answer.is_bare_refusal(), "{scheme} {user}:{password}: {answer:?}");
        }
    }
    let basic = curl.ask("--basic", "kenmyer", PASSWORD).await;
    assert!(basic.is_bare_refusal(), "{basic:?}");
}

#[tokio::test]
async fn the_right_password_of_a_barred_account_is_told_what_is_specified() {
    let pool = pool().await;
    let curl = Curl::of(pool.endpoints(), &pool.ca_pem());
    let internal = "28001;source=\"atl-cs-001.litwareinc.com\";reason=\"Internal error while processing Integrated \
                    Windows authentication or authorization.\";faultcode=\"wsse:FailedAuthentication\"";
    let not_enabled = "28000;source=\"atl-cs-001.litwareinc.com\";reason=\"User is not SIP enabled.\";\
                       faultcode=\"wsse:FailedAuthentication\"";
    for (user, status, diagnostics) in [
        ("account-locked", 500, internal),
        ("account-disabled", 500, internal),
        ("password-expired", 500, internal),
        ("not-enabled", 403, not_enabled),
    ] {
        let answer = curl.ask("--ntlm", user, PASSWORD).await;
        assert_eq!(answer.status, status, "{user}: {answer:?}");
        let header = format!("X-Ms-diagnostics: {diagnostics}\r\n");
        assert!(answer.last_head().contains(&header), "{user}: {answer:?}");
    }
}

/// A file of the recorded client.
fn recorded(name: &str) -> Vec<u8> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/captures")).join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The same request with another value of Authorization.
fn with_authorization(request: &[u8], value: &str) -> Vec<u8> {
    let text = std::str::from_utf8(request).unwrap();
    let (before, rest) = text.split_once("Authorization: ").unwrap();
    let (_, after) = rest.split_once("\r\n").unwrap();
    format!("{before}Authorization: {value}\r\n{after}").into_bytes()
}

async fn pool_of_alice() -> LyncMock {
    logs::start();
    let users = format!(
        "[[user]]\nsip_uri = \"sip:alice@contoso.test\"\ndisplay_name = \"Alice\"\npassword = \"{PASSWORD}\"\n"
    );
    let options = Options { sip_domain: Some("contoso.test".to_owned()), ..Options::default() };
    let builder = LyncMock::builder().options(options).fqdn("lync.contoso.test");
    builder.users(UsersFile::parse(&users).unwrap()).start().await.unwrap()
}

/// The values of WWW-Authenticate.
fn challenges(response: &RawResponse) -> Vec<String> {
    let headers = response.headers().into_iter().filter(|(name, _)| *name == "WWW-Authenticate");
    headers.map(|(_, value)| value.to_owned()).collect()
}

/// The second message of NTLM, alone in its answer.
fn challenge(response: &RawResponse) -> String {
    let [challenge] = <[String; 1]>::try_from(challenges(response)).unwrap();
    challenge
}

fn is_bare_refusal(response: &RawResponse) -> bool {
    response.status() == 401
        && challenges(response) == ["Negotiate", "NTLM"]
        && response.header("X-Ms-diagnostics").is_none()
        && response.header("Connection").is_none()
}

#[tokio::test]
async fn the_recorded_client_gets_its_ticket_once_it_answers_this_pools_challenge() {
    let pool = pool_of_alice().await;
    let [bare, first, second] = [
        recorded("04-web-post-WebTicket_WebTicketService_svc.txt"),
        recorded("05-web-post-WebTicket_WebTicketService_svc.txt"),
        recorded("06-web-post-WebTicket_WebTicketService_svc.txt"),
    ];
    let mut connection = raw::connect_tls(&pool).await;
    assert!(is_bare_refusal(&raw::exchange(&mut connection, &bare).await));
    let round = raw::exchange(&mut connection, &first).await;
    assert!(challenge(&round).starts_with("NTLM TlRMTVNTUAACAAAA"), "{}", round.head);
    // What was recorded answers the challenge of another server and another day.
    assert!(is_bare_refusal(&raw::exchange(&mut connection, &second).await));

    // The account as that client names it: the address, and no domain.
    let mut alice = Initiator::new(Scheme::Ntlm, "alice@contoso.test", "", "VM", PASSWORD);
    let first = with_authorization(&first, &alice.negotiate().unwrap());
    let round = raw::exchange(&mut connection, &first).await;
    let answer = alice.authenticate(&challenge(&round), [7; 8], OffsetDateTime::UNIX_EPOCH).unwrap();
    let issued = raw::exchange(&mut connection, &with_authorization(&second, &answer)).await;
    assert_eq!(issued.status(), 200, "{}", issued.text());
    assert!(issued.text().contains("sip:alice@contoso.test"), "{}", issued.text());
}

/// A request to the port, with a value of Authorization.
fn request(authorization: Option<&str>) -> Vec<u8> {
    let action = format!("\"{}\"", ns::ACTION_ISSUE_TOKEN);
    let mut headers = vec![("SOAPAction", action.as_str())];
    headers.extend(authorization.map(|value| ("Authorization", value)));
    raw::post(PATH, &headers, &messages::issue_token_for(tickets::AUDIENCE, SYMMETRIC))
}

async fn ask(connection: &mut (impl AsyncRead + AsyncWrite + Unpin), authorization: &str) -> RawResponse {
    raw::exchange(connection, &request(Some(authorization))).await
}

/// Ken Myer's answer to a challenge of this connection, not yet sent.
async fn answer(connection: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> String {
    let mut ken = Initiator::new(Scheme::Ntlm, "kenmyer", "LITWAREINC", "VM", PASSWORD);
    let round = ask(connection, &ken.negotiate().unwrap()).await;
    ken.authenticate(&challenge(&round), [7; 8], OffsetDateTime::UNIX_EPOCH).unwrap()
}

#[tokio::test]
async fn a_ticket_by_windows_credentials_gets_a_certificate() {
    let pool = pool().await;
    for scheme in [Scheme::Ntlm, Scheme::Negotiate] {
        let mut connection = raw::connect_tls(&pool).await;
        let mut ken = Initiator::new(scheme, "kenmyer", "LITWAREINC", "VM", PASSWORD).in_spnego();
        let round = ask(&mut connection, &ken.negotiate().unwrap()).await;
        let value = ken.authenticate(&challenge(&round), [7; 8], OffsetDateTime::UNIX_EPOCH).unwrap();
        let issued = ask(&mut connection, &value).await;
        assert_eq!(issued.status(), 200, "{}", issued.text());
        let header = held(&issued).header();
        let certificate = publish(&pool, "WebTicket_Proof_SHA1", &header, "kenmyer@litwareinc.com").await;
        assert!(!outcome(&certificate).unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_phone_signs_in_with_windows_credentials() {
    let pool = pool().await;
    for user in ["kenmyer", "LITWAREINC\\KENMYER", "kenmyer@litwareinc.com"] {
        let report = pool.aim(SignIn::windows(user, PASSWORD)).run().await;
        let signed_in = report.outcome.unwrap_or_else(|failure| panic!("{user}: {failure}"));
        assert_eq!(signed_in.user.address(), "kenmyer@litwareinc.com");
    }
    for (user, password, status, code) in [
        ("kenmyer", "wrong", 401, None),
        ("nobody-here", PASSWORD, 401, None),
        ("not-enabled", PASSWORD, 403, Some(28000)),
        ("account-locked", PASSWORD, 500, Some(28001)),
    ] {
        let report = pool.aim(SignIn::windows(user, password)).run().await;
        let Err(failure) = report.outcome else { panic!("{user} signed in") };
        let head = failure.response().unwrap_or_else(|| panic!("{user}: {failure}"));
        let told = head.diagnostics().map(|diagnostics| diagnostics.error_id);
        assert_eq!(
            (failure.step.as_str(), head.status, told),
            ("web_ticket", status, code),
            "{user}: {failure}"
        );
    }
}

#[tokio::test]
async fn who_has_no_password_is_refused_and_the_connection_serves_the_next() {
    let pool = pool().await;
    let mut connection = raw::connect_tls(&pool).await;
    let round = ask(&mut connection, &ntlm::negotiate()).await;
    let made_up = ntlm::made_up_response(&challenge(&round));
    for (what, lm, nt) in [
        ("NTLMv1", &[7; 24][..], &[8; 24][..]),
        ("NTLMv1 with extended session security", &[[7; 8].as_slice(), &[0; 16]].concat(), &[8; 24]),
        ("LM alone", &[7; 24], &[]),
        ("nothing", &[], &[]),
        ("a random response", &[0; 24], &made_up),
    ] {
        assert_eq!(ask(&mut connection, &ntlm::negotiate()).await.status(), 401);
        let refused = ask(&mut connection, &ntlm::authenticate("kenmyer", lm, nt)).await;
        assert!(is_bare_refusal(&refused), "{what}: {}", refused.head);
    }
    // One that is made up from the very challenge that it answers, so that nothing but the proof is wrong.
    let round = ask(&mut connection, &ntlm::negotiate()).await;
    let made_up = ntlm::made_up_response(&challenge(&round));
    let refused = ask(&mut connection, &ntlm::authenticate("kenmyer", &[0; 24], &made_up)).await;
    assert!(is_bare_refusal(&refused), "{}", refused.head);
    let reasons = reasons(&pool);
    assert!(reasons.last().unwrap().contains("was not made with the user's password"), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("NTLMv1")), "{reasons:?}");

    let value = answer(&mut connection).await;
    assert_eq!(ask(&mut connection, &value).await.status(), 200);
}

/// Why Windows credentials were refused, as the journal has it.
fn reasons(pool: &LyncMock) -> Vec<String> {
    let refused = pool.received().into_iter().filter(|entry| entry.event.starts_with("webticket."));
    refused.filter_map(|entry| entry.decoded.get("reason").cloned()).collect()
}

#[tokio::test]
async fn an_answer_is_good_once_and_on_the_connection_of_its_challenge() {
    let pool = pool().await;
    let mut connection = raw::connect_tls(&pool).await;
    let mut other = raw::connect_tls(&pool).await;
    let value = answer(&mut connection).await;
    assert!(is_bare_refusal(&ask(&mut other, &value).await), "without its first message");
    assert_eq!(ask(&mut other, &ntlm::negotiate()).await.status(), 401);
    assert!(is_bare_refusal(&ask(&mut other, &value).await), "to another connection's challenge");

    assert_eq!(ask(&mut connection, &value).await.status(), 200);
    let bare = raw::exchange(&mut connection, &request(None)).await;
    assert_eq!(bare.status(), 200, "the connection is authenticated");
    assert_eq!(raw::exchange(&mut other, &request(None)).await.status(), 401, "and no other is");
    assert!(is_bare_refusal(&ask(&mut connection, &value).await), "a second time");
    assert_eq!(raw::exchange(&mut connection, &request(None)).await.status(), 401);
}

#[tokio::test]
async fn the_journal_names_user_and_step_and_keeps_no_message_of_ntlm() {
    let pool = pool().await;
    let mut connection = raw::connect_tls(&pool).await;
    assert_eq!(raw::exchange(&mut connection, &request(None)).await.status(), 401);
    let value = answer(&mut connection).await;
    assert_eq!(ask(&mut connection, &value).await.status(), 200);
    let mut wrong = Initiator::new(Scheme::Ntlm, "kenmyer", "", "VM", "wrong");
    let round = ask(&mut connection, &wrong.negotiate().unwrap()).await;
    let value = wrong.authenticate(&challenge(&round), [7; 8], OffsetDateTime::UNIX_EPOCH).unwrap();
    assert_eq!(ask(&mut connection, &value).await.status(), 401);

    let refused = pool.wait_for(&Filter::event("webticket.refused")).await.unwrap();
    assert_eq!(refused.device.user.as_deref(), Some("sip:kenmyer@litwareinc.com"));
    let told: Vec<String> = pool
        .received()
        .iter()
        .filter(|entry| entry.event.starts_with("webticket."))
        .map(|entry| {
            let of = |name| entry.decoded.get(name).map_or("-", String::as_str);
            format!(
                "{} {}: {} ({}, {})",
                entry.event,
                entry.outcome.as_str(),
                entry.summary,
                of("account"),
                of("step")
            )
        })
        .collect();
    expect_test::expect![[r#"
        webticket.challenged ok: challenged (-, -)
        webticket.challenged ok: challenge of NTLM sent (-, challenge)
        webticket.issued ok: web ticket issued for sip:kenmyer@litwareinc.com (kenmyer, password verified)
        webticket.challenged ok: challenge of NTLM sent (-, challenge)
        webticket.refused refused: Windows credentials refused: the response was not made with the user's password: kenmyer (kenmyer, -)
    "#]]
    .assert_eq(&format!("{}\n", told.join("\n")));

    let kept = [pool.json_lines(), pool.har().to_string(), format!("{:?}", pool.received())].concat();
    assert!(kept.contains("NTLM ****"), "the headers are kept");
    for secret in ["TlRMTVNTUA", PASSWORD, NT_HASH] {
        assert!(!kept.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_trace_log_of_windows_sign_ins_holds_neither_password_nor_hash_nor_message() {
    let mut served = Served::start(env!("CARGO_BIN_EXE_lyncmock-under-test"), &[]).await;
    let ca_pem = command::read(Path::new(&served.endpoints.ca_pem));
    let endpoints = served.endpoints.clone();
    let curl = Curl::of(&endpoints, &ca_pem);
    assert!(curl.ask("--ntlm", "kenmyer", PASSWORD).await.is_ticket());
    assert!(curl.ask("--ntlm", "kenmyer", "Wrong-word1").await.is_bare_refusal());
    // A password in the wrong field.
    assert!(curl.ask("--ntlm", "Wrong-name1", "x").await.is_bare_refusal());
    served.kill().await;
    let log = command::read(&served.log);
    assert!(log.contains("TRACE") && log.contains("web ticket issued"), "the log tells of the sign-ins");
    assert!(log.contains("Windows credentials refused"));
    let hash_bytes = "252, 82, 92, 150, 131, 232";
    for secret in [PASSWORD, "Wrong-word1", "Wrong-name1", NT_HASH, hash_bytes, "TlRMTVNTUA"] {
        assert!(!log.contains(secret), "{secret}");
    }
}
