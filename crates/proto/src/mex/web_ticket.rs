//! [MS-OCAUTHWS] sections 3.2.4.1 and 6.2: the metadata of the Web Ticket service.

use super::fill;
use crate::{Documented, Evidence};

/// Where the service is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebTicketMetadata {
    /// HTTPS URL of the service, without a port's path.
    pub web_ticket_url: String,
}

impl Documented for WebTicketMetadata {
    const NAME: &'static str = "metadata of WebTicketService";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "[MS-OCAUTHWS] sections 3.2.4.1 (port type, messages, actions) and 6.2 \
         (namespace); port names of Set-CsWebServiceConfiguration; what \
         pidgin-sipe 1.25.0 reads of it; types and policies are inferred";
}

impl WebTicketMetadata {
    /// The WSDL: one document that refers to no other, without XML declaration.
    pub fn to_wsdl(&self) -> String {
        fill(include_str!("web_ticket.wsdl"), &[("web_ticket", &self.web_ticket_url)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mex::{Port, PortPolicy, ServiceMetadata, WebTicketPort};
    use lync_xml::Limits;

    #[test]
    fn a_client_finds_every_port() {
        let url = "https://pool.example.test/WebTicket/WebTicketService.svc";
        let wsdl = WebTicketMetadata { web_ticket_url: format!("{url}/") }.to_wsdl();
        let read = ServiceMetadata::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
        let expected = WebTicketPort::ALL.map(|port| Port {
            name: port.name().to_owned(),
            location: format!("{url}{}", port.path()),
            policy: PortPolicy::Open,
        });
        assert_eq!(read.ports, expected);
        assert!(!wsdl.contains("{{") && !wsdl.contains("schemaLocation"));
    }
}
