//! Format-List, Format-Table, Out-String, Out-File, Out-Null, Out-Host

use super::properties::{Choice, all, choices};
use super::{BuiltIn, Flow, INPUT, Stage, changing, define, keep};
use crate::format::{Column, list, render, table};
use crate::text::shown;
use crate::{Arguments, ErrorRecord, Kind, Object, Parameter, Session, Stream, Value, View};
use async_trait::async_trait;

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
    start: |arguments| Ok(Box::new(Format::new(arguments, false)?)),
};

pub(super) static FORMAT_TABLE: BuiltIn = BuiltIn {
    definition: define(
        "Format-Table",
        &["ft"],
        "Shows objects with a row to each.",
        &[
            PROPERTY,
            Parameter::new(
                "AutoSize",
                Kind::Switch,
                "Columns as wide as what stands in them, as they always are here.",
            ),
            Parameter::new("Wrap", Kind::Switch, "What is too wide goes on below, instead of being cut."),
            Parameter::new("HideTableHeaders", Kind::Switch, "Without headings."),
            INPUT,
        ],
        &["Get-CsUser | Format-Table DisplayName, LineURI -AutoSize"],
    ),
    type_name: "Microsoft.PowerShell.Commands.FormatTableCommand",
    start: |arguments| Ok(Box::new(Format::new(arguments, true)?)),
};

struct Format {
    choices: Vec<Choice>,
    table: bool,
    wrap: bool,
    hide_headers: bool,
    rows: Vec<Vec<(String, Value)>>,
    /// What has no properties stands for itself.
    plain: Vec<Value>,
}

impl Format {
    fn new(arguments: &Arguments, table: bool) -> Result<Self, ErrorRecord> {
        Ok(Self {
            choices: choices(arguments.list("Property"))?,
            table,
            wrap: arguments.is_on("Wrap"),
            hide_headers: arguments.is_on("HideTableHeaders"),
            rows: Vec::new(),
            plain: Vec::new(),
        })
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let width = width.clamp(20, 4096);
        let mut lines = render(&self.plain, width);
        if self.rows.is_empty() {
            return lines;
        }
        lines.push(String::new());
        if self.table {
            self.table_lines(width, &mut lines);
        } else {
            lines.push(String::new());
            for row in &self.rows {
                let shown: Vec<(&str, String)> =
                    row.iter().map(|(name, value)| (name.as_str(), shown(value))).collect();
                list(&shown, width, &mut lines);
                lines.push(String::new());
            }
        }
        lines.extend([String::new(), String::new()]);
        lines
    }

    fn table_lines(&self, width: usize, lines: &mut Vec<String>) {
        let Some(first) = self.rows.first() else { return };
        let columns: Vec<Column> = first.iter().map(|(name, value)| Column::of(name, value)).collect();
        // A row of another type shows what it has of the first one's columns.
        let cell = |row: &[(String, Value)], column: &Column| {
            let found = row.iter().find(|(name, _)| name.eq_ignore_ascii_case(&column.name));
            found.map(|(_, value)| shown(value)).unwrap_or_default()
        };
        let cells: Vec<Vec<String>> =
            self.rows.iter().map(|row| columns.iter().map(|column| cell(row, column)).collect()).collect();
        let before = lines.len();
        table(&columns, &cells, width, self.wrap, lines);
        if self.hide_headers {
            lines.drain(before..(before + 2).min(lines.len()));
        }
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
        let Some(value) = input else { return Ok(Flow::More) };
        let named = all(&value);
        if named.is_empty() || matches!(value, Value::String(_)) {
            keep(&mut self.plain, value)?;
            return Ok(Flow::More);
        }
        let mut row = Vec::new();
        for choice in &self.choices {
            row.extend(choice.of(&value, session).await?);
        }
        if self.choices.is_empty() {
            row = named;
        }
        if self.rows.len() < crate::run::MAX_OBJECTS {
            self.rows.push(row);
        }
        Ok(Flow::More)
    }

    async fn end(&mut self, session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        let lines = self.lines(session.width());
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
        _session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        if let (Some(value), false) = (input, matches!(self.target, Target::Nowhere)) {
            keep(&mut self.kept, value)?;
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
                if !session.should_process(path, "Output to File").await? {
                    return Ok(());
                }
                let written = session.write_file(path, &whole(&lines), *append).await;
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
