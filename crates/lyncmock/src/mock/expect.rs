//! What a test expects of the pool, verified at its end.

use super::LyncMock;
use lync_journal::{Filter, Journal, Verification};
use std::sync::{Arc, Mutex, PoisonError};

/// Something that must happen, or must not, before the pool is dropped.
///
/// ```
/// # tokio::runtime::Runtime::new().unwrap().block_on(async {
/// use lyncmock::{Expectation, LyncMock};
///
/// let pool = LyncMock::start().await;
/// pool.expect(Expectation::of("certprov.published").user("kenmyer").exactly(1));
/// pool.expect(Expectation::of("webticket.refused").never());
/// pool.phone("1219", "0712").run().await.outcome.unwrap();
/// # });
/// ```
#[derive(Clone, Debug)]
pub struct Expectation {
    verification: Verification,
}

impl Expectation {
    /// An event of the journal, at least once; `*` at its end stands for any rest, as in `webticket.*`.
    ///
    /// # Panics
    /// When there is no such event: what cannot happen would never be missed.
    pub fn of(event: &str) -> Self {
        Self::matching(Filter::event(event))
    }

    /// An entry that this filter lets through, at least once.
    ///
    /// # Panics
    /// When the filter names an event that does not exist.
    pub fn matching(filter: Filter) -> Self {
        must_exist(&filter);
        Self { verification: Verification { filter, at_least: Some(1), ..Verification::default() } }
    }

    /// Of this user: SIP address or its part before the `@`.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        self.verification.filter.user = Some(user.to_owned());
        self
    }

    /// By what this scenario does.
    #[must_use]
    pub fn scenario(mut self, scenario: &str) -> Self {
        self.verification.filter.scenario = Some(scenario.to_owned());
        self
    }

    /// Exactly this often.
    #[must_use]
    pub fn exactly(self, count: u64) -> Self {
        self.counts(Some(count), None, None)
    }

    /// At least this often.
    #[must_use]
    pub fn at_least(self, count: u64) -> Self {
        self.counts(None, Some(count), None)
    }

    /// At most this often.
    #[must_use]
    pub fn at_most(self, count: u64) -> Self {
        self.counts(None, None, Some(count))
    }

    /// Not at all.
    #[must_use]
    pub fn never(self) -> Self {
        self.exactly(0)
    }

    fn counts(mut self, exactly: Option<u64>, at_least: Option<u64>, at_most: Option<u64>) -> Self {
        self.verification.exactly = exactly;
        self.verification.at_least = at_least;
        self.verification.at_most = at_most;
        self
    }
}

/// Panics when the filter names an event that no entry ever has: a misspelt name would otherwise pass for silence.
pub(super) fn must_exist(filter: &Filter) {
    if let Err(error) = filter.check() {
        #[expect(clippy::panic, reason = "a test that asks for what cannot be is wrong")]
        {
            panic!("lyncmock: {error}");
        }
    }
}

/// What is expected of one pool.
pub(super) struct Expectations {
    journal: Arc<Journal>,
    all: Mutex<Vec<Expectation>>,
}

impl Expectations {
    pub(super) fn new(journal: &Arc<Journal>) -> Self {
        Self { journal: Arc::clone(journal), all: Mutex::default() }
    }

    fn unmet(&self) -> Vec<String> {
        let all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let verdicts = all.iter().map(|expected| self.journal.verify(&expected.verification));
        verdicts.filter_map(|verdict| verdict.err().map(|unmet| unmet.to_string())).collect()
    }
}

impl Drop for Expectations {
    fn drop(&mut self) {
        // A test that is failing already has its reason.
        if std::thread::panicking() {
            return;
        }
        let unmet = self.unmet();
        if !unmet.is_empty() {
            #[expect(clippy::panic, reason = "a test whose expectation is not met has failed")]
            {
                panic!("lyncmock: {}", unmet.join("\n\n"));
            }
        }
    }
}

impl LyncMock {
    /// Expects something of this pool. It is verified when the pool is stopped or dropped, which panics with a report
    /// of what happened instead.
    pub fn expect(&self, expectation: Expectation) {
        self.expectations.all.lock().unwrap_or_else(PoisonError::into_inner).push(expectation);
    }
}
