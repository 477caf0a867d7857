//! Both layouts, against the texts that are public.

use super::*;
use crate::{
    Credentials, Detail, Failure, FailureKind, PrivateKey, ResponseHead, SignedIn, Step, StepName,
    StepOutcome,
};
use expect_test::{Expect, expect};
use lync_model::Pin;
use time::macros::datetime;

const URI: &str = "https://LYNCSERVER.DOMAIN:443/CertProv/CertProvisioningService.svc";

/// The header set of the captured refusal, in the order in which IIS writes it.
const CAPTURED: [(&str, &str); 12] = [
    ("Cache-Control", "private"),
    ("Content-Type", "text/html; charset=utf-8"),
    ("Content-Length", "4897"),
    ("Server", "Microsoft-IIS/8.0"),
    ("Warning", "120 LYNCSERVER.DOMAIN \"InvalidPin\""),
    (
        "X-Ms-diagnostics",
        "28003;source=\"LYNCSERVER.DOMAIN\";reason=\"The pin is invalid.\";faultcode=\"wsse:FailedAuthentication\"",
    ),
    ("X-MS-Server-Fqdn", "LYNCSERVER.DOMAIN"),
    ("WWW-Authenticate", "Basic realm =\"LYNC\""),
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Powered-By", "ASP.NET"),
    ("Date", "Thu, 02 Feb 2017 01:20:52 GMT"),
];

fn refused() -> FailureKind {
    let headers = CAPTURED.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let head = ResponseHead { status: 401, reason: "Unauthorized".to_owned(), headers };
    FailureKind::Status { head: Box::new(head) }
}

fn failed(step: StepName, kind: FailureKind) -> Report {
    let outcome = StepOutcome::Failed(kind.to_string());
    let details = vec![Detail { name: "url", value: "https://LYNCSERVER.DOMAIN/x".to_owned() }];
    let (start, duration) = (Duration::ZERO, Duration::from_millis(60));
    Report {
        steps: vec![Step { name: step, start, duration, outcome, details }],
        outcome: Err(Failure { step, kind }),
        latency: Duration::from_micros(97_345),
        target_uri: Some(URI.to_owned()),
        target_fqdn: Some("LYNCSERVER.DOMAIN".to_owned()),
    }
}

fn signed_in() -> Report {
    let at = datetime!(2026-01-15 12:00 UTC);
    let signed_in = SignedIn {
        user: "sip:kenmyer@litwareinc.com".parse().unwrap(),
        certificate: vec![0x30],
        key: PrivateKey::from_pkcs8(b"key material".to_vec()),
        certificate_expires: at,
        issuer_in_chain: true,
        chain: Vec::new(),
        ticket_expires: at,
    };
    Report {
        steps: Vec::new(),
        outcome: Ok(signed_in),
        latency: Duration::new(6, 398_127_600),
        target_uri: Some(
            "https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc".to_owned(),
        ),
        target_fqdn: Some("atl-cs-001.litwareinc.com".to_owned()),
    }
}

fn check(report: &Report, dialect: Dialect, expected: &Expect) {
    expected.assert_eq(&TaskOutput::new(report).render(dialect));
}

#[test]
fn success_reads_as_in_the_article() {
    let expected = expect![[r#"
        TargetUri  : https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc
        TargetFqdn : atl-cs-001.litwareinc.com
        Result     : Success
        Latency    : 00:00:06.3981276
        Error      :
        Diagnosis  :
    "#]];
    check(&signed_in(), Dialect::Docs, &expected);
}

#[test]
fn success_reads_as_on_the_console() {
    let expected = expect![[r#"
        Target Fqdn   : atl-cs-001.litwareinc.com
        Target Uri    : https://atl-cs-001.litwareinc.com:443/CertProv/CertProvisioningService.svc
        Result        : Success
        Latency       : 00:00:06.3981276
        Error Message :
        Diagnosis     :
    "#]];
    check(&signed_in(), Dialect::Console, &expected);
}

#[test]
fn a_wrong_pin_reads_as_in_the_article() {
    let expected = expect![[r#"
        TargetFqdn : LYNCSERVER.DOMAIN
        Result     : Failure
        Latency    : 00:00:00.0973450
        Error      : ERROR - No response received for Web-Ticket service.
        Diagnosis  :
    "#]];
    check(&failed(StepName::WebTicket, refused()), Dialect::Docs, &expected);
}

#[test]
fn a_wrong_pin_reads_as_on_the_console_and_no_line_is_a_guess() {
    let expected = expect![[r#"
        Target Fqdn   : LYNCSERVER.DOMAIN
        Target Uri    : https://LYNCSERVER.DOMAIN:443/CertProv/CertProvisioningService.svc
        Result        : Failure
        Latency       : 00:00:00.0973450
        Error Message : No response received for Web-Ticket service.
         Inner Exception:The HTTP request is unauthorized with client authentication scheme 'Basic'. The authentication header received from the server was 'Basic realm ="LYNC"'.
         Inner Exception:The remote server returned an error: (401) Unauthorized.

        Diagnosis     :
         Inner Diagnosis:Warning : 120 LYNCSERVER.DOMAIN "InvalidPin"
         X-Ms-diagnostics : 28003;source="LYNCSERVER.DOMAIN";reason="The pin is invalid.";faultcode="wsse:FailedAuthentication"
         X-MS-Server-Fqdn : LYNCSERVER.DOMAIN
         Strict-Transport-Security : max-age=31536000; includeSubDomains
         X-Content-Type-Options : nosniff
         Content-Length : 4897
         Cache-Control : private
         Content-Type : text/html; charset=utf-8
         Date : Thu, 02 Feb 2017 01:20:52 GMT
         Server : Microsoft-IIS/8.0
         WWW-Authenticate : Basic realm ="LYNC"
         X-Powered-By : ASP.NET
    "#]];
    let report = failed(StepName::WebTicket, refused());
    check(&report, Dialect::Console, &expected);
    let lines = TaskOutput::new(&report).lines(Dialect::Console);
    assert!(lines.iter().all(|line| line.evidence == Evidence::Captured), "{lines:?}");
}

#[test]
fn a_failure_before_the_web_ticket_is_marked_as_a_guess() {
    let kind =
        FailureKind::NoDhcpAnswer { server: "127.0.0.1:10067".parse().unwrap(), attempts: 3, ignored: 0 };
    let mut report = failed(StepName::Discovery, kind);
    (report.target_uri, report.target_fqdn) = (None, None);
    let expected = expect![[r#"
        Target Fqdn   :
        Target Uri    :
        Result        : Failure
        Latency       : 00:00:00.0973450
        Error Message : No response received for DHCP request.
         Inner Exception:no DHCP server answered at 127.0.0.1:10067 (3 DHCPINFORM sent, 0 other datagrams received)

        Diagnosis     :
    "#]];
    check(&report, Dialect::Console, &expected);
    let expected = expect![[r#"
        TargetFqdn :
        Result     : Failure
        Latency    : 00:00:00.0973450
        Error      : ERROR - No response received for DHCP request.
        Diagnosis  :
    "#]];
    check(&report, Dialect::Docs, &expected);
    for dialect in [Dialect::Docs, Dialect::Console] {
        let lines = TaskOutput::new(&report).lines(dialect);
        let error = lines.iter().find(|line| line.text.contains("DHCP request")).unwrap();
        assert_eq!(error.evidence, Evidence::Inferred);
    }
}

#[test]
fn what_is_a_guess_can_be_told_from_what_is_public() {
    let inferred =
        |step, kind| TaskOutput::new(&failed(step, kind)).inferred().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(inferred(StepName::WebTicket, refused()), Vec::<String>::new());
    let kind = FailureKind::NameNotResolved {
        host: "nosuch.example".to_owned(),
        reason: "failed to lookup address information: Name or service not known".to_owned(),
    };
    assert_eq!(
        inferred(StepName::RootChain, kind),
        [
            "No response received for root certificate chain.",
            "The remote name could not be resolved: 'nosuch.example'"
        ]
    );
}

#[test]
fn the_account_of_a_wrong_pin_holds_the_lines_of_the_article() {
    let pin = Credentials::Pin { phone_or_ext: "+12065551219".to_owned(), pin: Pin::new("0712") };
    let lines = transcript(&failed(StepName::WebTicket, refused()), &pin);
    let documented = lines.iter().filter(|line| line.evidence == Evidence::Documented);
    let text: String = documented.map(|line| format!("{}\n", line.text)).collect();
    expect![[r#"
        Trying to get web ticket.
        Web Service url : https://LYNCSERVER.DOMAIN/x
        Using PIN auth with Phone\Ext : 12065551219 Pin : 0712
        Could not get web ticket
        CHECK :
        - Web service url is valid and the web services are functional
        - If using PhoneNo\PIN to authenticate, make sure they match the user uri
        - If using NTLM\Kerberos auth, make sure you provided valid credentials
    "#]]
    .assert_eq(&text);
}

#[test]
fn the_account_of_any_other_step_is_a_guess() {
    let pin = Credentials::Pin { phone_or_ext: "1219".to_owned(), pin: Pin::new("0712") };
    let lines = transcript(&failed(StepName::RootChain, FailureKind::NoTarget), &pin);
    assert!(lines.len() > 2);
    assert!(lines.iter().all(|line| line.evidence == Evidence::Inferred && !line.text.contains("0712")));
}

#[test]
fn neither_debug_output_nor_the_result_shows_a_secret() {
    let report = signed_in();
    let shown = format!("{report:?} {:?}", TaskOutput::new(&report));
    assert!(!shown.contains("key material") && !shown.contains(&format!("{:?}", b"key material")));
    let credentials = Credentials::Pin { phone_or_ext: "1219".to_owned(), pin: Pin::new("0712") };
    assert!(!format!("{credentials:?}").contains("0712"));
}
