//! A command at a terminal: a pseudo-terminal that a test types at.

use nix::pty::{Winsize, openpty};
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// Longer than any answer takes, shorter than anybody waits.
const PATIENCE: Duration = Duration::from_secs(60);
/// Wide enough that no line is wrapped.
const SIZE: Winsize = Winsize { ws_row: 50, ws_col: 250, ws_xpixel: 0, ws_ypixel: 0 };

/// As much as a terminal surely takes at once, in bytes.
const PIECE: usize = 1024;

/// A command whose standard streams are one terminal.
pub struct Terminal {
    child: Child,
    reader: tokio::fs::File,
    writer: tokio::fs::File,
    shown: Vec<u8>,
    /// Up to where questions have been answered.
    answered: usize,
}

impl Terminal {
    /// Starts the command in a session of its own, so that this is its controlling terminal.
    pub fn start(command: &Command) -> Self {
        let pair = openpty(Some(&SIZE), None).unwrap();
        let stdio = || Stdio::from(pair.slave.try_clone().unwrap());
        let mut inside = Command::new("setsid");
        inside
            .args(["--ctty", "--wait"])
            .arg(command.as_std().get_program())
            .args(command.as_std().get_args());
        for (name, value) in command.as_std().get_envs() {
            match value {
                Some(value) => inside.env(name, value),
                None => inside.env_remove(name),
            };
        }
        inside.env("TERM", "xterm").stdin(stdio()).stdout(stdio()).stderr(stdio()).kill_on_drop(true);
        let child = inside.spawn().unwrap();
        let file = |end: &OwnedFd| tokio::fs::File::from_std(end.try_clone().unwrap().into());
        Self { child, reader: file(&pair.master), writer: file(&pair.master), shown: Vec::new(), answered: 0 }
    }

    /// Waits until the terminal shows this behind what was answered last, and types a line.
    pub async fn answer(&mut self, question: &str, line: &str) {
        self.answer_bytes(question, format!("{line}\r").as_bytes()).await;
    }

    /// Waits the same way, and types these bytes, which need be no text.
    pub async fn answer_bytes(&mut self, question: &str, bytes: &[u8]) {
        while self.place_of(question).is_none() {
            assert!(self.read().await, "no `{question}`: {}", self.text());
        }
        self.answered = self.place_of(question).unwrap();
        self.write(bytes).await;
    }

    /// Writes, and reads what is shown meanwhile: a terminal that nobody reads takes no more than a few thousand bytes.
    async fn write(&mut self, bytes: &[u8]) {
        for piece in bytes.chunks(PIECE) {
            let mut writer = self.writer.try_clone().await.unwrap();
            let piece = piece.to_vec();
            let mut writing = tokio::spawn(async move {
                writer.write_all(&piece).await.unwrap();
                writer.flush().await.unwrap();
            });
            loop {
                tokio::select! {
                    written = &mut writing => break written.unwrap(),
                    there_is_more = self.read() => if !there_is_more {
                        // It has ended; whoever waits for more is told so.
                        return;
                    },
                }
            }
        }
    }

    /// Everything that the terminal has shown when the command has ended, and its exit code.
    pub async fn end(mut self) -> (String, Option<i32>) {
        while self.read().await {}
        let status = timeout(PATIENCE, self.child.wait()).await.expect("an end in time").unwrap();
        (self.text(), status.code())
    }

    /// Where what follows the question begins.
    fn place_of(&self, question: &str) -> Option<usize> {
        let rest = self.shown.get(self.answered..)?;
        let start = rest.windows(question.len()).position(|window| window == question.as_bytes())?;
        Some(self.answered + start + question.len())
    }

    /// Reads on; not when the other end is gone.
    async fn read(&mut self) -> bool {
        let mut piece = [0; 4096];
        let read = timeout(PATIENCE, self.reader.read(&mut piece)).await;
        match read.unwrap_or_else(|_| panic!("the terminal was silent: {}", self.text())) {
            // Linux says EIO when nobody has the terminal any more.
            Ok(0) | Err(_) => false,
            Ok(length) => {
                self.shown.extend_from_slice(&piece[..length]);
                true
            }
        }
    }

    /// What was shown, without what moves the cursor or colours.
    fn text(&self) -> String {
        let text = String::from_utf8_lossy(&self.shown);
        let mut plain = String::new();
        let mut rest = text.chars().peekable();
        while let Some(next) = rest.next() {
            match next {
                '\u{1b}' if rest.next_if_eq(&'[').is_some() => {
                    while rest.next_if(|c| !('\u{40}'..='\u{7e}').contains(c)).is_some() {}
                    rest.next();
                }
                '\r' => {}
                other => plain.push(other),
            }
        }
        plain
    }
}
