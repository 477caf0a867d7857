//! Reading a datagram: the frame first, then the options that matter.

use crate::DropReason;
use dhcproto::v4::{
    MAGIC, MessageType, OptionCode,
    borrowed::{DhcpOption, DhcpOptionIterator, Message},
};
use lync_model::rules::Mac;
use lync_proto::dhcp::SubOptions;
use std::net::Ipv4Addr;

/// Header and magic cookie (RFC 2131 section 2).
pub(crate) const HEADER: usize = 240;
/// What an Ethernet frame of 1500 bytes holds behind the headers of IP and UDP.
pub(crate) const MAX_DATAGRAM: usize = 1472;
/// The field sname, which option 52 can turn into options.
const SNAME: std::ops::Range<usize> = 44..108;
/// The field file, likewise.
const FILE: std::ops::Range<usize> = 108..236;
/// BOOTREQUEST.
const OP_REQUEST: u8 = 1;
/// Lync's classes have 12 bytes at most; of others no more than this is shown.
const MAX_CLASS: usize = 64;
/// Bytes of chaddr.
const MAX_HARDWARE_ADDRESS: u8 = 16;

/// A datagram whose frame is sound, with its options gathered.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) header: &'a [u8; HEADER],
    pub(crate) message: Message<'a>,
    pub(crate) options: Options<'a>,
}

/// The options that decide about an answer, or that it echoes.
#[derive(Debug, Default)]
pub(crate) struct Options<'a> {
    pub(crate) message_type: Joined<'a>,
    pub(crate) class: Joined<'a>,
    pub(crate) asked: Joined<'a>,
    pub(crate) client_id: Joined<'a>,
    pub(crate) relay_agent: Joined<'a>,
    pub(crate) requested: Joined<'a>,
    pub(crate) server_id: Joined<'a>,
    pub(crate) max_size: Joined<'a>,
    overload: Joined<'a>,
}

/// The bytes of an option, those of its repetitions appended (RFC 3396 section 7).
///
/// The iterator joins neighbours only, and the rest of dhcproto takes the last one where they are apart.
#[derive(Debug, Default)]
pub(crate) struct Joined<'a> {
    first: Option<DhcpOption<'a>>,
    all: Vec<u8>,
}

impl<'a> Request<'a> {
    /// Checks what dhcproto takes for granted or passes over, then reads the options.
    pub(crate) fn read(datagram: &'a [u8]) -> Result<Self, DropReason> {
        let (header, rest) = datagram.split_first_chunk::<HEADER>().ok_or(DropReason::TooShort)?;
        if datagram.len() > MAX_DATAGRAM {
            return Err(DropReason::TooLong);
        }
        if header[0] != OP_REQUEST {
            return Err(DropReason::NotARequest);
        }
        if header[2] > MAX_HARDWARE_ADDRESS {
            return Err(DropReason::HardwareAddressLength);
        }
        if header[236..] != MAGIC {
            return Err(DropReason::MagicCookie);
        }
        let message = Message::new(datagram).map_err(|_| DropReason::TooShort)?;
        Ok(Self { header, message, options: Options::read(header, rest)? })
    }
}

/// chaddr, where it has the length of an Ethernet address.
pub(crate) fn mac(header: &[u8; HEADER]) -> Option<Mac> {
    let address = header.get(28..34)?.try_into().ok()?;
    (header[2] == 6).then_some(Mac(address))
}

/// Option 60 as text, for people and rules: what is no UTF-8 is replaced, and what is long is cut.
pub(crate) fn class_text(class: &[u8]) -> String {
    String::from_utf8_lossy(class.get(..MAX_CLASS).unwrap_or(class)).into_owned()
}

impl<'a> Options<'a> {
    /// The fields in the order in which RFC 3396 section 5 joins them: options, file, sname.
    fn read(header: &'a [u8; HEADER], field: &'a [u8]) -> Result<Self, DropReason> {
        let mut options = Self::default();
        options.gather(field)?;
        let (file, sname) = match options.overload.get() {
            None => (false, false),
            Some([1]) => (true, false),
            Some([2]) => (false, true),
            Some([3]) => (true, true),
            Some(_) => return Err(DropReason::Overload),
        };
        if file {
            options.gather(&header[FILE])?;
        }
        if sname {
            options.gather(&header[SNAME])?;
        }
        Ok(options)
    }

    fn gather(&mut self, field: &'a [u8]) -> Result<(), DropReason> {
        // dhcproto's iterator ends at a cut option as it does at the end mark; the same frame is checked here.
        if SubOptions::new(field).any(|item| item.is_err()) {
            return Err(DropReason::CutOption);
        }
        for option in DhcpOptionIterator::new(field) {
            match option.code() {
                OptionCode::MessageType => self.message_type.push(option),
                OptionCode::ClassIdentifier => self.class.push(option),
                OptionCode::ParameterRequestList => self.asked.push(option),
                OptionCode::ClientIdentifier => self.client_id.push(option),
                OptionCode::RelayAgentInformation => self.relay_agent.push(option),
                OptionCode::RequestedIpAddress => self.requested.push(option),
                OptionCode::ServerIdentifier => self.server_id.push(option),
                OptionCode::MaxMessageSize => self.max_size.push(option),
                OptionCode::OptionOverload => self.overload.push(option),
                _ => {}
            }
        }
        Ok(())
    }

    pub(crate) fn is_inform(&self) -> bool {
        self.message_type() == Some(MessageType::Inform.into())
    }

    /// Option 53, if it is one byte.
    pub(crate) fn message_type(&self) -> Option<u8> {
        match self.message_type.get() {
            Some([message_type]) => Some(*message_type),
            _ => None,
        }
    }

    pub(crate) fn asks_for(&self, code: u8) -> bool {
        self.asked.get().is_some_and(|codes| codes.contains(&code))
    }
}

impl<'a> Joined<'a> {
    fn push(&mut self, option: DhcpOption<'a>) {
        match &self.first {
            None => self.first = Some(option),
            Some(first) => {
                if self.all.is_empty() {
                    self.all.extend_from_slice(first.data());
                }
                self.all.extend_from_slice(option.data());
            }
        }
    }

    /// The address that is the option's whole value.
    pub(crate) fn address(&self) -> Option<Ipv4Addr> {
        self.get().and_then(|bytes| <[u8; 4]>::try_from(bytes).ok()).map(Ipv4Addr::from)
    }

    /// The option's bytes, or `None` if it is not there.
    pub(crate) fn get(&self) -> Option<&[u8]> {
        let first = self.first.as_ref()?.data();
        Some(if self.all.is_empty() { first } else { &self.all })
    }
}
