//! The head of a response, as it came over the wire.

use lync_proto::diagnostics::{MsDiagnostics, Warning};
use std::fmt;

/// Status line and headers of an HTTP response.
///
/// Names keep their case and the headers their order, which hyper gives away and the cmdlet's output shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The status code.
    pub status: u16,
    /// The text behind it, as the server wrote it.
    pub reason: String,
    /// Names and values. Bytes that are not UTF-8 are shown as ISO 8859-1.
    pub headers: Vec<(String, String)>,
}

/// More lines than any server of this time sends.
pub(super) const MAX_HEADERS: usize = 100;

impl ResponseHead {
    /// All values of a header, joined by commas as .NET joins them; the name in any case.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self
            .headers
            .iter()
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        if values.is_empty() { None } else { Some(values.join(",")) }
    }

    /// The header X-Ms-diagnostics, if there is one that can be read.
    pub fn diagnostics(&self) -> Option<MsDiagnostics> {
        self.header(MsDiagnostics::HEADER)?.parse().ok()
    }

    /// The header Warning, if it is one of Lync's.
    pub fn warning(&self) -> Option<Warning> {
        self.header(Warning::HEADER)?.parse().ok()
    }

    /// Reads the first final head in `bytes`: interim ones (100 Continue) are passed by.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        loop {
            let mut slots = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut response = httparse::Response::new(&mut slots);
            let httparse::Status::Complete(length) = response.parse(rest).ok()? else { return None };
            let status = response.code?;
            if (100..200).contains(&status) {
                rest = rest.get(length..)?;
                continue;
            }
            let headers = response.headers.iter();
            let headers = headers.map(|header| (header.name.to_owned(), text(header.value))).collect();
            return Some(Self { status, reason: response.reason.unwrap_or_default().to_owned(), headers });
        }
    }
}

impl fmt::Display for ResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HTTP {} {}", self.status, self.reason)?;
        match self.diagnostics() {
            Some(MsDiagnostics { error_id, reason, .. }) => write!(f, " ({error_id}: {reason})"),
            None => Ok(()),
        }
    }
}

fn text(value: &[u8]) -> String {
    match std::str::from_utf8(value) {
        Ok(text) => text.to_owned(),
        Err(_) => value.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Unauthorized\r\nWarning: 120 LYNCSERVER.DOMAIN \
        \"InvalidPin\"\r\nX-Ms-diagnostics: 28003;source=\"LYNCSERVER.DOMAIN\";reason=\"The pin is invalid.\";\
        faultcode=\"wsse:FailedAuthentication\"\r\nWWW-Authenticate: Negotiate\r\nwww-authenticate: NTLM\r\nX-Odd: \
        \xe9\r\n\r\nbody: no header\r\n\r\n";

    #[test]
    fn a_head_keeps_case_and_order_and_is_decoded() {
        let head = ResponseHead::parse(REFUSED).unwrap();
        assert_eq!((head.status, head.reason.as_str()), (401, "Unauthorized"));
        let names: Vec<_> = head.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["Warning", "X-Ms-diagnostics", "WWW-Authenticate", "www-authenticate", "X-Odd"]);
        assert_eq!(head.header("WWW-AUTHENTICATE").unwrap(), "Negotiate,NTLM");
        assert_eq!(head.header("x-odd").unwrap(), "é");
        assert_eq!(head.header("Body"), None);
        assert_eq!(head.warning().unwrap().token, "InvalidPin");
        assert_eq!(head.diagnostics().unwrap().error_id, 28003);
        assert_eq!(head.to_string(), "HTTP 401 Unauthorized (28003: The pin is invalid.)");
    }

    #[test]
    fn a_cut_head_is_none() {
        let end = REFUSED.windows(6).position(|bytes| bytes == b"\r\n\r\nbo").unwrap() + 4;
        assert!(ResponseHead::parse(&REFUSED[..end]).is_some());
        for cut in 0..end {
            assert_eq!(ResponseHead::parse(&REFUSED[..cut]), None, "{cut}");
        }
    }
}
