//! Whose device it is, so that parallel tests on one pool do not see each other.

use super::{Mac, Occasion};
use crate::{LineUri, PhoneOrExt, SipUri};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// What belongs to which namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Namespaces {
    by_name: BTreeMap<String, Members>,
}

/// What belongs to one namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Users, with the line by which they are dialled.
    pub users: BTreeMap<SipUri, Option<LineUri>>,
    /// Those of the users whose accounts were there before them, and outlive them.
    pub borrowing: BTreeSet<SipUri>,
    /// Hardware addresses.
    pub macs: Vec<Mac>,
    /// Source addresses.
    pub sources: Vec<IpAddr>,
}

impl Namespaces {
    /// The members of a namespace; made empty when it is new.
    pub fn members_mut(&mut self, name: &str) -> &mut Members {
        self.by_name.entry(name.to_owned()).or_default()
    }

    /// The members of a namespace.
    pub fn members(&self, name: &str) -> Option<&Members> {
        self.by_name.get(name)
    }

    /// Every namespace by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Members)> {
        self.by_name.iter().map(|(name, members)| (name.as_str(), members))
    }

    /// A user has another line.
    pub(super) fn follow(&mut self, user: &SipUri, line: Option<&LineUri>) {
        for known in self.by_name.values_mut().filter_map(|members| members.users.get_mut(user)) {
            *known = line.cloned();
        }
    }

    /// Takes a user out of its namespace.
    pub fn remove_user(&mut self, user: &SipUri) {
        for members in self.by_name.values_mut() {
            members.users.remove(user);
            members.borrowing.remove(user);
        }
    }

    /// Forgets a namespace; answers whether it was there.
    pub fn remove(&mut self, name: &str) -> bool {
        self.by_name.remove(name).is_some()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The namespace to which the device of this occasion belongs: by its user, else by what was typed, else by its
    /// hardware address, else by where it came from.
    pub fn of(&self, occasion: &Occasion<'_>) -> Option<&str> {
        let typed: Option<PhoneOrExt> = occasion.phone_or_ext.and_then(|typed| typed.parse().ok());
        self.find(|members| occasion.user.is_some_and(|user| members.users.contains_key(user)))
            .or_else(|| self.find(|members| typed.as_ref().is_some_and(|typed| members.is_dialled(typed))))
            .or_else(|| self.find(|members| occasion.mac.is_some_and(|mac| members.macs.contains(&mac))))
            .or_else(|| {
                self.find(|members| occasion.source.is_some_and(|source| members.sources.contains(&source)))
            })
    }

    fn find(&self, belongs: impl Fn(&Members) -> bool) -> Option<&str> {
        self.iter().find(|(_, members)| belongs(members)).map(|(name, _)| name)
    }
}

impl Members {
    fn is_dialled(&self, typed: &PhoneOrExt) -> bool {
        self.users.values().flatten().any(|line| typed.matches(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Place;

    #[test]
    fn a_device_belongs_to_the_namespace_of_its_user_before_that_of_its_address() {
        let mut namespaces = Namespaces::default();
        let user: SipUri = "sip:a@x.test".parse().unwrap();
        let line = "tel:+12065551301;ext=1301".parse().unwrap();
        namespaces.members_mut("a").users.insert(user.clone(), Some(line));
        namespaces.members_mut("b").sources.push("127.0.0.1".parse().unwrap());
        let mut occasion = Occasion::at(Place::WebTicket, "pin");
        assert_eq!(namespaces.of(&occasion), None);
        occasion.source = Some("127.0.0.1".parse().unwrap());
        assert_eq!(namespaces.of(&occasion), Some("b"));
        occasion.phone_or_ext = Some("1301");
        assert_eq!(namespaces.of(&occasion), Some("a"));
        occasion.phone_or_ext = None;
        occasion.user = Some(&user);
        assert_eq!(namespaces.of(&occasion), Some("a"));
    }
}
