//! The deployment of a session: the store's file of a pool that is kept, running or not.
//!
//! Users, accounts, PINs and policies are in the file. What only a process has (settings as its configuration makes
//! them, and its certificates) is not, and is refused in words.

use super::fqdn_in;
use async_trait::async_trait;
use lync_model::ports::UserPinService;
use lync_model::scenario::{RegistrarChange, WebChange};
use lync_model::{Account, Clock, NamedPolicy, Pin, ProxyChange, PublishedCertificate, SipUri, User};
use lync_shell::{
    Answer, AssignedCertificate, ClientCertificate, CsUser, CsUserChange, Deployment, DeploymentError,
    NamedPinPolicy, PinInfo, Topology,
};
use lync_store::{Store, StoreError, StoreLocation};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A store's file.
#[derive(Debug)]
pub(crate) struct KeptPool {
    store: Store,
    directory: PathBuf,
    clock: Clock,
}

impl KeptPool {
    /// The pool that is kept in this data directory.
    pub(crate) async fn open(directory: &Path) -> anyhow::Result<Self> {
        let file = directory.join("lyncmock.db");
        anyhow::ensure!(
            file.is_file(),
            "{}: no pool has been kept here yet; start one with: lyncmock serve --data-dir {}",
            file.display(),
            directory.display()
        );
        let clock = Clock::system();
        let store = Store::open(&StoreLocation::Kept(file), clock.clone()).await?;
        Ok(Self { store, directory: directory.to_owned(), clock })
    }

    /// The domain of most users: the file does not name the pool's.
    async fn domain(&self) -> Answer<String> {
        let mut counts = BTreeMap::<String, usize>::new();
        for user in self.store.users().await.map_err(refused)? {
            *counts.entry(user.sip_uri.domain().to_owned()).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|(_, count)| *count);
        most.map(|(domain, _)| domain).ok_or_else(|| not_here("the SIP domain of a pool without users"))
    }

    async fn one(&self, user: &SipUri) -> Answer<User> {
        let users = self.store.users().await.map_err(refused)?;
        let found = users.into_iter().find(|known| known.sip_uri == *user);
        found.ok_or_else(|| refused(StoreError::NoSuchUser(user.clone())))
    }
}

#[async_trait]
impl Deployment for KeptPool {
    async fn topology(&self) -> Answer<Topology> {
        let sip_domain = self.domain().await?;
        let netbios = sip_domain.split('.').next().unwrap_or_default().to_ascii_uppercase();
        let fqdn = fqdn_in(&self.directory).ok_or_else(|| not_here("the pool's FQDN"))?;
        // The ports of Lync: where a process listens is no matter of the file.
        let now = self.clock.now();
        Ok(Topology { fqdn, sip_domain, windows_domain: netbios, http_port: 80, https_port: 443, now })
    }

    async fn users(&self) -> Answer<Vec<CsUser>> {
        let accounts = self.accounts().await?;
        let accounts: BTreeMap<_, _> =
            accounts.into_iter().filter_map(|account| Some((account.sip_uri.clone()?, account))).collect();
        let mut users = Vec::new();
        for user in self.store.users().await.map_err(refused)? {
            // One that was made between the two answers has no account in the first.
            let Some(account) = accounts.get(&user.sip_uri).cloned() else { continue };
            let pin_policy = self.store.granted_pin_policy(&user.sip_uri).await.map_err(refused)?;
            users.push(CsUser { user, account, pin_policy });
        }
        Ok(users)
    }

    async fn accounts(&self) -> Answer<Vec<Account>> {
        self.store.accounts().await.map_err(refused)
    }

    async fn enable_user(&self, sam_account_name: &str, user: &User) -> Answer<()> {
        self.store.enable_user(sam_account_name, user).await.map_err(refused)
    }

    async fn disable_user(&self, user: &SipUri) -> Answer<()> {
        self.store.disable_user(user).await.map_err(refused)
    }

    async fn change_user(&self, user: &SipUri, change: &CsUserChange) -> Answer<()> {
        let known = self.one(user).await?;
        let changed = User {
            line_uri: change.line_uri.clone().unwrap_or_else(|| known.line_uri.clone()),
            enabled: change.enabled.unwrap_or(known.enabled),
            enterprise_voice: change.enterprise_voice.unwrap_or(known.enterprise_voice),
            ..known.clone()
        };
        self.store.update_user(&changed).await.map_err(refused)?;
        let Some(new) = change.sip_uri.as_ref().filter(|new| *new != user) else { return Ok(()) };
        if let Err(error) = self.store.rename_user(user, new).await {
            // What is refused has changed nothing.
            self.store.update_user(&known).await.map_err(refused)?;
            return Err(refused(error));
        }
        Ok(())
    }

    async fn pin_info(&self, user: &SipUri) -> Answer<PinInfo> {
        let found = self.store.pin_info(user).await.map_err(refused)?;
        Ok(PinInfo {
            is_pin_set: found.is_pin_set,
            is_locked_out: found.is_locked_out,
            last_pin_change_time: found.last_pin_change_time,
            pin_expiration_time: found.pin_expiration_time,
        })
    }

    async fn set_pin(&self, user: &SipUri, pin: &Pin) -> Answer<()> {
        self.store.set_pin(user, pin).await.map_err(refused)
    }

    async fn lock_pin(&self, user: &SipUri) -> Answer<()> {
        self.store.lock_pin(user).await.map_err(refused)
    }

    async fn unlock_pin(&self, user: &SipUri) -> Answer<()> {
        self.store.unlock_pin(user).await.map_err(refused)
    }

    async fn pin_policies(&self) -> Answer<Vec<NamedPinPolicy>> {
        let found = self.store.pin_policies().await.map_err(refused)?;
        let shown =
            |NamedPolicy { identity, description, policy }| NamedPinPolicy { identity, description, policy };
        Ok(found.into_iter().map(shown).collect())
    }

    async fn add_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()> {
        self.store.add_pin_policy(&stored(policy)).await.map_err(refused)
    }

    async fn set_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()> {
        self.store.put_pin_policy(&stored(policy)).await.map_err(refused)
    }

    async fn remove_pin_policy(&self, identity: &str) -> Answer<()> {
        self.store.remove_pin_policy(identity).await.map_err(refused)
    }

    async fn grant_pin_policy(&self, user: &SipUri, identity: Option<&str>) -> Answer<()> {
        self.store.grant_pin_policy(user, identity).await.map_err(refused)
    }

    async fn certificates(&self, user: &SipUri) -> Answer<Vec<ClientCertificate>> {
        let found = self.store.get_published_certs(user).await;
        let found = found.map_err(|error| DeploymentError::NotFound(error.to_string()))?;
        let shown = |published: PublishedCertificate| {
            let thumbprint = lync_pki::describe(&published.certificate)?.thumbprint;
            Some(ClientCertificate {
                published: published.publication_time,
                expires: published.expiration_time,
                device: published.device_id,
                thumbprint,
            })
        };
        Ok(found.into_iter().filter_map(shown).collect())
    }

    async fn revoke_certificates(&self, user: &SipUri) -> Answer<u64> {
        self.store.revoke_certs(user).await.map_err(refused)
    }

    async fn web_configuration(&self) -> Answer<WebChange> {
        Err(not_here("the configuration of the web services"))
    }

    async fn change_web_configuration(&self, _: &WebChange) -> Answer<()> {
        Err(not_here("the configuration of the web services"))
    }

    async fn registrar_configuration(&self) -> Answer<RegistrarChange> {
        Err(not_here("the configuration of the Registrar"))
    }

    async fn change_registrar_configuration(&self, _: &RegistrarChange) -> Answer<()> {
        Err(not_here("the configuration of the Registrar"))
    }

    async fn proxy_configuration(&self) -> Answer<ProxyChange> {
        Err(not_here("the configuration of the proxy"))
    }

    async fn change_proxy_configuration(&self, _: &ProxyChange) -> Answer<()> {
        Err(not_here("the configuration of the proxy"))
    }

    async fn assigned_certificates(&self) -> Answer<Vec<AssignedCertificate>> {
        Err(not_here("the list of assigned certificates"))
    }
}

fn stored(policy: &NamedPinPolicy) -> NamedPolicy {
    let NamedPinPolicy { identity, description, policy } = policy.clone();
    NamedPolicy { identity, description, policy }
}

fn not_here(what: &str) -> DeploymentError {
    DeploymentError::Unsupported(format!(
        "{what} is not in the store's file; start the pool, and leave --data-dir out"
    ))
}

/// What the store says, by what an administrator can do about it.
#[expect(clippy::needless_pass_by_value, reason = "it stands behind map_err")]
fn refused(error: StoreError) -> DeploymentError {
    use StoreError as E;
    let text = error.to_string();
    match error {
        E::NoSuchUser(_) | E::NoSuchAccount(_) | E::NoSuchPolicy(_) => DeploymentError::NotFound(text),
        E::UserExists(_)
        | E::AccountExists(_)
        | E::AccountTaken { .. }
        | E::PolicyExists(_)
        | E::NotGranted(_)
        | E::OtherSite { .. }
        | E::PinLocked(_)
        | E::UserDisabled(_)
        | E::NoPin(_)
        | E::NoLineUri(_)
        | E::NoExtension(_)
        | E::NoRoomForTwin => DeploymentError::Conflict(text),
        E::PinRejected(_) | E::Policy(_) | E::NamedPolicy(_) | E::Account(_) | E::Password(_) => {
            DeploymentError::Invalid(text)
        }
        _ => DeploymentError::Unavailable(text),
    }
}
