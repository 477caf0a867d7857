//! Users and their PINs.

use super::{Control, OrRefused};
use crate::config::check_display_name;
use lync_admin::dto::{NewUser, PinInfo, User, UserUpdate};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::{LineUri, SipUri};

impl Control {
    pub(super) fn shown(&self, user: &lync_model::User) -> User {
        User {
            sip_address: user.sip_uri.to_string(),
            display_name: user.display_name.clone(),
            line_uri: user.line_uri.as_ref().map(ToString::to_string),
            enabled: user.enabled,
            enterprise_voice_enabled: user.enterprise_voice,
            namespace: self.namespace_of(user),
        }
    }

    pub(super) async fn list_users(&self, scope: &Scope) -> ApiResult<Vec<User>> {
        let all = self.core.store.users().await.or_refused()?;
        Ok(all.iter().filter(|user| self.sees(scope, user)).map(|user| self.shown(user)).collect())
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
        match &wish.pin {
            Some(pin) => self.core.store.add_user_with_pin(&user, pin.pin()).await.or_refused()?,
            None => self.core.store.add_user(&user).await.or_refused()?,
        }
        self.keep_namespace(scope.namespace.as_deref(), &user);
        self.core.users_changed().await;
        Ok(self.shown(&user))
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
        self.core.store.update_user(&user).await.or_refused()?;
        self.core.rules.line_changed(&user.sip_uri, user.line_uri.as_ref());
        self.core.users_changed().await;
        Ok(self.shown(&user))
    }

    pub(super) async fn delete_user(&self, scope: &Scope, given: &str) -> ApiResult<()> {
        let user = self.found(scope, given).await?;
        self.core.store.remove_user(&user.sip_uri).await.or_refused()?;
        self.leave_namespace(&user);
        self.core.users_changed().await;
        Ok(())
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
