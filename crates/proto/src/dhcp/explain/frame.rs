//! Faults of the frame: a payload that cannot be divided, or was never meant to be.

use super::Finding;
use super::values::{self, Layout};
use crate::dhcp::uc_client::{CERT_PROV_REL_PATH, name};
use crate::dhcp::{
    CERT_PROV_PATH, OPTION_VENDOR_SPECIFIC, SubOption, SubOptionError, SubOptions, UcClientOptions,
};

/// 180 hex digits, in bytes: what Cisco IOS keeps of `option 43 hex`.
const CISCO_LIMIT: usize = 90;
/// The most lengths that are tried out one greater and one less.
const MAX_TRIED: usize = 16;
/// The longest payload whose lengths are tried out, in bytes; a right one has at most 16 plus three times 257.
const MAX_REPAIRED: usize = 1024;

/// What a payload is that is no list of sub-options at all.
pub(super) fn not_sub_options(payload: &[u8]) -> Option<Finding> {
    if payload.is_empty() {
        return Some(Finding::fatal(0, "empty: five sub-options are expected"));
    }
    if let [OPTION_VENDOR_SPECIFIC, length, rest @ ..] = payload
        && usize::from(*length) == rest.len()
        && UcClientOptions::decode(rest).is_ok()
    {
        let text =
            "the option's own code and length (2B and the next byte) stand in the value: leave them out";
        return Some(Finding::fatal(0, text));
    }
    let (layout, text) = values::read(payload);
    if layout == Layout::Binary {
        return None;
    }
    if values::hex_digits(text.as_bytes()).is_some_and(|bytes| UcClientOptions::decode(&bytes).is_ok()) {
        let text = "the hex digits were entered as text: the option's type has to be hex or Binary";
        return Some(Finding::fatal(0, text));
    }
    let how = match layout {
        Layout::Utf16 => "plain text in UTF-16",
        Layout::NulTerminated => "plain text that ends in NUL",
        Layout::Plain | Layout::Binary => "plain text",
    };
    let shown = values::excerpt(text.as_bytes());
    let text = format!("{how}, `{shown}`: five sub-options of code, length and value are expected");
    Some(Finding::fatal(0, text).like("dhcp-flat-url"))
}

/// The sub-options before the first one that cannot be read, and why that cannot.
pub(super) fn divide(payload: &[u8]) -> (Vec<SubOption<'_>>, Option<SubOptionError>) {
    let mut read = Vec::new();
    for item in SubOptions::new(payload) {
        match item {
            Ok(sub) => read.push(sub),
            Err(error) => return (read, Some(error)),
        }
    }
    (read, None)
}

/// A length that is one too great or one too small: with the right one everything is in order.
pub(super) fn wrong_length(payload: &[u8]) -> Option<Finding> {
    if payload.len() > MAX_REPAIRED || UcClientOptions::decode(payload).is_ok() {
        return None;
    }
    let (read, error) = divide(payload);
    let cut = error.map(|error| place(&error));
    let frames = read.iter().map(|sub| (sub.code, sub.offset)).chain(cut);
    frames.take(MAX_TRIED).find_map(|(code, offset)| length_at(payload, code, offset))
}

fn length_at(payload: &[u8], code: u8, offset: usize) -> Option<Finding> {
    let said = *payload.get(offset + 1)?;
    let fits = |right: u8| {
        let mut repaired = payload.to_vec();
        if let Some(length) = repaired.get_mut(offset + 1) {
            *length = right;
        }
        UcClientOptions::decode(&repaired).is_ok()
    };
    let text =
        |right: u8| format!("sub-option {code} ({}) says it has {said} bytes and has {right}", name(code));
    let less = said.checked_sub(1).filter(|&right| fits(right));
    let more = said.checked_add(1).filter(|&right| fits(right));
    let less = less.map(|right| {
        Finding::fatal(offset + 1, format!("{}, so it swallows the next one", text(right)))
            .like("dhcp-length-too-long")
    });
    less.or_else(|| {
        more.map(|right| {
            Finding::fatal(offset + 1, format!("{}, so the next one begins within it", text(right)))
        })
    })
}

/// A payload whose end is missing, and whose lengths are right: the beginning of the right path is no accident.
pub(super) fn cut_in_path(payload: &[u8]) -> Option<Finding> {
    let error = divide(payload).1?;
    let (code, offset) = place(&error);
    let there = payload.get(offset + 2..).unwrap_or_default();
    let in_path = code == CERT_PROV_REL_PATH && CERT_PROV_PATH.as_bytes().starts_with(there);
    in_path.then(|| cut(payload, &error))
}

/// A payload that ends too early, or that cannot be divided for another reason.
pub(super) fn undivided(payload: &[u8], error: &SubOptionError) -> Finding {
    if payload.len() == CISCO_LIMIT {
        return cut(payload, error);
    }
    Finding::fatal(place(error).1, format!("{error}: a length is wrong, or the end is missing"))
}

/// A payload cut between two sub-options: nothing but its length shows it.
pub(super) fn is_cut_to_fit(payload: &[u8]) -> bool {
    payload.len() == CISCO_LIMIT
}

fn cut(payload: &[u8], error: &SubOptionError) -> Finding {
    let text = format!("cut off after {} hex digits: {error}", payload.len() * 2);
    let finding = Finding::fatal(place(error).1, text);
    if payload.len() > CISCO_LIMIT {
        return finding;
    }
    let text = format!("{}; Cisco IOS keeps 180 of `option 43 hex`", finding.text);
    Finding { text, ..finding }.like("dhcp-cisco-180-digits")
}

const fn place(error: &SubOptionError) -> (u8, usize) {
    match error {
        SubOptionError::NoLength { code, offset } | SubOptionError::Cut { code, offset, .. } => {
            (*code, *offset)
        }
    }
}

/// What a frame has that is unusual and allowed.
pub(super) fn notes(payload: &[u8], read: &[SubOption<'_>]) -> Vec<Finding> {
    let mut found = Vec::new();
    let end = read.last().map_or(0, |sub| sub.offset + 2 + sub.value.len());
    let behind = payload.get(end..).unwrap_or_default();
    if let Some(mark) = behind.iter().position(|&byte| byte == 0xFF) {
        found.push(Finding::note(end + mark, "an end mark (FF): dnsmasq writes one, DHCPUtil does not"));
        let left = behind.len() - mark - 1;
        if behind.iter().skip(mark + 1).any(|&byte| byte != 0) {
            found.push(Finding::doubtful(
                end + mark + 1,
                format!("{left} bytes behind the end mark: nobody reads them"),
            ));
        }
    }
    if behind.first() == Some(&0)
        || read.windows(2).any(apart)
        || read.first().is_some_and(|sub| sub.offset > 0)
    {
        found.push(Finding::note(0, "bytes 00 around the sub-options, which is padding"));
    }
    let codes: Vec<u8> = read.iter().map(|sub| sub.code).collect();
    if codes.len() > 1 && codes.iter().rev().is_sorted() && !codes.is_sorted() {
        found.push(Finding::note(
            0,
            "the sub-options stand in falling order, as dnsmasq's `vendor:` options do",
        ));
    } else if !codes.is_sorted() {
        found.push(Finding::note(0, "the sub-options stand in another order than DHCPUtil's"));
    }
    found
}

fn apart(pair: &[SubOption<'_>]) -> bool {
    matches!(pair, [first, second] if first.offset + 2 + first.value.len() != second.offset)
}
