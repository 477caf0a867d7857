//! Whole sign-ins against a pool of canned answers.

use super::*;
use crate::testing::dhcp::{DhcpServer, rows};
use crate::testing::logs::Logs;
use crate::testing::pool::{BASIC, Pool, USER, header};
use crate::testing::web::{NOW, POOL};
use crate::{Dialect, FailureKind, Model, StepOutcome, TaskOutput, Verdict};
use time::Duration;

fn names(report: &Report) -> Vec<StepName> {
    report.steps.iter().map(|step| step.name).collect()
}

#[tokio::test]
async fn a_phone_leaves_with_a_certificate_over_its_key() {
    let pool = Pool::start().await;
    let report = pool.phone("0712").require_pool_issuer(true).run().await;
    assert_eq!(report.verdict(), Verdict::SignedIn, "{:?}", report.outcome);
    let signed_in = report.outcome.as_ref().unwrap();
    assert_eq!(signed_in.user.as_str(), USER);
    assert_eq!(signed_in.ticket_expires, NOW + Duration::hours(8));
    assert_eq!(signed_in.certificate_expires, NOW + Duration::days(180));
    assert_eq!(signed_in.chain.len(), 1);
    assert!(signed_in.issuer_in_chain);
    assert_eq!(
        names(&report),
        [
            StepName::Discovery,
            StepName::RootChain,
            StepName::CertProvMetadata,
            StepName::WebTicketMetadata,
            StepName::WebTicket,
            StepName::Certificate,
        ]
    );
    assert!(report.steps.iter().all(|step| step.outcome == StepOutcome::Done));
    assert!(report.steps.windows(2).all(|pair| pair[0].start + pair[0].duration <= pair[1].start));
    assert_eq!(report.target_fqdn.as_deref(), Some(POOL));
}

#[tokio::test]
async fn the_user_agent_is_in_every_request_and_in_none_unless_set() {
    let pool = Pool::start().await;
    pool.phone("0712").run().await.outcome.unwrap();
    let model = Model::Vvx.user_agent();
    pool.phone("0712").user_agent(model).run().await.outcome.unwrap();
    for server in [&pool.http, &pool.https] {
        let requests = server.seen().requests;
        let (without, with) = requests.split_at(requests.len() / 2);
        assert!(without.iter().all(|request| header(request, "user-agent").is_none()));
        assert!(!with.is_empty() && with.iter().all(|request| header(request, "user-agent") == Some(model)));
    }
}

#[tokio::test]
async fn a_user_agent_that_is_no_header_sends_nothing() {
    let pool = Pool::start().await;
    let report = pool.phone("0712").user_agent("phone\r\nX: y").run().await;
    assert!(matches!(report.outcome.unwrap_err().kind, FailureKind::Local(_)));
    assert_eq!(pool.http.seen().requests.len(), 0);
}

#[tokio::test]
async fn the_pin_waits_for_the_challenge_on_one_connection_for_everything() {
    let pool = Pool::start().await;
    pool.phone("0712").run().await.outcome.unwrap();
    let seen = pool.https.seen();
    assert_eq!(seen.connections, 1);
    let lines: Vec<_> = seen.requests.iter().map(|request| request.lines().next().unwrap()).collect();
    assert_eq!(
        lines,
        [
            "GET /CertProv/CertProvisioningService.svc/mex HTTP/1.1",
            "GET /WebTicket/WebTicketService.svc/mex HTTP/1.1",
            "POST /WebTicket/WebTicketService.svc/pin HTTP/1.1",
            "POST /WebTicket/WebTicketService.svc/pin HTTP/1.1",
            "POST /CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1 HTTP/1.1",
        ]
    );
    let credentials: Vec<_> = seen.requests.iter().map(|request| header(request, "authorization")).collect();
    assert_eq!(credentials, [None, None, None, Some(BASIC), None]);
    let action = header(&seen.requests[2], "soapaction").unwrap();
    assert_eq!(action, "\"http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue\"");
    assert_eq!(header(&seen.requests[2], "host"), Some(POOL));
}

#[tokio::test]
async fn the_pin_can_go_out_at_once() {
    let pool = Pool::start().await;
    pool.phone("0712").preemptive(true).run().await.outcome.unwrap();
    assert_eq!(pool.https.seen().requests.len(), 4);
}

#[tokio::test]
async fn a_connection_that_the_server_ends_is_opened_again() {
    let close = |_: &str, answer: Vec<u8>| {
        let text = String::from_utf8_lossy(&answer).replacen("\r\n", "\r\nConnection: close\r\n", 1);
        Some(text.into_bytes())
    };
    let pool = Pool::altered(close).await;
    pool.phone("0712").run().await.outcome.unwrap();
    let seen = pool.https.seen();
    assert_eq!(seen.connections, seen.requests.len());
}

#[tokio::test]
async fn a_connection_that_ends_without_a_word_is_opened_again_once() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    let asked = std::sync::Arc::new(AtomicUsize::new(0));
    let hang_up_first = move |request: &str, answer: Vec<u8>| {
        let first = request.starts_with("GET /WebTicket") && asked.fetch_add(1, Ordering::Relaxed) == 0;
        (!first).then_some(answer)
    };
    let pool = Pool::altered(hang_up_first).await;
    pool.phone("0712").run().await.outcome.unwrap();
    assert_eq!(pool.https.seen().connections, 2);
}

#[tokio::test]
async fn a_port_without_proof_gets_the_ticket_alone() {
    let bearer = |request: &str, answer: Vec<u8>| {
        let is_metadata = request.starts_with("GET /CertProv");
        let text = String::from_utf8_lossy(&answer)
            .replace("EndorsingSupportingTokens", "NotEndorsingSupportTokens");
        Some(if is_metadata { text.into_bytes() } else { answer })
    };
    let pool = Pool::altered(bearer).await;
    pool.phone("0712").run().await.outcome.unwrap();
    let last = pool.https.seen().requests.pop().unwrap();
    assert!(last.starts_with("POST /CertProv/CertProvisioningService.svc/WebTicket_Bearer "), "{last}");
}

#[tokio::test]
async fn a_certificate_is_renewed_without_the_pin() {
    let pool = Pool::start().await;
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let first = pool.phone("0712").key_kind(kind).run().await.outcome.unwrap();
        let second = pool.settle(SignIn::renew(first.certificate.clone(), first.key.clone())).run().await;
        let second = second.outcome.unwrap();
        assert_eq!(second.user, first.user);
        assert_ne!(second.key, first.key);
    }
    let requests = pool.https.seen().requests;
    assert!(requests.iter().any(|request| request.starts_with("POST /WebTicket/WebTicketService.svc/cert ")));
}

#[tokio::test]
async fn dhcp_leads_to_the_pool_and_an_unknown_name_to_loopback() {
    let pool = Pool::start().await;
    let (https, http) = (pool.https.address.port(), pool.http.address.port());
    let url = lync_proto::dhcp::UcClientOptions::for_pool("pool.lab.test", https).unwrap();
    let server = DhcpServer::start(Some(url.encode()), rows()[0].option_120.clone()).await;
    let report = SignIn::new("1219", Pin::new("0712"))
        .dhcp(DhcpDiscovery::unicast(server.address))
        .http_port(http)
        .resolve(Resolve::new().with_address(POOL, 443, pool.https.address))
        .clock(Clock::stopped(NOW))
        .run()
        .await;
    // The reserved domain .test is known to no DNS; 443 is where the canned metadata points.
    assert_eq!(report.verdict(), Verdict::SignedIn, "{:?}", report.outcome);
    assert_eq!(report.target_fqdn.as_deref(), Some("atl-cs-001.litwareinc.com"));
}

#[tokio::test]
async fn no_log_and_no_debug_output_holds_a_secret() {
    let (logs, guard) = Logs::collect();
    let pool = Pool::start().await;
    let phone = pool.phone("0712");
    let (signed_in, refused) = (phone.run().await, pool.phone("9713").run().await);
    drop(guard);
    assert!(refused.outcome.is_err());
    let key = signed_in.outcome.as_ref().unwrap().key.expose().to_vec();
    let text = format!("{} {phone:?} {signed_in:?} {refused:?}", logs.text());
    assert!(text.contains("DEBUG") && text.contains("web ticket received"), "the logs were collected");
    for secret in ["0712", "9713", "MTIxOTowNzEy", "MTIxOTo5NzEz"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(!text.contains(&format!("{key:?}").trim_matches(['[', ']'])[..64]));
}

#[tokio::test]
async fn a_sign_in_can_be_spawned() {
    let pool = Pool::start().await;
    let phone = pool.phone("0712");
    let report = tokio::spawn(async move { phone.run().await }).await.unwrap();
    assert_eq!(TaskOutput::new(&report).lines(Dialect::Docs).len(), 6);
}
