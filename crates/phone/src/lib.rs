//! The client half: the steps of a phone's sign-in, and what Test-CsPhoneBootstrap says of them. A client that has an
//! account of Windows takes the same steps, and Test-CsClientAuthentication says it.
//!
//! [`SignIn`] takes the steps: DHCP discovery, root chain, metadata, web ticket, certificate. Its [`Report`] has each
//! with its time and, if one failed, the [`Failure`] in parts. [`TaskOutput`] prints a report as the cmdlet does,
//! and [`screens`] tells what a phone's screen would have shown.
//!
//! ```no_run
//! # async fn example() {
//! use lync_phone::{DhcpDiscovery, Dialect, SignIn, TaskOutput};
//!
//! let server = "127.0.0.1:10067".parse().unwrap();
//! let sign_in = SignIn::new("+12065551219", lync_model::Pin::new("0712")).dhcp(DhcpDiscovery::unicast(server));
//! let report = sign_in.run().await;
//! print!("{}", TaskOutput::new(&report).render(Dialect::Console));
//! # }
//! ```

mod credentials;
mod dhcp;
mod failure;
mod http;
mod keys;
mod logger;
mod model;
mod report;
mod resolve;
mod screen;
mod sign_in;
mod soap;
mod step;
mod steps;
mod task_output;
#[cfg(test)]
mod testing;
mod trust;
mod url;

pub use credentials::Credentials;
pub use dhcp::{DhcpAnswer, DhcpDiscovery, discover};
pub use failure::{ConnectFailure, Failure, FailureKind, TlsFailure};
pub use http::{ResponseHead, Timeouts};
pub use keys::{KeyKind, PrivateKey};
pub use logger::LoggerReport;
pub use model::Model;
pub use report::{Report, SignedIn, Verdict};
pub use resolve::Resolve;
pub use screen::{Screen, screens, tickt_log};
pub use sign_in::SignIn;
pub use step::{Detail, Step, StepName, StepOutcome};
pub use task_output::{Dialect, Line, SyntheticTransaction, TaskOutput, TaskResult, transcript};
pub use url::{ServiceUrl, ServiceUrlError, plain_port};
