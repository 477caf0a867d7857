//! The report as XML.

use super::{Failed, LoggerReport, NOTE};
use crate::task_output::latency;
use crate::{Line, Step, StepOutcome};
use lync_proto::format_instant;
use lync_xml::Writer;

pub(super) fn write(report: &LoggerReport) -> String {
    let mut xml = Writer::new();
    xml.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
    xml.start("SyntheticTransaction")
        .attribute("Name", report.transaction.cmdlet())
        .attribute("Made", &format_instant(report.made));
    line(&mut xml).leaf("Note", NOTE);
    for (name, value) in report.summary() {
        line(&mut xml).leaf(name, &value);
    }
    line(&mut xml).start("Steps");
    report.steps.iter().for_each(|step| write_step(&mut xml, step));
    line(&mut xml).end();
    line(&mut xml).start("Account");
    report.account.iter().for_each(|told| said(&mut xml, "Line", told));
    line(&mut xml).end();
    if let Some(failure) = &report.failure {
        write_failure(&mut xml, report, failure);
    }
    line(&mut xml).end();
    xml.raw("\n").finish()
}

fn line(xml: &mut Writer) -> &mut Writer {
    xml.raw("\n")
}

fn write_step(xml: &mut Writer, step: &Step) {
    let (outcome, reason) = match &step.outcome {
        StepOutcome::Done => ("Done", None),
        StepOutcome::Failed(reason) => ("Failed", Some(reason)),
    };
    line(xml)
        .start("Step")
        .attribute("Name", step.name.as_str())
        .attribute("Title", step.name.title())
        .attribute("Start", &latency(step.start))
        .attribute("Duration", &latency(step.duration))
        .attribute("Outcome", outcome);
    for detail in &step.details {
        xml.start("Detail").attribute("Name", detail.name).text(&detail.value).end();
    }
    if let Some(reason) = reason {
        xml.leaf("Reason", reason);
    }
    xml.end();
}

fn write_failure(xml: &mut Writer, report: &LoggerReport, failure: &Failed) {
    line(xml).start("Failure").attribute("Step", failure.step);
    report.output.error.iter().for_each(|error| said(xml, "Error", error));
    report.output.inner_exceptions.iter().for_each(|inner| said(xml, "InnerException", inner));
    line(xml).leaf("Reason", &failure.reason);
    if let Some(head) = &failure.response {
        line(xml)
            .start("Response")
            .attribute("Status", &head.status.to_string())
            .attribute("Reason", &head.reason);
        for (name, value) in &head.headers {
            line(xml).start("Header").attribute("Name", name).text(value).end();
        }
        line(xml).end();
    }
    line(xml).end();
}

/// A line with its evidence.
fn said(xml: &mut Writer, name: &str, told: &Line) {
    line(xml).start(name).attribute("Evidence", told.evidence.as_str()).text(&told.text).end();
}
