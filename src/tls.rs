//! The one TLS configuration that everything which leaves this machine shares.
//!
//! Certificates are always checked, there is no switch against it. Trusted are the system's roots (`SSL_CERT_FILE` and
//! `SSL_CERT_DIR` name others, as everywhere) and, beside them, a certificate authority of the user's own.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why there is no TLS configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsError {
    /// The file given as an additional certificate authority cannot be used.
    Authority { path: PathBuf, reason: String },
    /// The crypto provider offers no protocol version that we speak.
    Provider(String),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Authority { path, reason } => {
                write!(f, "cannot use {} as a certificate authority: {reason}; give a PEM file", path.display())
            }
            Self::Provider(reason) => write!(f, "cannot set up TLS: {reason}"),
        }
    }
}

impl std::error::Error for TlsError {}

/// A client configuration that trusts the system's roots and the certificates in `extra_ca` (PEM).
///
/// A machine without any root certificate is not an error here: it becomes one when a connection is tried.
pub fn client_config(extra_ca: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = extra_ca {
        add_authority(&mut roots, path)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Provider(error.to_string()))?;
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}

fn add_authority(roots: &mut RootCertStore, path: &Path) -> Result<(), TlsError> {
    let refuse = |reason: String| TlsError::Authority { path: path.to_owned(), reason };
    let before = roots.len();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| refuse(error.to_string()))? {
        let certificate = certificate.map_err(|error| refuse(error.to_string()))?;
        roots.add(certificate).map_err(|error| refuse(error.to_string()))?;
    }
    if roots.len() == before { Err(refuse("it holds no certificate".into())) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_roots_still_has_a_configuration() {
        assert!(client_config(None).is_ok());
    }

    #[test]
    fn an_authority_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "no certificate\n").unwrap();
        for (path, reason) in [(&empty, "no certificate"), (&folder.path().join("absent.pem"), "absent.pem")] {
            let error = client_config(Some(path)).unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains("PEM"), "{error}");
        }
    }
}
