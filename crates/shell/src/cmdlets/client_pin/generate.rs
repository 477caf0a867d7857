//! A PIN that nobody chose.

use crate::refusal;
use lync_model::{LineUri, Pin, PinPolicy};
use lync_powershell::ErrorRecord;
use zeroize::Zeroizing;

/// How often a PIN that the policy refuses is made anew. Of PINs of four digits, the shortest, one in forty is a common
/// pattern or so.
const MAX_ATTEMPTS: usize = 200;

/// A random PIN as short as the policy allows.
///
/// # Errors
/// There are no random numbers, or the policy takes none of many PINs.
pub(super) fn pin(policy: &PinPolicy, line: Option<&LineUri>) -> Result<Pin, ErrorRecord> {
    for _ in 0..MAX_ATTEMPTS {
        let pin = Pin::new(digits(usize::from(policy.min_password_length))?);
        if policy.check_new_pin(&pin, line).is_ok() {
            return Ok(pin);
        }
    }
    Err(refusal::conflict("No PIN could be made that the PIN policy takes."))
}

fn digits(length: usize) -> Result<String, ErrorRecord> {
    let mut digits = Zeroizing::new(String::with_capacity(length));
    let mut bytes = Zeroizing::new([0_u8; 64]);
    while digits.len() < length {
        aws_lc_rs::rand::fill(bytes.as_mut_slice())
            .map_err(|_| refusal::conflict("There are no random numbers."))?;
        // 250 is the greatest multiple of ten in a byte: without the rest each digit is as likely as the other.
        let even = bytes.iter().filter(|byte| **byte < 250).map(|byte| char::from(b'0' + byte % 10));
        let missing = length - digits.len();
        digits.extend(even.take(missing));
    }
    Ok(std::mem::take(&mut *digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_made_pin_meets_the_policy_and_is_another_each_time() {
        let line: LineUri = "tel:+14255551219;ext=51219".parse().unwrap();
        for min_password_length in [4, 5, 10, 24] {
            let policy = PinPolicy { min_password_length, ..PinPolicy::default() };
            let made: HashSet<_> =
                (0..50).map(|_| pin(&policy, Some(&line)).unwrap().expose().to_owned()).collect();
            assert!(made.len() > 40, "{}", made.len());
            for digits in made {
                assert_eq!(digits.len(), usize::from(min_password_length));
                assert_eq!(policy.check_new_pin(&Pin::new(digits), Some(&line)), Ok(()));
            }
        }
    }

    #[test]
    fn every_digit_comes_up() {
        let digits = digits(2000).unwrap();
        for digit in '0'..='9' {
            let times = digits.chars().filter(|found| *found == digit).count();
            assert!((120..280).contains(&times), "{digit}: {times}");
        }
    }
}
