//! A memory that forgets.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Keeps the values that were used last, at most so many; what was not used for longest is forgotten first.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    most: usize,
    next: u64,
    values: HashMap<K, (u64, V)>,
    by_use: BTreeMap<u64, K>,
}

impl<K: Clone + Eq + Hash, V> Recent<K, V> {
    pub(super) fn new(most: usize) -> Self {
        Self { most, next: 0, values: HashMap::new(), by_use: BTreeMap::new() }
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.values.get(key).map(|(_, value)| value)
    }

    /// Keeps a value, as the one that was used last.
    pub(super) fn insert(&mut self, key: K, value: V) {
        self.by_use.insert(self.next, key.clone());
        if let Some((former, _)) = self.values.insert(key, (self.next, value)) {
            self.by_use.remove(&former);
        }
        self.next += 1;
        while self.values.len() > self.most
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.values.remove(&oldest);
        }
    }

    /// Forgets every key that is not to be kept.
    pub(super) fn retain(&mut self, keep: impl Fn(&K) -> bool) {
        self.by_use.retain(|_, key| keep(key));
        self.values.retain(|key, _| keep(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten_first() {
        let mut recent = Recent::new(2);
        recent.insert("a", 1);
        recent.insert("b", 2);
        recent.insert("a", 3);
        recent.insert("c", 4);
        assert_eq!((recent.get(&"a"), recent.get(&"b"), recent.get(&"c")), (Some(&3), None, Some(&4)));
        recent.retain(|key| *key == "c");
        assert_eq!((recent.get(&"a"), recent.get(&"c")), (None, Some(&4)));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_it_may(keys in proptest::collection::vec(0u8..20, 0..100), most in 0usize..8) {
            let mut recent = Recent::new(most);
            for key in keys {
                recent.insert(key, ());
                prop_assert!(recent.values.len() <= most);
                prop_assert_eq!(recent.values.len(), recent.by_use.len());
            }
        }
    }
}
