//! Which phone `lyncmock phone` is: the same one each time that the same number is typed on the same machine.

use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use lync_model::rules::Mac;
use lync_phone::SignIn;
use std::hash::{BuildHasher, RandomState};

/// What tells this machine from others, the better first. Neither is in a journal or on the wire.
const MACHINE: [&str; 2] = ["/etc/machine-id", "/proc/sys/kernel/random/boot_id"];

/// By what the journal knows the phone again.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which phone")]
pub(super) struct HandsetArgs {
    /// Its hardware address [default: one of this machine and --ext, locally administered]
    #[arg(long, env = "LYNCMOCK_PHONE_MAC", value_name = "MAC")]
    mac: Option<Mac>,
    /// How it names itself when it asks for a certificate [default: derived from its hardware address]
    #[arg(long, env = "LYNCMOCK_PHONE_DEVICE_ID", value_name = "ID")]
    device_id: Option<String>,
}

impl HandsetArgs {
    /// The sign-in from this phone.
    pub(super) fn sign_in(&self, sign_in: SignIn, phone_or_ext: &str) -> SignIn {
        let Mac(mac) = self.mac.unwrap_or_else(|| Mac(own(phone_or_ext)));
        let sign_in = sign_in.hardware_address(mac);
        match &self.device_id {
            Some(device_id) => sign_in.device_id(device_id.as_str()),
            None => sign_in,
        }
    }
}

/// The address of this machine's phone with that number.
///
/// A PIN that was typed as a number must not be found out from it, so it is keyed with what only the machine knows; a
/// machine that tells nothing has another phone each time. Containers may share their machine's identity, not a name.
fn own(phone_or_ext: &str) -> [u8; 6] {
    let known = MACHINE.iter().filter_map(|path| std::fs::read_to_string(path).ok());
    let secret = known.map(|text| text.trim().to_owned()).find(|text| !text.is_empty());
    let secret = secret.unwrap_or_else(|| RandomState::new().hash_one(0).to_string());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    derived(secret.as_bytes(), host.trim(), phone_or_ext)
}

fn derived(secret: &[u8], host: &str, phone_or_ext: &str) -> [u8; 6] {
    let text = format!("lyncmock phone\0{host}\0{phone_or_ext}");
    let tag = sign(&Key::new(HMAC_SHA256, secret), text.as_bytes());
    let mut mac = [0x02, b'L', 0, 0, 0, 0]; // Locally administered.
    mac.iter_mut().skip(2).zip(tag.as_ref()).for_each(|(octet, byte)| *octet = *byte);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_on_a_machine_is_one_phone_and_others_are_others() {
        let phone = derived(b"key", "host", "1219");
        assert_eq!(phone[..2], [0x02, b'L']);
        assert_eq!(derived(b"key", "host", "1219"), phone);
        for other in [
            derived(b"key", "host", "1400"),
            derived(b"key", "other", "1219"),
            derived(b"other", "host", "1219"),
        ] {
            assert_ne!(other, phone);
        }
        assert_eq!(own("1219"), own("1219"));
    }
}
