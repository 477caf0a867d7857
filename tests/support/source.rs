//! Requests from another address of this machine: all of 127.0.0.0/8 is here.

use crate::raw::{PATIENCE, RawResponse, address, exchange};
use lync_net::tls::{self, TrustStore};
use lyncmock::LyncMock;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

async fn connect(source: Ipv4Addr, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((source, 0).into()).unwrap();
    timeout(PATIENCE, socket.connect(to)).await.expect("a connection in time").unwrap()
}

/// Sends `request` from `source` to the pool's HTTP listener and reads one response.
pub async fn over_tcp(pool: &LyncMock, source: Ipv4Addr, request: &[u8]) -> RawResponse {
    exchange(connect(source, address(&pool.endpoints().http)).await, request).await
}

/// Sends `request` from `source` to the pool's HTTPS listener, trusting its root alone, and reads one response.
pub async fn over_tls(pool: &LyncMock, source: Ipv4Addr, request: &[u8]) -> RawResponse {
    let root = CertificateDer::from_pem_slice(pool.ca_pem().as_bytes()).unwrap();
    let config = tls::client(TrustStore::new([root]).unwrap(), None, pool.clock()).unwrap();
    let socket = connect(source, address(&pool.endpoints().https)).await;
    let name = ServerName::try_from(pool.endpoints().fqdn.clone()).unwrap();
    let stream = timeout(PATIENCE, TlsConnector::from(config).connect(name, socket));
    exchange(stream.await.expect("a handshake in time").unwrap(), request).await
}
