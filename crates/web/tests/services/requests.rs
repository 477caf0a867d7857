//! The requests of a phone.

use axum::body::Body;
use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use http::header::{AUTHORIZATION, USER_AGENT};
use lync_model::rules::Place;
use lync_net::{Connection, Keep, TlsInfo};
use lync_proto::certprov::{GetAndPublishCertRequest, GetRootCertChains};
use lync_proto::ns;
use lync_proto::soap::{Envelope, Version, wrap};
use lync_proto::ticket::{PresentedTicket, TicketHeader};
use lync_proto::wstrust::{IssueTokenRequest, IssueTokenResponse, KeyType, TokenType, TrustNamespace};
use lync_web::{CERT_PROV_PATH, WEB_TICKET_PATH};
use std::sync::Arc;

pub(crate) const AGENT: &str = "OCPhone/4.0.7577.4512 (Microsoft Lync Phone Edition)";

/// A request that was not sent yet.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) secure: bool,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    keep: Keep,
}

impl Ask {
    pub(crate) fn get(path: &str) -> Self {
        let headers = vec![(USER_AGENT.to_string(), AGENT.to_owned())];
        Self {
            secure: true,
            method: Method::GET,
            path: path.to_owned(),
            headers,
            body: String::new(),
            keep: Keep::default(),
        }
    }

    fn call(path: &str, action: &str, envelope: String) -> Self {
        let mut ask = Self { method: Method::POST, body: envelope, ..Self::get(path) };
        ask.headers.push(("soapaction".to_owned(), format!("\"{action}\"")));
        ask
    }

    pub(crate) fn plain(self) -> Self {
        Self { secure: false, ..self }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn with_body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    /// On a connection that keeps what earlier requests left there.
    pub(crate) fn on(self, keep: &Keep) -> Self {
        Self { keep: keep.clone(), ..self }
    }

    pub(crate) fn basic(self, phone_or_ext: &str, pin: &str) -> Self {
        let basic = STANDARD.encode(format!("{phone_or_ext}:{pin}"));
        self.with(AUTHORIZATION.as_str(), &format!("Basic {basic}"))
    }

    pub(crate) fn into_request(self) -> Request {
        let mut request = Request::builder().method(self.method).uri(self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let tls = self.secure.then(|| {
            Arc::new(TlsInfo { version: "TLSv1_2", cipher: "?", sni: None, client_certificate: None })
        });
        let (peer, local) = ("10.99.0.2:50000".parse().unwrap(), "10.99.0.1:443".parse().unwrap());
        let request = request.extension(Connection { id: 1, peer, local, tls }).extension(self.keep);
        request.body(Body::from(self.body)).unwrap()
    }
}

/// GetRootCertChains, at the service's own address.
pub(crate) fn roots() -> Ask {
    let envelope = wrap(Version::Soap11, "", &GetRootCertChains.encode());
    Ask::call(CERT_PROV_PATH, ns::ACTION_GET_ROOT_CERT_CHAINS, envelope)
}

/// IssueToken for a bearer ticket, without credentials.
pub(crate) fn issue_token(port: &str) -> Ask {
    issue_token_for(port, None)
}

/// The same, with the user whom it expects to get one for.
pub(crate) fn issue_token_for(port: &str, claim: Option<&str>) -> Ask {
    let request = IssueTokenRequest {
        namespace: TrustNamespace::Plain,
        context: None,
        token_type: TokenType::Saml11,
        applies_to: Some(format!("https://pool.test{CERT_PROV_PATH}/WebTicket_Bearer")),
        claim_uri: claim.map(str::to_owned),
        entropy: None,
        lifetime: None,
        key_type: KeyType::Bearer,
    };
    let envelope = wrap(Version::Soap11, "", &request.encode());
    Ask::call(&format!("{WEB_TICKET_PATH}{port}"), ns::ACTION_ISSUE_TOKEN, envelope)
}

/// IssueToken at the PIN port, before it has been challenged.
pub(crate) fn pin() -> Ask {
    issue_token(lync_proto::mex::WebTicketPort::Pin.path())
}

/// GetAndPublishCert, with the ticket of this answer to IssueToken.
pub(crate) fn get_and_publish(answer: &str, entity: &str, csr: &[u8]) -> Ask {
    let envelope = Envelope::parse(answer.as_bytes(), &lync_xml::Limits::default()).unwrap();
    let received = IssueTokenResponse::decode(envelope.body().unwrap()).unwrap();
    let presented = PresentedTicket {
        lifetime_xml: &received.lifetime_xml,
        assertion_xml: &received.response.assertion,
        assertion_id: &received.response.assertion_id,
    };
    publish(&TicketHeader::encode(&presented, None).unwrap(), entity, csr)
}

/// GetAndPublishCert with this header.
pub(crate) fn publish(header: &str, entity: &str, csr: &[u8]) -> Ask {
    let request = GetAndPublishCertRequest {
        device_id: "{0e324752-e1ab-56eb-8f4a-267c85a97459}".to_owned(),
        entity: entity.to_owned(),
        csr: csr.to_vec(),
        request_id: None,
        lifetime: None,
    };
    let envelope = wrap(Version::Soap11, header, &request.encode());
    let path = format!("{CERT_PROV_PATH}/WebTicket_Bearer");
    Ask::call(&path, ns::ACTION_GET_AND_PUBLISH_CERT, envelope)
}

/// One request to each operation of both web services, as rules name them.
pub(crate) fn of_each_operation() -> Vec<(Place, &'static str, Ask)> {
    vec![
        (Place::CertProv, "get-root-cert-chains", roots()),
        (Place::CertProv, "get-root-cert-chains", roots().plain()),
        (Place::CertProv, "get-and-publish-cert", publish("", "kenmyer@litwareinc.com", b"csr")),
        (Place::CertProv, "mex", Ask::get(&format!("{CERT_PROV_PATH}/mex"))),
        (Place::WebTicket, "pin", pin().basic("1219", "0712")),
        (Place::WebTicket, "cert", issue_token("/cert")),
        (Place::WebTicket, "anon", issue_token("/anon")),
        (Place::WebTicket, "win-negotiate", issue_token("")),
        (Place::WebTicket, "mex", Ask::get(&format!("{WEB_TICKET_PATH}/mex"))),
    ]
}
