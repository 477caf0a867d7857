//! Polycom VVX, by Polycom's guides and a published case.

use super::{Shown, UNKNOWN};
use crate::{Failure, FailureKind, StepName};
use lync_proto::dhcp::OPTION_VENDOR_SPECIFIC;

const GUIDE: &str = "Polycom UC Software 5.9.2 with Skype for Business, sign-in methods (Poly Trio)";
const MANUAL: &str = "Poly Trio 8500 user guide, signing in with PIN Authentication";
const CASE: &str = "blog \"VVX PIN Authentication Error\", 2017-02-02 (VVX 310, UCS 5.4.0.10182)";

const DISCOVERING: Shown = Shown::documented("Discovering Skype for Business Server", GUIDE);
const AUTHENTICATING: Shown = Shown::documented("Authentication in progress", GUIDE);
/// The menu has this way to sign in only where DHCP option 43 is configured.
const OFFERED: Shown = Shown::documented("[The sign-in menu offers PIN Authentication.]", GUIDE);
const NOT_OFFERED: Shown = Shown::documented("[The sign-in menu does not offer PIN Authentication.]", GUIDE);
const FAILED: Shown = Shown::documented("Lync Sign in Failed", CASE);
pub(super) const SIGNED_IN: Shown =
    Shown::documented("[A confirmation message, whose words are not documented.]", MANUAL);

pub(super) const fn during(step: StepName) -> Shown {
    match step {
        StepName::Discovery => DISCOVERING,
        StepName::RootChain | StepName::CertProvMetadata | StepName::WebTicketMetadata => UNKNOWN,
        StepName::WebTicket => AUTHENTICATING,
        StepName::Certificate => AUTHENTICATING.elsewhere(),
    }
}

/// The menu in which the person chooses how to sign in, before there is a sign-in.
pub(super) fn menu(failure: Option<&Failure>) -> Shown {
    if is_offered(failure) { OFFERED } else { NOT_OFFERED }
}

/// Whether a sign-in by PIN can be begun at all.
pub(super) fn is_offered(failure: Option<&Failure>) -> bool {
    !failure.is_some_and(|failure| {
        matches!(
            failure.kind,
            FailureKind::NoDhcpAnswer { .. }
                | FailureKind::BrokenOption { option: OPTION_VENDOR_SPECIFIC, .. }
        )
    })
}

pub(super) fn failed(failure: &Failure) -> Shown {
    match (failure.step, &failure.kind) {
        // The phone turns to DNS, it is said; what becomes of that is not.
        (StepName::Discovery, _) => UNKNOWN,
        // In the published case the phone had the chain and no answer came after it; a wrong PIN looked the same.
        (
            StepName::CertProvMetadata | StepName::WebTicketMetadata | StepName::WebTicket,
            FailureKind::NoAnswer { .. },
        )
        | (StepName::WebTicket, FailureKind::Status { .. }) => FAILED,
        _ => FAILED.elsewhere(),
    }
}
