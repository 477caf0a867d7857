//! Accounts and users, and who is meant by an identity.

use crate::{CsUser, Deployment, Topology, refusal};
use lync_model::{Account, SipUri};
use lync_powershell::{ErrorRecord, is_like};
use std::collections::HashMap;

/// The longest identity that is looked at, in bytes; a distinguished name of Active Directory has at most 2048
/// characters.
const MAX_IDENTITY_LEN: usize = 4096;

/// Everybody, as they are at one moment.
pub(crate) struct Directory {
    topology: Topology,
    users: Vec<CsUser>,
    /// Where in `users` each address is.
    by_address: HashMap<SipUri, usize>,
    accounts: Vec<Account>,
    /// How many accounts have this display name, in lower case.
    namesakes: HashMap<String, usize>,
}

/// An identity as Microsoft's help has it: SIP address, user principal name, `DOMAIN\logon`, display name with
/// wildcards, distinguished name. A bare logon name is none of these.
enum Identity {
    DistinguishedName(String),
    /// `kenmyer@litwareinc.com` with `sip:` before it.
    Sip(String),
    /// The same without: a SIP address or a user principal name.
    Address(String),
    Logon {
        domain: String,
        name: String,
    },
    DisplayName(String),
}

impl Directory {
    /// Asks the deployment.
    pub(crate) async fn read(deployment: &dyn Deployment) -> Result<Self, ErrorRecord> {
        let topology = deployment.topology().await.map_err(refusal::of)?;
        let users = deployment.users().await.map_err(refusal::of)?;
        let accounts = deployment.accounts().await.map_err(refusal::of)?;
        let mut namesakes = HashMap::new();
        for account in &accounts {
            *namesakes.entry(account.display_name.to_lowercase()).or_insert(0) += 1;
        }
        let by_address =
            users.iter().enumerate().map(|(index, user)| (user.user.sip_uri.clone(), index)).collect();
        Ok(Self { topology, users, by_address, accounts, namesakes })
    }

    /// Where everything is.
    pub(crate) fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Every Lync user.
    pub(crate) fn users(&self) -> &[CsUser] {
        &self.users
    }

    /// Every account.
    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The Lync user of this account.
    pub(crate) fn user_of(&self, account: &Account) -> Option<&CsUser> {
        self.user_at(account.sip_uri.as_ref()?)
    }

    /// The Lync user of this address.
    pub(crate) fn user_at(&self, address: &SipUri) -> Option<&CsUser> {
        self.users.get(*self.by_address.get(address)?)
    }

    /// The account's distinguished name, in the container Users (inferred).
    ///
    /// A common name is unique in its container, a display name is not: namesakes have their logon name behind it.
    pub(crate) fn distinguished_name(&self, account: &Account) -> String {
        let shared = self.namesakes.get(&account.display_name.to_lowercase()).is_some_and(|count| *count > 1);
        let name = if shared {
            format!("{} ({})", account.display_name, account.sam_account_name)
        } else {
            account.display_name.clone()
        };
        format!("CN={},{}", escaped(&name), self.container())
    }

    /// `CN=Users,DC=litwareinc,DC=com`.
    pub(crate) fn container(&self) -> String {
        let mut container = "CN=Users".to_owned();
        for label in self.topology.sip_domain.split('.') {
            container.push_str(",DC=");
            container.push_str(label);
        }
        container
    }

    /// Whether the account lies in this container.
    pub(crate) fn is_in(&self, container: &str) -> bool {
        let (own, asked) = (normalized(&self.container()), normalized(container));
        own == asked || own.ends_with(&format!(",{asked}"))
    }

    /// The Lync users of this identity: several for a display name with wildcards, and for one that several have.
    ///
    /// # Errors
    /// Nobody is meant. A pattern that fits nobody is no error.
    pub(crate) fn find_users(&self, identity: &str) -> Result<Vec<&CsUser>, ErrorRecord> {
        let identity_read = self.read_identity(identity)?;
        let found: Vec<_> = self.users.iter().filter(|user| self.is(&identity_read, &user.account)).collect();
        found_or_refused(found, identity)
    }

    /// The accounts of this identity, enabled for Lync or not; otherwise as [`find_users`](Self::find_users).
    ///
    /// # Errors
    /// As there.
    pub(crate) fn find_accounts(&self, identity: &str) -> Result<Vec<&Account>, ErrorRecord> {
        let identity_read = self.read_identity(identity)?;
        let found: Vec<_> = self.accounts.iter().filter(|account| self.is(&identity_read, account)).collect();
        found_or_refused(found, identity)
    }

    fn read_identity(&self, identity: &str) -> Result<Identity, ErrorRecord> {
        if identity.trim().is_empty() || identity.len() > MAX_IDENTITY_LEN {
            return Err(refusal::no_such_user(identity.get(..64).unwrap_or(identity)));
        }
        let lower = identity.trim().to_lowercase();
        if lower.starts_with("cn=") {
            return Ok(Identity::DistinguishedName(normalized(identity)));
        }
        if let Some(address) = lower.strip_prefix("sip:") {
            return Ok(Identity::Sip(address.to_owned()));
        }
        if let Some((domain, name)) = lower.split_once('\\') {
            return Ok(Identity::Logon { domain: domain.to_owned(), name: name.to_owned() });
        }
        if lower.contains('@') && !has_wildcard(&lower) {
            return Ok(Identity::Address(lower));
        }
        Ok(Identity::DisplayName(identity.trim().to_owned()))
    }

    fn is(&self, identity: &Identity, account: &Account) -> bool {
        let has_address =
            |address: &str| account.sip_uri.as_ref().is_some_and(|sip| sip.address() == address);
        match identity {
            Identity::DistinguishedName(name) => normalized(&self.distinguished_name(account)) == *name,
            Identity::Sip(address) => has_address(address),
            Identity::Address(address) => {
                has_address(address) || account.user_principal_name.to_lowercase() == *address
            }
            Identity::Logon { domain, name } => {
                let topology = &self.topology;
                (domain.eq_ignore_ascii_case(&topology.windows_domain)
                    || domain.eq_ignore_ascii_case(&topology.sip_domain))
                    && account.sam_account_name.to_lowercase() == *name
            }
            // Only the asterisk is documented; a name without one is compared as it stands.
            Identity::DisplayName(pattern) if has_wildcard(pattern) => {
                is_like(&account.display_name, pattern)
            }
            Identity::DisplayName(name) => account.display_name.to_lowercase() == name.to_lowercase(),
        }
    }
}

/// Whether a display name of this form may stand for several users.
pub(crate) fn has_wildcard(identity: &str) -> bool {
    identity.contains('*')
}

fn found_or_refused<T>(found: Vec<T>, identity: &str) -> Result<Vec<T>, ErrorRecord> {
    if found.is_empty() && !has_wildcard(identity) {
        return Err(refusal::no_such_user(identity));
    }
    Ok(found)
}

/// A value of a distinguished name, RFC 4514 section 2.4.
fn escaped(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut text = String::with_capacity(value.len());
    for (index, character) in value.chars().enumerate() {
        let special = matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=')
            || (index == 0 && matches!(character, ' ' | '#'))
            || (index == last && character == ' ');
        if special {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// In lower case, without blanks around the commas.
fn normalized(name: &str) -> String {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for character in name.trim().to_lowercase().chars() {
        match parts.last_mut() {
            Some(part) if quoted || character != ',' => part.push(character),
            _ => parts.push(String::new()),
        }
        quoted = !quoted && character == '\\';
    }
    parts.iter().map(|part| part.trim()).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Lab;

    async fn names(identity: &str) -> Result<Vec<String>, String> {
        let lab = Lab::new();
        let directory = Directory::read(&lab).await.unwrap();
        let found = directory.find_users(identity).map_err(|record| record.message)?;
        Ok(found.iter().map(|user| user.account.sam_account_name.clone()).collect())
    }

    #[tokio::test]
    async fn every_documented_form_finds_the_user() {
        for identity in [
            "sip:kenmyer@litwareinc.com",
            "SIP:KenMyer@LitwareInc.com",
            "kenmyer@litwareinc.com",
            "ken.myer@corp.litwareinc.com",
            "litwareinc\\kenmyer",
            "LITWAREINC\\KenMyer",
            "Ken Myer",
            "ken myer",
            "Ken*",
            "CN=Ken Myer,CN=Users,DC=litwareinc,DC=com",
            "cn=ken myer, cn=users, dc=litwareinc, dc=com",
        ] {
            assert_eq!(names(identity).await, Ok(vec!["kenmyer".to_owned()]), "{identity}");
        }
    }

    #[tokio::test]
    async fn nobody_is_an_error_in_lyncs_words_and_no_match_of_a_pattern_is_none() {
        for identity in
            ["nobody", "sip:nobody@litwareinc.com", "kenmyer", "OTHER\\kenmyer", "", "Not Enabled"]
        {
            let expected = format!("Management object not found for identity \"{identity}\".");
            assert_eq!(names(identity).await, Err(expected));
        }
        assert_eq!(names("*nobody*").await, Ok(Vec::new()));
    }

    #[tokio::test]
    async fn namesakes_have_distinguished_names_of_their_own() {
        let lab = Lab::new();
        lab.add_user("pilar", "Pilar, Ackerman");
        lab.add_user("pilar2", "Pilar, Ackerman");
        let directory = Directory::read(&lab).await.unwrap();
        let found = directory.find_users("Pilar, Ackerman").unwrap();
        assert_eq!(found.len(), 2);
        for user in found {
            let name = directory.distinguished_name(&user.account);
            let again = directory.find_users(&name).unwrap();
            assert_eq!(again, [user], "{name}");
        }
    }

    #[tokio::test]
    async fn the_container_is_found_and_no_other() {
        let directory = Directory::read(&Lab::new()).await.unwrap();
        for (container, expected) in [
            ("cn=Users,dc=litwareinc,dc=com", true),
            ("CN=Users, DC=litwareinc, DC=com", true),
            ("dc=litwareinc,dc=com", true),
            ("ou=Finance,dc=litwareinc,dc=com", false),
            ("", false),
        ] {
            assert_eq!(directory.is_in(container), expected, "{container}");
        }
    }
}
