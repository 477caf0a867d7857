//! PIN policies by name: kept, granted, taken away.

use super::PolicyRow;
use crate::{Store, StoreError, users};
use lync_model::{NamedPolicy, PinPolicy, PolicyIdentity, SipUri};
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// The most policies. The limit is lyncmock's own.
const MAX_POLICIES: i64 = 1000;

struct NamedRow {
    id: i64,
    identity: String,
    description: Option<String>,
    min_password_length: i64,
    pin_history_count: i64,
    allow_common_patterns: bool,
    pin_lifetime_days: i64,
    maximum_logon_attempts: Option<i64>,
}

impl NamedRow {
    fn read(self) -> Result<NamedPolicy, StoreError> {
        let policy = PolicyRow {
            min_password_length: self.min_password_length,
            pin_history_count: self.pin_history_count,
            allow_common_patterns: self.allow_common_patterns,
            policy_lifetime_days: self.pin_lifetime_days,
            maximum_logon_attempts: self.maximum_logon_attempts,
        };
        Ok(NamedPolicy { identity: self.identity, description: self.description, policy: policy.read()? })
    }
}

impl Store {
    /// The PIN policies: Global first, then by identity.
    pub async fn pin_policies(&self) -> Result<Vec<NamedPolicy>, StoreError> {
        all(&mut *self.database.read.acquire().await?).await
    }

    /// The PIN policy of this identity: `Global`, `site:NAME` or `tag:NAME` in any case.
    pub async fn pin_policy(&self, identity: &str) -> Result<Option<NamedPolicy>, StoreError> {
        // What is no identity is no policy's.
        let Ok(identity) = identity.parse() else { return Ok(None) };
        let found = find(&mut *self.database.read.acquire().await?, &identity).await?;
        found.map(NamedRow::read).transpose()
    }

    /// Adds a PIN policy, as New-CsPinPolicy does. That of the site holds from now on for all who have none granted.
    pub async fn add_pin_policy(&self, policy: &NamedPolicy) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        insert(&mut tx, policy).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Replaces values and description of a PIN policy that is there. PINs that are already set stay, even those that
    /// it would refuse.
    pub async fn put_pin_policy(&self, policy: &NamedPolicy) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        put(&mut tx, policy).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a PIN policy; who had it granted has none. The global one stays and has its defaults again.
    pub async fn remove_pin_policy(&self, identity: &str) -> Result<(), StoreError> {
        let identity: PolicyIdentity = identity.parse()?;
        let mut tx = self.database.begin().await?;
        let id = id(&mut tx, &identity).await?;
        if identity == PolicyIdentity::Global {
            write(&mut tx, id, None, &PinPolicy::default()).await?;
        } else {
            sqlx::query!("DELETE FROM pin_policies WHERE id = ?", id).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Grants a `tag:` policy to a user, as Grant-CsPinPolicy does, or takes it away.
    pub async fn grant_pin_policy(&self, user: &SipUri, identity: Option<&str>) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        let user_id = users::id(&mut tx, user).await?;
        if let Some(identity) = identity {
            let identity: PolicyIdentity = identity.parse()?;
            id(&mut tx, &identity).await?;
            if !matches!(identity, PolicyIdentity::Tag(_)) {
                return Err(StoreError::NotGranted(identity.to_string()));
            }
        }
        grant(&mut tx, user_id, identity).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Identity of the policy that was granted to a user, as it was written.
    pub async fn granted_pin_policy(&self, user: &SipUri) -> Result<Option<String>, StoreError> {
        let mut tx = self.database.read.begin().await?;
        let id = users::id(&mut tx, user).await?;
        granted(&mut tx, id).await
    }

    /// Who was granted which policy, by address.
    pub async fn granted_pin_policies(&self) -> Result<Vec<(SipUri, String)>, StoreError> {
        all_grants(&mut *self.database.read.acquire().await?).await
    }
}

/// The policies: Global first, then by identity.
pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<NamedPolicy>, StoreError> {
    let rows = sqlx::query_as!(
        NamedRow,
        r#"SELECT id, identity, description, min_password_length, pin_history_count,
                  allow_common_patterns AS "allow_common_patterns: bool", pin_lifetime_days,
                  maximum_logon_attempts
           FROM pin_policies ORDER BY id <> 1, identity_key"#
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(NamedRow::read).collect()
}

/// Who was granted which policy, by address.
pub(crate) async fn all_grants(
    connection: &mut SqliteConnection,
) -> Result<Vec<(SipUri, String)>, StoreError> {
    let rows = sqlx::query!(
        "SELECT sip_uri, identity FROM users JOIN pin_policies ON pin_policies.id = users.pin_policy_id
         ORDER BY sip_uri"
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(|row| Ok((users::read_sip_uri(&row.sip_uri)?, row.identity))).collect()
}

/// Makes these the policies beside the global one. Who was granted one that stays keeps it.
pub(crate) async fn replace(
    connection: &mut SqliteConnection,
    policies: &[NamedPolicy],
) -> Result<(), StoreError> {
    let key = |policy: &NamedPolicy| Ok(policy.validate()?.key());
    let stay = policies.iter().map(key).collect::<Result<HashSet<_>, StoreError>>()?;
    let mut there = HashSet::new();
    for row in sqlx::query!("SELECT id, identity_key FROM pin_policies WHERE id <> 1")
        .fetch_all(&mut *connection)
        .await?
    {
        if stay.contains(&row.identity_key) {
            there.insert(row.identity_key);
        } else {
            sqlx::query!("DELETE FROM pin_policies WHERE id = ?", row.id).execute(&mut *connection).await?;
        }
    }
    for policy in policies {
        match there.contains(&key(policy)?) {
            true => put(&mut *connection, policy).await?,
            false => insert(&mut *connection, policy).await?,
        }
    }
    Ok(())
}

/// Replaces values and description of a policy that is there.
pub(crate) async fn put(connection: &mut SqliteConnection, policy: &NamedPolicy) -> Result<(), StoreError> {
    let identity = policy.validate()?;
    let id = id(&mut *connection, &identity).await?;
    write(connection, id, policy.description.as_deref(), &policy.policy).await
}

/// Adds a policy that is not there.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    policy: &NamedPolicy,
) -> Result<(), StoreError> {
    let identity = policy.validate()?;
    let scope = match &identity {
        // It is always there.
        PolicyIdentity::Global => return Err(StoreError::PolicyExists(identity.to_string())),
        PolicyIdentity::Site(_) => "site",
        PolicyIdentity::Tag(_) => "tag",
    };
    refuse_taken(&mut *connection, &identity).await?;
    let (shown, key, values) = (identity.to_string(), identity.key(), &policy.policy);
    sqlx::query!(
        "INSERT INTO pin_policies (identity, identity_key, scope, description, min_password_length,
             pin_history_count, allow_common_patterns, pin_lifetime_days, maximum_logon_attempts)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        shown,
        key,
        scope,
        policy.description,
        values.min_password_length,
        values.pin_history_count,
        values.allow_common_patterns,
        values.pin_lifetime_days,
        values.maximum_logon_attempts
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Identity of the policy that was granted to the user of this row.
pub(crate) async fn granted(
    connection: &mut SqliteConnection,
    user_id: i64,
) -> Result<Option<String>, StoreError> {
    let query = sqlx::query_scalar!(
        "SELECT identity FROM pin_policies JOIN users ON pin_policies.id = users.pin_policy_id WHERE users.id = ?",
        user_id
    );
    Ok(query.fetch_optional(connection).await?)
}

/// Writes down a grant; of a policy that is not there, it is none.
pub(crate) async fn grant(
    connection: &mut SqliteConnection,
    user_id: i64,
    identity: Option<&str>,
) -> Result<(), StoreError> {
    let key =
        identity.and_then(|identity| identity.parse().ok()).map(|identity: PolicyIdentity| identity.key());
    sqlx::query!(
        "UPDATE users SET pin_policy_id = (SELECT id FROM pin_policies WHERE identity_key = ? AND scope = 'tag')
         WHERE id = ?",
        key,
        user_id
    )
    .execute(connection)
    .await?;
    Ok(())
}

async fn refuse_taken(
    connection: &mut SqliteConnection,
    identity: &PolicyIdentity,
) -> Result<(), StoreError> {
    if let Some(found) = find(&mut *connection, identity).await? {
        return Err(StoreError::PolicyExists(found.identity));
    }
    if matches!(identity, PolicyIdentity::Site(_)) {
        let site = sqlx::query_scalar!("SELECT identity FROM pin_policies WHERE scope = 'site'");
        if let Some(have) = site.fetch_optional(&mut *connection).await? {
            return Err(StoreError::OtherSite { have });
        }
    }
    match sqlx::query_scalar!("SELECT count(*) FROM pin_policies").fetch_one(connection).await? {
        count if count >= MAX_POLICIES => Err(StoreError::TooManyPolicies(count)),
        _ => Ok(()),
    }
}

async fn find(
    connection: &mut SqliteConnection,
    identity: &PolicyIdentity,
) -> Result<Option<NamedRow>, StoreError> {
    let key = identity.key();
    Ok(sqlx::query_as!(
        NamedRow,
        r#"SELECT id, identity, description, min_password_length, pin_history_count,
                  allow_common_patterns AS "allow_common_patterns: bool", pin_lifetime_days, maximum_logon_attempts
           FROM pin_policies WHERE identity_key = ?"#,
        key
    )
    .fetch_optional(connection)
    .await?)
}

async fn id(connection: &mut SqliteConnection, identity: &PolicyIdentity) -> Result<i64, StoreError> {
    let found = find(connection, identity).await?;
    found.map(|row| row.id).ok_or_else(|| StoreError::NoSuchPolicy(identity.to_string()))
}

async fn write(
    connection: &mut SqliteConnection,
    id: i64,
    description: Option<&str>,
    policy: &PinPolicy,
) -> Result<(), StoreError> {
    sqlx::query!(
        "UPDATE pin_policies SET description = ?, min_password_length = ?, pin_history_count = ?,
                                 allow_common_patterns = ?, pin_lifetime_days = ?, maximum_logon_attempts = ?
         WHERE id = ?",
        description,
        policy.min_password_length,
        policy.pin_history_count,
        policy.allow_common_patterns,
        policy.pin_lifetime_days,
        policy.maximum_logon_attempts,
        id
    )
    .execute(connection)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests;
