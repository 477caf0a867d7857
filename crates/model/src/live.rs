//! A value that administrators change while the pool runs.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// A changeable value; every clone is the same one. Who has read it keeps what was read.
pub struct Live<T>(Arc<RwLock<Arc<T>>>);

impl<T> Live<T> {
    /// A value that begins as `value`.
    pub fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(value))))
    }

    /// The present value.
    pub fn get(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the value; answers with the former one.
    pub fn set(&self, value: T) -> Arc<T> {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *held, Arc::new(value))
    }

    /// Changes the value in one piece: nobody sees half of the change, and none is lost to another.
    pub fn update(&self, change: impl FnOnce(&mut T))
    where
        T: Clone,
    {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        change(Arc::make_mut(&mut held));
    }
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Live<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Live").field(&self.get()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clone_sees_a_change_and_a_reader_keeps_what_it_read() {
        let live = Live::new(1);
        let before = live.get();
        live.clone().update(|value| *value += 1);
        assert_eq!((*before, *live.get()), (1, 2));
        assert_eq!(*live.set(5), 2);
    }
}
