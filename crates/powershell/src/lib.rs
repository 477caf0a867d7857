//! As much of PowerShell as the articles on Lync use: pipelines of objects, with the binding, the formatting and the
//! error texts of Windows PowerShell. It has no statements but pipelines and assignments.

mod arguments;
mod bind;
mod builtins;
mod call;
mod clean;
mod cmdlet;
mod commands;
mod compare;
mod complete;
mod convert;
mod error;
mod filter;
mod format;
mod host;
mod like;
mod object;
mod path;
mod run;
mod session;
mod shell;
mod state;
mod syntax;
mod text;
mod value;

pub use arguments::Arguments;
pub use cmdlet::{Cmdlet, Definition, Kind, Parameter, Pipeline};
pub use complete::Completions;
pub use error::ErrorRecord;
pub use filter::{Filter, Variables};
pub use format::WIDTH_WITHOUT_TERMINAL;
pub use host::{Host, Stream};
pub use like::{has_wildcard, is_like};
pub use object::{Method, Object, View};
pub use session::Session;
pub use shell::{Outcome, Shell};
pub use state::{Allowed, Values};
pub use syntax::{MAX_NESTING, MAX_SCRIPT_LEN, ScriptBlock, needs_more};
pub use value::{Credential, SecureString, Value};
