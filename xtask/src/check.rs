//! `cargo xtask check`: what neither the compiler nor clippy can say about this repository.

mod code_map;
mod evidence;
mod links;
mod lock_file;
mod long_files;
mod sleeps;
mod tiers;
mod words;

use crate::repository::Repository;
use std::process::ExitCode;

/// One rule about the whole repository.
struct Check {
    name: &'static str,
    /// What to do when it fails.
    remedy: &'static str,
    /// Finds the places that break the rule, one line for each.
    find: fn(&Repository) -> anyhow::Result<Vec<String>>,
}

const CHECKS: [Check; 8] = [
    lock_file::CHECK,
    tiers::CHECK,
    code_map::CHECK,
    links::CHECK,
    evidence::CHECK,
    words::CHECK,
    sleeps::CHECK,
    long_files::CHECK,
];

/// Runs every check and prints what each found.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let repository = Repository::open()?;
    let mut failed = 0;
    for check in CHECKS {
        let found = (check.find)(&repository).unwrap_or_else(|error| vec![format!("{error:#}")]);
        if found.is_empty() {
            println!("ok      {}", check.name);
            continue;
        }
        failed += 1;
        println!("FAILED  {}", check.name);
        found.iter().for_each(|line| println!("          {line}"));
        println!("        what to do: {}", check.remedy);
    }
    println!("{} of {} checks passed", CHECKS.len() - failed, CHECKS.len());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_passes_every_check() {
        let repository = Repository::open().unwrap();
        for check in CHECKS {
            assert_eq!((check.find)(&repository).unwrap(), Vec::<String>::new(), "{}", check.name);
        }
    }
}
