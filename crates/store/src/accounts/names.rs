//! Names of accounts: which are meant, which are taken, and which are free.

use super::find;
use crate::StoreError;
use lync_model::{Account, AccountState, SipUri};
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// How much of a name that is nobody's an error repeats, in characters.
pub(crate) const MAX_QUOTED: usize = 64;

/// By which name an account is meant.
#[derive(Clone, Copy)]
pub(crate) enum Names<'a> {
    /// SamAccountName.
    Sam(&'a str),
    /// UserPrincipalName.
    Upn(&'a str),
}

/// The domain of the accounts.
#[derive(Debug, Default)]
pub(crate) struct Domain {
    /// The NetBIOS name and the DNS name, in lower case; none before anybody has told them.
    names: Vec<String>,
}

impl Domain {
    pub(crate) fn new(netbios: &str, dns: &str) -> Self {
        Self { names: vec![netbios.to_lowercase(), dns.to_lowercase()] }
    }

    fn is(&self, name: &str) -> bool {
        self.names.contains(&name.to_lowercase())
    }

    /// The account that one text means; `None` where it is of another domain.
    pub(crate) fn named<'a>(&self, name: &'a str) -> Option<Names<'a>> {
        match name.split_once('\\') {
            Some((domain, sam)) => self.is(domain).then_some(Names::Sam(sam)),
            None => Some(without_domain(name)),
        }
    }

    /// The account that a client means by user and domain.
    pub(crate) fn credentials<'a>(&self, user: &'a str, domain: &str) -> Option<Names<'a>> {
        match domain.is_empty() {
            true => Some(without_domain(user)),
            false => self.is(domain).then_some(Names::Sam(user)),
        }
    }
}

fn without_domain(name: &str) -> Names<'_> {
    if name.contains('@') { Names::Upn(name) } else { Names::Sam(name) }
}

/// Refuses names that another account has.
pub(crate) async fn refuse_taken(
    connection: &mut SqliteConnection,
    account: &Account,
    own: Option<i64>,
) -> Result<(), StoreError> {
    let (sam, upn) = (account.sam_account_name.as_str(), account.user_principal_name.as_str());
    for (name, named) in [(sam, Names::Sam(sam)), (upn, Names::Upn(upn))] {
        if find(&mut *connection, named).await?.is_some_and(|found| Some(found.id) != own) {
            return Err(StoreError::AccountExists(name.to_owned()));
        }
    }
    Ok(())
}

/// Gives the account the next names that nobody else has, where somebody has its own: `kenmyer2`, `kenmyer3` and so on.
pub(crate) async fn make_free(
    connection: &mut SqliteConnection,
    account: &mut Account,
    own: Option<i64>,
) -> Result<(), StoreError> {
    match refuse_taken(&mut *connection, account, own).await {
        Err(StoreError::AccountExists(_)) => {}
        free => return free,
    }
    Taken::load(connection, own).await?.make_free(account);
    Ok(())
}

/// The names that accounts have, by their keys: for whoever adds many, and would else ask for each.
pub(crate) struct Taken {
    sams: HashSet<String>,
    upns: HashSet<String>,
}

impl Taken {
    /// Those of every account but one's `own`.
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        own: Option<i64>,
    ) -> Result<Self, StoreError> {
        let rows = sqlx::query!("SELECT sam_key, upn_key FROM accounts WHERE id IS NOT ?", own)
            .fetch_all(connection)
            .await?;
        let (sams, upns) = rows.into_iter().map(|row| (row.sam_key, row.upn_key)).unzip();
        Ok(Self { sams, upns })
    }

    /// As [`make_free`] does it. The names are not taken by that.
    pub(crate) fn make_free(&self, account: &mut Account) {
        account.make_free(|sam| self.sams.contains(sam), |upn| self.upns.contains(upn));
    }

    /// Takes the names of an account, or refuses those that another has.
    pub(crate) fn take(&mut self, account: &Account) -> Result<(), StoreError> {
        if let Some(name) = self.taken_of(account) {
            return Err(StoreError::AccountExists(name.to_owned()));
        }
        self.sams.insert(Account::key(&account.sam_account_name));
        self.upns.insert(Account::key(&account.user_principal_name));
        Ok(())
    }

    fn taken_of<'a>(&self, account: &'a Account) -> Option<&'a str> {
        let (sam, upn) = (&account.sam_account_name, &account.user_principal_name);
        let sam = self.sams.contains(&Account::key(sam)).then_some(sam);
        sam.or_else(|| self.upns.contains(&Account::key(upn)).then_some(upn)).map(String::as_str)
    }
}

/// Has the names compared as [`Account::key`] does it. The accounts of a store that had none were made by SQLite, whose
/// `lower()` knows ASCII alone; where two are the same now, the later ones get the next free names.
pub(crate) async fn renew_keys(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let rows = sqlx::query!(
        "SELECT id, sam_account_name, user_principal_name, sam_key, upn_key, display_name FROM accounts
         WHERE sam_key GLOB '*[^ -~]*' OR upn_key GLOB '*[^ -~]*' ORDER BY id"
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        let (sam_key, upn_key) =
            (Account::key(&row.sam_account_name), Account::key(&row.user_principal_name));
        if (&sam_key, &upn_key) == (&row.sam_key, &row.upn_key) {
            continue;
        }
        let mut account = Account {
            sam_account_name: row.sam_account_name,
            user_principal_name: row.user_principal_name,
            display_name: row.display_name,
            state: AccountState::Good,
            has_password: false,
            sip_uri: None,
        };
        make_free(&mut *connection, &mut account, Some(row.id)).await?;
        rename(&mut *connection, row.id, &account).await?;
    }
    Ok(())
}

async fn rename(connection: &mut SqliteConnection, id: i64, account: &Account) -> Result<(), StoreError> {
    let (sam, upn) = (account.sam_account_name.as_str(), account.user_principal_name.as_str());
    let (sam_key, upn_key) = (Account::key(sam), Account::key(upn));
    sqlx::query!(
        "UPDATE accounts SET sam_account_name = ?, user_principal_name = ?, sam_key = ?, upn_key = ? WHERE id = ?",
        sam,
        upn,
        sam_key,
        upn_key,
        id
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The account that a Lync user gets who has none: named after the address, without a password.
pub(crate) fn of_address(user: &SipUri, display_name: &str) -> Account {
    Account {
        sam_account_name: Account::sam_account_name_of(user),
        user_principal_name: user.address().to_owned(),
        display_name: display_name.to_owned(),
        state: AccountState::Good,
        has_password: false,
        sip_uri: Some(user.clone()),
    }
}
