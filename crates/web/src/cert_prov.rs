//! The certificate provisioning service: GetRootCertChains and GetAndPublishCert.

mod presented;
pub(crate) mod publish;
pub(crate) mod roots;
