//! `lyncmock phone`: signs in as a phone and shows each step.

use super::client::{ClientArgs, DEFAULT_DHCP};
use super::handset::HandsetArgs;
use super::output::{note, print, told};
use clap::Args;
use lync_model::{Clock, Pin, SipUri};
use lync_phone::{
    FailureKind, Model, Report, ResponseHead, SignIn, Step, StepName, StepOutcome, screens, tickt_log,
};
use lync_proto::format_instant;
use serde_json::json;
use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

/// `lyncmock phone`
#[derive(Args)]
pub(super) struct PhoneArgs {
    /// Phone number or extension, as it would be typed
    #[arg(long, value_name = "NUMBER")]
    ext: String,
    /// PIN; other users of this machine may see it in the list of processes
    #[arg(long, env = "LYNCMOCK_PIN", hide_env_values = true, value_name = "PIN")]
    pin: String,
    /// SIP address to which number and PIN must belong
    #[arg(long, value_name = "SIP")]
    user: Option<SipUri>,
    /// FQDN of the pool, instead of DHCP's
    #[arg(long, value_name = "FQDN")]
    target_fqdn: Option<String>,
    /// Address of certificate provisioning, instead of DHCP's
    #[arg(long, value_name = "URL")]
    target_uri: Option<String>,
    /// Write the certificate, its key and the chain as PEM to this file, readable by its owner alone; the next sign-in
    /// with the same --ext replaces the certificate on the pool, unless --mac or --device-id makes it another phone's
    #[arg(long, value_name = "FILE")]
    out: Option<std::path::PathBuf>,
    /// Show what the screen of such a phone shows: lpe (Lync Phone Edition) or vvx (Polycom VVX, with its log)
    #[arg(long = "as", value_name = "MODEL", value_parser = model)]
    model: Option<Model>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    handset: HandsetArgs,
    #[command(flatten)]
    client: ClientArgs,
}

pub(super) async fn run(arguments: PhoneArgs) -> anyhow::Result<ExitCode> {
    let sign_in = match prepared(&arguments) {
        Ok(sign_in) => sign_in,
        Err(error) => {
            note(format!("error: {}\n", told(&error)));
            return Ok(ExitCode::from(super::WRONG_USAGE));
        }
    };
    let report = arguments.client.in_time(sign_in).await.run().await;
    print(match arguments.model {
        model if arguments.json => format!("{}\n", as_json(&report, model)),
        Some(model) => as_screens(&report, model),
        None => as_text(&report),
    })?;
    if let (Some(path), Ok(signed_in)) = (&arguments.out, &report.outcome) {
        super::pem::write(path, signed_in)?;
    }
    Ok(ExitCode::from(report.verdict().exit_code()))
}

fn prepared(arguments: &PhoneArgs) -> anyhow::Result<SignIn> {
    let wants_dhcp = arguments.target_fqdn.is_none() && arguments.target_uri.is_none();
    if let Some(path) = &arguments.out {
        // Before a PIN goes over the wire for nothing.
        super::pem::check(path)?;
    }
    let mut sign_in =
        arguments.client.sign_in(&arguments.ext, Pin::new(arguments.pin.as_str()), wants_dhcp)?;
    sign_in = arguments.handset.sign_in(sign_in, &arguments.ext);
    if let Some(model) = arguments.model {
        sign_in = sign_in.user_agent(model.user_agent());
    }
    if let Some(user) = &arguments.user {
        sign_in = sign_in.user_sip_address(user.clone());
    }
    if let Some(fqdn) = &arguments.target_fqdn {
        sign_in = sign_in.target_fqdn(fqdn.as_str());
    }
    if let Some(uri) = &arguments.target_uri {
        sign_in = sign_in.target_uri(uri.as_str());
    }
    Ok(sign_in)
}

fn model(name: &str) -> Result<Model, String> {
    Model::from_name(name).ok_or_else(|| "there are lpe and vvx".to_owned())
}

/// What the phone's screen shows, one line a moment, and how well that is known; a VVX has a log too.
fn as_screens(report: &Report, model: Model) -> String {
    let mut text = String::new();
    for screen in screens(report, model) {
        let step = screen.step.map_or("", StepName::title);
        let known = match screen.source {
            "" => screen.evidence.to_string(),
            source => format!("{}: {source}", screen.evidence),
        };
        let _ = writeln!(text, "{step:<30} {}   ({known})", screen.text);
    }
    if model == Model::Vvx {
        let _ = write!(text, "\n{}", tickt_log(report, Clock::system().now()));
    }
    text
}

/// The steps as a table for a person.
pub(super) fn as_text(report: &Report) -> String {
    let mut text = String::new();
    for step in &report.steps {
        let (mark, why) = match &step.outcome {
            StepOutcome::Done => ("ok  ", None),
            StepOutcome::Failed(reason) => ("FAIL", Some(reason)),
        };
        let milliseconds = step.duration.as_secs_f64() * 1000.0;
        let _ = writeln!(text, "{mark} {:>8.1} ms  {}", milliseconds, step.name.title());
        for detail in &step.details {
            let _ = writeln!(text, "                    {}: {}", detail.name.replace('_', " "), detail.value);
        }
        if let Some(reason) = why {
            let _ = writeln!(text, "                    {}", reason.replace('\n', "\n                    "));
        }
    }
    let milliseconds = report.latency.as_secs_f64() * 1000.0;
    let _ = match &report.outcome {
        Ok(signed_in) => {
            writeln!(text, "\n{} is signed in, after {milliseconds:.1} ms.", signed_in.user)
        }
        Err(failure) => writeln!(text, "\nNot signed in, after {milliseconds:.1} ms: {failure}"),
    };
    if let Some(hint) = report.outcome.as_ref().err().and_then(|failure| hint(&failure.kind)) {
        let _ = writeln!(text, "{hint}");
    }
    text
}

/// What a newcomer may have to do, where the failure lets one guess.
fn hint(kind: &FailureKind) -> Option<&'static str> {
    match kind {
        FailureKind::NoDhcpAnswer { server, .. } if *server == DEFAULT_DHCP => Some(
            "Is a pool running? `lyncmock` starts one; --ready-file FILE or --dhcp ADDR:PORT finds another, and \
             --dhcp-interface NAME one that answers phones on a network, as in a container (eth0).",
        ),
        FailureKind::NameNotResolved { .. } => Some("--resolve HOST=ADDR tells where the host is."),
        _ => None,
    }
}

fn as_json(report: &Report, model: Option<Model>) -> serde_json::Value {
    let screens = model.map(|model| {
        let shown = screens(report, model).into_iter();
        let shown = shown.map(|screen| {
            json!({
                "step": screen.step.map(StepName::as_str),
                "text": screen.text,
                "evidence": screen.evidence.as_str(),
                "source": screen.source,
            })
        });
        shown.collect::<Vec<_>>()
    });
    let step = |step: &Step| {
        let details: serde_json::Map<String, serde_json::Value> =
            step.details.iter().map(|detail| (detail.name.to_owned(), detail.value.clone().into())).collect();
        json!({
            "step": step.name.as_str(),
            "start_ms": milliseconds(step.start),
            "duration_ms": milliseconds(step.duration),
            "ok": step.outcome == StepOutcome::Done,
            "error": match &step.outcome { StepOutcome::Done => None, StepOutcome::Failed(reason) => Some(reason) },
            "details": details,
        })
    };
    let failure = report.outcome.as_ref().err();
    let diagnostics = failure.and_then(|failure| failure.response()).and_then(ResponseHead::diagnostics);
    json!({
        "signed_in": report.outcome.is_ok(),
        "user": report.outcome.as_ref().ok().map(|signed_in| signed_in.user.to_string()),
        "certificate_expires": report.outcome.as_ref().ok().map(|found| format_instant(found.certificate_expires)),
        "target_fqdn": report.target_fqdn,
        "target_uri": report.target_uri,
        "latency_ms": milliseconds(report.latency),
        "failed_step": failure.map(|failure| failure.step.as_str()),
        "error": failure.map(ToString::to_string),
        "diagnostics": diagnostics.map(|found| json!({
            "error_id": found.error_id,
            "source": found.source,
            "reason": found.reason,
            "faultcode": found.faultcode,
        })),
        "steps": report.steps.iter().map(step).collect::<Vec<_>>(),
        "screens": screens,
    })
}

/// Rounded to the microsecond.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_finds_no_pool_on_loopback_is_told_of_networks() {
        let silence = FailureKind::NoDhcpAnswer { server: DEFAULT_DHCP, attempts: 3, ignored: 0 };
        let told = hint(&silence).unwrap();
        assert!(told.contains("--ready-file") && told.contains("--dhcp-interface NAME"), "{told}");
    }

    #[test]
    fn the_help_says_that_a_phone_has_one_certificate() {
        let help = PhoneArgs::augment_args(clap::Command::new("phone")).render_help().to_string();
        let out = help.split("--out <FILE>").nth(1).unwrap().split("--as").next().unwrap();
        assert!(out.contains("replaces") && out.contains("--mac or --device-id"), "{out}");
    }
}
