//! WSDL 1.1 section 2.6, WS-SecurityPolicy 1.2 section 5.4.2: what a client reads of a service's metadata.

use crate::{DecodeError, Documented, Evidence};
use lync_xml::{Document, Element, Limits};

/// The ports of a service.
///
/// Read as the captured client reads them: by local names alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceMetadata {
    /// In the document's order.
    pub ports: Vec<Port>,
}

/// A way to reach the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// `wsdl:port/@name`.
    pub name: String,
    /// URL to post to.
    pub location: String,
    /// Which ticket it wants.
    pub policy: PortPolicy,
}

/// Which ticket a port wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortPolicy {
    /// A ticket, and a signature with its proof key.
    Proof {
        /// URL of the Web Ticket service, without `/mex`.
        issuer: String,
    },
    /// A ticket alone.
    Bearer {
        /// URL of the Web Ticket service, without `/mex`.
        issuer: String,
    },
    /// None; other credentials may be wanted all the same, below or above HTTP.
    Open,
}

impl Documented for ServiceMetadata {
    const NAME: &'static str = "service metadata";
    const EVIDENCE: Evidence = Evidence::Captured;
    const SOURCE: &'static str = "[MS-OCAUTHWS] section 1.5 (issuer in the policy); how pidgin-sipe 1.25.0 \
         reads it";
}

impl ServiceMetadata {
    /// Reads WSDL, bare or within the sections of a `wsx:Metadata` or of a GetResponse.
    ///
    /// # Errors
    /// When the bytes are no well-formed document within `limits`, or when no port is in it.
    pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Self, DecodeError> {
        let document = Document::parse(bytes, limits)?;
        let root = document.root();
        let definitions: Vec<_> = std::iter::once(root)
            .chain(root.descendants())
            .filter(|element| element.local_name() == "definitions")
            .collect();
        let policies: Vec<_> = named(&definitions, "Policy").collect();
        let ports: Vec<_> = named(&definitions, "service")
            .flat_map(Element::children)
            .filter(|child| child.local_name() == "port")
            .filter_map(|port| read_port(port, &policies))
            .collect();
        if ports.is_empty() { Err(DecodeError::Missing("port")) } else { Ok(Self { ports }) }
    }

    /// The port of this name.
    pub fn port(&self, name: &str) -> Option<&Port> {
        self.ports.iter().find(|port| port.name == name)
    }
}

fn named<'a, 'd: 'a>(
    parents: &'a [Element<'d>],
    local: &'static str,
) -> impl Iterator<Item = Element<'d>> + use<'a, 'd> {
    parents.iter().flat_map(|parent| parent.children()).filter(move |child| child.local_name() == local)
}

fn read_port(port: Element<'_>, policies: &[Element<'_>]) -> Option<Port> {
    let name = port.attribute("", "name")?;
    let location = port.child_local("address")?.attribute("", "location")?;
    let id = format!("{name}_policy");
    let policy = policies.iter().find(|policy| {
        policy.attributes().any(|a| a.local_name() == "Id" && a.value().eq_ignore_ascii_case(&id))
    });
    Some(Port {
        name: name.to_owned(),
        location: location.trim().to_owned(),
        policy: policy.map_or(PortPolicy::Open, |policy| read_policy(*policy)),
    })
}

fn read_policy(policy: Element<'_>) -> PortPolicy {
    let issuer = |tokens| {
        let path = ["ExactlyOne", "All", tokens, "Policy", "IssuedToken", "Issuer", "Address"];
        descend(policy, &path).map(|address| address.text().trim().to_owned())
    };
    if let Some(issuer) = issuer("EndorsingSupportingTokens") {
        PortPolicy::Proof { issuer }
    } else if let Some(issuer) = issuer("SignedSupportingTokens") {
        PortPolicy::Bearer { issuer }
    } else {
        PortPolicy::Open
    }
}

/// The first element at the end of a path of local names.
fn descend<'d>(element: Element<'d>, path: &[&str]) -> Option<Element<'d>> {
    let Some((first, rest)) = path.split_first() else {
        return Some(element);
    };
    element.children().filter(|child| child.local_name() == *first).find_map(|child| descend(child, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mex::get_response;
    use crate::soap::Version;
    use proptest::prelude::*;

    /// The least that the captured client was content with.
    const MINIMAL: &str = r#"<wsdl:definitions xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:wsp="http://schemas.xmlsoap.org/ws/2004/09/policy" xmlns:wsu="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/">
 <wsp:Policy wsu:Id="certprovisioningservicewebticketproof_sha1_POLICY"><wsp:ExactlyOne><wsp:All>
  <sp:EndorsingSupportingTokens xmlns:sp="http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702"><wsp:Policy><sp:IssuedToken><sp:Issuer><wsa10:Address xmlns:wsa10="http://www.w3.org/2005/08/addressing"> https://pool.example.test/WebTicket/WebTicketService.svc
</wsa10:Address></sp:Issuer></sp:IssuedToken></wsp:Policy></sp:EndorsingSupportingTokens>
 </wsp:All></wsp:ExactlyOne></wsp:Policy>
 <wsdl:service name="CertProvisioningService"><wsdl:port name="CertProvisioningServiceWebTicketProof_SHA1"><soap:address location="https://pool.example.test/x"/></wsdl:port><wsdl:port name="nowhere"/></wsdl:service>
</wsdl:definitions>"#;

    fn parse(text: &str) -> Result<ServiceMetadata, DecodeError> {
        ServiceMetadata::parse(text.as_bytes(), &Limits::default())
    }

    fn expected() -> ServiceMetadata {
        let issuer = "https://pool.example.test/WebTicket/WebTicketService.svc".to_owned();
        let name = "CertProvisioningServiceWebTicketProof_SHA1".to_owned();
        let location = "https://pool.example.test/x".to_owned();
        ServiceMetadata { ports: vec![Port { name, location, policy: PortPolicy::Proof { issuer } }] }
    }

    #[test]
    fn wsdl_is_read_bare_and_wrapped() {
        assert_eq!(parse(MINIMAL), Ok(expected()));
        for version in [Version::Soap11, Version::Soap12] {
            assert_eq!(parse(&get_response(version, MINIMAL, None)), Ok(expected()));
        }
        let wrapped = format!("<Metadata><MetadataSection>{MINIMAL}</MetadataSection></Metadata>");
        assert_eq!(parse(&wrapped), Ok(expected()));
        assert!(expected().port("CertProvisioningServiceWebTicketProof_SHA1").is_some());
        assert!(expected().port("other").is_none());
    }

    #[test]
    fn the_kind_of_supporting_token_decides() {
        let bearer = parse(&MINIMAL.replace("EndorsingSupportingTokens", "SignedSupportingTokens")).unwrap();
        assert!(matches!(bearer.ports[0].policy, PortPolicy::Bearer { .. }));
        let open = parse(&MINIMAL.replace("EndorsingSupportingTokens", "OtherTokens")).unwrap();
        assert_eq!(open.ports[0].policy, PortPolicy::Open);
        let other = parse(&MINIMAL.replace("sha1_POLICY", "sha2_POLICY")).unwrap();
        assert_eq!(other.ports[0].policy, PortPolicy::Open);
    }

    #[test]
    fn a_document_without_ports_is_refused() {
        assert_eq!(parse("<html/>"), Err(DecodeError::Missing("port")));
        assert_eq!(parse(&MINIMAL.replace("location", "place")), Err(DecodeError::Missing("port")));
        assert!(matches!(parse("<html>"), Err(DecodeError::Xml(_))));
    }

    proptest! {
        #[test]
        fn no_alteration_makes_it_panic(at: prop::sample::Index, byte: u8) {
            let mut bytes = MINIMAL.as_bytes().to_vec();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = ServiceMetadata::parse(&bytes, &Limits::default());
        }
    }
}
