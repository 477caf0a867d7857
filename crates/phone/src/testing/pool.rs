//! A pool of canned answers, put together from the messages: enough for a whole sign-in.
//!
//! It checks what a phone sends as a pool would, so that a phone that sends nonsense fails its tests.

use super::web::{Authority, NOW, POOL, WebServer, response, xml};
use super::windows::WindowsDoor;
use crate::{Resolve, SignIn};
use lync_model::{Clock, Pin};
use lync_proto::certprov::{GetAndPublishCertRequest, GetAndPublishCertResponse, GetRootCertChainsResponse};
use lync_proto::mex::{CertProvMetadata, CertProvPort, WebTicketMetadata, WebTicketPort};
use lync_proto::pkcs7::CertificateBag;
use lync_proto::soap::{Envelope, Version, wrap};
use lync_proto::ticket::{
    ASSERTION_ID_PREFIX, AuthenticationMethod, CertificateHeader, Confirmation, TicketHeader, TicketKey,
    WebTicket, p_sha1,
};
use lync_proto::wstrust::{IssueTokenRequest, IssueTokenResponse, KeyType, Proof};
use rcgen::{KeyPair, PublicKeyData};
use std::sync::Arc;
use time::Duration;
use x509_parser::prelude::{FromDer, X509Certificate};

/// The user to whom 1219 and 0712 belong.
pub(crate) const USER: &str = "sip:kenmyer@litwareinc.com";
/// `1219:0712` as Basic has it.
pub(crate) const BASIC: &str = "Basic MTIxOTowNzEy";
/// The captured refusal of a wrong PIN: the header lines in the order in which IIS writes them.
pub(crate) const REFUSED: &str = "HTTP/1.1 401 Unauthorized\r\nCache-Control: private\r\n\
    Content-Type: text/html; charset=utf-8\r\nContent-Length: 6\r\nServer: Microsoft-IIS/8.0\r\n\
    Warning: 120 LYNCSERVER.DOMAIN \"InvalidPin\"\r\nX-Ms-diagnostics: 28003;source=\"LYNCSERVER.DOMAIN\";\
    reason=\"The pin is invalid.\";faultcode=\"wsse:FailedAuthentication\"\r\nX-MS-Server-Fqdn: LYNCSERVER.DOMAIN\r\n\
    WWW-Authenticate: Basic realm =\"LYNC\"\r\nStrict-Transport-Security: max-age=31536000; includeSubDomains\r\n\
    X-Content-Type-Options: nosniff\r\nX-Powered-By: ASP.NET\r\nDate: Thu, 02 Feb 2017 01:20:52 GMT\r\n\r\n<html>";

const CERT_PROV: &str = "https://pool.lab.test/CertProv/CertProvisioningService.svc";
const WEB_TICKET: &str = "https://pool.lab.test/WebTicket/WebTicketService.svc";

/// A running pool.
pub(crate) struct Pool {
    pub(crate) http: WebServer,
    pub(crate) https: WebServer,
}

impl Pool {
    pub(crate) async fn start() -> Self {
        Self::altered(|_, answer| Some(answer)).await
    }

    /// A pool whose answers go through `alter`, which is given the request and the right answer.
    pub(crate) async fn altered(
        alter: impl Fn(&str, Vec<u8>) -> Option<Vec<u8>> + Clone + Send + Sync + 'static,
    ) -> Self {
        let state = Arc::new(State::new());
        let identity = state.authority.identity(POOL, NOW);
        let (plain, plain_alter) = (Arc::clone(&state), alter.clone());
        let http = WebServer::http(move |request| plain_alter(request, plain.root_chain())).await;
        let answer = move |connection, request: &str| alter(request, state.answer(connection, request));
        let https = WebServer::https_by_connection(identity, answer).await;
        Self { http, https }
    }

    /// A phone that signs in here as 1219.
    pub(crate) fn phone(&self, pin: &str) -> SignIn {
        self.settle(SignIn::new("1219", Pin::new(pin)))
    }

    /// A client that signs in here by an account of Windows.
    pub(crate) fn windows(&self, user_name: &str, password: &str) -> SignIn {
        self.settle(SignIn::windows(user_name, password))
    }

    /// Tells a sign-in where the pool is.
    pub(crate) fn settle(&self, sign_in: SignIn) -> SignIn {
        let resolve = Resolve::new().with_address(POOL, 443, self.https.address).with_address(
            POOL,
            80,
            self.http.address,
        );
        sign_in.target_uri(CERT_PROV).resolve(resolve).clock(Clock::stopped(NOW))
    }
}

struct State {
    authority: Authority,
    ticket_key: TicketKey,
    windows: WindowsDoor,
}

impl State {
    fn new() -> Self {
        let pair = KeyPair::generate().unwrap();
        let ticket_key =
            TicketKey::new(&pair.serialize_der(), pair.subject_public_key_info(), [7; 32]).unwrap();
        Self { authority: Authority::new("Lab Root"), ticket_key, windows: WindowsDoor::new() }
    }

    fn root_chain(&self) -> Vec<u8> {
        let bag = CertificateBag { certificates: vec![self.authority.der()] };
        soap(&GetRootCertChainsResponse { chains: vec![bag.encode()] }.encode())
    }

    fn answer(&self, connection: usize, request: &str) -> Vec<u8> {
        let path = request.split_whitespace().nth(1).unwrap();
        let url = format!("https://{POOL}{path}");
        let pin = format!("{WEB_TICKET}{}", WebTicketPort::Pin.path());
        let certificate = format!("{WEB_TICKET}{}", WebTicketPort::Cert.path());
        if url == format!("{CERT_PROV}/mex") {
            let metadata = CertProvMetadata {
                cert_prov_url: CERT_PROV.to_owned(),
                cert_prov_anon_url: CERT_PROV.replace("https", "http"),
                web_ticket_url: WEB_TICKET.to_owned(),
            };
            xml(&metadata.to_wsdl())
        } else if url == format!("{WEB_TICKET}/mex") {
            xml(&WebTicketMetadata { web_ticket_url: WEB_TICKET.to_owned() }.to_wsdl())
        } else if url == WEB_TICKET {
            self.by_windows(connection, request)
        } else if url == pin {
            self.by_pin(request)
        } else if url == certificate {
            self.by_certificate(request)
        } else if url == format!("{CERT_PROV}{}", CertProvPort::ProofSha1.path()) {
            self.publish(request, true)
        } else if url == format!("{CERT_PROV}{}", CertProvPort::Bearer.path()) {
            self.publish(request, false)
        } else {
            response("404 Not Found", &[], url)
        }
    }

    fn by_pin(&self, request: &str) -> Vec<u8> {
        match header(request, "authorization") {
            None => response("401 Unauthorized", &["WWW-Authenticate: Basic realm =\"LYNC\""], "challenge"),
            Some(BASIC) => self.issue(&envelope(request), AuthenticationMethod::Password),
            Some(_) => REFUSED.as_bytes().to_vec(),
        }
    }

    fn by_windows(&self, connection: usize, request: &str) -> Vec<u8> {
        // Every round repeats the whole message.
        let envelope = envelope(request);
        match self.windows.admit(connection, header(request, "authorization")) {
            Ok(()) => self.issue(&envelope, AuthenticationMethod::Password),
            Err(answer) => answer,
        }
    }

    fn by_certificate(&self, request: &str) -> Vec<u8> {
        let envelope = envelope(request);
        let header = CertificateHeader::find(&envelope).unwrap().unwrap();
        let (_, certificate) = X509Certificate::from_der(&header.certificate).unwrap();
        header.verify(certificate.public_key().raw).unwrap();
        assert!(header.created() <= NOW && NOW < header.expires());
        self.issue(&envelope, AuthenticationMethod::X509)
    }

    fn issue(&self, envelope: &Envelope, authentication_method: AuthenticationMethod) -> Vec<u8> {
        let request = IssueTokenRequest::decode(envelope.body().unwrap()).unwrap();
        let random = vec![9; 32];
        let (confirmation, proof) = match (&request.key_type, &request.entropy) {
            (KeyType::Bearer, None) => (Confirmation::Bearer, Proof::None),
            (KeyType::Symmetric, Some(entropy)) => {
                let key = p_sha1(entropy, &random, entropy.len());
                let wrapped_key = self.ticket_key.wrap_proof_key(&key).unwrap();
                (Confirmation::HolderOfKey { wrapped_key }, Proof::Computed { server_entropy: random.into() })
            }
            other => panic!("{other:?}"),
        };
        let ticket = WebTicket {
            assertion_id: "5b5d3f9e-6f0c-4f0a-9d3b-0d1c6a3c9f11".to_owned(),
            issuer: WEB_TICKET.to_owned(),
            audience: request.applies_to.clone().unwrap(),
            user: USER.to_owned(),
            issued: NOW,
            expires: NOW + Duration::hours(8),
            confirmation,
            authentication_method,
        };
        let response = IssueTokenResponse {
            namespace: request.namespace,
            context: request.context,
            assertion: ticket.sign(&self.ticket_key).unwrap(),
            assertion_id: format!("{ASSERTION_ID_PREFIX}{}", ticket.assertion_id),
            proof,
            created: ticket.issued,
            expires: ticket.expires,
            applies_to: request.applies_to,
        };
        soap(&response.encode())
    }

    fn publish(&self, request: &str, with_proof: bool) -> Vec<u8> {
        let envelope = envelope(request);
        let header = TicketHeader::find(&envelope).unwrap().unwrap();
        let ticket = WebTicket::verify(header.assertion, &self.ticket_key).unwrap();
        match (with_proof, &ticket.confirmation) {
            (true, Confirmation::HolderOfKey { wrapped_key }) => {
                header.verify_proof(&self.ticket_key.unwrap_proof_key(wrapped_key).unwrap()).unwrap();
            }
            (false, Confirmation::Bearer) => assert!(header.signature.is_none()),
            other => panic!("{other:?}"),
        }
        let request = GetAndPublishCertRequest::decode(envelope.body().unwrap()).unwrap();
        assert_eq!(format!("sip:{}", request.address()), ticket.user);
        let response = GetAndPublishCertResponse {
            device_id: request.device_id,
            outcome: Ok(self.authority.issue(&request.csr, &request.entity, NOW)),
            entity: request.entity,
            request_id: request.request_id,
        };
        soap(&response.encode())
    }
}

fn soap(body: &str) -> Vec<u8> {
    xml(&wrap(Version::Soap11, "", body))
}

fn envelope(request: &str) -> Envelope {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    Envelope::parse(body.as_bytes(), &crate::soap::limits()).unwrap()
}

/// A header of a request.
pub(crate) fn header<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let (head, _) = request.split_once("\r\n\r\n").unwrap();
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(": ")?;
        found.eq_ignore_ascii_case(name).then_some(value)
    })
}
