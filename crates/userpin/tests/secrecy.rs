//! No PIN reaches a log, however talkative. Alone in its file: the subscriber is the whole process's.
#![cfg(test)]

#[path = "hop/support.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod support;

use lync_model::ports::UserPinService;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use support::{Asker, Authority, Behaviour, Memory, Service, pin};

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_pin_is_logged_at_trace_level() {
    const PIN: &str = "7249016583";
    let buffer = Buffer::default();
    let writer = buffer.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || writer.clone())
        .init();

    let (authority, memory) = (Authority::new("root"), Memory::new());
    let service = Service::start(&authority, &memory).await;
    let asker = Asker::new(service.addr, &authority, &authority).impatient();
    let mut said = Vec::new();
    for behaviour in [Behaviour::Works, Behaviour::Fails, Behaviour::PinsHang, Behaviour::Hangs] {
        memory.set(behaviour);
        said.push(asker.client.verify_pin("1219", &pin(PIN)).await.unwrap_err().to_string());
    }
    service.kill().await;
    said.push(asker.client.verify_pin("1219", &pin(PIN)).await.unwrap_err().to_string());

    let log = String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap();
    for expected in ["rustls", "TRACE", "VerifyPinRequest", "did not answer", "the user-PIN service failed"] {
        assert!(log.contains(expected), "the log holds no {expected}");
    }
    assert!(!log.contains(PIN), "the log holds the PIN");
    assert!(said.iter().all(|error| !error.contains(PIN)), "{said:?}");
}
