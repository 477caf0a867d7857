//! Writes one test for each scenario of the catalogue, so that an entry without a test cannot exist.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Where the catalogue is, seen from this package.
const CATALOGUE: &str = "../fixtures/scenarios";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CATALOGUE}");
    println!("cargo::rerun-if-changed=build.rs");
    let mut tests = String::new();
    for file in chapters()? {
        for name in names(&file)? {
            writeln!(tests, "#[tokio::test]\nasync fn {}() {{", name.replace('-', "_"))?;
            writeln!(tests, "    super::prove({name:?}).await;\n}}\n")?;
        }
    }
    let out = env::var_os("OUT_DIR").ok_or("Cargo sets OUT_DIR")?;
    fs::write(Path::new(&out).join("scenarios.rs"), tests)?;
    Ok(())
}

/// The files of the catalogue, in the order of their names.
fn chapters() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(CATALOGUE)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The names of a file's scenarios. What else is in it the model reads, and says what is wrong with it.
fn names(file: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let wrong = |problem: String| format!("{}: {problem}", file.display());
    let text = fs::read_to_string(file)?;
    let content: toml::Table = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let scenarios = content.get("scenario").and_then(toml::Value::as_array);
    let scenarios = scenarios.ok_or_else(|| wrong("there is no [[scenario]]".to_owned()))?;
    let name = |scenario: &toml::Value| Some(scenario.get("name")?.as_str()?.to_owned());
    let names: Option<Vec<String>> = scenarios.iter().map(name).collect();
    names.ok_or_else(|| wrong("a scenario has no name".to_owned()).into())
}
