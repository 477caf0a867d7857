//! Settings of the web services and of the Registrar. What changes them are the types of scenarios.

use lync_model::WebServiceSettings;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The settings of the web services, as Get-CsWebServiceConfiguration names them.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct WebSettings {
    /// UsePinAuth.
    pub use_pin_auth: bool,
    /// UseCertificateAuth.
    pub use_certificate_auth: bool,
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
}

/// The settings of the Registrar, as Get-CsRegistrarConfiguration names them.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegistrarSettings {
    /// EnableDHCPServer.
    pub enable_dhcp_server: bool,
}

impl From<&WebServiceSettings> for WebSettings {
    fn from(settings: &WebServiceSettings) -> Self {
        Self {
            use_pin_auth: settings.use_pin_auth,
            use_certificate_auth: settings.use_certificate_auth,
            enable_cert_chain_download: settings.enable_cert_chain_download,
            default_validity_period_hours: settings.validity.default_hours,
            min_validity_period_hours: settings.validity.min_hours,
            max_validity_period_hours: settings.validity.max_hours,
            min_csr_key_size: settings.csr_key_size.min,
            max_csr_key_size: settings.csr_key_size.max,
            hsts_max_age_seconds: settings.hsts_max_age_seconds,
            ticket_lifetime_seconds: settings.ticket_lifetime.whole_seconds(),
            anonymous_ticket_lifetime_seconds: settings.anonymous_ticket_lifetime.whole_seconds(),
        }
    }
}
