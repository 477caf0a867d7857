//! Three stories of the field, told again: what was seen, how the cause was found, what cured it.
//!
//! Each administrator works with the commands of the command line alone, on a pool in a process of its own.

use lync_tests::command::{Finished, Served, finish};
use lync_tests::logs;
use lyncmock::LyncMock;
use lyncmock::phone::{FailureKind, Model, Timeouts, tickt_log};
use serde_json::Value;
use std::time::Duration;
use tempfile::TempDir;
use time::OffsetDateTime;

const BINARY: &str = env!("CARGO_BIN_EXE_lyncmock-under-test");

/// The administrator's keyboard.
struct Keyboard<'a> {
    served: &'a Served,
}

impl Keyboard<'_> {
    /// A phone, or the cmdlet that stands for one.
    async fn phone(&self, arguments: &[&str]) -> Finished {
        let ready_file = self.served.ready_file.to_str().unwrap();
        finish(BINARY, &[arguments, &["--ready-file", ready_file]].concat()).await
    }

    /// A command to the server.
    async fn server(&self, arguments: &[&str]) -> Finished {
        let url = self.served.endpoints.admin.as_deref().unwrap();
        let finished = finish(BINARY, &[arguments, &["--server", url]].concat()).await;
        assert_eq!(finished.code, Some(0), "{arguments:?}: {}", finished.stderr);
        finished
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        let finished = self.server(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&finished.stdout).unwrap()
    }

    async fn signs_in(&self) -> bool {
        self.phone(&["phone", "--ext", "1219", "--pin", "0712"]).await.code == Some(0)
    }
}

fn served() -> impl Future<Output = Served> {
    logs::start();
    Served::start(BINARY, &[])
}

/// "VVX PIN Authentication Error", the demonstration in it: the cmdlet tells a wrong PIN by 28003.
#[tokio::test]
async fn a_wrong_pin_is_told_by_28003() {
    let served = served().await;
    let keyboard = Keyboard { served: &served };
    // A user says: "Lync Sign in Failed", with extension and PIN.
    let vvx = keyboard.phone(&["phone", "--as", "vvx", "--ext", "1219", "--pin", "9999"]).await;
    assert_eq!(vvx.code, Some(1));
    assert!(vvx.stdout.contains("Lync Sign in Failed"), "{}", vvx.stdout);
    // The administrator asks the web ticket service as the phone does.
    let cmdlet = &["Test-CsPhoneBootstrap", "-PhoneOrExt", "1219", "-Pin", "9999", "--dialect", "console"];
    let said = keyboard.phone(cmdlet).await.stdout;
    for line in [
        "Result        : Failure",
        "Error Message : No response received for Web-Ticket service.",
        " Inner Exception:The remote server returned an error: (401) Unauthorized.",
        "Inner Diagnosis:Warning : 120 atl-cs-001.litwareinc.com \"InvalidPin\"",
        "28003;source=\"atl-cs-001.litwareinc.com\";reason=\"The pin is invalid.\";faultcode=\"wsse:FailedAuthentication\"",
        "WWW-Authenticate : Basic realm =\"LYNC\"",
    ] {
        assert!(said.contains(line), "{line} is not in:\n{said}");
    }
    // The server's journal says so too, and whose PIN it was.
    let refused =
        keyboard.json(&["journal", "list", "--event", "webticket.refused", "--user", "kenmyer"]).await;
    let last = refused["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["diagnostic"]["code"], 28003);
    assert_eq!(last["diagnostic"]["evidence"], "captured");
    // The PIN was mistyped; with the right one the phone signs in.
    assert!(keyboard.signs_in().await);
}

/// The same post, its real end: the web service did not answer at all, and restarting it in IIS cured that.
#[tokio::test]
async fn a_web_service_that_hangs_is_cured_by_a_restart() {
    let served = served().await;
    let keyboard = Keyboard { served: &served };
    assert!(keyboard.signs_in().await);
    keyboard.server(&["scenarios", "arm", "web-ticket-service-hung"]).await;
    // No phone signs in any more, at any site, with the right PIN.
    let impatient = ["--timeout", "300ms"];
    let phone = [&["phone", "--as", "vvx", "--ext", "1219", "--pin", "0712"][..], &impatient].concat();
    let vvx = keyboard.phone(&phone).await;
    assert_eq!(vvx.code, Some(1), "{}", vvx.stdout);
    // The phone's log has no ticket in it.
    for line in [
        "m_validUntil [0]",
        "m_validityDuration [0]",
        "m_bCertExists [0]",
        "m_bCertExpired [1]",
        "m_eErrorCode [9]",
    ] {
        assert!(vvx.stdout.contains(&format!("|tickt|*|00|{line}")), "{line} is not in:\n{}", vvx.stdout);
    }
    // The cmdlet's message is that of a wrong PIN; what is missing is the diagnosis.
    let cmdlet = [&["Test-CsPhoneBootstrap", "-PhoneOrExt", "1219", "-Pin", "0712"][..], &impatient].concat();
    let said = keyboard.phone(&cmdlet).await.stdout;
    assert!(
        said.contains("No response received for Web-Ticket service.") && !said.contains("28003"),
        "{said}"
    );
    // The server is not to blame for being silent about it: it has no refusal in its journal.
    let refused = keyboard.json(&["journal", "list", "--event", "webticket.refused"]).await;
    assert_eq!(refused["entries"].as_array().unwrap().len(), 0);
    keyboard.server(&["web-service", "restart"]).await;
    assert!(keyboard.signs_in().await);
}

/// The whole internal web site hangs, not the web ticket service alone: the same restart cures it.
#[tokio::test]
async fn a_web_site_that_hangs_is_cured_by_a_restart() {
    let pool = lync_tests::pool().await;
    let hung = pool.scenario("web-service-hung").arm().await.unwrap();
    let short = Timeouts { connect: Duration::from_millis(300), request: Duration::from_millis(300) };
    let failure = pool.phone("1219", "0712").timeouts(short).run().await.outcome.unwrap_err();
    assert!(matches!(failure.kind, FailureKind::NoAnswer { .. }), "{failure}");
    assert!(!hung.is_cured().await);
    pool.restart_web_service();
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
    assert!(hung.is_cured().await);
}

/// A front end keeps its connection to the user-PIN service; a rule about connections counts at once all the same.
#[tokio::test]
async fn a_rule_about_connections_does_not_wait_for_the_next_one() {
    let pool = lync_tests::pool().await;
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
    let armed = pool.scenario("user-pin-server-certificate-expired").arm().await.unwrap();
    assert!(pool.phone("1219", "0712").run().await.outcome.is_err());
    armed.lift().await.unwrap();
    assert!(pool.phone("1219", "0712").run().await.outcome.is_ok());
}

/// "Authentication fails during PIN sign-in": an additional root of the same name on the front end.
#[tokio::test]
async fn a_mismatched_root_is_found_by_its_serial_number_exported_and_deleted() {
    let served = served().await;
    let keyboard = Keyboard { served: &served };
    keyboard.server(&["scenarios", "arm", "user-pin-root-mismatch"]).await;
    // The user types the right PIN, and is asked for it again.
    assert!(!keyboard.signs_in().await);
    assert!(!keyboard.signs_in().await);
    // The event log of the front end has event 47067 for both requests.
    let events = keyboard.json(&["events"]).await;
    for request in ["GetEncryptionKeyRequest", "GetPublishedCertRequest"] {
        let found =
            events.as_array().unwrap().iter().find(|event| {
                event["id"] == 47067 && event["description"].as_str().unwrap().contains(request)
            });
        assert_eq!(found.unwrap()["source"], "LS UserPin Service", "{events}");
    }
    // Deployment wizard: the chain of the certificate that is assigned to the front end. Its root is noted.
    let chain = keyboard.json(&["certificates", "assigned"]).await;
    let noted = chain.as_array().unwrap().first().unwrap().clone();
    // Console: that root is listed twice under "Issued by".
    let roots = keyboard.json(&["certificates", "list", "--store", "root"]).await;
    let same_issuer: Vec<&Value> =
        roots.as_array().unwrap().iter().filter(|root| root["issuer"] == noted["issuer"]).collect();
    assert_eq!(same_issuer.len(), 2, "{roots}");
    // One of the two does not match the noted serial number and date.
    let mismatched = same_issuer.iter().find(|root| root["serial_number"] != noted["serial_number"]).unwrap();
    assert_ne!(mismatched["valid_from"], noted["valid_from"]);
    let serial = mismatched["serial_number"].as_str().unwrap();
    // It is exported as DER-encoded X.509 first.
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("mismatched.cer");
    let copy = copy.to_str().unwrap();
    keyboard.server(&["certificates", "export", "--store", "root", serial, "--out", copy]).await;
    let shown =
        lync_tests::tool::run("openssl", &["x509", "-inform", "DER", "-in", copy, "-noout", "-serial"]);
    assert_eq!(shown.trim().to_ascii_lowercase(), format!("serial={serial}"));
    // Then it is deleted, and the next sign-in succeeds.
    keyboard.server(&["certificates", "delete", "--store", "root", serial]).await;
    assert!(keyboard.signs_in().await);
    let roots = keyboard.json(&["certificates", "list", "--store", "root"]).await;
    assert_eq!(roots.as_array().unwrap().len(), 1);
    // The scenario says of itself that it is over.
    let armed = keyboard.json(&["scenarios", "armed"]).await;
    assert_eq!(armed[0]["cured"], true, "{armed}");
}

/// What the blog shows of the phone's log, from a report in the library.
#[tokio::test]
async fn the_log_of_the_phone_is_that_of_the_post() {
    let pool: LyncMock = lync_tests::pool().await;
    let report = pool.phone("1219", "9999").run().await;
    let at = OffsetDateTime::from_unix_timestamp(1_486_000_691).unwrap();
    let log = tickt_log(&report, at);
    assert!(log.contains("|tickt|*|00|m_eErrorCode [9]"), "{log}");
    assert!(Model::from_name("vvx").is_some());
}
