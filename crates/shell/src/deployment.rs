//! What the cmdlets need of the pool.

use async_trait::async_trait;
use lync_model::scenario::{RegistrarChange, WebChange};
use lync_model::{Account, Pin, PinPolicy, SipUri, User};
use time::OffsetDateTime;

/// What a deployment answers.
pub type Answer<T> = Result<T, DeploymentError>;

/// Why a deployment did not do what was asked; nothing has changed then. The texts hold no PIN.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeploymentError {
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// It is there already, or in a state that forbids it.
    #[error("{0}")]
    Conflict(String),
    /// A value that is not taken.
    #[error("{0}")]
    Invalid(String),
    /// This deployment cannot do it: a store's file has no services to ask.
    #[error("{0}")]
    Unsupported(String),
    /// Nobody answers.
    #[error("{0}")]
    Unavailable(String),
}

/// A Lync user with the account behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsUser {
    /// The user.
    pub user: User,
    /// The account.
    pub account: Account,
    /// The PIN policy that was granted, for instance `tag:RedmondUsers`.
    pub pin_policy: Option<String>,
}

/// What is changed of a user; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CsUserChange {
    /// SipAddress.
    pub sip_uri: Option<SipUri>,
    /// LineURI; `Some(None)` takes it away.
    pub line_uri: Option<Option<lync_model::LineUri>>,
    /// Enabled.
    pub enabled: Option<bool>,
    /// EnterpriseVoiceEnabled.
    pub enterprise_voice: Option<bool>,
}

/// What Get-CsClientPinInfo shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinInfo {
    /// IsPinSet.
    pub is_pin_set: bool,
    /// IsLockedOut.
    pub is_locked_out: bool,
    /// LastPinChangeTime.
    pub last_pin_change_time: Option<OffsetDateTime>,
    /// PinExpirationTime.
    pub pin_expiration_time: Option<OffsetDateTime>,
}

/// A PIN policy with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPinPolicy {
    /// `Global`, `site:Redmond` or `tag:RedmondUsers`.
    pub identity: String,
    /// Description.
    pub description: Option<String>,
    /// The policy.
    pub policy: PinPolicy,
}

/// A certificate that a device of a user was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// PublicationTime.
    pub published: OffsetDateTime,
    /// ExpirationTime.
    pub expires: OffsetDateTime,
    /// The endpoint's id.
    pub device: String,
    /// SHA-1 of the certificate, upper-case hex.
    pub thumbprint: String,
}

/// A certificate of the server itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssignedCertificate {
    /// `Default`, `WebServicesInternal`, `WebServicesExternal`.
    pub uses: Vec<String>,
    /// Issuer, subject: RFC 4514.
    pub issuer: String,
    /// Subject.
    pub subject: String,
    /// Names of the subject beside it.
    pub alternative_names: Vec<String>,
    /// notBefore.
    pub not_before: OffsetDateTime,
    /// notAfter.
    pub not_after: OffsetDateTime,
    /// Upper-case hex.
    pub serial_number: String,
    /// SHA-1, upper-case hex.
    pub thumbprint: String,
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    /// FQDN of the pool.
    pub fqdn: String,
    /// The SIP domain, which is the domain of the accounts too.
    pub sip_domain: String,
    /// NetBIOS name of that domain.
    pub windows_domain: String,
    /// Ports of the web services as a client finds them: plain HTTP and HTTPS.
    pub http_port: u16,
    /// The same, HTTPS.
    pub https_port: u16,
    /// The pool's time.
    pub now: OffsetDateTime,
}

/// A pool that is administered: one that runs, or a store's file.
#[async_trait]
pub trait Deployment: Send + Sync {
    /// Where everything is.
    async fn topology(&self) -> Answer<Topology>;

    /// The Lync users, by address.
    async fn users(&self) -> Answer<Vec<CsUser>>;
    /// Every account, enabled for Lync or not.
    async fn accounts(&self) -> Answer<Vec<Account>>;
    /// Enable-CsUser: makes an account a Lync user.
    async fn enable_user(&self, sam_account_name: &str, user: &User) -> Answer<()>;
    /// Disable-CsUser: takes everything of Lync away, PIN and certificates too; the account stays.
    async fn disable_user(&self, user: &SipUri) -> Answer<()>;
    /// Set-CsUser.
    async fn change_user(&self, user: &SipUri, change: &CsUserChange) -> Answer<()>;

    /// Get-CsClientPinInfo.
    async fn pin_info(&self, user: &SipUri) -> Answer<PinInfo>;
    /// Set-CsClientPin.
    async fn set_pin(&self, user: &SipUri, pin: &Pin) -> Answer<()>;
    /// Lock-CsClientPin.
    async fn lock_pin(&self, user: &SipUri) -> Answer<()>;
    /// Unlock-CsClientPin.
    async fn unlock_pin(&self, user: &SipUri) -> Answer<()>;

    /// The PIN policies: Global first, then by identity.
    async fn pin_policies(&self) -> Answer<Vec<NamedPinPolicy>>;
    /// New-CsPinPolicy.
    async fn add_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()>;
    /// Set-CsPinPolicy.
    async fn set_pin_policy(&self, policy: &NamedPinPolicy) -> Answer<()>;
    /// Remove-CsPinPolicy; `Global` goes back to its defaults. Who had it granted has none.
    async fn remove_pin_policy(&self, identity: &str) -> Answer<()>;
    /// Grant-CsPinPolicy; `None` takes it away.
    async fn grant_pin_policy(&self, user: &SipUri, identity: Option<&str>) -> Answer<()>;

    /// Get-CsClientCertificate.
    async fn certificates(&self, user: &SipUri) -> Answer<Vec<ClientCertificate>>;
    /// Revoke-CsClientCertificate; how many there were.
    async fn revoke_certificates(&self, user: &SipUri) -> Answer<u64>;

    /// Get-CsWebServiceConfiguration; every value is there.
    async fn web_configuration(&self) -> Answer<WebChange>;
    /// Set-CsWebServiceConfiguration.
    async fn change_web_configuration(&self, change: &WebChange) -> Answer<()>;
    /// Get-CsRegistrarConfiguration; every value is there.
    async fn registrar_configuration(&self) -> Answer<RegistrarChange>;
    /// Set-CsRegistrarConfiguration.
    async fn change_registrar_configuration(&self, change: &RegistrarChange) -> Answer<()>;
    /// Get-CsProxyConfiguration; every value is there.
    async fn proxy_configuration(&self) -> Answer<lync_model::ProxyChange>;
    /// Set-CsProxyConfiguration.
    async fn change_proxy_configuration(&self, change: &lync_model::ProxyChange) -> Answer<()>;

    /// Get-CsCertificate.
    async fn assigned_certificates(&self) -> Answer<Vec<AssignedCertificate>>;
}
