//! Checking a PIN: the key, the sealed PIN, and what is reported when the hop fails.

use super::ask::{Failed, Question, Silent};
use super::hop::Repeat;
use super::{Client, refused};
use lync_model::ports::{PinFailureReason, UserPinError};
use lync_model::{Pin, SipUri};
use lync_proto::Documented;
use lync_proto::userpin::{
    self, GetEncryptionKeyRequest, GetEncryptionKeyResponse, GetPublishedCertRequest,
    GetPublishedCertResponse, MAX_PIN_LEN, SealError, VerifyPinRequest, VerifyPinResponse,
};
use std::sync::Arc;
use tracing::debug;

/// The longest number or extension that the service reads, in bytes.
const MAX_NUMBER_LEN: usize = 512;

/// Stands in for what is too long to be sealed. Nobody's PIN holds letters, so that the service finds it wrong and
/// counts it as any other wrong PIN.
const TOO_LONG: &str = "longer than any PIN";

impl Client {
    pub(super) async fn check_pin(&self, phone_or_ext: &str, pin: &Pin) -> Result<SipUri, UserPinError> {
        let phone_or_ext = phone_or_ext.trim();
        if !can_be_sent(phone_or_ext) {
            return Err(UserPinError::Refused(PinFailureReason::UserDoesNotExist));
        }
        let mut verdict = self.try_pin(phone_or_ext, pin).await;
        if worth_another_key(&verdict) {
            verdict = self.try_pin(phone_or_ext, pin).await;
        }
        match verdict {
            Ok(verdict) => user_of(verdict),
            Err(failed) => {
                if let Failed::Silent(silent) = &failed {
                    self.report(silent, phone_or_ext).await;
                }
                Err(failed.into())
            }
        }
    }

    /// One VerifyPin under the key that is at hand. A key that did not serve is forgotten.
    async fn try_pin(&self, phone_or_ext: &str, pin: &Pin) -> Result<VerifyPinResponse, Failed> {
        let key = match self.key.get() {
            Some(key) => key,
            None => self.fetch_key().await?,
        };
        let encrypted_pin = userpin::seal_pin(&key.public_key, &key.key_id, phone_or_ext, sealable(pin));
        let request = VerifyPinRequest {
            phone_or_ext: phone_or_ext.to_owned(),
            key_id: key.key_id.clone(),
            encrypted_pin: encrypted_pin.map_err(|error| self.unusable(&key, error))?,
        };
        let question =
            Question { name: VerifyPinRequest::NAME, body: request.encode(), repeat: Repeat::Counts };
        let verdict = self.hop.ask(question, VerifyPinResponse::decode).await;
        if matches!(verdict, Err(_) | Ok(VerifyPinResponse::UnknownKey)) {
            self.key.forget(&key.key_id);
        }
        verdict
    }

    /// A key that nothing can be sealed under is as good as no answer.
    fn unusable(&self, key: &GetEncryptionKeyResponse, error: SealError) -> Failed {
        self.key.forget(&key.key_id);
        let request = GetEncryptionKeyRequest::NAME;
        Failed::Silent(Silent { request, maybe_acted: false, cause: error.to_string() })
    }

    async fn fetch_key(&self) -> Result<Arc<GetEncryptionKeyResponse>, Failed> {
        let question = Question {
            name: GetEncryptionKeyRequest::NAME,
            body: GetEncryptionKeyRequest.encode(),
            repeat: Repeat::Harmless,
        };
        Ok(self.key.set(self.hop.ask(question, GetEncryptionKeyResponse::decode).await?))
    }

    /// Writes event 47067 as Microsoft's article shows it after a failed PIN sign-in: once for
    /// GetEncryptionKeyRequest, once for GetPublishedCertRequest.
    ///
    /// Both requests are really tried. Why a Lync Server sends the second one at that moment is not public; ours
    /// asks for the certificates of the number that was typed, the only name that it has before the PIN is checked.
    /// Where both are answered after all, the event names the request that was not.
    async fn report(&self, silent: &Silent, phone_or_ext: &str) {
        debug!(request = silent.request, cause = ?silent.cause, "the user-PIN service did not answer");
        let no_key =
            async { silent.request == GetEncryptionKeyRequest::NAME || is_silent(&self.fetch_key().await) };
        let no_certificates = async {
            let request = GetPublishedCertRequest { user: phone_or_ext.to_owned() };
            is_silent(&self.ask_published(&request).await)
        };
        let (no_key, no_certificates) = tokio::join!(no_key, no_certificates);
        if no_key {
            self.write_event(GetEncryptionKeyRequest::NAME);
        }
        if no_certificates {
            self.write_event(GetPublishedCertRequest::NAME);
        }
        if !no_key && !no_certificates {
            self.write_event(silent.request);
        }
    }

    pub(super) async fn ask_published(
        &self,
        request: &GetPublishedCertRequest,
    ) -> Result<GetPublishedCertResponse, Failed> {
        let question = Question {
            name: GetPublishedCertRequest::NAME,
            body: request.encode(),
            repeat: Repeat::Harmless,
        };
        self.hop.ask(question, GetPublishedCertResponse::decode).await
    }
}

/// What is sealed for a typed PIN.
fn sealable(pin: &Pin) -> &str {
    Some(pin.expose()).filter(|typed| typed.len() <= MAX_PIN_LEN).unwrap_or(TOO_LONG)
}

/// Whether a message can carry it unchanged. What cannot be sent is nobody's number.
fn can_be_sent(phone_or_ext: &str) -> bool {
    let not_in_xml = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    (1..=MAX_NUMBER_LEN).contains(&phone_or_ext.len()) && !phone_or_ext.contains(not_in_xml)
}

/// Whether VerifyPin may be sent again, beginning with the key: the service has another key by now, or nothing
/// has reached it, as after a restart. In both cases no attempt was counted.
fn worth_another_key(verdict: &Result<VerifyPinResponse, Failed>) -> bool {
    match verdict {
        Ok(verdict) => *verdict == VerifyPinResponse::UnknownKey,
        Err(Failed::Silent(silent)) => silent.request == VerifyPinRequest::NAME && !silent.maybe_acted,
        Err(Failed::Fault(_)) => false,
    }
}

fn user_of(verdict: VerifyPinResponse) -> Result<SipUri, UserPinError> {
    match verdict {
        VerifyPinResponse::Verified { user } => {
            user.parse().map_err(|_| UserPinError::Store("the service named no SIP user".to_owned()))
        }
        VerifyPinResponse::Refused { reason } => Err(refused(&reason)),
        VerifyPinResponse::UnknownKey => {
            Err(UserPinError::Store("the service does not know the key that it gave".to_owned()))
        }
    }
}

fn is_silent<T>(asked: &Result<T, Failed>) -> bool {
    matches!(asked, Err(Failed::Silent(_)))
}
