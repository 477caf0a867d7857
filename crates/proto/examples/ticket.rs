//! Signs a web ticket and presents it, for other XML tools to check both signatures.
//!
//! `cargo run -p lync-proto --example ticket -- <private key, PKCS #8 DER> <public key, SPKI DER> <directory>` writes
//! `ticket.xml` (the assertion), `request.xml` (a GetAndPublishCert that presents it) and `proof.key` (its proof key).

use lync_proto::certprov::GetAndPublishCertRequest;
use lync_proto::soap::{Version, wrap};
use lync_proto::ticket::{
    ASSERTION_ID_PREFIX, AuthenticationMethod, Confirmation, PresentedTicket, TicketError, TicketHeader,
    TicketKey, WebTicket, p_sha1,
};
use lync_proto::wstrust::Lifetime;
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use time::macros::datetime;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [private, public, directory] = arguments.as_slice() else {
        return Ok(ExitCode::from(2));
    };
    let key = TicketKey::new(&std::fs::read(private)?, std::fs::read(public)?, [7; 32])?;
    let proof_key = p_sha1(b"the client's entropy", b"the server's entropy", 32);
    let ticket = ticket(&key, &proof_key)?;
    let assertion = ticket.sign(&key)?;
    let directory = Path::new(directory);
    std::fs::write(directory.join("request.xml"), request(&ticket, &assertion, &proof_key)?)?;
    std::fs::write(directory.join("ticket.xml"), assertion)?;
    std::fs::write(directory.join("proof.key"), proof_key)?;
    Ok(ExitCode::SUCCESS)
}

fn ticket(key: &TicketKey, proof_key: &[u8]) -> Result<WebTicket, TicketError> {
    Ok(WebTicket {
        assertion_id: "539af23a-5703-4757-a8ba-e4d788e810fa".to_owned(),
        issuer: "https://atl-cs-001.litwareinc.com/WebTicket/WebTicketService.svc".to_owned(),
        audience: "https://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService.svc/WebTicket_Proof"
            .to_owned(),
        user: "sip:kenmyer@litwareinc.com".to_owned(),
        issued: datetime!(2026-01-01 0:00 UTC),
        expires: datetime!(2026-01-01 8:00 UTC),
        confirmation: Confirmation::HolderOfKey { wrapped_key: key.wrap_proof_key(proof_key)? },
        authentication_method: AuthenticationMethod::Password,
    })
}

fn request(ticket: &WebTicket, assertion: &str, proof_key: &[u8]) -> Result<String, TicketError> {
    let lifetime = Lifetime { created: ticket.issued, expires: ticket.expires };
    let presented = PresentedTicket {
        lifetime_xml: &lifetime.inner_xml(),
        assertion_xml: assertion,
        assertion_id: &format!("{ASSERTION_ID_PREFIX}{}", ticket.assertion_id),
    };
    let request = GetAndPublishCertRequest {
        device_id: "{0e324752-e1ab-56eb-8f4a-267c85a97459}".to_owned(),
        entity: "kenmyer@litwareinc.com".to_owned(),
        csr: b"stands for a CSR".to_vec(),
        request_id: None,
        lifetime: None,
    };
    Ok(wrap(Version::Soap11, &TicketHeader::encode(&presented, Some(proof_key))?, &request.encode()))
}
