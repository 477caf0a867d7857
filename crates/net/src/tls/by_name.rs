//! Which certificate is taken for a name that several have.
//!
//! Microsoft's article on event 47067 ("Authentication fails during Lync Phone Edition PIN sign-in") tells that a
//! second authority certificate of the same name in the machine's stores breaks TLS between front ends, and that
//! deleting it cures. So Windows does not try one after the other until a signature holds. That it takes the newest
//! is inferred: the article says only that serial number and Valid from differ.

use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509CertificateParser;
use x509_parser::nom::Parser as _;

/// A certificate by what it is chosen by.
#[derive(Clone, Copy)]
pub(super) struct Named<'a> {
    /// The subject in DER. Names are the same when their bytes are.
    subject: &'a [u8],
    /// notBefore in seconds since 1970.
    not_before: i64,
    der: &'a [u8],
}

impl<'a> Named<'a> {
    /// Reads a certificate, of which extensions are left alone; an error says why it is none.
    pub(super) fn read(der: &'a [u8]) -> Result<Self, String> {
        let mut parser = X509CertificateParser::new().with_deep_parse_extensions(false);
        let (_, certificate) = parser.parse(der).map_err(|error| error.to_string())?;
        let not_before = certificate.tbs_certificate.validity.not_before.timestamp();
        Ok(Self { subject: certificate.tbs_certificate.subject.as_raw(), not_before, der })
    }

    pub(super) fn certificate(&self) -> CertificateDer<'a> {
        CertificateDer::from(self.der)
    }

    pub(super) fn is(&self, certificate: &CertificateDer<'_>) -> bool {
        self.der == certificate.as_ref()
    }
}

/// Of each name the newest, by notBefore; among equally new ones the last.
pub(super) fn newest<'a>(all: impl IntoIterator<Item = Named<'a>>) -> Vec<Named<'a>> {
    let mut kept: Vec<Named<'a>> = Vec::new();
    for certificate in all {
        match kept.iter_mut().find(|kept| kept.subject == certificate.subject) {
            Some(rival) if rival.not_before > certificate.not_before => {}
            Some(rival) => *rival = certificate,
            None => kept.push(certificate),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(subject: &'static str, not_before: i64, der: &'static str) -> Named<'static> {
        Named { subject: subject.as_bytes(), not_before, der: der.as_bytes() }
    }

    fn chosen(all: &[Named<'static>]) -> Vec<&'static [u8]> {
        newest(all.iter().copied()).iter().map(|named| named.der).collect()
    }

    #[test]
    fn of_each_name_the_newest_is_taken_whenever_it_was_added() {
        let (old, new, other) = (named("a", 1, "old"), named("a", 2, "new"), named("b", 1, "other"));
        assert_eq!(chosen(&[old, other, new]), [b"new".as_slice(), b"other"]);
        assert_eq!(chosen(&[new, old, other]), [b"new".as_slice(), b"other"]);
        assert!(chosen(&[]).is_empty());
    }

    #[test]
    fn of_equally_new_ones_the_last_added_is_taken() {
        let (first, last) = (named("a", 1, "first"), named("a", 1, "last"));
        assert_eq!(chosen(&[first, last]), [b"last"]);
        assert_eq!(chosen(&[last, first]), [b"first"]);
    }

    #[test]
    fn what_is_no_certificate_has_no_name() {
        assert!(Named::read(b"").is_err());
        assert!(Named::read(b"nonsense").is_err());
    }
}
