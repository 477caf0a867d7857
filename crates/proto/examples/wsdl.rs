//! Writes the WSDL of both services into a directory, for SOAP tools to be tried on.
//!
//! `cargo run -p lync-proto --example wsdl -- <directory> [<fqdn>]`

use lync_proto::mex::{CertProvMetadata, WebTicketMetadata};
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> std::io::Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let Some(directory) = arguments.next().map(PathBuf::from) else {
        return Ok(ExitCode::from(2));
    };
    let fqdn = arguments.next().unwrap_or_else(|| "atl-cs-001.litwareinc.com".to_owned());
    let cert_prov = CertProvMetadata {
        cert_prov_url: format!("https://{fqdn}/CertProv/CertProvisioningService.svc"),
        cert_prov_anon_url: format!("http://{fqdn}/CertProv/CertProvisioningService.svc"),
        web_ticket_url: format!("https://{fqdn}/WebTicket/WebTicketService.svc"),
    };
    let web_ticket = WebTicketMetadata { web_ticket_url: cert_prov.web_ticket_url.clone() };
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join("CertProvisioningService.wsdl"), cert_prov.to_wsdl())?;
    std::fs::write(directory.join("WebTicketService.wsdl"), web_ticket.to_wsdl())?;
    Ok(ExitCode::SUCCESS)
}
