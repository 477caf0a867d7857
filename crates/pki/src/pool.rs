//! The pool's PKI, in memory or kept in a directory.

use crate::authorities::{Authorities, AuthorityNames};
use crate::data_dir::DataDir;
use crate::{KeyKind, PkiError, PoolNames, ServerIdentity, ServerNames, ServerProfile, client};
use lync_model::ports::{
    CertificateAuthority, CertificateRefused, CertificateRequest, CheckedCertificate, CsrError,
    IssuedCertificate,
};
use lync_proto::pkcs7::CertificateBag;
use pem::{EncodeConfig, LineEnding, Pem};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt;
use std::path::Path;
use time::OffsetDateTime;

/// Both authorities with their keys, and the ticket keys.
const AUTHORITY_FILE: &str = "authority.pem";
/// The server certificate, its chain and its key.
const SERVER_FILE: &str = "server.pem";
/// The root certificate, for those who have to trust it.
const ROOT_FILE: &str = "root.pem";

/// A pool's root, its issuing authority, its server certificate and its ticket keys.
///
/// `Debug` shows names and fingerprint, never a key.
pub struct Pool {
    authorities: Authorities,
    server: ServerIdentity,
    chain_pkcs7: Vec<u8>,
}

impl Pool {
    /// A new PKI that lives as long as this value.
    ///
    /// With [`KeyKind::P256`] it takes about a millisecond.
    pub fn generate(names: &PoolNames, kind: KeyKind, now: OffsetDateTime) -> Result<Self, PkiError> {
        Self::generate_named(&AuthorityNames::random()?, names, kind, now)
    }

    /// Another PKI whose authorities have the same names as this one's but other keys.
    ///
    /// Whoever trusts one of the two and meets the other sees the right name and a signature that does not hold.
    pub fn lookalike(&self, names: &PoolNames, now: OffsetDateTime) -> Result<Self, PkiError> {
        Self::generate_named(&self.authorities.names(), names, self.key_kind(), now)
    }

    /// The PKI that is kept in a directory; on the first start one is made there.
    ///
    /// The directory holds `authority.pem` and `server.pem` with private keys (mode 0600) and `root.pem` for everybody.
    /// Each file is written whole or not at all, and two processes that start at once end with the same authority.
    /// The server certificate is issued anew when the names change or less than 30 days of it are left. A file
    /// that cannot be used is an error and never overwritten.
    pub fn open(dir: &Path, names: &PoolNames, kind: KeyKind, now: OffsetDateTime) -> Result<Self, PkiError> {
        let dir = DataDir::open(dir)?;
        let blocks = match dir.read_private(AUTHORITY_FILE)? {
            Some(blocks) => blocks,
            None => first_start(&dir, names, kind, now)?,
        };
        let path = dir.path(AUTHORITY_FILE);
        let authorities = Authorities::from_pem(blocks)
            .map_err(|problem| PkiError::Contents { path: path.clone(), problem })?;
        check_kept(&authorities, &path, kind, now)?;
        let server = open_server(&dir, &authorities, names, now)?;
        let pool = Self::assemble(authorities, server);
        dir.publish(ROOT_FILE, &[pool.root_pem()])?;
        Ok(pool)
    }

    /// A new server certificate with a new key by this pool's issuing authority.
    ///
    /// The profile may be expired, not yet valid, or for other names: that is what scenarios are made of.
    pub fn issue_server(&self, profile: &ServerProfile) -> Result<ServerIdentity, PkiError> {
        ServerIdentity::issue(&self.authorities.issuing, &self.key_kind().generate()?, profile)
    }

    /// A server certificate with a new key that signed itself, as somebody may have assigned by mistake.
    pub fn self_signed_server(&self, profile: &ServerProfile) -> Result<ServerIdentity, PkiError> {
        ServerIdentity::self_signed(&self.key_kind().generate()?, profile)
    }

    /// The kind of all its keys.
    pub fn key_kind(&self) -> KeyKind {
        self.authorities.key_kind()
    }

    /// The pool's own server certificate.
    pub fn server(&self) -> &ServerIdentity {
        &self.server
    }

    /// The server certificate and the issuing authority's, as TLS sends them.
    pub fn server_chain(&self) -> &[CertificateDer<'static>] {
        self.server.chain()
    }

    /// The private key of the server certificate.
    pub fn server_key(&self) -> PrivateKeyDer<'static> {
        self.server.key()
    }

    /// The root certificate.
    pub fn root_der(&self) -> &CertificateDer<'static> {
        self.authorities.root.certificate()
    }

    /// The issuing authority's certificate, which the root signed.
    pub fn issuing_der(&self) -> &CertificateDer<'static> {
        self.authorities.issuing.certificate()
    }

    /// The root certificate as PEM: all that a client has to trust.
    pub fn ca_pem(&self) -> String {
        pem::encode_config(&self.root_pem(), EncodeConfig::new().set_line_ending(LineEnding::LF))
    }

    /// SHA-256 over the root certificate, in upper-case hex with colons, as OpenSSL and browsers show it.
    pub fn root_fingerprint_sha256(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, self.root_der());
        let bytes: Vec<_> = digest.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
        bytes.join(":")
    }

    /// The private key that signs web tickets, PKCS#8. It is used for nothing else.
    pub fn ticket_signing_pkcs8(&self) -> &[u8] {
        self.authorities.ticket.signing_pkcs8()
    }

    /// The public key that verifies web tickets, SubjectPublicKeyInfo.
    pub fn ticket_signing_spki(&self) -> &[u8] {
        self.authorities.ticket.public_key()
    }

    /// The AES-256 key under which web tickets carry their proof key.
    pub fn ticket_wrapping_key(&self) -> &[u8; 32] {
        self.authorities.ticket.wrapping()
    }

    fn generate_named(
        authorities: &AuthorityNames,
        names: &PoolNames,
        kind: KeyKind,
        now: OffsetDateTime,
    ) -> Result<Self, PkiError> {
        let [root, issuing, ticket, server] = kind.generate_many()?;
        let authorities = Authorities::generate(authorities, [root, issuing, ticket], now)?;
        let server = ServerIdentity::issue(&authorities.issuing, &server, &ServerProfile::new(names, now))?;
        Ok(Self::assemble(authorities, server))
    }

    fn assemble(authorities: Authorities, server: ServerIdentity) -> Self {
        let certificates =
            [&authorities.root, &authorities.issuing].map(|ca| ca.certificate().to_vec()).to_vec();
        Self { authorities, server, chain_pkcs7: CertificateBag { certificates }.encode() }
    }

    fn root_pem(&self) -> Pem {
        Pem::new("CERTIFICATE", self.root_der().as_ref())
    }
}

/// Makes the authority. If another process was faster, its authority is the one that counts.
fn first_start(
    dir: &DataDir,
    names: &PoolNames,
    kind: KeyKind,
    now: OffsetDateTime,
) -> Result<Vec<Pem>, PkiError> {
    let fresh = Pool::generate(names, kind, now)?;
    let blocks = fresh.authorities.to_pem();
    if dir.create_private(AUTHORITY_FILE, &blocks)? {
        tracing::info!(root = fresh.authorities.root.common_name(), "certification authority made");
        dir.replace_private(SERVER_FILE, &fresh.server.to_pem())?;
        return Ok(blocks);
    }
    // It was there a moment ago; if it is gone again, its blocks are missing and from_pem says so.
    Ok(dir.read_private(AUTHORITY_FILE)?.unwrap_or_default())
}

fn check_kept(
    authorities: &Authorities,
    path: &Path,
    asked: KeyKind,
    now: OffsetDateTime,
) -> Result<(), PkiError> {
    let (kept, validity) = (authorities.key_kind(), authorities.validity());
    if kept != asked {
        return Err(PkiError::KeyKind { path: path.to_owned(), kept, asked });
    }
    if !validity.contains(now) {
        let (from, until) = (validity.not_before, validity.not_after);
        return Err(PkiError::OutOfDate { path: path.to_owned(), from, until, now });
    }
    Ok(())
}

/// The kept server certificate, or a new one in its place.
fn open_server(
    dir: &DataDir,
    authorities: &Authorities,
    names: &PoolNames,
    now: OffsetDateTime,
) -> Result<ServerIdentity, PkiError> {
    if let Some(blocks) = dir.read_private(SERVER_FILE)? {
        let kept = ServerIdentity::from_pem(blocks, &authorities.issuing)
            .map_err(|problem| PkiError::Contents { path: dir.path(SERVER_FILE), problem })?;
        if kept.serves(&ServerNames::from(names), now)? {
            return Ok(kept);
        }
        tracing::info!(fqdn = names.fqdn, "server certificate issued anew: names changed or expiry is near");
    }
    let key = authorities.key_kind().generate()?;
    let server = ServerIdentity::issue(&authorities.issuing, &key, &ServerProfile::new(names, now))?;
    dir.replace_private(SERVER_FILE, &server.to_pem())?;
    Ok(server)
}

impl CertificateAuthority for Pool {
    fn issue(&self, request: &CertificateRequest<'_>) -> Result<IssuedCertificate, CsrError> {
        client::issue(&self.authorities.issuing, request)
    }

    fn chain_pkcs7(&self) -> Vec<u8> {
        self.chain_pkcs7.clone()
    }

    fn check(
        &self,
        certificate: &[u8],
        now: OffsetDateTime,
    ) -> Result<CheckedCertificate, CertificateRefused> {
        client::check(&self.authorities.issuing, certificate, now)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("root", &self.authorities.root.common_name())
            .field("root_fingerprint_sha256", &self.root_fingerprint_sha256())
            .field("key_kind", &self.key_kind())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{NOW, fixture, names, pool};
    use crate::{FileProblem, authority};
    use std::fs;
    use tempfile::TempDir;
    use time::Duration;

    fn open(dir: &TempDir) -> Result<Pool, PkiError> {
        Pool::open(dir.path(), &names(), KeyKind::P256, NOW)
    }

    /// Everything that makes two pools the same.
    fn identity(pool: &Pool) -> (String, Vec<u8>, Vec<u8>, Vec<u8>, [u8; 32]) {
        (
            pool.ca_pem(),
            pool.chain_pkcs7(),
            pool.server_key().secret_der().to_vec(),
            pool.ticket_signing_pkcs8().to_vec(),
            *pool.ticket_wrapping_key(),
        )
    }

    fn kept() -> TempDir {
        let dir = tempfile::tempdir().unwrap();
        open(&dir).unwrap();
        dir
    }

    fn refusal(dir: &TempDir) -> String {
        let before = files(dir);
        let error = open(dir).expect_err("a refusal").to_string();
        assert_eq!(files(dir), before, "nothing is overwritten");
        error
    }

    fn files(dir: &TempDir) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    /// Exchanges a file's text and keeps its mode.
    fn edit(dir: &TempDir, name: &str, change: impl Fn(String) -> String) {
        let path = dir.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, change(text)).unwrap();
    }

    #[test]
    fn pools_have_names_that_nobody_mistakes_and_keys_of_their_own() {
        let (one, two) = (pool(), pool());
        let (root, issuing) = (one.authorities.names().root, one.authorities.names().issuing);
        let id = root.strip_prefix("lyncmock Root CA ").expect("the root's name");
        assert!(id.len() == 8 && issuing == format!("lyncmock Issuing CA {id}"), "{root}, {issuing}");
        assert_ne!(one.authorities.names(), two.authorities.names());
        assert_ne!(one.ticket_wrapping_key(), two.ticket_wrapping_key());
        assert_ne!(one.root_fingerprint_sha256(), two.root_fingerprint_sha256());
    }

    #[test]
    fn a_lookalike_has_the_names_and_not_the_keys() {
        let pool = pool();
        let other = pool.lookalike(&names(), NOW).unwrap();
        assert_eq!(other.authorities.names(), pool.authorities.names());
        assert_ne!(other.root_der(), pool.root_der());
        let leaf = authority::parse(&other.server_chain()[0]).unwrap();
        assert!(!pool.authorities.issuing.signed(&leaf));
        assert!(other.authorities.issuing.signed(&leaf));
    }

    #[test]
    fn the_chain_has_the_root_first_and_no_server_certificate() {
        let pool = pool();
        let chain = lync_proto::pkcs7::certificates_in_pkcs7(&pool.chain_pkcs7()).unwrap();
        assert_eq!(chain, [pool.root_der().to_vec(), pool.issuing_der().to_vec()]);
        let handshake = pool.server_chain();
        assert_eq!((handshake.len(), &handshake[1]), (2, pool.issuing_der()));
    }

    #[test]
    fn a_kept_pool_is_the_same_on_its_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let first = open(&dir).unwrap();
        let written = files(&dir);
        let second = open(&dir).unwrap();
        assert_eq!(identity(&first), identity(&second));
        assert_eq!(files(&dir), written);
        let names: Vec<_> = written.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["authority.pem", "root.pem", "server.pem"]);
        assert_eq!(written[1].1, first.ca_pem().as_bytes());
        let user = "sip:kenmyer@litwareinc.com".parse().unwrap();
        let csr = &fixture("rsa2048-sha1");
        let request = CertificateRequest {
            csr,
            user: &user,
            now: NOW,
            validity: Duration::HOUR,
            key_size: 1024..=4096,
        };
        let certificate = first.issue(&request).unwrap();
        assert!(second.check(&certificate.der, NOW).is_ok());
        assert!(first.check(&second.issue(&request).unwrap().der, NOW).is_ok());
    }

    #[test]
    fn rsa_pools_are_kept_too() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Pool::open(dir.path(), &names(), KeyKind::Rsa2048, NOW).unwrap();
        let (first, second) = (open(), open());
        assert_eq!((first.key_kind(), identity(&first)), (KeyKind::Rsa2048, identity(&second)));
    }

    #[test]
    fn other_names_or_a_near_expiry_bring_a_new_server_certificate_by_the_same_authority() {
        let dir = kept();
        let first = open(&dir).unwrap();
        let renamed = PoolNames::new("pool2.litwareinc.com", "litwareinc.com");
        let second = Pool::open(dir.path(), &renamed, KeyKind::P256, NOW).unwrap();
        assert_eq!(second.root_der(), first.root_der());
        assert_ne!(second.server_chain()[0], first.server_chain()[0]);
        let third = Pool::open(dir.path(), &renamed, KeyKind::P256, NOW + Duration::days(710)).unwrap();
        assert_ne!(third.server_chain()[0], second.server_chain()[0]);
        let fourth = Pool::open(dir.path(), &renamed, KeyKind::P256, NOW + Duration::days(711)).unwrap();
        assert_eq!(fourth.server_chain(), third.server_chain());
    }

    #[test]
    fn what_a_kill_left_behind_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(".unfinished-aB3xYz"), "-----BEGIN CERTIFICATE-----\nMIIB").unwrap();
        let first = open(&dir).unwrap();
        // Killed between the two files: the authority is there, its server certificate is not.
        fs::remove_file(dir.path().join("server.pem")).unwrap();
        fs::remove_file(dir.path().join("root.pem")).unwrap();
        let second = open(&dir).unwrap();
        assert_eq!(second.root_der(), first.root_der());
        assert_eq!(files(&dir).len(), 4);
    }

    #[test]
    fn starts_side_by_side_end_with_one_authority() {
        let dir = tempfile::tempdir().unwrap();
        let pools: Vec<_> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(|| open(&dir).unwrap())).collect();
            starts.into_iter().map(|start| start.join().unwrap()).collect()
        });
        assert!(pools.iter().all(|pool| pool.ca_pem() == pools[0].ca_pem()));
        assert_eq!(open(&dir).unwrap().ca_pem(), pools[0].ca_pem());
    }

    #[test]
    fn spoilt_files_are_named_and_left_alone() {
        for (name, change, expected) in [
            ("authority.pem", "cut", "authority.pem holds the blocks [CERTIFICATE, PRIVATE KEY] where"),
            ("authority.pem", "empty", "authority.pem holds the blocks [] where [CERTIFICATE, PRIVATE KEY,"),
            ("authority.pem", "broken", "authority.pem is no PEM"),
            ("server.pem", "cut", "server.pem holds the blocks [CERTIFICATE] where"),
            (
                "server.pem",
                "empty",
                "server.pem holds the blocks [] where [CERTIFICATE, CERTIFICATE, PRIVATE KEY]",
            ),
        ] {
            let dir = kept();
            edit(&dir, name, |text| match change {
                "cut" => text[..text.len() / 2].to_owned(),
                "broken" => text.replacen("MII", "M!I", 1),
                _ => String::new(),
            });
            let error = refusal(&dir);
            assert!(error.contains(expected), "{name}, {change}: {error}");
            assert!(error.ends_with("put back the file, or remove it to have a new one made"), "{error}");
        }
    }

    #[test]
    fn files_of_another_pool_are_refused() {
        let (dir, other) = (kept(), kept());
        fs::copy(other.path().join("server.pem"), dir.path().join("server.pem")).unwrap();
        let error = refusal(&dir);
        assert!(
            error.contains("server.pem holds a server certificate that the authority above it did not sign"),
            "{error}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn keys_that_others_may_read_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        for name in ["authority.pem", "server.pem"] {
            let dir = kept();
            fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(0o640)).unwrap();
            let error = refusal(&dir);
            assert!(error.contains(name) && error.contains("mode 0640"), "{error}");
        }
    }

    #[test]
    fn a_kept_authority_of_another_kind_or_time_is_refused() {
        let dir = kept();
        let rsa = Pool::open(dir.path(), &names(), KeyKind::Rsa2048, NOW).unwrap_err();
        assert!(
            matches!(rsa, PkiError::KeyKind { kept: KeyKind::P256, asked: KeyKind::Rsa2048, .. }),
            "{rsa}"
        );
        for now in [NOW - Duration::days(2), NOW + Duration::days(3651)] {
            let error = Pool::open(dir.path(), &names(), KeyKind::P256, now).unwrap_err();
            assert!(matches!(error, PkiError::OutOfDate { .. }), "{error}");
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused_before_anything_is_written() {
        let dir = tempfile::tempdir().unwrap();
        let names = PoolNames::new("atl cs", "litwareinc.com");
        let error = Pool::open(dir.path(), &names, KeyKind::P256, NOW).unwrap_err();
        assert!(matches!(error, PkiError::Name { .. }), "{error}");
        assert_eq!(files(&dir), []);
    }

    #[test]
    fn no_error_and_no_debug_shows_a_key() {
        let pool = pool();
        let shown = format!("{pool:?} {:?} {:?}", pool.authorities.ticket, pool.server());
        assert!(shown.contains(&pool.root_fingerprint_sha256()), "{shown}");
        let blocks = [pool.authorities.to_pem(), pool.server.to_pem()].concat();
        for block in blocks.iter().filter(|block| block.tag() != "CERTIFICATE") {
            let key = block.contents();
            let private = &key[key.len() / 3..key.len() / 3 + 8];
            let hex: String = private.iter().map(|byte| format!("{byte:02x}")).collect();
            let list = format!("{private:?}");
            let list = list.trim_matches(['[', ']']);
            assert!(!shown.to_lowercase().contains(&hex) && !shown.contains(list), "{}", block.tag());
        }
        let problem = Authorities::from_pem(blocks).err().expect("too many blocks");
        assert!(matches!(problem, FileProblem::Blocks { .. }));
    }

    #[test]
    fn a_pool_can_be_shared_between_threads() {
        fn shared<T: Send + Sync + 'static>() {}
        shared::<Pool>();
    }
}
