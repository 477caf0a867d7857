//! A row to an object.

use super::list::wrapped;
use crate::Value;

/// To which side of its column a text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub name: String,
    pub align: Align,
    /// Of its own; where there is none the column takes its part of what is left.
    pub width: Option<usize>,
}

impl Column {
    /// The column of a property; the value is the first row's. What PowerShell calls a scalar stands to the right,
    /// but for texts.
    pub(crate) fn of(name: &str, value: &Value) -> Self {
        let align = match value {
            Value::Bool(_) | Value::Int(_) | Value::Double(_) | Value::SecureString(_) => Align::Right,
            _ => Align::Left,
        };
        Self { name: name.to_owned(), align, width: None }
    }
}

/// How a table is laid out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Columns of the terminal.
    pub width: usize,
    /// What is too wide goes on below, instead of being cut.
    pub wrap: bool,
    /// Columns as wide as what stands in them; else they share the width.
    pub auto_size: bool,
    /// Whether there are headings.
    pub headings: bool,
}

impl Layout {
    /// As an object is shown that nobody formats.
    pub(crate) fn plain(width: usize) -> Self {
        Self { width, wrap: false, auto_size: false, headings: true }
    }
}

/// Writes headings, a line under each, and the rows. What is too wide is cut with `...`, or goes on below; a heading
/// always goes on below. Returns the columns that had no place.
pub(crate) fn table<'a>(
    columns: &'a [Column],
    rows: &[Vec<String>],
    layout: &Layout,
    lines: &mut Vec<String>,
) -> &'a [Column] {
    let widths = widths(columns, rows, layout);
    if layout.headings {
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        row_wrapped(columns, &widths, &names, lines);
        let rule = |(name, width): (&String, &usize)| "-".repeat(name.chars().count().min(*width));
        let rules: Vec<String> = names.iter().zip(&widths).map(rule).collect();
        lines.push(line(columns, &widths, &rules));
    }
    for row in rows {
        if layout.wrap {
            row_wrapped(columns, &widths, row, lines);
        } else {
            let cells = columns.iter().zip(&widths).zip(row);
            let cells: Vec<String> =
                cells.map(|((column, width), cell)| cut(cell, *width, column.align)).collect();
            lines.push(line(columns, &widths, &cells));
        }
    }
    columns.get(widths.len()..).unwrap_or_default()
}

/// The widths of the columns that have a place, in PowerShell's way: first everybody gets a width, and where that is
/// too much the last columns give way.
fn widths(columns: &[Column], rows: &[Vec<String>], layout: &Layout) -> Vec<usize> {
    // One column less than the terminal has: a full line would wrap.
    let room = layout.width.saturating_sub(1).max(1);
    let mut widths = if layout.auto_size {
        contents(columns, rows)
    } else {
        columns.iter().map(|column| column.width.unwrap_or(0).min(layout.width)).collect()
    };
    spread(&mut widths, room);
    while let Some(excess) = whole(&widths).checked_sub(room).filter(|excess| *excess > 0) {
        match widths.last_mut() {
            Some(last) if *last > excess => *last -= excess,
            _ => drop(widths.pop()),
        }
    }
    widths
}

/// As wide as the widest cell.
fn contents(columns: &[Column], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths: Vec<usize> = columns.iter().map(|column| column.name.chars().count().max(1)).collect();
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            let longest = cell.lines().map(|line| line.chars().count()).max().unwrap_or(0);
            *widest = longest.max(*widest);
        }
    }
    widths
}

/// Shares what is left between the columns without a width; the first get what cannot be divided.
fn spread(widths: &mut [usize], room: usize) {
    let open = widths.iter().filter(|width| **width == 0).count();
    let left = room.saturating_sub(whole(widths) + open);
    for (nth, width) in widths.iter_mut().filter(|width| **width == 0).enumerate() {
        let odd = left.checked_rem(open).is_some_and(|odd| nth < odd);
        *width = 1 + left.checked_div(open).unwrap_or(0) + usize::from(odd);
    }
}

/// With a space between columns.
fn whole(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len().saturating_sub(1)
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
    let cells = columns.iter().zip(widths).zip(cells).map(|((column, width), cell)| match column.align {
        Align::Left => format!("{cell:width$}"),
        Align::Center => format!("{cell:^width$}"),
        Align::Right => format!("{cell:>width$}"),
    });
    cells.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}

/// The first line of the text, cut with `...` where it is too long. Of what stands to the right the end is kept.
fn cut(text: &str, width: usize, align: Align) -> String {
    let (first, more) =
        text.split_once('\n').map_or((text, false), |(first, _)| (first.trim_end_matches('\r'), true));
    let length = first.chars().count();
    if length <= width && !more {
        return first.to_owned();
    }
    let dots = if width > 3 { "..." } else { "" };
    let room = width - dots.len();
    if align == Align::Right && !more {
        let kept: String = first.chars().skip(length.saturating_sub(room)).collect();
        return format!("{dots}{kept}");
    }
    let kept: String = first.chars().take(room).collect();
    format!("{kept}{dots}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn column(name: &str, align: Align, width: Option<usize>) -> Column {
        Column { name: name.to_owned(), align, width }
    }

    fn check(width: usize, wrap: bool, expected: &Expect) {
        let layout = Layout { wrap, auto_size: true, ..Layout::plain(width) };
        let removed = if width == 20 { "Count Description" } else { "" };
        check_as(&layout, [None; 3], removed, expected);
    }

    fn check_as(layout: &Layout, widths: [Option<usize>; 3], removed: &str, expected: &Expect) {
        let [address, count, description] = widths;
        let columns = [
            column("SipAddress", Align::Left, address),
            column("Count", Align::Right, count),
            column("Description", Align::Left, description),
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
        let without = table(&columns, &rows, layout, &mut lines);
        assert!(lines.iter().all(|line| line.chars().count() < layout.width), "{lines:?}");
        let without: Vec<&str> = without.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(without.join(" "), removed);
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
                SipAddress                 Count De
                                                 sc
                                                 ri
                                                 pt
                                                 io
                                                 n
                ----------                 ----- --
                sip:kenmyer@litwareinc.com     7 a
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

    #[test]
    fn columns_share_the_width_and_the_first_get_what_is_left() {
        check_as(
            &Layout::plain(50),
            [None; 3],
            "",
            &expect![[r#"
            SipAddress                  Count Description
            ----------                  ----- -----------
            sip:kenmyer@l...                7 a long descr...
            sip:a@b                     12345"#]],
        );
        check_as(
            &Layout::plain(50),
            [Some(12), None, Some(20)],
            "",
            &expect![[r#"
            SipAddress             Count Description
            ----------             ----- -----------
            sip:kenmy...               7 a long descriptio...
            sip:a@b                12345"#]],
        );
        check_as(
            &Layout { headings: false, ..Layout::plain(30) },
            [Some(20), Some(3), Some(4)],
            "",
            &expect![[r#"
                sip:kenmyer@litwa...   7 a...
                sip:a@b              345"#]],
        );
    }

    #[test]
    fn a_column_that_has_no_place_is_named() {
        let auto_size = Layout { auto_size: true, ..Layout::plain(34) };
        check_as(
            &auto_size,
            [None; 3],
            "Description",
            &expect![[r#"
            SipAddress                 Count
            ----------                 -----
            sip:kenmyer@litwareinc.com     7
            sip:a@b                    12345"#]],
        );
        check_as(
            &Layout::plain(20),
            [Some(25), Some(5), None],
            "Count Description",
            &expect![[r#"
            SipAddress
            ----------
            sip:kenmyer@litw...
            sip:a@b"#]],
        );
        check_as(
            &Layout::plain(5),
            [None; 3],
            "Description",
            &expect![[r#"
            S C
            i o
            p u
            A n
            d t
            d
            r
            e
            s
            s
            - -
            s 7
            s 5"#]],
        );
    }

    #[test]
    fn of_what_stands_right_the_end_is_kept() {
        for (align, width, expected) in [
            (Align::Left, 6, "123..."),
            (Align::Center, 6, "123..."),
            (Align::Right, 6, "...678"),
            (Align::Right, 3, "678"),
            (Align::Left, 1, "1"),
            (Align::Right, 8, "12345678"),
        ] {
            assert_eq!(cut("12345678", width, align), expected);
        }
        assert_eq!(cut("one\r\ntwo", 8, Align::Left), "one...");
        assert_eq!(line(&[column("a", Align::Center, None)], &[6], &["x".to_owned()]), "  x");
    }
}
