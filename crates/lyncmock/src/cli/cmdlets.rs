//! Each cmdlet as a command: `lyncmock Get-CsUser -Identity kenmyer@litwareinc.com`.
//!
//! The words come from a shell that has split and unquoted them already, and are not read a second time: a value with
//! spaces, quotes or `$` is that value. Options with two dashes are lyncmock's own.

use super::client::ClientArgs;
use super::output::{note, print, told};
use super::server::ServerArgs;
use super::shell::{SessionArgs, broken_off};
use crate::shell::{Console, Ending, Reach, RunningPool, Setup, Synthetic};
use anyhow::Context;
use clap::{Command, CommandFactory, FromArgMatches, Parser};
use lync_admin::Client;
use lync_phone::{Dialect, Line, TaskOutput};
use lync_powershell::Shell;
use serde_json::json;
use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

/// Cmdlets that sign in. Without --server they find the pool as a phone does, which may be a real one.
const SIGN_INS: [&str; 3] = ["Test-CsPhoneBootstrap", "Test-CsClientAuthentication", "Test-CsClientAuth"];

const OWN_HELP: &str = "
lyncmock's own parameters:
    --server URL             work on the pool with this admin API [default: http://127.0.0.1:10088]
    --ready-file FILE        work on the pool that wrote this file
    --token-file FILE        a file with the token that its admin API asks for
    --namespace NAME         see and change this namespace alone
    --data-dir DIR           work on the store's file of a pool that is kept
    --as-role NAME           have the cmdlets of this role alone

";

const SIGN_IN_HELP: &str = "\
Without --server the pool is found as a phone finds it, so that it can be a real one:
    --dialect docs|console   print as Microsoft's article does, or as a console does [default: console]
    --json                   print one JSON object
    --dhcp ADDR:PORT         ask this DHCP server [default: 127.0.0.1:10067]
    --dhcp-interface NAME    ask every DHCP server on this interface
    --http-port PORT         port of plain HTTP [default: from the HTTPS port: 443 -> 80, 10443 -> 10080]
    --resolve HOST=ADDR      take the host to be there
    --ready-file FILE        sign in to the pool that wrote this file
    --timeout TIME           how long each connection and each request may take: 300ms, 5s
    --rsa                    make an RSA key
Other users of this machine may see a PIN that stands here in the list of processes; a shell asks for one.

Exit code: 0 Success, 1 Failure, 2 wrong usage.
";

/// lyncmock's own options of every cmdlet.
#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct OfSession {
    #[command(flatten)]
    session: SessionArgs,
    #[command(flatten)]
    server: ServerArgs,
    /// Print one JSON object; of cmdlets that sign in
    #[arg(long)]
    json: bool,
}

/// lyncmock's own options of cmdlets that sign in.
#[derive(Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct OfSignIn {
    #[command(flatten)]
    client: ClientArgs,
}

/// The cmdlet that the command line calls, if it calls one.
pub(super) fn called(arguments: &[OsString], commands: &Command) -> Option<Vec<String>> {
    let name = arguments.get(1)?.to_str()?;
    // Only a name of Microsoft's form can be one; that keeps aliases such as `%` and `select` out of the command line.
    if name.starts_with('-') || !name.contains('-') || commands.find_subcommand(name).is_some() {
        return None;
    }
    if !is_cmdlet(name) {
        return None;
    }
    // Arguments of Windows are text; what is no UTF-8 could name nothing here.
    Some(arguments.get(1..)?.iter().map(|word| word.to_string_lossy().into_owned()).collect())
}

fn is_cmdlet(name: &str) -> bool {
    unconnected().is_some_and(|shell| shell.names_cmdlet(name))
}

/// The names of all cmdlets.
pub(super) fn names() -> Vec<String> {
    unconnected().map(|shell| shell.complete("", 0).candidates).unwrap_or_default()
}

/// A shell for its names: no connection is made.
fn unconnected() -> Option<Shell> {
    let client = Client::new("http://127.0.0.1:1", None, None).ok()?;
    let pool = Arc::new(RunningPool::new(client));
    let synthetic = Arc::new(Synthetic::new(Reach::Nowhere, Dialect::Console));
    let setup = Setup { deployment: pool, synthetic, role: None };
    Some(setup.shell(Arc::new(Console::new())))
}

pub(super) async fn run(words: Vec<String>) -> anyhow::Result<ExitCode> {
    let name = words.first().cloned().unwrap_or_default();
    let signs_in = SIGN_INS.iter().any(|known| known.eq_ignore_ascii_case(&name));
    let (own, words) = match split(words, signs_in) {
        Ok(split) => split,
        Err(error) => {
            note(format!("{name} : {}\n{name} -? tells its parameters.\n", told(&error)));
            return Ok(ExitCode::from(super::WRONG_USAGE));
        }
    };
    if asks_for_help(&words) {
        return help(&own, &name, signs_in).await;
    }
    let (setup, synthetic) = own.setup().await?;
    let console = Console::new();
    let console = Arc::new(if own.session.json { console.without_output() } else { console });
    let mut shell = setup.shell(console.clone());
    let failed = tokio::select! {
        outcome = shell.run_words(&words) => outcome.failed,
        () = console.stopped() => return Ok(broken_off(&console)),
    };
    if console.refused().is_some() {
        return Ok(broken_off(&console));
    }
    if !signs_in {
        return Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    ended(synthetic.ending(), own.session.json)
}

/// The exit code of a sign-in.
fn ended(ending: Option<Ending>, json: bool) -> anyhow::Result<ExitCode> {
    if let (Some(Ending::Tried(output)), true) = (&ending, json) {
        print(format!("{}\n", as_json(output)))?;
    }
    Ok(match ending {
        Some(ending) if ending.is_success() => ExitCode::SUCCESS,
        Some(_) => ExitCode::FAILURE,
        None => ExitCode::from(super::WRONG_USAGE),
    })
}

fn asks_for_help(words: &[String]) -> bool {
    words.iter().skip(1).any(|word| matches!(word.as_str(), "-?" | "-h" | "--help" | "-Help"))
}

async fn help(own: &Own, name: &str, signs_in: bool) -> anyhow::Result<ExitCode> {
    let (setup, _) = own.setup().await?;
    let mut shell: Shell = setup.shell(Arc::new(Console::new()));
    shell.run_words(&["Get-Help".to_owned(), name.to_owned()]).await;
    print(OWN_HELP)?;
    if signs_in {
        print(SIGN_IN_HELP)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// lyncmock's own options, read.
struct Own {
    session: OfSession,
    /// How a cmdlet that signs in finds the pool, unless the running one tells.
    client: Option<ClientArgs>,
}

impl Own {
    async fn setup(&self) -> anyhow::Result<(Setup, Arc<Synthetic>)> {
        let reach = self.client.clone().map(|client| Reach::Arguments(Box::new(client)));
        let setup = self.session.session.setup(&self.session.server, reach).await?;
        let synthetic = setup.synthetic.clone();
        Ok((setup, synthetic))
    }
}

/// lyncmock's own options taken out of the words. What has two dashes and is none of them is refused.
fn split(words: Vec<String>, signs_in: bool) -> anyhow::Result<(Own, Vec<String>)> {
    let [of_session, of_sign_in] =
        [OfSession::command(), OfSignIn::command()].map(super::defaults::without_empty_variables);
    let (mut for_session, mut for_sign_in, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let name = word.strip_prefix("--").map(|word| word.split('=').next().unwrap_or(word).to_owned());
        let Some(name) = name.filter(|name| !name.is_empty()) else {
            rest.push(word);
            continue;
        };
        let known = [takes(&of_session, &name), takes(&of_sign_in, &name).filter(|_| signs_in)];
        let Some(takes_value) = known.into_iter().flatten().next() else {
            // What stands behind an equals sign may be a PIN; what is no name may be one too.
            let name: String = name.chars().take_while(|c| c.is_alphabetic() || *c == '-').collect();
            anyhow::bail!("A parameter cannot be found that matches parameter name '-{name}'.");
        };
        let value = match takes_value && !word.contains('=') {
            true => Some(words.next().with_context(|| format!("--{name} needs a value"))?),
            false => None,
        };
        let given: Vec<String> = std::iter::once(word).chain(value).collect();
        for (known, list) in known.into_iter().zip([&mut for_session, &mut for_sign_in]) {
            if known.is_some() {
                list.push((name.clone(), given.clone()));
            }
        }
    }
    Ok((own(of_session, of_sign_in, (for_session, for_sign_in), signs_in)?, rest))
}

/// An option's name, and the words that give it.
type Given = (String, Vec<String>);

fn own(
    of_session: Command,
    of_sign_in: Command,
    given: (Vec<Given>, Vec<Given>),
    signs_in: bool,
) -> anyhow::Result<Own> {
    let has = |list: &[Given], wanted: &str| list.iter().any(|(name, _)| name == wanted);
    let (for_session, for_sign_in) = given;
    anyhow::ensure!(
        signs_in || !has(&for_session, "json"),
        "--json is for cmdlets that sign in; in a shell there is `| ConvertTo-Json`"
    );
    // The pool that a server's URL names says itself where it is.
    let aims = for_sign_in.iter().find(|(name, _)| takes(&of_session, name).is_none());
    if let (Some((name, _)), true) = (aims, has(&for_session, "server")) {
        anyhow::bail!("--{name} and --server do not go together");
    }
    let is_aimed = !for_sign_in.is_empty();
    let words = |list: Vec<Given>| list.into_iter().flat_map(|(_, words)| words).collect();
    let session = OfSession::from_arg_matches(&parsed(of_session, words(for_session))?)?;
    let client = OfSignIn::from_arg_matches(&parsed(of_sign_in, words(for_sign_in))?)?.client;
    let by_arguments = signs_in && (is_aimed || session.server.server.is_none());
    Ok(Own { session, client: by_arguments.then_some(client) })
}

/// Whether the command has this option, and if so whether it takes a value.
fn takes(command: &Command, name: &str) -> Option<bool> {
    let option = command.get_arguments().find(|argument| argument.get_long() == Some(name))?;
    Some(option.get_action().takes_values())
}

fn parsed(command: Command, words: Vec<String>) -> anyhow::Result<clap::ArgMatches> {
    // clap's usage lines speak of another command line than this one.
    let first_line = |error: clap::Error| {
        let text = error.to_string();
        anyhow::anyhow!("{}", text.lines().next().unwrap_or_default().trim_start_matches("error: "))
    };
    command.try_get_matches_from(words).map_err(first_line)
}

fn as_json(output: &TaskOutput) -> serde_json::Value {
    let texts = |lines: &[Line]| lines.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
    json!({
        "TargetFqdn": output.target_fqdn,
        "TargetUri": output.target_uri,
        "Result": output.result.to_string(),
        "LatencySeconds": output.latency.as_secs_f64(),
        "Error": output.error.as_ref().map(|line| &line.text),
        "ErrorEvidence": output.error.as_ref().map(|line| line.evidence.as_str()),
        "InnerExceptions": texts(&output.inner_exceptions),
        "Diagnosis": texts(&output.diagnosis),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &[&str]) -> Vec<String> {
        line.iter().map(|word| (*word).to_owned()).collect()
    }

    fn called(name: &str) -> bool {
        super::called(&["lyncmock", name].map(OsString::from), &crate::cli::Cli::command()).is_some()
    }

    #[test]
    fn cmdlets_are_called_in_any_case_and_nothing_else_is_taken_for_one() {
        for name in ["Get-CsUser", "get-csuser", "test-csphonebootstrap", "Test-CsClientAuth", "Get-Help"] {
            assert!(called(name), "{name}");
        }
        for name in ["web-service", "serve", "--version", "select", "%", "Get-CsUsers", "-c"] {
            assert!(!called(name), "{name}");
        }
    }

    #[test]
    fn own_options_are_taken_out_and_values_stay_as_they_are() {
        let line = [
            "Test-CsPhoneBootstrap",
            "-PhoneOrExt",
            "1219 --not $an option",
            "--dialect",
            "docs",
            "-Pin",
            "--json",
            "--timeout=5s",
        ];
        let (own, rest) = split(words(&line), true).unwrap();
        let expected = ["Test-CsPhoneBootstrap", "-PhoneOrExt", "1219 --not $an option", "-Pin"];
        assert_eq!(rest, expected);
        assert!(own.session.json && own.client.is_some());
        let (own, _) = split(words(&["Test-CsClientAuth", "--server", "http://127.0.0.1:1"]), true).unwrap();
        assert!(own.client.is_none());
        let both = words(&["Test-CsClientAuth", "--server", "http://127.0.0.1:1", "--dhcp", "127.0.0.1:67"]);
        assert!(split(both, true).err().unwrap().to_string().contains("--dhcp and --server"));
    }

    #[test]
    fn a_mistake_is_told_without_the_pin() {
        for own in [
            &["--dialect", "klingon"][..],
            &["--dhcp", "here"],
            &["--timeout"],
            &["--pin=90817263"],
            &["--as-role", "Nobody"],
        ] {
            let line = [&["Test-CsPhoneBootstrap", "-PhoneOrExt", "1219", "-Pin", "90817263"], own].concat();
            let error = split(words(&line), true).err().unwrap();
            assert!(!format!("{error:#}").contains("90817263"), "{error:#}");
        }
        let error = split(words(&["Get-CsUser", "--json"]), false).err().unwrap();
        assert!(error.to_string().contains("ConvertTo-Json"), "{error}");
    }
}
