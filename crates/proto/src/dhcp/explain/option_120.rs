//! Option 120.

use super::Finding;
use super::values::{self, Layout};
use crate::dhcp::{DomainName, OPTION_SIP_SERVERS, SipServers, SipServersError};
use std::net::Ipv4Addr;

/// What is wrong with the payload of an option 120; nothing for what DHCPUtil writes.
///
/// A payload that [`SipServers::decode`] refuses, or that holds addresses, has at least one fatal finding.
pub fn explain_120(payload: &[u8]) -> Vec<Finding> {
    match SipServers::decode(payload) {
        Ok(servers) if servers.as_names().is_empty() => vec![addresses(servers.as_addresses())],
        Ok(servers) => names(servers.as_names()),
        Err(error) => vec![refused(payload, &error)],
    }
}

fn addresses(addresses: &[Ipv4Addr]) -> Finding {
    let shown: Vec<_> = addresses.iter().take(values::MAX_LISTED).map(ToString::to_string).collect();
    let text = format!(
        "encoding 1, addresses ({}): legal, but Lync compares a name with the Registrar's certificate",
        shown.join(", ")
    );
    Finding::fatal(0, text).like("dhcp-option-120-address")
}

fn names(names: &[DomainName]) -> Vec<Finding> {
    let mut found = Vec::new();
    for name in names.iter().take(values::MAX_LISTED) {
        if name.as_str().parse::<Ipv4Addr>().is_ok() {
            let text = format!("`{name}` is an address written as a name: the Registrar's FQDN is expected");
            found.push(Finding::fatal(1, text).like("dhcp-option-120-address"));
        } else if !name.as_str().contains('.') {
            found.push(Finding::doubtful(1, format!("`{name}` has no domain: certificates name an FQDN")));
        }
    }
    if let [first, _, ..] = names {
        let text = format!("{} names: DHCPUtil writes one; `{first}` is preferred", names.len());
        found.push(Finding::note(1, text));
    }
    found
}

fn refused(payload: &[u8], error: &SipServersError) -> Finding {
    if payload.is_empty() {
        return Finding::fatal(0, "empty: encoding 0 and a name are expected");
    }
    if let [OPTION_SIP_SERVERS, length, rest @ ..] = payload
        && usize::from(*length) == rest.len()
        && SipServers::decode(rest).is_ok()
    {
        let text =
            "the option's own code and length (78 and the next byte) stand in the value: leave them out";
        return Finding::fatal(0, text);
    }
    // The root label of the labels that stand alone is a NUL behind a text to this one.
    if with_encoding(payload) {
        let text = "the encoding is missing: the labels stand at the beginning, where a byte 00 is expected";
        return Finding::fatal(0, text).like("dhcp-option-120-no-encoding");
    }
    let (layout, text) = values::read(payload);
    if layout != Layout::Binary {
        return as_text(layout, &text);
    }
    match payload {
        [0, rest @ ..] => encoding_0(rest, error),
        [1, ..] => {
            Finding::fatal(0, format!("encoding 1, addresses, of which Lync has no use, and broken: {error}"))
                .like("dhcp-option-120-address")
        }
        _ => Finding::fatal(0, error.to_string()),
    }
}

fn with_encoding(payload: &[u8]) -> bool {
    SipServers::decode(&[&[0], payload].concat()).is_ok()
}

fn as_text(layout: Layout, text: &str) -> Finding {
    if values::hex_digits(text.as_bytes()).is_some_and(|bytes| SipServers::decode(&bytes).is_ok()) {
        return Finding::fatal(
            0,
            "the hex digits were entered as text: the option's type has to be hex or Binary",
        );
    }
    let how = match layout {
        Layout::Utf16 => "plain text in UTF-16",
        Layout::NulTerminated => "plain text that ends in NUL",
        Layout::Plain | Layout::Binary => "plain text",
    };
    let shown = values::excerpt(text.as_bytes());
    let text = format!("{how}, `{shown}`: encoding 0, labels with their lengths and 00 are expected");
    Finding::fatal(0, text).like("dhcp-option-120-ascii")
}

/// Encoding 0 with something behind it that is no list of names.
fn encoding_0(rest: &[u8], error: &SipServersError) -> Finding {
    let (layout, text) = values::read(rest);
    if layout != Layout::Binary && text.parse::<DomainName>().is_ok() {
        let text = format!(
            "encoding 0 and then the plain text `{}`: each label needs its length before it, and 00 at the end",
            values::excerpt(text.as_bytes())
        );
        return Finding::fatal(1, text).like("dhcp-option-120-encoding-0-ascii");
    }
    match error {
        SipServersError::NoRoot(name) => {
            let shown = values::excerpt(name.as_bytes());
            Finding::fatal(
                1,
                format!("the name `{shown}` has no end: a byte 00, the root label, is expected"),
            )
            .like("dhcp-option-120-no-root-label")
        }
        SipServersError::LabelLength { length, offset } if *length >= 0xC0 => {
            Finding::fatal(*offset, "a compressed name: RFC 3361 does not allow the pointers of DNS")
        }
        SipServersError::LabelLength { offset, .. }
        | SipServersError::CutLabel { offset, .. }
        | SipServersError::Name { offset, .. } => Finding::fatal(*offset, error.to_string()),
        _ => Finding::fatal(0, error.to_string()),
    }
}
