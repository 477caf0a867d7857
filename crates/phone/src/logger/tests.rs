//! Both files, whole.

use super::*;
use crate::testing::pool::Pool;
use crate::{Detail, FailureKind, StepName, StepOutcome};
use expect_test::expect_file;
use lync_model::Pin;
use lync_xml::{Document, Limits};
use std::time::Duration;
use time::macros::datetime;

const NOW: OffsetDateTime = datetime!(2026-01-15 12:00 UTC);

/// A refused PIN, with names that a careless writer would let into the markup.
fn refused() -> (Report, SignIn) {
    let headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("X-Ms-diagnostics", "28003;source=\"LYNCSERVER.DOMAIN\";reason=\"The pin is invalid.\""),
        ("X-Odd", "</td><script>alert('x')</script>\u{1}"),
        ("WWW-Authenticate", "Basic realm =\"LYNC\""),
    ];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let head = ResponseHead { status: 401, reason: "Unauthorized".to_owned(), headers };
    let kind = FailureKind::Status { head: Box::new(head) };
    let step = |name, details: &[(&'static str, &str)], start, outcome| Step {
        name,
        start: Duration::from_millis(start),
        duration: Duration::from_micros(12_345),
        outcome,
        details: details.iter().map(|(name, value)| Detail { name, value: (*value).to_owned() }).collect(),
    };
    let steps = vec![
        step(StepName::Discovery, &[("target_fqdn", "LYNCSERVER.DOMAIN")], 0, StepOutcome::Done),
        step(
            StepName::WebTicket,
            &[("url", "https://LYNCSERVER.DOMAIN/x?a=1&b=<2>"), ("challenge", "Basic realm =\"LYNC\"")],
            20,
            StepOutcome::Failed(kind.to_string()),
        ),
    ];
    let report = Report {
        steps,
        outcome: Err(Failure { step: StepName::WebTicket, kind }),
        latency: Duration::from_micros(97_345),
        target_uri: Some("https://LYNCSERVER.DOMAIN:443/CertProv/CertProvisioningService.svc".to_owned()),
        target_fqdn: Some("LYNCSERVER.DOMAIN".to_owned()),
    };
    (report, SignIn::new("+12065551219", Pin::new("97135")))
}

#[test]
fn a_refused_pin_reads_as_kept_in_both_files() {
    let (report, sign_in) = refused();
    let report = LoggerReport::new(SyntheticTransaction::PhoneBootstrap, &report, &sign_in, NOW);
    expect_file!["../../tests/report/refused-pin.html"].assert_eq(&report.to_html());
    expect_file!["../../tests/report/refused-pin.xml"].assert_eq(&report.to_xml());
}

#[test]
fn what_a_server_says_stays_text() {
    let (report, sign_in) = refused();
    let report = LoggerReport::new(SyntheticTransaction::PhoneBootstrap, &report, &sign_in, NOW);
    assert!(!report.to_html().contains("<script"));
    let xml = report.to_xml();
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let headers = document.root().descendants().filter(|element| element.local_name() == "Header");
    let odd = headers.map(lync_xml::Element::text).find(|text| text.contains("script")).unwrap();
    assert_eq!(odd, "</td><script>alert('x')</script>\u{fffd}");
}

#[tokio::test]
async fn no_report_holds_a_pin_a_password_or_a_key() {
    let pool = Pool::start().await;
    let secrets = ["97135", "Passw0rd", "RightPassw0rd!"];
    for sign_in in [pool.phone("97135"), pool.phone("0712"), pool.windows("kenmyer", "RightPassw0rd!")] {
        let report = sign_in.run().await;
        let report = LoggerReport::new(SyntheticTransaction::PhoneBootstrap, &report, &sign_in, NOW);
        let text = format!("{}{}{report:?}", report.to_html(), report.to_xml());
        assert!(text.contains("Trying to get web ticket."));
        for secret in secrets {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(!text.contains("Pin : 0712"));
    }
}
