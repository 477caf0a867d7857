//! Accounts of a state, and the users who are enabled with them.

use super::own::Own;
use crate::control::Control;
use crate::control::policies::tag;
use crate::control::users::sip_uri;
use lync_admin::dto::{AccountRecord, NtHashText, State};
use lync_admin::{ApiError, ApiResult};
use lync_model::{Account, NtHash, SipUri, User};
use lync_store::{Replacement, Snapshot, StoredAccount, UserRecord};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Names in the form in which they are compared.
type Keys = HashSet<String>;

/// Accounts by their SamAccountNames, in any case.
pub(super) struct Named<'a>(HashMap<String, &'a StoredAccount>);

impl<'a> Named<'a> {
    /// Of several of one name the last counts.
    fn new(accounts: impl IntoIterator<Item = &'a StoredAccount>) -> Self {
        Self(accounts.into_iter().map(|stored| (key(&stored.account), stored)).collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a StoredAccount> {
        self.0.get(&Account::key(name)).copied()
    }
}

impl Control {
    /// What a state makes of accounts and users, and who is there then.
    pub(super) fn plan_users(
        &self,
        own: &Own<'_>,
        state: &State,
        there: &Snapshot,
    ) -> ApiResult<(Replacement, Vec<User>)> {
        let before = Named::new(&there.accounts);
        let wishes: Vec<_> = state.accounts.iter().flatten().map(|wish| kept(wish, &before)).collect();
        check_accounts(own, state, &wishes, there)?;
        check_grants(state, there)?;
        let mut plan = Replacement::default();
        let mut stay: Keys = wishes.iter().map(|stored| key(&stored.account)).collect();
        if let Some(users) = &state.users {
            let known = Named::new(there.accounts.iter().chain(&wishes));
            plan.records = self.records(users, &known, there)?;
            stay.extend(plan.records.iter().filter_map(account_key));
            take_apart(own, &mut plan, there, &stay);
        }
        if state.accounts.is_some() {
            plan.removed_accounts = removed_accounts(own, &plan, there, &stay);
            plan.accounts = wishes;
        }
        let users = users_to_be(own, state, &plan.records, there)?;
        Ok((plan, users))
    }
}

/// Who is there when the state is loaded, by address.
fn users_to_be(
    own: &Own<'_>,
    state: &State,
    records: &[UserRecord],
    there: &Snapshot,
) -> ApiResult<Vec<User>> {
    let mut users: BTreeMap<_, _> = there.users.iter().map(|user| (&user.sip_uri, user)).collect();
    if state.users.is_some() {
        users.retain(|user, _| !own.has(user));
    }
    for user in records.iter().map(UserRecord::particulars) {
        if users.insert(&user.sip_uri, user).is_some() {
            let problem = format!("{} does not belong to the namespace of the request", user.sip_uri);
            return Err(ApiError::conflict(problem).field("users"));
        }
    }
    Ok(users.into_values().cloned().collect())
}

fn check_accounts(own: &Own<'_>, state: &State, wishes: &[StoredAccount], there: &Snapshot) -> ApiResult<()> {
    check_names(wishes)?;
    let (sams, principals): (Keys, Keys) =
        wishes.iter().map(|stored| (key(&stored.account), principal(&stored.account))).unzip();
    let is_wished = |account: &Account| sams.contains(&key(account));
    let mut foreign = there.accounts.iter().map(|stored| &stored.account).filter(|one| own.is_foreign(one));
    if let Some(other) = foreign.find(|one| is_wished(one) || principals.contains(&principal(one))) {
        let problem =
            format!("the account {} does not belong to the namespace of the request", other.sam_account_name);
        return Err(ApiError::conflict(problem).field("accounts"));
    }
    let usable = || there.accounts.iter().filter(|stored| !own.is_foreign(&stored.account));
    let used = check_accounts_of_users(state, &Named::new(wishes), usable)?;
    let listed: HashSet<_> =
        state.users.iter().flatten().filter_map(|user| sip_uri(&user.sip_address).ok()).collect();
    let stays = |account: &Account| {
        used.contains(&key(account))
            || match &account.sip_uri {
                None => own.name.is_some(),
                // Who gets another account leaves the domain this one, and no namespace removes that; nor the one
                // that was the domain's before it was a user's.
                Some(user) => {
                    state.users.is_none()
                        || (own.name.is_some() && (listed.contains(user) || own.borrows(user)))
                }
            }
    };
    let taken = usable()
        .map(|stored| &stored.account)
        .find(|other| principals.contains(&principal(other)) && !is_wished(other) && stays(other));
    taken.map_or(Ok(()), |other| {
        let problem =
            format!("{} is the name of {}, which stays", other.user_principal_name, other.sam_account_name);
        Err(ApiError::conflict(problem).field("accounts"))
    })
}

/// Whether each policy that a user is granted will be there.
fn check_grants(state: &State, there: &Snapshot) -> ApiResult<()> {
    let policies: Keys = match &state.pin_policies {
        Some(policies) => policies.iter().filter_map(|policy| tag(&policy.identity)).collect(),
        None => there.policies.iter().filter_map(|policy| tag(&policy.identity)).collect(),
    };
    for granted in state.users.iter().flatten().filter_map(|user| user.pin_policy.as_ref()) {
        if !tag(granted).is_some_and(|tag| policies.contains(&tag)) {
            let problem = format!("there is no PIN policy `{}` to grant", lync_net::excerpt(granted));
            return Err(ApiError::invalid(problem).field("users"));
        }
    }
    Ok(())
}

/// Takes away the users who do not stay, and those who get another account from the one that they have.
fn take_apart(own: &Own<'_>, plan: &mut Replacement, there: &Snapshot, accounts: &Keys) {
    let stay: HashMap<&SipUri, _> =
        plan.records.iter().map(|record| (record.user(), account_key(record))).collect();
    for account in there.accounts.iter().map(|stored| &stored.account) {
        let Some(user) = account.sip_uri.as_ref().filter(|user| own.has(user)) else { continue };
        match stay.get(user) {
            Some(wanted) if wanted.as_ref() == Some(&key(account)) => {}
            Some(_) => plan.disabled.push(user.clone()),
            None if accounts.contains(&key(account)) || own.borrows(user) => plan.disabled.push(user.clone()),
            None => plan.removed.push(user.clone()),
        }
    }
}

/// The accounts of no user that do not stay. They are the domain's, and no namespace removes them.
fn removed_accounts(own: &Own<'_>, plan: &Replacement, there: &Snapshot, stay: &Keys) -> Vec<String> {
    if own.name.is_some() {
        return Vec::new();
    }
    let disabled: HashSet<_> = plan.disabled.iter().collect();
    let accounts = there.accounts.iter().map(|stored| &stored.account);
    let nobodys = accounts.filter(|one| one.sip_uri.as_ref().is_none_or(|user| disabled.contains(user)));
    nobodys.filter(|one| !stay.contains(&key(one))).map(|one| one.sam_account_name.clone()).collect()
}

/// The account as the store keeps it; without a `password` with the one that it has.
fn kept(wish: &AccountRecord, there: &Named<'_>) -> StoredAccount {
    let nt_hash = match &wish.password {
        Some(password) => password.nt_hash.as_ref().and_then(NtHashText::bytes).map(NtHash::from_bytes),
        None => there.get(&wish.sam_account_name).and_then(|stored| stored.nt_hash.clone()),
    };
    StoredAccount {
        account: Account {
            sam_account_name: wish.sam_account_name.clone(),
            user_principal_name: wish.user_principal_name.clone(),
            display_name: wish.display_name.clone(),
            state: wish.state.into(),
            has_password: nt_hash.is_some(),
            sip_uri: None,
        },
        nt_hash,
    }
}

fn check_names(wishes: &[StoredAccount]) -> ApiResult<()> {
    let refuse = |problem: String| ApiError::invalid(problem).field("accounts");
    let (mut sams, mut principals) = (Keys::new(), Keys::new());
    for StoredAccount { account, .. } in wishes {
        account.validate().map_err(|error| refuse(error.to_string()))?;
        for (names, name) in
            [(&mut sams, &account.sam_account_name), (&mut principals, &account.user_principal_name)]
        {
            if !names.insert(Account::key(name)) {
                return Err(refuse(format!("{name} is there twice")));
            }
        }
    }
    Ok(())
}

/// Whether each user gets an account that will be there, and no two the same; which accounts these are.
fn check_accounts_of_users<'a, I: Iterator<Item = &'a StoredAccount>>(
    state: &State,
    wishes: &Named<'_>,
    there: impl Fn() -> I,
) -> ApiResult<Keys> {
    let refuse = |problem: String| Err(ApiError::invalid(problem).field("users"));
    let own: HashMap<_, _> =
        there().filter_map(|stored| Some((stored.account.sip_uri.as_ref()?, &stored.account))).collect();
    let there = Named::new(there());
    let mut taken = HashMap::new();
    for user in state.users.iter().flatten() {
        let address = sip_uri(&user.sip_address)?;
        let account = match &user.account {
            Some(name) => match wishes.get(name).or_else(|| there.get(name)) {
                Some(found) => Some(key(&found.account)),
                None => return refuse(format!("there is no account `{}`", lync_net::excerpt(name))),
            },
            None => own.get(&address).map(|account| key(account)),
        };
        if let Some(name) = account
            && let Some(other) = taken.insert(name, address.clone())
            && other != address
        {
            return refuse(format!("{other} and {address} have the same account"));
        }
    }
    Ok(taken.into_keys().collect())
}

fn key(account: &Account) -> String {
    Account::key(&account.sam_account_name)
}

fn principal(account: &Account) -> String {
    Account::key(&account.user_principal_name)
}

fn account_key(record: &UserRecord) -> Option<String> {
    record.account().map(|stored| key(&stored.account))
}
