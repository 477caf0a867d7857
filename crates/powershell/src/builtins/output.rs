//! Format-List, Format-Table, Out-String, Out-File, Out-Null, Out-Host

use super::properties::{Choice, Keys, all, choices};
use super::{BuiltIn, Flow, INPUT, Stage, changing, define, keep};
use crate::format::{Column, Layout, entries, list, render, table_of, tables};
use crate::run::HASHTABLE;
use crate::text::{shown, type_name};
use crate::{Arguments, ErrorRecord, Kind, Object, Parameter, Session, Stream, Value, View};
use async_trait::async_trait;
use std::sync::Arc;

const PROPERTY: Parameter = Parameter::new(
    "Property",
    Kind::List,
    "Names, wildcards, or @{Name=\"…\"; Expression={…}}; everything where nothing is named.",
)
.at(0);

const WIDTH: Kind = Kind::Int { min: 20, max: 4096, nullable: false };

pub(super) static FORMAT_LIST: BuiltIn = BuiltIn {
    definition: define(
        "Format-List",
        &["fl"],
        "Shows objects with a property to a line.",
        &[PROPERTY, Parameter::new("Force", Kind::Switch, "Taken, and without effect."), INPUT],
        &["Get-CsUser -Identity \"sip:kenmyer@litwareinc.com\" | Format-List *"],
    ),
    type_name: "Microsoft.PowerShell.Commands.FormatListCommand",
    start: |arguments| Ok(Box::new(Format::new(arguments, None)?)),
};

pub(super) static FORMAT_TABLE: BuiltIn = BuiltIn {
    definition: define(
        "Format-Table",
        &["ft"],
        "Shows objects with a row to each.",
        &[
            Parameter::new(
                "Property",
                Kind::List,
                "Names, wildcards, or @{Label=\"…\"; Expression={…}; Width=20; Alignment=\"right\"}; the first ten \
                 where nothing is named.",
            )
            .at(0),
            Parameter::new(
                "AutoSize",
                Kind::Switch,
                "Columns as wide as what stands in them, instead of all of one width; a warning names those that \
                 have no place.",
            ),
            Parameter::new("Wrap", Kind::Switch, "What is too wide goes on below, instead of being cut."),
            Parameter::new("HideTableHeaders", Kind::Switch, "Without headings."),
            INPUT,
        ],
        &["Get-CsUser | Format-Table DisplayName, LineURI -AutoSize"],
    ),
    type_name: "Microsoft.PowerShell.Commands.FormatTableCommand",
    start: |arguments| {
        let layout = Layout {
            width: 0,
            wrap: arguments.is_on("Wrap"),
            auto_size: arguments.is_on("AutoSize"),
            headings: !arguments.is_on("HideTableHeaders"),
        };
        Ok(Box::new(Format::new(arguments, Some(layout))?))
    },
};

struct Format {
    choices: Vec<Choice>,
    /// Of a table; the width is known at its end.
    layout: Option<Layout>,
    /// The headings, where properties are named: as the first row has them.
    columns: Vec<Column>,
    rows: Vec<Arc<Object>>,
    /// What has no properties stands for itself.
    plain: Vec<Value>,
}

impl Format {
    fn new(arguments: &Arguments, layout: Option<Layout>) -> Result<Self, ErrorRecord> {
        let keys = if layout.is_some() { Keys::Table } else { Keys::List };
        let choices = choices(arguments.list("Property"), keys)?;
        Ok(Self { choices, layout, columns: Vec::new(), rows: Vec::new(), plain: Vec::new() })
    }

    async fn take(&mut self, value: Value, session: &mut Session<'_>) -> Result<(), ErrorRecord> {
        let named = all(&value);
        if named.is_empty() || matches!(value, Value::String(_)) {
            return keep(&mut self.plain, value);
        }
        let row = match &value {
            Value::Object(object) if self.choices.is_empty() => object.clone(),
            _ if self.choices.is_empty() => {
                let object = Object::new(type_name(&value).to_owned());
                Arc::new(named.into_iter().fold(object, |object, (name, value)| object.with(name, value)))
            }
            _ => Arc::new(self.chosen(&value, session).await?),
        };
        if self.rows.len() < crate::run::MAX_OBJECTS {
            self.rows.push(session.state.limited_object(row));
        }
        Ok(())
    }

    /// The named properties; the first object says what the columns are.
    async fn chosen(&mut self, value: &Value, session: &mut Session<'_>) -> Result<Object, ErrorRecord> {
        let mut object = Object::new("");
        for choice in &self.choices {
            for (name, value) in choice.of(value, session).await? {
                if self.rows.is_empty() {
                    let column = Column::of(&name, &value);
                    let align = choice.align.unwrap_or(column.align);
                    self.columns.push(Column { align, width: choice.width, ..column });
                }
                object = object.with(name, value);
            }
        }
        Ok(object)
    }

    fn lines(&self, width: usize) -> (Vec<String>, Vec<Column>) {
        let width = width.clamp(20, 4096);
        let mut lines = render(&self.plain, width);
        let mut removed = Vec::new();
        match self.layout.map(|layout| Layout { width, ..layout }) {
            _ if self.rows.is_empty() => {}
            Some(layout) if self.choices.is_empty() => removed = tables(&self.rows, &layout, &mut lines),
            Some(layout) => removed = table_of(&self.columns, &self.rows, &layout, &mut lines),
            None => self.list_lines(width, &mut lines),
        }
        (lines, removed)
    }

    fn list_lines(&self, width: usize, lines: &mut Vec<String>) {
        lines.extend([String::new(), String::new()]);
        for row in &self.rows {
            let shown: Vec<(&str, String)> = row.shown().map(|(name, value)| (name, shown(value))).collect();
            list(&shown, width, lines);
            lines.push(String::new());
        }
        lines.extend([String::new(), String::new()]);
    }
}

/// What Windows PowerShell says of columns that have no place.
fn warning(removed: &[Column]) -> Option<String> {
    match removed {
        [] => None,
        [only] => Some(format!("column \"{}\" does not fit into the display and was removed.", only.name)),
        several => Some(format!("{} columns do not fit into the display and were removed.", several.len())),
    }
}

#[async_trait]
impl Stage for Format {
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        match input {
            Some(Value::Object(table)) if table.type_name == HASHTABLE => {
                for entry in entries(&table) {
                    self.take(entry.into(), session).await?;
                }
            }
            Some(value) => self.take(value, session).await?,
            None => {}
        }
        Ok(Flow::More)
    }

    async fn end(&mut self, session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        let (lines, removed) = self.lines(session.width());
        if self.layout.is_some_and(|layout| layout.auto_size)
            && let Some(warning) = warning(&removed)
        {
            session.warning(&warning);
        }
        if !lines.is_empty() {
            let object = Object::new("Microsoft.PowerShell.Commands.Internal.Format.FormatEntryData")
                .with("Text", lines.join("\n") + "\n")
                .shown_as(View::Text("Text"));
            out.push(object.into());
        }
        Ok(())
    }
}

pub(super) static OUT_STRING: BuiltIn = BuiltIn {
    definition: define(
        "Out-String",
        &[],
        "Turns what would be shown into one text.",
        &[
            Parameter::new("Width", WIDTH, "Columns; those of the terminal where nothing is said."),
            Parameter::new("Stream", Kind::Switch, "A text for each line."),
            INPUT,
        ],
        &["$text = Get-CsPinPolicy | Out-String"],
    ),
    type_name: "Microsoft.PowerShell.Commands.OutStringCommand",
    start: |arguments| Ok(Box::new(Out::new(arguments, Target::Text { stream: arguments.is_on("Stream") }))),
};

pub(super) static OUT_FILE: BuiltIn = BuiltIn {
    definition: changing(define(
        "Out-File",
        &[],
        "Writes what would be shown into a file, as UTF-8.",
        &[
            Parameter::new("FilePath", Kind::String, "The file.")
                .at(0)
                .needed()
                .also(&["Path", "LiteralPath"]),
            Parameter::new("Append", Kind::Switch, "Adds to the file, instead of replacing it."),
            Parameter::new("Encoding", Kind::String, "Taken, and without effect: a file is UTF-8."),
            Parameter::new("Width", WIDTH, "Columns; those of the terminal where nothing is said."),
            Parameter::new("Force", Kind::Switch, "Taken, and without effect."),
            INPUT,
        ],
        &["Get-CsUser | Out-File users.txt", "$log.ToHTML() | Out-File report.html"],
    )),
    type_name: "Microsoft.PowerShell.Commands.OutFileCommand",
    start: |arguments| {
        let path = arguments.text("FilePath").unwrap_or_default().to_owned();
        Ok(Box::new(Out::new(arguments, Target::File { path, append: arguments.is_on("Append") })))
    },
};

pub(super) static OUT_HOST: BuiltIn = BuiltIn {
    definition: define("Out-Host", &["oh"], "Shows objects, as the end of a pipeline does.", &[INPUT], &[]),
    type_name: "Microsoft.PowerShell.Commands.OutHostCommand",
    start: |arguments| Ok(Box::new(Out::new(arguments, Target::Host))),
};

pub(super) static OUT_NULL: BuiltIn = BuiltIn {
    definition: define("Out-Null", &[], "Throws objects away.", &[INPUT], &["Get-CsUser | Out-Null"]),
    type_name: "Microsoft.PowerShell.Commands.OutNullCommand",
    start: |arguments| Ok(Box::new(Out::new(arguments, Target::Nowhere))),
};

enum Target {
    Text { stream: bool },
    File { path: String, append: bool },
    Host,
    Nowhere,
}

struct Out {
    target: Target,
    width: Option<usize>,
    kept: Vec<Value>,
}

impl Out {
    fn new(arguments: &Arguments, target: Target) -> Self {
        let width = arguments.int("Width").and_then(|width| usize::try_from(width).ok());
        Self { target, width, kept: Vec::new() }
    }
}

#[async_trait]
impl Stage for Out {
    async fn process(
        &mut self,
        input: Option<Value>,
        session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        if let (Some(value), false) = (input, matches!(self.target, Target::Nowhere)) {
            keep(&mut self.kept, session.state.limited(value))?;
        }
        Ok(Flow::More)
    }

    async fn end(&mut self, session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        let lines = render(&self.kept, self.width.unwrap_or_else(|| session.width()));
        let whole = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        match &self.target {
            Target::Nowhere => {}
            Target::Text { stream: true } => out.extend(lines.into_iter().map(Value::from)),
            Target::Text { stream: false } => out.push(Value::from(whole(&lines))),
            Target::Host => lines.iter().for_each(|line| session.state.host.write(Stream::Output, line)),
            Target::File { path, append } => {
                let here = crate::path::of_this_machine(path)?;
                if !session.should_process(path, "Output to File").await? {
                    return Ok(());
                }
                let written = session.write_file(&here, &whole(&lines), *append).await;
                written.map_err(|error| {
                    ErrorRecord::new("OpenError", "FileOpenFailure", error)
                        .of("IOException")
                        .about(format!("{path}:String"))
                })?;
            }
        }
        Ok(())
    }
}
