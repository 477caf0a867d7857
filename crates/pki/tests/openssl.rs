//! What the pool writes, read by OpenSSL and by rustls. A machine without the openssl command fails these tests.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use lync_model::ports::{CertificateAuthority, CertificateRequest};
use lync_pki::{KeyKind, Pool, PoolNames, ServerNames, ServerProfile};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Arc, LazyLock};
use std::time::Duration as StdDuration;
use tempfile::TempDir;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);
const FQDN: &str = "atl-cs-001.litwareinc.com";

/// One pool of each kind for all tests: RSA keys are slow to make.
fn pool(kind: KeyKind) -> &'static Pool {
    static P256: LazyLock<Pool> = LazyLock::new(|| new_pool(KeyKind::P256));
    static RSA: LazyLock<Pool> = LazyLock::new(|| new_pool(KeyKind::Rsa2048));
    match kind {
        KeyKind::P256 => &P256,
        KeyKind::Rsa2048 => &RSA,
    }
}

fn new_pool(kind: KeyKind) -> Pool {
    Pool::generate(&PoolNames::new(FQDN, "litwareinc.com").and_loopback(), kind, NOW).unwrap()
}

fn csr(name: &str) -> Vec<u8> {
    let path = format!("{}/../../fixtures/csr/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    pem::parse(std::fs::read(path).unwrap()).unwrap().into_contents()
}

/// A directory with files for the openssl command.
struct Desk(TempDir);

impl Desk {
    fn with(pool: &Pool) -> Self {
        let desk = Self(tempfile::tempdir().unwrap());
        std::fs::write(desk.path("root.pem"), pool.ca_pem()).unwrap();
        desk.put("issuing.pem", pool.issuing_der());
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, certificate: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, pem::encode(&pem::Pem::new("CERTIFICATE", certificate))).unwrap();
        path
    }

    fn openssl(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("openssl");
        command.current_dir(&self.0).args(arguments);
        command.output().expect("the openssl command is needed for these tests")
    }

    fn text(&self, arguments: &[&str]) -> String {
        let output = self.openssl(arguments);
        let text =
            format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "openssl {arguments:?}: {text}");
        text
    }

    /// `openssl verify` at a moment; its output where it refuses.
    fn verify(&self, certificate: &Path, at: OffsetDateTime, more: &[&str]) -> Result<(), String> {
        let at = at.unix_timestamp().to_string();
        let mut arguments = vec!["verify", "-x509_strict", "-no-CApath", "-CAfile", "root.pem"];
        arguments.extend(["-untrusted", "issuing.pem", "-attime", &at]);
        arguments.extend_from_slice(more);
        arguments.push(certificate.to_str().unwrap());
        let output = self.openssl(&arguments);
        if output.status.success() {
            Ok(())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

fn client_certificate(pool: &Pool, name: &str) -> Vec<u8> {
    let user = "sip:kenmyer@litwareinc.com".parse().unwrap();
    let csr = &csr(name);
    let validity = Duration::days(180);
    pool.issue(&CertificateRequest { csr, user: &user, now: NOW, validity, key_size: 1024..=16384 })
        .unwrap()
        .der
}

#[test]
fn client_certificates_verify_against_the_chain() {
    for (kind, requests) in [
        (
            KeyKind::P256,
            &["captured-sipe", "rsa1024-sha1", "rsa4096-sha256", "p256-sha256", "version2-number"][..],
        ),
        (KeyKind::Rsa2048, &["captured-sipe", "rsa2048-sha1", "p256-sha256", "ms-extension-sha1"]),
    ] {
        let pool = pool(kind);
        let desk = Desk::with(pool);
        for request in requests {
            let path = desk.put(request, &client_certificate(pool, request));
            let purpose =
                ["-purpose", "sslclient", "-verify_email", "kenmyer@litwareinc.com", "-auth_level", "0"];
            desk.verify(&path, NOW, &purpose).unwrap_or_else(|error| panic!("{kind} {request}: {error}"));
            let late = desk.verify(&path, NOW + Duration::days(181), &purpose).unwrap_err();
            assert!(late.contains("certificate has expired"), "{late}");
        }
    }
}

#[test]
fn a_client_certificate_shows_the_user_in_subject_and_san() {
    let pool = pool(KeyKind::P256);
    let desk = Desk::with(pool);
    desk.put("client.pem", &client_certificate(pool, "captured-sipe"));
    let text = desk.text(&["x509", "-in", "client.pem", "-noout", "-text"]);
    for part in [
        "Subject: CN = kenmyer@litwareinc.com",
        "URI:sip:kenmyer@litwareinc.com, email:kenmyer@litwareinc.com",
        "TLS Web Client Authentication",
        "Digital Signature, Key Encipherment",
        "X509v3 Authority Key Identifier",
        "X509v3 Subject Key Identifier",
        "Issuer: CN = lyncmock Issuing CA ",
        "Not Before: Jun  1 12:00:00 2013 GMT",
        "Not After : Nov 28 12:00:00 2013 GMT",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[test]
fn server_certificates_verify_for_each_of_their_names_and_both_purposes() {
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let pool = pool(kind);
        let desk = Desk::with(pool);
        let path = desk.put("server.pem", &pool.server_chain()[0]);
        for name in [FQDN, "sip.litwareinc.com", "ucupdates-r2.litwareinc.com", "localhost"] {
            desk.verify(&path, NOW, &["-purpose", "sslserver", "-verify_hostname", name]).unwrap();
        }
        for address in ["127.0.0.1", "::1"] {
            desk.verify(&path, NOW, &["-purpose", "sslserver", "-verify_ip", address]).unwrap();
        }
        desk.verify(&path, NOW, &["-purpose", "sslclient"]).unwrap();
        let other = desk.verify(&path, NOW, &["-verify_hostname", "example.com"]).unwrap_err();
        assert!(other.contains("hostname mismatch"), "{other}");
    }
}

#[test]
fn scenarios_fail_as_they_should() {
    let pool = pool(KeyKind::P256);
    let desk = Desk::with(pool);
    let mut profile = ServerProfile::new(ServerNames::dns(FQDN), NOW);
    (profile.not_before, profile.not_after) = (NOW - Duration::days(30), NOW - Duration::DAY);
    let expired = desk.put("expired.pem", &pool.issue_server(&profile).unwrap().chain()[0]);
    assert!(desk.verify(&expired, NOW, &[]).unwrap_err().contains("certificate has expired"));
    (profile.not_before, profile.not_after) = (NOW + Duration::DAY, NOW + Duration::days(30));
    let early = desk.put("early.pem", &pool.issue_server(&profile).unwrap().chain()[0]);
    assert!(desk.verify(&early, NOW, &[]).unwrap_err().contains("certificate is not yet valid"));
    let lookalike = pool.lookalike(&PoolNames::new(FQDN, "litwareinc.com"), NOW).unwrap();
    let path = desk.put("lookalike.pem", &lookalike.server_chain()[0]);
    assert!(desk.verify(&path, NOW, &["-untrusted", "issuing.pem"]).is_err());
}

#[test]
fn the_chain_prints_root_first() {
    let pool = pool(KeyKind::Rsa2048);
    let desk = Desk::with(pool);
    std::fs::write(desk.path("chain.p7b"), pool.chain_pkcs7()).unwrap();
    let text = desk.text(&["pkcs7", "-inform", "DER", "-in", "chain.p7b", "-print_certs", "-noout"]);
    let subjects: Vec<_> = text.lines().filter(|line| line.starts_with("subject=")).collect();
    assert_eq!(subjects.len(), 2, "{text}");
    assert!(subjects[0].starts_with("subject=CN = lyncmock Root CA "), "{text}");
    assert!(subjects[1].starts_with("subject=CN = lyncmock Issuing CA "), "{text}");
}

#[test]
fn a_pkcs7_by_openssl_is_read() {
    let pool = pool(KeyKind::P256);
    let desk = Desk::with(pool);
    let arguments =
        ["crl2pkcs7", "-nocrl", "-certfile", "root.pem", "-certfile", "issuing.pem", "-outform", "DER"];
    let der = desk.openssl(&arguments).stdout;
    let mut read = lync_proto::pkcs7::certificates_in_pkcs7(&der).unwrap();
    let mut expected = vec![pool.root_der().to_vec(), pool.issuing_der().to_vec()];
    read.sort();
    expected.sort();
    assert_eq!(read, expected);
}

#[test]
fn the_fingerprint_is_the_one_openssl_shows() {
    let pool = pool(KeyKind::P256);
    let desk = Desk::with(pool);
    let text = desk.text(&["x509", "-in", "root.pem", "-noout", "-fingerprint", "-sha256"]);
    assert_eq!(text.trim(), format!("sha256 Fingerprint={}", pool.root_fingerprint_sha256()));
}

#[test]
fn the_ticket_keys_belong_together() {
    let pool = pool(KeyKind::Rsa2048);
    let desk = Desk::with(pool);
    std::fs::write(desk.path("ticket.der"), pool.ticket_signing_pkcs8()).unwrap();
    let arguments = ["pkey", "-inform", "DER", "-in", "ticket.der", "-pubout", "-outform", "DER"];
    assert_eq!(desk.openssl(&arguments).stdout, pool.ticket_signing_spki());
}

/// A whole TLS handshake with client certificate, in memory, by the rules of rustls' own verifiers.
fn handshake(
    pool: &Pool,
    roots: &Pool,
    client: (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
) -> Result<(), String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let time = Arc::new(AtNow);
    let mut trusted = RootCertStore::empty();
    trusted.add(roots.root_der().clone()).unwrap();
    let trusted = Arc::new(trusted);
    let verifier =
        rustls::server::WebPkiClientVerifier::builder_with_provider(trusted.clone(), provider.clone())
            .build()
            .unwrap();
    let server = ServerConfig::builder_with_details(provider.clone(), time.clone())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(pool.server_chain().to_vec(), pool.server_key())
        .unwrap();
    let config = ClientConfig::builder_with_details(provider, time)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(trusted)
        .with_client_auth_cert(client.0, client.1)
        .unwrap();
    let name = ServerName::try_from(FQDN).unwrap();
    let mut client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut server = rustls::ServerConnection::new(Arc::new(server)).unwrap();
    while client.is_handshaking() || server.is_handshaking() {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        server.read_tls(&mut wire.as_slice()).unwrap();
        server.process_new_packets().map_err(|error| format!("server: {error}"))?;
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        client.read_tls(&mut wire.as_slice()).unwrap();
        client.process_new_packets().map_err(|error| format!("client: {error}"))?;
    }
    Ok(())
}

#[derive(Debug)]
struct AtNow;

impl rustls::time_provider::TimeProvider for AtNow {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(NOW.unix_timestamp()).unwrap();
        Some(UnixTime::since_unix_epoch(StdDuration::from_secs(seconds)))
    }
}

#[test]
fn members_of_a_pool_trust_each_other_and_not_a_lookalike() {
    for kind in [KeyKind::P256, KeyKind::Rsa2048] {
        let pool = pool(kind);
        let member = || (pool.server_chain().to_vec(), pool.server_key());
        handshake(pool, pool, member()).unwrap();
        let lookalike = pool.lookalike(&PoolNames::new(FQDN, "litwareinc.com"), NOW).unwrap();
        let error = handshake(pool, &lookalike, member()).unwrap_err();
        assert!(error.starts_with("client: invalid peer certificate"), "{error}");
    }
}
