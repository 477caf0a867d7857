//! With what a phone signs in.

use crate::PrivateKey;
use lync_model::{Password, Pin};

/// With what a phone signs in. `Debug` shows neither PIN nor password nor key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// As a person types them: the WebTicketServicePin port.
    Pin {
        /// A phone number or an extension, sent as it was typed.
        phone_or_ext: String,
        /// The PIN.
        pin: Pin,
    },
    /// A certificate of an earlier sign-in, to renew it without the PIN: the WebTicketServiceCert port.
    Certificate {
        /// X.509, DER.
        certificate: Vec<u8>,
        /// Its private key.
        key: PrivateKey,
    },
    /// An account of Windows, by NTLM: the WebTicketServiceWinNegotiate port.
    Windows {
        /// `DOMAIN\user`, a UPN, or a user name alone.
        user_name: String,
        /// Its password.
        password: Password,
    },
}
