//! ConvertTo-Json, ConvertTo-Csv

use super::properties::all;
use super::{BuiltIn, Flow, INPUT, Stage, define, keep};
use crate::text::{text, type_name};
use crate::{ErrorRecord, Kind, Parameter, Session, Value};
use async_trait::async_trait;
use serde::{Serialize, Serializer};
use time::format_description::well_known::Rfc3339;

pub(super) static TO_JSON: BuiltIn = BuiltIn {
    definition: define(
        "ConvertTo-Json",
        &[],
        "Turns objects into JSON; a date is ISO 8601, as in PowerShell 6 and later, and two spaces indent.",
        &[
            Parameter::new(
                "Depth",
                Kind::Int { min: 1, max: 100, nullable: false },
                "How deep objects are unfolded; deeper ones are text. 2 where nothing is said.",
            ),
            Parameter::new("Compress", Kind::Switch, "Without spaces and line ends."),
            INPUT,
        ],
        &["Get-CsUser | ConvertTo-Json"],
    ),
    type_name: "Microsoft.PowerShell.Commands.ConvertToJsonCommand",
    start: |arguments| {
        Ok(Box::new(ToJson {
            depth: arguments.int("Depth").unwrap_or(2),
            compress: arguments.is_on("Compress"),
            kept: Vec::new(),
        }))
    },
};

struct ToJson {
    depth: i64,
    compress: bool,
    kept: Vec<Value>,
}

/// A value as it is written. Not by way of `serde_json::Value`, whose objects are sorted.
struct Written<'a>(&'a Value, i64);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(value, depth) = *self;
        match value {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Double(number) => serializer.serialize_f64(*number),
            Value::String(text) => serializer.serialize_str(text),
            Value::DateTime(time) => time.format(&Rfc3339).ok().serialize(serializer),
            Value::Array(items) if depth >= 0 => {
                serializer.collect_seq(items.iter().map(|item| Written(item, depth - 1)))
            }
            Value::Object(object) if depth >= 0 => {
                serializer.collect_map(object.shown().map(|(name, value)| (name, Written(value, depth - 1))))
            }
            other => serializer.serialize_str(&text(other)),
        }
    }
}

#[async_trait]
impl Stage for ToJson {
    async fn process(
        &mut self,
        input: Option<Value>,
        _session: &mut Session<'_>,
        _out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        if let Some(value) = input {
            keep(&mut self.kept, value)?;
        }
        Ok(Flow::More)
    }

    async fn end(&mut self, _session: &mut Session<'_>, out: &mut Vec<Value>) -> Result<(), ErrorRecord> {
        let whole = match self.kept.as_slice() {
            [] => return Ok(()),
            [only] => only.clone(),
            several => Value::Array(several.into()),
        };
        let whole = Written(&whole, self.depth);
        let text =
            if self.compress { serde_json::to_string(&whole) } else { serde_json::to_string_pretty(&whole) };
        let text =
            text.map_err(|error| ErrorRecord::new("NotSpecified", "JsonNotWritten", error.to_string()))?;
        out.push(Value::from(text));
        Ok(())
    }
}

pub(super) static TO_CSV: BuiltIn = BuiltIn {
    definition: define(
        "ConvertTo-Csv",
        &[],
        "Turns objects into lines with commas between the values.",
        &[
            Parameter::new("NoTypeInformation", Kind::Switch, "Without the line that names the type.")
                .also(&["nti"]),
            Parameter::new(
                "Delimiter",
                Kind::String,
                "What stands between the values; a comma where nothing is said.",
            )
            .at(0),
            INPUT,
        ],
        &["Get-CsUser | Select-Object SipAddress, LineURI | ConvertTo-Csv -NoTypeInformation"],
    ),
    type_name: "Microsoft.PowerShell.Commands.ConvertToCsvCommand",
    start: |arguments| {
        Ok(Box::new(ToCsv {
            typed: !arguments.is_on("NoTypeInformation"),
            delimiter: arguments.text("Delimiter").unwrap_or(",").to_owned(),
            columns: None,
        }))
    },
};

struct ToCsv {
    typed: bool,
    delimiter: String,
    columns: Option<Vec<String>>,
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[async_trait]
impl Stage for ToCsv {
    async fn process(
        &mut self,
        input: Option<Value>,
        _session: &mut Session<'_>,
        out: &mut Vec<Value>,
    ) -> Result<Flow, ErrorRecord> {
        let Some(value) = input else { return Ok(Flow::More) };
        let properties = all(&value);
        let columns = match &mut self.columns {
            Some(columns) => columns,
            none => {
                let columns: Vec<String> = properties.iter().map(|(name, _)| name.clone()).collect();
                if self.typed {
                    out.push(Value::from(format!("#TYPE {}", type_name(&value))));
                }
                let heading: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
                out.push(Value::from(heading.join(&self.delimiter)));
                none.insert(columns)
            }
        };
        let cell = |column: &String| {
            let found = properties.iter().find(|(name, _)| name.eq_ignore_ascii_case(column));
            match found {
                Some((_, Value::Null)) | None => String::new(),
                Some((_, value)) => quoted(&text(value)),
            }
        };
        let cells: Vec<String> = columns.iter().map(cell).collect();
        out.push(Value::from(cells.join(&self.delimiter)));
        Ok(Flow::More)
    }
}
