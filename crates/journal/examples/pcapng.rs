//! Writes a capture of connections that a sign-in does not show, for tests/crosscheck/pcapng.sh: TLS 1.2 over IPv4,
//! TLS 1.3 over IPv6, one that was reset and one of which a part is kept. On each of the first two `GET /KIND` was
//! asked and answered.
//!
//! `pcapng FILE keys|no-keys`

use lync_journal::{Filter, Journal, Limits};
use lync_model::Clock;
use lync_model::rules::RuleBook;
use lync_net::{Chunk, EndedConnection, Wire};
use rustls::crypto::aws_lc_rs::default_provider;
use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, Connection, RootCertStore, ServerConfig, ServerConnection};
use rustls::{SupportedProtocolVersion, version};
use std::error::Error;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [file, keys] = arguments.as_slice() else {
        return Err("usage: pcapng FILE keys|no-keys".into());
    };
    let clock = Clock::system();
    let limits = Limits { tls_keys: keys == "keys", ..Limits::default() };
    let journal = Journal::new(clock.clone(), limits, Arc::new(RuleBook::new(clock)));
    let watch = journal.observer("https", true);
    let v4 = talk(&journal, &version::TLS12, "GET /tls12 HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let v6 = talk(&journal, &version::TLS13, "GET /tls13 HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut cut = v4.clone();
    cut.chunks.truncate(1);
    watch.ended(ended(1, "10.99.0.2", "10.99.0.1", v4)?);
    watch.ended(ended(2, "fd00::2", "fd00::1", v6)?);
    let reset = ended(3, "10.99.0.3", "10.99.0.1", Wire::default())?;
    watch.ended(EndedConnection { failed: Some("the gate reset it".to_owned()), reset: true, ..reset });
    watch.ended(ended(4, "10.99.0.4", "10.99.0.1", Wire { cut: true, ..cut })?);
    std::fs::write(file, journal.pcapng(&Filter::default()))?;
    Ok(())
}

fn ended(id: u64, peer: &str, local: &str, wire: Wire) -> Result<EndedConnection> {
    Ok(EndedConnection {
        id,
        peer: (peer.parse::<std::net::IpAddr>()?, 50_000).into(),
        local: (local.parse::<std::net::IpAddr>()?, 10_443).into(),
        duration: Duration::from_millis(100),
        tls: None,
        failed: None,
        note: None,
        reset: false,
        wire,
    })
}

/// A handshake, the request and an answer, in memory; what went over the wire.
fn talk(journal: &Arc<Journal>, version: &'static SupportedProtocolVersion, request: &str) -> Result<Wire> {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = certified.cert.der().clone();
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der())?;
    let provider = Arc::new(default_provider());
    let mut server = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[version])?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)?;
    if let Some(key_log) = journal.key_log() {
        server.key_log = key_log;
    }
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let client = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost")?;
    let mut client = Connection::from(ClientConnection::new(Arc::new(client), name)?);
    let mut server = Connection::from(ServerConnection::new(Arc::new(server))?);
    let mut wire = Wire::default();
    exchange(&mut client, &mut server, &mut wire)?;
    client.writer().write_all(request.as_bytes())?;
    exchange(&mut client, &mut server, &mut wire)?;
    server.writer().write_all(b"HTTP/1.1 204 No Content\r\n\r\n")?;
    exchange(&mut client, &mut server, &mut wire)?;
    Ok(wire)
}

/// Carries bytes to and fro until neither end has any.
fn exchange(client: &mut Connection, server: &mut Connection, wire: &mut Wire) -> Result<()> {
    while client.wants_write() || server.wants_write() {
        carry(client, server, false, wire)?;
        carry(server, client, true, wire)?;
    }
    Ok(())
}

fn carry(from: &mut Connection, to: &mut Connection, sent: bool, wire: &mut Wire) -> Result<()> {
    let mut bytes = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut bytes)?;
    }
    if !bytes.is_empty() {
        let mut rest = bytes.as_slice();
        while !rest.is_empty() {
            to.read_tls(&mut rest)?;
            to.process_new_packets()?;
        }
        let after = Duration::from_millis(u64::try_from(wire.chunks.len())?);
        wire.chunks.push(Chunk { sent, after, bytes });
    }
    Ok(())
}
