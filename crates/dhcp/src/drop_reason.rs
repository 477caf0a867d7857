//! Why a datagram got no answer.

use std::fmt;

/// Why a datagram got no answer. Each is counted; see [`Counters`](crate::Counters).
///
/// In the order in which they are checked, so that a datagram counts under the first rule that it breaks; those of leases
/// stand behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// Shorter than a header and the magic cookie: 240 bytes (RFC 2131 section 2).
    TooShort,
    /// Longer than an Ethernet frame holds.
    TooLong,
    /// op is not BOOTREQUEST, for instance the answer of another server.
    NotARequest,
    /// hlen is more than the 16 bytes of chaddr.
    HardwareAddressLength,
    /// The options do not begin with 99.130.83.99 (RFC 2131 section 3).
    MagicCookie,
    /// The datagram, or a field with options, ends within an option.
    CutOption,
    /// Option 52 is not 1, 2 or 3 (RFC 2132 section 9.3).
    Overload,
    /// Option 53 is missing or is not DHCPINFORM; nor is it, where leases are given, DHCPDISCOVER, DHCPREQUEST,
    /// DHCPRELEASE or DHCPDECLINE.
    NotInform,
    /// Option 60 is missing or is not `MS-UC-Client`, which is case-sensitive.
    OtherClass,
    /// Option 55 is missing or asks neither for 43 nor for 120.
    NothingAsked,
    /// ciaddr is zero: the client has no address to which an answer could go.
    NoClientAddress,
    /// ciaddr, or giaddr if it is set, is a multicast or broadcast address.
    NotUnicast,
    /// The kernel did not say which address was asked, so there is no server identifier.
    NoLocalAddress,
    /// The answer with all that has to be echoed is longer than an Ethernet frame holds.
    AnswerTooLong,
    /// The DHCP component is switched off (Set-CsRegistrarConfiguration -EnableDHCPServer $False).
    Disabled,
    /// A rule wants silence.
    Rule,
    /// A rule wants the answer later, and too many answers wait already; or too many questions wait for the leases
    /// before them to be kept, or for the answer to a ping.
    TooManyWaiting,
    /// More messages about leases from one hardware address than a client has reason to send.
    TooOften,
    /// The client has neither an option 61 of 1 to 255 bytes nor a hardware address.
    NoClientKey,
    /// No subnet that is served has the relay's, the server's or the client's address.
    NoSubnet,
    /// Every address that the client could have is somebody else's, or its hardware address has 16 already.
    NoFreeAddress,
    /// Each address that was tried for the client answered a ping.
    AddressInUse,
    /// Option 54 names another server, whose offer the client takes.
    OtherServer,
    /// DHCPREQUEST with neither option 50 nor ciaddr, DHCPRELEASE without ciaddr, DHCPDECLINE without option 50.
    NoAddressAsked,
    /// The client does not have the address of which it speaks, and is not to be told.
    UnknownLease,
    /// The lease could not be kept, so it is not promised.
    NotKept,
}

impl DropReason {
    /// Every reason, in the order of the checks.
    pub const ALL: [Self; 26] = [
        Self::TooShort,
        Self::TooLong,
        Self::NotARequest,
        Self::HardwareAddressLength,
        Self::MagicCookie,
        Self::CutOption,
        Self::Overload,
        Self::NotInform,
        Self::OtherClass,
        Self::NothingAsked,
        Self::NoClientAddress,
        Self::NotUnicast,
        Self::NoLocalAddress,
        Self::AnswerTooLong,
        Self::Disabled,
        Self::Rule,
        Self::TooManyWaiting,
        Self::TooOften,
        Self::NoClientKey,
        Self::NoSubnet,
        Self::NoFreeAddress,
        Self::AddressInUse,
        Self::OtherServer,
        Self::NoAddressAsked,
        Self::UnknownLease,
        Self::NotKept,
    ];

    /// The word that log lines and counters use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TooShort => "too_short",
            Self::TooLong => "too_long",
            Self::NotARequest => "not_a_request",
            Self::HardwareAddressLength => "hardware_address_length",
            Self::MagicCookie => "magic_cookie",
            Self::CutOption => "cut_option",
            Self::Overload => "overload",
            Self::NotInform => "not_inform",
            Self::OtherClass => "other_class",
            Self::NothingAsked => "nothing_asked",
            Self::NoClientAddress => "no_client_address",
            Self::NotUnicast => "not_unicast",
            Self::NoLocalAddress => "no_local_address",
            Self::AnswerTooLong => "answer_too_long",
            Self::Disabled => "disabled",
            Self::Rule => "rule",
            Self::TooManyWaiting => "too_many_waiting",
            Self::TooOften => "too_often",
            Self::NoClientKey => "no_client_key",
            Self::NoSubnet => "no_subnet",
            Self::NoFreeAddress => "no_free_address",
            Self::AddressInUse => "address_in_use",
            Self::OtherServer => "other_server",
            Self::NoAddressAsked => "no_address_asked",
            Self::UnknownLease => "unknown_lease",
            Self::NotKept => "not_kept",
        }
    }

    /// The reason of this [word](Self::as_str), if there is one.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }

    /// What it is, for a person: a sentence without capital and full stop.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TooShort => "shorter than a header and the magic cookie, 240 bytes",
            Self::TooLong => "longer than an Ethernet frame holds",
            Self::NotARequest => "no BOOTREQUEST, for instance the answer of another server",
            Self::HardwareAddressLength => "the hardware address is longer than its field",
            Self::MagicCookie => "the options do not begin with the magic cookie",
            Self::CutOption => "it ends within an option",
            Self::Overload => "option 52 is not 1, 2 or 3",
            Self::NotInform => "no DHCPINFORM; nor, where leases are given, a message about leases",
            Self::OtherClass => "option 60 is not MS-UC-Client",
            Self::NothingAsked => "option 55 asks neither for 43 nor for 120",
            Self::NoClientAddress => "the client has no address to which an answer could go",
            Self::NotUnicast => "the client's or the relay's address is one of many hosts",
            Self::NoLocalAddress => "the system did not say which address was asked",
            Self::AnswerTooLong => "the answer would be longer than an Ethernet frame holds",
            Self::Disabled => "DHCP is switched off",
            Self::Rule => "a rule wants silence",
            Self::TooManyWaiting => "too many others wait already",
            Self::TooOften => "the client sends more messages than it has reason to",
            Self::NoClientKey => "the client has neither an identifier nor a hardware address",
            Self::NoSubnet => "the client is in no subnet that is served",
            Self::NoFreeAddress => "no address is left for the client",
            Self::AddressInUse => "each address that was tried answered a ping",
            Self::OtherServer => "the client takes the offer of another server",
            Self::NoAddressAsked => "the message names no address",
            Self::UnknownLease => "the client does not have the address of which it speaks",
            Self::NotKept => "the lease could not be kept",
        }
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_reason_is_listed_once_and_has_its_own_word_and_sentence() {
        assert_eq!(HashSet::from(DropReason::ALL).len(), DropReason::ALL.len());
        let words: HashSet<_> = DropReason::ALL.iter().map(|reason| reason.as_str()).collect();
        assert_eq!(words.len(), DropReason::ALL.len());
        let sentences: HashSet<_> = DropReason::ALL.iter().map(|reason| reason.sentence()).collect();
        assert_eq!(sentences.len(), DropReason::ALL.len());
        for reason in DropReason::ALL {
            assert_eq!(DropReason::from_word(reason.as_str()), Some(reason));
        }
    }
}
