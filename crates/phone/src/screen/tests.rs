//! What is shown for every way to fail, and for the published case.

use super::*;
use crate::{
    ConnectFailure, Detail, Failure, PrivateKey, ResponseHead, SignedIn, Step, StepOutcome, TlsFailure,
    Verdict,
};
use expect_test::{Expect, expect};
use lync_proto::soap::Fault;
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;
use time::OffsetDateTime;
use time::macros::datetime;

const ALL: [StepName; 6] = [
    StepName::Discovery,
    StepName::RootChain,
    StepName::CertProvMetadata,
    StepName::WebTicketMetadata,
    StepName::WebTicket,
    StepName::Certificate,
];

/// When the log of the published case was written; the year is not in it.
const AT: OffsetDateTime = datetime!(2017-02-02 11:58:11 +10);
const EXPIRES: OffsetDateTime = datetime!(2017-02-02 09:58:11.5 UTC);

fn head(status: u16) -> Box<ResponseHead> {
    Box::new(ResponseHead { status, reason: String::new(), headers: Vec::new() })
}

fn refused() -> FailureKind {
    FailureKind::Status { head: head(401) }
}

fn fault() -> FailureKind {
    let fault = Box::new(Fault::diagnostics("wsse:FailedAuthentication", 28020, "No valid security token."));
    FailureKind::Fault { head: head(500), fault }
}

fn silence() -> FailureKind {
    FailureKind::NoAnswer { host: "pool".to_owned(), after: Duration::from_secs(30) }
}

fn unreachable() -> FailureKind {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 443));
    FailureKind::Unreachable { address, reason: ConnectFailure::Refused }
}

fn untrusted() -> FailureKind {
    FailureKind::Tls { host: "pool".to_owned(), problem: TlsFailure::UnknownIssuer }
}

fn broken(option: u8) -> FailureKind {
    FailureKind::BrokenOption { server: Ipv4Addr::LOCALHOST, option, reason: "missing".to_owned() }
}

fn no_dhcp() -> FailureKind {
    let server = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 67);
    FailureKind::NoDhcpAnswer { server, attempts: 3, ignored: 0 }
}

/// A report whose steps went well up to `last`.
fn report(last: StepName, outcome: Result<SignedIn, FailureKind>) -> Report {
    let steps = ALL.into_iter().filter(|name| *name <= last).map(|name| {
        let ticket = name == StepName::WebTicket && (last > name || outcome.is_ok());
        let expires = Detail { name: "expires", value: lync_proto::format_instant(EXPIRES) };
        Step {
            name,
            start: Duration::ZERO,
            duration: Duration::ZERO,
            outcome: StepOutcome::Done,
            details: if ticket { vec![expires] } else { Vec::new() },
        }
    });
    Report {
        steps: steps.collect(),
        outcome: outcome.map_err(|kind| Failure { step: last, kind }),
        latency: Duration::ZERO,
        target_uri: None,
        target_fqdn: None,
    }
}

fn failed(step: StepName, kind: FailureKind) -> Report {
    report(step, Err(kind))
}

fn signed_in() -> Report {
    let signed_in = SignedIn {
        user: "sip:kenmyer@litwareinc.com".parse().unwrap(),
        certificate: vec![0x30],
        key: PrivateKey::from_pkcs8(b"key material".to_vec()),
        certificate_expires: datetime!(2017-08-01 1:00 UTC),
        issuer_in_chain: true,
        chain: Vec::new(),
        ticket_expires: EXPIRES,
    };
    report(StepName::Certificate, Ok(signed_in))
}

fn shows(screens: &[Screen], expected: &Expect) {
    let mut text = String::new();
    for screen in screens {
        let step = screen.step.map_or("signed in", StepName::as_str);
        writeln!(text, "{step:18} {:10} {}", screen.evidence.as_str(), screen.text).unwrap();
    }
    expected.assert_eq(&text);
}

#[test]
fn a_phone_edition_that_signs_in() {
    shows(
        &screens(&signed_in(), Model::LyncPhoneEdition),
        &expect![[r#"
        discovery          documented Locating the server to download the certificate
        root_chain         documented Locating the server to download the certificate
        certprov_metadata  inferred   [What the phone shows here is not documented.]
        webticket_metadata inferred   [What the phone shows here is not documented.]
        web_ticket         inferred   [What the phone shows here is not documented.]
        certificate        inferred   [What the phone shows here is not documented.]
        signed in          inferred   [What the phone shows here is not documented.]
    "#]],
    );
}

#[test]
fn a_vvx_that_signs_in() {
    shows(
        &screens(&signed_in(), Model::Vvx),
        &expect![[r#"
            discovery          documented [The sign-in menu offers PIN Authentication.]
            discovery          documented Discovering Skype for Business Server
            root_chain         inferred   [What the phone shows here is not documented.]
            certprov_metadata  inferred   [What the phone shows here is not documented.]
            webticket_metadata inferred   [What the phone shows here is not documented.]
            web_ticket         documented Authentication in progress
            certificate        inferred   Authentication in progress
            signed in          documented [A confirmation message, whose words are not documented.]
        "#]],
    );
}

#[test]
fn a_vvx_whose_pin_is_refused() {
    shows(
        &screens(&failed(StepName::WebTicket, refused()), Model::Vvx),
        &expect![[r#"
            discovery          documented [The sign-in menu offers PIN Authentication.]
            discovery          documented Discovering Skype for Business Server
            root_chain         inferred   [What the phone shows here is not documented.]
            certprov_metadata  inferred   [What the phone shows here is not documented.]
            webticket_metadata inferred   [What the phone shows here is not documented.]
            web_ticket         documented Authentication in progress
            web_ticket         documented Lync Sign in Failed
        "#]],
    );
}

#[test]
fn a_phone_edition_that_finds_no_pool() {
    shows(
        &screens(&failed(StepName::Discovery, broken(43)), Model::LyncPhoneEdition),
        &expect![[r#"
        discovery          documented Locating the server to download the certificate
        discovery          documented Unable to locate Lync Certificate Web service
    "#]],
    );
}

#[test]
fn a_vvx_that_is_not_told_of_the_pool() {
    shows(
        &screens(&failed(StepName::Discovery, broken(43)), Model::Vvx),
        &expect![[r#"
        discovery          documented [The sign-in menu does not offer PIN Authentication.]
    "#]],
    );
}

/// Where something fails, what it is called here, and how.
type Case = (StepName, &'static str, fn() -> FailureKind);

/// The last screen of every failure, for both models.
#[test]
fn every_failure_has_a_screen_or_says_that_none_is_known() {
    let failures: [Case; 22] = [
        (StepName::Discovery, "no DHCP answer", no_dhcp),
        (StepName::Discovery, "option 43", || broken(43)),
        (StepName::Discovery, "option 120", || broken(120)),
        (StepName::Discovery, "no target", || FailureKind::NoTarget),
        (StepName::RootChain, "refused", unreachable),
        (StepName::RootChain, "no answer", silence),
        (StepName::RootChain, "fault", fault),
        (StepName::RootChain, "status", || FailureKind::Status { head: head(404) }),
        (StepName::CertProvMetadata, "tls", untrusted),
        (StepName::CertProvMetadata, "refused", unreachable),
        (StepName::CertProvMetadata, "no answer", silence),
        (StepName::CertProvMetadata, "status", || FailureKind::Status { head: head(503) }),
        (StepName::WebTicketMetadata, "status", || FailureKind::Status { head: head(503) }),
        (StepName::WebTicket, "401", refused),
        (StepName::WebTicket, "fault", fault),
        (StepName::WebTicket, "no answer", silence),
        (StepName::WebTicket, "colon", || FailureKind::PhoneOrExt),
        (StepName::WebTicket, "tls", untrusted),
        (StepName::Certificate, "fault", fault),
        (StepName::Certificate, "error info", || FailureKind::ErrorInfo {
            head: head(200),
            code: "1".to_owned(),
            message: String::new(),
        }),
        (StepName::Certificate, "certificate", || FailureKind::Certificate("expired".to_owned())),
        (StepName::Certificate, "no answer", silence),
    ];
    let mut text = String::new();
    for model in Model::ALL {
        writeln!(text, "{}", model.title()).unwrap();
        for (step, name, kind) in failures {
            let screens = screens(&failed(step, kind()), model);
            let last = screens.last().unwrap();
            assert_eq!(last.step, Some(step));
            writeln!(text, "  {:18} {name:14} {:10} {}", step.as_str(), last.evidence.as_str(), last.text)
                .unwrap();
        }
    }
    expect![[r#"
        Lync Phone Edition
          discovery          no DHCP answer documented Unable to locate Lync Certificate Web service
          discovery          option 43      documented Unable to locate Lync Certificate Web service
          discovery          option 120     documented Unable to contact Registrar for authentication. Please sign in again.
          discovery          no target      inferred   [No phone gets here: this client ended the sign-in by itself.]
          root_chain         refused        inferred   Unable to locate Lync Certificate Web service
          root_chain         no answer      inferred   Locating the server to download the certificate
          root_chain         fault          documented Error downloading certificate chain from OCS Registrar. Please try again
          root_chain         status         inferred   Error downloading certificate chain from OCS Registrar. Please try again
          certprov_metadata  tls            inferred   [What the phone shows here is not documented.]
          certprov_metadata  refused        inferred   [What the phone shows here is not documented.]
          certprov_metadata  no answer      inferred   [What the phone shows here is not documented.]
          certprov_metadata  status         inferred   [What the phone shows here is not documented.]
          webticket_metadata status         inferred   [What the phone shows here is not documented.]
          web_ticket         401            inferred   [The phone asks for the PIN again.]
          web_ticket         fault          inferred   [The phone asks for the PIN again.]
          web_ticket         no answer      inferred   [What the phone shows here is not documented.]
          web_ticket         colon          inferred   [No phone gets here: this client ended the sign-in by itself.]
          web_ticket         tls            inferred   [What the phone shows here is not documented.]
          certificate        fault          inferred   [The phone asks for the PIN again.]
          certificate        error info     inferred   [The phone asks for the PIN again.]
          certificate        certificate    inferred   [What the phone shows here is not documented.]
          certificate        no answer      inferred   [What the phone shows here is not documented.]
        Polycom VVX
          discovery          no DHCP answer documented [The sign-in menu does not offer PIN Authentication.]
          discovery          option 43      documented [The sign-in menu does not offer PIN Authentication.]
          discovery          option 120     inferred   [What the phone shows here is not documented.]
          discovery          no target      inferred   [No phone gets here: this client ended the sign-in by itself.]
          root_chain         refused        inferred   Lync Sign in Failed
          root_chain         no answer      inferred   Lync Sign in Failed
          root_chain         fault          inferred   Lync Sign in Failed
          root_chain         status         inferred   Lync Sign in Failed
          certprov_metadata  tls            inferred   Lync Sign in Failed
          certprov_metadata  refused        inferred   Lync Sign in Failed
          certprov_metadata  no answer      documented Lync Sign in Failed
          certprov_metadata  status         inferred   Lync Sign in Failed
          webticket_metadata status         inferred   Lync Sign in Failed
          web_ticket         401            documented Lync Sign in Failed
          web_ticket         fault          inferred   Lync Sign in Failed
          web_ticket         no answer      documented Lync Sign in Failed
          web_ticket         colon          inferred   [No phone gets here: this client ended the sign-in by itself.]
          web_ticket         tls            inferred   Lync Sign in Failed
          certificate        fault          inferred   Lync Sign in Failed
          certificate        error info     inferred   Lync Sign in Failed
          certificate        certificate    inferred   Lync Sign in Failed
          certificate        no answer      inferred   Lync Sign in Failed
    "#]].assert_eq(&text);
}

#[test]
fn what_is_quoted_has_a_source() {
    for model in Model::ALL {
        for step in ALL {
            for report in
                [signed_in(), failed(step, refused()), failed(step, silence()), failed(step, broken(43))]
            {
                for screen in screens(&report, model) {
                    let quoted = !screen.text.starts_with('[');
                    assert!(
                        !(quoted || screen.evidence == Evidence::Documented) || !screen.source.is_empty(),
                        "{screen:?}"
                    );
                }
                assert_eq!(
                    report.verdict() == Verdict::SignedIn,
                    screens(&report, model).last().unwrap().step.is_none()
                );
            }
        }
    }
}

#[test]
fn the_log_of_a_sign_in_without_ticket_is_the_published_one() {
    let published = " 0202115811|tickt|*|00|m_validUntil [0]
 0202115811|tickt|*|00|m_validityDuration [0]
 0202115811|tickt|*|00|m_bCertExists [0]
 0202115811|tickt|*|00|m_bCertExpired [1]
 0202115811|tickt|*|00|m_eErrorCode [9]
";
    assert_eq!(tickt_log(&failed(StepName::WebTicket, silence()), AT), published);
    assert_eq!(tickt_log(&failed(StepName::Discovery, no_dhcp()), AT), published);
}

#[test]
fn the_log_of_a_phone_that_is_signed_in_has_the_ticket_and_no_invented_code() {
    let written = " 0202115811|tickt|*|00|m_validUntil [1486029491]
 0202115811|tickt|*|00|m_validityDuration [28800]
 0202115811|tickt|*|00|m_bCertExists [1]
 0202115811|tickt|*|00|m_bCertExpired [0]
 0202115811|tickt|*|00|m_eErrorCode [?]
";
    assert_eq!(tickt_log(&signed_in(), AT), written);
    let late = tickt_log(&signed_in(), EXPIRES + time::Duration::hours(1));
    assert!(late.contains("m_validityDuration [0]"), "{late}");
}

#[test]
fn a_ticket_without_a_certificate_is_told_from_no_ticket() {
    let written = tickt_log(&failed(StepName::Certificate, fault()), AT);
    assert!(written.contains("m_validUntil [1486029491]"), "{written}");
    assert!(written.contains("m_bCertExists [0]") && written.contains("m_eErrorCode [?]"), "{written}");
}
