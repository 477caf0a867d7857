//! Settings of the web services, of the Registrar and of the proxy. What changes them are the types of scenarios.

use lync_model::{MobileAuthType, WebServiceSettings, WindowsAuth};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The settings of the web services, as Get-CsWebServiceConfiguration names them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebSettings {
    /// UsePinAuth.
    pub use_pin_auth: bool,
    /// UseCertificateAuth.
    pub use_certificate_auth: bool,
    /// UseWindowsAuth.
    pub use_windows_auth: WindowsAuth,
    /// EnableCertChainDownload.
    pub enable_cert_chain_download: bool,
    /// DefaultValidityPeriodHours.
    pub default_validity_period_hours: u32,
    /// MinValidityPeriodHours.
    pub min_validity_period_hours: u32,
    /// MaxValidityPeriodHours.
    pub max_validity_period_hours: u32,
    /// MinCSRKeySize, in bits.
    pub min_csr_key_size: u32,
    /// MaxCSRKeySize, in bits.
    pub max_csr_key_size: u32,
    /// HstsMaxAgeInSeconds.
    pub hsts_max_age_seconds: u32,
    /// Lifetime of a user's web ticket, in seconds.
    pub ticket_lifetime_seconds: i64,
    /// Lifetime of an anonymous web ticket, in seconds.
    pub anonymous_ticket_lifetime_seconds: i64,
    /// InferCertChainFromSSL; kept, changes nothing.
    pub infer_cert_chain_from_ssl: bool,
    /// CASigningKeyLength, in bits; kept, changes nothing.
    pub ca_signing_key_length: u32,
    /// MaxGroupSizeToExpand; kept, changes nothing.
    pub max_group_size_to_expand: u32,
    /// EnableStatisticsInResponse; kept, changes nothing.
    pub enable_statistics_in_response: bool,
    /// MobilePreferredAuthType; kept, changes nothing.
    pub mobile_preferred_auth_type: MobileAuthType,
}

/// The settings of the Registrar, as Get-CsRegistrarConfiguration names them.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegistrarSettings {
    /// EnableDHCPServer.
    pub enable_dhcp_server: bool,
    /// MinEndpointExpiration, in seconds; kept, changes nothing.
    pub min_endpoint_expiration: u32,
    /// DefaultEndpointExpiration, in seconds; kept, changes nothing.
    pub default_endpoint_expiration: u32,
    /// MaxEndpointExpiration, in seconds; kept, changes nothing.
    pub max_endpoint_expiration: u32,
    /// MaxEndpointsPerUser; kept, changes nothing.
    pub max_endpoints_per_user: u32,
    /// MaxUserCount; kept, changes nothing.
    pub max_user_count: u32,
    /// BackupStoreUnavailableThreshold, in seconds; kept, changes nothing.
    pub backup_store_unavailable_threshold: u32,
}

/// How SIP clients may sign in, as Get-CsProxyConfiguration names it. Kept; no SIP is spoken that it could change.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProxySettings {
    /// UseCertificateForClientToProxyAuth.
    pub use_certificate_for_client_to_proxy_auth: bool,
    /// UseKerberosForClientToProxyAuth.
    pub use_kerberos_for_client_to_proxy_auth: bool,
    /// UseNtlmForClientToProxyAuth.
    pub use_ntlm_for_client_to_proxy_auth: bool,
}

impl From<&WebServiceSettings> for WebSettings {
    fn from(settings: &WebServiceSettings) -> Self {
        Self {
            use_pin_auth: settings.use_pin_auth,
            use_certificate_auth: settings.use_certificate_auth,
            use_windows_auth: settings.use_windows_auth,
            enable_cert_chain_download: settings.enable_cert_chain_download,
            default_validity_period_hours: settings.validity.default_hours,
            min_validity_period_hours: settings.validity.min_hours,
            max_validity_period_hours: settings.validity.max_hours,
            min_csr_key_size: settings.csr_key_size.min,
            max_csr_key_size: settings.csr_key_size.max,
            hsts_max_age_seconds: settings.hsts_max_age_seconds,
            ticket_lifetime_seconds: settings.ticket_lifetime.whole_seconds(),
            anonymous_ticket_lifetime_seconds: settings.anonymous_ticket_lifetime.whole_seconds(),
            infer_cert_chain_from_ssl: settings.infer_cert_chain_from_ssl,
            ca_signing_key_length: settings.ca_signing_key_length,
            max_group_size_to_expand: settings.max_group_size_to_expand,
            enable_statistics_in_response: settings.enable_statistics_in_response,
            mobile_preferred_auth_type: settings.mobile_preferred_auth_type,
        }
    }
}
