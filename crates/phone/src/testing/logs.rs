//! Everything that is logged, at trace level, by one test.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, OnceLock};
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::fmt::MakeWriter;

/// While there is one subscriber alone, tracing asks only the thread that comes to a line first whether anybody wants
/// it. With a second one it asks all, so tests in other threads cannot silence a line.
static SECOND: OnceLock<Dispatch> = OnceLock::new();

#[derive(Clone, Default)]
pub(crate) struct Logs(Arc<Mutex<Vec<u8>>>);

impl Logs {
    /// Collects what this thread logs until the guard is dropped.
    pub(crate) fn collect() -> (Self, DefaultGuard) {
        SECOND.get_or_init(|| {
            let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
            Dispatch::new(subscriber.with_writer(io::sink).finish())
        });
        let logs = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            // Among the digits of a time a PIN is found sooner or later.
            .without_time()
            .with_writer(logs.clone())
            .finish();
        (logs, tracing::subscriber::set_default(subscriber))
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Logs {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Logs {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
