//! The requests of a phone as text, so that tests can bend them.

use lync_proto::ns;
use lync_tests::raw;

/// IssueToken as a phone sends it, with the entropy 00..1f.
pub(crate) fn issue_token() -> String {
    issue_token_for(
        "https://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService.svc/WebTicket_Proof_SHA1",
        "<Entropy><BinarySecret>AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=</BinarySecret></Entropy>\
         <KeyType>http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey</KeyType>",
    )
}

/// IssueToken for an audience, with these elements at its end.
pub(crate) fn issue_token_for(audience: &str, rest: &str) -> String {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <RequestSecurityToken Context=\"1\" xmlns=\"http://docs.oasis-open.org/ws-sx/ws-trust/200512\">\
         <TokenType>http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1</TokenType>\
         <RequestType>http://schemas.xmlsoap.org/ws/2005/02/trust/Issue</RequestType>\
         <AppliesTo xmlns=\"http://schemas.xmlsoap.org/ws/2004/09/policy\">\
         <EndpointReference xmlns=\"http://www.w3.org/2005/08/addressing\"><Address>{audience}</Address>\
         </EndpointReference></AppliesTo>{rest}</RequestSecurityToken></s:Body></s:Envelope>"
    )
}

/// GetRootCertChains, as a whole HTTP request.
pub(crate) fn root_chains(path: &str) -> Vec<u8> {
    let action = format!("\"{}\"", ns::ACTION_GET_ROOT_CERT_CHAINS);
    raw::post(
        path,
        &[("SOAPAction", &action)],
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <GetRootCertChains xmlns=\"http://schemas.microsoft.com/OCS/AuthWebServices/\"/></s:Body></s:Envelope>",
    )
}
