//! Errors as Windows PowerShell prints them.

use super::Halt;
use super::secrets::MASK;
use crate::call::ErrorAction;
use crate::state::State;
use crate::syntax::{Source, Span, SyntaxError};
use crate::{ErrorRecord, Object, Stream, Value, View};

/// The command that an error is blamed on.
#[derive(Clone, Debug)]
pub(crate) struct Blame {
    pub name: String,
    /// What ends the FullyQualifiedErrorId.
    pub type_name: Option<&'static str>,
}

/// The longest part of a line that is shown with an error, in characters, as in Windows PowerShell.
const MAX_SHOWN: usize = 69;

/// How much of a longer line stands at least before the place and behind it, where there is room.
const CONTEXT: (usize, usize) = (12, 8);

/// The variable with the errors of the session, the latest first.
const ERRORS: &str = "Error";

/// How many errors it keeps, which is PowerShell's `$MaximumErrorCount`.
const MAX_ERRORS: usize = 256;

impl State {
    /// Counts an error and puts it before the others of `$Error`, whether it is shown or not.
    pub(super) fn remember(&mut self, error: Value) {
        self.errors += 1;
        let before = self.variables.get(ERRORS).cloned();
        let mut all = vec![error];
        if let Some(Value::Array(before)) = before {
            all.extend(before.iter().take(MAX_ERRORS - 1).cloned());
        }
        self.variables.set(ERRORS, Value::from(all));
    }

    /// Takes an error as the action says: counts it, keeps it, shows it with its place. What `$Error` has of it.
    pub(super) fn take_error(
        &mut self,
        source: &Source,
        span: Span,
        record: &ErrorRecord,
        blame: Option<&Blame>,
        action: ErrorAction,
    ) -> Value {
        self.take_error_as(source, span, record, blame, action, true)
    }

    /// Shows an error that ends its statement; the name of what is no command is not in the category.
    pub(super) fn fail_as(
        &mut self,
        source: &Source,
        span: Span,
        record: &ErrorRecord,
        blame: Option<&Blame>,
        is_command: bool,
    ) -> Halt {
        let action = self.error_preference();
        self.take_error_as(source, span, record, blame, action, is_command);
        if action == ErrorAction::Stop { Halt::Script } else { Halt::Statement }
    }

    fn take_error_as(
        &mut self,
        source: &Source,
        span: Span,
        record: &ErrorRecord,
        blame: Option<&Blame>,
        action: ErrorAction,
        is_command: bool,
    ) -> Value {
        // Putting a long script together again and again is work too.
        let work = u64::try_from(source.text.len() / 8).unwrap_or(u64::MAX);
        self.steps = self.steps.saturating_sub(work);
        let told = Told::new(record, blame, is_command);
        let mut lines = told.heading.lines().map(str::to_owned).collect::<Vec<_>>();
        lines.extend(place(source, span));
        lines.extend(told.footing());
        let error = told.object(record, &lines);
        if action == ErrorAction::Ignore {
            self.errors += 1;
        } else {
            self.remember(error.clone());
        }
        if !action.is_silent() {
            self.failed = true;
            self.write_error(&lines);
        }
        error
    }

    /// Shows why a script cannot be read; nothing of it has run.
    pub(crate) fn report_syntax(&mut self, source: &Source, error: &SyntaxError) {
        self.failed = true;
        // A message may name the word at which it ended.
        let token = error.span.of(&source.text);
        let hidden =
            source.secrets.iter().any(|part| part.start < error.span.end && error.span.start < part.end);
        let message = if hidden && !token.is_empty() {
            error.message.replace(&format!("'{token}'"), &format!("'{MASK}'"))
        } else {
            error.message.clone()
        };
        let exception = "ParentContainsErrorRecordException";
        let record = ErrorRecord::new("ParserError", error.id, message.clone()).of(exception);
        let told = Told::new(&record, None, false);
        let mut lines = place(source, error.span);
        lines.extend(message.lines().map(str::to_owned));
        lines.extend(told.footing());
        let error = told.object(&record, &lines);
        self.remember(error);
        self.write_error(&lines);
    }

    fn write_error(&self, lines: &[String]) {
        for line in lines {
            self.host.write(Stream::Error, line);
        }
        self.host.write(Stream::Error, "");
    }
}

/// What is told of an error beside its place.
struct Told {
    heading: String,
    category: String,
    id: String,
    activity: String,
}

impl Told {
    fn new(record: &ErrorRecord, blame: Option<&Blame>, is_command: bool) -> Self {
        let prefix = blame.map_or(String::new(), |blame| format!("{} : ", blame.name));
        let activity = blame.filter(|_| is_command).map_or("", |blame| blame.name.as_str()).to_owned();
        let target = if record.target.is_empty() { ":" } else { record.target.as_str() };
        let type_name =
            blame.and_then(|blame| blame.type_name).map_or(String::new(), |name| format!(",{name}"));
        Self {
            heading: format!("{prefix}{}", record.message),
            category: format!("{}: ({target}) [{activity}], {}", record.category, record.exception),
            id: format!("{}{type_name}", record.id),
            activity,
        }
    }

    fn footing(&self) -> [String; 2] {
        [
            format!("    + CategoryInfo          : {}", self.category),
            format!("    + FullyQualifiedErrorId : {}", self.id),
        ]
    }

    /// The error as `$Error` and -ErrorVariable keep it: shown as it was the first time.
    fn object(self, record: &ErrorRecord, lines: &[String]) -> Value {
        let exception = Object::new(format!("System.Management.Automation.{}", record.exception))
            .with("Message", record.message.clone())
            .with_text(record.message.clone());
        let (name, kind) = record.target.rsplit_once(':').unwrap_or((record.target.as_str(), ""));
        let category = Object::new("System.Management.Automation.ErrorCategoryInfo")
            .with("Category", record.category)
            .with("Activity", self.activity)
            .with("Reason", record.exception)
            .with("TargetName", name)
            .with("TargetType", kind)
            .with_text(self.category);
        Object::new("System.Management.Automation.ErrorRecord")
            .with("Exception", exception)
            .with("TargetObject", name)
            .with("CategoryInfo", category)
            .with("FullyQualifiedErrorId", self.id)
            .with("Text", lines.join("\n") + "\n\n")
            .with_text(record.message.clone())
            .shown_as(View::Text("Text"))
            .into()
    }
}

/// `At line:1 char:1`, the line, and the place underlined. What is secret is shown as stars, of one length for all.
fn place(source: &Source, span: Span) -> Vec<String> {
    let line_start =
        source.text.get(..span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let number = source.text.get(..line_start).unwrap_or_default().matches('\n').count() + 1;
    let line_end = source
        .text
        .get(line_start..)
        .and_then(|rest| rest.find('\n'))
        .map_or(source.text.len(), |at| line_start + at);
    let mut shown = String::new();
    // How many characters stand in front of the place, and under how many it lies.
    let (mut before, mut under) = (0, 0);
    let mut add = |start: usize, end: usize, text: &str| {
        let length = text.chars().count();
        if end <= span.start {
            before += length;
        } else if start < span.end {
            under += length;
        }
        shown.push_str(text);
    };
    let plain = |start: usize, end: usize| source.text.get(start..end).unwrap_or_default().replace('\t', " ");
    let first = source.secrets.partition_point(|secret| secret.end <= line_start);
    let hidden = source.secrets.get(first..).unwrap_or_default().iter();
    let mut at = line_start;
    for secret in hidden.take_while(|secret| secret.start < line_end) {
        for (start, end) in cut(at, secret.start, span) {
            add(start, end, &plain(start, end));
        }
        add(secret.start, secret.end, MASK);
        at = secret.end;
    }
    for (start, end) in cut(at, line_end, span) {
        add(start, end, &plain(start, end));
    }
    let shown = shown.trim_end();
    let under = under.min(shown.chars().count().saturating_sub(before));
    let name = source.name.as_deref().map_or_else(|| "line".to_owned(), str::to_owned);
    let heading = format!("At {name}:{number} char:{}", before + 1);
    let [line, rule] = underlined(shown, before, under);
    vec![heading, line, rule]
}

/// The line with the place underlined; of a long one what is around the place. Room that one side does not need goes
/// to the other.
fn underlined(shown: &str, before: usize, under: usize) -> [String; 2] {
    let length = shown.chars().count();
    let rule = |indent: usize, under: usize| format!("+ {}{}", " ".repeat(indent), "~".repeat(under.max(1)));
    if length <= MAX_SHOWN {
        return [format!("+ {shown}"), rule(before, under)];
    }
    let behind = length.saturating_sub(before + under);
    let mut prefix = before.min(CONTEXT.0);
    let room = MAX_SHOWN.saturating_sub(prefix + under + behind.min(CONTEXT.1));
    prefix += room.min(before - prefix);
    let more_behind = room == 0 || behind > MAX_SHOWN.saturating_sub(prefix + under);
    let part: String = shown.chars().skip(before - prefix).take(MAX_SHOWN).collect();
    let (left, indent) = if prefix < before { ("... ", prefix + 4) } else { ("", prefix) };
    let right = if more_behind { " ..." } else { "" };
    [format!("+ {left}{part}{right}"), rule(indent, under.min(MAX_SHOWN - prefix))]
}

/// A part of the line in pieces, none of which lies partly under the place of the error.
fn cut(start: usize, end: usize, span: Span) -> [(usize, usize); 3] {
    let end = end.max(start);
    let (left, right) = (span.start.clamp(start, end), span.end.clamp(start, end));
    [(start, left), (left, right), (right, end)]
}
