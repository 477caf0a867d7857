//! The messages of the certificate provisioning service.

mod get_and_publish_cert;
mod get_and_publish_cert_response;
mod get_root_cert_chains;

pub use get_and_publish_cert::{GetAndPublishCertRequest, MAX_CSR_LEN};
pub use get_and_publish_cert_response::{ErrorInfo, GetAndPublishCertResponse};
pub use get_root_cert_chains::{GetRootCertChains, GetRootCertChainsResponse};
