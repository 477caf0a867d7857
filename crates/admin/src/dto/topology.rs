//! Where everything is, as Get-CsService and Get-CsUser need it.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

/// The pool as a client of it finds it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Topology {
    /// FQDN of the pool.
    #[schema(example = "atl-cs-001.litwareinc.com")]
    pub fqdn: String,
    /// The SIP domain, which is the domain of the accounts too.
    #[schema(example = "litwareinc.com")]
    pub sip_domain: String,
    /// NetBIOS name of that domain.
    #[schema(example = "LITWAREINC")]
    pub windows_domain: String,
    /// Port of the web services without TLS.
    #[schema(example = 10080)]
    pub http_port: u16,
    /// Port of the web services.
    #[schema(example = 10443)]
    pub https_port: u16,
    /// What the pool's clock shows, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub now: OffsetDateTime,
}
