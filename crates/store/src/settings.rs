//! Settings that an administrator made while the pool ran. What they mean is the pool's to say.

use crate::{Store, StoreError};
use sqlx::SqliteConnection;

/// The longest value, in bytes; the table has the same limit.
const MAX_VALUE: usize = 65536;

impl Store {
    /// What was set under this name, as JSON; `None` where the configuration counts.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        read(&mut *self.database.read.acquire().await?, name).await
    }

    /// Keeps a setting; `None` forgets it.
    pub async fn set_setting(&self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        self.change_setting(name, |_| Ok(value.map(str::to_owned))).await
    }

    /// Makes a setting of what it is, which `change` is given; `None` is none. Nobody else changes it in between, in
    /// another process neither.
    ///
    /// # Errors
    /// What `change` refuses, or when the result cannot be kept. The setting stays as it was then.
    pub async fn change_setting<E: From<StoreError>>(
        &self,
        name: &str,
        change: impl FnOnce(Option<&str>) -> Result<Option<String>, E>,
    ) -> Result<(), E> {
        let mut tx = self.database.begin().await?;
        let there = read(&mut tx, name).await?;
        let value = change(there.as_deref())?;
        write(&mut tx, name, value.as_deref()).await?;
        Ok(tx.commit().await.map_err(StoreError::from)?)
    }
}

async fn read(connection: &mut SqliteConnection, name: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar!("SELECT value FROM settings WHERE name = ?", name)
        .fetch_optional(connection)
        .await?)
}

async fn write(connection: &mut SqliteConnection, name: &str, value: Option<&str>) -> Result<(), StoreError> {
    match value {
        None => sqlx::query!("DELETE FROM settings WHERE name = ?", name).execute(connection).await?,
        Some(value) if value.len() > MAX_VALUE => {
            return Err(StoreError::SettingTooLong(name.to_owned()));
        }
        Some(value) => {
            sqlx::query!("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)
                .execute(connection)
                .await?
        }
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Pool;

    #[tokio::test]
    async fn a_setting_comes_back_as_it_was_set_until_it_is_forgotten() {
        let store = Pool::open().await.store;
        assert_eq!(store.setting("web").await.unwrap(), None);
        for value in ["{}", "{\"use_pin_auth\":false}"] {
            store.set_setting("web", Some(value)).await.unwrap();
            assert_eq!(store.setting("web").await.unwrap().as_deref(), Some(value));
        }
        assert_eq!(store.setting("proxy").await.unwrap(), None);
        for _ in 0..2 {
            store.set_setting("web", None).await.unwrap();
            assert_eq!(store.setting("web").await.unwrap(), None);
        }
    }

    #[tokio::test]
    async fn a_setting_that_is_too_long_changes_nothing() {
        let store = Pool::open().await.store;
        store.set_setting("web", Some("{}")).await.unwrap();
        let long = "x".repeat(MAX_VALUE + 1);
        let refused = store.set_setting("web", Some(&long)).await;
        assert!(matches!(refused, Err(StoreError::SettingTooLong(name)) if name == "web"));
        assert_eq!(store.setting("web").await.unwrap().as_deref(), Some("{}"));
        store.set_setting("web", long.get(1..)).await.unwrap();
    }

    #[tokio::test]
    async fn a_change_that_is_refused_changes_nothing() {
        let store = Pool::open().await.store;
        store.set_setting("web", Some("{}")).await.unwrap();
        let refused = store.change_setting("web", |there| {
            assert_eq!(there, Some("{}"));
            Err(StoreError::Contended)
        });
        assert!(matches!(refused.await, Err(StoreError::Contended)));
        assert_eq!(store.setting("web").await.unwrap().as_deref(), Some("{}"));
    }
}
