//! The right answer made wrong, as a rule wants it. No sockets: what a rule says is a value.

use crate::{Answers, DropReason, RegistrarOptions, answers::whole, decide::check_length};
use lync_model::rules::{Action, DhcpFault, Payload43, Payload120};
use lync_proto::dhcp::{DomainName, OPTION_SIP_SERVERS, OPTION_VENDOR_SPECIFIC, SipServers, UcClientOptions};
use std::net::Ipv4Addr;

/// What an action means for a DHCP answer. Of the others only [`Action::Ok`] passes a rule's check here, and they
/// leave the answer as it is.
pub(crate) fn of(action: &Action) -> Option<&DhcpFault> {
    match action {
        Action::Dhcp(fault) => Some(fault),
        _ => None,
    }
}

/// The datagrams that answer a request, in the order in which they are sent. `right` is the right answer, `write` makes
/// another one of another server or of other options.
pub(crate) fn replies(
    server: Ipv4Addr,
    answers: &Answers,
    right: Vec<u8>,
    fault: Option<&DhcpFault>,
    write: impl Fn(Ipv4Addr, &Answers, &mut Vec<u8>),
) -> Result<Vec<Vec<u8>>, DropReason> {
    let written = |server, answers: &Answers| {
        let mut reply = Vec::new();
        write(server, answers, &mut reply);
        check_length(&reply).map(|()| reply)
    };
    match fault {
        None => Ok(vec![right]),
        Some(DhcpFault::Silence) => Err(DropReason::Rule),
        Some(DhcpFault::Duplicate) => Ok(vec![right.clone(), right]),
        Some(DhcpFault::SecondServer { fqdn }) => {
            let other = answers.of_host(fqdn).map(|other| written(neighbour(server), &other)).transpose()?;
            Ok(other.into_iter().chain([right]).collect())
        }
        Some(DhcpFault::Options { option_43, option_120 }) => {
            let wrong = answers.with(option_43.as_ref(), option_120.as_ref(), server);
            Ok(vec![written(server, &wrong)?])
        }
    }
}

impl Answers {
    /// The same answers with other options; `None` leaves one as it is.
    fn with(&self, option_43: Option<&Payload43>, option_120: Option<&Payload120>, server: Ipv4Addr) -> Self {
        let mut wrong = self.clone();
        wrong.is_43_broken |= option_43.is_some();
        if let Some(payload) = option_43 {
            wrong.option_43 = match payload {
                Payload43::Omit => Vec::new(),
                Payload43::Broken(broken) => {
                    whole(OPTION_VENDOR_SPECIFIC, &broken.payload(&self.right.uc_client, server))
                }
                Payload43::Raw(bytes) => whole(OPTION_VENDOR_SPECIFIC, bytes),
            };
        }
        if let Some(payload) = option_120 {
            wrong.option_120 = match payload {
                Payload120::Omit => Vec::new(),
                Payload120::Broken(broken) => {
                    whole(OPTION_SIP_SERVERS, &broken.payload(&self.right.sip_servers, server))
                }
                Payload120::Raw(bytes) => whole(OPTION_SIP_SERVERS, bytes),
            };
        }
        wrong
    }

    /// What the server of another pool answers: the same URL at another host, and this host as Registrar. `None` where
    /// the options cannot hold the name, which a rule's check does not let pass.
    fn of_host(&self, fqdn: &str) -> Option<Self> {
        let right = &self.right.uc_client;
        let uc_client = UcClientOptions::new(
            right.url_scheme(),
            fqdn,
            right.web_server_port(),
            right.cert_prov_rel_path(),
        );
        let options = RegistrarOptions {
            uc_client: uc_client.ok()?,
            sip_servers: SipServers::from(fqdn.parse::<DomainName>().ok()?),
        };
        Some(Self::new(&options, self.settings))
    }
}

/// The server identifier of a second server: the next address, or the one before where the next would be a network's
/// last. 127.0.0.1 has 127.0.0.2.
///
/// Both datagrams leave from the address that was asked, as the other is not ours to send from: a client tells two
/// servers apart by option 54 (RFC 2131 section 4.3.1), and by siaddr where it is filled in.
fn neighbour(server: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, d] = server.octets();
    Ipv4Addr::new(a, b, c, if d >= 254 { d - 1 } else { d + 1 })
}

#[cfg(test)]
mod tests;
