//! What every handler of the web services may use.

use crate::urls::Urls;
use lync_model::diagnostics::DiagnosticsTable;
use lync_model::ports::{AccountDirectory, CertificateAuthority, NumberDirectory, UserPinService};
use lync_model::rules::RuleBook;
use lync_model::{Clock, Live, WebServiceSettings};
use lync_ntlm::Target;
use lync_proto::ticket::TicketKey;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use time::OffsetDateTime;

/// The parts that the web services are built from.
pub struct Parts {
    /// Where the services are reached.
    pub urls: Urls,
    /// The settings of Set-CsWebServiceConfiguration. Each request is answered by those of the moment when it came.
    pub settings: Live<WebServiceSettings>,
    /// The rules that may act on a request.
    pub rules: Arc<RuleBook>,
    /// What is answered to each cause of a refusal.
    pub diagnostics: DiagnosticsTable,
    /// The user-PIN service, in another process for all that the web services know.
    pub user_pin: Arc<dyn UserPinService>,
    /// Whose numbers are whose, for the notes on refusals.
    pub numbers: Arc<dyn NumberDirectory>,
    /// The accounts of the domain, which Windows credentials are checked against.
    pub accounts: Arc<dyn AccountDirectory>,
    /// The names by which this computer and its domain are known to NTLM.
    pub windows: Arc<Target>,
    /// The pool's certification authority.
    pub authority: Arc<dyn CertificateAuthority>,
    /// The key of web tickets.
    pub ticket_key: TicketKey,
    /// The time.
    pub clock: Clock,
}

/// The web services of one front end.
pub struct FrontEnd {
    parts: Parts,
    correlation: AtomicU64,
}

impl FrontEnd {
    /// A front end of these parts.
    pub fn new(parts: Parts) -> Self {
        // The one captured X-MS-Correlation-Id is 2147486114; that it counts from 2^31 is inferred.
        Self { parts, correlation: AtomicU64::new(1 << 31) }
    }

    pub(crate) fn urls(&self) -> &Urls {
        &self.parts.urls
    }

    /// The present settings. A request asks once, when it comes.
    pub(crate) fn settings(&self) -> Arc<WebServiceSettings> {
        self.parts.settings.get()
    }

    pub(crate) fn rules(&self) -> &RuleBook {
        &self.parts.rules
    }

    pub(crate) fn diagnostics(&self) -> &DiagnosticsTable {
        &self.parts.diagnostics
    }

    pub(crate) fn user_pin(&self) -> &dyn UserPinService {
        self.parts.user_pin.as_ref()
    }

    pub(crate) fn numbers(&self) -> &dyn NumberDirectory {
        self.parts.numbers.as_ref()
    }

    pub(crate) fn accounts(&self) -> &dyn AccountDirectory {
        self.parts.accounts.as_ref()
    }

    pub(crate) fn windows(&self) -> Arc<Target> {
        Arc::clone(&self.parts.windows)
    }

    pub(crate) fn authority(&self) -> &dyn CertificateAuthority {
        self.parts.authority.as_ref()
    }

    pub(crate) fn ticket_key(&self) -> &TicketKey {
        &self.parts.ticket_key
    }

    pub(crate) fn now(&self) -> OffsetDateTime {
        self.parts.clock.now()
    }

    /// The next X-MS-Correlation-Id.
    pub(crate) fn next_correlation_id(&self) -> u64 {
        self.correlation.fetch_add(1, Ordering::Relaxed)
    }
}
