//! The phones whose screens are known, as far as they are.

use std::fmt;

/// A kind of phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Model {
    /// Lync Phone Edition: Polycom CX500, CX600 and CX3000, Aastra 6721ip and 6725ip, HP 4110 and 4120.
    LyncPhoneEdition,
    /// Polycom VVX with UC Software.
    Vvx,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::LyncPhoneEdition, Self::Vvx];

    /// The word for it: `lpe` or `vvx`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LyncPhoneEdition => "lpe",
            Self::Vvx => "vvx",
        }
    }

    /// The model of this word, as [`as_str`](Self::as_str) spells it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.as_str() == name)
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::LyncPhoneEdition => "Lync Phone Edition",
            Self::Vvx => "Polycom VVX",
        }
    }

    /// A User-Agent of such a phone: that of Phone Edition from the IP Phone Inventory Report of Lync Server 2013, that
    /// of VVX from published traces.
    ///
    /// Both were seen in SIP; that the phones send them to the web services too is inferred.
    pub const fn user_agent(self) -> &'static str {
        match self {
            Self::LyncPhoneEdition => {
                "CPE/4.0.7423.1 OCPhone/4.0.7423.1 (Microsoft Lync 2010 (Beta) Phone Edition)"
            }
            Self::Vvx => "PolycomVVX-VVX_410-UA/5.5.0.20556",
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_its_word() {
        for model in Model::ALL {
            assert_eq!(Model::from_name(model.as_str()), Some(model));
            assert!(http::HeaderValue::from_static(model.user_agent()).to_str().is_ok());
        }
        assert_eq!(Model::from_name("LPE"), None);
    }
}
