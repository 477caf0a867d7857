//! Credentials in what went over a connection without TLS: masked by as many asterisks, as every length must stay for
//! the sequence numbers of a capture.
//!
//! Nobody should send a PIN over plain HTTP. A phone that does must not find it in a file.

use lync_net::Wire;

/// Headers whose values are credentials, at the beginning of a line.
const HEADERS: [&[u8]; 4] = [b"\nauthorization", b"\nproxy-authorization", b"\ncookie", b"\nset-cookie"];

/// Elements that hold a secret, from their local name on.
const ELEMENTS: [&[u8]; 6] =
    [b"password", b"encryptedpin", b"phoneorext", b"binarysecret", b"ciphervalue", b"signaturevalue"];

/// The longest run of blanks between a header's name and its colon that is looked through.
const MAX_BLANKS: usize = 64;

/// What follows the target in a request line.
const VERSION: &[u8] = b" HTTP/1.";

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
        stream.split_mut(|byte| *byte == b'\n').for_each(mask_request_line);
        let mut masked = stream.into_iter();
        for byte in
            wire.chunks.iter_mut().filter(|chunk| chunk.sent == sent).flat_map(|chunk| &mut chunk.bytes)
        {
            *byte = masked.next().unwrap_or(b'*');
        }
    }
    wire
}

/// Masks user name, password and query in the target of a request line; other lines stay. A query of letters alone, as
/// in `?wsdl`, is no credential.
fn mask_request_line(line: &mut [u8]) {
    let Some(end) = line.windows(VERSION.len()).rposition(|bytes| bytes == VERSION) else {
        return;
    };
    let Some(target) = line.get_mut(..end) else { return };
    let query = target.iter().position(|byte| *byte == b'?').unwrap_or(target.len());
    let (target, query) = target.split_at_mut(query);
    if let Some((_, query)) = query.split_first_mut()
        && !query.iter().all(u8::is_ascii_alphabetic)
    {
        query.fill(b'*');
    }
    let authority = target.windows(2).position(|bytes| bytes == b"//").map_or(target.len(), |at| at + 2);
    let authority = target.get_mut(authority..).unwrap_or_default();
    let authority_end = until(authority, |byte| byte == b'/');
    let user = authority.iter().take(authority_end).rposition(|byte| *byte == b'@').unwrap_or(0);
    authority.iter_mut().take(user).for_each(|byte| *byte = b'*');
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
        let shown = |byte: &u8| matches!(byte, b' ' | b'\r' | b'\n');
        for byte in stream.iter_mut().skip(at + secret).take(length).filter(|byte| !shown(byte)) {
            *byte = b'*';
        }
        at += secret + length;
    }
}

/// Where the secret begins and how long it is, if one begins with these bytes.
fn secret(bytes: &[u8]) -> Option<(usize, usize)> {
    if let Some(begin) = after_header(bytes) {
        return Some((begin, end_of_value(bytes.get(begin..)?)));
    }
    let begin = after_name(bytes)?;
    // From the name on: attributes are no loss, and a tag need not be whole.
    Some((begin, until(bytes.get(begin..)?, |byte| byte == b'<')))
}

/// How long the beginning of a header of the [`HEADERS`] is, with its colon. Nobody may write blanks before that; who
/// does is refused, and what was sent is kept all the same.
fn after_header(bytes: &[u8]) -> Option<usize> {
    let header = HEADERS.iter().find(|header| bytes.starts_with(header))?;
    let rest = bytes.get(header.len()..)?;
    let blanks = rest.iter().take(MAX_BLANKS).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (rest.get(blanks) == Some(&b':')).then_some(header.len() + blanks + 1)
}

/// The value of a header reaches to the end of its line, and over lines that begin with a blank (RFC 9112 5.2).
fn end_of_value(value: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(pair, [b'\n', next] if !matches!(next, b' ' | b'\t'));
    value.windows(2).position(ends).unwrap_or(value.len())
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
    fn a_credential_in_an_odd_place_is_masked_too() {
        for (sent, kept) in [
            (
                "GET / HTTP/1.1\r\nAuthorization:\r\n Basic MTIx\r\nA: b",
                "GET / HTTP/1.1\r\nAuthorization:\r\n ***** ****\r\nA: b",
            ),
            ("\r\nAUTHORIZATION \t: Basic MTIx", "\r\nAUTHORIZATION \t: ***** ****"),
            ("GET http://1219:0712@h/a?wsdl HTTP/1.1\r\n", "GET http://*********@h/a?wsdl HTTP/1.1\r\n"),
            ("GET /a@b?pin=0712 HTTP/1.1\r\n", "GET /a@b?******** HTTP/1.1\r\n"),
            ("<BinarySecret>AA</BinarySecret>", "<BinarySecret***</BinarySecret>"),
        ] {
            assert_eq!(masked(&[(false, sent.as_bytes())]), [kept]);
        }
    }

    #[test]
    fn a_request_without_credentials_stays_as_it_is() {
        let request = "POST /CertProv HTTP/1.1\r\nHost: h\r\n\r\n<a:Envelope>password: 1 http://a:password@b <passwords>2</passwords></a:Envelope>";
        assert_eq!(masked(&[(false, request.as_bytes())]), [request]);
    }
}
