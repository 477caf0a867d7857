//! A published certificate as the model and as the wire have it.

use lync_model::{PublishedCertificate, SipUri};
use lync_proto::userpin::PublishedCert;

pub(crate) fn to_wire(certificate: &PublishedCertificate) -> PublishedCert {
    PublishedCert {
        device_id: certificate.device_id.clone(),
        certificate: certificate.certificate.clone(),
        publication_time: certificate.publication_time,
        expiration_time: certificate.expiration_time,
    }
}

pub(crate) fn from_wire(user: SipUri, certificate: PublishedCert) -> PublishedCertificate {
    PublishedCertificate {
        user,
        device_id: certificate.device_id,
        certificate: certificate.certificate,
        publication_time: certificate.publication_time,
        expiration_time: certificate.expiration_time,
    }
}
