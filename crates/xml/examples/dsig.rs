//! Signs and verifies documents, to try the signatures against other implementations.
//!
//! `dsig sign (--hmac FILE | --pkcs8 FILE) ID [FILE]` signs the element whose `Id` or `AssertionID` is given
//! and prints the document with the signature: inside the element (enveloped) if that is the root, else as
//! the last child of the root.
//!
//! `dsig verify (--hmac FILE | --spki FILE) [FILE]` checks the first signature of a document and prints the
//! names of the elements that it covers.

use std::error::Error;
use std::io::{self, Read as _, Write as _};

use lync_xml::c14n::{self, Options};
use lync_xml::dsig::{self, Reference, SigningKey, VerifyingKey};
use lync_xml::{Document, Element, Limits};

type Outcome<T> = Result<T, Box<dyn Error>>;

const USAGE: &str =
    "dsig sign (--hmac FILE | --pkcs8 FILE) ID [FILE], or dsig verify (--hmac FILE | --spki FILE) [FILE]";

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let printed = match words.as_slice() {
        ["sign", kind, key, id, file @ ..] => sign(kind, &std::fs::read(key)?, id, &input(file)?)?,
        ["verify", kind, key, file @ ..] => verify(kind, &std::fs::read(key)?, &input(file)?)?,
        _ => return Err(USAGE.into()),
    };
    writeln!(io::stdout().lock(), "{printed}")?;
    Ok(())
}

fn input(files: &[&str]) -> io::Result<Vec<u8>> {
    if let [file] = files {
        return std::fs::read(file);
    }
    let mut input = Vec::new();
    io::stdin().lock().read_to_end(&mut input)?;
    Ok(input)
}

fn sign(kind: &str, key: &[u8], id: &str, document: &[u8]) -> Outcome<String> {
    let key = match kind {
        "--hmac" => SigningKey::hmac_sha1(key),
        "--pkcs8" => SigningKey::from_pkcs8(key)?,
        _ => return Err(USAGE.into()),
    };
    let document = Document::parse(document, &Limits::default())?;
    let root = document.root();
    let has_id =
        |e: &Element<'_>| [e.attribute("", "Id"), e.attribute("", "AssertionID")].contains(&Some(id));
    let element = std::iter::once(root).chain(root.descendants()).find(has_id).ok_or("no such id")?;

    let canonical = c14n::exclusive(element, &Options::default());
    let uri = format!("#{id}");
    let reference = Reference { uri: &uri, enveloped: element == root, canonical: &canonical };
    let signature = dsig::sign(&[reference], &key, "")?;
    let source = root.source();
    let end = source.rfind("</").ok_or("the root must have an end tag")?;
    let (before, after) = source.split_at(end);
    Ok(format!("{before}{signature}{after}"))
}

fn verify(kind: &str, key: &[u8], document: &[u8]) -> Outcome<String> {
    let key = match kind {
        "--hmac" => VerifyingKey::Hmac(key),
        "--spki" => VerifyingKey::PublicKey(key),
        _ => return Err(USAGE.into()),
    };
    let document = Document::parse(document, &Limits::default())?;
    let signature = document.root().find(dsig::NAMESPACE, "Signature").ok_or("there is no signature")?;
    let covered = dsig::verify(signature, &key)?;
    Ok(covered.into_iter().map(Element::local_name).collect::<Vec<_>>().join(" "))
}
