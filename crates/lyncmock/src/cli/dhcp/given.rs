//! An option in hex, however it was written, and which one it is.

use lync_proto::dhcp::explain::Finding;
use lync_proto::dhcp::explain::{Severity, list_43};
use lync_proto::dhcp::{OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, UcClientOptions};

/// The most bytes that are taken; a DHCP message has no more.
const MAX_BYTES: usize = 64 * 1024;

/// One option, without its code and length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// 43 or 120.
    pub(super) code: u8,
    pub(super) payload: Vec<u8>,
    /// Nobody said which option it is.
    pub(super) guessed: bool,
    /// What is wrong with the length before the payload.
    pub(super) header: Option<Finding>,
}

/// Why a text is no option in hex.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum GivenError {
    #[error("`{0}` is no hex digit")]
    Digit(char),
    #[error("an odd number of hex digits, {0}: one is missing")]
    Odd(usize),
    #[error("no bytes")]
    Empty,
    #[error("more than {MAX_BYTES} bytes")]
    TooLong,
}

/// Reads one option, or several with their codes and lengths.
pub(super) fn read(text: &str, told: Option<u8>) -> Result<Vec<Given>, GivenError> {
    let payload = bytes(text)?;
    if let Some(options) = with_headers(&payload).filter(|options| matches_told(options, told)) {
        return Ok(options);
    }
    if let Some(given) = cut_header(&payload).filter(|given| told.is_none_or(|code| code == given.code)) {
        return Ok(vec![given]);
    }
    let code = told.unwrap_or_else(|| looks_like(&payload));
    Ok(vec![Given { code, payload, guessed: told.is_none(), header: None }])
}

fn matches_told(options: &[Given], told: Option<u8>) -> bool {
    told.is_none_or(|code| options.iter().all(|given| given.code == code))
}

/// The bytes of hex digits that may be parted by blanks, colons, dots, commas or dashes, and have `0x` before them.
pub(super) fn bytes(text: &str) -> Result<Vec<u8>, GivenError> {
    let parted = |c: char| c.is_whitespace() || matches!(c, ':' | '.' | ',' | '-');
    let tokens: Vec<&str> = text
        .split(parted)
        .map(|token| token.strip_prefix("0x").or_else(|| token.strip_prefix("0X")).unwrap_or(token))
        .filter(|token| !token.is_empty())
        .collect();
    // ISC dhcpd and others write a byte with one digit where that is enough.
    let short = tokens.len() > 1 && tokens.iter().all(|token| token.chars().count() <= 2);
    let mut digits = Vec::new();
    for token in tokens {
        if short && token.len() == 1 {
            digits.push(0);
        }
        for c in token.chars() {
            let digit = c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            digits.push(digit.ok_or(GivenError::Digit(c))?);
        }
    }
    let (pairs, rest) = digits.as_chunks::<2>();
    match (pairs.len(), rest) {
        (_, [_]) => Err(GivenError::Odd(digits.len())),
        (0, _) => Err(GivenError::Empty),
        (length, _) if length > MAX_BYTES => Err(GivenError::TooLong),
        _ => Ok(pairs.iter().map(|&[high, low]| high << 4 | low).collect()),
    }
}

/// Options with code and length, nothing else and nothing missing.
fn with_headers(payload: &[u8]) -> Option<Vec<Given>> {
    let mut found: Vec<Given> = Vec::new();
    let mut rest = payload;
    while let [code @ (OPTION_VENDOR_SPECIFIC | OPTION_SIP_SERVERS), length, behind @ ..] = rest {
        let (value, behind) = behind.split_at_checked(usize::from(*length))?;
        // One that comes again is the other's continuation (RFC 3396).
        match found.iter_mut().find(|given| given.code == *code) {
            Some(given) => given.payload.extend_from_slice(value),
            None => found.push(Given { code: *code, payload: value.to_vec(), guessed: false, header: None }),
        }
        rest = behind;
    }
    (rest.is_empty() && !found.is_empty()).then_some(found)
}

/// An option whose length is not that of what follows. `x` is 78, so a text must not pass for an option 120.
fn cut_header(payload: &[u8]) -> Option<Given> {
    let (code, length, value) = match payload {
        [code @ OPTION_VENDOR_SPECIFIC, length, value @ ..] => (*code, *length, value),
        [code @ OPTION_SIP_SERVERS, length, value @ ..] if matches!(value, [0 | 1, ..]) => {
            (*code, *length, value)
        }
        _ => return None,
    };
    let text = format!("its length says {length} bytes, and {} are there", value.len());
    let header = Finding { severity: Severity::Fatal, text, scenario: None, at: 0 };
    Some(Given { code, payload: value.to_vec(), guessed: false, header: Some(header) })
}

/// Which option it is by its bytes. What is neither is taken for the one that it has more of.
fn looks_like(payload: &[u8]) -> u8 {
    let letters: Vec<u8> = payload.iter().filter(|byte| **byte != 0).map(u8::to_ascii_lowercase).collect();
    let holds = |piece: &[u8]| letters.windows(piece.len()).any(|window| window == piece);
    let lyncs = || list_43(payload).first().is_some_and(|row| row.name != "unknown");
    let first = || UcClientOptions::decode(payload).is_ok() || holds(b"ms-uc-client") || holds(b"://");
    let second = || SipServers::decode(payload).is_ok() || payload.first() == Some(&0);
    if first() || (!second() && (lyncs() || holds(b"/"))) {
        OPTION_VENDOR_SPECIFIC
    } else {
        OPTION_SIP_SERVERS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_is_read_as_people_write_it() {
        for text in [
            "000A61",
            "0x000a61",
            "00:0A:61",
            "00 0a 61",
            "000a.61",
            "0:a:61",
            "0x00, 0x0A, 0x61",
            "00-0A-61",
        ] {
            assert_eq!(bytes(text), Ok(vec![0, 10, 97]), "{text}");
        }
        assert_eq!(bytes("00g1"), Err(GivenError::Digit('g')));
        assert_eq!(bytes("000"), Err(GivenError::Odd(3)));
        assert_eq!(bytes(" 0x "), Err(GivenError::Empty));
        assert_eq!(bytes(&"00".repeat(MAX_BYTES + 1)), Err(GivenError::TooLong));
    }

    #[test]
    fn code_and_length_are_taken_off() {
        let given = read("780300016100", None).unwrap();
        assert_eq!(given.len(), 1);
        assert!(given[0].header.is_some() && given[0].payload == [0, 1, 97, 0]);
        let given = read("2B030a0164 7804 00016100", None).unwrap();
        let parts: Vec<_> = given.iter().map(|given| (given.code, given.payload.as_slice())).collect();
        assert_eq!(parts, [(43, &[10, 1, 100][..]), (120, &[0, 1, 97, 0][..])]);
        assert!(given.iter().all(|given| given.header.is_none() && !given.guessed));
        let halves = read("2B020a01 2B0164", None).unwrap();
        assert_eq!(halves[0].payload, [10, 1, 100]);
    }

    #[test]
    fn each_recorded_row_is_taken_for_the_option_that_it_is() {
        let table = include_str!("../../../../../fixtures/captures/dhcp-options.tsv");
        for line in table.lines().skip(1) {
            let columns: Vec<_> = line.split('\t').collect();
            for (column, code) in [(2, 43), (3, 120)] {
                if columns[column] == "-" {
                    continue;
                }
                let given = read(columns[column], None).unwrap();
                assert_eq!((given[0].code, given[0].guessed), (code, true), "{}", columns[0]);
                let given = read(columns[column], Some(code)).unwrap();
                assert_eq!((given[0].code, given[0].guessed), (code, false), "{}", columns[0]);
            }
        }
    }

    #[test]
    fn a_text_that_begins_with_x_is_a_text() {
        let hex: String = b"xmpp.litwareinc.com".iter().map(|byte| format!("{byte:02x}")).collect();
        let given = read(&hex, None).unwrap();
        assert_eq!((given[0].code, given[0].payload.len()), (120, 19));
    }
}
