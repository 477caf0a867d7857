//! Where the pool listens.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The real addresses of the running pool.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize, ToSchema)]
pub struct Endpoints {
    /// FQDN of the pool.
    #[schema(example = "atl-cs-001.litwareinc.com")]
    pub fqdn: String,
    /// `host:port` of the DHCP component; the first when there are several, null when it is off or on interfaces only.
    #[schema(example = "127.0.0.1:10067")]
    pub dhcp: Option<String>,
    /// Base URL of the HTTP listener.
    #[schema(example = "http://127.0.0.1:10080")]
    pub http: String,
    /// Base URL of the HTTPS listener.
    #[schema(example = "https://127.0.0.1:10443")]
    pub https: String,
    /// URL of the user-PIN service.
    #[schema(example = "https://127.0.0.1:10444/LiveServer/UserPinService")]
    pub userpin: String,
    /// Base URL of this API.
    #[schema(example = "http://127.0.0.1:10090")]
    pub admin: Option<String>,
    /// A file with the root certificate, PEM, on the pool's machine; `/v1/ca.pem` is the same.
    #[schema(example = "/var/lib/lyncmock/ca.pem")]
    pub ca_pem: String,
}
