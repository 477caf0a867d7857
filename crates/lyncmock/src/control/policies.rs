//! PIN policies, and to whom they are granted.

use super::{Control, OrRefused};
use crate::scenarios::nearest;
use lync_admin::dto::{NamedPinPolicy, PinPolicy};
use lync_admin::{ApiError, ApiResult};
use lync_model::{NamedPolicy, PolicyIdentity, SipUri};

/// Identity of the policy that is always there.
pub(super) const GLOBAL: &str = "Global";

impl Control {
    pub(super) async fn list_policies(&self) -> ApiResult<Vec<NamedPinPolicy>> {
        Ok(self.core.store.pin_policies().await.or_refused()?.iter().map(shown_policy).collect())
    }

    pub(super) async fn one_policy(&self, given: &str) -> ApiResult<NamedPinPolicy> {
        match self.core.store.pin_policy(given).await.or_refused()? {
            Some(policy) => Ok(shown_policy(&policy)),
            None => Err(self.no_policy(given, "identity").await?),
        }
    }

    async fn no_policy(&self, given: &str, field: &str) -> ApiResult<ApiError> {
        let policies = self.core.store.pin_policies().await.or_refused()?;
        let near = nearest(given.trim(), policies.iter().map(|policy| policy.identity.as_str()));
        let meant = near.as_ref().map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        let told = format!("there is no PIN policy `{}`{meant}", lync_net::excerpt(given));
        Ok(ApiError::not_found(told).field(field).nearest(near))
    }

    pub(super) async fn new_policy(&self, wish: &NamedPinPolicy) -> ApiResult<NamedPinPolicy> {
        self.core.store.add_pin_policy(&policy_of(wish)).await.or_refused()?;
        self.one_policy(&wish.identity).await
    }

    pub(super) async fn replace_policy(&self, given: &str, policy: &PinPolicy) -> ApiResult<NamedPinPolicy> {
        let identity = self.one_policy(given).await?.identity;
        let wish = NamedPinPolicy { identity, policy: policy.clone() };
        self.core.store.put_pin_policy(&policy_of(&wish)).await.or_refused()?;
        self.one_policy(&wish.identity).await
    }

    pub(super) async fn delete_policy(&self, given: &str) -> ApiResult<()> {
        let identity = self.one_policy(given).await?.identity;
        self.core.store.remove_pin_policy(&identity).await.or_refused()
    }

    /// Grants a user a policy; `field` is the one of the request that named it.
    pub(super) async fn grant(&self, user: &SipUri, given: Option<&str>, field: &str) -> ApiResult<()> {
        let identity = self.granted(given, field).await?;
        self.core.store.grant_pin_policy(user, identity.as_deref()).await.or_refused()
    }

    /// The identity of a policy that can be granted, as it is kept.
    pub(super) async fn granted(&self, given: Option<&str>, field: &str) -> ApiResult<Option<String>> {
        let Some(given) = given else { return Ok(None) };
        let Some(policy) = self.core.store.pin_policy(given).await.or_refused()? else {
            return Err(self.no_policy(given, field).await?);
        };
        match policy.identity.parse() {
            Ok(PolicyIdentity::Tag(_)) => Ok(Some(policy.identity)),
            _ => {
                let told = format!("{} holds of itself; only `tag:` policies are granted", policy.identity);
                Err(ApiError::invalid(told).field(field))
            }
        }
    }
}

/// A policy that can be granted, in the form in which it is compared.
pub(super) fn tag(identity: &str) -> Option<String> {
    let identity = identity.parse().ok()?;
    matches!(identity, PolicyIdentity::Tag(_)).then(|| identity.key())
}

pub(super) fn shown_policy(policy: &NamedPolicy) -> NamedPinPolicy {
    let description = policy.description.clone();
    NamedPinPolicy {
        identity: policy.identity.clone(),
        policy: PinPolicy { description, ..PinPolicy::from(&policy.policy) },
    }
}

pub(super) fn policy_of(policy: &NamedPinPolicy) -> NamedPolicy {
    NamedPolicy {
        identity: policy.identity.clone(),
        description: policy.policy.description.clone(),
        policy: (&policy.policy).into(),
    }
}
