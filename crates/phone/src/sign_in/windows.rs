//! Sign-ins by an account of Windows.

use super::*;
use crate::testing::logs::Logs;
use crate::testing::pool::{Pool, USER, header};
use crate::testing::web::response;
use crate::testing::windows::PASSWORD;
use crate::{Dialect, FailureKind, SyntheticTransaction, TaskOutput, Verdict, transcript};
use expect_test::expect;
use lync_model::Evidence;

fn output(report: &Report) -> TaskOutput {
    TaskOutput {
        latency: std::time::Duration::ZERO,
        ..TaskOutput::of(SyntheticTransaction::ClientAuthentication, report)
    }
}

/// A pool that offers this scheme alone.
async fn offering(scheme: &'static str) -> Pool {
    let alone = move |_: &str, answer: Vec<u8>| {
        let other = if scheme == "NTLM" { "Negotiate" } else { "NTLM" };
        let text = String::from_utf8_lossy(&answer).replace(&format!("WWW-Authenticate: {other}\r\n"), "");
        Some(text.into_bytes())
    };
    Pool::altered(alone).await
}

#[tokio::test]
async fn an_account_signs_in_by_ntlm_on_one_connection_with_the_body_each_time() {
    let pool = Pool::start().await;
    for user_name in ["litwareinc\\kenmyer", "kenmyer@litwareinc.com", "kenmyer"] {
        let report = pool.windows(user_name, PASSWORD).user_sip_address(USER.parse().unwrap()).run().await;
        assert_eq!(report.verdict(), Verdict::SignedIn, "{:?}", report.outcome);
        assert_eq!(report.outcome.unwrap().user.as_str(), USER);
    }
    let seen = pool.https.seen();
    assert_eq!((seen.connections, seen.requests.len()), (3, 3 * 6));
    let posts: Vec<_> = seen.requests[2..5].iter().collect();
    let body = |request: &str| request.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert!(posts.iter().all(|post| post.starts_with("POST /WebTicket/WebTicketService.svc HTTP")));
    assert!(
        posts.iter().all(|post| body(post) == body(posts[0]) && body(post).contains("RequestSecurityToken"))
    );
    let credentials: Vec<_> = posts.iter().map(|post| header(post, "authorization")).collect();
    assert_eq!(credentials[0], None);
    assert!(credentials[1].unwrap().starts_with("NTLM TlRMTVNTUAAB"));
    assert!(credentials[2].unwrap().starts_with("NTLM TlRMTVNTUAAD"));
}

#[tokio::test]
async fn the_scheme_is_the_one_that_is_offered() {
    for scheme in ["NTLM", "Negotiate"] {
        let pool = offering(scheme).await;
        pool.windows("kenmyer", PASSWORD).run().await.outcome.unwrap();
        let requests = pool.https.seen().requests;
        assert!(header(&requests[3], "authorization").unwrap().starts_with(&format!("{scheme} TlRM")));
    }
}

#[tokio::test]
async fn a_wrong_password_reads_as_documented() {
    let pool = Pool::start().await;
    let report = pool.windows("litwareinc\\kenmyer", "WrongPassw0rd!").run().await;
    let failure = report.outcome.as_ref().unwrap_err();
    assert_eq!((failure.step, failure.response().unwrap().status), (StepName::WebTicket, 401));
    expect![[r#"
        Target Fqdn   : pool.lab.test
        Target Uri    : https://pool.lab.test/CertProv/CertProvisioningService.svc
        Result        : Failure
        Latency       : 00:00:00
        Error Message : Could not download a CS Certificate for the given user. Check if provided uri and credentials are correct.
         Inner Exception:The HTTP request is unauthorized with client authentication scheme 'Ntlm'. The authentication header received from the server was 'Negotiate,NTLM'.
         Inner Exception:The remote server returned an error: (401) Unauthorized.

        Diagnosis     :
         Inner Diagnosis:Content-Length : 44
         WWW-Authenticate : Negotiate,NTLM
    "#]]
    .assert_eq(&output(&report).render(Dialect::Console));
    expect![[r#"
        TargetFqdn : pool.lab.test
        Result     : Failure
        Latency    : 00:00:00
        Error      : Could not download a CS Certificate for the given user. Check if provided uri and credentials are correct.
        Diagnosis  :
    "#]]
    .assert_eq(&output(&report).render(Dialect::Docs));
    let error = output(&report).error.unwrap();
    assert_eq!(error.evidence, Evidence::Documented);
}

#[tokio::test]
async fn success_reads_as_in_the_article() {
    let pool = Pool::start().await;
    let report = pool.windows("litwareinc\\kenmyer", PASSWORD).run().await;
    expect![[r#"
        TargetFqdn : pool.lab.test
        Result     : Success
        Latency    : 00:00:00
        Error      :
        Diagnosis  :
    "#]]
    .assert_eq(&output(&report).render(Dialect::Docs));
    assert!(output(&report).render(Dialect::Console).contains("\nTarget Uri    : https://pool.lab.test/"));
}

fn account(report: &Report, sign_in: &SignIn) -> String {
    let lines = transcript(report, sign_in.credentials());
    let label = |evidence| if evidence == Evidence::Documented { "" } else { "   [inferred]" };
    let ticket = lines.iter().skip_while(|line| !line.text.starts_with("Trying to download a CS"));
    let until = ticket.take_while(|line| !line.text.starts_with("url : "));
    until.map(|line| format!("{}{}\n", line.text, label(line.evidence))).collect()
}

#[tokio::test]
async fn the_account_of_a_refusal_is_the_articles_and_what_lies_between() {
    let pool = Pool::start().await;
    let client =
        pool.windows("litwareinc\\kenmyer", "WrongPassw0rd!").user_sip_address(USER.parse().unwrap());
    expect![[r#"
        Trying to download a CS certificate for User : kenmyer@litwareinc.com endpoint : STEpid
        Web Service url : https://pool.lab.test/CertProv/CertProvisioningService.svc
        Trying to get web ticket.   [inferred]
        Web Service url : https://pool.lab.test/WebTicket/WebTicketService.svc   [inferred]
        Using NTLM/Kerb auth.   [inferred]
        HTTP 401 Unauthorized   [inferred]
        Could not download a CS certificate from web service.
        CHECK:
        - Web service url is valid and the web services are functional
        - If using PhoneNo\\Pin to authenticate, make sure they match the user uri
        - If using NTLM\Kerberos auth, make sure you provided valid credentials
    "#]]
    .assert_eq(&account(&client.run().await, &client));
}

#[tokio::test]
async fn the_account_of_a_sign_in_goes_on_where_the_article_ends() {
    let pool = Pool::start().await;
    let client = pool.windows("kenmyer", PASSWORD);
    expect![[r#"
        Trying to download a CS certificate for User : kenmyer@litwareinc.com endpoint : STEpid
        Web Service url : https://pool.lab.test/CertProv/CertProvisioningService.svc
        Trying to get web ticket.   [inferred]
        Web Service url : https://pool.lab.test/WebTicket/WebTicketService.svc   [inferred]
        Using NTLM/Kerb auth.   [inferred]
        GetWebTicketActivity completed.   [inferred]
    "#]]
    .assert_eq(&account(&client.run().await, &client));
    let lines = transcript(&client.run().await, client.credentials());
    assert!(lines.iter().all(|line| !line.text.contains(PASSWORD)));
}

#[tokio::test]
async fn a_server_that_closes_between_the_rounds_is_told_and_no_proof_goes_elsewhere() {
    let close = |request: &str, answer: Vec<u8>| {
        let is_ntlm = header(request, "authorization").is_some();
        let text = String::from_utf8_lossy(&answer).into_owned();
        let closing = text.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        Some(if is_ntlm { closing.into_bytes() } else { answer })
    };
    let pool = Pool::altered(close).await;
    let failure = pool.windows("kenmyer", PASSWORD).run().await.outcome.unwrap_err();
    assert!(
        matches!(&failure.kind, FailureKind::Interrupted { reason, .. } if reason.contains("rounds of NTLM")),
        "{failure}"
    );
    let requests = pool.https.seen().requests;
    assert!(requests.iter().all(|request| !request.contains("TlRMTVNTUAAD")));
}

#[tokio::test]
async fn a_challenge_that_is_none_is_told() {
    let cases = [("NTLM TlRMTVNTUAACAAAA", "malformed CHALLENGE_MESSAGE"), ("NTLM ?", "no Base64")];
    for (challenge, reason) in cases {
        let garbled = move |request: &str, answer: Vec<u8>| {
            let is_ntlm = header(request, "authorization").is_some();
            let challenge = format!("WWW-Authenticate: {challenge}");
            Some(if is_ntlm { response("401 Unauthorized", &[&challenge], "") } else { answer })
        };
        let pool = Pool::altered(garbled).await;
        let failure = pool.windows("kenmyer", PASSWORD).run().await.outcome.unwrap_err();
        let FailureKind::Undecodable { head, reason: told } = &failure.kind else { panic!("{failure}") };
        assert!(head.status == 401 && told.contains(reason), "{told}");
    }
}

#[tokio::test]
async fn an_account_does_not_go_out_where_only_basic_is_offered() {
    let basic = |request: &str, answer: Vec<u8>| {
        let challenge = response("401 Unauthorized", &["WWW-Authenticate: Basic realm =\"LYNC\""], "");
        Some(if request.starts_with("POST /WebTicket") { challenge } else { answer })
    };
    let pool = Pool::altered(basic).await;
    let failure = pool.windows("kenmyer", PASSWORD).run().await.outcome.unwrap_err();
    assert_eq!(failure.response().unwrap().status, 401);
    let requests = pool.https.seen().requests;
    assert!(requests.iter().all(|request| header(request, "authorization").is_none()));
}

#[tokio::test]
async fn a_pool_without_the_port_is_told() {
    let without = |request: &str, answer: Vec<u8>| {
        let text = String::from_utf8_lossy(&answer)
            .replace("WebTicketServiceWinNegotiate", "WebTicketServiceXinNegotiate");
        Some(if request.starts_with("GET /WebTicket") { text.into_bytes() } else { answer })
    };
    let pool = Pool::altered(without).await;
    let failure = pool.windows("kenmyer", PASSWORD).run().await.outcome.unwrap_err();
    assert!(failure.to_string().contains("there is no port WebTicketServiceWinNegotiate"), "{failure}");
}

#[tokio::test]
async fn no_log_and_no_debug_output_holds_the_password() {
    let (logs, guard) = Logs::collect();
    let pool = Pool::start().await;
    let right = pool.windows("kenmyer", PASSWORD);
    let (signed_in, refused) = (right.run().await, pool.windows("kenmyer", "WrongPassw0rd!").run().await);
    drop(guard);
    assert!(signed_in.outcome.is_ok() && refused.outcome.is_err());
    let text = format!("{} {right:?} {signed_in:?} {refused:?}", logs.text());
    assert!(text.contains("web ticket received") && text.contains("Password(****)"));
    let proof = pool.https.seen().requests.iter().find_map(|request| {
        header(request, "authorization")
            .filter(|value| value.starts_with("NTLM TlRMTVNTUAAD"))
            .map(str::to_owned)
    });
    for secret in [PASSWORD, "WrongPassw0rd!", &proof.unwrap()[5..]] {
        assert!(!text.contains(secret), "{secret}");
    }
}
