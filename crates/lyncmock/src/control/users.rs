//! Users and their PINs.

use super::{Control, OrRefused, stored};
use crate::config::check_display_name;
use lync_admin::dto::{NewAddress, NewUser, PasswordText, PinInfo, PinText, User, UserUpdate};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::{Account, LineUri, SipUri};
use lync_store::StoreError;
use std::collections::HashMap;

impl Control {
    /// A user with account and granted policy.
    pub(super) async fn shown(&self, user: &lync_model::User) -> ApiResult<User> {
        let account = self.core.store.account_of(&user.sip_uri).await.or_refused()?;
        let account = account.ok_or_else(|| stored(&StoreError::NoSuchUser(user.sip_uri.clone())))?;
        let policy = self.core.store.granted_pin_policy(&user.sip_uri).await.or_refused()?;
        Ok(self.shown_with(user, &account, policy))
    }

    fn shown_with(&self, user: &lync_model::User, account: &Account, pin_policy: Option<String>) -> User {
        User {
            sip_address: user.sip_uri.to_string(),
            display_name: user.display_name.clone(),
            line_uri: user.line_uri.as_ref().map(ToString::to_string),
            enabled: user.enabled,
            enterprise_voice_enabled: user.enterprise_voice,
            sam_account_name: account.sam_account_name.clone(),
            user_principal_name: account.user_principal_name.clone(),
            pin_policy,
            namespace: self.namespace_of(&user.sip_uri),
        }
    }

    pub(super) async fn list_users(&self, scope: &Scope) -> ApiResult<Vec<User>> {
        let store = &self.core.store;
        let accounts = store.accounts().await.or_refused()?;
        let accounts: HashMap<_, _> =
            accounts.iter().filter_map(|account| Some((account.sip_uri.as_ref()?, account))).collect();
        let policies: HashMap<_, _> = store.granted_pin_policies().await.or_refused()?.into_iter().collect();
        let all = store.users().await.or_refused()?;
        let seen = all.iter().filter(|user| self.sees(scope, &user.sip_uri));
        // Who has no account was removed or made between two questions.
        let shown = seen.filter_map(|user| {
            let account = accounts.get(&user.sip_uri)?;
            Some(self.shown_with(user, account, policies.get(&user.sip_uri).cloned()))
        });
        Ok(shown.collect())
    }

    pub(super) async fn new_user(&self, scope: &Scope, wish: &NewUser) -> ApiResult<User> {
        let user = lync_model::User {
            sip_uri: sip_uri(&wish.sip_address)?,
            display_name: display_name(wish.display_name.as_deref(), &wish.sip_address)?,
            line_uri: line_uri(wish.line_uri.as_deref())?,
            enabled: wish.enabled,
            enterprise_voice: wish.enterprise_voice_enabled,
            pin_set_at: None,
        };
        self.check_namespace(scope)?;
        let account = match &wish.account {
            Some(given) => Some(self.found_account(scope, given).await?.sam_account_name),
            None => None,
        };
        let new = lync_store::NewUser {
            user: &user,
            account: account.as_deref(),
            pin: wish.pin.as_ref().map(PinText::pin),
            password: wish.password.as_ref().map(PasswordText::expose),
        };
        let store = &self.core.store;
        store.add_new_user(new).await.or_refused()?;
        self.keep_namespace(scope.namespace.as_deref(), &user, account.is_some());
        // Whoever is added anew may have another line than the rules know.
        self.core.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
        self.core.users_changed().await;
        let user = store.user(&user.sip_uri).await.or_refused()?.unwrap_or(user);
        self.shown(&user).await
    }

    pub(super) async fn replace_user(
        &self,
        scope: &Scope,
        given: &str,
        update: &UserUpdate,
    ) -> ApiResult<User> {
        let found = self.found(scope, given).await?;
        let user = lync_model::User {
            display_name: display_name(update.display_name.as_deref(), found.sip_uri.as_str())?,
            line_uri: line_uri(update.line_uri.as_deref())?,
            enabled: update.enabled,
            enterprise_voice: update.enterprise_voice_enabled,
            ..found
        };
        // Looked up before anything is changed.
        let policy = self.granted(update.pin_policy.as_deref(), "pin_policy").await?;
        self.core.store.update_user(&user).await.or_refused()?;
        self.core.store.grant_pin_policy(&user.sip_uri, policy.as_deref()).await.or_refused()?;
        self.core.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
        self.core.users_changed().await;
        self.shown(&user).await
    }

    pub(super) async fn delete_user(&self, scope: &Scope, given: &str) -> ApiResult<()> {
        let user = self.found(scope, given).await?.sip_uri;
        self.take_away(scope, &user).await?;
        self.leave_namespace_for_good(&user).await?;
        self.core.users_changed().await;
        Ok(())
    }

    /// Disable-CsUser.
    pub(super) async fn disable(&self, scope: &Scope, given: &str) -> ApiResult<()> {
        let user = self.found(scope, given).await?.sip_uri;
        self.core.store.disable_user(&user).await.or_refused()?;
        self.leave_namespace_for_good(&user).await?;
        self.core.users_changed().await;
        Ok(())
    }

    /// Gives a user another address. A scenario could not be taken back under another.
    pub(super) async fn rename(&self, scope: &Scope, given: &str, wish: &NewAddress) -> ApiResult<User> {
        let new = sip_uri(&wish.sip_address)?;
        let found = self.found(scope, given).await?;
        if let Some(scenario) = self.core.scenario_of(&found.sip_uri) {
            let problem = format!("the scenario {scenario} is armed for {}; lift that first", found.sip_uri);
            return Err(ApiError::conflict(problem).field("user"));
        }
        self.core.store.rename_user(&found.sip_uri, &new).await.or_refused()?;
        let namespace = self.namespace_of(&found.sip_uri);
        let borrowing = self.borrows(&found.sip_uri);
        self.leave_namespace(&found.sip_uri);
        let user = lync_model::User { sip_uri: new, ..found };
        self.keep_namespace(namespace.as_deref(), &user, borrowing);
        self.core.users_changed().await;
        self.shown(&user).await
    }

    pub(super) async fn shown_pin(&self, scope: &Scope, given: &str) -> ApiResult<PinInfo> {
        let user = self.found(scope, given).await?;
        let info = self.core.store.pin_info(&user.sip_uri).await.or_refused()?;
        Ok(PinInfo {
            identity: user.sip_uri.to_string(),
            is_pin_set: info.is_pin_set,
            is_locked_out: info.is_locked_out,
            last_pin_change_time: info.last_pin_change_time,
            pin_expiration_time: info.pin_expiration_time,
        })
    }
}

/// With or without `sip:`.
pub(super) fn sip_uri(given: &str) -> ApiResult<SipUri> {
    let given = given.trim();
    let with_scheme = match given.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("sip:") => given.to_owned(),
        _ => format!("sip:{given}"),
    };
    with_scheme
        .parse()
        .map_err(|error: lync_model::SipUriError| ApiError::invalid(error.to_string()).field("sip_address"))
}

pub(super) fn line_uri(given: Option<&str>) -> ApiResult<Option<LineUri>> {
    let parsed = given.map(str::parse::<LineUri>).transpose();
    parsed.map_err(|error| ApiError::invalid(error.to_string()).field("line_uri"))
}

/// The address without its scheme stands in where no name is given.
pub(super) fn display_name(given: Option<&str>, address: &str) -> ApiResult<String> {
    let name = given.unwrap_or_else(|| address.trim().trim_start_matches("sip:"));
    check_display_name(name)
        .map_err(|problem| ApiError::invalid(problem.to_string()).field("display_name"))?;
    Ok(name.to_owned())
}
