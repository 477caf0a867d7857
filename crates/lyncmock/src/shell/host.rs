//! The terminal, or the pipes, at which a session writes and asks.

use super::editor::{LineEditor, Typed};
use super::script::script_in;
use async_trait::async_trait;
use lync_model::Clock;
use lync_powershell::{Host, Shell, Stream, WIDTH_WITHOUT_TERMINAL};
use std::io::{ErrorKind, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use time::OffsetDateTime;
use tokio::sync::Notify;

/// PowerShell's colours of errors, and of warnings and verbose lines.
const RED: &str = "\u{1b}[91m";
const YELLOW: &str = "\u{1b}[93m";
const PLAIN: &str = "\u{1b}[0m";
/// The screen and what has scrolled off it, with the cursor at the top.
const CLEAR: &str = "\u{1b}[H\u{1b}[2J\u{1b}[3J";

/// Standard output for what was asked for, standard error for everything else.
pub(crate) struct Console {
    /// Whether standard output and standard error are terminals.
    terminals: [bool; 2],
    colours: bool,
    may_ask: bool,
    shows_output: bool,
    closed: AtomicBool,
    /// Why standard output took no more.
    refused: OnceLock<std::io::Error>,
    stop: Notify,
    clock: Clock,
    /// Made when the first line is read.
    keyboard: Arc<Mutex<Option<LineEditor>>>,
}

impl Console {
    /// This process's own. Questions are asked where standard input is a terminal.
    pub(crate) fn new() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_none_or(|kind| kind == "dumb");
        Self {
            terminals: [std::io::stdout().is_terminal(), std::io::stderr().is_terminal()],
            colours: !is_set("NO_COLOR") && !dumb,
            may_ask: std::io::stdin().is_terminal(),
            shows_output: true,
            closed: AtomicBool::new(false),
            refused: OnceLock::new(),
            stop: Notify::new(),
            clock: Clock::system(),
            keyboard: Arc::default(),
        }
    }

    /// Makes ready for lines that are typed to this session.
    ///
    /// # Errors
    /// When there is no terminal that can be read from.
    pub(super) fn opens(&self, shell: Arc<tokio::sync::Mutex<Shell>>) -> anyhow::Result<()> {
        *self.keyboard.lock().unwrap_or_else(PoisonError::into_inner) = Some(LineEditor::of_session(shell)?);
        Ok(())
    }

    /// Reads from the terminal, on a thread that may block.
    pub(super) async fn typed(&self, read: impl FnOnce(&mut LineEditor) -> Typed + Send + 'static) -> Typed {
        let keyboard = self.keyboard.clone();
        let reading = tokio::task::spawn_blocking(move || {
            let mut keyboard = keyboard.lock().unwrap_or_else(PoisonError::into_inner);
            if keyboard.is_none() {
                *keyboard = LineEditor::new().ok();
            }
            keyboard.as_mut().map_or(Typed::End, read)
        });
        reading.await.unwrap_or(Typed::End)
    }

    /// The same, which keeps the stream of what was asked for to itself.
    #[must_use]
    pub(crate) fn without_output(self) -> Self {
        Self { shows_output: false, ..self }
    }

    /// Ends when a command should end: Ctrl-C at a question, or a reader that has gone.
    pub(crate) async fn stopped(&self) {
        self.stop.notified().await;
    }

    /// Whether the reader of standard output has gone, as `head -1` does.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Why standard output could not be written, as on a disk that is full.
    pub(crate) fn refused(&self) -> Option<&std::io::Error> {
        self.refused.get()
    }

    /// Takes this for the time, and goes on from there.
    pub(crate) fn keep_time(&self, now: OffsetDateTime) {
        self.clock.set(now);
    }

    fn print(&self, line: &str) {
        let line = if self.terminals[0] { harmless(line) } else { line.into() };
        let mut out = std::io::stdout().lock();
        let written =
            out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush());
        let Err(error) = written else { return };
        if error.kind() == ErrorKind::BrokenPipe {
            self.closed.store(true, Ordering::Relaxed);
        } else {
            // The first one is told.
            let _ = self.refused.set(error);
        }
        self.stop.notify_one();
    }

    fn note(&self, colour: &str, line: &str) {
        let line = match self.terminals[1] {
            true if self.colours => format!("{colour}{}{PLAIN}\n", harmless(line)),
            true => format!("{}\n", harmless(line)),
            false => format!("{line}\n"),
        };
        // There is nobody to tell when that fails.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

#[async_trait]
impl Host for Console {
    fn write(&self, stream: Stream, line: &str) {
        match stream {
            Stream::Output if self.shows_output => self.print(line),
            Stream::Output => {}
            Stream::Error => self.note(RED, line),
            Stream::Verbose | Stream::Warning => self.note(YELLOW, line),
        }
    }

    fn can_ask(&self) -> bool {
        self.may_ask
    }

    async fn ask(&self, label: &str, secret: bool) -> Option<String> {
        if !self.may_ask {
            return None;
        }
        let prompt = format!("{label}: ");
        match self.typed(move |editor| editor.ask(&prompt, secret)).await {
            Typed::Line(text) => Some(text),
            Typed::Interrupted => {
                self.stop.notify_one();
                // Whoever runs the command drops it: there is no answer to go on with.
                std::future::pending().await
            }
            Typed::End => None,
        }
    }

    async fn write_file(&self, path: &str, text: &str, append: bool) -> Result<(), String> {
        let mut options = tokio::fs::OpenOptions::new();
        options.create(true).append(append).write(true).truncate(!append);
        let written = async {
            let mut file = options.open(path).await?;
            tokio::io::AsyncWriteExt::write_all(&mut file, text.as_bytes()).await?;
            tokio::io::AsyncWriteExt::flush(&mut file).await
        };
        written.await.map_err(|error| format!("{path}: {error}"))
    }

    async fn read_file(&self, path: &str) -> Result<String, String> {
        let path = PathBuf::from(path);
        let read = tokio::task::spawn_blocking(move || script_in(&path)).await;
        read.map_err(|error| error.to_string())?.map_err(|error| format!("{error:#}"))
    }

    fn width(&self) -> usize {
        let size = terminal_size::terminal_size_of(std::io::stdout());
        size.map_or(WIDTH_WITHOUT_TERMINAL, |(width, _)| usize::from(width.0))
    }

    fn now(&self) -> Option<OffsetDateTime> {
        Some(self.clock.now())
    }

    fn clear(&self) {
        if self.terminals[0] {
            let mut out = std::io::stdout().lock();
            // At once: the next prompt is written past this buffer. Nothing to be done about a terminal that is gone.
            let _ = out.write_all(CLEAR.as_bytes()).and_then(|()| out.flush());
        }
    }
}

/// The line without what moves a terminal's cursor or changes its state: names and headers come from others.
fn harmless(line: &str) -> std::borrow::Cow<'_, str> {
    let moves = |c: char| c.is_control() && c != '\t';
    if line.contains(moves) { line.replace(moves, "\u{fffd}").into() } else { line.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_printed_moves_the_cursor() {
        assert_eq!(harmless("Ken\u{1b}[2J\tMyer\r"), "Ken\u{fffd}[2J\tMyer\u{fffd}");
        assert_eq!(harmless("Ken Myer"), "Ken Myer");
    }

    #[tokio::test]
    async fn files_are_written_anew_or_appended_to() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("report.html");
        let path = file.to_str().unwrap();
        let console = Console::new();
        console.write_file(path, "one\n", false).await.unwrap();
        console.write_file(path, "two\n", true).await.unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one\ntwo\n");
        console.write_file(path, "three\n", false).await.unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap(), "three\n");
        let refused = console.write_file(dir.path().to_str().unwrap(), "", false).await.unwrap_err();
        assert!(refused.contains("Is a directory"), "{refused}");
    }
}
