//! The operations on policies and settings.

use super::operations::{Result, of_user};
use super::{Client, piece};
use crate::dto::{
    NamedPinPolicy, PinPolicy, PinPolicyGrant, ProxyChange, ProxySettings, RegistrarChange,
    RegistrarSettings, WebChange, WebSettings,
};
use http::Method;

impl Client {
    /// The Global PIN policy.
    pub async fn pin_policy(&self) -> Result<PinPolicy> {
        self.get("/v1/policies/pin").await
    }

    /// Replaces it.
    pub async fn set_pin_policy(&self, policy: &PinPolicy) -> Result<PinPolicy> {
        self.send(Method::PUT, "/v1/policies/pin", policy).await
    }

    /// The PIN policies: Global first, then by identity.
    pub async fn pin_policies(&self) -> Result<Vec<NamedPinPolicy>> {
        self.get("/v1/pin-policies").await
    }

    /// Makes a PIN policy.
    pub async fn add_pin_policy(&self, policy: &NamedPinPolicy) -> Result<NamedPinPolicy> {
        self.send(Method::POST, "/v1/pin-policies", policy).await
    }

    /// One PIN policy: `Global`, `site:NAME` or `tag:NAME`.
    pub async fn named_pin_policy(&self, identity: &str) -> Result<NamedPinPolicy> {
        self.get(&of_policy(identity)).await
    }

    /// Replaces it.
    pub async fn put_pin_policy(&self, identity: &str, policy: &PinPolicy) -> Result<NamedPinPolicy> {
        self.send(Method::PUT, &of_policy(identity), policy).await
    }

    /// Removes it; `Global` goes back to its defaults.
    pub async fn remove_pin_policy(&self, identity: &str) -> Result<()> {
        self.delete(&of_policy(identity)).await
    }

    /// Grant-CsPinPolicy.
    pub async fn grant_pin_policy(&self, user: &str, identity: &str) -> Result<()> {
        let grant = PinPolicyGrant { identity: identity.to_owned() };
        self.tell(Method::PUT, &of_user(user, "/pin-policy"), &grant).await
    }

    /// Takes the PIN policy that was granted away.
    pub async fn ungrant_pin_policy(&self, user: &str) -> Result<()> {
        self.delete(&of_user(user, "/pin-policy")).await
    }

    /// The settings of the web services.
    pub async fn web_settings(&self) -> Result<WebSettings> {
        self.get("/v1/settings/web").await
    }

    /// Changes them.
    pub async fn change_web_settings(&self, change: &WebChange) -> Result<WebSettings> {
        self.send(Method::PATCH, "/v1/settings/web", change).await
    }

    /// The settings of the Registrar.
    pub async fn registrar_settings(&self) -> Result<RegistrarSettings> {
        self.get("/v1/settings/registrar").await
    }

    /// Changes them.
    pub async fn change_registrar_settings(&self, change: &RegistrarChange) -> Result<RegistrarSettings> {
        self.send(Method::PATCH, "/v1/settings/registrar", change).await
    }

    /// The settings of the proxy.
    pub async fn proxy_settings(&self) -> Result<ProxySettings> {
        self.get("/v1/settings/proxy").await
    }

    /// Changes them.
    pub async fn change_proxy_settings(&self, change: &ProxyChange) -> Result<ProxySettings> {
        self.send(Method::PATCH, "/v1/settings/proxy", change).await
    }
}

fn of_policy(identity: &str) -> String {
    format!("/v1/pin-policies/{}", piece(identity))
}
