//! `lyncmock Test-CsPhoneBootstrap`: Microsoft's cmdlet, with its parameters and what it prints.

use super::client::ClientArgs;
use super::output::{note, print, told};
use crate::cmdlet::{Bound, Kind, Parameter, bind};
use lync_model::{Evidence, Pin, SipUri};
use lync_phone::{Dialect, Line, SignIn, TaskOutput, TaskResult, transcript};
use serde_json::json;
use std::process::ExitCode;

/// Wrong usage; the cmdlet itself knows only success and failure.
const WRONG_USAGE: u8 = 2;

const fn text(name: &'static str, aliases: &'static [&'static str]) -> Parameter {
    Parameter { name, aliases, kind: Kind::String, position: None, mandatory: false }
}

const fn switch(name: &'static str, aliases: &'static [&'static str]) -> Parameter {
    Parameter { name, aliases, kind: Kind::Switch, position: None, mandatory: false }
}

/// The cmdlet's parameters, and behind two dashes lyncmock's own. Names and aliases are documented.
const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "PhoneOrExt",
        aliases: &["PhoneOrExtension", "ph"],
        kind: Kind::String,
        position: None,
        mandatory: true,
    },
    Parameter { name: "PIN", aliases: &[], kind: Kind::String, position: None, mandatory: true },
    Parameter { position: Some(2), ..text("TargetFqdn", &["t"]) },
    text("UserSipAddress", &["ua"]),
    Parameter {
        name: "RegistrarPort",
        aliases: &["rp"],
        kind: Kind::Int32,
        position: None,
        mandatory: false,
    },
    text("TargetUri", &["twsu"]),
    text("OutVerboseVariable", &["ovv"]),
    text("OutLoggerVariable", &["olv"]),
    switch("Force", &[]),
    switch("Verbose", &["vb"]),
    text("-dialect", &[]),
    text("-dhcp", &[]),
    text("-dhcp-interface", &[]),
    text("-http-port", &[]),
    text("-resolve", &[]),
    text("-ready-file", &[]),
    text("-timeout", &[]),
    switch("-rsa", &[]),
    switch("-json", &[]),
];

const HELP: &str = "\
Test-CsPhoneBootstrap -PhoneOrExt <String> -PIN <String> [[-TargetFqdn] <String>] [-UserSipAddress <String>]
    [-TargetUri <String>] [-RegistrarPort <Int32>] [-OutVerboseVariable <String>] [-OutLoggerVariable <String>]
    [-Force] [-Verbose]

Signs in with a phone number or extension and a PIN, as a Lync 2013 Phone Edition device does, and says whether that
worked. Without -TargetFqdn and -TargetUri the pool is found by DHCP. -Verbose prints the PIN, as the real cmdlet does,
and other users of this machine may see it in the list of processes. -RegistrarPort, -OutVerboseVariable,
-OutLoggerVariable and -Force are understood and change nothing here.

lyncmock's own parameters:
    --dialect docs|console   print as Microsoft's article does, or as a console does [default: console]
    --json                   print one JSON object
    --dhcp ADDR:PORT         ask this DHCP server [default: 127.0.0.1:10067]
    --dhcp-interface NAME    ask every DHCP server on this interface
    --http-port PORT         port of plain HTTP [default: from the HTTPS port: 443 -> 80, 10443 -> 10080]
    --resolve HOST=ADDR      take the host to be there
    --ready-file FILE        sign in to the pool that wrote this file
    --timeout TIME           how long each connection and each request may take: 300ms, 5s
    --rsa                    make an RSA key

Exit code: 0 Success, 1 Failure, 2 wrong usage.
";

pub(super) async fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    if arguments.iter().any(|argument| matches!(argument.as_str(), "-?" | "-h" | "--help" | "-Help")) {
        print(HELP)?;
        return Ok(ExitCode::SUCCESS);
    }
    let (sign_in, bound, dialect) = match parse(arguments) {
        Ok((sign_in, own, bound, dialect)) => (own.in_time(sign_in).await, bound, dialect),
        Err(error) => {
            note(format!(
                "Test-CsPhoneBootstrap : {}\nTest-CsPhoneBootstrap -? tells its parameters.\n",
                told(&error)
            ));
            return Ok(ExitCode::from(WRONG_USAGE));
        }
    };
    let report = sign_in.run().await;
    if bound.is_on("Verbose") {
        for line in transcript(&report, sign_in.credentials()) {
            note(format!("VERBOSE: {}{}\n", line.text, label(&line)));
        }
    }
    let output = TaskOutput::new(&report);
    if bound.is_on("-json") {
        print(format!("{}\n", as_json(&output)))?;
    } else {
        print(format!("\n{}\n", output.render(dialect)))?;
    }
    Ok(match output.result {
        TaskResult::Success => ExitCode::SUCCESS,
        TaskResult::Failure => ExitCode::FAILURE,
    })
}

fn parse(arguments: &[String]) -> anyhow::Result<(SignIn, ClientArgs, Bound, Dialect)> {
    let bound = bind(PARAMETERS, arguments)?;
    let dialect = match bound.get("-dialect") {
        None | Some("console") => Dialect::Console,
        Some("docs") => Dialect::Docs,
        Some(other) => anyhow::bail!("there is no dialect `{other}`; there are docs and console"),
    };
    let own = own_arguments(&bound)?;
    let (fqdn, uri) = (bound.get("TargetFqdn"), bound.get("TargetUri"));
    // The cmdlet asks DHCP for whichever of the two it was not given; with one of them the other follows by its name.
    let wants_dhcp = fqdn.is_none() && uri.is_none();
    let phone_or_ext = bound.get("PhoneOrExt").unwrap_or_default();
    let mut sign_in =
        own.sign_in(phone_or_ext, Pin::new(bound.get("PIN").unwrap_or_default()), wants_dhcp)?;
    if let Some(fqdn) = fqdn {
        sign_in = sign_in.target_fqdn(fqdn);
    }
    if let Some(uri) = uri {
        sign_in = sign_in.target_uri(uri);
    }
    if let Some(user) = bound.get("UserSipAddress") {
        sign_in = sign_in.user_sip_address(user.parse::<SipUri>()?);
    }
    Ok((sign_in, own, bound, dialect))
}

/// lyncmock's own parameters, read by the parser that `lyncmock phone` has.
fn own_arguments(bound: &Bound) -> anyhow::Result<ClientArgs> {
    #[derive(clap::Parser)]
    #[command(name = "Test-CsPhoneBootstrap", no_binary_name = true)]
    struct Own {
        #[command(flatten)]
        client: ClientArgs,
    }
    let mut arguments = Vec::new();
    for name in ["-dhcp", "-dhcp-interface", "-http-port", "-resolve", "-ready-file", "-timeout"] {
        if let Some(value) = bound.get(name) {
            arguments.extend([format!("-{name}"), value.to_owned()]);
        }
    }
    if bound.is_on("-rsa") {
        arguments.push("--rsa".to_owned());
    }
    let own = <Own as clap::Parser>::try_parse_from(arguments);
    // clap's usage lines speak of another command line than this one.
    let own =
        own.map_err(|error| anyhow::anyhow!("{}", error.to_string().lines().next().unwrap_or_default()))?;
    Ok(own.client)
}

/// Says of a line whose wording is not public that it is lyncmock's.
fn label(line: &Line) -> &'static str {
    if line.evidence == Evidence::Inferred { "   [inferred]" } else { "" }
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

    fn arguments(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_articles_command_lines_are_understood() {
        for line in [
            "-PhoneOrExt +12065551219 -Pin 0712",
            "-PhoneOrExt +12065551219 -Pin 0712 -UserSipAddress sip:kenmyer@litwareinc.com",
            "-PhoneOrExt +12065551219 -Pin 0712 -Verbose",
            "-UserSipAddress user@domain -PhoneOrExt EXT -PIN PIN -TargetFqdn lyncserver.domain \
             -TargetUri https://lyncserver.domain:443/CertProv/CertProvisioningService.svc",
        ] {
            assert!(parse(&arguments(line)).is_ok(), "{line}");
        }
    }

    #[test]
    fn a_mistake_is_told_without_the_pin() {
        for line in [
            "-PhoneOrExt 1219 -Pin 90817263 --dialect klingon",
            "-PhoneOrExt 1219 -Pin 90817263 --dhcp here",
            "-PhoneOrExt 1219 -Pin 90817263 -UserSipAddress ken",
            "-PhoneOrExt 1219 -Pin 90817263 --ready-file /nowhere",
        ] {
            let error = parse(&arguments(line)).err().unwrap();
            assert!(!format!("{error:#}").contains("90817263"), "{error:#}");
        }
    }
}
