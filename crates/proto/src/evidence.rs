//! How well something is known. Part of the product: users see it beside every answer that is a guess.

use std::fmt;

/// Where the shape of a message, the number of a diagnostic or the text of a reason comes from.
///
/// Ordered from the strongest to the weakest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// Seen on the wire or on the screen of a real Lync Server or a real client, and published.
    Captured,
    /// Written in an RFC or in one of Microsoft's open specifications.
    Specified,
    /// Written in other documentation of the product or of a phone's vendor.
    Documented,
    /// Reasoned from the rest; nobody has published what a Lync Server does here.
    Inferred,
}

impl Evidence {
    /// The word that configuration files, `--json` output and log lines use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Captured => "captured",
            Self::Specified => "specified",
            Self::Documented => "documented",
            Self::Inferred => "inferred",
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Evidence {
    type Err = UnknownEvidence;

    fn from_str(word: &str) -> Result<Self, UnknownEvidence> {
        [Self::Captured, Self::Specified, Self::Documented, Self::Inferred]
            .into_iter()
            .find(|evidence| evidence.as_str() == word)
            .ok_or_else(|| UnknownEvidence(word.to_owned()))
    }
}

/// A word that is none of the four kinds of evidence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of evidence (captured, specified, documented, inferred)")]
pub struct UnknownEvidence(pub String);

/// What every message type says of itself.
pub trait Documented {
    /// The name that the specification, or else this project, gives the message.
    const NAME: &'static str;
    /// How well the message's shape is known. Where its parts differ, the weakest part that a client depends on.
    const EVIDENCE: Evidence;
    /// The section, capture or article behind it.
    const SOURCE: &'static str;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for evidence in [Evidence::Captured, Evidence::Specified, Evidence::Documented, Evidence::Inferred] {
            assert_eq!(evidence.to_string().parse(), Ok(evidence));
        }
        assert!("guessed".parse::<Evidence>().is_err());
    }
}
