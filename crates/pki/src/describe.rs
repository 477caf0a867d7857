//! A certificate as Microsoft Management Console shows it.

use crate::{authority, server};
use time::OffsetDateTime;

/// The attributes by which an administrator tells certificates apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// SHA-1 over the certificate in upper-case hex: how Windows names it. It proves nothing.
    pub thumbprint: String,
    /// Subject, RFC 4514 style.
    pub subject: String,
    /// Issuer, the same.
    pub issuer: String,
    /// Serial number in lower-case hex, as the console shows it.
    pub serial_number: String,
    /// Subject alternative names in order: DNS names and addresses as people write them.
    pub alternative_names: Vec<String>,
    /// Valid from.
    pub valid_from: OffsetDateTime,
    /// Valid to.
    pub valid_to: OffsetDateTime,
}

/// Describes a certificate (X.509, DER); `None` when it is none.
pub fn describe(certificate: &[u8]) -> Option<Description> {
    let parsed = authority::parse(certificate)?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    Some(Description {
        thumbprint: hex(digest.as_ref()).to_ascii_uppercase(),
        subject: parsed.subject().to_string(),
        issuer: parsed.issuer().to_string(),
        serial_number: hex(parsed.raw_serial()),
        alternative_names: server::held_names(&parsed).into_iter().collect(),
        valid_from: parsed.validity().not_before.to_datetime(),
        valid_to: parsed.validity().not_after.to_datetime(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{KeyKind, Pool, PoolNames};
    use time::macros::datetime;

    #[test]
    fn two_roots_of_one_name_differ_in_serial_number_and_valid_from() {
        let names = PoolNames::new("pool.x.test", "x.test");
        let now = datetime!(2026-02-03 12:00 UTC);
        let pool = Pool::generate(&names, KeyKind::P256, now).unwrap();
        let other = pool.lookalike(&names, now + time::Duration::hours(12)).unwrap();
        let (ours, theirs) = (describe(pool.root_der()).unwrap(), describe(other.root_der()).unwrap());
        assert_eq!((&ours.subject, &ours.issuer), (&theirs.subject, &theirs.issuer));
        assert_ne!(ours.serial_number, theirs.serial_number);
        assert_ne!(ours.thumbprint, theirs.thumbprint);
        assert!(theirs.valid_from > ours.valid_from);
        assert_eq!(ours.thumbprint.len(), 40);
        assert_eq!(ours.alternative_names, [""; 0]);
        let server = describe(&pool.server_chain()[0]).unwrap();
        assert!(server.alternative_names.iter().any(|name| name == "pool.x.test"), "{server:?}");
        assert_eq!(describe(b"no certificate"), None);
    }
}
