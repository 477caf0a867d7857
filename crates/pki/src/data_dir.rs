//! The directory in which a pool's keys are kept: each file is there whole or not at all.

use crate::PkiError;
use crate::error::FileProblem;
use pem::{EncodeConfig, LineEnding, Pem};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// Bigger than any file that is kept here, in bytes.
const MAX_LEN: u64 = 64 * 1024;
/// What the files begin with while they are written. One that a kill left behind is never read.
const TEMPORARY: &str = ".unfinished-";

/// A directory that exists.
#[derive(Debug)]
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// Makes the directory if it is not there; only its owner may enter one that is made here.
    pub(crate) fn open(path: &Path) -> Result<Self, PkiError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|cause| failed(path, cause))?;
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The PEM blocks of a file with keys; nothing if there is no such file.
    pub(crate) fn read_private(&self, name: &str) -> Result<Option<Vec<Pem>>, PkiError> {
        let path = self.path(name);
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            Err(cause) => return Err(failed(&path, cause)),
        };
        check_permissions(&file, &path)?;
        let mut text = Zeroizing::new(Vec::new());
        let length = file.take(MAX_LEN + 1).read_to_end(&mut text).map_err(|cause| failed(&path, cause))?;
        let problem = match u64::try_from(length) {
            Ok(length) if length <= MAX_LEN => match pem::parse_many(text.as_slice()) {
                Ok(blocks) => return Ok(Some(blocks)),
                Err(error) => FileProblem::NotPem(error.to_string()),
            },
            _ => FileProblem::TooLong(MAX_LEN + 1),
        };
        Err(PkiError::Contents { path, problem })
    }

    /// Writes a file with keys unless it is there; says whether it was written.
    pub(crate) fn create_private(&self, name: &str, blocks: &[Pem]) -> Result<bool, PkiError> {
        let path = self.path(name);
        match self.unfinished(blocks)?.persist_noclobber(&path) {
            Ok(_) => self.settle().map(|()| true),
            Err(refused) if refused.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(refused) => Err(failed(&path, refused.error)),
        }
    }

    /// Writes a file with keys, in the place of an earlier one if there is one.
    pub(crate) fn replace_private(&self, name: &str, blocks: &[Pem]) -> Result<(), PkiError> {
        self.replace(name, self.unfinished(blocks)?)
    }

    /// Makes sure that a file for everybody to read has these blocks. One that has them is left alone.
    pub(crate) fn publish(&self, name: &str, blocks: &[Pem]) -> Result<(), PkiError> {
        let mut found = Vec::new();
        let read = File::open(self.path(name)).and_then(|file| file.take(MAX_LEN).read_to_end(&mut found));
        if read.is_ok() && found == to_text(blocks).as_bytes() {
            return Ok(());
        }
        let file = self.unfinished(blocks)?;
        #[cfg(unix)]
        {
            let everybody = std::os::unix::fs::PermissionsExt::from_mode(0o644);
            file.as_file().set_permissions(everybody).map_err(|cause| failed(file.path(), cause))?;
        }
        self.replace(name, file)
    }

    fn replace(&self, name: &str, file: NamedTempFile) -> Result<(), PkiError> {
        let path = self.path(name);
        file.persist(&path).map_err(|refused| failed(&path, refused.error))?;
        self.settle()
    }

    /// A finished file under a temporary name, mode 0600 (tempfile's own), on the disk.
    fn unfinished(&self, blocks: &[Pem]) -> Result<NamedTempFile, PkiError> {
        let text = to_text(blocks);
        let mut file = tempfile::Builder::new()
            .prefix(TEMPORARY)
            .tempfile_in(&self.0)
            .map_err(|cause| failed(&self.0, cause))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.as_file().sync_all())
            .map_err(|cause| failed(file.path(), cause))?;
        Ok(file)
    }

    /// Brings the rename to the disk, too.
    fn settle(&self) -> Result<(), PkiError> {
        #[cfg(unix)]
        File::open(&self.0)
            .and_then(|directory| directory.sync_all())
            .map_err(|cause| failed(&self.0, cause))?;
        Ok(())
    }
}

fn to_text(blocks: &[Pem]) -> Zeroizing<String> {
    Zeroizing::new(pem::encode_many_config(blocks, EncodeConfig::new().set_line_ending(LineEnding::LF)))
}

fn failed(path: &Path, cause: std::io::Error) -> PkiError {
    PkiError::File { path: path.to_owned(), cause }
}

#[cfg(unix)]
fn check_permissions(file: &File, path: &Path) -> Result<(), PkiError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(|cause| failed(path, cause))?.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(PkiError::Permissions { path: path.to_owned(), mode }) }
}

#[cfg(not(unix))]
fn check_permissions(_file: &File, _path: &Path) -> Result<(), PkiError> {
    // The directory's access list decides there.
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn block(content: u8) -> Vec<Pem> {
        vec![Pem::new("PRIVATE KEY", [content; 70])]
    }

    #[test]
    fn files_are_their_owners_alone_and_leave_nothing_beside_them() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("deep/pki");
        let dir = DataDir::open(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
        assert!(dir.create_private("a.pem", &block(1)).unwrap());
        assert!(!dir.create_private("a.pem", &block(2)).unwrap());
        assert_eq!(dir.read_private("a.pem").unwrap().unwrap(), block(1));
        dir.replace_private("a.pem", &block(3)).unwrap();
        assert_eq!(dir.read_private("a.pem").unwrap().unwrap(), block(3));
        dir.publish("b.pem", &block(4)).unwrap();
        assert_eq!((mode(&dir.path("a.pem")), mode(&dir.path("b.pem"))), (0o600, 0o644));
        assert_eq!(fs::read_dir(&path).unwrap().count(), 2);
        assert!(DataDir::open(&path).unwrap().read_private("c.pem").unwrap().is_none());
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let parent = tempfile::tempdir().unwrap();
        let dir = DataDir::open(parent.path()).unwrap();
        dir.publish("a.pem", &block(1)).unwrap();
        let error = dir.read_private("a.pem").unwrap_err();
        assert!(matches!(error, PkiError::Permissions { mode: 0o644, .. }), "{error}");
        assert!(error.to_string().contains("mode 0644; run `chmod 600`"), "{error}");
    }

    #[test]
    fn what_is_no_file_and_what_is_too_long_is_said() {
        let parent = tempfile::tempdir().unwrap();
        let dir = DataDir::open(parent.path()).unwrap();
        fs::DirBuilder::new().create(dir.path("a.pem")).unwrap();
        fs::set_permissions(dir.path("a.pem"), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(matches!(dir.read_private("a.pem"), Err(PkiError::File { .. })));
        assert!(matches!(dir.replace_private("a.pem", &block(1)), Err(PkiError::File { .. })));
        dir.replace_private("b.pem", &[Pem::new("PRIVATE KEY", vec![0; 70_000])]).unwrap();
        let error = dir.read_private("b.pem").unwrap_err();
        assert!(matches!(error, PkiError::Contents { problem: FileProblem::TooLong(_), .. }), "{error}");
        fs::write(dir.path("not-a-directory"), "").unwrap();
        assert!(matches!(DataDir::open(&dir.path("not-a-directory")), Err(PkiError::File { .. })));
    }
}
