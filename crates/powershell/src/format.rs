//! Objects as a person reads them: lists, tables, and what stands for itself.
//!
//! Blank lines are where Windows PowerShell has them; a line ends without spaces. The columns of a table share the
//! width, unless their type has a view or somebody says -AutoSize.

mod list;
mod table;
mod view;

pub(crate) use list::list;
pub(crate) use table::{Align, Column, Layout, table};

use crate::run::{HASHTABLE, parts};
use crate::text::{date_long, shown, text};
use crate::{Object, Value, View};
use std::sync::Arc;

/// Columns that are written where there is no terminal to fill.
pub const WIDTH_WITHOUT_TERMINAL: usize = 120;

/// The most properties that a table is made of when nobody says how.
const MOST_COLUMNS: usize = 4;

/// The most columns of a Format-Table without -Property.
const MOST_UNNAMED: usize = 10;

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
            for entry in entries(object) {
                self.row(&Arc::new(entry), lines);
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
                tables(&rows, &Layout::plain(self.width), lines);
            }
        }
    }
}

/// What a hash table is shown as: an object to each entry.
pub(crate) fn entries(table: &Object) -> impl Iterator<Item = Object> {
    table.shown().map(|(name, value)| {
        Object::new(view::ENTRY).with("Name", name.to_owned()).with("Value", value.clone())
    })
}

/// Objects of one type as a table, or as several where the type's view says so. Returns the columns that had no place.
pub(crate) fn tables(objects: &[Arc<Object>], layout: &Layout, lines: &mut Vec<String>) -> Vec<Column> {
    let Some(first) = objects.first() else { return Vec::new() };
    let Some(view) = view::view_of(&first.type_name) else {
        let own = first.shown().take(MOST_UNNAMED);
        let columns: Vec<Column> = own.map(|(name, value)| Column::of(name, value)).collect();
        return table_of(&columns, objects, layout, lines);
    };
    let columns = view.columns();
    let layout = Layout { auto_size: layout.auto_size || view.auto_size, ..*layout };
    let Some(group) = view.group else { return table_of(&columns, objects, &layout, lines) };
    let mut removed = Vec::new();
    lines.extend([String::new(), String::new()]);
    // The blank lines behind a table stand before the next one.
    for part in objects.chunk_by(|one, next| one.get(group) == next.get(group)) {
        let above = part.first().and_then(|object| object.get(group)).map(shown).unwrap_or_default();
        lines.push(format!("   {group}: {above}"));
        removed = table_of(&columns, part, &layout, lines);
    }
    removed
}

/// A table of these properties.
pub(crate) fn table_of(
    columns: &[Column],
    objects: &[Arc<Object>],
    layout: &Layout,
    lines: &mut Vec<String>,
) -> Vec<Column> {
    // A row of another type shows what it has of the first one's columns.
    let row = |object: &Arc<Object>| {
        let cell = |column: &Column| object.get(&column.name).map(shown).unwrap_or_default();
        columns.iter().map(cell).collect()
    };
    let cells: Vec<Vec<String>> = objects.iter().map(row).collect();
    lines.push(String::new());
    let removed = table(columns, &cells, layout, lines).to_vec();
    lines.extend([String::new(), String::new()]);
    removed
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
