//! Objects as a person reads them: lists, tables, and what stands for itself.
//!
//! Blank lines are where Windows PowerShell has them; a line ends without spaces. Columns are as wide as what stands
//! in them, as with -AutoSize; older versions spread them over the width.

mod list;
mod table;

pub(crate) use list::list;
pub(crate) use table::{Column, table};

use crate::run::{HASHTABLE, parts};
use crate::text::{date_long, shown, text};
use crate::{Object, Value, View};
use std::sync::Arc;

/// Columns that are written where there is no terminal to fill.
pub const WIDTH_WITHOUT_TERMINAL: usize = 120;

/// The most properties that a table is made of when nobody says how.
const MOST_COLUMNS: usize = 4;

/// Puts objects into lines. A table waits for its last row.
pub(crate) struct Formatter {
    width: usize,
    group: Group,
}

enum Group {
    None,
    List,
    Table(Vec<Arc<Object>>),
}

impl Formatter {
    /// For a terminal of so many columns.
    pub(crate) fn new(width: usize) -> Self {
        Self { width: width.clamp(20, 4096), group: Group::None }
    }

    /// Takes one object.
    pub(crate) fn push(&mut self, value: &Value, lines: &mut Vec<String>) {
        match value {
            Value::Null => {}
            Value::Array(items) => {
                for item in items.iter().filter(|item| !matches!(item, Value::Array(_))) {
                    self.push(item, lines);
                }
            }
            Value::Object(object) => self.object(object, lines),
            Value::DateTime(time) => {
                self.finish(lines);
                lines.extend([String::new(), date_long(*time), String::new()]);
            }
            Value::TimeSpan(_) => self.list_of("System.TimeSpan", value, lines),
            Value::Credential(_) => self.list_of("System.Management.Automation.PSCredential", value, lines),
            other => {
                self.finish(lines);
                let text = text(other);
                lines.extend(text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()));
            }
        }
    }

    fn list_of(&mut self, type_name: &'static str, value: &Value, lines: &mut Vec<String>) {
        let object = parts(value)
            .into_iter()
            .fold(Object::new(type_name), |object, (name, part)| object.with(name, part));
        let view = if object.properties.len() > MOST_COLUMNS { View::List } else { View::Table };
        self.object(&Arc::new(object.shown_as(view)), lines);
    }

    fn object(&mut self, object: &Arc<Object>, lines: &mut Vec<String>) {
        if object.type_name == HASHTABLE {
            for (name, value) in object.shown() {
                let entry = Object::new("System.Collections.DictionaryEntry").with("Name", name.to_owned());
                self.row(&Arc::new(entry.with("Value", value.clone())), lines);
            }
            return;
        }
        let count = object.shown().count();
        let as_table = match object.view {
            View::Text(name) => {
                self.finish(lines);
                let own = object.get(name).map(text).unwrap_or_default();
                let own = own.strip_suffix('\n').unwrap_or(&own);
                lines.extend(own.split('\n').map(|line| line.trim_end_matches('\r').to_owned()));
                return;
            }
            View::Auto => count <= MOST_COLUMNS,
            View::List => false,
            View::Table => true,
        };
        if count == 0 {
            self.finish(lines);
            lines.push(object.text.as_deref().unwrap_or(&object.type_name).to_owned());
            return;
        }
        if as_table {
            self.row(object, lines);
            return;
        }
        if !matches!(self.group, Group::List) {
            self.finish(lines);
            lines.extend([String::new(), String::new()]);
            self.group = Group::List;
        }
        let properties: Vec<(&str, String)> =
            object.shown().map(|(name, value)| (name, shown(value))).collect();
        list(&properties, self.width, lines);
        lines.push(String::new());
    }

    /// A row goes under the same headings as those before it, or begins a table.
    fn row(&mut self, object: &Arc<Object>, lines: &mut Vec<String>) {
        let fits = |rows: &Vec<Arc<Object>>| {
            rows.first().is_some_and(|first| {
                first.shown().map(|(name, _)| name).eq(object.shown().map(|(name, _)| name))
            })
        };
        match &mut self.group {
            Group::Table(rows) if fits(rows) => rows.push(object.clone()),
            _ => {
                self.finish(lines);
                self.group = Group::Table(vec![object.clone()]);
            }
        }
    }

    /// Ends the list or the table.
    pub(crate) fn finish(&mut self, lines: &mut Vec<String>) {
        match std::mem::replace(&mut self.group, Group::None) {
            Group::None => {}
            Group::List => lines.extend([String::new(), String::new()]),
            Group::Table(rows) => {
                let Some(first) = rows.first() else { return };
                let columns: Vec<Column> =
                    first.shown().map(|(name, value)| Column::of(name, value)).collect();
                let cells: Vec<Vec<String>> =
                    rows.iter().map(|row| row.shown().map(|(_, value)| shown(value)).collect()).collect();
                lines.push(String::new());
                table(&columns, &cells, self.width, false, lines);
                lines.extend([String::new(), String::new()]);
            }
        }
    }
}

/// Everything as text, as Out-String has it.
pub(crate) fn render(values: &[Value], width: usize) -> Vec<String> {
    let mut formatter = Formatter::new(width);
    let mut lines = Vec::new();
    for value in values {
        formatter.push(value, &mut lines);
    }
    formatter.finish(&mut lines);
    lines
}
