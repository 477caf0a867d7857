//! The recorded requests and figures of a real client, read through the public interface.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy.toml lets tests do so, but helpers beside them do not count as tests"
)]

use lync_proto::certprov::GetAndPublishCertRequest;
use lync_proto::ns;
use lync_proto::soap::{Addressing, Envelope, Version};
use lync_proto::ticket::{TicketError, TicketHeader, TicketKey, WebTicket, p_sha1};
use lync_proto::wstrust::{IssueTokenRequest, KeyType, TokenType};
use lync_xml::{Element, Limits, c14n};
use std::path::PathBuf;

/// Every file, and how its kind starts.
const KINDS: [(&str, &[u8]); 28] = [
    ("01-sip-register-plain.txt", b"REGISTER sip:"),
    (
        "02-web-get-CertProv_CertProvisioningService_svc_mex.txt",
        b"GET /CertProv/CertProvisioningService.svc/mex ",
    ),
    ("03-web-get-WebTicket_WebTicketService_svc_mex.txt", b"GET /WebTicket/WebTicketService.svc/mex "),
    ("04-web-post-WebTicket_WebTicketService_svc.txt", b"POST /WebTicket/WebTicketService.svc "),
    ("05-web-post-WebTicket_WebTicketService_svc.txt", b"POST /WebTicket/WebTicketService.svc "),
    ("06-web-post-WebTicket_WebTicketService_svc.txt", b"POST /WebTicket/WebTicketService.svc "),
    (
        "07-web-post-CertProv_CertProvisioningService_svc_WebTicket_Proof_SHA1.txt",
        b"POST /CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1 ",
    ),
    ("08-csr-from-sipe.pem.txt", b"-----BEGIN CERTIFICATE REQUEST-----"),
    ("09-sip-register-plain.txt", b"REGISTER sip:"),
    ("10-sip-register-gssapi.txt", b"REGISTER sip:"),
    ("11-sip-register-gssapi-decoded.txt", b"record v0301 handshake "),
    ("12-sip-register-gssapi.txt", b"REGISTER sip:"),
    ("13-sip-register-gssapi-decoded.txt", b"record v0301 handshake "),
    ("14-tls-dsk-client-certificate.pem.txt", b"-----BEGIN CERTIFICATE-----"),
    ("15-sip-register-signed.txt", b"REGISTER sip:"),
    ("16-sip-subscribe-vnd-microsoft-roaming-contacts.txt", b"SUBSCRIBE sip:"),
    ("17-sip-subscribe-vnd-microsoft-provisioning-v2.txt", b"SUBSCRIBE sip:"),
    ("18-sip-subscribe-vnd-microsoft-roaming-self.txt", b"SUBSCRIBE sip:"),
    ("19-sip-invite.txt", b"INVITE sip:"),
    ("20-sip-service.txt", b"SERVICE sip:"),
    ("21-sip-service.txt", b"SERVICE sip:"),
    ("22-sip-ack.txt", b"ACK sip:"),
    ("23-sip-info.txt", b"INFO sip:"),
    ("dhcp-options.pcap", b"\xd4\xc3\xb2\xa1"),
    ("dhcp-options.tsv", b"name\tnote\topt43_hex\t"),
    ("dhcp-reference.pcap", b"\xd4\xc3\xb2\xa1"),
    ("outer-tls-clienthello.txt", b"Received Record"),
    ("vectors.json", b"{"),
];

fn read(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/captures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn vector(name: &str) -> String {
    let vectors: serde_json::Value = serde_json::from_slice(&read("vectors.json")).unwrap();
    vectors["wstrust_psha1"][name].as_str().unwrap().to_owned()
}

fn envelope(name: &str) -> Envelope {
    let request = read(name);
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    Envelope::parse(&request[end + 4..], &Limits::default()).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
}

const CERT: &str = "07-web-post-CertProv_CertProvisioningService_svc_WebTicket_Proof_SHA1.txt";

#[test]
fn every_capture_is_there_and_of_its_kind() {
    for (name, start) in KINDS {
        let content = read(name);
        assert!(content.len() > 100, "{name}: {} bytes", content.len());
        let shown = String::from_utf8_lossy(&content[..60]);
        assert!(content.starts_with(start), "{name}: {shown}");
    }
}

#[test]
fn requests_kept_their_line_ends() {
    for (name, _) in KINDS.iter().filter(|(name, _)| name.contains("-web-") || name.contains("-sip-")) {
        if !name.contains("decoded") {
            assert!(read(name).windows(4).any(|window| window == b"\r\n\r\n"), "{name}");
        }
    }
}

#[test]
fn every_ticket_request_asks_for_the_same() {
    for (name, _) in KINDS.iter().filter(|(name, _)| name.contains("WebTicketService_svc.txt")) {
        let envelope = envelope(name);
        assert_eq!(envelope.version(), Version::Soap11);
        assert!(envelope.header().is_none());
        let request = IssueTokenRequest::decode(envelope.body().unwrap()).unwrap();
        assert_eq!(request.token_type, TokenType::Saml11, "{name}");
        assert_eq!(request.key_type, KeyType::Symmetric, "{name}");
        assert_eq!(request.claim_uri.as_deref(), Some("sip:alice@contoso.test"), "{name}");
        assert_eq!(request.entropy.unwrap().len(), 32, "{name}");
    }
}

#[test]
fn the_certificate_request_comes_with_addressing_and_a_ticket() {
    let envelope = envelope(CERT);
    let addressing = Addressing::decode(envelope.header()).unwrap();
    assert_eq!(addressing.action.as_deref(), Some(ns::ACTION_GET_AND_PUBLISH_CERT));
    assert_eq!(addressing.message_id.as_deref(), Some("uuid:0a5b7dc0-4cd7-562f-9435-638db1610fc8"));
    assert_eq!(addressing.reply_to.as_deref(), Some(ns::ADDRESSING_ANONYMOUS));
    assert_eq!(envelope.mandatory_headers().count(), 0);
    let request = GetAndPublishCertRequest::decode(envelope.body().unwrap()).unwrap();
    assert_eq!(request.address(), "alice@contoso.test");
    assert_eq!(request.csr.len(), 614);
}

#[test]
fn the_proof_is_checked_from_entropy_to_signature() {
    let asked = envelope("04-web-post-WebTicket_WebTicketService_svc.txt");
    let entropy = IssueTokenRequest::decode(asked.body().unwrap()).unwrap().entropy.unwrap();
    let server =
        base64::Engine::decode(&base64::engine::general_purpose::STANDARD, vector("entropy_response_b64"));
    let key = p_sha1(&entropy, &server.unwrap(), entropy.len());
    assert_eq!(key, bytes(&vector("proof_key_hex")));
    let envelope = envelope(CERT);
    let header = TicketHeader::find(&envelope).unwrap().unwrap();
    assert_eq!(header.verify_proof(&key), Ok(()));
}

#[test]
fn canonical_forms_are_the_recorded_ones() {
    let envelope = envelope(CERT);
    let canonical = |element: Element<'_>| c14n::exclusive(element, &c14n::Options::default());
    let security = envelope.header().unwrap().child(ns::WSSE, "Security").unwrap();
    let timestamp = security.child(ns::WSU, "Timestamp").unwrap();
    assert_eq!(canonical(timestamp), vector("timestamp_c14n").as_bytes());
    let signed = security.find(ns::DSIG, "SignedInfo").unwrap();
    assert_eq!(canonical(signed), vector("signedinfo_c14n").as_bytes());
    assert_eq!(signed.find(ns::DSIG, "DigestValue").unwrap().text(), vector("digest_value"));
    assert_eq!(security.find(ns::DSIG, "SignatureValue").unwrap().text(), vector("signature_value"));
}

#[test]
fn a_ticket_that_nobody_signed_is_not_accepted() {
    use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let key = TicketKey::new(pair.to_pkcs8v1().unwrap().as_ref(), public.as_ref().to_vec(), [1; 32]).unwrap();
    let envelope = envelope(CERT);
    let header = TicketHeader::find(&envelope).unwrap().unwrap();
    assert_eq!(WebTicket::verify(header.assertion, &key), Err(TicketError::Signatures(0)));
}
