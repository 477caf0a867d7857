//! What the DHCP component gave away, answered and dropped.

use super::Control;
use lync_admin::dto::{DhcpCounters, DhcpLease, DhcpLeasePage, DhcpMode, DhcpStatus};
use lync_admin::{ApiError, ApiResult};
use lync_dhcp::{Counters, Mode};
use std::net::Ipv4Addr;

impl Control {
    pub(super) fn shown_dhcp(&self) -> DhcpStatus {
        let (places, registrar) = (&self.core.dhcp, &self.core.registrar);
        let mode = match registrar.mode() {
            // Without a socket it answers nobody, whatever it would answer.
            _ if places.is_empty() => DhcpMode::Off,
            Mode::Registrar => DhcpMode::Registrar,
            Mode::Enterprise => DhcpMode::Enterprise,
            Mode::Off => DhcpMode::Off,
        };
        DhcpStatus {
            mode,
            enabled: mode != DhcpMode::Off && registrar.is_enabled(),
            listens: places.clone(),
            counters: shown(&registrar.counters()),
        }
    }

    pub(super) fn list_leases(&self, after: Option<Ipv4Addr>, limit: u64) -> DhcpLeasePage {
        let all = self.core.registrar.leases().map(lync_dhcp::LeaseServer::leases).unwrap_or_default();
        let mut behind = all.iter().filter(|lease| after.is_none_or(|after| lease.address > after));
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let leases = behind.by_ref().take(most).map(DhcpLease::from).collect();
        DhcpLeasePage { leases, more: behind.next().is_some() }
    }

    pub(super) async fn end_lease(&self, address: Ipv4Addr) -> ApiResult<()> {
        let ended = match self.core.registrar.leases() {
            Some(leases) => leases.remove(address).await,
            None => Ok(false),
        };
        match ended {
            Ok(true) => Ok(()),
            Ok(false) => Err(ApiError::not_found(format!("there is no lease of {address}")).field("address")),
            Err(error) => {
                tracing::error!(%error, "a lease could not be ended");
                Err(ApiError::unavailable("the store failed; the log says why"))
            }
        }
    }
}

fn shown(counters: &Counters) -> DhcpCounters {
    DhcpCounters {
        received: counters.received(),
        answered: counters.answered(),
        send_failed: counters.send_failed(),
        taken: counters.taken(),
        in_use: counters.in_use(),
        dropped: counters
            .dropped_by_reason()
            .map(|(reason, count)| (reason.as_str().to_owned(), count))
            .collect(),
    }
}
