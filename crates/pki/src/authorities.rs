//! What makes a pool the same pool on its next start: both authorities and the keys of its tickets.

use crate::authority::{self, Authority};
use crate::error::FileProblem;
use crate::ticket::{TicketKeys, WRAPPING_LEN};
use crate::validity::Validity;
use crate::{KeyKind, PkiError};
use pem::Pem;
use rcgen::KeyPair;
use time::OffsetDateTime;
use zeroize::Zeroizing;

pub(crate) const CERTIFICATE: &str = "CERTIFICATE";
pub(crate) const PRIVATE_KEY: &str = "PRIVATE KEY";
const WRAPPING_KEY: &str = "LYNCMOCK TICKET WRAPPING KEY";

/// The root, the authority under it, and the ticket keys. They are kept in one file: it is there whole or not at all.
pub(crate) struct Authorities {
    pub(crate) root: Authority,
    pub(crate) issuing: Authority,
    pub(crate) ticket: TicketKeys,
}

/// The CNs of the two authorities.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AuthorityNames {
    pub(crate) root: String,
    pub(crate) issuing: String,
}

impl AuthorityNames {
    /// Names that nobody takes for those of a real authority, with an id by which pools are told apart.
    pub(crate) fn random() -> Result<Self, PkiError> {
        let mut id = [0; 4];
        aws_lc_rs::rand::fill(&mut id).map_err(|_| PkiError::Random)?;
        let id = format!("{:08x}", u32::from_be_bytes(id));
        Ok(Self { root: format!("lyncmock Root CA {id}"), issuing: format!("lyncmock Issuing CA {id}") })
    }
}

impl Authorities {
    /// New authorities with these keys: the root's, the issuing authority's, and the one that signs tickets.
    pub(crate) fn generate(
        names: &AuthorityNames,
        [root, issuing, ticket]: [KeyPair; 3],
        now: OffsetDateTime,
    ) -> Result<Self, PkiError> {
        let root = Authority::root(&names.root, root, now)?;
        let issuing = root.subordinate(&names.issuing, issuing, now)?;
        Ok(Self { root, issuing, ticket: TicketKeys::generate(ticket)? })
    }

    pub(crate) fn names(&self) -> AuthorityNames {
        AuthorityNames {
            root: self.root.common_name().to_owned(),
            issuing: self.issuing.common_name().to_owned(),
        }
    }

    pub(crate) fn key_kind(&self) -> KeyKind {
        self.issuing.key_kind().expect("keys are made or loaded by their kind")
    }

    /// When both authorities are valid.
    pub(crate) fn validity(&self) -> Validity {
        let (root, issuing) = (self.root.validity(), self.issuing.validity());
        Validity {
            not_before: root.not_before.max(issuing.not_before),
            not_after: root.not_after.min(issuing.not_after),
        }
    }

    /// All of it, keys included.
    pub(crate) fn to_pem(&self) -> Vec<Pem> {
        vec![
            Pem::new(CERTIFICATE, self.root.certificate().as_ref()),
            Pem::new(PRIVATE_KEY, self.root.key().serialized_der()),
            Pem::new(CERTIFICATE, self.issuing.certificate().as_ref()),
            Pem::new(PRIVATE_KEY, self.issuing.key().serialized_der()),
            Pem::new(PRIVATE_KEY, self.ticket.signing_pkcs8()),
            Pem::new(WRAPPING_KEY, self.ticket.wrapping().as_slice()),
        ]
    }

    /// Reads what [`to_pem`](Self::to_pem) wrote, and checks that its parts belong together.
    pub(crate) fn from_pem(blocks: Vec<Pem>) -> Result<Self, FileProblem> {
        let labels = [CERTIFICATE, PRIVATE_KEY, CERTIFICATE, PRIVATE_KEY, PRIVATE_KEY, WRAPPING_KEY];
        let [root, root_key, issuing, issuing_key, ticket_key, wrapping] = expect_blocks(blocks, labels)?;
        let root = Authority::load(root, private_key(root_key, "root key")?, "root")?;
        let issuing = Authority::load(issuing, private_key(issuing_key, "issuing key")?, "issuing")?;
        if !root.signed(&authority::parse(root.certificate()).ok_or(FileProblem::Unreadable("root"))?) {
            return Err(FileProblem::ForeignIssuer("root"));
        }
        if !root.signed(&authority::parse(issuing.certificate()).ok_or(FileProblem::Unreadable("issuing"))?) {
            return Err(FileProblem::ForeignIssuer("issuing"));
        }
        let wrapping: [u8; WRAPPING_LEN] =
            wrapping.try_into().map_err(|_| FileProblem::Unreadable("ticket wrapping key"))?;
        let ticket = TicketKeys::new(private_key(ticket_key, "ticket key")?, Zeroizing::new(wrapping));
        Ok(Self { root, issuing, ticket })
    }
}

/// The contents of the blocks, if they have these labels.
pub(crate) fn expect_blocks<const N: usize>(
    blocks: Vec<Pem>,
    labels: [&str; N],
) -> Result<[Vec<u8>; N], FileProblem> {
    let found: Vec<_> = blocks.iter().map(Pem::tag).collect();
    if found != labels {
        return Err(FileProblem::Blocks { found: found.join(", "), expected: labels.join(", ") });
    }
    let contents: Vec<_> = blocks.into_iter().map(Pem::into_contents).collect();
    Ok(contents.try_into().expect("there are as many blocks as labels"))
}

/// A PKCS#8 key of a kind that is made here.
pub(crate) fn private_key(pkcs8: Vec<u8>, what: &'static str) -> Result<KeyPair, FileProblem> {
    let key = KeyPair::try_from(pkcs8).map_err(|_| FileProblem::Unreadable(what))?;
    if KeyKind::of(&key).is_none() {
        return Err(FileProblem::Unreadable(what));
    }
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2013-06-01 12:00 UTC);

    fn fresh() -> Authorities {
        let names = AuthorityNames::random().unwrap();
        Authorities::generate(&names, KeyKind::P256.generate_many().unwrap(), NOW).unwrap()
    }

    fn problem(blocks: Vec<Pem>) -> FileProblem {
        Authorities::from_pem(blocks).err().expect("a problem")
    }

    #[test]
    fn what_is_kept_reads_back() {
        let kept = fresh();
        let read = Authorities::from_pem(kept.to_pem()).unwrap();
        assert_eq!(read.to_pem(), kept.to_pem());
        assert_eq!((read.names(), read.validity()), (kept.names(), kept.validity()));
    }

    #[test]
    fn parts_that_do_not_belong_together_are_told_apart() {
        let (one, other) = (fresh().to_pem(), fresh().to_pem());
        let with = |at: &[usize]| {
            let mut blocks = one.clone();
            at.iter().for_each(|at| blocks[*at] = other[*at].clone());
            blocks
        };
        assert_eq!(problem(with(&[1])), FileProblem::ForeignKey("root"));
        assert_eq!(problem(with(&[3])), FileProblem::ForeignKey("issuing"));
        assert_eq!(problem(with(&[2, 3])), FileProblem::ForeignIssuer("issuing"));
        assert_eq!(problem(with(&[0, 1])), FileProblem::ForeignIssuer("issuing"));
        let mut swapped = one.clone();
        swapped[0..4].rotate_left(2);
        assert_eq!(problem(swapped), FileProblem::ForeignIssuer("root"));
    }

    #[test]
    fn missing_and_broken_blocks_are_named() {
        let blocks = fresh().to_pem();
        let missing = problem(blocks[1..].to_vec()).to_string();
        assert!(missing.starts_with("holds the blocks [PRIVATE KEY, CERTIFICATE,"), "{missing}");
        for (at, name) in [
            (0, "root"),
            (1, "root key"),
            (2, "issuing"),
            (3, "issuing key"),
            (4, "ticket key"),
            (5, "ticket wrapping key"),
        ] {
            let mut broken = blocks.clone();
            broken[at] = Pem::new(blocks[at].tag(), &blocks[at].contents()[1..]);
            assert_eq!(problem(broken), FileProblem::Unreadable(name));
        }
    }
}
