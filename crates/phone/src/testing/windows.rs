//! The door of an account of Windows: NTLM by the acceptor, one for each connection.

use super::web::{NOW, response};
use lync_ntlm::{Acceptor, NtHash, Step, Target};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Of kenmyer.
pub(crate) const PASSWORD: &str = "RightPassw0rd!";
/// What a request without credentials, or with wrong ones, is answered.
pub(crate) const OFFER: [&str; 2] = ["WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM"];

pub(crate) struct WindowsDoor {
    target: Arc<Target>,
    acceptors: Mutex<HashMap<usize, Acceptor>>,
}

impl WindowsDoor {
    pub(crate) fn new() -> Self {
        let target = Target {
            netbios_domain: "LITWAREINC".to_owned(),
            netbios_computer: "POOL".to_owned(),
            dns_domain: "litwareinc.com".to_owned(),
            dns_computer: "pool.lab.test".to_owned(),
        };
        Self { target: Arc::new(target), acceptors: Mutex::default() }
    }

    /// Whether this connection is kenmyer's; otherwise what it is answered.
    pub(crate) fn admit(&self, connection: usize, authorization: Option<&str>) -> Result<(), Vec<u8>> {
        let refused = || response("401 Unauthorized", &OFFER, "Access is denied due to invalid credentials.");
        let value = authorization.ok_or_else(refused)?;
        let mut acceptors = self.acceptors.lock().unwrap();
        let acceptor = acceptors.entry(connection).or_insert_with(|| Acceptor::new(Arc::clone(&self.target)));
        match acceptor.step(value, [5; 8], NOW) {
            Ok(Step::Challenge { www_authenticate }) => {
                let challenge = format!("WWW-Authenticate: {www_authenticate}");
                Err(response("401 Unauthorized", &[&challenge], "challenge"))
            }
            Ok(Step::Authenticate(proof)) => {
                let is_known = match proof.domain.as_str() {
                    "" => ["kenmyer", "kenmyer@litwareinc.com"].contains(&proof.user.as_str()),
                    domain => domain == "litwareinc" && proof.user == "kenmyer",
                };
                let verified = acceptor.verify(&proof, &NtHash::of_password(PASSWORD));
                if is_known && verified.is_ok() { Ok(()) } else { Err(refused()) }
            }
            Err(_) => Err(refused()),
        }
    }
}
