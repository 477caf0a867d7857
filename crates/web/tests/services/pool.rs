//! A front end over doubles of what is behind it.

use crate::requests::Ask;
use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use axum::Router;
use axum::body::to_bytes;
use http::{HeaderMap, StatusCode};
use lync_model::diagnostics::DiagnosticsTable;
use lync_model::journal::Note;
use lync_model::ports::{
    AccountDirectory, CertificateAuthority, CertificateRefused, CertificateRequest, CheckedCertificate,
    CsrError, FoundAccount, IssuedCertificate, NumberDirectory, PinFailureReason, UserPinError,
    UserPinService,
};
use lync_model::rules::{Known, Owner, RuleBook, RulesFile};
use lync_model::{AccountState, Clock, Live, Pin, PublishedCertificate, SipUri, User, WebServiceSettings};
use lync_net::Fate;
use lync_ntlm::{NtHash, Target};
use lync_proto::ticket::TicketKey;
use lync_web::{FrontEnd, Parts, Urls};
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use time::OffsetDateTime;
use time::macros::datetime;
use tower::ServiceExt as _;

pub(crate) const USER: &str = "sip:kenmyer@litwareinc.com";

/// The front end, and what its tests turn.
pub(crate) struct Pool {
    pub(crate) settings: Live<WebServiceSettings>,
    pub(crate) rules: Arc<RuleBook>,
    pub(crate) clock: Clock,
    http: Router,
    https: Router,
}

/// A response with what the listener finds in its extensions.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    pub(crate) note: Note,
    pub(crate) fate: Option<Fate>,
}

impl Pool {
    pub(crate) fn start() -> Self {
        let settings = Live::new(WebServiceSettings::default());
        let clock = Clock::stopped(datetime!(2013-06-01 12:00 UTC));
        let rules = Arc::new(RuleBook::new(clock.clone()));
        let front_end = Arc::new(FrontEnd::new(Parts {
            urls: Urls::new("pool.test", 80, 443),
            settings: settings.clone(),
            rules: Arc::clone(&rules),
            diagnostics: DiagnosticsTable::built_in(),
            user_pin: Arc::new(Users::default()),
            numbers: Arc::new(Nobodys),
            accounts: Arc::new(Domain::default()),
            windows: Arc::new(target()),
            authority: Arc::new(Authority),
            ticket_key: ticket_key(),
            clock: clock.clone(),
        }));
        let http = lync_web::http(Arc::clone(&front_end));
        Self { settings, rules, clock, http, https: lync_web::https(front_end) }
    }

    /// Arms the rules of this file.
    pub(crate) fn arm(&self, rules: &str) {
        let table = DiagnosticsTable::built_in();
        let users = [kenmyer()];
        let read = |_: &str| Err("there are no files here".to_owned());
        let known = Known { users: &users, diagnostics: &table, read: &read };
        for rule in RulesFile::parse(rules).unwrap().rules {
            self.rules.arm(rule.check(&known).unwrap(), Owner::default()).unwrap();
        }
    }

    /// Disarms them all.
    pub(crate) fn disarm(&self) {
        self.rules.disarm_where(|_| true);
    }

    pub(crate) async fn send(&self, ask: Ask) -> Got {
        let routes = if ask.secure { &self.https } else { &self.http };
        let mut response = routes.clone().oneshot(ask.into_request()).await.unwrap();
        let note = response.extensions_mut().remove::<Note>();
        let fate = response.extensions_mut().remove::<Fate>();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let note = note.expect("every response carries a note");
        Got { status: head.status, headers: head.headers, body, note, fate }
    }
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Event and outcome of the note.
    pub(crate) fn noted(&self) -> (&str, &str) {
        (self.note.event, self.note.outcome.as_str())
    }

    pub(crate) fn decoded(&self, name: &str) -> &str {
        self.note.decoded.get(name).map_or("", String::as_str)
    }

    /// The rule in the note.
    pub(crate) fn rule(&self) -> Option<&str> {
        self.note.rule.as_ref().map(|rule| rule.name.as_str())
    }
}

fn target() -> Target {
    Target {
        netbios_domain: "LITWAREINC".to_owned(),
        netbios_computer: "POOL".to_owned(),
        dns_domain: "litwareinc.com".to_owned(),
        dns_computer: "pool.test".to_owned(),
    }
}

fn kenmyer() -> User {
    User {
        sip_uri: USER.parse().unwrap(),
        display_name: "Ken Myer".to_owned(),
        line_uri: Some("tel:+12065551219;ext=1219".parse().unwrap()),
        enterprise_voice: true,
        enabled: true,
        pin_set_at: None,
    }
}

fn ticket_key() -> TicketKey {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    TicketKey::new(pair.to_pkcs8v1().unwrap().as_ref(), public.as_ref().to_vec(), [7; 32]).unwrap()
}

/// Knows 1219 with PIN 0712, and for each reason's number an extension that is refused for it.
#[derive(Default)]
struct Users {
    certificates: Mutex<Vec<PublishedCertificate>>,
}

#[async_trait]
impl UserPinService for Users {
    async fn verify_pin(&self, phone_or_ext: &str, pin: &Pin) -> Result<SipUri, UserPinError> {
        let refused =
            PinFailureReason::ALL.into_iter().find(|known| known.number().to_string() == phone_or_ext);
        match (phone_or_ext, pin.expose(), refused) {
            ("444", ..) => {
                Err(UserPinError::Unavailable { request: "VerifyPinRequest", cause: "it is down".to_owned() })
            }
            (_, _, Some(reason)) => Err(UserPinError::Refused(reason)),
            ("1219", "0712", _) => Ok(USER.parse().unwrap()),
            ("1219", ..) => Err(UserPinError::Refused(PinFailureReason::IncorrectPin)),
            _ => Err(UserPinError::Refused(PinFailureReason::UserDoesNotExist)),
        }
    }

    async fn publish_cert(&self, certificate: &PublishedCertificate) -> Result<(), UserPinError> {
        self.certificates.lock().unwrap().push(certificate.clone());
        Ok(())
    }

    async fn get_published_certs(&self, _: &SipUri) -> Result<Vec<PublishedCertificate>, UserPinError> {
        Ok(self.certificates.lock().unwrap().clone())
    }
}

/// Issues one certificate to everybody.
struct Authority;

impl CertificateAuthority for Authority {
    fn issue(&self, request: &CertificateRequest<'_>) -> Result<IssuedCertificate, CsrError> {
        if request.csr == b"none" {
            return Err(CsrError::ProofOfPossession);
        }
        let mut params = rcgen::CertificateParams::default();
        params.serial_number = Some(rcgen::SerialNumber::from_slice(&[0x17, 0xab]));
        let key = rcgen::KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Ok(IssuedCertificate { der, expires: request.now + request.validity })
    }

    fn chain_pkcs7(&self) -> Vec<u8> {
        b"chain".to_vec()
    }

    fn check(&self, _: &[u8], _: OffsetDateTime) -> Result<CheckedCertificate, CertificateRefused> {
        Ok(CheckedCertificate { user: USER.parse().unwrap(), public_key: Vec::new() })
    }
}

/// A directory that knows no number: what is noted then was found by the user-PIN service.
struct Nobodys;

impl NumberDirectory for Nobodys {
    fn is_somebodys(&self, _: &str) -> bool {
        false
    }
}

/// The password of every account of the double.
pub(crate) const PASSWORD: &str = "Sunny-day1";

/// Knows kenmyer, an account in each state, one without a password and one that is no Lync user; fails for `broken`.
/// `leaver` is gone whenever it is looked up for the second time; `namesake` is another account each time.
#[derive(Default)]
struct Domain {
    leaver_looked_up: AtomicU32,
    namesakes: AtomicI64,
}

#[async_trait]
impl AccountDirectory for Domain {
    async fn find_account(&self, user: &str, domain: &str) -> Result<Option<FoundAccount>, String> {
        if !["", "LITWAREINC"].contains(&domain) {
            return Ok(None);
        }
        let state = match user {
            "broken" => return Err("the domain does not answer".to_owned()),
            "leaver" if self.leaver_looked_up.fetch_add(1, Ordering::Relaxed) % 2 == 1 => return Ok(None),
            "kenmyer" | "no-password" | "not-enabled" | "user-disabled" | "leaver" | "namesake" => {
                AccountState::Good
            }
            state => match AccountState::from_name(state) {
                Some(state) => state,
                None => return Ok(None),
            },
        };
        let is_user = !["not-enabled", "user-disabled"].contains(&user);
        Ok(Some(FoundAccount {
            id: if user == "namesake" { self.namesakes.fetch_add(1, Ordering::Relaxed) } else { -1 },
            sam_account_name: user.to_owned(),
            nt_hash: (user != "no-password").then(|| NtHash::of_password(PASSWORD)),
            state,
            user: is_user.then(|| USER.parse().unwrap()),
            user_disabled: user == "user-disabled",
        }))
    }
}
