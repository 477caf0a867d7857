//! Credentials in what went over a connection without TLS: masked by as many asterisks, as every length must stay for
//! the sequence numbers of a capture.
//!
//! Nobody should send a PIN over plain HTTP. A phone that does must not find it in a file.

use lync_net::Wire;

/// Headers whose values are credentials, at the beginning of a line.
const HEADERS: [&[u8]; 4] = [b"\nauthorization:", b"\nproxy-authorization:", b"\ncookie:", b"\nset-cookie:"];

/// Elements that hold a secret, from their local name on.
const ELEMENTS: [&[u8]; 3] = [b"password", b"encryptedpin", b"phoneorext"];

/// The longest prefix of an element's name that is looked through, so that one pass stays one.
const MAX_PREFIX: usize = 64;

/// The same connection with its credentials masked.
pub(crate) fn wire(mut wire: Wire) -> Wire {
    for sent in [false, true] {
        // A credential may lie across two pieces.
        let mut stream: Vec<u8> = Vec::new();
        for chunk in wire.chunks.iter().filter(|chunk| chunk.sent == sent) {
            stream.extend_from_slice(&chunk.bytes);
        }
        mask(&mut stream);
        let mut masked = stream.into_iter();
        for byte in
            wire.chunks.iter_mut().filter(|chunk| chunk.sent == sent).flat_map(|chunk| &mut chunk.bytes)
        {
            *byte = masked.next().unwrap_or(b'*');
        }
    }
    wire
}

/// One pass, whatever a peer sends: what was masked is not looked at again.
fn mask(stream: &mut [u8]) {
    let lower = stream.to_ascii_lowercase();
    let mut at = 0;
    while let Some(rest) = lower.get(at..).filter(|rest| !rest.is_empty()) {
        let Some((secret, length)) = secret(rest) else {
            at += 1;
            continue;
        };
        for byte in stream.iter_mut().skip(at + secret).take(length).filter(|byte| **byte != b' ') {
            *byte = b'*';
        }
        at += secret + length;
    }
}

/// Where the secret begins and how long it is, if one begins with these bytes.
fn secret(bytes: &[u8]) -> Option<(usize, usize)> {
    if let Some(header) = HEADERS.iter().find(|header| bytes.starts_with(header)) {
        let value = bytes.get(header.len()..)?;
        return Some((header.len(), until(value, |byte| matches!(byte, b'\r' | b'\n'))));
    }
    let begin = after_name(bytes)?;
    // From the name on: attributes are no loss, and a tag need not be whole.
    Some((begin, until(bytes.get(begin..)?, |byte| byte == b'<')))
}

/// How long the beginning of a tag is that opens one of the [`ELEMENTS`], up to the end of its name.
fn after_name(bytes: &[u8]) -> Option<usize> {
    let name = bytes.strip_prefix(b"<").filter(|name| !name.starts_with(b"/"))?;
    let prefix = name.iter().take(MAX_PREFIX).position(|byte| *byte == b':').map_or(0, |colon| colon + 1);
    [0, prefix].into_iter().find_map(|prefix| {
        let local = name.get(prefix..)?;
        let element = ELEMENTS.iter().find(|element| local.starts_with(element))?;
        let is_whole = !local.get(element.len()).is_some_and(u8::is_ascii_alphanumeric);
        is_whole.then_some(1 + prefix + element.len())
    })
}

fn until(bytes: &[u8], is_end: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| is_end(*byte)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn masked(pieces: &[(bool, &[u8])]) -> Vec<String> {
        let ended = sample::ended(1, pieces);
        let chunks = wire(ended.wire).chunks;
        chunks.iter().map(|chunk| String::from_utf8(chunk.bytes.clone()).unwrap()).collect()
    }

    #[test]
    fn a_credential_is_masked_by_as_many_asterisks_even_across_pieces() {
        let pieces: [(bool, &[u8]); 3] = [
            (false, b"GET / HTTP/1.1\r\nAuthori"),
            (true, b"zation: Basic seen"),
            (false, b"zation: Basic MTIx\r\nA: b\r\n\r\n<s:Password T='x'>0712</s:Password>x"),
        ];
        assert_eq!(
            masked(&pieces),
            [
                "GET / HTTP/1.1\r\nAuthori",
                "zation: Basic seen",
                "zation: ***** ****\r\nA: b\r\n\r\n<s:Password **********</s:Password>x"
            ]
        );
    }

    #[test]
    fn a_request_without_credentials_stays_as_it_is() {
        let request = "POST /CertProv HTTP/1.1\r\nHost: h\r\n\r\n<a:Envelope>password: 1 http://a:password@b <passwords>2</passwords></a:Envelope>";
        assert_eq!(masked(&[(false, request.as_bytes())]), [request]);
    }
}
