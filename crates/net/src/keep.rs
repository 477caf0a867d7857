//! What a service keeps for as long as a connection lasts.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// A place for one value of a handler's own, the same for every request of a connection; an extension of each.
///
/// NTLM authenticates connections: what it has agreed on with one client must be found by that client's next request
/// and by nobody else's, and must go with the connection.
///
/// Requests of a connection are answered one after the other. Who takes the value out and is broken off leaves nothing
/// behind, so that half a decision never counts.
#[derive(Clone, Default)]
pub struct Keep(Arc<Mutex<Option<Box<dyn Any + Send>>>>);

impl Keep {
    /// Takes the value out. One of another type is dropped.
    pub fn take<T: Any>(&self) -> Option<T> {
        let value = self.0.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        value.downcast().ok().map(|value| *value)
    }

    /// Puts a value in, in the place of an earlier one.
    pub fn put<T: Any + Send>(&self, value: T) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(value));
    }
}

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keep(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_once_and_by_its_type_alone() {
        let keep = Keep::default();
        assert_eq!(keep.take::<u8>(), None);
        keep.clone().put(7_u8);
        assert_eq!((keep.take::<u8>(), keep.take::<u8>()), (Some(7), None));
        keep.put(7_u8);
        assert_eq!((keep.take::<u16>(), keep.take::<u8>()), (None, None));
    }
}
