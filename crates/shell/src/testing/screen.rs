//! What a shell on a deployment writes.

use super::Lab;
use async_trait::async_trait;
use lync_powershell::{Host, Shell, Stream};
use std::sync::{Arc, Mutex};

/// What came of a script.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Everything that was written, in order.
    pub(crate) text: String,
    /// Whether it failed.
    pub(crate) failed: bool,
}

struct Screen(Mutex<String>);

#[async_trait]
impl Host for Screen {
    fn write(&self, _stream: Stream, line: &str) {
        let mut text = self.0.lock().unwrap();
        text.push_str(line);
        text.push('\n');
    }

    async fn ask(&self, _label: &str, _secret: bool) -> Option<String> {
        None
    }

    fn can_ask(&self) -> bool {
        false
    }

    async fn write_file(&self, _path: &str, _text: &str, _append: bool) -> Result<(), String> {
        Err("there are no files".to_owned())
    }

    fn width(&self) -> usize {
        100
    }
}

/// Runs a script on the deployment, with the engine itself.
pub(crate) async fn run(lab: &Arc<Lab>, script: &str) -> Ran {
    let screen = Arc::new(Screen(Mutex::new(String::new())));
    let mut shell = Shell::new(screen.clone(), crate::cmdlets(lab.clone()));
    let outcome = shell.run(script).await;
    let text = screen.0.lock().unwrap().clone();
    Ran { text, failed: outcome.failed }
}
