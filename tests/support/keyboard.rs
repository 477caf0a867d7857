//! Commands to a running pool, as an administrator types them.

use crate::command::{Finished, finish};
use serde_json::Value;

/// A keyboard at which the pool's admin API is known.
#[derive(Clone, Copy, Debug)]
pub struct Keyboard<'a> {
    binary: &'a str,
    server: &'a str,
}

impl<'a> Keyboard<'a> {
    /// For the pool whose admin API has this URL.
    pub fn new(binary: &'a str, server: Option<&'a str>) -> Self {
        Self { binary, server: server.expect("a pool has an admin API") }
    }

    /// Runs a command to its end.
    pub async fn run(&self, arguments: &[&str]) -> Finished {
        finish(self.binary, &[arguments, &["--server", self.server]].concat()).await
    }

    /// What a command prints that succeeds.
    pub async fn prints(&self, arguments: &[&str]) -> String {
        let finished = self.run(arguments).await;
        assert_eq!(finished.code, Some(0), "{arguments:?}: {}", finished.stderr);
        assert_eq!(finished.stderr, "", "{arguments:?}");
        finished.stdout
    }

    /// What a command prints as JSON.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        let text = self.prints(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{arguments:?}: {error}: {text}"))
    }

    /// What a command says on standard error that fails.
    pub async fn fails(&self, arguments: &[&str]) -> String {
        let finished = self.run(arguments).await;
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{arguments:?}");
        finished.stderr
    }
}
