//! Argon2id over PINs: which cost, on which thread, in which memory.

use crate::StoreError;
use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::password_hash::try_generate_salt;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use lync_model::Pin;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Hashes of at most this many KiB, counting each pass, are computed where they are asked for.
///
/// Measured: the cheapest hash takes 17 µs in place and 32 µs by way of another thread.
const INLINE_KIB: u32 = 64;

/// What a new PIN hash costs an attacker, and us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashCost {
    /// 19 MiB, two passes, as OWASP's password storage cheat sheet advises: about 15 ms.
    Owasp,
    /// 8 KiB, one pass, the least that argon2 has: about 15 µs. For stores that nobody can steal.
    Cheapest,
}

impl HashCost {
    fn params(self) -> Params {
        let (memory_kib, passes) = match self {
            Self::Owasp => (19_456, 2),
            Self::Cheapest => (8, 1),
        };
        Params::new(memory_kib, passes, 1, None).expect("both are within argon2's ranges")
    }
}

/// Hashes PINs and compares them with hashes. Clones share memory and limit.
#[derive(Clone)]
pub(crate) struct Hasher {
    params: Params,
    workshop: Arc<Workshop>,
    /// As many hashes at a time as there are cores: more would only wait for each other, each in its own memory.
    permits: Arc<Semaphore>,
    /// A hash of a PIN that nobody has, see [`pretend`](Self::pretend).
    decoy: String,
}

/// Memory that is used again. Blocks of 19 MiB that one thread frees, glibc does not give to the next: without this,
/// 800 hashes on 64 threads hold gigabytes.
#[derive(Default)]
struct Workshop {
    idle: Mutex<Vec<Vec<Block>>>,
}

impl Hasher {
    pub(crate) fn new(cost: HashCost) -> Result<Self, StoreError> {
        let params = cost.params();
        let workshop = Arc::<Workshop>::default();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        // Hashing the decoy would cost every start 15 ms; its output need not belong to any PIN.
        let decoy =
            phc(&params, Salt::new(&salt()?).map_err(failed)?, Output::new(&[0; 32]).map_err(failed)?)?;
        Ok(Self { params, workshop, permits: Arc::new(Semaphore::new(cores)), decoy })
    }

    /// Hashes a new PIN, as a PHC string.
    pub(crate) async fn hash(&self, pin: &Pin) -> Result<String, StoreError> {
        let params = self.params.clone();
        self.run(&self.params, pin, move |workshop, pin| {
            let salt = Salt::new(&salt()?).map_err(failed)?;
            let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
            workshop.compute(Algorithm::Argon2id, Version::V0x13, params.clone(), (pin, &salt), &mut out)?;
            phc(&params, salt, Output::new(&out).map_err(failed)?)
        })
        .await
    }

    /// A hash that no PIN is known to have; comparing with it costs what comparing with any other does.
    pub(crate) fn nobodys(&self) -> Result<String, StoreError> {
        let random = [salt()?, salt()?].concat();
        phc(&self.params, Salt::new(&salt()?).map_err(failed)?, Output::new(&random).map_err(failed)?)
    }

    /// Whether this PIN has this hash; its parameters, not today's, count.
    pub(crate) async fn verify(&self, pin: &Pin, phc: &str) -> Result<bool, StoreError> {
        let hash = PasswordHash::new(phc).map_err(|_| StoreError::Corrupt("a PIN hash"))?;
        let params = Params::try_from(&hash).map_err(|_| StoreError::Corrupt("a PIN hash"))?;
        self.run(&params, pin, move |workshop, pin| workshop.verify(pin, &hash)).await
    }

    /// Takes as long as [`verify`](Self::verify) where there is nothing to compare with, so that the time of an
    /// answer does not tell which numbers have a PIN.
    ///
    /// It hides that much and no more: several users of one number, and PINs hashed at another cost, still show.
    pub(crate) async fn pretend(&self, pin: &Pin) -> Result<(), StoreError> {
        self.verify(pin, &self.decoy).await.map(drop)
    }

    /// From now on every hash that is not computed in place fails.
    #[cfg(test)]
    pub(crate) fn forbid(&self) {
        self.permits.close();
    }

    /// Runs `work` here if it is as quick as leaving, else on a thread where it holds up no other task.
    async fn run<T, F>(&self, params: &Params, pin: &Pin, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Workshop, &Pin) -> Result<T, StoreError> + Send + 'static,
    {
        if params.m_cost().saturating_mul(params.t_cost()) <= INLINE_KIB {
            return work(&self.workshop, pin);
        }
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(failed)?;
        let (workshop, pin) = (Arc::clone(&self.workshop), pin.clone());
        let task = spawn_blocking(move || {
            // Goes back when the work is done, even if nobody waits for it any more.
            let _permit = permit;
            work(&workshop, &pin)
        });
        task.await.map_err(failed)?
    }
}

impl Workshop {
    fn verify(&self, pin: &Pin, hash: &PasswordHash) -> Result<bool, StoreError> {
        let corrupt = || StoreError::Corrupt("a PIN hash");
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| corrupt())?;
        let version =
            hash.version.map_or(Ok(Version::default()), Version::try_from).map_err(|_| corrupt())?;
        let params = Params::try_from(hash).map_err(|_| corrupt())?;
        let (salt, expected) = hash.salt.as_ref().zip(hash.hash.as_ref()).ok_or_else(corrupt)?;
        let mut buffer = [0; Output::MAX_LENGTH];
        let out = buffer.get_mut(..expected.len()).ok_or_else(corrupt)?;
        self.compute(algorithm, version, params, (pin, salt), out)?;
        // `Output` compares in constant time.
        Ok(Output::new(out).map_err(failed)? == *expected)
    }

    fn compute(
        &self,
        algorithm: Algorithm,
        version: Version,
        params: Params,
        (pin, salt): (&Pin, &Salt),
        out: &mut [u8],
    ) -> Result<(), StoreError> {
        let mut blocks = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        if blocks.len() < params.block_count() {
            blocks.resize(params.block_count(), Block::default());
        }
        let argon2 = Argon2::new(algorithm, version, params);
        let done = argon2.hash_password_into_with_memory(pin.expose().as_bytes(), salt, out, &mut blocks);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(blocks);
        done.map_err(failed)
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher").field("params", &self.params).finish_non_exhaustive()
    }
}

pub(crate) fn salt() -> Result<[u8; 16], StoreError> {
    try_generate_salt().map_err(failed)
}

fn phc(params: &Params, salt: Salt, hash: Output) -> Result<String, StoreError> {
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(failed)?,
        salt: Some(salt),
        hash: Some(hash),
    };
    Ok(hash.to_string())
}

/// Whether this is a hash that can be verified, at no more than an own hash costs.
///
/// Whoever loads hashes from elsewhere could otherwise make each sign-in take all the memory there is.
pub(crate) fn check(text: &str) -> Result<(), StoreError> {
    const MOST: HashCost = HashCost::Owasp;
    let refused = |what: &str| StoreError::Hash(format!("{what}, where argon2 as a PHC string is expected"));
    let hash = PasswordHash::new(text).map_err(|_| refused("no hash"))?;
    Algorithm::try_from(hash.algorithm.as_str()).map_err(|_| refused("another algorithm"))?;
    if hash.salt.is_none() || hash.hash.is_none() {
        return Err(refused("a hash without its salt or its value"));
    }
    let params = Params::try_from(&hash).map_err(|_| refused("parameters that cannot be read"))?;
    let most = MOST.params();
    let dear =
        params.m_cost() > most.m_cost().saturating_mul(4) || params.t_cost() > 10 || params.p_cost() > 4;
    if dear { Err(refused("a hash that costs too much to verify")) } else { Ok(()) }
}

/// Errors of argon2 name a parameter or a length, never the password.
pub(crate) fn failed(error: impl fmt::Display) -> StoreError {
    StoreError::Hash(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::PasswordVerifier;

    fn pin(digits: &str) -> Pin {
        Pin::new(digits)
    }

    #[tokio::test]
    async fn hashes_are_argon2id_at_the_price_that_was_asked_and_another_verifier_agrees() {
        let cases = [
            (HashCost::Owasp, "$argon2id$v=19$m=19456,t=2,p=1$"),
            (HashCost::Cheapest, "$argon2id$v=19$m=8,t=1,p=1$"),
        ];
        for (cost, start) in cases {
            let phc = Hasher::new(cost).unwrap().hash(&pin("0712")).await.unwrap();
            assert!(phc.starts_with(start), "{phc}");
            assert!(Argon2::default().verify_password(b"0712", phc.as_str()).is_ok());
            assert!(Argon2::default().verify_password(b"0713", phc.as_str()).is_err());
        }
    }

    #[tokio::test]
    async fn a_hash_brings_its_own_parameters() {
        let (dear, cheap) = (Hasher::new(HashCost::Owasp).unwrap(), Hasher::new(HashCost::Cheapest).unwrap());
        let (dear_phc, cheap_phc) =
            (dear.hash(&pin("0712")).await.unwrap(), cheap.hash(&pin("0712")).await.unwrap());
        for (hasher, phc) in
            [(&dear, &cheap_phc), (&cheap, &dear_phc), (&dear, &dear_phc), (&cheap, &cheap_phc)]
        {
            assert!(hasher.verify(&pin("0712"), phc).await.unwrap());
            assert!(!hasher.verify(&pin("0721"), phc).await.unwrap());
        }
    }

    #[tokio::test]
    async fn two_hashes_of_one_pin_differ() {
        let hasher = Hasher::new(HashCost::Cheapest).unwrap();
        assert_ne!(hasher.hash(&pin("0712")).await.unwrap(), hasher.hash(&pin("0712")).await.unwrap());
    }

    #[tokio::test]
    async fn the_decoy_costs_what_a_hash_costs_and_is_nobodys() {
        for cost in [HashCost::Owasp, HashCost::Cheapest] {
            let hasher = Hasher::new(cost).unwrap();
            let real = hasher.hash(&pin("0712")).await.unwrap();
            let parameters = |phc: &str| PasswordHash::new(phc).unwrap().params;
            assert_eq!(parameters(&hasher.decoy), parameters(&real));
            assert!(!hasher.verify(&pin("0712"), &hasher.decoy).await.unwrap());
            hasher.pretend(&pin("0712")).await.unwrap();
        }
    }

    #[tokio::test]
    async fn nobodys_hash_is_a_hash_of_the_usual_cost_and_each_time_another() {
        let hasher = Hasher::new(HashCost::Cheapest).unwrap();
        let (first, second) = (hasher.nobodys().unwrap(), hasher.nobodys().unwrap());
        assert_ne!(first, second);
        let real = hasher.hash(&pin("0712")).await.unwrap();
        assert_eq!((first.len(), first.split('$').nth(3)), (real.len(), real.split('$').nth(3)));
        for digits in ["", "0712", "0000"] {
            assert!(!hasher.verify(&pin(digits), &first).await.unwrap());
        }
    }

    #[tokio::test]
    async fn what_is_no_hash_is_an_error_and_shows_no_pin() {
        let hasher = Hasher::new(HashCost::Cheapest).unwrap();
        for phc in [
            "",
            "0712",
            "$argon2id$",
            "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ",
            "$scrypt$ln=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNo",
        ] {
            let error = hasher.verify(&pin("0712"), phc).await.unwrap_err();
            assert!(!format!("{error} {error:?}").contains("0712"), "{phc}");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn memory_is_bounded_by_the_cores() {
        let hasher = Arc::new(Hasher::new(HashCost::Owasp).unwrap());
        let tasks: Vec<_> = (0..16)
            .map(|_| {
                let hasher = Arc::clone(&hasher);
                tokio::spawn(async move { hasher.pretend(&pin("0712")).await.unwrap() })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        let idle = hasher.workshop.idle.lock().unwrap().len();
        let cores = std::thread::available_parallelism().unwrap().get();
        assert!((1..=cores).contains(&idle), "{idle} blocks of memory on {cores} cores");
    }
}
