//! Settings of the web services, of the Registrar and of the proxy; where everything is.

use super::{Control, OrRefused};
use lync_admin::dto::{
    ProxyChange, ProxySettings, RegistrarChange, RegistrarSettings, Topology, WebChange, WebSettings,
};
use lync_admin::{ApiError, ApiResult};
use lync_model::RegistrarKept;

impl Control {
    pub(super) fn shown_web_settings(&self) -> WebSettings {
        WebSettings::from(&*self.core.web.effective().get())
    }

    pub(super) async fn set_web(&self, change: &WebChange) -> ApiResult<()> {
        self.core.change_web(change).await.or_refused()
    }

    pub(super) fn shown_registrar_settings(&self) -> ApiResult<RegistrarSettings> {
        let kept = RegistrarKept::default().changed(&self.core.registrar_settings.shown());
        let kept = kept.map_err(ApiError::unavailable)?;
        Ok(RegistrarSettings {
            enable_dhcp_server: !self.core.dhcp.is_empty() && self.core.registrar_settings.is_enabled(),
            min_endpoint_expiration: kept.min_endpoint_expiration,
            default_endpoint_expiration: kept.default_endpoint_expiration,
            max_endpoint_expiration: kept.max_endpoint_expiration,
            max_endpoints_per_user: kept.max_endpoints_per_user,
            max_user_count: kept.max_user_count,
            backup_store_unavailable_threshold: kept.backup_store_unavailable_threshold,
        })
    }

    pub(super) async fn set_registrar(&self, change: &RegistrarChange) -> ApiResult<()> {
        self.check_registrar(change)?;
        self.core.change_registrar(change).await.or_refused()
    }

    pub(super) fn check_registrar(&self, change: &RegistrarChange) -> ApiResult<()> {
        if change.enable_dhcp_server == Some(true) && self.core.dhcp.is_empty() {
            let problem = "the pool has no DHCP socket; start it with dhcp.enabled = true, on the interfaces \
                           that are meant";
            return Err(ApiError::conflict(problem).field("enable_dhcp_server"));
        }
        self.core.registrar_settings.check(change).map_err(ApiError::invalid)
    }

    pub(super) fn shown_proxy_settings(&self) -> ProxySettings {
        let proxy = lync_model::ProxySettings::default().changed(&self.core.proxy.shown());
        ProxySettings {
            use_certificate_for_client_to_proxy_auth: proxy.use_certificate,
            use_kerberos_for_client_to_proxy_auth: proxy.use_kerberos,
            use_ntlm_for_client_to_proxy_auth: proxy.use_ntlm,
        }
    }

    pub(super) async fn set_proxy(&self, change: &ProxyChange) -> ApiResult<()> {
        self.core.change_proxy(change).await.or_refused()
    }

    pub(super) fn shown_topology(&self) -> ApiResult<Topology> {
        let core = &self.core;
        Ok(Topology {
            fqdn: core.endpoints.fqdn.clone(),
            sip_domain: core.config.sip_domain.clone(),
            windows_domain: core.config.windows_domain.clone(),
            http_port: port(&core.endpoints.http)?,
            https_port: port(&core.endpoints.https)?,
            now: core.clock.now(),
        })
    }
}

/// The port of a base URL of the pool.
fn port(url: &str) -> ApiResult<u16> {
    let port = url.rsplit(':').next().and_then(|port| port.parse().ok());
    port.ok_or_else(|| ApiError::unavailable("a base URL of the pool has no port"))
}
