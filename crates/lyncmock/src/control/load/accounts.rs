//! Accounts of a state, and the users who are enabled with them.

use super::records::named;
use crate::control::policies::tag;
use crate::control::users::sip_uri;
use crate::control::{Control, OrRefused};
use lync_admin::dto::{AccountRecord, NtHashText, State, UserState};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::{Account, NtHash, SipUri};
use lync_store::{AccountUpdate, StoredAccount, UserRecord};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Names in the form in which they are compared.
type Keys = HashSet<String>;

impl Control {
    pub(super) async fn check_accounts(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        let there = self.accounts_as_found().await?;
        let wishes: Vec<_> = state.accounts.iter().flatten().map(|wish| kept(wish, &there)).collect();
        check_names(&wishes)?;
        let foreign = |account: &Account| !self.sees_account(scope, account);
        for StoredAccount { account: wish, .. } in &wishes {
            let taken = there.iter().map(|stored| &stored.account).find(|other| {
                let same = key(other) == key(wish);
                let name =
                    Account::key(&other.user_principal_name) == Account::key(&wish.user_principal_name);
                foreign(other) && (same || name)
            });
            if let Some(other) = taken {
                let problem = format!("the account {} belongs to another namespace", other.sam_account_name);
                return Err(ApiError::conflict(problem).field("accounts"));
            }
        }
        let usable: Vec<_> = there.iter().filter(|stored| !foreign(&stored.account)).cloned().collect();
        let used = check_accounts_of_users(state, &wishes, &usable)?;
        let stays = |account: &Account| {
            used.contains(&key(account))
                || match &account.sip_uri {
                    None => scope.namespace.is_some(),
                    Some(user) => state.users.as_ref().is_none_or(|users| {
                        // Who gets another account leaves the domain this one, and no namespace removes that.
                        scope.namespace.is_some() && users.iter().any(|state| is_of(state, user))
                    }),
                }
        };
        check_principal_names(&wishes, usable.iter().map(|stored| &stored.account).filter(|one| stays(one)))?;
        self.check_grants(state).await
    }

    /// Whether each policy that a user is granted will be there.
    async fn check_grants(&self, state: &State) -> ApiResult<()> {
        let there: HashSet<_> = match &state.pin_policies {
            Some(policies) => policies.iter().filter_map(|policy| tag(&policy.identity)).collect(),
            None => {
                let policies = self.core.store.pin_policies().await.or_refused()?;
                policies.iter().filter_map(|policy| tag(&policy.identity)).collect()
            }
        };
        for granted in state.users.iter().flatten().filter_map(|user| user.pin_policy.as_ref()) {
            if !tag(granted).is_some_and(|tag| there.contains(&tag)) {
                let problem = format!("there is no PIN policy `{}` to grant", lync_net::excerpt(granted));
                return Err(ApiError::invalid(problem).field("users"));
            }
        }
        Ok(())
    }

    /// Makes accounts and users those of the state.
    pub(super) async fn replace_accounts_and_users(&self, scope: &Scope, state: &State) -> ApiResult<()> {
        let store = &self.core.store;
        let there = store.stored_accounts().await.or_refused()?;
        let wishes: Vec<_> = state.accounts.iter().flatten().map(|wish| kept(wish, &there)).collect();
        let mut stay: Keys = wishes.iter().map(|stored| key(&stored.account)).collect();
        let mut records = Vec::new();
        if let Some(users) = &state.users {
            let others = there.iter().filter(|stored| !stay.contains(&key(&stored.account)));
            let known: Vec<_> = wishes.iter().chain(others).cloned().collect();
            // Made now: who keeps a PIN keeps the one from before the scenarios.
            records = self.records(users, &known).await?;
            stay.extend(records.iter().filter_map(account_key));
            self.take_apart(scope, &records, &there, &stay).await?;
        }
        if state.accounts.is_some() {
            self.replace_accounts(scope, &wishes, &there, &stay).await?;
        }
        for record in &records {
            store.restore(record).await.or_refused()?;
            let user = record.particulars();
            self.core.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
            self.keep_namespace(scope.namespace.as_deref(), user);
        }
        Ok(())
    }

    /// Removes the users who do not stay, and takes those who get another account from the one that they have.
    async fn take_apart(
        &self,
        scope: &Scope,
        records: &[UserRecord],
        there: &[StoredAccount],
        accounts: &Keys,
    ) -> ApiResult<()> {
        let store = &self.core.store;
        let stay: HashMap<&SipUri, _> =
            records.iter().map(|record| (record.user(), account_key(record))).collect();
        for account in there.iter().map(|stored| &stored.account) {
            let own = key(account);
            let Some(user) = account.sip_uri.as_ref().filter(|user| self.sees(scope, user)) else { continue };
            match stay.get(user) {
                Some(wanted) if *wanted == Some(own.clone()) => {}
                Some(_) => store.disable_user(user).await.or_refused()?,
                None => {
                    match accounts.contains(&own) {
                        true => store.disable_user(user).await.or_refused()?,
                        false => store.remove_user(user).await.or_refused()?,
                    }
                    self.leave_namespace(user);
                }
            }
        }
        Ok(())
    }

    /// Makes the accounts those of the state. One that is no user's is the domain's, and no namespace removes it.
    async fn replace_accounts(
        &self,
        scope: &Scope,
        wishes: &[StoredAccount],
        there: &[StoredAccount],
        stay: &Keys,
    ) -> ApiResult<()> {
        let store = &self.core.store;
        if scope.namespace.is_none() {
            for account in store.accounts().await.or_refused()? {
                if account.sip_uri.is_none() && !stay.contains(&key(&account)) {
                    store.remove_account(&account.sam_account_name).await.or_refused()?;
                }
            }
        }
        // Two that exchange their names would each be in the other's way.
        for (at, wish) in wishes.iter().enumerate() {
            let sam = &wish.account.sam_account_name;
            let moves = named(there, sam)
                .is_some_and(|old| old.account.user_principal_name != wish.account.user_principal_name);
            if moves && store.account(sam).await.or_refused()?.is_some() {
                let name = Some(format!("moving-{at}@lyncmock.invalid"));
                let aside = AccountUpdate { user_principal_name: name, ..AccountUpdate::default() };
                store.update_account(sam, &aside).await.or_refused()?;
            }
        }
        for wish in wishes {
            store.restore_account(wish).await.or_refused()?;
        }
        Ok(())
    }
}

/// The account as the store keeps it; without a `password` with the one that it has.
fn kept(wish: &AccountRecord, there: &[StoredAccount]) -> StoredAccount {
    let nt_hash = match &wish.password {
        Some(password) => password.nt_hash.as_ref().and_then(NtHashText::bytes).map(NtHash::from_bytes),
        None => named(there, &wish.sam_account_name).and_then(|stored| stored.nt_hash.clone()),
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

/// Whether no account that is there and stays as it is has a UserPrincipalName that is wished for.
fn check_principal_names<'a>(
    wishes: &[StoredAccount],
    mut stay: impl Iterator<Item = &'a Account>,
) -> ApiResult<()> {
    let wished: Keys = wishes.iter().map(|stored| key(&stored.account)).collect();
    let principals: Keys =
        wishes.iter().map(|stored| Account::key(&stored.account.user_principal_name)).collect();
    let taken = stay.find(|other| {
        !wished.contains(&key(other)) && principals.contains(&Account::key(&other.user_principal_name))
    });
    taken.map_or(Ok(()), |other| {
        let problem =
            format!("{} is the name of {}, which stays", other.user_principal_name, other.sam_account_name);
        Err(ApiError::conflict(problem).field("accounts"))
    })
}

/// Whether each user gets an account that will be there, and no two the same; which accounts these are.
fn check_accounts_of_users(
    state: &State,
    wishes: &[StoredAccount],
    there: &[StoredAccount],
) -> ApiResult<Keys> {
    let refuse = |problem: String| Err(ApiError::invalid(problem).field("users"));
    let own: HashMap<_, _> =
        there.iter().filter_map(|stored| Some((stored.account.sip_uri.as_ref()?, &stored.account))).collect();
    let mut taken = BTreeMap::new();
    for user in state.users.iter().flatten() {
        let address = sip_uri(&user.sip_address)?;
        let account = match &user.account {
            Some(name) => match named(wishes, name).or_else(|| named(there, name)) {
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

fn is_of(state: &UserState, user: &SipUri) -> bool {
    sip_uri(&state.sip_address).is_ok_and(|address| address == *user)
}

fn key(account: &Account) -> String {
    Account::key(&account.sam_account_name)
}

fn account_key(record: &UserRecord) -> Option<String> {
    record.account().map(|stored| key(&stored.account))
}
