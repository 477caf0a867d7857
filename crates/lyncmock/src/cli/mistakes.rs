//! What is said of a command line that is not understood: clap's words, unless they would repeat what may be a PIN.

use super::output::note;
use super::{Cli, WRONG_USAGE, cmdlets};
use crate::scenarios::nearest;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

/// Says it, or prints the help that was asked for, and answers with the exit code.
pub(super) fn told(mut error: clap::Error, arguments: &[OsString]) -> ExitCode {
    if let Some(text) = masked(&error, arguments) {
        note(text);
        return ExitCode::from(WRONG_USAGE);
    }
    suggest_cmdlet(&mut error);
    error.exit()
}

/// The message without the digits that clap's would show; `None` where it shows none.
fn masked(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let secret =
        astray(error, arguments).or_else(|| error.context().find_map(|(_, value)| digits_in(value)))?;
    let text_of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::StyledStr(text)) => Some(text.to_string()),
        _ => None,
    };
    // Of a value that is wrong clap names the option; of a word in a wrong place, the word.
    let option = text_of(ContextKind::InvalidArg).filter(|name| !name.contains(&secret));
    let what = match option {
        Some(name) => format!("the value of '{name}'"),
        None => place(arguments, &secret),
    };
    let why = error.source().map(ToString::to_string).filter(|why| !why.contains(&secret));
    let why = why.map_or_else(String::new, |why| format!(" ({why})"));
    let usage = text_of(ContextKind::Usage).filter(|usage| !usage.contains(&secret));
    let usage = usage.map_or_else(String::new, |usage| format!("{}\n\n", usage.trim_end()));
    Some(format!(
        "error: {what} is not understood{why}; it is not repeated, as it may be a PIN\n\n\
         {usage}For more information, try '--help'.\n"
    ))
}

/// A word in a wrong place of a command that takes a PIN: the rest of one that was typed with a blank in it.
fn astray(error: &clap::Error, arguments: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidArg) else { return None };
    let is_option = word
        .strip_prefix("--")
        .is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    let unexpected = error.kind() == ErrorKind::UnknownArgument && !is_option;
    (unexpected && takes_a_pin(arguments)).then(|| word.clone())
}

/// Whether the command that is called has `--pin`, as far as its name can be made out among what was typed.
fn takes_a_pin(arguments: &[OsString]) -> bool {
    let mut command = &Cli::command();
    for word in arguments.iter().skip(1).filter_map(|word| word.to_str()) {
        command = command.find_subcommand(word).unwrap_or(command);
    }
    command.get_arguments().any(|argument| argument.get_long() == Some("pin"))
}

/// The digits in a text of clap's, if it has nothing else behind an equals sign, or nothing else at all.
fn digits_in(value: &ContextValue) -> Option<String> {
    let digits = |text: &String| {
        let text = text.rsplit('=').next().unwrap_or(text);
        (text.len() > 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.to_owned())
    };
    match value {
        ContextValue::String(text) => digits(text),
        ContextValue::Strings(texts) => texts.iter().find_map(digits),
        _ => None,
    }
}

/// Where the word stands, counted from the command's own name.
fn place(arguments: &[OsString], word: &str) -> String {
    let attached = format!("={word}");
    let is_it = |given: &str| given == word || given.ends_with(&attached);
    let found = arguments.iter().enumerate().skip(1).find(|(_, given)| is_it(&given.to_string_lossy()));
    found.map_or_else(|| "an argument".to_owned(), |(at, _)| format!("argument {at}"))
}

/// The cmdlet that may have been meant, where no command of lyncmock's own is near.
fn suggest_cmdlet(error: &mut clap::Error) {
    if error.get(ContextKind::SuggestedSubcommand).is_some() {
        return;
    }
    let given = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(given)) if given.contains('-') => given.clone(),
        _ => return,
    };
    let names = cmdlets::names();
    if let Some(name) = nearest(&given, names.iter().map(String::as_str)) {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(vec![name]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> String {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let Err(error) = Cli::command().try_get_matches_from(&arguments) else { panic!("{line}") };
        masked(&error, &arguments).unwrap_or_else(|| error.to_string())
    }

    #[test]
    fn what_is_left_of_a_pin_with_a_blank_in_it_is_not_repeated() {
        for line in [
            "lyncmock user set-pin kenmyer --pin 83 920S3c",
            "lyncmock phone --ext 1219 --pin 83 920S3c",
            "lyncmock phone --ext 1219 --pin 83 -920S3c",
        ] {
            let text = said(line);
            assert!(!text.contains("S3c") && text.contains("it may be a PIN"), "{text}");
        }
        assert!(said("lyncmock user set-pin kenmyer --pin 83 920S3c").contains("argument 6"));
    }

    #[test]
    fn what_cannot_be_a_pin_is_named() {
        assert!(said("lyncmock user set-pin kenmyer --pni").contains("'--pni'"));
        assert!(said("lyncmock ready now").contains("'now'"));
    }
}
