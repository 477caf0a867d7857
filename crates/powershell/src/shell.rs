//! A shell: cmdlets, variables, and where they write.

use crate::clean::Clean;
use crate::commands::Commands;
use crate::complete::{Completions, complete};
use crate::format::Formatter;
use crate::run::{MAX_STEPS, Sink, secrets};
use crate::state::{Allowed, State, Values, Variables};
use crate::syntax::{Source, parse, split};
use crate::{Cmdlet, Host, Value};
use std::sync::Arc;

/// How a script ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether an error was shown.
    pub failed: bool,
    /// The code that `exit` ended it with, where one did: the low byte, 0 where none was given.
    pub exit: Option<u8>,
}

/// A session with its cmdlets and variables.
pub struct Shell {
    state: State,
}

impl Shell {
    /// A shell with these cmdlets and what the language brings.
    pub fn new(host: Arc<dyn Host>, cmdlets: Vec<Arc<dyn Cmdlet>>) -> Self {
        let state = State {
            host: Arc::new(Clean(host)),
            commands: Commands::new(cmdlets),
            variables: Variables::default(),
            allowed: None,
            values: None,
            failed: false,
            exit: None,
            errors: 0,
            last_worked: true,
            depth: 0,
            steps: MAX_STEPS,
        };
        Self { state }
    }

    /// Which cmdlets the session's role may run; the others do not exist for it. `None` is all of them. What the
    /// language brings can always be run.
    pub fn set_allowed(&mut self, allowed: Option<Allowed>) {
        self.state.allowed = allowed;
    }

    /// What completion offers as the value of a parameter, beside the values that the parameter itself knows.
    pub fn set_values(&mut self, values: Values) {
        self.state.values = Some(values);
    }

    /// The variable of this name, without `$`, in any case.
    pub fn variable(&self, name: &str) -> Option<&Value> {
        self.state.variables.get(name)
    }

    /// Sets a variable; the name is without `$`.
    pub fn set_variable(&mut self, name: &str, value: impl Into<Value>) {
        self.state.variables.set(name, value.into());
    }

    /// Whether this is the name or an alias of a command, in any case.
    pub fn names_cmdlet(&self, name: &str) -> bool {
        self.state.commands.find(name, None).is_some()
    }

    /// Runs a script, of one line or several. What a pipeline leaves is shown.
    ///
    /// A future that is dropped leaves the shell as it was, apart from what was done by then.
    pub async fn run(&mut self, script: &str) -> Outcome {
        self.run_named(script, None).await
    }

    /// The same; errors name the file.
    pub async fn run_named(&mut self, script: &str, name: Option<&str>) -> Outcome {
        self.begin();
        let parsed = parse(script);
        let secrets = match &parsed {
            Ok(block) => secrets::in_script(&self.state, script, block),
            Err(_) => secrets::by_look(&self.state, script),
        };
        let source = Arc::new(Source { text: script.to_owned(), name: name.map(str::to_owned), secrets });
        match parsed {
            Ok(block) => self.show(&source, &block).await,
            Err(error) => self.state.report_syntax(&source, &error),
        }
        self.outcome()
    }

    /// Runs one command whose words were split already, as by another shell: `Get-CsUser`, `-Identity`, `Ken Myer`.
    /// Nothing in a word is read but the dash of a parameter; `$true`, `$false` and `$null` stand for themselves where
    /// a parameter takes them.
    pub async fn run_words(&mut self, words: &[String]) -> Outcome {
        let (text, block) = split(words);
        self.begin();
        let secrets = secrets::in_script(&self.state, &text, &block);
        self.show(&Arc::new(Source { text, name: None, secrets }), &block).await;
        self.outcome()
    }

    fn outcome(&self) -> Outcome {
        Outcome { failed: self.state.failed, exit: self.state.exit }
    }

    fn begin(&mut self) {
        self.state.failed = false;
        self.state.exit = None;
        self.state.depth = 0;
        self.state.steps = MAX_STEPS;
    }

    async fn show(&mut self, source: &Arc<Source>, block: &crate::syntax::Block) {
        let mut formatter = Formatter::new(self.state.host.width());
        let mut sink = Sink::Display(&mut formatter);
        // Whether the whole script ended with an error is kept in `failed`.
        let _ = self.state.block(source, block, &mut sink).await;
    }

    /// What can stand at this place of the line; `cursor` is in bytes.
    pub fn complete(&self, line: &str, cursor: usize) -> Completions {
        complete(&self.state, line, cursor)
    }
}
