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
    ///
    /// The policy of WebTicketServiceWinNegotiate asks for NTLM, whatever the port's name says: `NTLM` is the
    /// one challenge that was captured there, and a client must find there what it is then asked for.
    pub fn to_wsdl(&self) -> String {
        fill(include_str!("web_ticket.wsdl"), &[("web_ticket", &self.web_ticket_url)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mex::{Port, PortPolicy, ServiceMetadata, WebTicketPort};
    use crate::ns;
    use lync_xml::{Document, Limits};

    /// The local names of WCF's assertions for HTTP authentication in a port's policy.
    fn http_authentication(wsdl: &str, port: WebTicketPort) -> Vec<String> {
        let id = format!("{}_policy", port.name());
        let document = Document::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
        let policy = document.root().children().find(|e| e.attribute(ns::WSU, "Id") == Some(&id)).unwrap();
        let assertions = policy.descendants().filter(|element| element.namespace() == ns::HTTP_POLICY);
        assertions.map(|element| element.local_name().to_owned()).collect()
    }

    #[test]
    fn a_policy_asks_for_what_its_port_challenges_with() {
        let wsdl = WebTicketMetadata { web_ticket_url: "https://a/b.svc".to_owned() }.to_wsdl();
        let asked = WebTicketPort::ALL.map(|port| http_authentication(&wsdl, port));
        let [windows, pin, anonymous, certificate] = asked;
        assert_eq!(windows, ["NtlmAuthentication"]);
        assert_eq!(pin, ["BasicAuthentication"]);
        assert!(anonymous.is_empty() && certificate.is_empty());
    }

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
