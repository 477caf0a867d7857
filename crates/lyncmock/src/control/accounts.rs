//! Accounts of Active Directory.

use super::{Control, OrRefused};
use crate::config::check_display_name;
use crate::scenarios::nearest;
use lync_admin::dto::{Account, AccountUpdate, NewAccount, PasswordText};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_store::AccountUpdate as Change;

impl Control {
    /// The account of this name, if the scope sees it.
    pub(super) async fn found_account(&self, scope: &Scope, given: &str) -> ApiResult<lync_model::Account> {
        let found = self.core.store.account(given.trim()).await.or_refused()?;
        match found.filter(|account| self.sees_account(scope, account)) {
            Some(account) => Ok(account),
            None => Err(self.no_account(scope, given).await?),
        }
    }

    async fn no_account(&self, scope: &Scope, given: &str) -> ApiResult<ApiError> {
        let accounts = self.core.store.accounts().await.or_refused()?;
        let seen = accounts.iter().filter(|account| self.sees_account(scope, account));
        let near = nearest(given.trim(), seen.map(|account| account.sam_account_name.as_str()));
        let meant = near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let told = format!("there is no account `{}`{meant}", lync_net::excerpt(given));
        Ok(ApiError::not_found(told).field("account").nearest(near))
    }

    /// An account belongs where its user does; one without a user is the domain's, and everybody sees it.
    pub(super) fn sees_account(&self, scope: &Scope, account: &lync_model::Account) -> bool {
        account.sip_uri.as_ref().is_none_or(|user| self.sees(scope, user))
    }

    pub(super) async fn list_accounts(&self, scope: &Scope) -> ApiResult<Vec<Account>> {
        let all = self.core.store.accounts().await.or_refused()?;
        Ok(all.iter().filter(|account| self.sees_account(scope, account)).map(Account::from).collect())
    }

    pub(super) async fn new_account(&self, wish: &NewAccount) -> ApiResult<Account> {
        let sam_account_name = wish.sam_account_name.clone();
        let account = lync_model::Account {
            user_principal_name: self.principal_name(wish.user_principal_name.as_deref(), &sam_account_name),
            display_name: account_name(wish.display_name.as_deref(), &sam_account_name)?,
            state: wish.state.into(),
            has_password: wish.password.is_some(),
            sip_uri: None,
            sam_account_name,
        };
        let password = wish.password.as_ref().map(PasswordText::expose);
        self.core.store.add_account(&account, password).await.or_refused()?;
        Ok(Account::from(&account))
    }

    pub(super) async fn replace_account(
        &self,
        scope: &Scope,
        given: &str,
        update: &AccountUpdate,
    ) -> ApiResult<Account> {
        let sam = self.found_account(scope, given).await?.sam_account_name;
        let change = Change {
            display_name: Some(account_name(update.display_name.as_deref(), &sam)?),
            user_principal_name: Some(self.principal_name(update.user_principal_name.as_deref(), &sam)),
            state: Some(update.state.into()),
        };
        Ok(Account::from(&self.core.store.update_account(&sam, &change).await.or_refused()?))
    }

    pub(super) async fn delete_account(&self, scope: &Scope, given: &str) -> ApiResult<()> {
        let account = self.found_account(scope, given).await?;
        self.core.store.remove_account(&account.sam_account_name).await.or_refused()?;
        if let Some(user) = &account.sip_uri {
            self.leave_namespace_for_good(user).await?;
            self.core.users_changed().await;
        }
        Ok(())
    }

    /// The name in the pool's domain stands in where none is given.
    fn principal_name(&self, given: Option<&str>, sam: &str) -> String {
        given.map_or_else(|| format!("{sam}@{}", self.core.config.sip_domain), str::to_owned)
    }
}

/// The SamAccountName stands in where no name is given.
fn account_name(given: Option<&str>, sam: &str) -> ApiResult<String> {
    let name = given.unwrap_or(sam);
    check_display_name(name)
        .map_err(|problem| ApiError::invalid(problem.to_string()).field("display_name"))?;
    Ok(name.to_owned())
}
