//! What the mail ports show to who asks for TLS: a certificate for this machine, signed by a CA of the sandbox's own.
//!
//! The CA's key signs this one certificate and is forgotten: who trusts the CA trusts the sandbox and nothing else.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType};
use rcgen::{ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::{NamedTempFile, TempDir};
use tokio_rustls::TlsAcceptor;

use super::SandboxError;

/// In the state folder: the key, its certificate and the CA's.
const IDENTITY: &str = "tls.pem";
/// Beside it, for clients: the CA's certificate alone.
const CA: &str = "ca.pem";

pub struct Tls {
    pub acceptor: TlsAcceptor,
    /// PEM file of the CA.
    pub ca: PathBuf,
    /// A sandbox in memory keeps the CA's file for as long as it runs.
    _temporary: Option<TempDir>,
}

impl Tls {
    /// The identity kept in `state`; a new one if there is none.
    pub fn prepare(state: Option<&Path>) -> Result<Self, SandboxError> {
        let temporary = match state {
            Some(_) => None,
            None => {
                let made = tempfile::Builder::new().prefix("onramp-sandbox-").tempdir();
                Some(made.map_err(|source| SandboxError::StateFolder { path: std::env::temp_dir(), source })?)
            }
        };
        let folder = temporary.as_ref().map(TempDir::path).or(state).unwrap_or(Path::new("."));
        let (path, ca) = (folder.join(IDENTITY), folder.join(CA));
        let failed = |source| SandboxError::StateFolder { path: path.clone(), source };
        let identity = match std::fs::read(&path) {
            Ok(kept) => kept,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let made = generate().map_err(|error| failed(io::Error::other(error)))?;
                if temporary.is_none() {
                    write(folder, &path, &made, 0o600).map_err(failed)?;
                }
                made
            }
            Err(error) => return Err(failed(error)),
        };
        let damaged = |reason| SandboxError::CertificateDamaged { path: path.clone(), reason };
        let (config, authority) = read(&identity).map_err(damaged)?;
        write(folder, &ca, pem("CERTIFICATE", &authority).as_bytes(), 0o644).map_err(failed)?;
        // Clients may stand elsewhere.
        let ca = std::path::absolute(ca).map_err(failed)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), ca, _temporary: temporary })
    }
}

/// Key, certificate and CA, as PEM.
fn generate() -> Result<Vec<u8>, rcgen::Error> {
    let named = |name: &str| {
        let mut names = DistinguishedName::new();
        names.push(DnType::CommonName, name);
        names
    };
    let mut authority = CertificateParams::default();
    authority.distinguished_name = named("onramp sandbox CA");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let mut server = CertificateParams::new(["127.0.0.1", "localhost"].map(str::to_owned))?;
    server.distinguished_name = named("onramp sandbox");
    server.use_authority_key_identifier_extension = true;
    server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let server = server.signed_by(&key, &authority)?;
    let all = [
        pem("PRIVATE KEY", key.serialized_der()),
        pem("CERTIFICATE", server.der()),
        pem("CERTIFICATE", authority.der()),
    ];
    Ok(all.concat().into_bytes())
}

/// The server's side of TLS, and the CA's certificate.
fn read(identity: &[u8]) -> Result<(ServerConfig, CertificateDer<'static>), String> {
    let said = |error: rustls::pki_types::pem::Error| error.to_string();
    let key = PrivateKeyDer::from_pem_slice(identity).map_err(said)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(identity).collect::<Result<_, _>>().map_err(said)?;
    let [_, authority] = chain.as_slice() else { return Err("it must hold two certificates".to_owned()) };
    let authority = authority.clone();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.and_then(|versions| versions.with_no_client_auth().with_single_cert(chain, key));
    Ok((config.map_err(|error| error.to_string())?, authority))
}

fn pem(label: &str, der: &[u8]) -> String {
    let encoded = STANDARD.encode(der);
    let lines = encoded.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line) + "\n");
    format!("-----BEGIN {label}-----\n{}-----END {label}-----\n", lines.collect::<String>())
}

/// Whole or not at all.
fn write(folder: &Path, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut file = NamedTempFile::new_in(folder)?;
    file.as_file().set_permissions(Permissions::from_mode(mode))?;
    file.write_all(bytes)?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_folder_keeps_its_ca_for_all_and_nobody_else_reads_the_key() {
        let state = tempfile::tempdir().unwrap();
        let ca = |tls: &Tls| std::fs::read_to_string(&tls.ca).unwrap();
        let first = Tls::prepare(Some(state.path())).unwrap();
        let (kept, path) = (ca(&first), state.path().join(IDENTITY));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&first.ca)), (0o600, 0o644));
        assert!(!kept.contains("PRIVATE"));
        assert_eq!(ca(&Tls::prepare(Some(state.path())).unwrap()), kept);
        std::fs::write(&path, kept).unwrap();
        let damaged = Tls::prepare(Some(state.path())).err().unwrap().to_string();
        assert!(damaged.contains("tls.pem"), "{damaged}");
    }

    #[test]
    fn in_memory_the_ca_is_another_each_time_and_goes_with_the_sandbox() {
        let (one, other) = (Tls::prepare(None).unwrap(), Tls::prepare(None).unwrap());
        assert_ne!(std::fs::read(&one.ca).unwrap(), std::fs::read(&other.ca).unwrap());
        let path = one.ca.clone();
        drop(one);
        assert!(!path.exists());
    }
}
