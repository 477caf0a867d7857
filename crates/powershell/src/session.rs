//! What a cmdlet may do beside answering.

use crate::call::{Call, Confirmed};
use crate::state::State;
use crate::{ErrorRecord, Filter, Host, Object, Stream, Value, View};

/// A running cmdlet's way to the other streams, to the person at the terminal, and to the variables.
pub struct Session<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) call: &'a mut Call,
}

impl Session<'_> {
    /// Writes to the verbose stream, if -Verbose or `$VerbosePreference` asks for it. Kept in either case, for [`verbose_lines`](Self::verbose_lines).
    pub fn verbose(&mut self, line: &str) {
        if self.call.verbose_lines.len() < MAX_VERBOSE_LINES {
            self.call.verbose_lines.push(line.to_owned());
        }
        if self.is_verbose() {
            self.write(Stream::Verbose, &format!("VERBOSE: {line}"));
        }
    }

    /// What was written to the verbose stream by this command, for -OutVerboseVariable.
    pub fn verbose_lines(&self) -> &[String] {
        &self.call.verbose_lines
    }

    /// Whether -Verbose is on, or `$VerbosePreference` says so.
    pub fn is_verbose(&self) -> bool {
        self.call.verbose == Some(true)
    }

    /// Writes a warning, unless -WarningAction or `$WarningPreference` silences it. -WarningVariable takes it anyway.
    pub fn warning(&mut self, line: &str) {
        if self.call.warning_variable.is_some() && self.call.warnings.len() < MAX_WARNINGS {
            self.call.warnings.push(warning_record(line));
        }
        if self.call.quiet_warnings != Some(true) {
            self.write(Stream::Warning, &format!("WARNING: {line}"));
        }
    }

    /// A text of several lines has its prefix once.
    fn write(&self, stream: Stream, text: &str) {
        for line in text.lines() {
            self.state.host.write(stream, line);
        }
    }

    /// Writes an error and goes on. A cmdlet that ends with an error returns it instead.
    pub fn write_error(&mut self, record: ErrorRecord) {
        self.call.pending_errors.push(record);
    }

    /// Asks for a value; `None` where nobody can be asked.
    pub async fn ask(&mut self, label: &str, secret: bool) -> Option<String> {
        if !self.state.host.can_ask() {
            return None;
        }
        self.state.host.ask(label, secret).await
    }

    /// The variable of this name, without `$`, in any case.
    pub fn variable(&self, name: &str) -> Option<&Value> {
        self.state.variables.get(name)
    }

    /// Sets a variable; the name is without `$`, as in -OutLoggerVariable.
    pub fn set_variable(&mut self, name: &str, value: impl Into<Value>) {
        self.state.variables.set(name.trim_start_matches('$'), value.into());
    }

    /// A condition as `-Filter` has it, over the variables of this session.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn filter(&self, text: &str) -> Result<Filter, ErrorRecord> {
        Filter::parse(text, &|name| self.state.value_if_set(name))
    }

    /// Whether to do it: under -WhatIf or `$WhatIfPreference` it is only told, under -Confirm or a low
    /// `$ConfirmPreference` somebody is asked.
    ///
    /// ```text
    /// What if: Performing the operation "Set-CsClientPin" on target "sip:kenmyer@litwareinc.com".
    /// ```
    ///
    /// # Errors
    /// -Confirm where nobody can be asked, or the answer was to halt.
    pub async fn should_process(&mut self, target: &str, action: &str) -> Result<bool, ErrorRecord> {
        let what = format!("Performing the operation \"{action}\" on target \"{target}\".");
        if self.call.what_if == Some(true) {
            self.state.host.write(Stream::Output, &format!("What if: {what}"));
            return Ok(false);
        }
        if self.call.confirm != Some(true) {
            self.verbose(&what);
            return Ok(true);
        }
        match self.call.confirmed {
            Some(Confirmed::All) => return Ok(true),
            Some(Confirmed::None) => return Ok(false),
            None => {}
        }
        self.confirm(&what).await
    }

    async fn confirm(&mut self, what: &str) -> Result<bool, ErrorRecord> {
        let host = self.state.host.clone();
        let nobody = || {
            let text = "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.";
            ErrorRecord::new("InvalidOperation", "InvalidOperation", text).of("PSInvalidOperationException")
        };
        if !host.can_ask() {
            return Err(nobody());
        }
        for line in ["", "Confirm", "Are you sure you want to perform this action?", what] {
            host.write(Stream::Output, line);
        }
        for _ in 0..MAX_QUESTIONS {
            let choices = "[Y] Yes  [A] Yes to All  [N] No  [L] No to All  [?] Help (default is \"Y\")";
            let answer = host.ask(choices, false).await.ok_or_else(nobody)?;
            match answer.trim().to_ascii_lowercase().as_str() {
                "" | "y" | "yes" => return Ok(true),
                "a" | "yes to all" => {
                    self.call.confirmed = Some(Confirmed::All);
                    return Ok(true);
                }
                "n" | "no" => return Ok(false),
                "l" | "no to all" => {
                    self.call.confirmed = Some(Confirmed::None);
                    return Ok(false);
                }
                _ => help(host.as_ref()),
            }
        }
        Ok(false)
    }

    /// Writes a file, as Out-File does.
    ///
    /// # Errors
    /// What the system said.
    pub async fn write_file(&mut self, path: &str, text: &str, append: bool) -> Result<(), String> {
        self.state.host.clone().write_file(path, text, append).await
    }

    /// Columns of the terminal.
    pub fn width(&self) -> usize {
        self.state.host.width()
    }
}

/// Verbose lines that are kept for one command.
const MAX_VERBOSE_LINES: usize = 100_000;

/// Warnings that are kept for one command.
const MAX_WARNINGS: usize = 10_000;

/// A warning as -WarningVariable keeps it.
fn warning_record(message: &str) -> Value {
    Object::new("System.Management.Automation.WarningRecord")
        .with("Message", message)
        .with_text(message)
        .shown_as(View::Text("Message"))
        .into()
}

/// How often a question is repeated that was not answered.
const MAX_QUESTIONS: usize = 20;

fn help(host: &dyn Host) {
    for line in [
        "Y - Continue with only the next step of the operation.",
        "A - Continue with all the steps of the operation.",
        "N - Skip this operation and proceed with the next operation.",
        "L - Skip this operation and all subsequent operations.",
    ] {
        host.write(Stream::Output, line);
    }
}
