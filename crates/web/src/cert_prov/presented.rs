//! The web ticket that comes with a request, and what makes it good.

use crate::FrontEnd;
use crate::exchange::Exchange;
use crate::learned::Learned;
use crate::refusal::Refusal;
use crate::urls::{CERT_PROV_PATH, Urls};
use lync_model::SipUri;
use lync_model::diagnostics::names;
use lync_net::excerpt;
use lync_proto::soap::Envelope;
use lync_proto::ticket::{AuthenticationMethod, Confirmation, TicketHeader, WebTicket};
use time::Duration;

/// How far a client's and this server's clock may differ; WCF's default, inferred for Lync.
const CLOCK_SKEW: Duration = Duration::minutes(5);

/// How a port wants a ticket to be presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presentation {
    /// With a signature by the proof key over the timestamp.
    Proof,
    /// On its own.
    Bearer,
}

/// The user whom the request's ticket names.
///
/// # Errors
/// The fault for a ticket that is missing, altered, foreign, expired, for another service, or not proved.
pub(super) fn user_of_ticket(
    front_end: &FrontEnd,
    exchange: &mut Exchange,
    envelope: &Envelope,
    wanted: Presentation,
) -> Result<SipUri, Refusal> {
    check(front_end, &mut exchange.learned, envelope, wanted)
        .map_err(|(name, reason)| Refusal::in_fault(front_end.diagnostics().known(name)).because(reason))
}

/// The name of a diagnostic, and the reason for the log.
type NotAccepted = (&'static str, String);

fn check(
    front_end: &FrontEnd,
    learned: &mut Learned,
    envelope: &Envelope,
    wanted: Presentation,
) -> Result<SipUri, NotAccepted> {
    let invalid = |reason: String| (names::WEB_TICKET_INVALID, reason);
    let none = |reason: String| (names::WEB_TICKET_MISSING, reason);
    let header = TicketHeader::find(envelope).map_err(|error| none(error.to_string()))?;
    let header = header.ok_or_else(|| none("there is no Security header".to_owned()))?;
    let ticket = WebTicket::verify(header.assertion, front_end.ticket_key()).map_err(|error| {
        // What another service has issued cannot be verified here; what claims to be ours and does not verify was
        // altered.
        let ours = header.assertion.attribute("", "Issuer") == Some(&front_end.urls().web_ticket());
        (if ours { names::WEB_TICKET_INVALID } else { names::WEB_TICKET_UNVERIFIABLE }, error.to_string())
    })?;
    let user = ticket.user.parse::<SipUri>();
    learned.device.ticket = Some(ticket.assertion_id.clone());
    if let (Ok(user), false) = (&user, is_anonymous(&ticket)) {
        learned.user(user);
    }
    in_date(front_end, &ticket, &header)?;
    if !is_for_this_service(&ticket.audience, front_end.urls()) {
        return Err((
            names::WEB_TICKET_AUDIENCE,
            format!("the ticket is for {:?}", excerpt(&ticket.audience)),
        ));
    }
    match (wanted, &ticket.confirmation) {
        (Presentation::Proof, Confirmation::HolderOfKey { wrapped_key }) => {
            let key = front_end
                .ticket_key()
                .unwrap_proof_key(wrapped_key)
                .map_err(|error| invalid(error.to_string()))?;
            header.verify_proof(&key).map_err(|error| invalid(error.to_string()))?;
        }
        (Presentation::Bearer, Confirmation::Bearer) => {}
        (wanted, _) => {
            return Err(invalid(format!("the ticket's confirmation does not fit a {wanted:?} port")));
        }
    }
    if is_anonymous(&ticket) {
        return Err(invalid("an anonymous ticket stands for nobody".to_owned()));
    }
    user.map_err(|_| invalid("the ticket names no user".to_owned()))
}

fn is_anonymous(ticket: &WebTicket) -> bool {
    ticket.authentication_method == AuthenticationMethod::Unspecified
}

/// The ticket's own validity, and that of the timestamp, which is the ticket's lifetime as the client copied it: so no
/// request is too old as long as the ticket is good.
fn in_date(front_end: &FrontEnd, ticket: &WebTicket, header: &TicketHeader<'_>) -> Result<(), NotAccepted> {
    let now = front_end.now();
    if now >= ticket.expires || now >= header.expires() {
        return Err((names::WEB_TICKET_EXPIRED, format!("the ticket expired at {}", ticket.expires)));
    }
    if now + CLOCK_SKEW < ticket.issued {
        return Err((names::WEB_TICKET_INVALID, "the ticket is not yet valid".to_owned()));
    }
    Ok(())
}

/// Whether the audience is the certificate provisioning service of this pool or one of its ports, under any of the
/// pool's names. The port number does not count: clients write it or leave it out.
fn is_for_this_service(audience: &str, urls: &Urls) -> bool {
    let Ok(uri) = audience.parse::<http::Uri>() else { return false };
    let ours = uri.host().is_some_and(|host| urls.is_ours(host));
    let web = matches!(uri.scheme_str(), Some("https" | "http"));
    let (service, port) = uri.path().split_at_checked(CERT_PROV_PATH.len()).unwrap_or((uri.path(), "/"));
    ours && web && service.eq_ignore_ascii_case(CERT_PROV_PATH) && (port.is_empty() || port.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audience_is_this_service_under_any_of_its_names() {
        let urls = Urls::new("pool.lab.test", 80, 443).also_known_as(["127.0.0.1"]);
        for audience in [
            "https://pool.lab.test/CertProv/CertProvisioningService.svc",
            "https://POOL.lab.test:10443/certprov/certprovisioningservice.svc/WebTicket_Proof_SHA1",
            "https://127.0.0.1:10443/CertProv/CertProvisioningService.svc/WebTicket_Bearer",
        ] {
            assert!(is_for_this_service(audience, &urls), "{audience}");
        }
        for audience in [
            "",
            "urn:nobody",
            "https://pool.lab.test/",
            "https://pool.lab.test/CertProv",
            "https://pool.lab.test/WebTicket/WebTicketService.svc",
            "https://pool.lab.test/CertProv/CertProvisioningService.svcEVIL/x",
            "ftp://pool.lab.test/CertProv/CertProvisioningService.svc",
            "https://other.lab.test/CertProv/CertProvisioningService.svc",
        ] {
            assert!(!is_for_this_service(audience, &urls), "{audience}");
        }
    }
}
