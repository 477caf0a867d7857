//! The deployment of a session: a pool that runs, by its admin API.

mod convert;

use async_trait::async_trait;
use convert::{
    as_registrar_change, as_web_change, assigned, certificate, named_policy, policy_of, refused, user_of,
};
use lync_admin::Client;
use lync_admin::dto::{self, NewUser, PinText, PinUpdate, UserUpdate};
use lync_model::scenario::{RegistrarChange, WebChange};
use lync_model::{Account, Pin, ProxyChange, SipUri, User};
use lync_shell::{
    Answer, AssignedCertificate, ClientCertificate, CsUser, CsUserChange, Deployment, DeploymentError,
    NamedPinPolicy, PinInfo, Topology,
};
use std::collections::BTreeMap;

/// A running pool.
#[derive(Clone, Debug)]
pub(crate) struct RunningPool {
    client: Client,
}

impl RunningPool {
    /// The pool behind this client.
    pub(crate) fn new(client: Client) -> Self {
        Self { client }
    }

    async fn update(&self, user: &SipUri, update: &UserUpdate) -> Answer<()> {
        self.client.update_user(user.as_str(), update).await.map(drop).map_err(refused)
    }
}

#[async_trait]
impl Deployment for RunningPool {
    async fn topology(&self) -> Answer<Topology> {
        let found = self.client.topology().await.map_err(refused)?;
        Ok(Topology {
            fqdn: found.fqdn,
            sip_domain: found.sip_domain,
            windows_domain: found.windows_domain,
            http_port: found.http_port,
            https_port: found.https_port,
            now: found.now,
        })
    }

    async fn users(&self) -> Answer<Vec<CsUser>> {
        let accounts = self.accounts().await?;
        let accounts: BTreeMap<_, _> =
            accounts.into_iter().map(|account| (Account::key(&account.sam_account_name), account)).collect();
        let users = self.client.users().await.map_err(refused)?;
        users
            .into_iter()
            // One that was made between the two answers has no account in the first.
            .filter_map(|user| {
                let account = accounts.get(&Account::key(&user.sam_account_name))?.clone();
                Some(user_of(&user).map(|known| CsUser { user: known, account, pin_policy: user.pin_policy }))
            })
            .collect()
    }

    async fn accounts(&self) -> Answer<Vec<Account>> {
        self.client.accounts().await.map_err(refused)?.iter().map(convert::account).collect()
    }

    async fn enable_user(&self, sam_account_name: &str, user: &User) -> Answer<()> {
        let wish = NewUser {
            sip_address: user.sip_uri.to_string(),
            display_name: None,
            line_uri: user.line_uri.as_ref().map(ToString::to_string),
            enabled: user.enabled,
            enterprise_voice_enabled: user.enterprise_voice,
            pin: None,
            account: Some(sam_account_name.to_owned()),
            password: None,
        };
        self.client.add_user(&wish).await.map(drop).map_err(refused)
    }

    async fn disable_user(&self, user: &SipUri) -> Answer<()> {
        self.client.disable_user(user.as_str()).await.map_err(refused)
    }

    async fn change_user(&self, user: &SipUri, change: &CsUserChange) -> Answer<()> {
        let known = self.client.user(user.as_str()).await.map_err(refused)?;
        self.update(user, &updated(known.clone(), change)).await?;
        let Some(new) = change.sip_uri.as_ref().filter(|new| *new != user) else { return Ok(()) };
        if let Err(error) = self.client.rename_user(user.as_str(), new.as_str()).await {
            // What is refused has changed nothing: the rest goes back, as far as the pool is still there.
            self.update(user, &updated(known, &CsUserChange::default())).await?;
            return Err(refused(error));
        }
        Ok(())
    }

    async fn pin_info(&self, user: &SipUri) -> Answer<PinInfo> {
        let found = self.client.pin_info(user.as_str()).await.map_err(refused)?;
        Ok(PinInfo {
            is_pin_set: found.is_pin_set,
            is_locked_out: found.is_locked_out,
            last_pin_change_time: found.last_pin_change_time,
            pin_expiration_time: found.pin_expiration_time,
        })
    }

    async fn set_pin(&self, user: &SipUri, pin: &Pin) -> Answer<()> {
        let update = PinUpdate { pin: PinText::new(pin.clone()), history: false };
        self.client.set_pin(user.as_str(), &update).await.map(drop).map_err(refused)
    }

    async fn lock_pin(&self, user: &SipUri) -> Answer<()> {
        self.client.lock_pin(user.as_str()).await.map_err(refused)
    }

    async fn unlock_pin(&self, user: &SipUri) -> Answer<()> {
        self.client.unlock_pin(user.as_str()).await.map_err(refused)
    }

    async fn pin_policies(&self) -> Answer<Vec<NamedPinPolicy>> {
        Ok(self.client.pin_policies().await.map_err(refused)?.into_iter().map(named_policy).collect())
    }

    async fn add_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()> {
        let wish = dto::NamedPinPolicy { identity: policy.identity.clone(), policy: policy_of(policy) };
        self.client.add_pin_policy(&wish).await.map(drop).map_err(refused)
    }

    async fn set_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()> {
        self.client.put_pin_policy(&policy.identity, &policy_of(policy)).await.map(drop).map_err(refused)
    }

    async fn remove_pin_policy(&self, identity: &str) -> Answer<()> {
        self.client.remove_pin_policy(identity).await.map_err(refused)
    }

    async fn grant_pin_policy(&self, user: &SipUri, identity: Option<&str>) -> Answer<()> {
        match identity {
            Some(identity) => self.client.grant_pin_policy(user.as_str(), identity).await.map(drop),
            None => self.client.ungrant_pin_policy(user.as_str()).await.map(drop),
        }
        .map_err(refused)
    }

    async fn certificates(&self, user: &SipUri) -> Answer<Vec<ClientCertificate>> {
        Ok(self
            .client
            .user_certificates(user.as_str())
            .await
            .map_err(refused)?
            .into_iter()
            .map(certificate)
            .collect())
    }

    async fn revoke_certificates(&self, user: &SipUri) -> Answer<u64> {
        self.client.revoke_certificates(user.as_str()).await.map_err(refused)
    }

    async fn web_configuration(&self) -> Answer<WebChange> {
        Ok(as_web_change(&self.client.web_settings().await.map_err(refused)?))
    }

    async fn change_web_configuration(&self, change: &WebChange) -> Answer<()> {
        self.client.change_web_settings(change).await.map(drop).map_err(refused)
    }

    async fn registrar_configuration(&self) -> Answer<RegistrarChange> {
        Ok(as_registrar_change(&self.client.registrar_settings().await.map_err(refused)?))
    }

    async fn change_registrar_configuration(&self, change: &RegistrarChange) -> Answer<()> {
        self.client.change_registrar_settings(change).await.map(drop).map_err(refused)
    }

    async fn proxy_configuration(&self) -> Answer<ProxyChange> {
        let found = self.client.proxy_settings().await.map_err(refused)?;
        Ok(ProxyChange {
            use_certificate_for_client_to_proxy_auth: Some(found.use_certificate_for_client_to_proxy_auth),
            use_kerberos_for_client_to_proxy_auth: Some(found.use_kerberos_for_client_to_proxy_auth),
            use_ntlm_for_client_to_proxy_auth: Some(found.use_ntlm_for_client_to_proxy_auth),
        })
    }

    async fn change_proxy_configuration(&self, change: &ProxyChange) -> Answer<()> {
        self.client.change_proxy_settings(change).await.map(drop).map_err(refused)
    }

    async fn assigned_certificates(&self) -> Answer<Vec<AssignedCertificate>> {
        Ok(self.client.assigned_certificates().await.map_err(refused)?.into_iter().map(assigned).collect())
    }
}

/// Everything of a user but address and account, with what changes.
fn updated(known: dto::User, change: &CsUserChange) -> UserUpdate {
    let line_uri = match &change.line_uri {
        Some(given) => given.as_ref().map(ToString::to_string),
        None => known.line_uri,
    };
    UserUpdate {
        display_name: Some(known.display_name),
        line_uri,
        enabled: change.enabled.unwrap_or(known.enabled),
        enterprise_voice_enabled: change.enterprise_voice.unwrap_or(known.enterprise_voice_enabled),
        pin_policy: known.pin_policy,
    }
}

/// A deployment that says so when the pool answers with what cannot be.
fn unreadable(what: &str) -> DeploymentError {
    DeploymentError::Unavailable(format!("the admin API answered with {what} that cannot be read"))
}
