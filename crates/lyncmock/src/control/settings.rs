//! Settings of the web services and of the Registrar.

use super::Control;
use lync_admin::dto::{RegistrarChange, RegistrarSettings, WebSettings};
use lync_admin::{ApiError, ApiResult};

impl Control {
    pub(super) fn shown_web_settings(&self) -> WebSettings {
        WebSettings::from(&*self.core.web.effective().get())
    }

    pub(super) fn shown_registrar_settings(&self) -> RegistrarSettings {
        let enable_dhcp_server = !self.core.dhcp.is_empty() && self.core.registrar_settings.is_enabled();
        RegistrarSettings { enable_dhcp_server }
    }

    pub(super) fn set_registrar(&self, change: &RegistrarChange) -> ApiResult<()> {
        self.check_registrar(change)?;
        if let Some(enabled) = change.enable_dhcp_server {
            self.core.registrar_settings.set(enabled);
        }
        Ok(())
    }

    pub(super) fn check_registrar(&self, change: &RegistrarChange) -> ApiResult<()> {
        if change.enable_dhcp_server == Some(true) && self.core.dhcp.is_empty() {
            let problem = "the pool has no DHCP socket; start it with dhcp.enabled = true, on the interfaces \
                           that are meant";
            return Err(ApiError::conflict(problem).field("enable_dhcp_server"));
        }
        Ok(())
    }
}
