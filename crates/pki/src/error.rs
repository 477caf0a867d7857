//! Why there is no PKI, or no certificate.

use crate::KeyKind;
use std::path::PathBuf;
use time::OffsetDateTime;

/// Why the pool's keys and certificates could not be made, read or kept. Holds no key.
#[derive(Debug, thiserror::Error)]
pub enum PkiError {
    /// A name that cannot stand in a certificate.
    #[error("`{name}` cannot stand in a server certificate: {reason}")]
    Name {
        /// The name as it was given.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A notBefore or notAfter that X.509 cannot express.
    #[error("a certificate cannot be dated {0}; the years 1950 to 9999 can")]
    Date(String),
    /// A key or a certificate could not be made.
    #[error("the certificate could not be made: {0}")]
    Make(#[from] rcgen::Error),
    /// The system gave no random bytes.
    #[error("no random bytes could be had")]
    Random,
    /// A file or directory could not be read or written.
    #[error("{path}: {cause}")]
    File {
        /// Of the file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// A file of keys that others than its owner may read or write.
    #[error(
        "{path} holds private keys and has mode {mode:04o}; run `chmod 600` on it once you know who read it"
    )]
    Permissions {
        /// Of the file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A kept file that is not what was written there.
    #[error("{path} {problem}; put back the file, or remove it to have a new one made")]
    Contents {
        /// Of the file.
        path: PathBuf,
        /// What is wrong with it.
        problem: FileProblem,
    },
    /// The kept keys are of another kind than those asked for.
    #[error(
        "{path} has {kept} keys and {asked} is asked for; ask for {kept}, or remove the file to begin anew"
    )]
    KeyKind {
        /// Of the file.
        path: PathBuf,
        /// The kind in the file.
        kept: KeyKind,
        /// The kind asked for.
        asked: KeyKind,
    },
    /// The kept authority is expired or not yet valid.
    #[error(
        "the authority in {path} is valid from {from} to {until}, and it is {now}; remove the file to begin anew"
    )]
    OutOfDate {
        /// Of the file.
        path: PathBuf,
        /// notBefore.
        from: OffsetDateTime,
        /// notAfter.
        until: OffsetDateTime,
        /// The time at which it was opened.
        now: OffsetDateTime,
    },
}

/// What is wrong with a kept file. Each reads on from the file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileProblem {
    /// Bigger than anything that is kept.
    #[error("has {0} bytes, more than any file kept here")]
    TooLong(u64),
    /// Not PEM.
    #[error("is no PEM ({0})")]
    NotPem(String),
    /// Other PEM blocks than those that were written.
    #[error("holds the blocks [{found}] where [{expected}] were kept")]
    Blocks {
        /// The labels found, with commas.
        found: String,
        /// The labels that belong there, with commas.
        expected: String,
    },
    /// A block that cannot be read.
    #[error("holds a {0} that cannot be read")]
    Unreadable(&'static str),
    /// A certificate and a key that do not belong together.
    #[error("holds a {0} certificate that is not for the key beside it")]
    ForeignKey(&'static str),
    /// A certificate that the authority above it did not sign.
    #[error("holds a {0} certificate that the authority above it did not sign")]
    ForeignIssuer(&'static str),
    /// A certificate that may not sign others in the place of an authority.
    #[error("holds a {0} certificate that is not one of an authority")]
    NoAuthority(&'static str),
}
