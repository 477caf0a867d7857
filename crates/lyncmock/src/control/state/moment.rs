//! A pool at one moment, as it is without its armed scenarios.

use crate::control::policies::tag;
use crate::control::scope::{owner, shown};
use crate::control::users::sip_uri;
use crate::control::{Control, OrRefused};
use crate::scenarios::{ArmedScenario, ScenarioError, called};
use lync_admin::dto::{ArmScenario, Namespace, RuleSpec};
use lync_admin::{ApiResult, Scope};
use lync_model::rules::{ArmedRule, Namespaces};
use lync_model::{Account, SipUri, User};
use lync_store::{Snapshot, StoredAccount, UserRecord};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What the store holds, and what of the pool's memory refers to it.
pub(in crate::control) struct Moment {
    /// With the accounts as they will be without the armed scenarios.
    pub(super) store: Snapshot,
    namespaces: Arc<Namespaces>,
    rules: Vec<ArmedRule>,
    armed: Vec<ArmedScenario>,
    /// The users that armed scenarios changed, as they will be without these.
    found: Vec<UserRecord>,
    /// The users that armed scenarios added.
    added: Vec<SipUri>,
}

/// A user as it is without the armed scenarios.
pub(super) struct Found<'a> {
    pub(super) user: &'a User,
    /// SamAccountName.
    pub(super) account: Option<&'a str>,
    /// Identity of the granted policy.
    pub(super) pin_policy: Option<&'a str>,
    /// Where records were asked for, and of users that scenarios changed.
    pub(super) record: Option<&'a UserRecord>,
}

impl Control {
    /// Takes the pool as it is while nothing is half armed; `records` says whether those of all users are wanted.
    pub(in crate::control) async fn moment(&self, records: bool) -> ApiResult<Moment> {
        let core = &self.core;
        let _still = core.scenarios.hold_still().await;
        let (mut found, added) = core.without_scenarios().await.or_refused()?;
        let mut store = core.store.snapshot(records).await.or_refused()?;
        store.accounts = as_found(store.accounts, &mut found, &added);
        Ok(Moment {
            namespaces: core.rules.namespaces().get(),
            rules: core.rules.list(),
            armed: core.scenarios.list(),
            found,
            added,
            store,
        })
    }
}

impl Moment {
    /// Whether a user is the scope's; a namespace sees more than it has while it has no users.
    pub(super) fn has(&self, scope: &Scope, user: &SipUri) -> bool {
        scope.namespace.is_none() || owner(&self.namespaces, user) == scope.namespace.as_deref()
    }

    /// What the store would hold if all scenarios were lifted.
    pub(in crate::control) fn into_found(self) -> Snapshot {
        let Self { store, found, added, .. } = self;
        let Snapshot { policies, accounts, users, grants, mut records } = store;
        let mut users: BTreeMap<_, _> = users.into_iter().map(|user| (user.sip_uri.clone(), user)).collect();
        for user in &added {
            users.remove(user);
            records.remove(user);
        }
        for record in &found {
            users.insert(record.user().clone(), record.particulars().clone());
            records.insert(record.user().clone(), record.clone());
        }
        Snapshot { policies, accounts, users: users.into_values().collect(), grants, records }
    }

    /// The accounts, by SamAccountName.
    pub(super) fn accounts(&self) -> Vec<StoredAccount> {
        let mut accounts = self.store.accounts.clone();
        accounts.sort_by_cached_key(|stored| Account::key(&stored.account.sam_account_name));
        accounts
    }

    /// The users, by address.
    pub(super) fn users(&self) -> BTreeMap<&SipUri, Found<'_>> {
        let Snapshot { accounts, users, grants, records, policies } = &self.store;
        let accounts: HashMap<_, _> = accounts
            .iter()
            .filter_map(|stored| Some((stored.account.sip_uri.as_ref()?, &*stored.account.sam_account_name)))
            .collect();
        let stored = users.iter().filter(|user| !self.added.contains(&user.sip_uri)).map(|user| Found {
            user,
            account: accounts.get(&user.sip_uri).copied(),
            pin_policy: grants.get(&user.sip_uri).map(String::as_str),
            record: records.get(&user.sip_uri),
        });
        // A policy may be gone since a scenario found who had it.
        let there: HashSet<_> = policies.iter().filter_map(|policy| tag(&policy.identity)).collect();
        let granted = |identity: &&str| tag(identity).is_some_and(|tag| there.contains(&tag));
        let found = self.found.iter().map(|record| Found {
            user: record.particulars(),
            account: record.account().map(|stored| &*stored.account.sam_account_name),
            pin_policy: record.pin_policy().filter(granted),
            record: Some(record),
        });
        // Of a user who was changed the record counts.
        stored.chain(found).map(|user| (&user.user.sip_uri, user)).collect()
    }

    /// The namespaces that the scope sees, with those of their users who are there.
    pub(super) fn namespaces(&self, scope: &Scope, users: &BTreeMap<&SipUri, Found<'_>>) -> Vec<Namespace> {
        let seen = |name: &str| scope.namespace.as_deref().is_none_or(|own| own == name);
        let there = self.namespaces.iter().filter(|(name, _)| seen(name)).map(|(name, members)| {
            let mut members = members.clone();
            members.users.retain(|user, _| users.contains_key(user));
            shown(name, &members)
        });
        there.collect()
    }

    /// The rules of the scope's own, but those that name a user who is not there.
    pub(super) fn rules(&self, scope: &Scope, users: &BTreeMap<&SipUri, Found<'_>>) -> Vec<RuleSpec> {
        let all: Vec<_> = users.values().map(|found| found.user.clone()).collect();
        let ours = self
            .rules
            .iter()
            .filter(|rule| rule.owner.scenario.is_none() && rule.owner.namespace == scope.namespace);
        let named = ours.filter(|rule| rule.spec.who.user.as_ref().is_none_or(|user| is_there(&all, user)));
        named.map(|rule| rule.spec.clone()).collect()
    }

    /// The armed scenarios of the scope's own, but those for a user who is not there.
    pub(super) fn armed(&self, scope: &Scope, users: &BTreeMap<&SipUri, Found<'_>>) -> Vec<ArmScenario> {
        let is_there = |user: &SipUri| users.contains_key(user);
        let ours = self
            .armed
            .iter()
            .filter(|armed| armed.namespace == scope.namespace && armed.user.as_ref().is_none_or(is_there));
        ours.map(|armed| ArmScenario {
            scenario: armed.name.clone(),
            user: armed.user.as_ref().map(ToString::to_string),
        })
        .collect()
    }
}

/// The accounts without the armed scenarios, which changed and added these users. Who was removed gets the account back
/// that is nobody's since; where somebody has its names, the next that are free, as when the scenario is lifted.
fn as_found(
    mut accounts: Vec<StoredAccount>,
    found: &mut [UserRecord],
    added: &[SipUri],
) -> Vec<StoredAccount> {
    let own = found.iter().filter(|record| record.account().is_some()).map(UserRecord::user);
    let theirs: HashSet<_> = own.chain(added).collect();
    accounts.retain(|stored| stored.account.sip_uri.as_ref().is_none_or(|user| !theirs.contains(user)));
    let mut principals: HashSet<_> = accounts.iter().map(|stored| principal(&stored.account)).collect();
    let mut named: HashMap<_, _> =
        accounts.into_iter().map(|stored| (Account::key(&stored.account.sam_account_name), stored)).collect();
    // The last one first, as they are lifted.
    for record in found.iter_mut().rev() {
        let Some(mut stored) = record.account().cloned() else { continue };
        let account = &mut stored.account;
        let name = Account::key(&account.sam_account_name);
        if let Some(left) = named.remove(&name) {
            match left.account.sip_uri {
                None => drop(principals.remove(&principal(&left.account))),
                Some(_) => drop(named.insert(name.clone(), left)),
            }
        }
        account.make_free(|sam| named.contains_key(sam), |upn| principals.contains(upn));
        principals.insert(principal(account));
        record.set_account(stored.clone());
        named.insert(Account::key(&stored.account.sam_account_name), stored);
    }
    named.into_values().collect()
}

fn principal(account: &Account) -> String {
    Account::key(&account.user_principal_name)
}

/// Whether a rule that names this user can be loaded beside these. A name that several have is not gone: whoever loads
/// the rule is told.
fn is_there(users: &[User], given: &str) -> bool {
    let address = sip_uri(given).ok();
    users.iter().any(|user| Some(&user.sip_uri) == address.as_ref())
        || !matches!(called(users, given), Err(ScenarioError::NoSuchUser { .. }))
}
