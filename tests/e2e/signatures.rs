//! What lyncmock signs, judged by xmlsec1.

use crate::tickets::{AUDIENCE, ticket};
use lync_proto::soap::{self, Version};
use lync_tests::{pool, tool};
use tempfile::TempDir;

const SYMMETRIC: &str =
    "<Entropy><BinarySecret>AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=</BinarySecret></Entropy>";
const SAML: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";

#[tokio::test]
async fn xmlsec1_verifies_the_tickets_signature_with_the_pools_ticket_key() {
    let pool = pool().await;
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    let folder = TempDir::new().unwrap();
    let (document, key) = (folder.path().join("ticket.xml"), folder.path().join("key.pem"));
    std::fs::write(&document, &ticket.received.response.assertion).unwrap();
    let der = folder.path().join("key.der");
    std::fs::write(&der, pool.ticket_public_key()).unwrap();
    let pem = ["pkey", "-pubin", "-inform", "der", "-in", tool::path(&der), "-out", tool::path(&key)];
    tool::run("openssl", &pem);
    let arguments = [
        "--verify",
        "--pubkey-pem",
        tool::path(&key),
        "--id-attr:AssertionID",
        &format!("{SAML}:Assertion"),
        tool::path(&document),
    ];
    let said = tool::run("xmlsec1", &arguments);
    assert!(said.contains("OK"), "{said}");

    // It is the content that counts: another user, and xmlsec1 refuses.
    let altered = ticket.received.response.assertion.replace("sip:kenmyer@", "sip:disabled@");
    std::fs::write(&document, altered).unwrap();
    let refused = std::process::Command::new("xmlsec1").args(arguments).output().unwrap();
    assert!(!refused.status.success());
}

#[tokio::test]
async fn xmlsec1_verifies_the_clients_proof_with_the_proof_key() {
    let pool = pool().await;
    let ticket = ticket(&pool, AUDIENCE, SYMMETRIC).await;
    let folder = TempDir::new().unwrap();
    let (document, key) = (folder.path().join("request.xml"), folder.path().join("proof.key"));
    // Without the assertion, whose own signature xmlsec1 would find first.
    let header = ticket.header();
    let (start, end) = (header.find("<saml:Assertion").unwrap(), header.find("</saml:Assertion>").unwrap());
    let header = format!("{}{}", &header[..start], &header[end + "</saml:Assertion>".len()..]);
    std::fs::write(&document, soap::wrap(Version::Soap11, &header, "<a/>")).unwrap();
    std::fs::write(&key, ticket.proof_key.unwrap()).unwrap();
    let said = tool::run(
        "xmlsec1",
        &[
            "--verify",
            "--hmackey",
            tool::path(&key),
            "--id-attr:Id",
            &format!("{WSU}:Timestamp"),
            tool::path(&document),
        ],
    );
    assert!(said.contains("OK"), "{said}");
}
