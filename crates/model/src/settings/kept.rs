//! Settings that an administrator sets and reads, and that change nothing of what is served here.

use super::ProxyChange;
use crate::scenario::RegistrarChange;

/// The settings of Set-CsRegistrarConfiguration beside EnableDHCPServer. No SIP is spoken that they could change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrarKept {
    /// MinEndpointExpiration in seconds, 300-900.
    pub min_endpoint_expiration: u32,
    /// DefaultEndpointExpiration in seconds, 300-900.
    pub default_endpoint_expiration: u32,
    /// MaxEndpointExpiration in seconds, 300-900.
    pub max_endpoint_expiration: u32,
    /// MaxEndpointsPerUser, 1-64.
    pub max_endpoints_per_user: u32,
    /// MaxUserCount, 2000-100000.
    pub max_user_count: u32,
    /// BackupStoreUnavailableThreshold in seconds. The help gives no range; a day at most is our own.
    pub backup_store_unavailable_threshold: u32,
}

/// The settings of Set-CsProxyConfiguration. That all are True is inferred from what phones need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProxySettings {
    /// UseCertificateForClientToProxyAuth.
    pub use_certificate: bool,
    /// UseKerberosForClientToProxyAuth.
    pub use_kerberos: bool,
    /// UseNtlmForClientToProxyAuth.
    pub use_ntlm: bool,
}

/// The greatest BackupStoreUnavailableThreshold, in seconds.
const A_DAY: u32 = 24 * 3600;

impl Default for RegistrarKept {
    /// The defaults of Set-CsRegistrarConfiguration's help.
    fn default() -> Self {
        Self {
            min_endpoint_expiration: 300,
            default_endpoint_expiration: 600,
            max_endpoint_expiration: 900,
            max_endpoints_per_user: 8,
            max_user_count: 12_000,
            backup_store_unavailable_threshold: 1800,
        }
    }
}

impl RegistrarKept {
    /// With what the change names.
    ///
    /// # Errors
    /// When a value is outside its range, or the expirations are not in order (which is inferred).
    pub fn changed(&self, change: &RegistrarChange) -> Result<Self, String> {
        let changed = Self {
            min_endpoint_expiration: change.min_endpoint_expiration.unwrap_or(self.min_endpoint_expiration),
            default_endpoint_expiration: change
                .default_endpoint_expiration
                .unwrap_or(self.default_endpoint_expiration),
            max_endpoint_expiration: change.max_endpoint_expiration.unwrap_or(self.max_endpoint_expiration),
            max_endpoints_per_user: change.max_endpoints_per_user.unwrap_or(self.max_endpoints_per_user),
            max_user_count: change.max_user_count.unwrap_or(self.max_user_count),
            backup_store_unavailable_threshold: change
                .backup_store_unavailable_threshold
                .unwrap_or(self.backup_store_unavailable_threshold),
        };
        changed.check().map(|()| changed)
    }

    /// As a change would write them; EnableDHCPServer is not among them.
    pub fn shown(&self) -> RegistrarChange {
        RegistrarChange {
            enable_dhcp_server: None,
            min_endpoint_expiration: Some(self.min_endpoint_expiration),
            default_endpoint_expiration: Some(self.default_endpoint_expiration),
            max_endpoint_expiration: Some(self.max_endpoint_expiration),
            max_endpoints_per_user: Some(self.max_endpoints_per_user),
            max_user_count: Some(self.max_user_count),
            backup_store_unavailable_threshold: Some(self.backup_store_unavailable_threshold),
        }
    }

    fn check(&self) -> Result<(), String> {
        let (min, max) = (self.min_endpoint_expiration, self.max_endpoint_expiration);
        within("max_endpoint_expiration", max, 300, 900)?;
        within("min_endpoint_expiration", min, 300, max)?;
        within("default_endpoint_expiration", self.default_endpoint_expiration, min, max)?;
        within("max_endpoints_per_user", self.max_endpoints_per_user, 1, 64)?;
        within("max_user_count", self.max_user_count, 2000, 100_000)?;
        within("backup_store_unavailable_threshold", self.backup_store_unavailable_threshold, 0, A_DAY)
    }
}

impl Default for ProxySettings {
    fn default() -> Self {
        Self { use_certificate: true, use_kerberos: true, use_ntlm: true }
    }
}

impl ProxySettings {
    /// With what the change names.
    #[must_use]
    pub fn changed(&self, change: &ProxyChange) -> Self {
        Self {
            use_certificate: change.use_certificate_for_client_to_proxy_auth.unwrap_or(self.use_certificate),
            use_kerberos: change.use_kerberos_for_client_to_proxy_auth.unwrap_or(self.use_kerberos),
            use_ntlm: change.use_ntlm_for_client_to_proxy_auth.unwrap_or(self.use_ntlm),
        }
    }

    /// As a change would write them: every one is there.
    pub fn shown(&self) -> ProxyChange {
        ProxyChange {
            use_certificate_for_client_to_proxy_auth: Some(self.use_certificate),
            use_kerberos_for_client_to_proxy_auth: Some(self.use_kerberos),
            use_ntlm_for_client_to_proxy_auth: Some(self.use_ntlm),
        }
    }
}

fn within(name: &str, value: u32, min: u32, max: u32) -> Result<(), String> {
    match (min..=max).contains(&value) {
        true => Ok(()),
        false => Err(format!("{name}: {value} is outside {min} to {max}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registrars_settings_are_held_to_their_documented_ranges() {
        let change = RegistrarChange::default;
        let cases = [
            (RegistrarChange { max_endpoints_per_user: Some(64), ..change() }, None),
            (
                RegistrarChange { max_endpoints_per_user: Some(65), ..change() },
                Some("max_endpoints_per_user: 65 is outside 1 to 64"),
            ),
            (
                RegistrarChange { max_user_count: Some(1999), ..change() },
                Some("max_user_count: 1999 is outside 2000 to 100000"),
            ),
            (
                RegistrarChange { max_endpoint_expiration: Some(901), ..change() },
                Some("max_endpoint_expiration: 901 is outside 300 to 900"),
            ),
            (
                RegistrarChange { max_endpoint_expiration: Some(500), ..change() },
                Some("default_endpoint_expiration: 600 is outside 300 to 500"),
            ),
            (
                RegistrarChange { min_endpoint_expiration: Some(299), ..change() },
                Some("min_endpoint_expiration: 299 is outside 300 to 900"),
            ),
            (
                RegistrarChange { backup_store_unavailable_threshold: Some(86_401), ..change() },
                Some("backup_store_unavailable_threshold: 86401 is outside 0 to 86400"),
            ),
        ];
        for (change, complaint) in cases {
            let answer = RegistrarKept::default().changed(&change);
            assert_eq!(answer.err().as_deref(), complaint, "{change:?}");
        }
    }

    #[test]
    fn what_a_change_does_not_name_stays() {
        let off = ProxyChange { use_ntlm_for_client_to_proxy_auth: Some(false), ..ProxyChange::default() };
        let proxy = ProxySettings::default().changed(&off);
        assert_eq!(proxy, ProxySettings { use_ntlm: false, ..ProxySettings::default() });
        assert_eq!(ProxySettings::default().changed(&proxy.shown()), proxy);

        let change = RegistrarChange { max_user_count: Some(5000), ..RegistrarChange::default() };
        let kept = RegistrarKept::default().changed(&change).unwrap();
        assert_eq!(kept, RegistrarKept { max_user_count: 5000, ..RegistrarKept::default() });
        assert_eq!(RegistrarKept::default().changed(&kept.shown()).unwrap(), kept);
    }
}
