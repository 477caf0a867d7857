//! `lyncmock demo`: a pool, a phone that signs in, and one that is refused.

use super::output::print;
use crate::client::client_of;
use crate::config::{Config, Options};
use crate::pool::Running;
use clap::{ArgMatches, Args};
use lync_model::{Clock, Pin};
use lync_phone::{Dialect, Report, ResponseHead, TaskOutput};
use std::process::ExitCode;

/// The number and the PIN of Microsoft's article.
const NUMBER: &str = "+12065551219";
const RIGHT_PIN: &str = "0712";
const WRONG_PIN: &str = "9999";

/// `lyncmock demo`
#[derive(Args)]
pub(super) struct DemoArgs {
    /// What is logged on standard error
    #[arg(long, default_value = "off", value_name = "FILTER")]
    log_filter: String,
}

pub(super) async fn run(arguments: DemoArgs, _: &ArgMatches) -> anyhow::Result<ExitCode> {
    let mut options = Options::on_free_ports();
    options.log.filter = Some(arguments.log_filter);
    crate::logging::start(&options)?;
    let pool = Running::start(Config::from_options(options)?, Clock::system()).await?;
    print(format!(
        "A pool is up: {}, on loopback, with free ports and an empty past.\n",
        pool.endpoints.fqdn
    ))?;

    print("\n1. Ken Myer's phone signs in with the right PIN.\n\n")?;
    let good = client_of(&pool.endpoints, NUMBER, Pin::new(RIGHT_PIN)).run().await;
    print(super::phone::as_text(&good))?;
    print("\nTest-CsPhoneBootstrap prints of it, as Microsoft's article shows it:\n\n")?;
    print(indented(&TaskOutput::new(&good).render(Dialect::Docs)))?;

    print("\n2. The same phone with a wrong PIN. Test-CsPhoneBootstrap prints, as a console shows it:\n\n")?;
    let bad = client_of(&pool.endpoints, NUMBER, Pin::new(WRONG_PIN)).run().await;
    print(indented(&TaskOutput::new(&bad).render(Dialect::Console)))?;
    print(NEXT)?;
    pool.stop().await;
    Ok(if good.outcome.is_ok() && is_refused_pin(&bad) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether the phone was told what a wrong PIN is told.
fn is_refused_pin(report: &Report) -> bool {
    let failure = report.outcome.as_ref().err();
    let diagnostics = failure.and_then(|failure| failure.response()).and_then(ResponseHead::diagnostics);
    diagnostics.is_some_and(|diagnostics| diagnostics.error_id == 28003)
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

const NEXT: &str = "
Next:
    lyncmock                                 serve a pool on loopback, and print what to type
    lyncmock shell                           the management shell of the pool being served: Get-CsUser, Set-CsClientPin
    lyncmock user list --fixture             a user for each state of a PIN
    lyncmock phone --ext 1301 --pin 1357     sign in to the pool being served, here with a locked PIN
    lyncmock diagnostics                     what is answered to each refusal, and how well that is known
";
