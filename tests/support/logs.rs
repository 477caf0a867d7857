//! Every test's log, at trace level, in a file: after the run these files are searched for PINs.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Once;
use tracing_subscriber::EnvFilter;

/// Starts the log of this process, once.
pub fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let file = File::create(directory().join(format!("{}.log", std::process::id()))).unwrap();
        tracing_subscriber::fmt()
            .with_env_filter(EnvFilter::new("trace"))
            .with_ansi(false)
            .with_writer(std::sync::Mutex::new(file))
            .init();
    });
}

/// Where the logs are: `LYNCMOCK_TEST_LOGS`, or a folder in the system's temporary directory.
pub fn directory() -> PathBuf {
    let directory = std::env::var_os("LYNCMOCK_TEST_LOGS")
        .map_or_else(|| std::env::temp_dir().join("lyncmock-test-logs"), PathBuf::from);
    std::fs::create_dir_all(&directory).unwrap();
    directory
}
