//! Header names with the letters in the case in which IIS writes them.
//!
//! The `http` crate keeps names in lower case. hyper writes other spellings when a response carries its private
//! case map as an extension. That extension cannot be built, but hyper's own client makes one when it reads a
//! response with `preserve_header_case`; so a canned response is read once, and its extensions are the template.

use http::{Extensions, HeaderName, Request, Response};
use http_body_util::Empty;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::fmt::Write as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How many values of one name in one response are spelled as asked (three challenges of `WWW-Authenticate` are
/// usual). Further ones get a capital after each hyphen.
const SAME_NAME: usize = 4;

/// The spelling of response header names. Cheap to clone.
#[derive(Clone, Debug)]
pub struct HeaderCase {
    template: Extensions,
}

/// Why names cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum HeaderCaseError {
    /// Not a header name.
    #[error("`{0}` is no header name")]
    Name(String),
    /// hyper did not read the canned response.
    #[error("the spelling of header names could not be learned: {0}")]
    Learn(#[from] hyper::Error),
}

impl HeaderCase {
    /// Learns a spelling for each name, for instance `X-MS-Server-Fqdn`. Names that are not given will have a
    /// capital after each hyphen.
    pub async fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, HeaderCaseError> {
        let (canned, lines) = canned_response(names)?;
        let (ours, mut theirs) = tokio::io::duplex(canned.len().max(1024));
        let (mut sender, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .max_headers(lines + 1)
            .max_buf_size(canned.len().max(8192) * 2)
            .handshake(TokioIo::new(ours))
            .await?;
        // HEAD: whatever the names say of a body, none follows.
        let mut request = Request::new(Empty::<Bytes>::new());
        *request.method_mut() = http::Method::HEAD;
        let respond = async {
            // hyper takes no answer that comes before its question. Reading and writing a pipe whose other end is
            // in this same function fails only if hyper has ended, and that is what `connection` reports.
            let _ = theirs.read(&mut [0; 64]).await;
            let _ = theirs.write_all(canned.as_bytes()).await;
        };
        let (response, ()) = tokio::select! {
            both = async { tokio::join!(sender.send_request(request), respond) } => both,
            Err(error) = connection => return Err(error.into()),
        };
        Ok(Self { template: response?.extensions().clone() })
    }

    /// Makes the server write this response's header names as they were given.
    pub fn apply<B>(&self, response: &mut Response<B>) {
        response.extensions_mut().extend(self.template.clone());
    }
}

/// A response with every name on [`SAME_NAME`] lines, and how many lines these are.
fn canned_response<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<(String, usize), HeaderCaseError> {
    let mut canned = "HTTP/1.1 200 OK\r\n".to_owned();
    let mut lines = 0_usize;
    for name in names {
        let parsed: HeaderName = name.parse().map_err(|_| HeaderCaseError::Name(name.to_owned()))?;
        // hyper reads the values of Transfer-Encoding and of Content-Length, which `0` suits; no others.
        let value = if parsed == http::header::TRANSFER_ENCODING { "chunked" } else { "0" };
        for _ in 0..SAME_NAME {
            write!(canned, "{name}: {value}\r\n").expect("a String takes every write");
            lines += 1;
        }
    }
    canned.push_str("\r\n");
    Ok((canned, lines))
}
