//! How the web services say what went wrong: two HTTP headers and the detail of a fault.

mod fault;
mod header;
mod quoted;
mod warning;

pub use fault::OcsDiagnosticsFault;
pub use header::{MsDiagnostics, MsDiagnosticsError};
pub use warning::{Warning, WarningError};
