//! What of a sign-in cannot be saved: the handshake and the signatures, each on its own on one core.

use lync_model::ports::{CertificateAuthority, CertificateRequest};
use lync_pki::{KeyKind, Pool, PoolNames};
use lync_proto::ticket::{AuthenticationMethod, Confirmation, TicketKey, WebTicket};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection};
use std::sync::Arc;
use std::time::{Duration, Instant};
use time::OffsetDateTime;

const ROUNDS: u32 = 2000;

pub(crate) struct Cost {
    pub(crate) name: &'static str,
    pub(crate) microseconds: f64,
}

pub(crate) fn measure() -> Vec<Cost> {
    let now = lyncmock::Clock::system().now();
    let names = PoolNames::new("atl-cs-001.litwareinc.com", "litwareinc.com");
    let pool = Pool::generate(&names, KeyKind::P256, now).unwrap();
    vec![
        Cost { name: "  TLS 1.3 handshake, the pool's half", microseconds: handshake(&pool) },
        Cost { name: "  web ticket, signed and verified", microseconds: ticket(&pool, now) },
        Cost { name: "  certificate, CSR checked and signed", microseconds: certificate(&pool, now) },
    ]
}

fn each(mut action: impl FnMut() -> Duration) -> f64 {
    let total: Duration = (0..ROUNDS).map(|_| action()).sum();
    total.as_secs_f64() * 1e6 / f64::from(ROUNDS)
}

fn timed(action: impl FnOnce()) -> Duration {
    let began = Instant::now();
    action();
    began.elapsed()
}

fn handshake(pool: &Pool) -> f64 {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(pool.server_chain().to_vec(), pool.server_key())
        .unwrap();
    server.send_tls13_tickets = 0;
    let mut roots = RootCertStore::empty();
    roots.add(pool.root_der().clone()).unwrap();
    let mut client = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    client.resumption = rustls::client::Resumption::disabled();
    let (server, client) = (Arc::new(server), Arc::new(client));
    each(|| {
        let name = ServerName::try_from("atl-cs-001.litwareinc.com").unwrap();
        let mut client = ClientConnection::new(Arc::clone(&client), name).unwrap();
        let mut server = ServerConnection::new(Arc::clone(&server)).unwrap();
        let mut servers = Duration::ZERO;
        let (mut to_server, mut to_client) = (Vec::new(), Vec::new());
        while client.is_handshaking() || server.is_handshaking() {
            client.write_tls(&mut to_server).unwrap();
            servers += timed(|| {
                server.read_tls(&mut to_server.as_slice()).unwrap();
                server.process_new_packets().unwrap();
                server.write_tls(&mut to_client).unwrap();
            });
            client.read_tls(&mut to_client.as_slice()).unwrap();
            client.process_new_packets().unwrap();
            to_server.clear();
            to_client.clear();
        }
        servers
    })
}

fn ticket(pool: &Pool, now: OffsetDateTime) -> f64 {
    let key = TicketKey::new(
        pool.ticket_signing_pkcs8(),
        pool.ticket_signing_spki().to_vec(),
        *pool.ticket_wrapping_key(),
    );
    let key = key.unwrap();
    let ticket = WebTicket {
        assertion_id: "539af23a-5703-4757-a8ba-e4d788e810fa".to_owned(),
        issuer: "https://atl-cs-001.litwareinc.com/WebTicket/WebTicketService.svc".to_owned(),
        audience: "https://atl-cs-001.litwareinc.com/CertProv/CertProvisioningService.svc".to_owned(),
        user: "sip:kenmyer@litwareinc.com".to_owned(),
        issued: now,
        expires: now + time::Duration::hours(8),
        confirmation: Confirmation::HolderOfKey { wrapped_key: key.wrap_proof_key(&[7; 32]).unwrap() },
        authentication_method: AuthenticationMethod::Password,
    };
    each(|| {
        timed(|| {
            let assertion = ticket.sign(&key).unwrap();
            let document =
                lync_xml::Document::parse(assertion.as_bytes(), &lync_xml::Limits::default()).unwrap();
            WebTicket::verify(document.root(), &key).unwrap();
        })
    })
}

fn certificate(pool: &Pool, now: OffsetDateTime) -> f64 {
    let key = rcgen::KeyPair::generate().unwrap();
    let csr = rcgen::CertificateParams::default().serialize_request(&key).unwrap();
    let user = "sip:kenmyer@litwareinc.com".parse().unwrap();
    each(|| {
        let request = CertificateRequest {
            csr: csr.der(),
            user: &user,
            now,
            validity: time::Duration::days(180),
            key_size: 1024..=16384,
        };
        timed(|| drop(pool.issue(&request).unwrap()))
    })
}
