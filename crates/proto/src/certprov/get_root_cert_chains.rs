//! The download of the root chain: `GetRootCertChains` and its answer.

use crate::read::{base64, encode_base64, unexpected};
use crate::{DecodeError, Documented, Evidence, ns};
use lync_xml::{Element, Writer};

/// The element in which one chain stands.
const CHAIN: &str = "RootCertChain";

/// A device asks for the chain that signed the HTTPS certificate, before it has any credentials.
///
/// That there is such an operation, and that the chain is PKCS #7, is documented; its name and elements are
/// not public.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GetRootCertChains;

/// The chains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetRootCertChainsResponse {
    /// Each a PKCS #7 of certificates only, DER; see [`CertificateBag`](crate::pkcs7::CertificateBag).
    pub chains: Vec<Vec<u8>>,
}

impl Documented for GetRootCertChains {
    const NAME: &'static str = "GetRootCertChains";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = "TechNet gg425735 and [MS-OCAUTHWS] section 1.5 (that the chain is \
         downloaded, as PKCS #7); the names are not public";
}

impl Documented for GetRootCertChainsResponse {
    const NAME: &'static str = "GetRootCertChainsResponse";
    const EVIDENCE: Evidence = Evidence::Inferred;
    const SOURCE: &'static str = GetRootCertChains::SOURCE;
}

impl GetRootCertChains {
    /// The element for the body.
    pub fn encode(self) -> String {
        Writer::new().start(Self::NAME).attribute("xmlns", ns::AUTH_WEB_SERVICES).end().finish()
    }

    /// Reads the body's element. The singular is read as well, since nobody knows for certain.
    ///
    /// # Errors
    /// When it is another message.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        let known = [Self::NAME, "GetRootCertChain"].contains(&body.local_name());
        if known && body.namespace() == ns::AUTH_WEB_SERVICES {
            Ok(Self)
        } else {
            Err(unexpected(body, Self::NAME))
        }
    }
}

impl GetRootCertChainsResponse {
    /// The element for the body.
    pub fn encode(&self) -> String {
        self.encode_as(Self::NAME)
    }

    /// The same, named after the request as it was spelled: `GetRootCertChain` is answered in the singular.
    pub fn encode_for(&self, request: Element<'_>) -> String {
        let singular = request.local_name() == "GetRootCertChain";
        self.encode_as(if singular { "GetRootCertChainResponse" } else { Self::NAME })
    }

    fn encode_as(&self, name: &str) -> String {
        let mut writer = Writer::new();
        writer.start(name).attribute("xmlns", ns::AUTH_WEB_SERVICES);
        for chain in &self.chains {
            writer.leaf(CHAIN, &encode_base64(chain));
        }
        writer.end().finish()
    }

    /// Reads the body's element.
    ///
    /// # Errors
    /// When it is another message, or holds no chain, or something that is no Base64.
    pub fn decode(body: Element<'_>) -> Result<Self, DecodeError> {
        let known = [Self::NAME, "GetRootCertChainResponse"].contains(&body.local_name());
        if !known || body.namespace() != ns::AUTH_WEB_SERVICES {
            return Err(unexpected(body, Self::NAME));
        }
        let chains = body.children().filter(|child| child.is(ns::AUTH_WEB_SERVICES, CHAIN));
        let chains = chains.map(|chain| base64(chain, CHAIN)).collect::<Result<Vec<_>, _>>()?;
        if chains.is_empty() { Err(DecodeError::Missing(CHAIN)) } else { Ok(Self { chains }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lync_xml::{Document, Limits};

    fn document(text: &str) -> Document {
        Document::parse(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn the_messages_have_these_bytes() {
        assert_eq!(
            GetRootCertChains.encode(),
            "<GetRootCertChains xmlns=\"http://schemas.microsoft.com/OCS/AuthWebServices/\"></GetRootCertChains>"
        );
        assert_eq!(
            GetRootCertChainsResponse { chains: vec![vec![0], vec![1, 2, 3]] }.encode(),
            "<GetRootCertChainsResponse xmlns=\"http://schemas.microsoft.com/OCS/AuthWebServices/\">\
             <RootCertChain>AA==</RootCertChain><RootCertChain>AQID</RootCertChain></GetRootCertChainsResponse>"
        );
    }

    #[test]
    fn plural_and_singular_read_back() {
        let response = GetRootCertChainsResponse { chains: vec![vec![0x30; 500], vec![7]] };
        assert_eq!(
            GetRootCertChainsResponse::decode(document(&response.encode()).root()),
            Ok(response.clone())
        );
        for request in [GetRootCertChains.encode(), GetRootCertChains.encode().replace("Chains", "Chain")] {
            let request = document(&request);
            assert_eq!(GetRootCertChains::decode(request.root()), Ok(GetRootCertChains));
            let answer = document(&response.encode_for(request.root()));
            let expected = format!("{}Response", request.root().local_name());
            assert_eq!(answer.root().local_name(), expected);
            assert_eq!(GetRootCertChainsResponse::decode(answer.root()), Ok(response.clone()));
        }
    }

    #[test]
    fn other_messages_and_empty_answers_are_refused() {
        let other = document("<GetRootCertChains/>");
        assert!(matches!(GetRootCertChains::decode(other.root()), Err(DecodeError::Unexpected { .. })));
        assert!(matches!(
            GetRootCertChainsResponse::decode(other.root()),
            Err(DecodeError::Unexpected { .. })
        ));
        let empty = document(&GetRootCertChainsResponse { chains: vec![] }.encode());
        assert_eq!(
            GetRootCertChainsResponse::decode(empty.root()),
            Err(DecodeError::Missing("RootCertChain"))
        );
    }
}
