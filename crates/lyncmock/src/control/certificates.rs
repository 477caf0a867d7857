//! The certificate store of the front end, its own certificates, and those of devices.

use super::{Control, OrRefused};
use lync_admin::dto::{
    AssignedCertificate, Certificate, CertificateStore, CertificateUse, ClientCertificate,
};
use lync_admin::{ApiError, ApiResult};
use lync_model::SipUri;
use lync_pki::describe;
use rustls::pki_types::CertificateDer;

/// The most certificates of a store: each change reads all of them. Windows comes with some hundred.
const MAX_HELD: usize = 1000;

impl Control {
    pub(super) fn list_certificates(&self, store: Option<CertificateStore>) -> Vec<Certificate> {
        let wanted = [CertificateStore::Root, CertificateStore::Intermediate];
        let wanted = wanted.into_iter().filter(|each| store.is_none_or(|store| store == *each));
        let described = wanted.flat_map(|store| {
            self.held(store)
                .into_iter()
                .filter_map(move |certificate| self.shown_certificate(store, &certificate))
        });
        described.collect()
    }

    /// The certificates that a user's devices were given, by device.
    pub(super) async fn published(&self, user: &SipUri) -> ApiResult<Vec<ClientCertificate>> {
        let kept = self.core.store.kept_certs(user).await.or_refused()?;
        let mut shown: Vec<_> = kept
            .into_iter()
            .filter_map(|kept| {
                Some(ClientCertificate {
                    thumbprint: describe(&kept.certificate)?.thumbprint,
                    publication_time: kept.publication_time,
                    expiration_time: kept.expiration_time,
                    device_id: kept.device_id,
                })
            })
            .collect();
        shown.sort_by(|a, b| a.device_id.cmp(&b.device_id));
        Ok(shown)
    }

    /// The certificate that every listener of the front end shows itself with: it has one for all uses.
    pub(super) fn list_assigned(&self) -> ApiResult<Vec<AssignedCertificate>> {
        let described = self.core.pki.server_chain().first().and_then(|certificate| describe(certificate));
        let known =
            described.ok_or_else(|| ApiError::unavailable("the pool's certificate cannot be read"))?;
        Ok(vec![AssignedCertificate {
            uses: vec![
                CertificateUse::Default,
                CertificateUse::WebServicesInternal,
                CertificateUse::WebServicesExternal,
            ],
            issuer: known.issuer,
            subject: known.subject,
            alternative_names: known.alternative_names,
            not_before: known.valid_from,
            not_after: known.valid_to,
            serial_number: known.serial_number.to_ascii_uppercase(),
            thumbprint: known.thumbprint,
        }])
    }

    pub(super) fn one_certificate(
        &self,
        store: CertificateStore,
        thumbprint: &str,
    ) -> ApiResult<CertificateDer<'static>> {
        let found = self.held(store).into_iter().find(|certificate| {
            describe(certificate).is_some_and(|known| known.thumbprint.eq_ignore_ascii_case(thumbprint))
        });
        found.ok_or_else(|| {
            ApiError::not_found(format!(
                "there is no certificate with the thumbprint {} in the store `{store}`",
                lync_net::excerpt(thumbprint)
            ))
        })
    }

    pub(super) fn import_certificate(&self, store: CertificateStore, der: Vec<u8>) -> ApiResult<Certificate> {
        let certificate = CertificateDer::from(der);
        let shown = self
            .shown_certificate(store, &certificate)
            .ok_or_else(|| ApiError::invalid("that is no X.509 certificate"))?;
        if self.held(store).len() >= MAX_HELD {
            return Err(ApiError::conflict(format!(
                "the store has {MAX_HELD} certificates and takes no more"
            )));
        }
        let trust = &self.core.trust;
        let added = match store {
            CertificateStore::Root => trust.add(certificate),
            CertificateStore::Intermediate => trust.add_intermediate(certificate),
        };
        match added {
            Ok(true) => Ok(shown),
            Ok(false) => Err(ApiError::conflict("the store has this certificate already")),
            Err(error) => Err(ApiError::invalid(error.to_string())),
        }
    }

    pub(super) fn delete_certificate(&self, store: CertificateStore, thumbprint: &str) -> ApiResult<()> {
        let certificate = self.one_certificate(store, thumbprint)?;
        match store {
            CertificateStore::Root => self.core.trust.remove(&certificate),
            CertificateStore::Intermediate => self.core.trust.remove_intermediate(&certificate),
        };
        Ok(())
    }

    fn held(&self, store: CertificateStore) -> Vec<CertificateDer<'static>> {
        match store {
            CertificateStore::Root => self.core.trust.list(),
            CertificateStore::Intermediate => self.core.trust.intermediates(),
        }
    }

    fn shown_certificate(
        &self,
        store: CertificateStore,
        certificate: &CertificateDer<'_>,
    ) -> Option<Certificate> {
        let known = describe(certificate)?;
        let pki = &self.core.pki;
        Some(Certificate {
            store,
            thumbprint: known.thumbprint,
            subject: known.subject,
            issuer: known.issuer,
            serial_number: known.serial_number,
            valid_from: known.valid_from,
            valid_to: known.valid_to,
            pool: certificate == pki.root_der() || certificate == pki.issuing_der(),
        })
    }
}
