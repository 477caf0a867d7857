//! Where a pool listens, once every socket is bound. The JSON form is an interface: tests and scripts read it.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The real addresses of a running pool.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Endpoints {
    /// FQDN of the pool.
    pub fqdn: String,
    /// `host:port` of the DHCP component; the first when there are several, `null` when it is off or on interfaces only.
    pub dhcp: Option<SocketAddr>,
    /// Base URL of the HTTP listener, for instance `http://127.0.0.1:10080`.
    pub http: String,
    /// Base URL of the HTTPS listener.
    pub https: String,
    /// URL of the user-PIN service.
    pub userpin: String,
    /// Base URL of the admin API.
    pub admin: Option<String>,
    /// A file with the root certificate, PEM.
    pub ca_pem: PathBuf,
}

impl Endpoints {
    /// One line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("addresses and paths of this process are UTF-8")
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// When the text is none.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Writes [`to_json`](Self::to_json) to `path`, whole or not at all: whoever sees the file can read it.
    ///
    /// # Errors
    /// When the file cannot be written, or when something else is there: only an older file of this kind is replaced.
    pub fn write_to(&self, path: &Path) -> std::io::Result<()> {
        match std::fs::symlink_metadata(path) {
            Ok(there) if !there.is_file() => return Err(std::io::Error::other("it is no regular file")),
            Ok(_) if !is_ready_file(path) => return Err(std::io::Error::other("another file is there")),
            _ => {}
        }
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        // Nothing in it is secret, and who waits for it may be another user.
        let everybody = std::fs::Permissions::from_mode(0o644);
        let mut file = tempfile::Builder::new()
            .permissions(everybody)
            .tempfile_in(directory.unwrap_or(Path::new(".")))?;
        std::io::Write::write_all(&mut file, format!("{}\n", self.to_json()).as_bytes())?;
        file.persist(path)?;
        Ok(())
    }

    /// Removes the file that [`write_to`](Self::write_to) wrote, unless another pool has put its own there meanwhile.
    pub(crate) fn remove_from(&self, path: &Path) {
        let ours = std::fs::read_to_string(path).is_ok_and(|text| text.trim_end() == self.to_json());
        if ours && std::fs::remove_file(path).is_err() {
            tracing::warn!(path = %path.display(), "the ready file could not be removed");
        }
    }
}

/// Whether a pool wrote this file.
fn is_ready_file(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| Endpoints::from_json(&text).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_form_is_what_scripts_read() {
        let endpoints = Endpoints {
            fqdn: "atl-cs-001.litwareinc.com".to_owned(),
            dhcp: Some("127.0.0.1:10067".parse().unwrap()),
            http: "http://127.0.0.1:10080".to_owned(),
            https: "https://127.0.0.1:10443".to_owned(),
            userpin: "https://127.0.0.1:10444/LiveServer/UserPinService".to_owned(),
            admin: None,
            ca_pem: "/tmp/ca.pem".into(),
        };
        expect_test::expect![[r#"{"fqdn":"atl-cs-001.litwareinc.com","dhcp":"127.0.0.1:10067","http":"http://127.0.0.1:10080","https":"https://127.0.0.1:10443","userpin":"https://127.0.0.1:10444/LiveServer/UserPinService","admin":null,"ca_pem":"/tmp/ca.pem"}"#]]
        .assert_eq(&endpoints.to_json());
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ready.json");
        endpoints.write_to(&file).unwrap();
        let read = Endpoints::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(read, endpoints);
        // A second pool may take the place; then it is not ours to remove.
        let second = Endpoints { http: "http://127.0.0.1:1".to_owned(), ..endpoints.clone() };
        second.write_to(&file).unwrap();
        endpoints.remove_from(&file);
        assert!(file.exists());
        second.remove_from(&file);
        assert!(!file.exists());
    }

    #[test]
    fn nothing_but_an_older_ready_file_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let endpoints = Endpoints {
            fqdn: String::new(),
            dhcp: None,
            http: String::new(),
            https: String::new(),
            userpin: String::new(),
            admin: None,
            ca_pem: "ca.pem".into(),
        };
        let precious = dir.path().join("precious");
        std::fs::write(&precious, "precious").unwrap();
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&precious, &link).unwrap();
        for place in [dir.path().to_owned(), precious.clone(), link, dir.path().join("nowhere/ready.json")] {
            assert!(endpoints.write_to(&place).is_err(), "{}", place.display());
        }
        assert_eq!(std::fs::read_to_string(precious).unwrap(), "precious");
    }
}
