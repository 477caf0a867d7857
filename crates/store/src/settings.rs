//! Settings that an administrator made while the pool ran. What they mean is the pool's to say.

use crate::{Store, StoreError};

/// The longest value, in bytes; the table has the same limit.
const MAX_VALUE: usize = 65536;

impl Store {
    /// What was set under this name, as JSON; `None` where the configuration counts.
    pub async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        Ok(sqlx::query_scalar!("SELECT value FROM settings WHERE name = ?", name)
            .fetch_optional(&self.database.read)
            .await?)
    }

    /// Keeps a setting; `None` forgets it.
    pub async fn set_setting(&self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        match value {
            None => sqlx::query!("DELETE FROM settings WHERE name = ?", name).execute(&mut *tx).await?,
            Some(value) if value.len() > MAX_VALUE => {
                return Err(StoreError::SettingTooLong(name.to_owned()));
            }
            Some(value) => {
                sqlx::query!("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)
                    .execute(&mut *tx)
                    .await?
            }
        };
        tx.commit().await?;
        Ok(())
    }
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
}
