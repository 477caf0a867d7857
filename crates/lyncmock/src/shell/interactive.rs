//! A session at a terminal: a line is read, run, and the next one read.

use super::editor::{LineEditor, Typed};
use super::host::Console;
use lync_powershell::{Shell, needs_more};
use std::sync::Arc;
use tokio::sync::Mutex;

const PROMPT: &str = "PS lyncmock> ";
/// While a brace, a quote or a pipeline is open.
const PROMPT_FOR_MORE: &str = ">> ";

/// The longest input of several lines, in bytes: what a script may have.
const MAX_INPUT: usize = 1024 * 1024;

/// Talks until `exit` or Ctrl-D; the code that `exit` gave.
///
/// # Errors
/// When there is no terminal that can be read from.
pub(crate) async fn converse(shell: Shell, console: Arc<Console>) -> anyhow::Result<u8> {
    let shell = Arc::new(Mutex::new(shell));
    console.opens(shell.clone())?;
    loop {
        match console.typed(read).await {
            Typed::Line(line) => {
                let exit = run(&shell, &console, &line).await;
                if let Some(error) = console.refused() {
                    anyhow::bail!("standard output: {error}");
                }
                if let Some(code) = exit {
                    return Ok(code);
                }
            }
            Typed::Interrupted => {}
            Typed::End => return Ok(0),
        }
    }
}

/// What is entered, of one line or of several.
fn read(editor: &mut LineEditor) -> Typed {
    let mut input = String::new();
    loop {
        let prompt = if input.is_empty() { PROMPT } else { PROMPT_FOR_MORE };
        match editor.read(prompt, &input) {
            Typed::Line(line) => input.push_str(&line),
            other => return other,
        }
        if input.len() > MAX_INPUT || !needs_more(&input) {
            break;
        }
        input.push('\n');
    }
    if !input.trim().is_empty() {
        editor.remember(&input);
    }
    Typed::Line(input)
}

/// Runs a line, until it ends or Ctrl-C ends it. The code of `exit`, if the line came to one.
async fn run(shell: &Mutex<Shell>, console: &Console, line: &str) -> Option<u8> {
    let mut shell = shell.lock().await;
    tokio::select! {
        outcome = shell.run(line) => outcome.exit,
        _ = tokio::signal::ctrl_c() => None,
        () = console.stopped() => None,
    }
}
