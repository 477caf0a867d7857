//! What can be run, and by which names.

use crate::builtins::{self, BuiltIn};
use crate::state::Allowed;
use crate::{Cmdlet, Definition};
use std::sync::Arc;

/// The cmdlets of a shell, and what the language itself brings.
pub(crate) struct Commands {
    cmdlets: Vec<Arc<dyn Cmdlet>>,
}

/// A command that can be run.
#[derive(Clone)]
pub(crate) enum Found {
    Cmdlet(Arc<dyn Cmdlet>),
    BuiltIn(&'static BuiltIn),
}

impl Found {
    pub(crate) fn definition(&self) -> &'static Definition {
        match self {
            Self::Cmdlet(cmdlet) => cmdlet.definition(),
            Self::BuiltIn(built_in) => &built_in.definition,
        }
    }

    /// The name of the .NET type that implements it, where it is known.
    pub(crate) fn type_name(&self) -> Option<&'static str> {
        match self {
            Self::Cmdlet(cmdlet) => cmdlet.type_name(),
            Self::BuiltIn(built_in) => Some(built_in.type_name),
        }
    }
}

impl Commands {
    pub(crate) fn new(cmdlets: Vec<Arc<dyn Cmdlet>>) -> Self {
        Self { cmdlets }
    }

    /// Everything that the role may run, the cmdlets first.
    pub(crate) fn all(&self, allowed: Option<&Allowed>) -> Vec<Found> {
        let may = |cmdlet: &&Arc<dyn Cmdlet>| allowed.is_none_or(|allowed| allowed(cmdlet.definition().name));
        let cmdlets = self.cmdlets.iter().filter(may).map(|cmdlet| Found::Cmdlet(cmdlet.clone()));
        cmdlets.chain(builtins::ALL.iter().map(|built_in| Found::BuiltIn(built_in))).collect()
    }

    /// The command of this name or alias, in any case.
    pub(crate) fn find(&self, name: &str, allowed: Option<&Allowed>) -> Option<Found> {
        let named = |definition: &Definition| {
            definition.name.eq_ignore_ascii_case(name)
                || definition.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name))
        };
        self.all(allowed).into_iter().find(|known| named(known.definition()))
    }

    /// The name that was most probably meant.
    pub(crate) fn nearest(&self, name: &str, allowed: Option<&Allowed>) -> Option<&'static str> {
        let lower = name.to_lowercase();
        // The distance takes time with the product of both lengths.
        if lower.len() > 64 {
            return None;
        }
        let names = self.all(allowed).into_iter().flat_map(|known| {
            let definition = known.definition();
            std::iter::once(definition.name).chain(definition.aliases.iter().copied())
        });
        let near = |known: &'static str| (strsim::damerau_levenshtein(&known.to_lowercase(), &lower), known);
        let (distance, found) = names.filter(|known| known.len() > 4).map(near).min()?;
        (distance <= 3 && distance * 3 < lower.len()).then_some(found)
    }
}
