//! Whom a rule meets.

use super::check::{Known, RuleError};
use super::{Occasion, Place, WhoSpec};
use crate::complaint::{nearest, shown};
use crate::{LineUri, PhoneOrExt, SipUri, User};
use ipnet::IpNet;
use std::net::IpAddr;

/// The longest pattern; a User-Agent of a phone has some fifty characters.
const MAX_PATTERN: usize = 256;
/// The longest vendor class: what one DHCP option holds.
const MAX_VENDOR_CLASS: usize = 255;
/// Hex digits of a hardware address.
const MAC_DIGITS: usize = 12;

/// Whom a rule meets, checked. All that is given must hold; what an occasion does not know does not match.
#[derive(Clone, Debug, Default)]
pub(super) struct Who {
    user: Option<Whom>,
    extension: Option<PhoneOrExt>,
    mac: Option<Pattern>,
    source: Option<IpNet>,
    vendor_class: Option<String>,
    user_agent: Option<Pattern>,
}

/// A user, with the line: by it the user is recognised before the PIN is verified.
#[derive(Clone, Debug)]
struct Whom {
    sip_uri: SipUri,
    line: Option<LineUri>,
}

impl Who {
    /// Checks what is written.
    pub(super) fn check(spec: &WhoSpec, place: Place, known: &Known<'_>) -> Result<Self, RuleError> {
        known_here(spec, place)?;
        let user = spec.user.as_deref().map(|text| whom(text, known.users)).transpose()?;
        let extension = spec.extension.as_deref().map(str::parse).transpose();
        let extension = extension.map_err(|error| RuleError::key("who.extension", error))?;
        Ok(Self {
            user,
            extension,
            mac: spec.mac.as_deref().map(mac).transpose()?,
            source: spec.source.as_deref().map(network).transpose()?,
            vendor_class: spec.vendor_class.as_deref().map(vendor_class).transpose()?,
            user_agent: spec.user_agent.as_deref().map(user_agent).transpose()?,
        })
    }

    /// Whether the rule meets whoever this is; `typed` is what the occasion knows as number or extension, as read.
    pub(super) fn meets(&self, occasion: &Occasion<'_>, typed: Option<&PhoneOrExt>) -> bool {
        holds(self.user.as_ref(), |user| user.is(occasion, typed))
            && holds(self.extension.as_ref(), |wanted| typed.is_some_and(|typed| same(wanted, typed)))
            && holds(self.mac.as_ref(), |pattern| {
                occasion.mac.is_some_and(|mac| pattern.fits(&bare(&mac.to_string())))
            })
            && holds(self.source.as_ref(), |net| occasion.source.is_some_and(|source| net.contains(&source)))
            && holds(self.vendor_class.as_ref(), |class| occasion.vendor_class == Some(class))
            && holds(self.user_agent.as_ref(), |pattern| {
                occasion.user_agent.is_some_and(|text| pattern.fits(text))
            })
    }

    /// The user whom alone the rule meets.
    pub(super) fn user(&self) -> Option<&SipUri> {
        self.user.as_ref().map(|user| &user.sip_uri)
    }

    /// The line of that user.
    pub(super) fn line(&self) -> Option<&LineUri> {
        self.user.as_ref()?.line.as_ref()
    }

    /// The user has another line.
    pub(super) fn set_line(&mut self, line: Option<&LineUri>) {
        if let Some(user) = &mut self.user {
            user.line = line.cloned();
        }
    }
}

impl Whom {
    fn is(&self, occasion: &Occasion<'_>, typed: Option<&PhoneOrExt>) -> bool {
        match (occasion.user, typed, &self.line) {
            (Some(user), _, _) => *user == self.sip_uri,
            (None, Some(typed), Some(line)) => typed.matches(line),
            (None, _, _) => false,
        }
    }
}

fn holds<T>(wanted: Option<T>, test: impl FnOnce(T) -> bool) -> bool {
    wanted.is_none_or(test)
}

/// Whether the same digits were typed; a plus says nothing about whose they are.
fn same(wanted: &PhoneOrExt, typed: &PhoneOrExt) -> bool {
    (wanted.digits(), wanted.extension()) == (typed.digits(), typed.extension())
}

/// Refuses a key about which nothing is ever known at this place: such a rule would never act.
fn known_here(spec: &WhoSpec, place: Place) -> Result<(), RuleError> {
    let given = [
        ("who.user", spec.user.is_some(), !matches!(place, Place::Dhcp | Place::Tls)),
        ("who.extension", spec.extension.is_some(), !matches!(place, Place::Dhcp | Place::Tls)),
        ("who.mac", spec.mac.is_some(), place == Place::Dhcp),
        ("who.vendor-class", spec.vendor_class.is_some(), place == Place::Dhcp),
        ("who.user-agent", spec.user_agent.is_some(), !matches!(place, Place::Dhcp | Place::Tls)),
    ];
    match given.into_iter().find(|(_, given, known)| *given && !known) {
        Some((key, ..)) => {
            Err(RuleError::key(key, format!("not known at {place}, so that the rule would never act")))
        }
        None => Ok(()),
    }
}

/// The user of this SIP address, or of this name before the `@`.
fn whom(text: &str, users: &[User]) -> Result<Whom, RuleError> {
    const KEY: &str = "who.user";
    let lower = text.trim().to_ascii_lowercase();
    let wanted = lower.strip_prefix("sip:").unwrap_or(&lower);
    let named = |user: &&User| {
        let address = user.sip_uri.address();
        if wanted.contains('@') { address == wanted } else { name(address) == wanted }
    };
    let mut found = users.iter().filter(named);
    match (found.next(), found.next()) {
        (Some(user), None) => Ok(Whom { sip_uri: user.sip_uri.clone(), line: user.line_uri.clone() }),
        (Some(_), Some(_)) => {
            let problem = format!("several users are called {}; give the whole SIP address", shown(text));
            Err(RuleError::key(KEY, problem))
        }
        (None, _) => {
            let part = |user: &'_ User| -> String {
                let address = user.sip_uri.address();
                if wanted.contains('@') { address.to_owned() } else { name(address).to_owned() }
            };
            let parts: Vec<String> = users.iter().map(part).collect();
            let nearest = nearest(wanted, parts.iter().map(String::as_str));
            Err(RuleError::unknown(KEY, "user", text, nearest))
        }
    }
}

fn name(address: &str) -> &str {
    address.split_once('@').map_or(address, |(name, _)| name)
}

fn mac(text: &str) -> Result<Pattern, RuleError> {
    let pattern = bare(text);
    let digits = pattern.chars().filter(|c| *c != '*').count();
    let clean = text.len() <= MAX_PATTERN && pattern.chars().all(|c| c == '*' || c.is_ascii_hexdigit());
    let full = digits == MAC_DIGITS || (digits < MAC_DIGITS && pattern.contains('*'));
    if clean && full {
        Ok(Pattern::new(&pattern))
    } else {
        let problem = "no hardware address; one looks like 00:04:f2:00:00:01, or 00:04:f2:* for several";
        Err(RuleError::key("who.mac", problem))
    }
}

/// Lower case, without what stands between the pairs.
fn bare(mac: &str) -> String {
    mac.chars().filter(|c| !matches!(c, ':' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

fn network(text: &str) -> Result<IpNet, RuleError> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().map(|address| IpNet::from(address.to_canonical()));
    address.or_else(|_| text.parse()).map_err(|_| {
        let problem = "neither an address nor a network; they look like 10.99.0.2 and 10.99.0.0/24";
        RuleError::key("who.source", problem)
    })
}

fn vendor_class(text: &str) -> Result<String, RuleError> {
    if (1..=MAX_VENDOR_CLASS).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        let problem = format!("{} bytes; a vendor class has 1 to {MAX_VENDOR_CLASS}", text.len());
        Err(RuleError::key("who.vendor-class", problem))
    }
}

fn user_agent(text: &str) -> Result<Pattern, RuleError> {
    if (1..=MAX_PATTERN).contains(&text.len()) {
        Ok(Pattern::new(text))
    } else {
        let problem = format!("{} bytes; a pattern has 1 to {MAX_PATTERN}", text.len());
        Err(RuleError::key("who.user-agent", problem))
    }
}

/// A text in which `*` stands for any characters, or none.
///
/// Kept as the pieces between the stars. Each piece is looked for once, from left to right, so that no text makes it
/// slow.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pattern {
    first: String,
    /// `None` where the pattern has no star.
    rest: Option<(Vec<String>, String)>,
}

impl Pattern {
    fn new(pattern: &str) -> Self {
        let mut pieces: Vec<String> = pattern.split('*').map(str::to_owned).collect();
        let last = if pieces.len() > 1 { pieces.pop() } else { None };
        let mut pieces = pieces.into_iter();
        let first = pieces.next().unwrap_or_default();
        Self { first, rest: last.map(|last| (pieces.collect(), last)) }
    }

    fn fits(&self, text: &str) -> bool {
        let Some((middle, last)) = &self.rest else {
            return text == self.first;
        };
        let Some(mut text) = text.strip_prefix(&self.first).and_then(|text| text.strip_suffix(last.as_str()))
        else {
            return false;
        };
        for piece in middle {
            match text.split_once(piece.as_str()) {
                Some((_, after)) => text = after,
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::check::tests::{known, users};
    use proptest::prelude::*;

    fn who(place: Place, spec: &WhoSpec) -> Result<Who, String> {
        let users = users();
        Who::check(spec, place, &known(&users)).map_err(|error| error.to_string())
    }

    fn meets(spec: &WhoSpec, occasion: &Occasion<'_>) -> bool {
        let typed: Option<PhoneOrExt> = occasion.phone_or_ext.and_then(|typed| typed.parse().ok());
        who(occasion.place, spec).unwrap().meets(occasion, typed.as_ref())
    }

    fn user(text: &str) -> WhoSpec {
        WhoSpec { user: Some(text.to_owned()), ..WhoSpec::default() }
    }

    #[test]
    fn a_user_is_met_by_line_before_and_by_address_after_the_pin_was_verified() {
        let (ken, other): (SipUri, SipUri) =
            ("sip:kenmyer@litwareinc.com".parse().unwrap(), "sip:other@litwareinc.com".parse().unwrap());
        for text in ["kenmyer", "KenMyer", "sip:kenmyer@litwareinc.com", "kenmyer@LitwareInc.com"] {
            let spec = user(text);
            let nobody = Occasion::at(Place::WebTicket, "pin");
            assert!(!meets(&spec, &nobody));
            for (typed, expected) in
                [("1219", true), ("+1 206 555 1219", true), ("1220", false), ("", false), ("?", false)]
            {
                assert_eq!(
                    meets(&spec, &Occasion { phone_or_ext: Some(typed), ..nobody }),
                    expected,
                    "{typed}"
                );
            }
            assert!(meets(&spec, &Occasion { user: Some(&ken), ..nobody }));
            assert!(!meets(&spec, &Occasion { user: Some(&other), phone_or_ext: Some("1219"), ..nobody }));
        }
    }

    #[test]
    fn an_unknown_user_is_refused_with_the_nearest() {
        let error = |text: &str| who(Place::WebTicket, &user(text)).unwrap_err();
        assert_eq!(error("kenmeyer"), "who.user: there is no user `kenmeyer`; did you mean `kenmyer`?");
        assert!(error("twin").contains("several users are called `twin`; give the whole SIP address"));
        assert!(error("kenmyer@litwareinc.org").ends_with("did you mean `kenmyer@litwareinc.com`?"));
        assert!(!error("0712").contains("0712"));
        assert_eq!(who(Place::WebTicket, &user("twin@a.test")).unwrap().user().unwrap().domain(), "a.test");
    }

    #[test]
    fn what_is_never_known_at_a_place_is_refused() {
        let some = || Some("00:04:f2:*".to_owned());
        for (place, spec) in [
            (Place::Dhcp, user("kenmyer")),
            (Place::Tls, WhoSpec { extension: Some("1219".to_owned()), ..WhoSpec::default() }),
            (Place::Tls, WhoSpec { mac: some(), ..WhoSpec::default() }),
            (Place::Http, WhoSpec { vendor_class: some(), ..WhoSpec::default() }),
            (Place::Dhcp, WhoSpec { user_agent: some(), ..WhoSpec::default() }),
        ] {
            let error = who(place, &spec).unwrap_err();
            assert!(error.contains(&format!("not known at {place}")), "{error}");
        }
    }

    #[test]
    fn an_extension_is_what_was_typed_and_nothing_else() {
        let spec = |text: &str| WhoSpec { extension: Some(text.to_owned()), ..WhoSpec::default() };
        let typed = |typed| Occasion { phone_or_ext: Some(typed), ..Occasion::at(Place::WebTicket, "pin") };
        assert!(meets(&spec("1219"), &typed("1219")));
        assert!(!meets(&spec("1219"), &typed("+12065551219")));
        assert!(meets(&spec("12065551219"), &typed("+1 (206) 555-1219")));
        let error = who(Place::WebTicket, &spec("0712x")).unwrap_err();
        assert!(error.starts_with("who.extension: ") && !error.contains("0712x"), "{error}");
    }

    #[test]
    fn hardware_addresses_fit_patterns_in_any_spelling() {
        let occasion =
            Occasion { mac: "00:04:f2:ab:cd:ef".parse().ok(), ..Occasion::at(Place::Dhcp, "inform") };
        let spec = |text: &str| WhoSpec { mac: Some(text.to_owned()), ..WhoSpec::default() };
        for (pattern, expected) in [
            ("00:04:F2:AB:CD:EF", true),
            ("0004f2abcdef", true),
            ("00-04-f2-*", true),
            ("*:cd:ef", true),
            ("*", true),
            ("00:04:f3:*", false),
            ("0004f2abcdee", false),
        ] {
            assert_eq!(meets(&spec(pattern), &occasion), expected, "{pattern}");
        }
        assert!(!meets(&spec("*"), &Occasion::at(Place::Dhcp, "inform")));
        for text in ["", "00:04:f2", "00:04:f2:ab:cd:ef:00", "00:04:g2:*", "00:04:f2:?"] {
            assert!(who(Place::Dhcp, &spec(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_source_is_an_address_or_a_network() {
        let spec = |text: &str| WhoSpec { source: Some(text.to_owned()), ..WhoSpec::default() };
        let from =
            |source: &str| Occasion { source: source.parse().ok(), ..Occasion::at(Place::Tls, "https") };
        for (text, source, expected) in [
            ("10.99.0.2", "10.99.0.2", true),
            ("10.99.0.2", "10.99.0.3", false),
            ("10.99.0.0/24", "10.99.0.3", true),
            ("10.99.0.7/24", "10.99.0.3", true),
            ("10.99.0.0/24", "10.99.1.3", false),
            ("::ffff:10.99.0.2", "10.99.0.2", true),
            ("fe80::/10", "fe80::1", true),
        ] {
            assert_eq!(meets(&spec(text), &from(source)), expected, "{text} {source}");
        }
        assert!(!meets(&spec("0.0.0.0/0"), &Occasion::at(Place::Tls, "https")));
        for text in ["", "10.99.0", "10.99.0.0/33", "localhost"] {
            assert!(who(Place::Tls, &spec(text)).unwrap_err().contains("10.99.0.0/24"), "{text}");
        }
    }

    #[test]
    fn a_vendor_class_is_met_to_the_letter_and_a_user_agent_by_pattern() {
        let dhcp = Occasion { vendor_class: Some("MS-UC-Client"), ..Occasion::at(Place::Dhcp, "inform") };
        let class = |text: &str| WhoSpec { vendor_class: Some(text.to_owned()), ..WhoSpec::default() };
        assert!(meets(&class("MS-UC-Client"), &dhcp));
        assert!(!meets(&class("MS-UC-*"), &dhcp));
        let http = Occasion {
            user_agent: Some("PolycomVVX-VVX_500-UA/5.5.1"),
            ..Occasion::at(Place::Http, "https")
        };
        let agent = |text: &str| WhoSpec { user_agent: Some(text.to_owned()), ..WhoSpec::default() };
        assert!(meets(&agent("Polycom*UA/5.*"), &http));
        assert!(!meets(&agent("CPE*"), &http));
    }

    #[test]
    fn stars_stand_for_anything_but_pieces_do_not_overlap() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("ab*ba", "aba", false),
            ("ab*ba", "abba", true),
            ("*b*b*", "ab", false),
            ("*b*b*", "abxb", true),
            ("a**c", "abc", true),
        ] {
            assert_eq!(Pattern::new(pattern).fits(text), expected, "{pattern} {text}");
        }
    }

    /// What a star means, without any care for speed.
    fn fits(pattern: &[u8], text: &[u8]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), _) if fits(rest, text) => true,
            (Some((b'*', _)), Some((_, later))) => fits(pattern, later),
            (Some((a, rest)), Some((b, later))) if a == b => fits(rest, later),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn a_pattern_fits_as_its_stars_say(pattern in "[ab*]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(Pattern::new(&pattern).fits(&text), fits(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
