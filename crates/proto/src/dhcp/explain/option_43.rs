//! Option 43 of class MS-UC-Client.

use super::values::{self, Layout, MAX_LISTED};
use super::{Finding, Severity, frame};
use crate::dhcp::uc_client::{
    CERT_PROV_REL_PATH, UC_IDENTIFIER, URL_SCHEME, WEB_SERVER_FQDN, WEB_SERVER_PORT, name,
};
use crate::dhcp::{CERT_PROV_PATH, DEFAULT_PORT, DomainName, SubOption, UcClientOptions, VendorClass};
use std::net::Ipv4Addr;

/// Sub-option 10 of class CPE-OCPHONE.
const VOICE_VLAN: u8 = 10;
/// The port of the external web site (Get-CsService -WebServer).
const EXTERNAL_PORT: u16 = 4443;

/// What is wrong with the payload of an option 43, in the order of its bytes; nothing for what DHCPUtil writes.
///
/// A payload that [`UcClientOptions::decode`] refuses has at least one fatal finding. Whether the host is right and
/// serves on that port, a payload cannot show.
pub fn explain_43(payload: &[u8]) -> Vec<Finding> {
    let whole = [frame::not_sub_options, frame::cut_in_path, frame::wrong_length];
    if let Some(finding) = whole.iter().find_map(|look| look(payload)) {
        return vec![finding];
    }
    let (read, error) = frame::divide(payload);
    let mut found = match &error {
        Some(error) => vec![frame::undivided(payload, error)],
        None => frame::notes(payload, &read),
    };
    found.extend(layouts(&read));
    for (sub, before) in read.iter().zip(0..).take(MAX_LISTED) {
        found.extend(value(sub));
        if read.iter().take(before).any(|former| former.code == sub.code) && name(sub.code) != "unknown" {
            let text = format!(
                "sub-option {} ({}) came before; which one counts is not known",
                sub.code,
                name(sub.code)
            );
            found.push(Finding::fatal(sub.offset, text));
        }
    }
    if error.is_none() {
        found.extend(missing(&read, frame::is_cut_to_fit(payload)));
    }
    if let (true, Err(error)) = (super::is_good(&found), UcClientOptions::decode(payload)) {
        found.push(Finding::fatal(0, error.to_string()));
    }
    found.sort_by_key(|finding| (finding.severity != Severity::Fatal, finding.at));
    found
}

/// Characters in another layout than ASCII: said once, since a type is wrong for all of them.
fn layouts(read: &[SubOption<'_>]) -> Vec<Finding> {
    let in_layout = |wanted: Layout| -> Vec<&SubOption<'_>> {
        read.iter().filter(|sub| layout_of(sub, read) == wanted).collect()
    };
    let told = |subs: &[&SubOption<'_>], what: &str, scenario| {
        let first = subs.first()?;
        let codes: Vec<_> = subs.iter().take(MAX_LISTED).map(|sub| sub.code.to_string()).collect();
        let text =
            format!("{what} (sub-option {}): the type has to be Binary, the text ASCII", codes.join(", "));
        Some(Finding::fatal(first.offset, text).like(scenario))
    };
    let utf16 = told(&in_layout(Layout::Utf16), "every second byte is 00, which is UTF-16", "dhcp-utf16");
    let nul = told(&in_layout(Layout::NulTerminated), "a byte 00 ends the value", "dhcp-nul-terminated");
    utf16.into_iter().chain(nul).collect()
}

/// The layout of a known sub-option's value. One character and a 00 is either; the other values tell.
fn layout_of(sub: &SubOption<'_>, all: &[SubOption<'_>]) -> Layout {
    if name(sub.code) == "unknown" {
        return Layout::Plain;
    }
    match values::read(sub.value).0 {
        Layout::NulTerminated if sub.value.len() == 2 => {
            let others = all.iter().any(|other| values::read(other.value).0 == Layout::Utf16);
            if others { Layout::Utf16 } else { Layout::NulTerminated }
        }
        layout => layout,
    }
}

/// What is wrong with one value, its layout apart.
fn value(sub: &SubOption<'_>) -> Option<Finding> {
    let at = sub.offset;
    if sub.code == VOICE_VLAN {
        let text = "sub-option 10 is the VLAN, which belongs to class CPE-OCPHONE";
        return Some(Finding::note(at, text));
    }
    if name(sub.code) == "unknown" {
        return Some(Finding::note(at, format!("sub-option {}: not one of Lync's", sub.code)));
    }
    let called = format!("sub-option {} ({})", sub.code, name(sub.code));
    if sub.value.is_empty() {
        return Some(Finding::fatal(at, format!("{called} is empty")));
    }
    let text = match values::read(sub.value) {
        (Layout::Binary, _) if sub.code == WEB_SERVER_PORT => return Some(binary_port(sub)),
        (Layout::Binary, _) => {
            let shown = values::excerpt(sub.value);
            return Some(Finding::fatal(at, format!("{called} is no ASCII text: `{shown}`")));
        }
        (_, text) => text,
    };
    if text.contains(' ') {
        return Some(Finding::fatal(
            at,
            format!("{called} has a blank in it: `{}`", values::excerpt(text.as_bytes())),
        ));
    }
    match sub.code {
        UC_IDENTIFIER => identifier(at, &text),
        URL_SCHEME => scheme(at, &text),
        WEB_SERVER_FQDN => fqdn(at, &text),
        WEB_SERVER_PORT => port(at, &text),
        _ => path(at, &text),
    }
}

/// A port as a number. Two bytes are what DHCP servers call uint16 or Word.
fn binary_port(sub: &SubOption<'_>) -> Finding {
    let number = sub.value.iter().take(8).fold(0u64, |number, &byte| (number << 8) | u64::from(byte));
    let bits = sub.value.len() * 8;
    let text = format!(
        "sub-option 4 (WebServerPort) is a number of {bits} bits, {number}: the ASCII digits are expected, for 443 34 34 33"
    );
    Finding::fatal(sub.offset, text).like("dhcp-port-binary")
}

fn identifier(at: usize, text: &str) -> Option<Finding> {
    let expected = VendorClass::UcClient.as_str();
    if text == expected {
        return None;
    }
    let shown = values::excerpt(text.as_bytes());
    if text.eq_ignore_ascii_case(expected) {
        let text =
            format!("sub-option 1 (UCIdentifier) is `{shown}`: the case counts, `{expected}` is expected");
        return Some(Finding::fatal(at, text).like("dhcp-uc-identifier-case"));
    }
    Some(Finding::fatal(at, format!("sub-option 1 (UCIdentifier) is `{shown}`: `{expected}` is expected")))
}

fn scheme(at: usize, text: &str) -> Option<Finding> {
    let shown = values::excerpt(text.as_bytes());
    match text {
        "https" => None,
        _ if text.eq_ignore_ascii_case("https") => {
            Some(Finding::note(at, format!("sub-option 2 (URLScheme) is `{shown}`: DHCPUtil writes `https`")))
        }
        _ if text.eq_ignore_ascii_case("http") => {
            let text = "sub-option 2 (URLScheme) is `http`: a PIN needs TLS, `https` is expected";
            Some(Finding::fatal(at, text).like("dhcp-http-scheme"))
        }
        _ => Some(Finding::fatal(at, format!("sub-option 2 (URLScheme) is `{shown}`: `https` is expected"))),
    }
}

fn fqdn(at: usize, text: &str) -> Option<Finding> {
    let shown = values::excerpt(text.as_bytes());
    let called = format!("sub-option 3 (WebServerFqdn) is `{shown}`");
    if text.parse::<Ipv4Addr>().is_ok() {
        let text = format!("{called}, an address: the certificate names an FQDN, and that is expected here");
        return Some(Finding::fatal(at, text).like("dhcp-web-server-address"));
    }
    match text.parse::<DomainName>() {
        Err(error) => Some(Finding::fatal(at, format!("{called}, which is no FQDN: {error}"))),
        Ok(name) if !name.as_str().contains('.') => Some(Finding::doubtful(
            at,
            format!("{called}, a name without a domain: certificates name an FQDN"),
        )),
        Ok(_) => None,
    }
}

fn port(at: usize, text: &str) -> Option<Finding> {
    let shown = values::excerpt(text.as_bytes());
    let called = format!("sub-option 4 (WebServerPort) is `{shown}`");
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<u16>() {
        Ok(port @ 1..) if digits => match port {
            DEFAULT_PORT => None,
            EXTERNAL_PORT => Some(Finding::note(
                at,
                format!("{called}, the port of the external web site; phones inside use 443"),
            )),
            _ => {
                let text = format!("{called}: the internal web services of a Lync Server are on 443");
                Some(Finding::doubtful(at, text).like("dhcp-wrong-port"))
            }
        },
        _ => Some(Finding::fatal(at, format!("{called}, which is no port from 1 to 65535"))),
    }
}

fn path(at: usize, text: &str) -> Option<Finding> {
    let shown = values::excerpt(text.as_bytes());
    let called = format!("sub-option {CERT_PROV_REL_PATH} (CertProvRelPath) is `{shown}`");
    if text == CERT_PROV_PATH {
        return None;
    }
    if text.eq_ignore_ascii_case(CERT_PROV_PATH) {
        return Some(Finding::note(
            at,
            format!("{called}: IIS takes it in any case, DHCPUtil writes `{CERT_PROV_PATH}`"),
        ));
    }
    if !text.starts_with('/') {
        let text = format!("{called}, without the slash at its beginning: the port runs into it");
        return Some(Finding::fatal(at, text).like("dhcp-path-without-slash"));
    }
    let text = format!("{called}: `{CERT_PROV_PATH}` is expected");
    Some(Finding::fatal(at, text).like("dhcp-path-typo"))
}

/// What is not there, of a payload that can be divided.
fn missing(read: &[SubOption<'_>], cut_to_fit: bool) -> Vec<Finding> {
    let has = |code: u8| read.iter().any(|sub| sub.code == code);
    let known = read.iter().any(|sub| name(sub.code) != "unknown");
    if !known && has(VOICE_VLAN) {
        let text = "nothing but the VLAN: the data of class CPE-OCPHONE went to class MS-UC-Client";
        return vec![Finding::fatal(0, text).like("dhcp-vlan-data")];
    }
    if !known {
        let text = "none of the sub-options 1 to 5: the data of another vendor";
        return vec![Finding::fatal(0, text)];
    }
    let mut found = Vec::new();
    for code in [UC_IDENTIFIER, URL_SCHEME, WEB_SERVER_FQDN, CERT_PROV_REL_PATH] {
        if !has(code) {
            let finding = Finding::fatal(0, format!("sub-option {code} ({}) is missing", name(code)));
            found.push(match code {
                UC_IDENTIFIER => finding.like("dhcp-no-uc-identifier"),
                CERT_PROV_REL_PATH if cut_to_fit => finding.like("dhcp-cisco-180-digits"),
                _ => finding,
            });
        }
    }
    if !has(WEB_SERVER_PORT) {
        found.push(Finding::note(0, "sub-option 4 (WebServerPort) is left out, which stands for 443"));
    }
    found
}
