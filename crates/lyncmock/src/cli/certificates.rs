//! `lyncmock certificates`: the certificate store of the front end, as the console shows it.

use super::output::print;
use super::server::ServerArgs;
use anyhow::Context;
use clap::{Args, Subcommand};
use lync_admin::Client;
use lync_admin::dto::{Certificate, CertificateStore};
use lync_proto::format_instant;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// `lyncmock certificates …`
#[derive(Args)]
pub(super) struct CertificatesArgs {
    #[command(subcommand)]
    command: CertificatesCommand,
}

#[derive(Subcommand)]
enum CertificatesCommand {
    /// List the trusted authorities of the front end, with issuer, serial number and valid from
    List {
        /// Only those of this store
        #[arg(long, value_name = "STORE")]
        store: Option<Store>,
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// List the authorities above the certificate that is assigned to the front end, root first
    Assigned {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Export one as DER-encoded X.509
    Export {
        #[command(flatten)]
        which: Which,
        /// The file to write; nothing is overwritten
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Import one, DER or PEM
    Import {
        /// The store
        #[arg(long, value_name = "STORE", default_value = "root")]
        store: Store,
        /// The file
        file: PathBuf,
        #[command(flatten)]
        server: ServerArgs,
    },
    /// Delete one
    Delete {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        server: ServerArgs,
    },
}

/// One certificate of a store.
#[derive(Args)]
struct Which {
    /// The store
    #[arg(long, value_name = "STORE", default_value = "root")]
    store: Store,
    /// Its serial number or its thumbprint, in hex
    #[arg(value_name = "SERIAL|THUMBPRINT")]
    name: String,
}

/// A store of authorities, by the last word of its name in Windows.
#[derive(clap::ValueEnum, Clone, Copy)]
enum Store {
    /// Trusted Root Certification Authorities
    Root,
    /// Intermediate Certification Authorities
    Intermediate,
}

impl From<Store> for CertificateStore {
    fn from(store: Store) -> Self {
        match store {
            Store::Root => Self::Root,
            Store::Intermediate => Self::Intermediate,
        }
    }
}

pub(super) async fn run(arguments: CertificatesArgs) -> anyhow::Result<ExitCode> {
    match arguments.command {
        CertificatesCommand::List { store, json, server } => {
            let all = server.client()?.certificates(store.map(CertificateStore::from)).await?;
            print(shown(&all, json)?)?;
        }
        CertificatesCommand::Assigned { json, server } => {
            let mut all = server.client()?.certificates(None).await?;
            all.retain(|certificate| certificate.pool);
            print(shown(&all, json)?)?;
        }
        CertificatesCommand::Export { which, out, server } => {
            let client = server.client()?;
            let found = which.find(&client).await?;
            let der = client.certificate(found.store, &found.thumbprint).await?;
            write_new(&out, &der)?;
            print(format!("exported: {} to {}\n", found.serial_number, out.display()))?;
        }
        CertificatesCommand::Import { store, file, server } => {
            let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
            let added = server.client()?.add_certificate(store.into(), &bytes).await?;
            print(format!("imported: {} {}\n", added.serial_number, added.subject))?;
        }
        CertificatesCommand::Delete { which, server } => {
            let client = server.client()?;
            let found = which.find(&client).await?;
            client.remove_certificate(found.store, &found.thumbprint).await?;
            print(format!("deleted: {} {}\n", found.serial_number, found.subject))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Which {
    async fn find(&self, client: &Client) -> anyhow::Result<Certificate> {
        let plain = |text: &str| text.replace([':', ' '], "").to_ascii_lowercase();
        let name = plain(&self.name);
        let all = client.certificates(Some(self.store.into())).await?;
        let mut found = all.into_iter().filter(|certificate| {
            plain(&certificate.serial_number) == name || plain(&certificate.thumbprint) == name
        });
        let first = found.next().with_context(|| format!("no certificate has the number {}", self.name))?;
        anyhow::ensure!(found.next().is_none(), "more than one has this number; give the thumbprint");
        Ok(first)
    }
}

fn write_new(path: &std::path::Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = std::fs::File::options().write(true).create_new(true).open(path);
    let mut file = file.with_context(|| path.display().to_string())?;
    std::io::Write::write_all(&mut file, bytes).with_context(|| path.display().to_string())
}

fn shown(all: &[Certificate], json: bool) -> anyhow::Result<String> {
    if json {
        return Ok(format!("{}\n", serde_json::to_string(all)?));
    }
    let mut text = String::new();
    for certificate in all {
        let _ = writeln!(
            text,
            "Store         : {}\nIssued to     : {}\nIssued by     : {}\nSerial number : {}\nValid from    : {}\n\
             Valid to      : {}\nThumbprint    : {}\n",
            certificate.store,
            certificate.subject,
            certificate.issuer,
            certificate.serial_number,
            format_instant(certificate.valid_from),
            format_instant(certificate.valid_to),
            certificate.thumbprint
        );
    }
    Ok(text)
}
