//! The objects that the two cmdlets give.

use lync_phone::{Dialect, LoggerReport, Report, SignIn, SyntheticTransaction, TaskOutput};
use lync_powershell::{Object, Value, View};
use std::sync::Arc;
use time::OffsetDateTime;

/// The property that holds the text as the dialect has it.
const TEXT: &str = "Text";

/// The TaskOutput: its properties by their documented names, shown as the dialect shows it.
pub(super) fn object(output: &TaskOutput, dialect: Dialect) -> Object {
    let joined = |lines: Vec<&str>| if lines.is_empty() { Value::Null } else { lines.join("\n").into() };
    let error = output.error.iter().chain(&output.inner_exceptions).map(|line| line.text.as_str()).collect();
    let diagnosis = output.diagnosis.iter().map(|line| line.text.as_str()).collect();
    let latency = time::Duration::try_from(output.latency).unwrap_or(time::Duration::MAX);
    Object::new("Microsoft.Rtc.SyntheticTransactions.TaskOutput")
        .with("TargetUri", output.target_uri.clone())
        .with("TargetFqdn", output.target_fqdn.clone())
        .with("Result", output.result.to_string())
        .with("Latency", latency)
        .with("Error", joined(error))
        .with("Diagnosis", joined(diagnosis))
        // An empty line before and after it, as a console shows an object.
        .with(TEXT, format!("\n{}\n", output.render(dialect)))
        .shown_as(View::Text(TEXT))
}

/// What -OutLoggerVariable gives: an object whose methods make reports.
pub(super) fn logger(
    transaction: SyntheticTransaction,
    report: &Report,
    sign_in: &SignIn,
    made: OffsetDateTime,
) -> Object {
    let report = Arc::new(LoggerReport::new(transaction, report, sign_in, made));
    let for_xml = report.clone();
    // The type is public nowhere, so its name is our own.
    Object::new("Lyncmock.LoggerReport")
        .with_text(format!("{}: ToHTML() and ToXML() make reports", transaction.cmdlet()))
        .with_method("ToHTML", move || report.to_html().into())
        .with_method("ToXML", move || for_xml.to_xml().into())
}
