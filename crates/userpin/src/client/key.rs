//! The service's encryption key, remembered between requests.

use lync_proto::userpin::GetEncryptionKeyResponse;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The key that the service last gave, until it says that it knows it no more.
#[derive(Default)]
pub(super) struct KeyCache(Mutex<Option<Arc<GetEncryptionKeyResponse>>>);

impl KeyCache {
    pub(super) fn get(&self) -> Option<Arc<GetEncryptionKeyResponse>> {
        self.lock().clone()
    }

    pub(super) fn set(&self, key: GetEncryptionKeyResponse) -> Arc<GetEncryptionKeyResponse> {
        let key = Arc::new(key);
        *self.lock() = Some(Arc::clone(&key));
        key
    }

    /// Forgets the key of this id; a newer one, which another request may have fetched meanwhile, stays.
    pub(super) fn forget(&self, id: &str) {
        self.lock().take_if(|key| key.key_id == id);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<GetEncryptionKeyResponse>>> {
        // Each change is a single assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
