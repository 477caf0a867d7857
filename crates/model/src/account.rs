//! Accounts of Active Directory, as far as signing in goes.

use crate::SipUri;

/// An account: somebody of the domain, enabled for Lync or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// SamAccountName: the name behind `DOMAIN\`, in any case unique.
    pub sam_account_name: String,
    /// UserPrincipalName: `name@domain`, in any case unique.
    pub user_principal_name: String,
    /// DisplayName.
    pub display_name: String,
    /// What stands in the way of a sign-in with the right password.
    pub state: AccountState,
    /// Whether there is a password at all. Without one nobody signs in by Windows credentials.
    pub has_password: bool,
    /// The Lync user that this account is enabled as.
    pub sip_uri: Option<SipUri>,
}

/// What stands in the way of a sign-in with the right password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountState {
    /// Nothing.
    #[default]
    Good,
    /// Too many wrong passwords, or an administrator.
    LockedOut,
    /// Disabled in Active Directory, which is another thing than not enabled for Lync.
    Disabled,
    /// The password has expired, or must be changed at the next log on.
    PasswordExpired,
}

impl AccountState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Good, Self::LockedOut, Self::Disabled, Self::PasswordExpired];

    /// As configuration, API and store write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::LockedOut => "locked-out",
            Self::Disabled => "disabled",
            Self::PasswordExpired => "password-expired",
        }
    }

    /// The state of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// An account that cannot be. The wording is our own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// The SamAccountName.
    #[error(
        "a SamAccountName has 1 to {MAX_NAME} characters, none of them a control character or one of {FORBIDDEN}, and \
         no space at its ends"
    )]
    SamAccountName,
    /// The UserPrincipalName.
    #[error("a UserPrincipalName looks like kenmyer@litwareinc.com and has at most {MAX_NAME} characters")]
    UserPrincipalName,
    /// The DisplayName.
    #[error("a display name has at most {MAX_NAME} characters and no control characters")]
    DisplayName,
}

/// The longest name, in characters: rangeUpper of sAMAccountName in the schema of Active Directory, which its tools cut
/// down to 20 for users. For the other two names the limit is our own.
const MAX_NAME: usize = 256;
/// What Active Directory refuses in a SamAccountName, and the `@` by which a UserPrincipalName is told from it.
const FORBIDDEN: &str = "\"/\\[]:;|=,+*?<>@";

impl Account {
    /// Whether the names can be.
    ///
    /// # Errors
    /// With the first that cannot.
    pub fn validate(&self) -> Result<(), AccountError> {
        check_sam_account_name(&self.sam_account_name)?;
        check_user_principal_name(&self.user_principal_name)?;
        check_display_name(&self.display_name)
    }

    /// Takes the next names that nobody has, where one of its own is taken: `kenmyer2`, `kenmyer3` and so on. What is
    /// taken is asked by [key](Self::key).
    pub fn make_free(&mut self, is_sam_taken: impl Fn(&str) -> bool, is_upn_taken: impl Fn(&str) -> bool) {
        let (sam, upn) = (self.sam_account_name.clone(), self.user_principal_name.clone());
        if !is_sam_taken(&Self::key(&sam)) && !is_upn_taken(&Self::key(&upn)) {
            return;
        }
        let (name, domain) = upn.split_once('@').unwrap_or((&upn, ""));
        self.sam_account_name = first_free(|n| format!("{sam}{n}"), is_sam_taken);
        self.user_principal_name = first_free(|n| format!("{name}{n}@{domain}"), is_upn_taken);
    }

    /// A SamAccountName made of the part of an address before the `@`; what it may not hold becomes `_`.
    pub fn sam_account_name_of(user: &SipUri) -> String {
        let name = user.address().split_once('@').map_or(user.address(), |(name, _)| name);
        name.chars().map(|c| if FORBIDDEN.contains(c) { '_' } else { c }).collect()
    }

    /// By which two names of accounts are compared: any case is the same, as NTLM has it. A name in ASCII comes out in
    /// lower case, as SQLite's `lower()` makes it.
    pub fn key(name: &str) -> String {
        // `str::to_lowercase` looks at the neighbours of a sigma, so that capitals and small letters would differ.
        let mut key = lync_ntlm::upper(name);
        key.make_ascii_lowercase();
        key
    }
}

/// Whether this can be a SamAccountName.
fn check_sam_account_name(name: &str) -> Result<(), AccountError> {
    let odd = |c: char| c.is_control() || FORBIDDEN.contains(c);
    match is_short(name) && name.trim() == name && !name.contains(odd) {
        true => Ok(()),
        false => Err(AccountError::SamAccountName),
    }
}

fn check_user_principal_name(name: &str) -> Result<(), AccountError> {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\' || c == '@';
    let parts = name.split_once('@');
    let good = |part: &str| !part.is_empty() && !part.contains(odd);
    match is_short(name) && parts.is_some_and(|(user, domain)| good(user) && good(domain)) {
        true => Ok(()),
        false => Err(AccountError::UserPrincipalName),
    }
}

fn check_display_name(name: &str) -> Result<(), AccountError> {
    match name.chars().count() <= MAX_NAME && !name.contains(char::is_control) {
        true => Ok(()),
        false => Err(AccountError::DisplayName),
    }
}

fn is_short(name: &str) -> bool {
    (1..=MAX_NAME).contains(&name.chars().count())
}

/// The name itself, or with the first number that makes it nobody's.
fn first_free(name: impl Fn(&str) -> String, is_taken: impl Fn(&str) -> bool) -> String {
    let numbers = (2_u32..).map(|n| n.to_string());
    let mut names = std::iter::once(String::new()).chain(numbers).map(|n| name(&n));
    names.find(|name| !is_taken(&Account::key(name))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ken() -> Account {
        Account {
            sam_account_name: "kenmyer".to_owned(),
            user_principal_name: "kenmyer@litwareinc.com".to_owned(),
            display_name: "Ken Myer".to_owned(),
            state: AccountState::Good,
            has_password: false,
            sip_uri: None,
        }
    }

    #[test]
    fn names_that_active_directory_refuses_are_refused() {
        for good in ["kenmyer", "Ken Myer", "o'neil", "Jürgen", &"x".repeat(256)] {
            let account = Account { sam_account_name: good.to_owned(), ..ken() };
            assert_eq!(account.validate(), Ok(()), "{good}");
        }
        for bad in ["", " ken", "ken ", "a\\b", "a@b", "a/b", "a*", "a\nb", &"x".repeat(257)] {
            let account = Account { sam_account_name: bad.to_owned(), ..ken() };
            assert_eq!(account.validate(), Err(AccountError::SamAccountName), "{bad}");
        }
        for bad in ["kenmyer", "@a.b", "ken@", "ken@a@b", "ken myer@a.b", "a\\b@c"] {
            let account = Account { user_principal_name: bad.to_owned(), ..ken() };
            assert_eq!(account.validate(), Err(AccountError::UserPrincipalName), "{bad}");
        }
        let tab = Account { display_name: "Ken\tMyer".to_owned(), ..ken() };
        assert_eq!(tab.validate(), Err(AccountError::DisplayName));
        assert!(AccountError::SamAccountName.to_string().contains("1 to 256 characters"));
    }

    #[test]
    fn an_address_gives_a_name_that_active_directory_takes() {
        for (address, name) in [
            ("sip:kenmyer@litwareinc.com", "kenmyer"),
            ("sip:a+b=c?d@litwareinc.com", "a_b_c_d"),
            ("sip:o'neil@litwareinc.com", "o'neil"),
        ] {
            let made = Account::sam_account_name_of(&address.parse().unwrap());
            assert_eq!(made, name);
            assert_eq!(check_sam_account_name(&made), Ok(()));
        }
    }

    #[test]
    fn names_that_differ_in_case_alone_have_one_key() {
        for same in [&["kenmyer", "KenMyer"][..], &["jürgen", "JÜRGEN"], &["ΑΣ", "ασ", "ας", "Ας"]]
        {
            for name in same {
                assert_eq!(Account::key(name), Account::key(same[0]), "{name}");
            }
        }
        assert_eq!(Account::key("Ken_Myer"), "ken_myer");
        assert_ne!(Account::key("strasse"), Account::key("straße"));
    }

    #[test]
    fn a_state_has_one_name() {
        for state in AccountState::ALL {
            assert_eq!(AccountState::from_name(state.as_str()), Some(state));
        }
        assert_eq!(AccountState::from_name("Good"), None);
    }

    #[test]
    fn names_that_are_taken_get_the_first_number_that_is_free() {
        let taken = ["ken", "ken2"];
        let principals = ["ken@a.test"];
        let free = |sam: &str, upn: &str| {
            let mut account = Account {
                sam_account_name: sam.to_owned(),
                user_principal_name: upn.to_owned(),
                display_name: "Ken".to_owned(),
                state: AccountState::Good,
                has_password: false,
                sip_uri: None,
            };
            account.make_free(|name| taken.contains(&name), |name| principals.contains(&name));
            (account.sam_account_name, account.user_principal_name)
        };
        let names = |sam: &str, upn: &str| (sam.to_owned(), upn.to_owned());
        assert_eq!(free("Ken", "KEN@a.test"), names("Ken3", "KEN2@a.test"));
        assert_eq!(free("ken2", "ken@b.test"), names("ken22", "ken@b.test"));
        assert_eq!(free("anna", "ken@a.test"), names("anna", "ken2@a.test"));
        assert_eq!(free("anna", "anna@a.test"), names("anna", "anna@a.test"));
    }
}
