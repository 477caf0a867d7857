//! Lines from a terminal: editing, history and completion.

use super::history::{HistoryFile, MAX_LINES};
use super::unseen::Unseen;
use lync_powershell::Shell;
use rustyline::completion::{Completer, Pair};
use rustyline::config::{Behavior, BellStyle, ColorMode, CompletionType, Config, Configurer, EditMode};
use rustyline::error::ReadlineError;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Context, Editor, Event, EventHandler, Helper};
use std::cell::RefCell;
use std::io::{ErrorKind, Write};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Terminals on which nothing can be edited, and which may themselves show what is typed.
const WITHOUT_CURSOR: [&str; 3] = ["dumb", "cons25", "emacs"];

/// Stands for what the terminal sent and nobody can read.
const UNREADABLE: char = '\u{fffd}';

/// The longest line, in bytes, that goes on behind something unreadable; a longer one is begun anew. What is seen of it
/// is copied at every key.
const MAX_BEGUN: usize = 16 * 1024;

/// What became of a line. It has no `Debug`, for it may hold a secret.
pub(super) enum Typed {
    /// It was entered.
    Line(String),
    /// Ctrl-C.
    Interrupted,
    /// Ctrl-D, or a terminal that is gone.
    End,
}

impl From<rustyline::Result<String>> for Typed {
    fn from(read: rustyline::Result<String>) -> Self {
        match read {
            Ok(line) => Self::Line(line),
            Err(ReadlineError::Interrupted) => Self::Interrupted,
            Err(_) => Self::End,
        }
    }
}

/// The line that commands and answers are typed into. Blocks; it is for a thread of its own.
///
/// There is one for all of a session: what was typed ahead waits in its buffer, for whatever is read next.
pub(super) struct LineEditor {
    editor: Editor<Assistant, MemHistory>,
    file: Option<HistoryFile>,
    /// Changes places with the history of commands while an answer is typed.
    of_answers: MemHistory,
}

impl LineEditor {
    /// An editor for answers alone.
    pub(super) fn new() -> rustyline::Result<Self> {
        let config = Config::builder()
            .max_history_size(MAX_LINES)?
            // Tab goes through the candidates one after the other, as in a console of PowerShell.
            .completion_type(CompletionType::Circular)
            .bell_style(BellStyle::None)
            // There are no colours: this has the editor tell where the cursor is.
            .color_mode(ColorMode::Forced)
            // What is asked is for the person, wherever the output goes.
            .behavior(Behavior::PreferTerm)
            .auto_add_history(false)
            .build();
        let history = MemHistory::with_config(&config);
        let of_answers = MemHistory::with_config(&config);
        let mut editor = Editor::with_history(config, history)?;
        editor.set_helper(Some(Assistant {
            shell: None,
            purpose: Purpose::Answer,
            begun: RefCell::default(),
        }));
        Ok(Self { editor, file: None, of_answers })
    }

    /// An editor that completes by this session and remembers earlier ones.
    pub(super) fn of_session(shell: Arc<Mutex<Shell>>) -> rustyline::Result<Self> {
        let mut line = Self::new()?;
        if let Some(assistant) = line.editor.helper_mut() {
            assistant.shell = Some(shell);
        }
        let file = HistoryFile::of_the_user();
        for entered in file.load() {
            line.editor.add_history_entry(entered)?;
        }
        Ok(Self { file: Some(file), ..line })
    }

    /// Reads a command. `before` holds the lines that it goes on with. One in which something unreadable still stands is
    /// remembered, to be corrected, and not given out.
    pub(super) fn read(&mut self, prompt: &str, before: &str) -> Typed {
        self.is_for(Purpose::Command { before: before.to_owned() });
        match self.line(prompt) {
            (Typed::Line(line), true) if line.contains(UNREADABLE) => {
                say("the line was not run, as \u{fffd} stands in it. Up brings it back.");
                self.remember(&format!("{before}{line}"));
                Typed::Interrupted
            }
            (typed, _) => typed,
        }
    }

    /// Reads a line. What the terminal sends and is not UTF-8 becomes [`UNREADABLE`], and the line goes on; whether that
    /// has happened is told. The editor forgets what it had already read behind it.
    fn line(&mut self, prompt: &str) -> (Typed, bool) {
        let (mut left, mut right) = (String::new(), String::new());
        let mut unreadable = false;
        loop {
            let read = self.editor.readline_with_initial(prompt, (&left, &right));
            if !matches!(&read, Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData) {
                return (read.into(), unreadable);
            }
            if !unreadable {
                say(
                    "the terminal sent what is not UTF-8. \u{fffd} stands for it, and what was pasted behind it may be lost.",
                );
            }
            unreadable = true;
            (left, right) = self.editor.helper().map(|known| known.begun.take()).unwrap_or_default();
            left.push(UNREADABLE);
        }
    }

    /// Asks for one answer. A secret one is shown as asterisks; where a terminal would show more, nobody is asked.
    pub(super) fn ask(&mut self, prompt: &str, secret: bool) -> Typed {
        if secret {
            return self.ask_unseen(prompt);
        }
        self.is_for(Purpose::Answer);
        std::mem::swap(self.editor.history_mut(), &mut self.of_answers);
        let typed = loop {
            match self.line(prompt) {
                (Typed::Line(line), true) if line.contains(UNREADABLE) => ask_again(),
                (typed, _) => break typed,
            }
        };
        std::mem::swap(self.editor.history_mut(), &mut self.of_answers);
        typed
    }

    fn ask_unseen(&mut self, prompt: &str) -> Typed {
        let echoes =
            std::env::var("TERM").is_ok_and(|kind| WITHOUT_CURSOR.iter().any(|known| *known == kind));
        if echoes {
            return Typed::End;
        }
        self.is_for(Purpose::Answer);
        // In this mode every key comes to a handler; in the other one some are read past it, and shown.
        self.editor.set_edit_mode(EditMode::Vi);
        let typed = loop {
            let unseen = Unseen::new();
            self.editor.bind_sequence(Event::Any, EventHandler::Conditional(Box::new(unseen.clone())));
            match self.line(prompt) {
                // Nobody sees what to correct.
                (Typed::Line(_), true) => ask_again(),
                (Typed::Line(line), false) => break unseen.answer(&line).map_or(Typed::End, Typed::Line),
                (other, _) => break other,
            }
        };
        self.editor.unbind_sequence(Event::Any);
        self.editor.set_edit_mode(EditMode::Emacs);
        typed
    }

    fn is_for(&mut self, purpose: Purpose) {
        if let Some(assistant) = self.editor.helper_mut() {
            assistant.purpose = purpose;
        }
    }

    /// Remembers what was entered.
    pub(super) fn remember(&mut self, entered: &str) {
        // A history that is full forgets its oldest line; there is nothing else that can go wrong.
        let _ = self.editor.add_history_entry(entered);
        if let Some(file) = &self.file {
            file.add(entered);
        }
    }
}

fn ask_again() {
    say("the answer was not taken, as not all of it could be read.");
}

/// Says it on standard error. There is nobody to tell when that fails.
fn say(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "lyncmock: {text}");
}

/// What a line is typed for.
enum Purpose {
    /// To be run, behind these lines.
    Command { before: String },
    /// For a command that runs and waits.
    Answer,
}

/// Completes commands by a session.
struct Assistant {
    shell: Option<Arc<Mutex<Shell>>>,
    purpose: Purpose,
    /// The line before and behind the cursor, for when reading it fails.
    begun: RefCell<(String, String)>,
}

impl Completer for Assistant {
    type Candidate = Pair;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        // While a command is typed the session runs nothing, so that it is there to be asked; while an answer is, not.
        let (Some(shell), Purpose::Command { before }) = (&self.shell, &self.purpose) else {
            return Ok((cursor, Vec::new()));
        };
        let text = format!("{before}{line}");
        let found = shell.blocking_lock().complete(&text, before.len() + cursor);
        let Some(start) = found.start.checked_sub(before.len()) else { return Ok((cursor, Vec::new())) };
        let pair = |text: String| Pair { display: text.clone(), replacement: text };
        Ok((start, found.candidates.into_iter().map(pair).collect()))
    }
}

/// Highlights nothing. Of every change of the line, and of the cursor's place, it is told.
impl Highlighter for Assistant {
    fn highlight_char(&self, line: &str, cursor: usize, _: CmdKind) -> bool {
        let (left, right) =
            line.split_at_checked(cursor).filter(|_| line.len() <= MAX_BEGUN).unwrap_or_default();
        let (before, behind) = &mut *self.begun.borrow_mut();
        for (to, from) in [(before, left), (behind, right)] {
            to.clear();
            to.push_str(from);
        }
        false
    }
}
impl Helper for Assistant {}
impl Validator for Assistant {}
impl Hinter for Assistant {
    type Hint = String;
}
