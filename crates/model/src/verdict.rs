//! Which PIN state leads to which answer.

use crate::SipUri;
use std::fmt;

/// Why a PIN was refused: UCMA's `PinFailureReason`, the closest public vocabulary, with its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PinFailureReason {
    /// Something else.
    Unknown,
    /// The user is disabled for Lync.
    UserPinAccountDisabled,
    /// Locked: for an hour, by the global counter, or by an administrator.
    UserPinAccountLocked,
    /// Wrong digits.
    IncorrectPin,
    /// Several users match and the PIN does not tell them apart.
    NonUniqueUser,
    /// Older than PINLifetime.
    PinExpired,
    /// The PIN breaks the policy (when it is set).
    PinDoesNotMeetMinimumRequirements,
    /// The user may not use a PIN.
    PinNotEnabledForUser,
    /// Nobody has set a PIN yet.
    PinNotSet,
    /// Another user of the same number has the same PIN.
    PinNotUnique,
    /// The asker may not ask.
    Unauthorized,
    /// Nobody has this number or extension.
    UserDoesNotExist,
}

impl PinFailureReason {
    /// All of them, by number.
    pub const ALL: [Self; 12] = [
        Self::Unknown,
        Self::UserPinAccountDisabled,
        Self::UserPinAccountLocked,
        Self::IncorrectPin,
        Self::NonUniqueUser,
        Self::PinExpired,
        Self::PinDoesNotMeetMinimumRequirements,
        Self::PinNotEnabledForUser,
        Self::PinNotSet,
        Self::PinNotUnique,
        Self::Unauthorized,
        Self::UserDoesNotExist,
    ];

    /// UCMA's number.
    pub const fn number(self) -> u8 {
        match self {
            Self::Unknown => 0,
            Self::UserPinAccountDisabled => 5,
            Self::UserPinAccountLocked => 10,
            Self::IncorrectPin => 15,
            Self::NonUniqueUser => 20,
            Self::PinExpired => 25,
            Self::PinDoesNotMeetMinimumRequirements => 30,
            Self::PinNotEnabledForUser => 35,
            Self::PinNotSet => 40,
            Self::PinNotUnique => 45,
            Self::Unauthorized => 50,
            Self::UserDoesNotExist => 55,
        }
    }

    /// UCMA's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::UserPinAccountDisabled => "UserPinAccountDisabled",
            Self::UserPinAccountLocked => "UserPinAccountLocked",
            Self::IncorrectPin => "IncorrectPin",
            Self::NonUniqueUser => "NonUniqueUser",
            Self::PinExpired => "PinExpired",
            Self::PinDoesNotMeetMinimumRequirements => "PinDoesNotMeetMinimumRequirements",
            Self::PinNotEnabledForUser => "PinNotEnabledForUser",
            Self::PinNotSet => "PinNotSet",
            Self::PinNotUnique => "PinNotUnique",
            Self::Unauthorized => "Unauthorized",
            Self::UserDoesNotExist => "UserDoesNotExist",
        }
    }

    /// The reason of this name, as [`name`](Self::name) spells it.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

impl fmt::Display for PinFailureReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A user who was found for a number or an extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Who it is.
    pub user: &'a SipUri,
    /// Enabled for Lync.
    pub enabled: bool,
    /// Enterprise Voice; PIN sign-in by extension needs it.
    pub enterprise_voice: bool,
    /// What the typed PIN is to this user.
    pub pin: PinState,
}

/// A candidate's PIN, compared with the typed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinState {
    /// Nobody has set one.
    NotSet,
    /// There is one.
    Set {
        /// It is what was typed.
        matches: bool,
        /// It is older than PINLifetime.
        expired: bool,
        /// It is locked at this moment.
        locked: bool,
    },
}

/// Who signs in, or why nobody does, and what that does to the counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// The user whose local counter is emptied, or the reason for the log.
    pub outcome: Result<&'a SipUri, PinFailureReason>,
    /// For whom this was a failure that counts towards lockout.
    pub failed: Vec<&'a SipUri>,
}

/// Decides between the candidates that were found for a number or an extension.
///
/// Documented are: users who share a number are told apart by their PINs; number and PIN together must be one user's;
/// a locked PIN is refused even when it is right; an expired one has to be changed first; without Enterprise Voice an
/// extension does not sign in. Inferred is all that follows from two of these meeting, and which
/// [`PinFailureReason`] names it: UCMA has the names, nothing public ties them to this service. `NonUniqueUser` is
/// not used here, because the PIN is there to tell users apart; the store answers so where too many share a number.
///
/// A failure counts for each user whose PIN could have been meant, and for nobody when some user's PIN was typed.
pub fn judge<'a>(candidates: &[Candidate<'a>]) -> Verdict<'a> {
    let eligible: Vec<_> = candidates.iter().filter(|c| c.enabled && c.enterprise_voice).collect();
    let mut matching = eligible.iter().filter(|candidate| candidate.matches());
    let (outcome, failed) = match (matching.next(), matching.next()) {
        (Some(_), Some(_)) => (Err(PinFailureReason::PinNotUnique), Vec::new()),
        (Some(only), None) => (only.right_pin(), Vec::new()),
        _ if eligible.is_empty() => (Err(nobody_eligible(candidates)), Vec::new()),
        _ => {
            let failed: Vec<_> = eligible.iter().filter(|c| c.counts()).map(|c| c.user).collect();
            (Err(nobody_matches(&eligible, &failed)), failed)
        }
    };
    Verdict { outcome, failed }
}

impl<'a> Candidate<'a> {
    fn matches(&self) -> bool {
        matches!(self.pin, PinState::Set { matches: true, .. })
    }

    fn counts(&self) -> bool {
        matches!(self.pin, PinState::Set { matches: false, locked: false, .. })
    }

    /// The answer to the right PIN of this user alone.
    fn right_pin(&self) -> Result<&'a SipUri, PinFailureReason> {
        match self.pin {
            PinState::NotSet => Err(PinFailureReason::PinNotSet),
            PinState::Set { locked: true, .. } => Err(PinFailureReason::UserPinAccountLocked),
            PinState::Set { expired: true, .. } => Err(PinFailureReason::PinExpired),
            PinState::Set { .. } => Ok(self.user),
        }
    }
}

fn nobody_eligible(candidates: &[Candidate<'_>]) -> PinFailureReason {
    if candidates.is_empty() {
        PinFailureReason::UserDoesNotExist
    } else if candidates.iter().any(|candidate| candidate.enabled) {
        PinFailureReason::PinNotEnabledForUser
    } else {
        PinFailureReason::UserPinAccountDisabled
    }
}

fn nobody_matches(eligible: &[&Candidate<'_>], failed: &[&SipUri]) -> PinFailureReason {
    if !failed.is_empty() {
        PinFailureReason::IncorrectPin
    } else if eligible.iter().all(|candidate| candidate.pin == PinState::NotSet) {
        PinFailureReason::PinNotSet
    } else {
        PinFailureReason::UserPinAccountLocked
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PinFailureReason::*;

    const UNSET: PinState = PinState::NotSet;
    const RIGHT: PinState = set(true, false, false);
    const WRONG: PinState = set(false, false, false);
    const RIGHT_EXPIRED: PinState = set(true, true, false);
    const WRONG_EXPIRED: PinState = set(false, true, false);
    const RIGHT_LOCKED: PinState = set(true, false, true);
    const WRONG_LOCKED: PinState = set(false, false, true);
    const RIGHT_EXPIRED_LOCKED: PinState = set(true, true, true);

    const fn set(matches: bool, expired: bool, locked: bool) -> PinState {
        PinState::Set { matches, expired, locked }
    }

    /// Index of the user who signs in, or the reason; indices of those for whom a failure counts.
    type Answer = (Result<usize, PinFailureReason>, Vec<usize>);

    /// Enabled, Enterprise Voice, PIN.
    type State = (bool, bool, PinState);

    fn answer(candidates: &[State]) -> Answer {
        let users: Vec<SipUri> =
            (0..candidates.len()).map(|n| format!("sip:{n}@litwareinc.com").parse().unwrap()).collect();
        let index = |user: &SipUri| users.iter().position(|u| u == user).unwrap();
        let candidates: Vec<_> = candidates
            .iter()
            .zip(&users)
            .map(|(&(enabled, enterprise_voice, pin), user)| Candidate {
                user,
                enabled,
                enterprise_voice,
                pin,
            })
            .collect();
        let verdict = judge(&candidates);
        (verdict.outcome.map(index), verdict.failed.into_iter().map(index).collect())
    }

    fn answer_for_pins(pins: &[PinState]) -> Answer {
        answer(&pins.iter().map(|&pin| (true, true, pin)).collect::<Vec<_>>())
    }

    #[test]
    fn each_state_of_one_user_has_its_answer() {
        let cases = [
            (RIGHT, Ok(0), vec![]),
            (WRONG, Err(IncorrectPin), vec![0]),
            (UNSET, Err(PinNotSet), vec![]),
            (RIGHT_EXPIRED, Err(PinExpired), vec![]),
            (WRONG_EXPIRED, Err(IncorrectPin), vec![0]),
            (RIGHT_LOCKED, Err(UserPinAccountLocked), vec![]),
            (WRONG_LOCKED, Err(UserPinAccountLocked), vec![]),
            (RIGHT_EXPIRED_LOCKED, Err(UserPinAccountLocked), vec![]),
        ];
        for (pin, outcome, failed) in cases {
            assert_eq!(answer_for_pins(&[pin]), (outcome, failed), "{pin:?}");
        }
    }

    #[test]
    fn users_who_share_a_number_are_told_apart_by_the_pin() {
        let cases: [(&[PinState], Answer); 14] = [
            (&[RIGHT, WRONG], (Ok(0), vec![])),
            (&[WRONG, WRONG, RIGHT], (Ok(2), vec![])),
            (&[WRONG, WRONG], (Err(IncorrectPin), vec![0, 1])),
            (&[RIGHT, RIGHT], (Err(PinNotUnique), vec![])),
            (&[RIGHT, WRONG, RIGHT], (Err(PinNotUnique), vec![])),
            (&[RIGHT, RIGHT_LOCKED], (Err(PinNotUnique), vec![])),
            (&[RIGHT, RIGHT_EXPIRED], (Err(PinNotUnique), vec![])),
            (&[RIGHT_LOCKED, WRONG], (Err(UserPinAccountLocked), vec![])),
            (&[RIGHT_EXPIRED, WRONG], (Err(PinExpired), vec![])),
            (&[WRONG_LOCKED, RIGHT], (Ok(1), vec![])),
            (&[WRONG_LOCKED, WRONG], (Err(IncorrectPin), vec![1])),
            (&[WRONG_LOCKED, UNSET], (Err(UserPinAccountLocked), vec![])),
            (&[UNSET, RIGHT], (Ok(1), vec![])),
            (&[UNSET, UNSET], (Err(PinNotSet), vec![])),
        ];
        for (pins, expected) in cases {
            assert_eq!(answer_for_pins(pins), expected, "{pins:?}");
        }
    }

    #[test]
    fn who_may_not_sign_in_by_pin_is_no_rival_and_no_victim() {
        let cases: [(&[State], Answer); 8] = [
            (&[], (Err(UserDoesNotExist), vec![])),
            (&[(false, true, RIGHT)], (Err(UserPinAccountDisabled), vec![])),
            (&[(false, true, WRONG)], (Err(UserPinAccountDisabled), vec![])),
            (&[(true, false, RIGHT)], (Err(PinNotEnabledForUser), vec![])),
            (&[(false, false, RIGHT)], (Err(UserPinAccountDisabled), vec![])),
            (&[(false, true, RIGHT), (true, true, RIGHT)], (Ok(1), vec![])),
            (&[(false, true, RIGHT), (true, true, WRONG)], (Err(IncorrectPin), vec![1])),
            (&[(false, true, RIGHT), (true, false, RIGHT)], (Err(PinNotEnabledForUser), vec![])),
        ];
        for (candidates, expected) in cases {
            assert_eq!(answer(candidates), expected, "{candidates:?}");
        }
    }

    #[test]
    fn every_reason_is_found_by_its_name_and_has_its_own_number() {
        for reason in PinFailureReason::ALL {
            assert_eq!(PinFailureReason::from_name(reason.name()), Some(reason));
        }
        let numbers = PinFailureReason::ALL.map(PinFailureReason::number);
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        assert_eq!(PinFailureReason::from_name("pinexpired"), None);
    }
}
