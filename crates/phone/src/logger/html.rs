//! The report as a page.

use super::{Failed, LoggerReport, NOTE};
use crate::task_output::latency;
use crate::{Line, Step, StepOutcome};
use lync_model::Evidence;
use lync_proto::format_instant;
use lync_xml::Writer;

/// For paper and screen, in light and dark.
const STYLE: &str = "
:root{color-scheme:light dark}
body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #8885;padding:.25rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
ol,dl{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
ol{list-style:none;padding:0}dd{margin:0 0 0 1rem}
.Success{color:#188038}.Failure,.Failed{color:#c5221f}
.inferred{opacity:.75}
.time{white-space:nowrap}
";

/// Nothing but the style above.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

pub(super) fn write(report: &LoggerReport) -> String {
    let result = report.output.result.to_string();
    let title = format!("{}: {result}", report.transaction.cmdlet());
    let mut page = Writer::new();
    page.raw("<!DOCTYPE html>\n").start("html").attribute("lang", "en").start("head");
    page.empty("meta").attribute("charset", "utf-8");
    page.empty("meta").attribute("http-equiv", "Content-Security-Policy").attribute("content", POLICY);
    page.empty("meta").attribute("name", "viewport").attribute("content", "width=device-width");
    page.leaf("title", &title).start("style").raw(STYLE).end().end();
    line(&mut page).start("body");
    line(&mut page).start("h1").attribute("class", &result).text(&title).end();
    line(&mut page).leaf("p", &format!("Written {}. {NOTE}", format_instant(report.made)));
    summary(&mut page, report);
    if let Some(failure) = &report.failure {
        write_failure(&mut page, report, failure);
    }
    steps(&mut page, &report.steps);
    heading(&mut page, "Account").start("ol");
    report.account.iter().for_each(|told| said(&mut page, "li", told));
    line(&mut page).end();
    line(&mut page).end().end().raw("\n").finish()
}

fn line(page: &mut Writer) -> &mut Writer {
    page.raw("\n")
}

fn heading<'a>(page: &'a mut Writer, text: &str) -> &'a mut Writer {
    line(page).leaf("h2", text).raw("\n")
}

fn summary(page: &mut Writer, report: &LoggerReport) {
    heading(page, "Summary").start("table");
    for (name, value) in report.summary() {
        line(page).start("tr").leaf("th", name).leaf("td", &value).end();
    }
    line(page).end();
}

fn steps(page: &mut Writer, steps: &[Step]) {
    heading(page, "Steps").start("table");
    line(page).start("tr");
    page.leaf("th", "Step");
    time(page, "th", "Start");
    time(page, "th", "Duration");
    page.leaf("th", "Outcome").leaf("th", "What became known").end();
    for step in steps {
        let (class, outcome) = match &step.outcome {
            StepOutcome::Done => ("Success", "Done".to_owned()),
            StepOutcome::Failed(reason) => ("Failed", format!("Failed: {reason}")),
        };
        line(page).start("tr").leaf("td", step.name.title());
        time(page, "td", &latency(step.start));
        time(page, "td", &latency(step.duration));
        page.start("td").attribute("class", class).text(&outcome).end().start("td").start("dl");
        for detail in &step.details {
            page.leaf("dt", detail.name).leaf("dd", &detail.value);
        }
        page.end().end().end();
    }
    line(page).end();
}

/// A cell that stays on one line beside a long one.
fn time(page: &mut Writer, element: &str, text: &str) {
    page.start(element).attribute("class", "time").text(text).end();
}

fn write_failure(page: &mut Writer, report: &LoggerReport, failure: &Failed) {
    heading(page, "Failure").leaf("p", &format!("Could not {}: {}", failure.step, failure.reason));
    line(page).start("ol");
    report.output.error.iter().chain(&report.output.inner_exceptions).for_each(|told| said(page, "li", told));
    line(page).end();
    let Some(head) = &failure.response else { return };
    line(page).leaf("h3", &format!("The response: {} {}", head.status, head.reason)).raw("\n").start("table");
    for (name, value) in &head.headers {
        line(page).start("tr").leaf("th", name).leaf("td", value).end();
    }
    line(page).end();
}

/// A line, marked if its wording is lyncmock's.
fn said(page: &mut Writer, element: &str, told: &Line) {
    line(page).start(element);
    if told.evidence == Evidence::Inferred {
        page.attribute("class", "inferred");
    }
    page.text(&told.text);
    if told.evidence == Evidence::Inferred {
        page.text(" ").leaf("small", "[inferred]");
    }
    page.end();
}
