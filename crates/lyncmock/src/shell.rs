//! The management shell: cmdlets, a deployment behind them, and the terminal in front.

mod editor;
mod history;
mod host;
mod interactive;
mod kept;
mod reach;
mod running;
mod script;
mod synthetic;
mod unseen;
mod values;

pub(crate) use host::Console;
pub(crate) use interactive::converse;
pub(crate) use kept::KeptPool;
pub(crate) use reach::{Reach, Resolvable};
pub(crate) use running::RunningPool;
pub(crate) use script::{script_in, script_of};
pub(crate) use synthetic::{Ending, Synthetic};

use lync_powershell::{Cmdlet, Shell};
use lync_shell::{Deployment, Role};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::sync::Arc;

/// What a session is made of.
pub(crate) struct Setup {
    /// What it administers.
    pub(crate) deployment: Arc<dyn Deployment>,
    /// How it signs in for the Test cmdlets.
    pub(crate) synthetic: Arc<Synthetic>,
    /// The role whose cmdlets there are; all of them where it is `None`, as in a shell on the server itself.
    pub(crate) role: Option<&'static Role>,
}

impl Setup {
    /// The session at this terminal.
    pub(crate) fn shell(self, console: Arc<Console>) -> Shell {
        let mut cmdlets: Vec<Arc<dyn Cmdlet>> = lync_shell::cmdlets(self.deployment.clone());
        cmdlets.extend(synthetic::cmdlets(&self.synthetic));
        let mut shell = Shell::new(console, cmdlets);
        if let Some(role) = self.role {
            shell.set_allowed(Some(Arc::new(move |cmdlet: &str| role.may_run(cmdlet))));
        }
        shell.set_values(values::of(self.deployment));
        shell
    }
}

/// The FQDN of the pool that is kept in this data directory: the common name of its server certificate.
fn fqdn_in(directory: &Path) -> Option<String> {
    let certificate = CertificateDer::from_pem_file(directory.join("pki/server.pem")).ok()?;
    let subject = lync_pki::describe(&certificate)?.subject;
    let name = subject.split(',').find_map(|part| part.trim().strip_prefix("CN="))?;
    Some(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fqdn_of_a_kept_pool_is_in_its_certificate() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(fqdn_in(dir.path()), None);
        let names = lync_pki::PoolNames::new("pool.contoso.com", "contoso.com");
        let now = time::OffsetDateTime::UNIX_EPOCH + time::Duration::days(18_000);
        let open = || lync_pki::Pool::open(&dir.path().join("pki"), &names, lync_pki::KeyKind::P256, now);
        open().unwrap();
        assert_eq!(fqdn_in(dir.path()).as_deref(), Some("pool.contoso.com"));
    }
}
