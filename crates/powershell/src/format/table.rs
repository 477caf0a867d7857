//! A row to an object.

use super::list::wrapped;
use crate::Value;

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: String,
    /// Numbers stand to the right.
    pub right: bool,
}

impl Column {
    /// The column of a property; the value is the first row's.
    pub(crate) fn of(name: &str, value: &Value) -> Self {
        Self { name: name.to_owned(), right: matches!(value, Value::Int(_) | Value::Double(_)) }
    }
}

/// The narrowest that a column is made before it is left out.
const NARROWEST: usize = 4;

/// Writes headings, a line under each, and the rows. What is too wide is cut with `...`, or goes on below.
pub(crate) fn table(
    columns: &[Column],
    rows: &[Vec<String>],
    width: usize,
    wrap: bool,
    lines: &mut Vec<String>,
) {
    let widths = widths(columns, rows, width);
    let heading: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let rules: Vec<String> = columns.iter().map(|column| "-".repeat(column.name.chars().count())).collect();
    for row in [&heading, &rules].into_iter().chain(rows) {
        if wrap {
            row_wrapped(columns, &widths, row, lines);
        } else {
            let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| cut(cell, *width)).collect();
            lines.push(line(columns, &widths, &cells));
        }
    }
}

/// As wide as the widest cell; where the terminal is too narrow the last columns give way.
fn widths(columns: &[Column], rows: &[Vec<String>], width: usize) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.name.chars().count().max(1)).collect();
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            let longest = cell.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            *widest = longest.max(*widest);
        }
    }
    // One column less than the terminal has: a full line would wrap.
    let room = width.saturating_sub(1);
    while widths.iter().sum::<usize>() + widths.len().saturating_sub(1) > room && widths.len() > 1 {
        let others = widths.iter().take(widths.len() - 1).sum::<usize>() + widths.len() - 1;
        if room >= others + NARROWEST {
            if let Some(last) = widths.last_mut() {
                *last = room - others;
            }
        } else {
            widths.pop();
        }
    }
    if let [only] = widths.as_mut_slice() {
        *only = (*only).min(room);
    }
    widths
}

fn row_wrapped(columns: &[Column], widths: &[usize], row: &[String], lines: &mut Vec<String>) {
    let pieces: Vec<Vec<String>> = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| cell.split('\n').flat_map(|line| wrapped(line, *width)).collect())
        .collect();
    let height = pieces.iter().map(Vec::len).max().unwrap_or(0);
    for index in 0..height {
        let cells: Vec<String> =
            pieces.iter().map(|cell| cell.get(index).cloned().unwrap_or_default()).collect();
        lines.push(line(columns, widths, &cells));
    }
}

fn line(columns: &[Column], widths: &[usize], cells: &[String]) -> String {
    let cells = columns.iter().zip(widths).zip(cells).map(|((column, width), cell)| {
        if column.right { format!("{cell:>width$}") } else { format!("{cell:width$}") }
    });
    cells.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

/// The first line of the text, cut with `...` where it is too long.
fn cut(text: &str, width: usize) -> String {
    let (first, more) =
        text.split_once('\n').map_or((text, false), |(first, _)| (first.trim_end_matches('\r'), true));
    let length = first.chars().count();
    if length <= width && !more {
        return first.to_owned();
    }
    if width <= 3 {
        return first.chars().take(width).collect();
    }
    let kept: String = first.chars().take(width - 3).collect();
    format!("{kept}...")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(width: usize, wrap: bool, expected: &Expect) {
        let columns = [
            Column { name: "SipAddress".to_owned(), right: false },
            Column { name: "Count".to_owned(), right: true },
            Column { name: "Description".to_owned(), right: false },
        ];
        let rows = [
            vec![
                "sip:kenmyer@litwareinc.com".to_owned(),
                "7".to_owned(),
                "a long description of him".to_owned(),
            ],
            vec!["sip:a@b".to_owned(), "12345".to_owned(), String::new()],
        ];
        let mut lines = Vec::new();
        table(&columns, &rows, width, wrap, &mut lines);
        assert!(lines.iter().all(|line| line.chars().count() < width), "{lines:?}");
        expected.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn numbers_stand_right_and_the_last_columns_give_way() {
        check(
            80,
            false,
            &expect![[r#"
            SipAddress                 Count Description
            ----------                 ----- -----------
            sip:kenmyer@litwareinc.com     7 a long description of him
            sip:a@b                    12345"#]],
        );
        check(
            50,
            false,
            &expect![[r#"
            SipAddress                 Count Description
            ----------                 ----- -----------
            sip:kenmyer@litwareinc.com     7 a long descri...
            sip:a@b                    12345"#]],
        );
        check(
            50,
            true,
            &expect![[r#"
            SipAddress                 Count Description
            ----------                 ----- -----------
            sip:kenmyer@litwareinc.com     7 a long descripti
                                             on of him
            sip:a@b                    12345"#]],
        );
        check(
            36,
            false,
            &expect![[r#"
            SipAddress                 Count
            ----------                 -----
            sip:kenmyer@litwareinc.com     7
            sip:a@b                    12345"#]],
        );
        check(
            20,
            false,
            &expect![[r#"
            SipAddress
            ----------
            sip:kenmyer@litw...
            sip:a@b"#]],
        );
    }
}
