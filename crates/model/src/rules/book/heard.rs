//! What has happened, for the rules that wait for it.

use super::recent::Recent;
use crate::SipUri;
use crate::rules::{Happening, Mac, Occasion};
use std::net::IpAddr;

/// The most that is remembered. A device takes up to six entries for each name that a rule waits for, so that some
/// two thousand devices have room.
const MOST: usize = 16 * 1024;

/// When each name was noted last for each device, counted in happenings.
#[derive(Debug)]
pub(super) struct Heard {
    count: u64,
    last: Recent<Key, u64>,
}

/// What was noted, to whom it is visible, and about whom it was.
type Key = (&'static str, Scope, Subject);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Scope {
    /// Rules without a namespace see everything.
    Everything,
    /// Rules of a namespace see what belongs to it, and what belongs to none.
    Of(Option<String>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    User(SipUri),
    Mac(Mac),
    Source(IpAddr),
    /// It was about nobody in particular, such as a restart.
    Pool,
}

impl Heard {
    pub(super) fn new() -> Self {
        Self { count: 0, last: Recent::new(MOST) }
    }

    /// How much has happened; what is noted from here on is greater.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Remembers what happened; `namespace` is that of whom it was about.
    pub(super) fn note(&mut self, name: &'static str, happening: &Happening<'_>, namespace: Option<&str>) {
        self.count += 1;
        let known = subjects(happening.user, happening.mac, happening.source);
        let pool = if known.is_empty() { vec![Subject::Pool] } else { known };
        for subject in pool {
            for scope in [Scope::Everything, Scope::Of(namespace.map(str::to_owned))] {
                self.last.insert((name, scope, subject.clone()), self.count);
            }
        }
    }

    /// Whether `name` was noted since `count` for whoever is there, as far as a rule of `namespace` may know.
    pub(super) fn has(
        &self,
        name: &'static str,
        since: u64,
        occasion: &Occasion<'_>,
        namespace: Option<&str>,
    ) -> bool {
        let scopes = match namespace {
            None => vec![Scope::Everything],
            Some(name) => vec![Scope::Of(Some(name.to_owned())), Scope::Of(None)],
        };
        let mut subjects = subjects(occasion.user, occasion.mac, occasion.source);
        subjects.push(Subject::Pool);
        let heard = |scope: &Scope, subject: &Subject| {
            let last = self.last.get(&(name, scope.clone(), subject.clone()));
            last.is_some_and(|last| *last > since)
        };
        scopes.iter().any(|scope| subjects.iter().any(|subject| heard(scope, subject)))
    }

    /// Forgets the names for which nobody waits.
    pub(super) fn keep(&mut self, awaited: impl Fn(&str) -> bool) {
        self.last.retain(|(name, ..)| awaited(name));
    }
}

fn subjects(user: Option<&SipUri>, mac: Option<Mac>, source: Option<IpAddr>) -> Vec<Subject> {
    let user = user.cloned().map(Subject::User);
    let source = source.map(|source| Subject::Source(source.to_canonical()));
    [user, mac.map(Subject::Mac), source].into_iter().flatten().collect()
}
