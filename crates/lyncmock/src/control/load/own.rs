//! What of a pool a state may replace.

use crate::control::scope::owner;
use crate::control::users::sip_uri;
use lync_admin::Scope;
use lync_admin::dto::State;
use lync_model::rules::Namespaces;
use lync_model::{Account, SipUri};
use lync_store::{Replacement, Snapshot, StoredAccount, UserRecord};
use std::collections::{HashMap, HashSet};

/// Whose users are replaced: those of the scope, and no others that it sees.
pub(super) struct Own<'a> {
    namespaces: &'a Namespaces,
    /// The namespace; the whole pool has all users.
    pub(super) name: Option<&'a str>,
    /// Users of nobody whom the state replaces and claims by their addresses.
    claimed: HashSet<SipUri>,
}

impl<'a> Own<'a> {
    pub(super) fn new(namespaces: &'a Namespaces, scope: &'a Scope, state: &State) -> Self {
        let name = scope.namespace.as_deref();
        let listed: HashSet<_> = addresses(state.users.iter().flatten().map(|user| &user.sip_address));
        let wish = name.and_then(|name| state.namespaces.as_ref()?.get(name));
        let mut claimed = addresses(wish.into_iter().flat_map(|wish| &wish.users));
        claimed.retain(|user| listed.contains(user) && owner(namespaces, user).is_none());
        Self { namespaces, name, claimed }
    }

    /// Whether the user is the scope's.
    pub(super) fn has(&self, user: &SipUri) -> bool {
        let Some(name) = self.name else { return true };
        let members = self.namespaces.members(name);
        members.is_some_and(|members| members.users.contains_key(user)) || self.claimed.contains(user)
    }

    /// Whether the account is another's; one that is no user's is the domain's.
    pub(super) fn is_foreign(&self, account: &Account) -> bool {
        account.sip_uri.as_ref().is_some_and(|user| !self.has(user))
    }

    /// Whether the account of this user is the domain's: it was there before the namespace had a user of it.
    pub(super) fn borrows(&self, user: &SipUri) -> bool {
        let members = self.name.and_then(|name| self.namespaces.members(name));
        members.is_some_and(|members| members.borrowing.contains(user))
    }

    /// The namespaces when these users are gone and those are there.
    pub(super) fn after(&self, replacement: &Replacement, there: &Snapshot) -> Namespaces {
        let mut namespaces = self.namespaces.clone();
        let borrowing = self.borrowing(&replacement.records, there);
        let stay: HashSet<_> = replacement.records.iter().map(UserRecord::user).collect();
        for user in replacement.disabled.iter().chain(&replacement.removed) {
            if !stay.contains(user) {
                namespaces.remove_user(user);
            }
        }
        let Some(name) = self.name else { return namespaces };
        let members = namespaces.members_mut(name);
        for user in replacement.records.iter().map(UserRecord::particulars) {
            members.users.insert(user.sip_uri.clone(), user.line_uri.clone());
        }
        members.borrowing.retain(|user| !stay.contains(user));
        members.borrowing.extend(borrowing);
        namespaces
    }

    /// Who of these has an account of the domain.
    fn borrowing(&self, records: &[UserRecord], there: &Snapshot) -> HashSet<SipUri> {
        let key = |stored: &StoredAccount| Account::key(&stored.account.sam_account_name);
        let before: HashMap<_, _> =
            there.accounts.iter().map(|stored| (key(stored), stored.account.sip_uri.as_ref())).collect();
        let borrows = |record: &&UserRecord| match record.account().map(|own| before.get(&key(own))) {
            Some(Some(user)) => user.is_none_or(|user| self.borrows(user)),
            Some(None) => false,
            None => self.borrows(record.user()),
        };
        records.iter().filter(borrows).map(|record| record.user().clone()).collect()
    }
}

/// These addresses; what is none is nobody's.
fn addresses<'b>(given: impl Iterator<Item = &'b String>) -> HashSet<SipUri> {
    given.filter_map(|given| sip_uri(given).ok()).collect()
}
