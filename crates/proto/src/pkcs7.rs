//! A PKCS#7 that holds certificates and nothing else: the form in which a phone gets the root chain.
//!
//! RFC 2315 section 9.1 allows a SignedData without signers ("degenerate") as a bag of certificates;
//! [MS-OCAUTHWS] section 1.5 names PKCS#7 as the format of the chain.

use crate::{Documented, Evidence};

/// The longest PKCS#7 that is read, in bytes.
pub const MAX_PKCS7_LEN: usize = 256 * 1024;
/// The most certificates that are read from one PKCS#7.
pub const MAX_CERTIFICATES: usize = 64;

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;
const CONTEXT_0: u8 = 0xa0;
const CONTEXT_1: u8 = 0xa1;

/// 1.2.840.113549.1.7.1, RFC 2315 section 14.
const DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
/// 1.2.840.113549.1.7.2, RFC 2315 section 14.
const SIGNED_DATA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];

/// Certificates in the order of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CertificateBag {
    /// X.509, DER. A chain that this project writes has its root first.
    pub certificates: Vec<Vec<u8>>,
}

impl Documented for CertificateBag {
    const NAME: &'static str = "PKCS#7 SignedData, certificates only";
    const EVIDENCE: Evidence = Evidence::Specified;
    const SOURCE: &'static str = "RFC 2315 section 9.1; [MS-OCAUTHWS] section 1.5";
}

/// Why bytes are no PKCS#7 with certificates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Pkcs7Error {
    /// Longer than [`MAX_PKCS7_LEN`].
    #[error("the PKCS#7 has {0} bytes; at most {MAX_PKCS7_LEN} are read")]
    TooLong(usize),
    /// An element reaches beyond the one around it.
    #[error("the PKCS#7 is cut off")]
    Truncated,
    /// A length that DER does not allow: indefinite, not the shortest form, or over four bytes.
    #[error("the PKCS#7 has a length that is no DER")]
    Length,
    /// Another element than the one that belongs here.
    #[error("the PKCS#7 has tag {found:#04x} where {expected} belongs")]
    Unexpected {
        /// The element by its name in RFC 2315.
        expected: &'static str,
        /// The tag that was found.
        found: u8,
    },
    /// A PKCS#7, but not a SignedData.
    #[error("the PKCS#7 is not a SignedData")]
    NotSignedData,
    /// Bytes behind the end.
    #[error("{0} bytes follow the PKCS#7")]
    Trailing(usize),
    /// More than [`MAX_CERTIFICATES`].
    #[error("the PKCS#7 holds more than {MAX_CERTIFICATES} certificates")]
    TooMany,
}

/// The certificates (DER) in a PKCS#7, in its order: [`CertificateBag::decode`] for those who want no type.
pub fn certificates_in_pkcs7(der: &[u8]) -> Result<Vec<Vec<u8>>, Pkcs7Error> {
    CertificateBag::decode(der).map(|bag| bag.certificates)
}

impl CertificateBag {
    /// Writes a SignedData of version 1 without digest algorithms, content, CRLs and signers.
    ///
    /// The certificates keep their order, though a DER SET would be sorted: clients, OpenSSL among them, read any
    /// order, and root first is what a person wants to see.
    pub fn encode(&self) -> Vec<u8> {
        let signed_data = [
            element(INTEGER, &[1]),
            element(SET, &[]),
            element(SEQUENCE, &element(OID, &DATA)),
            element(CONTEXT_0, &self.certificates.concat()),
            element(CONTEXT_1, &[]),
            element(SET, &[]),
        ]
        .concat();
        let content = element(CONTEXT_0, &element(SEQUENCE, &signed_data));
        element(SEQUENCE, &[element(OID, &SIGNED_DATA), content].concat())
    }

    /// Reads the certificates of a SignedData, whoever signed it. Lengths have to be DER.
    ///
    /// Whether each certificate is one is for the caller to find out; here it is a SEQUENCE of the right length.
    pub fn decode(der: &[u8]) -> Result<Self, Pkcs7Error> {
        if der.len() > MAX_PKCS7_LEN {
            return Err(Pkcs7Error::TooLong(der.len()));
        }
        let mut outer = Reader(der);
        let mut content_info = Reader(outer.expect(SEQUENCE, "ContentInfo")?);
        outer.end()?;
        if content_info.expect(OID, "contentType")? != SIGNED_DATA {
            return Err(Pkcs7Error::NotSignedData);
        }
        let mut content = Reader(content_info.expect(CONTEXT_0, "content")?);
        content_info.end()?;
        let mut signed_data = Reader(content.expect(SEQUENCE, "SignedData")?);
        content.end()?;
        signed_data.expect(INTEGER, "version")?;
        signed_data.expect(SET, "digestAlgorithms")?;
        signed_data.expect(SEQUENCE, "contentInfo")?;
        let mut certificates = Vec::new();
        while let Some(part) = signed_data.next()? {
            if part.tag == CONTEXT_0 {
                certificates.extend(read_certificates(part.content)?);
            }
        }
        if certificates.len() > MAX_CERTIFICATES {
            return Err(Pkcs7Error::TooMany);
        }
        Ok(Self { certificates })
    }
}

/// The X.509 certificates of a field `certificates`; its other kinds (PKCS#6, attribute certificates) are passed by.
fn read_certificates(field: &[u8]) -> Result<Vec<Vec<u8>>, Pkcs7Error> {
    let mut reader = Reader(field);
    let mut certificates = Vec::new();
    while let Some(certificate) = reader.next()? {
        if certificate.tag == SEQUENCE {
            certificates.push(certificate.whole.to_vec());
        }
        if certificates.len() > MAX_CERTIFICATES {
            return Err(Pkcs7Error::TooMany);
        }
    }
    Ok(certificates)
}

/// One element: tag, length, content.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match u8::try_from(content.len()) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let length: Vec<u8> =
                content.len().to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            // A usize has at most eight bytes.
            bytes.push(0x80 | u8::try_from(length.len()).unwrap_or(8));
            bytes.extend(length);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// An element as it was found.
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
    /// With tag and length.
    whole: &'a [u8],
}

/// What is left of an element's content.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// The next element, or nothing at the end.
    fn next(&mut self) -> Result<Option<Element<'a>>, Pkcs7Error> {
        let Some((&tag, behind_tag)) = self.0.split_first() else {
            return Ok(None);
        };
        let (length, behind_length) = read_length(behind_tag)?;
        let (content, rest) = behind_length.split_at_checked(length).ok_or(Pkcs7Error::Truncated)?;
        let whole = self.0.get(..self.0.len() - rest.len()).ok_or(Pkcs7Error::Truncated)?;
        self.0 = rest;
        Ok(Some(Element { tag, content, whole }))
    }

    /// The content of the next element, which must have this tag.
    fn expect(&mut self, tag: u8, expected: &'static str) -> Result<&'a [u8], Pkcs7Error> {
        match self.next()? {
            Some(element) if element.tag == tag => Ok(element.content),
            Some(element) => Err(Pkcs7Error::Unexpected { expected, found: element.tag }),
            None => Err(Pkcs7Error::Truncated),
        }
    }

    fn end(&self) -> Result<(), Pkcs7Error> {
        if self.0.is_empty() { Ok(()) } else { Err(Pkcs7Error::Trailing(self.0.len())) }
    }
}

/// A definite length in its shortest form, and what stands behind it.
fn read_length(bytes: &[u8]) -> Result<(usize, &[u8]), Pkcs7Error> {
    let (&first, rest) = bytes.split_first().ok_or(Pkcs7Error::Truncated)?;
    if first < 0x80 {
        return Ok((usize::from(first), rest));
    }
    let count = usize::from(first & 0x7f);
    if !(1..=4).contains(&count) {
        return Err(Pkcs7Error::Length);
    }
    let (digits, rest) = rest.split_at_checked(count).ok_or(Pkcs7Error::Truncated)?;
    let length = digits.iter().fold(0u32, |length, digit| (length << 8) | u32::from(*digit));
    if length < 0x80 || digits.first() == Some(&0) {
        return Err(Pkcs7Error::Length);
    }
    Ok((usize::try_from(length).map_err(|_| Pkcs7Error::Length)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn certificate(length: usize) -> Vec<u8> {
        element(SEQUENCE, &vec![0x05; length])
    }

    fn bag(lengths: &[usize]) -> CertificateBag {
        CertificateBag { certificates: lengths.iter().map(|length| certificate(*length)).collect() }
    }

    #[test]
    fn a_bag_has_these_bytes() {
        let expected = [
            &[0x30, 0x2a, 0x06, 0x09][..],
            &SIGNED_DATA,
            &[0xa0, 0x1d, 0x30, 0x1b, 0x02, 0x01, 0x01, 0x31, 0x00, 0x30, 0x0b, 0x06, 0x09],
            &DATA,
            &[0xa0, 0x03, 0x30, 0x01, 0x05, 0xa1, 0x00, 0x31, 0x00],
        ]
        .concat();
        assert_eq!(bag(&[1]).encode(), expected);
        assert_eq!(certificates_in_pkcs7(&expected), Ok(bag(&[1]).certificates));
    }

    #[test]
    fn lengths_of_every_form_read_back_in_order() {
        let bag = bag(&[0, 1, 127, 128, 255, 256, 65_535, 65_536, 3]);
        assert_eq!(CertificateBag::decode(&bag.encode()), Ok(bag));
    }

    #[test]
    fn absent_certificates_are_none_and_foreign_kinds_are_passed_by() {
        let signed_data = |fields: &[u8]| {
            let head =
                [element(INTEGER, &[1]), element(SET, &[]), element(SEQUENCE, &element(OID, &DATA))].concat();
            let content = element(CONTEXT_0, &element(SEQUENCE, &[&head, fields].concat()));
            element(SEQUENCE, &[element(OID, &SIGNED_DATA), content].concat())
        };
        assert_eq!(certificates_in_pkcs7(&signed_data(&element(SET, &[]))), Ok(vec![]));
        let mixed = [element(CONTEXT_1, &[1]), certificate(3)].concat();
        let both = signed_data(&[element(CONTEXT_0, &mixed), element(SET, &certificate(9))].concat());
        assert_eq!(certificates_in_pkcs7(&both), Ok(vec![certificate(3)]));
    }

    #[test]
    fn what_is_no_signed_data_is_refused() {
        let data = element(SEQUENCE, &[element(OID, &DATA), element(CONTEXT_0, &[])].concat());
        assert_eq!(certificates_in_pkcs7(&data), Err(Pkcs7Error::NotSignedData));
        assert_eq!(certificates_in_pkcs7(&[]), Err(Pkcs7Error::Truncated));
        let unexpected = Pkcs7Error::Unexpected { expected: "ContentInfo", found: 0x31 };
        assert_eq!(certificates_in_pkcs7(&element(SET, &[])), Err(unexpected));
    }

    #[test]
    fn every_cut_and_every_tail_is_refused() {
        let whole = bag(&[40, 200]).encode();
        for end in 0..whole.len() {
            assert!(certificates_in_pkcs7(&whole[..end]).is_err(), "{end}");
        }
        assert_eq!(certificates_in_pkcs7(&[&whole[..], b"\n"].concat()), Err(Pkcs7Error::Trailing(1)));
    }

    #[test]
    fn lengths_that_are_no_der_are_refused() {
        // indefinite, long form for a short length, leading zero, five bytes
        for length in [&[0x80][..], &[0x81, 0x7f], &[0x82, 0x00, 0x80], &[0x85, 1, 0, 0, 0, 0]] {
            let bytes = [&[SEQUENCE], length, &[0; 0x80]].concat();
            assert_eq!(certificates_in_pkcs7(&bytes), Err(Pkcs7Error::Length), "{length:02x?}");
        }
        assert_eq!(
            certificates_in_pkcs7(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff]),
            Err(Pkcs7Error::Truncated)
        );
    }

    #[test]
    fn sizes_are_bounded() {
        assert!(certificates_in_pkcs7(&bag(&[1; MAX_CERTIFICATES]).encode()).is_ok());
        assert_eq!(
            certificates_in_pkcs7(&bag(&[1; MAX_CERTIFICATES + 1]).encode()),
            Err(Pkcs7Error::TooMany)
        );
        let long = bag(&[MAX_PKCS7_LEN]).encode();
        assert_eq!(certificates_in_pkcs7(&long), Err(Pkcs7Error::TooLong(long.len())));
    }

    proptest! {
        #[test]
        fn any_bag_reads_back(lengths in proptest::collection::vec(0usize..700, 0..8)) {
            let bag = bag(&lengths);
            prop_assert_eq!(CertificateBag::decode(&bag.encode()), Ok(bag));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = certificates_in_pkcs7(&bytes);
        }

        #[test]
        fn no_altered_byte_makes_it_panic(at in 0usize..300, to in any::<u8>()) {
            let mut bytes = bag(&[40, 200]).encode();
            if let Some(byte) = bytes.get_mut(at) {
                *byte = to;
            }
            let _ = certificates_in_pkcs7(&bytes);
        }
    }
}
