//! [MS-OCAUTHWS] sections 1.5, 3.1.4.1 and 6.1: the metadata of the certificate provisioning service.

use super::fill;
use crate::{Documented, Evidence};

/// Where the service is, and where the tickets for it come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertProvMetadata {
    /// HTTPS URL of the service, without a port's path.
    pub cert_prov_url: String,
    /// HTTP URL of the service for those who have no trust yet, without `/anon`.
    pub cert_prov_anon_url: String,
    /// HTTPS URL of the Web Ticket service, without `/mex`: a client adds that.
    pub web_ticket_url: String,
}

impl Documented for CertProvMetadata {
    const NAME: &'static str = "metadata of CertProvisioningService";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "[MS-OCAUTHWS] sections 1.5 (issuer in the policy), 3.1.4.1 (port type, \
         messages), 6.1 (namespace); what pidgin-sipe 1.25.0 reads of it, \
         CertProvisioningServiceWebTicketProof_SHA1 above all; the types and the names of the other ports are \
         inferred";
}

impl CertProvMetadata {
    /// The WSDL: one document that refers to no other, without XML declaration. Policies, service and ports
    /// are children of the root, where clients look for them.
    pub fn to_wsdl(&self) -> String {
        fill(
            include_str!("cert_prov.wsdl"),
            &[
                ("cert_prov_anon", &self.cert_prov_anon_url),
                ("cert_prov", &self.cert_prov_url),
                ("web_ticket", &self.web_ticket_url),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mex::{CertProvPort, Port, PortPolicy, ServiceMetadata};
    use lync_xml::{Document, Limits};

    fn metadata() -> CertProvMetadata {
        CertProvMetadata {
            cert_prov_url: "https://pool.example.test/CertProv/CertProvisioningService.svc".to_owned(),
            cert_prov_anon_url: "http://pool.example.test/CertProv/CertProvisioningService.svc".to_owned(),
            web_ticket_url: "https://pool.example.test/WebTicket/WebTicketService.svc".to_owned(),
        }
    }

    #[test]
    fn a_client_finds_every_port_with_its_policy() {
        let wsdl = metadata().to_wsdl();
        let read = ServiceMetadata::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
        let issuer = metadata().web_ticket_url;
        let expected = CertProvPort::ALL.map(|port| Port {
            name: port.name().to_owned(),
            location: match port {
                CertProvPort::Anon => format!("{}/anon", metadata().cert_prov_anon_url),
                _ => format!("{}{}", metadata().cert_prov_url, port.path()),
            },
            policy: match port {
                CertProvPort::Proof | CertProvPort::ProofSha1 => PortPolicy::Proof { issuer: issuer.clone() },
                CertProvPort::Bearer => PortPolicy::Bearer { issuer: issuer.clone() },
                CertProvPort::Anon => PortPolicy::Open,
            },
        });
        assert_eq!(read.ports, expected);
    }

    #[test]
    fn policies_and_service_are_children_of_the_root() {
        let wsdl = metadata().to_wsdl();
        let document = Document::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
        let count =
            |name: &str| document.root().children().filter(|child| child.local_name() == name).count();
        assert_eq!((count("Policy"), count("service"), count("binding")), (4, 1, 4));
        assert!(!wsdl.contains("{{") && !wsdl.contains("schemaLocation"));
    }

    #[test]
    fn a_hostile_url_stays_a_url() {
        let wsdl =
            CertProvMetadata { web_ticket_url: "https://a/\"><b>&".to_owned(), ..metadata() }.to_wsdl();
        let read = ServiceMetadata::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(read.ports[0].policy, PortPolicy::Proof { issuer: "https://a/\"><b>&".to_owned() });
    }
}
