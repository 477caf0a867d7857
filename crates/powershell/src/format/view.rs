//! The types that have a view of their own.

use super::table::{Align, Column};

/// How a type is shown as a table.
pub(super) struct View {
    /// The properties that are columns, in order.
    columns: &'static [(&'static str, Align, Option<usize>)],
    /// Columns as wide as what stands in them.
    pub auto_size: bool,
    /// The property that stands above the table; each value of it has a table of its own.
    pub group: Option<&'static str>,
}

impl View {
    pub(super) fn columns(&self) -> Vec<Column> {
        let column = |(name, align, width): &(&str, Align, Option<usize>)| Column {
            name: (*name).to_owned(),
            align: *align,
            width: *width,
        };
        self.columns.iter().map(column).collect()
    }
}

/// An entry of a hash table.
pub(super) const ENTRY: &str = "System.Collections.DictionaryEntry";

/// Name and value, as of a hash table's entries.
const PAIR: View = View {
    columns: &[("Name", Align::Left, Some(30)), ("Value", Align::Left, None)],
    auto_size: false,
    group: None,
};

/// As in the format files of Windows PowerShell; the last two objects are this shell's own.
pub(super) fn view_of(type_name: &str) -> Option<View> {
    let view = match type_name {
        ENTRY | "System.Management.Automation.PSVariable" => PAIR,
        "Microsoft.PowerShell.Commands.GroupInfo" => View {
            columns: &[
                ("Count", Align::Right, Some(5)),
                ("Name", Align::Left, Some(25)),
                ("Group", Align::Left, None),
            ],
            ..PAIR
        },
        "Microsoft.PowerShell.Commands.GroupInfoNoElement" => {
            View { columns: &[("Count", Align::Right, Some(5)), ("Name", Align::Left, Some(25))], ..PAIR }
        }
        "Microsoft.PowerShell.Commands.MemberDefinition" => View {
            columns: &[
                ("Name", Align::Left, None),
                ("MemberType", Align::Left, None),
                ("Definition", Align::Left, None),
            ],
            auto_size: true,
            group: Some("TypeName"),
        },
        "System.Management.Automation.CmdletInfo" => View {
            columns: &[
                ("CommandType", Align::Left, None),
                ("Name", Align::Left, None),
                ("Synopsis", Align::Left, None),
            ],
            auto_size: true,
            group: None,
        },
        "HelpInfoShort" => View {
            columns: &[("Name", Align::Left, None), ("Synopsis", Align::Left, None)],
            auto_size: true,
            group: None,
        },
        _ => return None,
    };
    Some(view)
}
