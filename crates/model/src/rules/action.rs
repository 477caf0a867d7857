//! What a rule does: the checked form, as the parts apply it.

use crate::verdict::PinFailureReason;
use lync_proto::dhcp::broken::{Broken43, Broken120};

/// What happens in place of, or to, the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing: the request goes its way. Ends a sequence such as "wrong, wrong, ok".
    Ok,
    /// The diagnostic of this name, in the protocol's own form. At certprov and webticket.
    Answer(String),
    /// The user-PIN service refuses for this reason, or fails with a SOAP fault where it is `None`. At userpin.
    UserPin(Option<PinFailureReason>),
    /// This HTTP answer, whatever was asked. At http, certprov, webticket and userpin.
    Http(HttpAnswer),
    /// The connection ends by a TCP reset, before an answer.
    Reset,
    /// The connection is closed in an orderly way, without an answer.
    Close,
    /// No answer ever comes; the connection stays open.
    Stall,
    /// Half of the answer is sent, then the connection is closed.
    CloseHalfWay,
    /// The TLS handshake goes wrong. At tls.
    Tls(TlsFault),
    /// The DHCP answer goes wrong. At dhcp.
    Dhcp(DhcpFault),
}

/// An HTTP answer as it is written in a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status, 200 to 599.
    pub status: u16,
    /// Headers beside those that every answer of a front end has; they replace those of the same name.
    pub headers: Vec<(String, String)>,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

/// What goes wrong in a TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsFault {
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for another name.
    WrongName,
    /// The issuing authority's certificate is not sent.
    MissingIntermediate,
    /// The certificate chains to a root of the same name with another key.
    OtherRoot,
    /// The certificate is signed by its own key.
    SelfSigned,
    /// No version in common: the alert `protocol_version` answers every ClientHello.
    NoCommonVersion,
    /// This alert (RFC 8446 section 6) answers the ClientHello.
    Alert(u8),
}

/// What goes wrong with a DHCP answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DhcpFault {
    /// No answer.
    Silence,
    /// The answer comes twice.
    Duplicate,
    /// A second server answers first, with options for the host of this name.
    SecondServer {
        /// The FQDN that the second server names.
        fqdn: String,
    },
    /// The options are not what they should be.
    Options {
        /// Option 43; `None` leaves it as it is.
        option_43: Option<Payload43>,
        /// Option 120; `None` leaves it as it is.
        option_120: Option<Payload120>,
    },
}

/// What is sent as option 43.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload43 {
    /// Nothing.
    Omit,
    /// The right payload, broken in a known way.
    Broken(Broken43),
    /// These bytes.
    Raw(Vec<u8>),
}

/// What is sent as option 120.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload120 {
    /// Nothing.
    Omit,
    /// The right payload, broken in a known way.
    Broken(Broken120),
    /// These bytes.
    Raw(Vec<u8>),
}

impl TlsFault {
    /// The words that rules use, alerts apart.
    pub const NAMED: [(&'static str, Self); 7] = [
        ("expired", Self::Expired),
        ("not-yet-valid", Self::NotYetValid),
        ("wrong-name", Self::WrongName),
        ("missing-intermediate", Self::MissingIntermediate),
        ("other-root", Self::OtherRoot),
        ("self-signed", Self::SelfSigned),
        ("no-common-version", Self::NoCommonVersion),
    ];
}
