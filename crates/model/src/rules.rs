//! Failures on demand: where + who + when + what.
//!
//! A rule is one step in the way of a request: a part asks the [`RuleBook`] about the [`Occasion`] and applies what it
//! is told. The first rule that matches wins, in the order in which the rules were armed.

mod action;
mod book;
mod check;
mod delay;
mod namespaces;
mod occasion;
mod place;
mod spec;
mod when;
mod who;

pub use action::{Action, DhcpFault, HttpAnswer, Payload43, Payload120, TlsFault};
pub use book::{ArmedRule, Fired, Owner, RuleBook, RuleId};
pub use check::{Known, Rule, RuleError};
pub use delay::{Delay, DelayError};
pub use namespaces::{Members, Namespaces};
pub use occasion::{Happening, Mac, MacError, Occasion};
pub use place::Place;
pub use spec::{ActionSpec, ActionValue, RuleSpec, RulesFile, WhenSpec, WhoSpec};
