//! What belongs to whom.

use super::{Control, OrRefused};
use crate::scenarios::called;
use lync_admin::dto::{Namespace, NamespaceMembers};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::rules::{Mac, Members, Namespaces};
use lync_model::{SipUri, User};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// More namespaces than tests run side by side.
const MAX_NAMESPACES: usize = 1000;

impl Control {
    /// The user of this SIP address or local part, if the scope sees it.
    pub(super) async fn found(&self, scope: &Scope, given: &str) -> ApiResult<User> {
        let mut users = self.core.store.users().await.or_refused()?;
        users.retain(|user| self.sees(scope, &user.sip_uri));
        called(&users, given).cloned().or_refused()
    }

    /// As [`sees`], by the namespaces that there are now.
    pub(super) fn sees(&self, scope: &Scope, user: &SipUri) -> bool {
        sees(&self.core.rules.namespaces().get(), scope, user)
    }

    /// The namespace to which a user belongs.
    pub(super) fn namespace_of(&self, user: &SipUri) -> Option<String> {
        owner(&self.core.rules.namespaces().get(), user).map(str::to_owned)
    }

    /// Makes a user a member of a namespace; `borrowing` says whether the account was there before.
    pub(super) fn keep_namespace(&self, name: Option<&str>, user: &User, borrowing: bool) {
        if let Some(name) = name {
            self.core.rules.namespaces().update(|namespaces| {
                let members = namespaces.members_mut(name);
                members.users.insert(user.sip_uri.clone(), user.line_uri.clone());
                if borrowing {
                    members.borrowing.insert(user.sip_uri.clone());
                }
            });
        }
    }

    /// Whether the account of a user was there before a namespace made the user.
    pub(super) fn borrows(&self, user: &SipUri) -> bool {
        let namespaces = self.core.rules.namespaces().get();
        namespaces.iter().any(|(_, members)| members.borrowing.contains(user))
    }

    /// Removes a user and the account. What a namespace made a user of stays as it was: an account of the domain.
    pub(super) async fn take_away(&self, scope: &Scope, user: &SipUri) -> ApiResult<()> {
        match scope.namespace.is_some() && self.borrows(user) {
            true => self.core.store.disable_user(user).await.or_refused(),
            false => self.core.store.remove_user(user).await.or_refused(),
        }
    }

    pub(super) fn leave_namespace(&self, user: &SipUri) {
        self.core.rules.namespaces().update(|namespaces| namespaces.remove_user(user));
    }

    /// The same, unless the user is only gone until the scenario is lifted that removed it: it comes back to where it
    /// was.
    pub(super) async fn leave_namespace_for_good(&self, user: &SipUri) -> ApiResult<()> {
        let (found, _) = self.core.without_scenarios().await.or_refused()?;
        if !found.iter().any(|record| record.user() == user) {
            self.leave_namespace(user);
        }
        Ok(())
    }

    /// Whether the scope's namespace is there, or may be made.
    pub(super) fn check_namespace(&self, scope: &Scope) -> ApiResult<()> {
        let namespaces = self.core.rules.namespaces().get();
        scope.namespace.as_deref().map_or(Ok(()), |name| check_room(&namespaces, name))
    }

    pub(super) fn list_namespaces(&self) -> Vec<Namespace> {
        self.core.rules.namespaces().get().iter().map(|(name, members)| shown(name, members)).collect()
    }

    /// Says what belongs to a namespace.
    pub(super) async fn claim(&self, name: &str, wish: &NamespaceMembers) -> ApiResult<Namespace> {
        let members = members(wish, &self.core.store.users().await.or_refused()?)?;
        let mut admitted = Ok(());
        self.core.rules.namespaces().update(|namespaces| {
            admitted = admit(namespaces, name, members.clone());
        });
        admitted.map(|()| shown(name, &members))
    }

    /// Forgets a namespace, with what was armed in it.
    pub(super) async fn forget_namespace(&self, name: &str) -> ApiResult<()> {
        let scope = Scope { namespace: Some(name.to_owned()) };
        if self.core.rules.namespaces().get().members(name).is_none() {
            return Err(ApiError::not_found(format!("there is no namespace `{name}`")));
        }
        self.disarm_all(&scope).await?;
        self.core.rules.namespaces().update(|namespaces| {
            namespaces.remove(name);
        });
        Ok(())
    }
}

/// A namespace sees its users, and while it has none those who belong to no other; the whole pool sees all.
pub(super) fn sees(namespaces: &Namespaces, scope: &Scope, user: &SipUri) -> bool {
    let Some(name) = scope.namespace.as_deref() else { return true };
    let has_users = namespaces.members(name).is_some_and(|members| !members.users.is_empty());
    owner(namespaces, user).map_or(!has_users, |owner| owner == name)
}

pub(super) fn owner<'a>(namespaces: &'a Namespaces, user: &SipUri) -> Option<&'a str> {
    let found = namespaces.iter().find(|(_, members)| members.users.contains_key(user));
    found.map(|(name, _)| name)
}

/// What a wish means, where these are the users.
pub(super) fn members(wish: &NamespaceMembers, users: &[User]) -> ApiResult<Members> {
    let user = |given: &String| {
        // Addresses of users in their order are found at once.
        let address = given.parse::<SipUri>().ok();
        let at = address.and_then(|address| users.binary_search_by(|user| user.sip_uri.cmp(&address)).ok());
        let found = match at.and_then(|at| users.get(at)) {
            Some(found) => found,
            None => {
                called(users, given).map_err(|error| ApiError::invalid(error.to_string()).field("users"))?
            }
        };
        Ok((found.sip_uri.clone(), found.line_uri.clone()))
    };
    Ok(Members {
        users: wish.users.iter().map(user).collect::<ApiResult<_>>()?,
        macs: each("macs", &wish.macs, str::parse::<Mac>)?,
        borrowing: BTreeSet::new(),
        sources: each("sources", &wish.sources, |text| {
            text.parse::<IpAddr>().map(|address| address.to_canonical())
        })?,
    })
}

/// Makes these the members of a namespace, unless another has one of them.
pub(super) fn admit(namespaces: &mut Namespaces, name: &str, mut members: Members) -> ApiResult<()> {
    let others = || namespaces.iter().filter(|(other, _)| *other != name);
    if let Some(taken) = others().find_map(|(other, theirs)| overlap(&members, theirs, other)) {
        return Err(taken);
    }
    check_room(namespaces, name)?;
    let there = namespaces.members_mut(name);
    members.borrowing.clone_from(&there.borrowing);
    members.borrowing.retain(|user| members.users.contains_key(user));
    *there = members;
    Ok(())
}

/// Whether there is room for a namespace, if it is not there.
fn check_room(namespaces: &Namespaces, name: &str) -> ApiResult<()> {
    let count = namespaces.iter().filter(|(other, _)| *other != name).count();
    match count >= MAX_NAMESPACES {
        true => Err(ApiError::conflict(format!("there are {count} namespaces already"))),
        false => Ok(()),
    }
}

fn each<T, E: std::fmt::Display>(
    field: &str,
    texts: &[String],
    parse: impl Fn(&str) -> Result<T, E>,
) -> ApiResult<Vec<T>> {
    let parsed = texts.iter().map(|text| {
        parse(text.trim()).map_err(|error| {
            ApiError::invalid(format!("`{}`: {error}", lync_net::excerpt(text))).field(field)
        })
    });
    parsed.collect()
}

/// What both claim.
fn overlap(ours: &Members, theirs: &Members, other: &str) -> Option<ApiError> {
    let user = ours
        .users
        .keys()
        .find(|user| theirs.users.contains_key(*user))
        .map(|user| ("users", user.to_string()));
    let mac = ours.macs.iter().find(|mac| theirs.macs.contains(mac)).map(|mac| ("macs", mac.to_string()));
    let source = ours.sources.iter().find(|source| theirs.sources.contains(source));
    let source = source.map(|source| ("sources", source.to_string()));
    user.or(mac).or(source).map(|(field, what)| {
        ApiError::conflict(format!("{what} belongs to the namespace `{other}`")).field(field)
    })
}

pub(super) fn shown(name: &str, members: &Members) -> Namespace {
    Namespace {
        name: name.to_owned(),
        users: members.users.keys().map(ToString::to_string).collect(),
        macs: members.macs.iter().map(ToString::to_string).collect(),
        sources: members.sources.iter().map(ToString::to_string).collect(),
    }
}
