//! A sign-in: what it is told, and its steps one after the other.

use crate::dhcp::NOBODYS;
use crate::http::Client;
use crate::resolve::Resolver;
use crate::step::Journal;
use crate::steps::{certificate, discovery, metadata, root_chain, web_ticket};
use crate::trust::Issuer;
use crate::{
    Credentials, DhcpDiscovery, Failure, KeyKind, PrivateKey, Report, Resolve, SignedIn, StepName, Timeouts,
};
use lync_model::{Clock, Password, Pin, SipUri};

/// A phone that is about to sign in.
///
/// It trusts the chain that it downloads, and nothing else: no system store, and no way to skip the check.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub(crate) credentials: Credentials,
    pub(crate) user_sip_address: Option<SipUri>,
    pub(crate) target_fqdn: Option<String>,
    pub(crate) target_uri: Option<String>,
    pub(crate) dhcp: Option<DhcpDiscovery>,
    pub(crate) http_port: Option<u16>,
    pub(crate) resolve: Resolve,
    pub(crate) hardware_address: Option<[u8; 6]>,
    pub(crate) device_id: Option<String>,
    pub(crate) key_kind: KeyKind,
    pub(crate) clock: Clock,
    pub(crate) timeouts: Timeouts,
    pub(crate) user_agent: Option<String>,
    pub(crate) preemptive: bool,
    pub(crate) require_pool_issuer: bool,
}

impl SignIn {
    /// Signs in with what a person types. The number goes over the wire as it is given here, without a leading `tel:`.
    pub fn new(phone_or_ext: impl Into<String>, pin: Pin) -> Self {
        Self::with(Credentials::Pin { phone_or_ext: phone_or_ext.into(), pin })
    }

    /// Signs in with the certificate (X.509, DER) of an earlier sign-in, and gets a new one.
    pub fn renew(certificate: Vec<u8>, key: PrivateKey) -> Self {
        Self::with(Credentials::Certificate { certificate, key })
    }

    /// Signs in with an account of Windows, as Test-CsClientAuthentication does: `DOMAIN\user`, a UPN, or a user name
    /// alone, and its password.
    pub fn windows(user_name: impl Into<String>, password: &str) -> Self {
        let (user_name, password) = (user_name.into(), Password::new(password));
        Self::with(Credentials::Windows { user_name, password })
    }

    fn with(credentials: Credentials) -> Self {
        Self {
            credentials,
            user_sip_address: None,
            target_fqdn: None,
            target_uri: None,
            dhcp: None,
            http_port: None,
            resolve: Resolve::new(),
            hardware_address: None,
            device_id: None,
            key_kind: KeyKind::default(),
            clock: Clock::system(),
            timeouts: Timeouts::default(),
            user_agent: None,
            preemptive: false,
            require_pool_issuer: false,
        }
    }

    /// With what it signs in.
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The user to whom the credentials must belong: sent as a claim, and compared with the ticket's user.
    #[must_use]
    pub fn user_sip_address(mut self, user: SipUri) -> Self {
        self.user_sip_address = Some(user);
        self
    }

    /// The Registrar pool's FQDN, which is then not asked of DHCP.
    #[must_use]
    pub fn target_fqdn(mut self, fqdn: impl Into<String>) -> Self {
        self.target_fqdn = Some(fqdn.into());
        self
    }

    /// The https address of certificate provisioning, which is then not asked of DHCP.
    #[must_use]
    pub fn target_uri(mut self, uri: impl Into<String>) -> Self {
        self.target_uri = Some(uri.into());
        self
    }

    /// Asks DHCP for what is not given. Without this nothing is asked, and of FQDN and address one follows from the
    /// other. A hardware address that is set in `discovery` is the [phone's](Self::hardware_address).
    #[must_use]
    pub fn dhcp(mut self, discovery: DhcpDiscovery) -> Self {
        if discovery.hardware_address != NOBODYS {
            self.hardware_address = Some(discovery.hardware_address);
        }
        self.dhcp = Some(discovery);
        self
    }

    /// The port of plain HTTP, where the chain is. [`plain_port`](crate::plain_port) derives it unless given.
    #[must_use]
    pub fn http_port(mut self, port: u16) -> Self {
        self.http_port = Some(port);
        self
    }

    /// How names become addresses.
    #[must_use]
    pub fn resolve(mut self, resolve: Resolve) -> Self {
        self.resolve = resolve;
        self
    }

    /// The phone's hardware address: DHCP is asked with it, and the [DeviceId](Self::device_id) follows from it, so that
    /// each sign-in with it is one of the same phone.
    #[must_use]
    pub fn hardware_address(mut self, hardware_address: [u8; 6]) -> Self {
        self.hardware_address = Some(hardware_address);
        self
    }

    /// The device as it names itself, a UUID in braces by custom. Unless given it follows from the
    /// [hardware address](Self::hardware_address), in a way of our own: how a phone makes its DeviceId is not public. A
    /// phone without one is another device each time.
    #[must_use]
    pub fn device_id(mut self, device_id: impl Into<String>) -> Self {
        self.device_id = Some(device_id.into());
        self
    }

    /// What kind of key is made: P-256 unless set.
    #[must_use]
    pub fn key_kind(mut self, kind: KeyKind) -> Self {
        self.key_kind = kind;
        self
    }

    /// The clock that certificates are checked by: the system's unless set.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How long things may take.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// The User-Agent of every request, for instance a [`Model`](crate::Model)'s; none is sent unless set. One that
    /// cannot stand in a header ends the sign-in at its first request.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// Whether the PIN goes out with the first request. Unless set it waits for the challenge, as .NET does and so, by
    /// inference, the cmdlet.
    #[must_use]
    pub fn preemptive(mut self, preemptive: bool) -> Self {
        self.preemptive = preemptive;
        self
    }

    /// Whether a certificate whose issuer is not in the downloaded chain is a failure.
    ///
    /// Not unless set: a Lync Server signs client certificates with a key of its web services (TechNet gg425735), which
    /// need not be an authority of the chain of its HTTPS certificate. [`SignedIn::issuer_in_chain`] tells either way.
    #[must_use]
    pub fn require_pool_issuer(mut self, require: bool) -> Self {
        self.require_pool_issuer = require;
        self
    }

    /// Takes the steps, and stops at the first that fails.
    pub async fn run(&self) -> Report {
        let mut journal = Journal::new();
        let mut known = Known { uri: self.target_uri.clone(), fqdn: self.target_fqdn.clone() };
        let outcome = Box::pin(self.walk(&mut journal, &mut known)).await;
        if let Err(failure) = &outcome {
            tracing::info!(step = %failure.step, error = %failure.kind, "sign-in failed");
        }
        let (steps, latency) = journal.close();
        Report { steps, outcome, latency, target_uri: known.uri, target_fqdn: known.fqdn }
    }

    async fn walk(&self, journal: &mut Journal, known: &mut Known) -> Result<SignedIn, Failure> {
        let resolver = Resolver::new(self.resolve.clone(), self.timeouts.connect);
        let mut client = Client::new(resolver, self.timeouts, self.user_agent.clone());

        let mut step = journal.begin(StepName::Discovery);
        let target = discovery::find(self, &mut client.resolver, &mut step).await;
        let target = journal.end(step, target)?;
        *known = Known { uri: Some(target.uri.to_string()), fqdn: Some(target.fqdn.clone()) };

        let mut step = journal.begin(StepName::RootChain);
        let roots = root_chain::download(self, &mut client, &target, &mut step).await;
        let roots = journal.end(step, roots)?;

        let mut step = journal.begin(StepName::CertProvMetadata);
        let cert_prov = metadata::cert_prov(&mut client, &target.uri, &mut step).await;
        let cert_prov = journal.end(step, cert_prov)?;

        let mut step = journal.begin(StepName::WebTicketMetadata);
        let services = metadata::web_ticket(self, &mut client, cert_prov, &mut step).await;
        let services = journal.end(step, services)?;

        let mut step = journal.begin(StepName::WebTicket);
        let ticket = web_ticket::get(self, &mut client, &services, &mut step).await;
        let ticket = journal.end(step, ticket)?;

        let mut step = journal.begin(StepName::Certificate);
        let issued = certificate::get(self, &mut client, (&services, &ticket, &roots), &mut step).await;
        let issued = journal.end(step, issued)?;

        Ok(SignedIn {
            user: ticket.user,
            certificate: issued.certificate,
            key: issued.key,
            certificate_expires: issued.expires,
            issuer_in_chain: issued.issuer == Issuer::Known,
            chain: roots.chain().to_vec(),
            ticket_expires: ticket.expires,
        })
    }
}

/// Where the pool is, as far as it is known.
struct Known {
    uri: Option<String>,
    fqdn: Option<String>,
}

#[cfg(test)]
mod failures;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod windows;
