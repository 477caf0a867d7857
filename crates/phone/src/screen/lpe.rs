//! Lync Phone Edition, by Microsoft's help.

use super::{Shown, UNKNOWN};
use crate::{Failure, FailureKind, StepName};
use lync_proto::dhcp::OPTION_SIP_SERVERS;

const CHAIN_TOPIC: &str =
    "help of Lync Server 2010, topic ebf0c11e-0617-4ede-9332-b4bdbb365668 (root certificate chain)";
const LOGON_TOPIC: &str = "TechNet gg398713 (Log on to the Lync Server)";
const PIN_ARTICLE: &str =
    "Microsoft's article \"Authentication fails during Lync Phone Edition PIN sign-in\"";

/// While the phone looks for certificate provisioning and goes there for the chain.
const LOCATING: Shown = Shown::documented("Locating the server to download the certificate", CHAIN_TOPIC);
/// The address that DHCP gave is wrong, or the pool there is gone.
const NOT_LOCATED: Shown = Shown::documented("Unable to locate Lync Certificate Web service", CHAIN_TOPIC);
/// The download of chains is switched off, or no chain is set.
const NO_CHAIN: Shown = Shown::documented(
    "Error downloading certificate chain from OCS Registrar. Please try again",
    CHAIN_TOPIC,
);
/// A wrong Registrar; the help says "a message similar to" this.
const NO_REGISTRAR: Shown =
    Shown::documented("Unable to contact Registrar for authentication. Please sign in again.", LOGON_TOPIC);
/// In the article the PIN is right, and the front end does not trust the user-PIN service: a cause that the phone cannot
/// know. Of a wrong PIN nobody has written what is shown.
const PIN_AGAIN: Shown = Shown::inferred("[The phone asks for the PIN again.]", PIN_ARTICLE);

pub(super) const fn during(step: StepName) -> Shown {
    match step {
        StepName::Discovery | StepName::RootChain => LOCATING,
        StepName::CertProvMetadata
        | StepName::WebTicketMetadata
        | StepName::WebTicket
        | StepName::Certificate => UNKNOWN,
    }
}

pub(super) fn failed(failure: &Failure) -> Shown {
    let kind = &failure.kind;
    match failure.step {
        StepName::Discovery => match kind {
            FailureKind::BrokenOption { option: OPTION_SIP_SERVERS, .. } => NO_REGISTRAR,
            FailureKind::BrokenOption { .. } | FailureKind::NoDhcpAnswer { .. } => NOT_LOCATED,
            _ => UNKNOWN,
        },
        StepName::RootChain => match kind {
            FailureKind::NameNotResolved { .. } => NOT_LOCATED,
            // Written of a pool that is gone; a closed port of one that is there looks the same to the phone.
            FailureKind::Unreachable { .. } => NOT_LOCATED.elsewhere(),
            FailureKind::NoAnswer { .. } => LOCATING.elsewhere(),
            FailureKind::Interrupted { .. } | FailureKind::NotHttp { .. } => NOT_LOCATED.elsewhere(),
            FailureKind::Fault { .. } => NO_CHAIN,
            _ => NO_CHAIN.elsewhere(),
        },
        // Where a certificate is not trusted, articles speak of an error about certificates and quote none.
        StepName::CertProvMetadata | StepName::WebTicketMetadata => UNKNOWN,
        StepName::WebTicket => match kind {
            FailureKind::Status { .. } | FailureKind::Fault { .. } => PIN_AGAIN,
            _ => UNKNOWN,
        },
        StepName::Certificate => match kind {
            FailureKind::Status { .. } | FailureKind::Fault { .. } | FailureKind::ErrorInfo { .. } => {
                PIN_AGAIN
            }
            _ => UNKNOWN,
        },
    }
}
