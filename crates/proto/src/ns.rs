//! Namespaces and fixed URIs, spelled as they go over the wire.
//!
//! Unless a line says otherwise they stand in the namespace table of [MS-OCAUTHWS] section 2.2.1.

/// SOAP 1.1 envelope.
pub const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// SOAP 1.2 envelope; only the metadata endpoints are asked in it.
pub const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";
/// XML Schema.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// XML Schema instance.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The CertProv service: target namespace of its WSDL, and prefix of its SOAP actions.
pub const AUTH_WEB_SERVICES: &str = "http://schemas.microsoft.com/OCS/AuthWebServices/";
/// Target namespace of the Web Ticket service's WSDL ([MS-OCAUTHWS] section 6.2).
pub const TEMPURI: &str = "http://tempuri.org/";
/// Diagnostics and policy assertions of the web services (`af`).
pub const WEB_AUTHENTICATION: &str = "urn:component:Microsoft.Rtc.WebAuthentication.2010";
/// Dialect of the claims in an IssueToken request (captured).
pub const AUTH_CLAIMS_DIALECT: &str = "urn:component:Microsoft.Rtc.WebAuthentication.2010:authclaims";
/// WS-Federation authorization, the claims' elements (`auth`).
pub const AUTHORIZATION: &str = "http://schemas.xmlsoap.org/ws/2006/12/authorization";
/// Claim type of a SIP URI; also the format of a web ticket's NameIdentifier (captured).
pub const CLAIM_URI: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/uri";

/// WS-Trust 1.3 as IssueToken uses it: without the trailing slash (captured).
pub const TRUST: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
/// WS-Trust 1.3 as GetAndPublishCert uses it: with a trailing slash.
pub const TRUST_SLASH: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/";
/// RequestType "Issue" of WS-Trust 1.3.
pub const REQUEST_ISSUE: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Issue";
/// RequestType "Issue" of WS-Trust of February 2005, which clients put into a 1.3 request (captured).
pub const REQUEST_ISSUE_2005: &str = "http://schemas.xmlsoap.org/ws/2005/02/trust/Issue";
/// KeyType of a proof-of-possession ticket (captured).
pub const KEY_SYMMETRIC: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/SymmetricKey";
/// KeyType of a bearer ticket (WS-Trust 1.3 section 9.2).
pub const KEY_BEARER: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer";
/// ComputedKey: the proof key is P_SHA1 of both sides' entropy (WS-Trust 1.3 section 4.4.4).
pub const COMPUTED_KEY_PSHA1: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/CK/PSHA1";

/// WS-Addressing 1.0.
pub const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
/// WS-Addressing 1.0's "answer on this connection".
pub const ADDRESSING_ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
/// WCF's namespace for addressing faults of a binding without WS-Addressing (captured).
pub const ADDRESSING_NONE: &str = "http://schemas.microsoft.com/ws/2005/05/addressing/none";
/// WS-Addressing 1.0, WSDL binding (`wsaw`).
pub const ADDRESSING_WSDL: &str = "http://www.w3.org/2006/05/addressing/wsdl";
/// WS-Policy 1.2.
pub const POLICY: &str = "http://schemas.xmlsoap.org/ws/2004/09/policy";
/// WS-SecurityPolicy 1.2.
pub const SECURITY_POLICY: &str = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
/// WCF's policy assertions for HTTP authentication.
pub const HTTP_POLICY: &str = "http://schemas.microsoft.com/ws/06/2004/policy/http";
/// WS-MetadataExchange of September 2004.
pub const MEX: &str = "http://schemas.xmlsoap.org/ws/2004/09/mex";
/// WS-Transfer's Get, by which metadata is asked for (captured).
pub const TRANSFER_GET: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get";
/// WS-Transfer's answer to Get.
pub const TRANSFER_GET_RESPONSE: &str = "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse";
/// WSDL 1.1; also the dialect of a metadata section.
pub const WSDL: &str = "http://schemas.xmlsoap.org/wsdl/";
/// WSDL 1.1's binding to SOAP 1.1.
pub const WSDL_SOAP: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
/// SOAP over HTTP, the transport of every binding.
pub const SOAP_HTTP: &str = "http://schemas.xmlsoap.org/soap/http";

/// WS-Security 1.0 (`wsse`).
pub const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// WS-Security 1.0 utilities: Timestamp, Created, Expires, Id (`wsu`).
pub const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
/// SAML 1.0 and 1.1 assertions.
pub const SAML: &str = "urn:oasis:names:tc:SAML:1.0:assertion";
/// TokenType of a SAML 1.1 assertion, the usual web ticket.
pub const TOKEN_SAML11: &str = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#SAMLV1.1";
/// TokenType of a compact web ticket (captured).
pub const TOKEN_COMPACT: &str = "urn:component:Microsoft.Rtc.WebAuthentication.2010:user-cwt-1";
/// ValueType of a KeyIdentifier that holds an AssertionID (captured).
pub const SAML_ASSERTION_ID: &str =
    "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#SAMLAssertionID";
/// Confirmation by a proof key (SAML 1.1 bindings section 5.1).
pub const CONFIRMATION_HOLDER_OF_KEY: &str = "urn:oasis:names:tc:SAML:1.0:cm:holder-of-key";
/// Confirmation by presenting the ticket (SAML 1.1 bindings section 5.3).
pub const CONFIRMATION_BEARER: &str = "urn:oasis:names:tc:SAML:1.0:cm:bearer";
/// TokenType and ValueType of an X.509 certificate (X.509 token profile 1.0).
pub const TOKEN_X509V3: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3";
/// ValueType of a PKCS#10 in GetAndPublishCert (captured).
pub const VALUE_PKCS10: &str = "http://schemas.microsoft.com/OCS/AuthWebServices.xsd#PKCS10";
/// EncodingType that clients write in GetAndPublishCert; not the URI of WS-Security (captured).
pub const ENCODING_BASE64_SECEXT: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd#Base64Binary";
/// EncodingType of Base64 (WS-Security 1.0).
pub const ENCODING_BASE64: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";
/// Certificate enrollment: RequestID ([MS-WSTEP]).
pub const ENROLLMENT: &str = "http://schemas.microsoft.com/windows/pki/2009/01/enrollment";

/// XML signatures.
pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML encryption.
pub const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// AES-256 key wrap with padding (XML Encryption 1.1 section 5.6.2).
pub const KW_AES256_PAD: &str = "http://www.w3.org/2009/xmlenc11#kw-aes-256-pad";
/// Arrays as WCF serialises them; stands in a captured fault.
pub const SERIALIZATION_ARRAYS: &str = "http://schemas.microsoft.com/2003/10/Serialization/Arrays";

/// Messages of the user-PIN service. lyncmock's own: nothing public describes the real ones.
pub const USER_PIN: &str = "urn:lyncmock:user-pin-service:1";

/// SOAPAction of IssueToken.
pub const ACTION_ISSUE_TOKEN: &str = "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RST/Issue";
/// Action of IssueToken's answer.
pub const ACTION_ISSUE_TOKEN_RESPONSE: &str =
    "http://docs.oasis-open.org/ws-sx/ws-trust/200512/RSTRC/IssueFinal";
/// SOAPAction of GetAndPublishCert (captured).
pub const ACTION_GET_AND_PUBLISH_CERT: &str =
    "http://schemas.microsoft.com/OCS/AuthWebServices/GetAndPublishCert";
/// SOAPAction of GetRootCertChains (inferred from that of GetAndPublishCert).
pub const ACTION_GET_ROOT_CERT_CHAINS: &str =
    "http://schemas.microsoft.com/OCS/AuthWebServices/GetRootCertChains";
