//! The journal, and waiting for it.

use super::Control;
use lync_admin::dto::{Entry, Expectation, ExportFormat, JournalFilter, JournalPage, SeenDevice};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_journal::{DeviceSession, Filter, Sequence, Verification};
use std::sync::Arc;
use std::time::Duration;

/// As many entries come in one answer unless fewer are asked for.
const PAGE: usize = 1000;

impl Control {
    pub(super) fn page(&self, scope: &Scope, filter: &JournalFilter) -> ApiResult<JournalPage> {
        let mut filter = meant(scope, filter)?;
        let most = filter.limit.unwrap_or(PAGE).min(PAGE);
        filter.limit = Some(most);
        // Before the entries: what comes in between is found by the next question.
        let newest = self.core.journal.last_seq();
        let entries = owned(self.core.journal.entries(&filter));
        let shown = entries.last().map(|entry| entry.seq);
        let last_seq = match shown {
            // There may be more behind a full page.
            Some(shown) if filter.since.is_some() && entries.len() >= most => shown,
            shown => newest.max(shown.unwrap_or(0)),
        };
        Ok(JournalPage { entries, last_seq })
    }

    pub(super) fn one_entry(&self, scope: &Scope, seq: u64) -> ApiResult<Entry> {
        let found = self.core.journal.entry(seq);
        let seen = found.filter(|entry| scope.namespace.is_none() || entry.namespace == scope.namespace);
        seen.map(|entry| (*entry).clone())
            .ok_or_else(|| ApiError::not_found(format!("the journal has no entry {seq}, or no longer")))
    }

    pub(super) fn seen_devices(&self, scope: &Scope) -> Vec<SeenDevice> {
        let sessions = self.core.journal.devices(&in_scope(scope));
        sessions.into_iter().map(|session| self.seen(session)).collect()
    }

    fn seen(&self, session: DeviceSession) -> SeenDevice {
        let last = session.entries.last().and_then(|seq| self.core.journal.entry(*seq));
        SeenDevice {
            macs: session.macs,
            sources: session.addresses.iter().map(ToString::to_string).collect(),
            users: session.users,
            phone_or_ext: session.phone_or_ext,
            vendor_classes: session.vendor_classes,
            user_agents: session.user_agents,
            device_ids: session.device_ids,
            first_seen: session.first,
            last_seen: session.last,
            entries: session.entries,
            last_event: last.as_ref().map(|entry| entry.event.clone()).unwrap_or_default(),
            last_outcome: last.map_or(lync_admin::dto::Outcome::Ok, |entry| entry.outcome),
            namespace: session.namespace,
            stopped_at: session.stopped_at,
            verdict: session.verdict,
        }
    }

    pub(super) async fn exported(
        &self,
        scope: &Scope,
        format: ExportFormat,
        filter: &JournalFilter,
    ) -> ApiResult<Vec<u8>> {
        let filter = meant(scope, filter)?;
        let journal = Arc::clone(&self.core.journal);
        // A long journal takes seconds to write, in which an async thread would answer nobody.
        let written = tokio::task::spawn_blocking(move || match format {
            ExportFormat::Jsonl => journal.json_lines(&filter).into_bytes(),
            ExportFormat::Har => journal.har(&filter).to_string().into_bytes(),
            ExportFormat::Pcapng => journal.pcapng(&filter),
        });
        written.await.map_err(|_| ApiError::unavailable("the journal could not be written down"))
    }

    pub(super) async fn wait_for(
        &self,
        scope: &Scope,
        filter: &JournalFilter,
        count: u64,
        timeout: Duration,
    ) -> ApiResult<Vec<Entry>> {
        let filter = meant(scope, filter)?;
        match self.core.journal.wait(&filter, count, timeout).await {
            Ok(entries) => Ok(owned(entries)),
            Err(missed) => {
                let nearest = missed.nearest.as_ref().map(ToString::to_string);
                Err(ApiError::timed_out(missed.to_string()).nearest(nearest))
            }
        }
    }

    pub(super) fn judge(&self, scope: &Scope, expectation: &Expectation) -> ApiResult<()> {
        let verdict = match expectation {
            Expectation::Count { filter, at_least, at_most } => {
                let filter = meant(scope, filter)?;
                let exactly = (*at_most == Some(*at_least)).then_some(*at_least);
                let (at_least, at_most) = match exactly {
                    Some(_) => (None, None),
                    None => (Some(*at_least), *at_most),
                };
                self.core.journal.verify(&Verification { filter, exactly, at_least, at_most })
            }
            Expectation::Sequence(filters) => {
                let filters = filters.iter().map(|filter| meant(scope, filter)).collect::<ApiResult<_>>()?;
                self.core.journal.verify_sequence(&Sequence { filters })
            }
        };
        verdict.map_err(|unmet| ApiError::unmet(unmet.to_string()))
    }
}

/// The filter as the journal has it. Both write it in the same form; what the journal refuses, the API refuses.
fn meant(scope: &Scope, filter: &JournalFilter) -> ApiResult<Filter> {
    let written = serde_json::to_value(filter).map_err(|error| ApiError::invalid(error.to_string()))?;
    let mut meant: Filter =
        serde_json::from_value(written).map_err(|error| ApiError::invalid(error.to_string()))?;
    meant.namespace.clone_from(&scope.namespace);
    Ok(meant)
}

fn in_scope(scope: &Scope) -> Filter {
    Filter { namespace: scope.namespace.clone(), ..Filter::default() }
}

fn owned(entries: Vec<Arc<Entry>>) -> Vec<Entry> {
    entries.into_iter().map(Arc::unwrap_or_clone).collect()
}
