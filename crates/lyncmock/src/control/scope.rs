//! What belongs to whom.

use super::{Control, OrRefused};
use crate::scenarios::{ScenarioError, is_called};
use lync_admin::dto::{Namespace, NamespaceMembers};
use lync_admin::{ApiError, ApiResult, Scope};
use lync_model::User;
use lync_model::rules::{Mac, Members};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// More namespaces than tests run side by side.
const MAX_NAMESPACES: usize = 1000;

impl Control {
    /// The user of this SIP address or local part, if the scope sees it.
    pub(super) async fn found(&self, scope: &Scope, given: &str) -> ApiResult<User> {
        let user = self.core.find_user(given).await.or_refused()?;
        if self.sees(scope, &user) {
            return Ok(user);
        }
        let error = ScenarioError::NoSuchUser { given: lync_net::excerpt(given), nearest: None };
        Err(super::refused(error))
    }

    /// A namespace that has users sees only those; everybody else sees all.
    pub(super) fn sees(&self, scope: &Scope, user: &User) -> bool {
        let namespaces = self.core.rules.namespaces().get();
        let members = scope.namespace.as_deref().and_then(|name| namespaces.members(name));
        members.is_none_or(|members| members.users.is_empty() || members.users.contains_key(&user.sip_uri))
    }

    /// The namespace to which a user belongs.
    pub(super) fn namespace_of(&self, user: &User) -> Option<String> {
        let namespaces = self.core.rules.namespaces().get();
        let found = namespaces.iter().find(|(_, members)| members.users.contains_key(&user.sip_uri));
        found.map(|(name, _)| name.to_owned())
    }

    /// Tells the namespaces that a user is new, has another line, or is gone.
    pub(super) fn keep_namespace(&self, name: Option<&str>, user: &User) {
        if let Some(name) = name {
            self.core.rules.namespaces().update(|namespaces| {
                let users = &mut namespaces.members_mut(name).users;
                users.insert(user.sip_uri.clone(), user.line_uri.clone());
            });
        }
    }

    pub(super) fn leave_namespace(&self, user: &User) {
        if let Some(name) = self.namespace_of(user) {
            self.core.rules.namespaces().update(|namespaces| {
                namespaces.members_mut(&name).users.remove(&user.sip_uri);
            });
        }
    }

    pub(super) fn list_namespaces(&self) -> Vec<Namespace> {
        self.core.rules.namespaces().get().iter().map(|(name, members)| shown(name, members)).collect()
    }

    /// Says what belongs to a namespace.
    pub(super) async fn claim(&self, name: &str, wish: &NamespaceMembers) -> ApiResult<Namespace> {
        let members = Members {
            users: self.claimed_users(&wish.users).await?,
            macs: each("macs", &wish.macs, str::parse::<Mac>)?,
            sources: each("sources", &wish.sources, |text| {
                text.parse::<IpAddr>().map(|address| address.to_canonical())
            })?,
        };
        let mut taken = None;
        self.core.rules.namespaces().update(|namespaces| {
            let others = || namespaces.iter().filter(|(other, _)| *other != name);
            let count = others().count();
            taken = others().find_map(|(other, theirs)| overlap(&members, theirs, other));
            if count >= MAX_NAMESPACES {
                taken = Some(ApiError::conflict(format!("there are {count} namespaces already")));
            }
            if taken.is_none() {
                *namespaces.members_mut(name) = members.clone();
            }
        });
        match taken {
            Some(error) => Err(error),
            None => Ok(shown(name, &members)),
        }
    }

    async fn claimed_users(
        &self,
        names: &[String],
    ) -> ApiResult<BTreeMap<lync_model::SipUri, Option<lync_model::LineUri>>> {
        let all = self.core.store.users().await.or_refused()?;
        names
            .iter()
            .map(|given| {
                let found = all.iter().find(|user| is_called(user, given)).ok_or_else(|| {
                    ApiError::invalid(format!("there is no user `{}`", lync_net::excerpt(given)))
                        .field("users")
                })?;
                Ok((found.sip_uri.clone(), found.line_uri.clone()))
            })
            .collect()
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

fn shown(name: &str, members: &Members) -> Namespace {
    Namespace {
        name: name.to_owned(),
        users: members.users.keys().map(ToString::to_string).collect(),
        macs: members.macs.iter().map(ToString::to_string).collect(),
        sources: members.sources.iter().map(ToString::to_string).collect(),
    }
}
