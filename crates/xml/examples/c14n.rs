//! Prints the exclusive canonical form of documents, to compare it with that of other implementations.
//!
//! `c14n [--element N] [--prefixes "p q #default"] [FILE]...`
//!
//! Without files, the documents are read from standard input, separated by NUL; the canonical forms are
//! written in the same order, separated by NUL. `--element` takes the Nth element in document order instead
//! of the root, which is number 0.

use std::error::Error;
use std::io::{self, Read as _, Write as _};

use lync_xml::c14n::{self, Options};
use lync_xml::{Document, Limits};

#[derive(Default)]
struct Arguments {
    element: usize,
    prefixes: String,
    files: Vec<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments()?;
    let mut out = io::stdout().lock();
    for (number, document) in documents(&arguments.files)?.iter().enumerate() {
        if number > 0 {
            out.write_all(b"\0")?;
        }
        let canonical = canonical(document, &arguments).map_err(|e| format!("document {number}: {e}"))?;
        out.write_all(&canonical)?;
    }
    Ok(())
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    let mut arguments = Arguments::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--element" => arguments.element = words.next().ok_or("--element needs a number")?.parse()?,
            "--prefixes" => arguments.prefixes = words.next().ok_or("--prefixes needs a list")?,
            _ => arguments.files.push(word),
        }
    }
    Ok(arguments)
}

fn documents(files: &[String]) -> io::Result<Vec<Vec<u8>>> {
    if !files.is_empty() {
        return files.iter().map(std::fs::read).collect();
    }
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    Ok(input.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect())
}

fn canonical(document: &[u8], arguments: &Arguments) -> Result<Vec<u8>, Box<dyn Error>> {
    let document = Document::parse(document, &Limits::default())?;
    let root = document.root();
    let element = std::iter::once(root).chain(root.descendants()).nth(arguments.element);
    let prefixes: Vec<&str> = arguments.prefixes.split_ascii_whitespace().collect();
    let options = Options { inclusive_prefixes: &prefixes, without: None };
    Ok(c14n::exclusive(element.ok_or("it has fewer elements")?, &options))
}
