//! Rules that act on connections: the TLS place.

use lync_model::Clock;
use lync_model::journal::{Note, Outcome, Protocol, RuleFired, names};
use lync_model::rules::{Action, Fired, Occasion, Place, RuleBook, TlsFault};
use lync_net::tls::{self, Acceptor, Identity, TrustStore};
use lync_net::{Admission, Gate, Opening};
use lync_pki::{PkiError, Pool as Pki, PoolNames, ServerNames, ServerProfile};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};

/// For how long by the pool's clock, forward or back, a certificate that was made for a fault has it.
const GOOD_FOR: Duration = Duration::hours(1);

/// The alert `protocol_version`, RFC 8446 section 6.
const PROTOCOL_VERSION: u8 = 70;

/// The gate of one listener.
pub(super) struct TlsGate {
    /// `http`, `https` or `userpin`.
    pub(super) listener: &'static str,
    pub(super) rules: Arc<RuleBook>,
    pub(super) faults: Arc<Faults>,
    /// The clients that the listener trusts, where it asks for a certificate.
    pub(super) clients: Option<TrustStore>,
    /// What was made for a fault, and when, is good for the next connection too.
    made: Mutex<HashMap<TlsFault, (OffsetDateTime, Acceptor)>>,
}

/// What the broken certificates are made from.
pub(super) struct Faults {
    pub(super) pki: Arc<Pki>,
    pub(super) names: PoolNames,
    pub(super) clock: Clock,
    pub(super) keys: Option<Arc<dyn rustls::KeyLog>>,
}

impl TlsGate {
    pub(super) fn new(
        listener: &'static str,
        rules: &Arc<RuleBook>,
        faults: &Arc<Faults>,
        clients: Option<TrustStore>,
    ) -> Arc<Self> {
        let (rules, faults) = (Arc::clone(rules), Arc::clone(faults));
        Arc::new(Self { listener, rules, faults, clients, made: Mutex::default() })
    }

    fn fault(&self, fault: TlsFault) -> Admission {
        match fault {
            TlsFault::NoCommonVersion => Admission::Alert(PROTOCOL_VERSION),
            TlsFault::Alert(alert) => Admission::Alert(alert),
            fault => match self.acceptor(fault) {
                Ok(acceptor) => Admission::Handshake(acceptor),
                Err(error) => {
                    tracing::error!(%error, ?fault, "a certificate for a rule could not be made");
                    Admission::Close
                }
            },
        }
    }

    fn acceptor(&self, fault: TlsFault) -> Result<Acceptor, String> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.faults.clock.now();
        if let Some((at, acceptor)) = made.get(&fault)
            && (now - *at).abs() < GOOD_FOR
        {
            return Ok(acceptor.clone());
        }
        let identity = self.faults.identity(fault).map_err(|error| error.to_string())?;
        let acceptor = match &self.clients {
            Some(clients) => tls::server_mutual(&identity, clients.clone(), &self.faults.clock),
            None => tls::server(&identity, &self.faults.clock),
        };
        let acceptor = acceptor.map_err(|error| error.to_string())?;
        let acceptor = match &self.faults.keys {
            Some(keys) => acceptor.with_key_log(Arc::clone(keys)),
            None => acceptor,
        };
        made.insert(fault, (now, acceptor.clone()));
        Ok(acceptor)
    }
}

impl Gate for TlsGate {
    fn admit(&self, opening: &Opening) -> Admission {
        if self.rules.is_empty_at(Place::Tls) {
            return Admission::Serve;
        }
        let occasion =
            Occasion { source: Some(opening.peer.ip()), ..Occasion::at(Place::Tls, self.listener) };
        let Some(fired) = self.rules.decide(&occasion) else {
            return Admission::Serve;
        };
        let met = RuleFired::from(&fired);
        let Fired { rule, delay, action, .. } = fired;
        tracing::info!(rule, listener = self.listener, peer = %opening.peer, "a rule acts on a connection");
        let outcome = if action == Action::Ok { Outcome::Ok } else { Outcome::Failed };
        let summary = format!("the rule {rule:?} acted");
        let mut note = Note::new(Protocol::Tls, names::CONNECTION, outcome, summary);
        note.rule = Some(met);
        let admission = match action {
            Action::Reset => Admission::Reset,
            Action::Close | Action::CloseHalfWay => Admission::Close,
            Action::Stall => Admission::Stall,
            Action::Tls(fault) => self.fault(fault),
            // The check of rules lets nothing else act here.
            _ => Admission::Serve,
        };
        let admission = match delay {
            Some(delay) => Admission::After(delay, Box::new(admission)),
            None => admission,
        };
        Admission::Noted(Box::new(note), Box::new(admission))
    }
}

impl Faults {
    /// A server certificate that is wrong in this way.
    fn identity(&self, fault: TlsFault) -> Result<Identity, PkiError> {
        let now = self.clock.now();
        let right = || ServerProfile::new(&self.names, now);
        let profile = match fault {
            TlsFault::Expired => ServerProfile {
                not_before: now - Duration::days(731),
                not_after: now - Duration::days(1),
                ..right()
            },
            TlsFault::NotYetValid => ServerProfile {
                not_before: now + Duration::days(1),
                not_after: now + Duration::days(731),
                ..right()
            },
            TlsFault::WrongName => {
                let other =
                    PoolNames::new(format!("other.{}", self.names.sip_domain), self.names.sip_domain.clone());
                ServerProfile::new(ServerNames::from(&other), now)
            }
            TlsFault::OtherRoot => {
                let other = self.pki.lookalike(&self.names, now)?;
                return Ok(Identity::new(other.server_chain().to_vec(), other.server_key()));
            }
            _ => right(),
        };
        let server = match fault {
            TlsFault::SelfSigned => self.pki.self_signed_server(&profile)?,
            _ => self.pki.issue_server(&profile)?,
        };
        let mut chain = server.chain().to_vec();
        if fault == TlsFault::MissingIntermediate {
            chain.truncate(1);
        }
        Ok(Identity::new(chain, server.key()))
    }
}
