//! The catalogue: read and checked when the program starts.

mod read;

use super::{Effect, Proof};
use crate::Evidence;
use crate::complaint::{did_you_mean, nearest, shown};
use std::sync::LazyLock;

/// The files, by chapter.
const BUILT_IN: [(&str, &str); 6] = [
    ("dhcp", include_str!("../../../../fixtures/scenarios/dhcp.toml")),
    ("pin", include_str!("../../../../fixtures/scenarios/pin.toml")),
    ("policy", include_str!("../../../../fixtures/scenarios/policy.toml")),
    ("web", include_str!("../../../../fixtures/scenarios/web.toml")),
    ("hop", include_str!("../../../../fixtures/scenarios/hop.toml")),
    ("tls", include_str!("../../../../fixtures/scenarios/tls.toml")),
];

/// A failure with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    /// kebab-case, in Lync's words.
    pub name: String,
    /// One line.
    pub title: String,
    /// Which part of the pool it is about: the name of its file.
    pub chapter: String,
    /// What is wrong.
    pub cause: String,
    /// What the wire shows.
    pub wire: String,
    /// What the phone shows.
    pub phone: String,
    /// The entry of the event log, where one is known.
    pub event: Option<String>,
    /// What mends it, as Microsoft or else its source gives it.
    pub fix: String,
    /// Where it is written.
    pub source: String,
    /// How well it is known that a Lync Server or a phone behaves so.
    pub evidence: Evidence,
    /// What arming it changes.
    pub effects: Vec<Effect>,
    /// How its test shows it.
    pub proof: Proof,
}

impl Scenario {
    /// Whether it can be armed for one user. One that changes the whole pool, or that acts before anybody knows who is
    /// there, cannot.
    pub fn takes_user(&self) -> bool {
        self.effects.iter().all(|effect| match effect {
            Effect::User(_) | Effect::RevokeCertificates(_) => true,
            Effect::Rule(rule) => KNOWS_USER.contains(&rule.place.as_str()),
            _ => false,
        })
    }
}

impl Scenario {
    /// Whether it changes what everybody uses: settings, certificates, services, the clock.
    pub fn changes_whole_pool(&self) -> bool {
        let own = |effect: &Effect| {
            matches!(effect, Effect::Rule(_) | Effect::User(_) | Effect::RevokeCertificates(_))
        };
        !self.effects.iter().all(own)
    }
}

/// Where the user is known, or claimed, when a rule may act.
const KNOWS_USER: [&str; 7] = [
    "webticket.pin",
    "webticket.cert",
    "webticket.win-negotiate",
    "certprov.get-and-publish-cert",
    "userpin.verify-pin",
    "userpin.publish-cert",
    "userpin.get-published-cert",
];

/// Every known failure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Catalogue {
    scenarios: Vec<Scenario>,
}

/// Why a catalogue is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogueError {
    /// Not TOML, or a key that scenarios do not have.
    #[error("{chapter}, line {line}, column {column}: {problem}")]
    Syntax {
        /// The file.
        chapter: String,
        /// Counted from 1.
        line: usize,
        /// In characters, counted from 1.
        column: usize,
        /// What is wrong, and what may have been meant.
        problem: String,
    },
    /// An entry that cannot be meant.
    #[error("{chapter}, scenario {number} (`{name}`): {problem}")]
    Entry {
        /// The file.
        chapter: String,
        /// Which one in the file, counted from 1.
        number: usize,
        /// Its name, as far as it has one.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// A name that no scenario has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no scenario {}{}", shown(.name), did_you_mean(.nearest.as_deref()))]
pub struct UnknownScenario {
    /// The name.
    pub name: String,
    /// The name that looks most like it.
    pub nearest: Option<String>,
}

impl Catalogue {
    /// The catalogue that is built in.
    pub fn built_in() -> &'static Self {
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
            Catalogue::parse(&BUILT_IN).expect("the built-in catalogue is checked by a test")
        });
        &CATALOGUE
    }

    /// Reads and checks a catalogue: chapters, and the text of each.
    ///
    /// Every name is in kebab-case and there once; no text is empty; every entry has an effect, and every rule among
    /// the effects is one that can be armed in a pool with the built-in diagnostics.
    ///
    /// # Errors
    /// Says which entry is wrong, and what was expected.
    pub fn parse(chapters: &[(&str, &str)]) -> Result<Self, CatalogueError> {
        let mut scenarios = Vec::new();
        for (chapter, text) in chapters {
            read::chapter(chapter, text, &mut scenarios)?;
        }
        Ok(Self { scenarios })
    }

    /// Every scenario, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Scenario> {
        self.scenarios.iter()
    }

    /// The scenario of this name.
    ///
    /// # Errors
    /// When there is none; says which name looks most like it.
    pub fn get(&self, name: &str) -> Result<&Scenario, UnknownScenario> {
        let found = self.scenarios.iter().find(|scenario| scenario.name == name);
        found.ok_or_else(|| {
            let nearest = nearest(name, self.scenarios.iter().map(|scenario| scenario.name.as_str()));
            UnknownScenario { name: name.to_owned(), nearest: nearest.map(str::to_owned) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"
        [[scenario]]
        name = "pin-locked"
        title = "Locked PIN"
        cause = "An administrator locked the PIN."
        wire = "401"
        phone = "PIN is invalid"
        fix = "Unlock-CsClientPin"
        source = "somewhere"
        evidence = "documented"
        effects = [
            { user = "locked" },
            { web = { use_pin_auth = false } },
            { rule = { where = "webticket.pin", what = "pin-wrong" } },
            { clock-days = 3 },
        ]
        [scenario.proof]
        fails-at = "web_ticket"
        symptom = "refused"
    "#;

    fn parse(text: &str) -> Result<Catalogue, String> {
        Catalogue::parse(&[("pin", text)]).map_err(|error| error.to_string())
    }

    #[test]
    fn the_built_in_catalogue_is_good_and_has_every_known_failure() {
        let catalogue = Catalogue::parse(&BUILT_IN).unwrap_or_else(|error| panic!("{error}"));
        assert!(catalogue.iter().count() >= 60, "{}", catalogue.iter().count());
        for (chapter, _) in BUILT_IN {
            assert!(catalogue.iter().any(|scenario| scenario.chapter == chapter), "{chapter}");
        }
        assert_eq!(*Catalogue::built_in(), catalogue);
    }

    #[test]
    fn a_scenario_is_found_by_its_name_and_a_wrong_name_gets_the_nearest() {
        let catalogue = parse(ENTRY).unwrap();
        let found = catalogue.get("pin-locked").unwrap();
        assert_eq!((found.chapter.as_str(), found.evidence), ("pin", Evidence::Documented));
        assert_eq!((found.effects.len(), found.event.as_ref()), (4, None));
        let unknown = catalogue.get("pin-lokced").unwrap_err();
        assert_eq!(unknown.to_string(), "there is no scenario `pin-lokced`; did you mean `pin-locked`?");
        assert_eq!(catalogue.get("x").unwrap_err().nearest, None);
    }

    #[test]
    fn an_entry_says_where_it_is_written_and_how_well_it_is_known() {
        for key in ["name", "title", "cause", "wire", "phone", "fix", "source", "evidence", "effects"] {
            let start = ENTRY.find(&format!("{key} = ")).unwrap();
            let end = if key == "effects" { ENTRY.find("[scenario.proof]").unwrap() } else { start };
            let (before, rest) = (&ENTRY[..start], &ENTRY[end..]);
            let rest = if key == "effects" { rest } else { rest.split_once('\n').unwrap().1 };
            let error = parse(&format!("{before}{rest}")).unwrap_err();
            assert!(error.starts_with("pin, scenario 1 (") && error.contains(key), "{key}: {error}");
        }
        let blank = ENTRY.replace("\"somewhere\"", "\" \"");
        assert_eq!(parse(&blank).unwrap_err(), "pin, scenario 1 (`pin-locked`): `source` is empty");
        let event = ENTRY.replace("wire =", "event = \"\"\nwire =");
        assert_eq!(parse(&event).unwrap_err(), "pin, scenario 1 (`pin-locked`): `event` is empty");
    }

    #[test]
    fn what_cannot_be_meant_is_refused_with_the_entry() {
        for (from, to, complaint) in [
            ("\"documented\"", "\"guessed\"", "`guessed` is no kind of evidence"),
            ("\"pin-locked\"", "\"Pin_Locked\"", "the name is not in kebab-case"),
            ("\"pin-locked\"", "\"pin--locked\"", "the name is not in kebab-case"),
            (
                "\"pin-wrong\"",
                "\"pin-wrnog\"",
                "effects.3: what: there is no action or diagnostic `pin-wrnog`",
            ),
            ("where = \"webticket.pin\"", "where = \"webticket.pim\"", "did you mean `pin`?"),
            ("where = ", "who = { user = \"kenmyer\" }, where = ", "effects.3: who.user"),
            (
                "\"web_ticket\"",
                "\"webticket\"",
                "proof.fails-at: there is no step `webticket`; did you mean `web_ticket`?",
            ),
            (
                "\"refused\"",
                "\"refusal\"",
                "proof.symptom: there is no symptom `refusal`; did you mean `refused`?",
            ),
            ("\"refused\"", "\"status\"\nstatus = 99", "proof.status: 99 is no HTTP status"),
            ("use_pin_auth", "use_pin_auht", "pin, line 13, column 23: unknown field `use_pin_auht`"),
            ("\"locked\"", "\"lockd\"", "did you mean `locked`?"),
            ("fix =", "fixx = \"\"\nfix =", "unknown field `fixx`"),
            ("[scenario.proof]", "[scenario.prof]", "did you mean `proof`?"),
        ] {
            let error = parse(&ENTRY.replacen(from, to, 1)).expect_err(to);
            assert!(error.contains(complaint), "{to}: {error}");
            assert!(error.starts_with("pin, "), "{error}");
        }
        let proof = ENTRY.split_once("[scenario.proof]").unwrap().0;
        assert_eq!(parse(proof).unwrap_err(), "pin, scenario 1 (`pin-locked`): `proof` is missing");
    }

    #[test]
    fn a_name_is_there_once_over_all_chapters() {
        let error = Catalogue::parse(&[("pin", ENTRY), ("web", ENTRY)]).unwrap_err().to_string();
        assert_eq!(error, "web, scenario 1 (`pin-locked`): the name is taken by a scenario of pin");
    }
}
