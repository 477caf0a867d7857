//! The addresses of the web services, built from the configuration and never from a request.
//!
//! The paths are those that Get-CsService -WebServer prints; the sub-endpoints are as far known as
//! `lync_proto::mex` says.

/// Path of the certificate provisioning service.
pub const CERT_PROV_PATH: &str = "/CertProv/CertProvisioningService.svc";
/// Path of the web ticket service.
pub const WEB_TICKET_PATH: &str = "/WebTicket/WebTicketService.svc";

/// Where the pool's web services are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    fqdn: String,
    other_names: Vec<String>,
    http_port: u16,
    https_port: u16,
}

impl Urls {
    /// `fqdn` is the pool's; the ports are those that are really bound.
    pub fn new(fqdn: &str, http_port: u16, https_port: u16) -> Self {
        Self { fqdn: fqdn.to_owned(), other_names: Vec::new(), http_port, https_port }
    }

    /// The same, reached under these names and addresses too.
    #[must_use]
    pub fn also_known_as<'a>(mut self, names: impl IntoIterator<Item = &'a str>) -> Self {
        self.other_names.extend(names.into_iter().map(str::to_owned));
        self
    }

    /// Whether a host in a URL is this pool.
    pub(crate) fn is_ours(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        std::iter::once(&self.fqdn).chain(&self.other_names).any(|name| name.eq_ignore_ascii_case(host))
    }

    /// The pool's FQDN.
    pub fn fqdn(&self) -> &str {
        &self.fqdn
    }

    /// CAHandlerInternalUri, without the port when it is 443.
    pub fn cert_prov(&self) -> String {
        self.https(CERT_PROV_PATH)
    }

    /// CAHandlerInternalAnonUri: the root chain over plain HTTP.
    pub fn cert_prov_anonymous(&self) -> String {
        match self.http_port {
            80 => format!("http://{}{CERT_PROV_PATH}", self.fqdn),
            port => format!("http://{}:{port}{CERT_PROV_PATH}", self.fqdn),
        }
    }

    /// WebTicketInternalUri, without the port when it is 443.
    pub fn web_ticket(&self) -> String {
        self.https(WEB_TICKET_PATH)
    }

    fn https(&self, path: &str) -> String {
        match self.https_port {
            443 => format!("https://{}{path}", self.fqdn),
            port => format!("https://{}:{port}{path}", self.fqdn),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_ports_are_left_out_as_get_cs_service_does() {
        let urls = Urls::new("internalweb", 80, 443);
        assert_eq!(urls.cert_prov(), "https://internalweb/CertProv/CertProvisioningService.svc");
        assert_eq!(urls.cert_prov_anonymous(), "http://internalweb/CertProv/CertProvisioningService.svc");
        assert_eq!(urls.web_ticket(), "https://internalweb/WebTicket/WebTicketService.svc");
        let urls = Urls::new("pool.lab.test", 10080, 10443);
        assert_eq!(urls.web_ticket(), "https://pool.lab.test:10443/WebTicket/WebTicketService.svc");
        assert_eq!(
            urls.cert_prov_anonymous(),
            "http://pool.lab.test:10080/CertProv/CertProvisioningService.svc"
        );
    }
}
