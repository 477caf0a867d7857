//! What the other end sends neither breaks a line of the log nor fills it.

use crate::abuse::{PATH, post, send};
use crate::support::{Asker, Authority, Memory, Service, pin};
use axum::Router;
use lync_model::Clock;
use lync_model::ports::{UserPinError, UserPinService};
use lync_net::{CancellationToken, Limits, serve, tls};
use lync_proto::soap::{Fault, Version, wrap};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins for this thread, which is all that a test runs on.
    fn start(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .with_writer(move || log.clone());
        tracing::subscriber::set_default(subscriber.finish())
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

fn is_tame(text: &str) -> bool {
    !text.lines().any(|line| line.starts_with("forged")) && !text.contains(&"x".repeat(65))
}

#[tokio::test]
async fn a_refused_request_is_one_short_line() {
    let log = Log::default();
    let _guard = log.start();
    let authority = Authority::new("root");
    let service = Service::start(&authority, &Memory::new()).await;
    for namespace in ["a&#10;forged".to_owned(), "x".repeat(128)] {
        let body = wrap(Version::Soap11, "", &format!("<VerifyPinRequest xmlns=\"{namespace}\"/>"));
        let member = authority.issue_member();
        let answer = send(service.addr, &authority, Some(&member), &post(PATH, &body)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    let log = log.text();
    assert_eq!(log.matches("request refused").count(), 2, "{log}");
    assert!(log.contains("{a\\nforged}VerifyPin"), "{log}");
    assert!(is_tame(&log), "{log}");
}

/// A service that answers every request with `message`.
async fn says(authority: &Authority, message: String) -> Asker {
    let app = Router::new().fallback(move || async move { message });
    let acceptor =
        tls::server_mutual(&authority.issue_member(), authority.trust(), &Clock::system()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, Some(acceptor), app, Limits::default(), CancellationToken::new()));
    Asker::new(addr, authority, authority)
}

#[tokio::test]
async fn a_fault_is_repeated_on_one_short_line() {
    let authority = Authority::new("root");
    let fault = Fault::receiver(format!("gone\nforged {}", "x".repeat(100_000)));
    let asker = says(&authority, fault.encode(Version::Soap11)).await;
    let failed = asker.client.verify_pin("1219", &pin("0712")).await.unwrap_err();
    assert!(matches!(failed, UserPinError::Store(_)), "{failed}");
    let shown = failed.to_string();
    assert!(shown.contains("gone\\nforged xxx") && is_tame(&shown), "{shown}");
}

#[tokio::test]
async fn an_unreadable_answer_is_repeated_on_one_short_line() {
    let log = Log::default();
    let _guard = log.start();
    let authority = Authority::new("root");
    let element = format!("<Answer xmlns=\"a&#10;forged {}\"/>", "x".repeat(100));
    let asker = says(&authority, wrap(Version::Soap11, "", &element)).await;
    let failed = asker.client.verify_pin("1219", &pin("0712")).await.unwrap_err();
    assert!(matches!(failed, UserPinError::Unavailable { .. }), "{failed}");
    for shown in [failed.to_string(), log.text()] {
        assert!(shown.contains("forged") && is_tame(&shown), "{shown}");
    }
}
