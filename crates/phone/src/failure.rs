//! Why a sign-in failed: one case for each way that is worth telling apart.

use crate::{ResponseHead, ServiceUrlError, StepName};
use lync_proto::soap::Fault;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

/// The end of a sign-in that did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {kind}", .step.title())]
pub struct Failure {
    /// Where it happened.
    pub step: StepName,
    /// What happened.
    pub kind: FailureKind,
}

impl Failure {
    /// The head of the HTTP response in which the server said no, if it came to that.
    pub fn response(&self) -> Option<&ResponseHead> {
        match &self.kind {
            FailureKind::Status { head }
            | FailureKind::Fault { head, .. }
            | FailureKind::ErrorInfo { head, .. }
            | FailureKind::Undecodable { head, .. } => Some(head),
            _ => None,
        }
    }

    /// Whether nobody was reached at all, as opposed to somebody who said no or something wrong.
    pub fn is_unreachable(&self) -> bool {
        matches!(
            self.kind,
            FailureKind::NoDhcpAnswer { .. }
                | FailureKind::NameNotResolved { .. }
                | FailureKind::Unreachable { .. }
        )
    }
}

/// What went wrong. No case holds a PIN or a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FailureKind {
    /// Neither an address nor a DHCP server to ask was given.
    #[error("neither a target nor a DHCP server to ask was given")]
    NoTarget,
    /// An address that was given, or that a server gave, cannot be used.
    #[error(transparent)]
    Url(#[from] ServiceUrlError),
    /// The phone number or extension cannot travel in HTTP Basic, which splits at the colon (RFC 7617 section 2). The
    /// text is not repeated: people mistake the fields, and then it is a PIN.
    #[error("the phone number or extension holds a colon or a control character")]
    PhoneOrExt,

    /// No DHCP server answered, however often it was asked.
    #[error(
        "no DHCP server answered at {server} ({attempts} DHCPINFORM sent, {ignored} other datagrams received)"
    )]
    NoDhcpAnswer {
        /// Who was asked.
        server: SocketAddrV4,
        /// How often.
        attempts: u32,
        /// Datagrams that came back and were no answer.
        ignored: u32,
    },
    /// The socket for DHCP cannot be had; port 68, which an answer from port 67 goes to, needs a privilege.
    #[error("the DHCP socket cannot be used: {0}")]
    DhcpSocket(String),
    /// A DHCP server answered, but what it says leads nowhere.
    #[error("the answer of DHCP server {server} cannot be used: option {option}: {reason}")]
    BrokenOption {
        /// Its server identifier, or the address it answered from.
        server: Ipv4Addr,
        /// 43 or 120.
        option: u8,
        /// What is wrong with it.
        reason: String,
    },

    /// DNS knows no such host.
    #[error("the host {host} was not found: {reason}")]
    NameNotResolved {
        /// The host.
        host: String,
        /// What DNS said.
        reason: String,
    },
    /// No TCP connection could be made.
    #[error("{address} cannot be connected to: {reason}")]
    Unreachable {
        /// Where to.
        address: SocketAddr,
        /// Why not.
        reason: ConnectFailure,
    },
    /// The TLS handshake failed, or an alert ended the connection.
    #[error("TLS with {host}: {problem}")]
    Tls {
        /// The name that was asked for.
        host: String,
        /// What went wrong.
        problem: TlsFailure,
    },
    /// A connection was made, and no complete answer came in time.
    #[error("{host} did not answer within {} ms", .after.as_millis())]
    NoAnswer {
        /// Who.
        host: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection ended before the answer was complete.
    #[error("{host} ended the connection before its answer was complete: {reason}")]
    Interrupted {
        /// Who.
        host: String,
        /// What the connection says.
        reason: String,
    },
    /// What came back is not HTTP.
    #[error("the answer of {host} is no HTTP: {reason}")]
    NotHttp {
        /// Who.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A body longer than is read.
    #[error("the answer of {host} is longer than {limit} bytes")]
    TooLong {
        /// Who.
        host: String,
        /// The most that is read, in bytes.
        limit: usize,
    },

    /// An HTTP status other than 200, without a SOAP fault. A redirect is one: none is followed.
    #[error("{head}")]
    Status {
        /// Status and headers.
        head: Box<ResponseHead>,
    },
    /// A SOAP fault.
    #[error("SOAP fault: {}", .fault.string)]
    Fault {
        /// Status and headers.
        head: Box<ResponseHead>,
        /// The fault.
        fault: Box<Fault>,
    },
    /// GetAndPublishCert answered with `ErrorInfo`.
    #[error("{code}: {message}")]
    ErrorInfo {
        /// Status and headers.
        head: Box<ResponseHead>,
        /// Its code.
        code: String,
        /// Its text.
        message: String,
    },
    /// An answer that makes no sense.
    #[error("the answer makes no sense: {reason}")]
    Undecodable {
        /// Status and headers.
        head: Box<ResponseHead>,
        /// What is wrong with it.
        reason: String,
    },

    /// The web ticket is for another user than the one that was given.
    #[error("the credentials belong to {found}, not to {expected}")]
    OtherUser {
        /// The user who was given.
        expected: String,
        /// The user of the ticket.
        found: String,
    },
    /// The certificate that was issued is not the one that was asked for.
    #[error("the certificate cannot be used: {0}")]
    Certificate(String),
    /// Something failed on this side, for instance making a key.
    #[error("this side failed: {0}")]
    Local(String),
}

/// Why no connection was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectFailure {
    /// Nobody listens there.
    Refused,
    /// Nothing came back in time.
    TimedOut(Duration),
    /// Something else, in the system's words.
    Other(String),
}

/// Why TLS failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFailure {
    /// The server's certificate does not chain to the downloaded roots.
    UnknownIssuer,
    /// The certificate is for other names.
    WrongName {
        /// The names it has, as far as known.
        presented: Vec<String>,
    },
    /// The certificate has expired by this side's clock.
    Expired,
    /// The certificate is not yet valid by this side's clock.
    NotYetValid,
    /// Something else is wrong with the certificate.
    Certificate(String),
    /// The server ended the handshake with this alert, by its name in RFC 8446.
    Alert(String),
    /// What answers does not speak TLS.
    NotTls,
    /// The server ended the connection in the handshake.
    Closed,
    /// The handshake did not end in time.
    TimedOut(Duration),
    /// Something else.
    Other(String),
}

impl fmt::Display for ConnectFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("connection refused"),
            Self::TimedOut(after) => write!(f, "no answer within {} ms", after.as_millis()),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl fmt::Display for TlsFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownIssuer => f.write_str("the certificate does not chain to the downloaded roots"),
            Self::WrongName { presented } if presented.is_empty() => {
                f.write_str("the certificate is for another name")
            }
            Self::WrongName { presented } => write!(f, "the certificate is for {}", presented.join(", ")),
            Self::Expired => f.write_str("the certificate has expired"),
            Self::NotYetValid => f.write_str("the certificate is not yet valid"),
            Self::Certificate(reason) => write!(f, "the certificate cannot be used: {reason}"),
            Self::Alert(alert) => write!(f, "the server ended it with the alert {alert}"),
            Self::NotTls => f.write_str("the server does not speak TLS"),
            Self::Closed => f.write_str("the server closed the connection in the handshake"),
            Self::TimedOut(after) => write!(f, "the handshake took more than {} ms", after.as_millis()),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_stays_small_enough_to_be_returned_everywhere() {
        assert!(size_of::<Failure>() <= 128, "{}", size_of::<Failure>());
    }

    #[test]
    fn nobody_there_is_told_from_somebody_who_refuses() {
        let of = |kind| Failure { step: StepName::WebTicket, kind };
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        assert!(of(FailureKind::Unreachable { address, reason: ConnectFailure::Refused }).is_unreachable());
        let silent = FailureKind::NoAnswer { host: "pool".to_owned(), after: Duration::from_secs(30) };
        assert!(!of(silent.clone()).is_unreachable());
        assert_eq!(of(silent).to_string(), "get a web ticket: pool did not answer within 30000 ms");
    }
}
