//! Settings of the web services, named and bounded as Set-CsWebServiceConfiguration has them.

mod kept;

pub use kept::{ProxySettings, RegistrarKept};

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use time::Duration;

/// UseWindowsAuth: which Windows credentials the web ticket service takes.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum WindowsAuth {
    /// Negotiate, and NTLM beside it.
    #[default]
    Negotiate,
    /// NTLM alone.
    #[serde(rename = "NTLM")]
    Ntlm,
    /// None.
    None,
}

/// MobilePreferredAuthType, with the documented values.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the names are all that is documented of them")]
pub enum MobileAuthType {
    #[default]
    None,
    OAuth,
    WebTicketServiceAnon,
    WebTicketServiceWinNegotiate,
    WebTicketServiceWinNtlm,
    WebTicketServiceCert,
    WebTicketServicePin,
    WsFedPassive,
    WsFedBearer,
    WebTicketServiceAuth,
}

/// Settings of Set-CsProxyConfiguration: how SIP clients may sign in. Kept and shown; no SIP is spoken that they could
/// change. What is absent stays as it is.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProxyChange {
    /// UseCertificateForClientToProxyAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_certificate_for_client_to_proxy_auth: Option<bool>,
    /// UseKerberosForClientToProxyAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_kerberos_for_client_to_proxy_auth: Option<bool>,
    /// UseNtlmForClientToProxyAuth.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub use_ntlm_for_client_to_proxy_auth: Option<bool>,
}

/// For how long a client certificate is valid, in hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateValidity {
    /// DefaultValidityPeriodHours: 4320, that is 180 days.
    pub default_hours: u32,
    /// MinValidityPeriodHours: 8.
    pub min_hours: u32,
    /// MaxValidityPeriodHours: 8760, that is 365 days.
    pub max_hours: u32,
}

/// MinCSRKeySize and MaxCSRKeySize, in bits of an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CsrKeySize {
    /// The least; documented range 1024-16384.
    pub min: u32,
    /// The greatest.
    pub max: u32,
}

/// The global web service configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebServiceSettings {
    /// UsePinAuth: whether the PIN port of the web ticket service issues tickets.
    pub use_pin_auth: bool,
    /// UseCertificateAuth: whether a certificate of this pool gets a ticket.
    pub use_certificate_auth: bool,
    /// EnableCertChainDownload: whether GetRootCertChains answers.
    pub enable_cert_chain_download: bool,
    /// Validity of client certificates.
    pub validity: CertificateValidity,
    /// Bounds on the key of a CSR.
    pub csr_key_size: CsrKeySize,
    /// HstsMaxAgeInSeconds. The help says 315360000; the one capture shows 31536000, which is the default here.
    pub hsts_max_age_seconds: u32,
    /// Lifetime of a web ticket for a user. UCWA documents 8 hours.
    pub ticket_lifetime: Duration,
    /// Lifetime of an anonymous web ticket. UCWA documents 1 hour.
    pub anonymous_ticket_lifetime: Duration,
    /// UseWindowsAuth: which Windows credentials get a ticket.
    pub use_windows_auth: WindowsAuth,
    /// InferCertChainFromSSL. Kept and shown; it changes nothing. That it is True is inferred: the help gives no default.
    pub infer_cert_chain_from_ssl: bool,
    /// CASigningKeyLength in bits, 2048-16384. Kept and shown; it changes nothing.
    pub ca_signing_key_length: u32,
    /// MaxGroupSizeToExpand. Kept and shown; it changes nothing.
    pub max_group_size_to_expand: u32,
    /// EnableStatisticsInResponse. Kept and shown; it changes nothing.
    pub enable_statistics_in_response: bool,
    /// MobilePreferredAuthType. Kept and shown; it changes nothing. The default is our own: the help gives none.
    pub mobile_preferred_auth_type: MobileAuthType,
}

impl CertificateValidity {
    /// The validity for a client that asks for `hours`, or for none in particular.
    ///
    /// What a server does with a request outside its bounds is not public; it is brought inside them here.
    pub fn granted(&self, hours: Option<u32>) -> Duration {
        let hours = hours.unwrap_or(self.default_hours).clamp(self.min_hours, self.max_hours);
        Duration::hours(i64::from(hours))
    }
}

impl CsrKeySize {
    /// The accepted sizes.
    pub fn range(&self) -> RangeInclusive<u32> {
        self.min..=self.max
    }
}

impl Default for WebServiceSettings {
    fn default() -> Self {
        Self {
            use_pin_auth: true,
            use_certificate_auth: true,
            enable_cert_chain_download: true,
            validity: CertificateValidity { default_hours: 4320, min_hours: 8, max_hours: 8760 },
            csr_key_size: CsrKeySize { min: 1024, max: 16384 },
            hsts_max_age_seconds: 31_536_000,
            ticket_lifetime: Duration::hours(8),
            anonymous_ticket_lifetime: Duration::hours(1),
            use_windows_auth: WindowsAuth::Negotiate,
            infer_cert_chain_from_ssl: true,
            ca_signing_key_length: 2048,
            max_group_size_to_expand: 100,
            enable_statistics_in_response: false,
            mobile_preferred_auth_type: MobileAuthType::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn validity_is_brought_inside_its_bounds() {
        let validity = WebServiceSettings::default().validity;
        assert_eq!(validity.granted(None), Duration::days(180));
        assert_eq!(validity.granted(Some(1)), Duration::hours(8));
        assert_eq!(validity.granted(Some(100_000)), Duration::days(365));
    }
}
