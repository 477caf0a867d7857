//! An API that is served, and the plainest possible client.

use crate::double::Double;
use lync_admin::{Access, Client, SecretToken, router};
use lync_net::{CancellationToken, Limits, serve};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The token of [`Served::with_token`].
pub(crate) const TOKEN: &str = "correct-horse-battery";

pub(crate) struct Served {
    pub(crate) addr: SocketAddr,
    pub(crate) pool: Arc<Double>,
    stop: CancellationToken,
}

impl Served {
    pub(crate) async fn on_loopback() -> Self {
        Self::start(Access::Loopback).await
    }

    pub(crate) async fn with_token() -> Self {
        Self::start(Access::Token(SecretToken::new(TOKEN).unwrap())).await
    }

    async fn start(access: Access) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (addr, pool, stop) =
            (listener.local_addr().unwrap(), Arc::new(Double::default()), CancellationToken::new());
        let app = router(pool.clone(), access);
        let limits = Limits::default();
        let stopped = stop.clone();
        tokio::spawn(async move { serve(listener, None, app, limits, stopped).await });
        Self { addr, pool, stop }
    }

    pub(crate) fn client(&self, namespace: Option<&str>) -> Client {
        Client::new(&format!("http://{}", self.addr), None, namespace).unwrap()
    }

    /// Sends a request without further headers than needed.
    pub(crate) async fn ask(&self, method: &str, path: &str) -> Answer {
        self.send(method, path, &[], b"").await
    }

    pub(crate) async fn ask_json(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, path, &[("Content-Type", "application/json")], body.as_bytes()).await
    }

    /// Sends a request; a header `Host` of one's own replaces the right one.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            head.push_str(&format!("Host: {}\r\n", self.addr));
        }
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        let mut socket = TcpStream::connect(self.addr).await.unwrap();
        socket.write_all(head.as_bytes()).await.unwrap();
        socket.write_all(body).await.unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).await.unwrap();
        Answer::read(&answer)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("the answer has a head");
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The problem, after making sure that it is a whole one.
    #[track_caller]
    pub(crate) fn problem(&self) -> Value {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let problem = self.json();
        assert_eq!(problem["type"], "about:blank");
        assert_eq!(problem["status"], self.status);
        for member in ["title", "detail", "kind"] {
            assert!(!problem[member].as_str().unwrap().is_empty(), "{problem}");
        }
        problem
    }
}
