//! The one TLS configuration that everything which leaves this machine shares.
//!
//! Certificates are always checked, there is no switch against it. Trusted are the system's roots (`SSL_CERT_FILE` and
//! `SSL_CERT_DIR` name others, as everywhere) and, beside them, a certificate authority of the user's own.
//!
//! The system has some hundred roots, and to read them takes longer than to start this program. They are read when the first
//! certificate is to be checked; until then they cost nothing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_native_certs::CertificateResult;

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

/// The system's roots, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name: one reading for the process.
static SYSTEM: LazyLock<CertificateResult> = LazyLock::new(rustls_native_certs::load_native_certs);

/// What to do about a certificate whose issuer is unknown, to stand behind the error.
pub fn unknown_issuer_advice() -> String {
    format!(
        "; if the server has a certificate authority of its own, name its PEM file by --ca-file (or in SSL_CERT_FILE){}",
        unread(&SYSTEM)
    )
}

/// Why fewer roots are trusted than the user believes.
fn unread(system: &CertificateResult) -> String {
    match system.errors.first() {
        Some(error) => {
            format!("; the certificates of the system, or of SSL_CERT_FILE or SSL_CERT_DIR, could not be read: {error}")
        }
        None if system.certs.is_empty() => {
            "; no certificate was found, neither the system's nor in what SSL_CERT_FILE or SSL_CERT_DIR name".to_owned()
        }
        None => String::new(),
    }
}

/// A client configuration that trusts the system's roots and the certificates in `extra_ca` (PEM).
///
/// A machine without any root certificate is not an error here: it becomes one when a connection is tried.
pub fn client_config(extra_ca: Option<&Path>) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let authorities = extra_ca.map_or(Ok(Vec::new()), authorities)?;
    let verifier = Arc::new(Verifier { provider: provider.clone(), authorities, inner: OnceLock::new() });
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Provider(error.to_string()))?;
    // Nothing is left unchecked: a verifier of one's own is `dangerous` whatever it does, and this one is rustls's.
    Ok(Arc::new(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()))
}

/// The certificates in a file.
fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let refuse = |reason: String| TlsError::Authority { path: path.to_owned(), reason };
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| refuse(error.to_string()))?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(|error| refuse(error.to_string()))?;
    let mut usable = RootCertStore::empty();
    for certificate in &certificates {
        usable.add(certificate.clone()).map_err(|error| refuse(error.to_string()))?;
    }
    if certificates.is_empty() { Err(refuse("it holds no certificate".into())) } else { Ok(certificates) }
}

/// What rustls does with a store of roots, with one that is read late.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Trusted beside the system's roots.
    authorities: Vec<CertificateDer<'static>>,
    inner: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
}

impl Verifier {
    /// `None` on a machine without roots.
    fn with_roots(&self) -> Option<Arc<WebPkiServerVerifier>> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(SYSTEM.certs.iter().cloned());
        roots.add_parsable_certificates(self.authorities.iter().cloned());
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), self.provider.clone()).build().ok()
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match self.inner.get_or_init(|| self.with_roots()) {
            Some(inner) => inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_without_roots_still_has_a_configuration() {
        assert!(client_config(None).is_ok());
    }

    #[test]
    fn roots_that_could_not_be_read_are_told_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let (absent, empty) = (folder.path().join("absent.pem"), folder.path().join("empty.pem"));
        std::fs::write(&empty, "no certificate\n").unwrap();
        let told = |path: &Path| unread(&rustls_native_certs::load_certs_from_paths(Some(path), None));
        assert!(told(&absent).contains("SSL_CERT_FILE") && told(&absent).contains("absent.pem"), "{}", told(&absent));
        assert!(told(&empty).contains("no certificate was found"), "{}", told(&empty));
        let authority = rcgen::generate_simple_self_signed(vec!["mail.test".to_owned()]).unwrap();
        let mut system = CertificateResult::default();
        system.certs.push(authority.cert.der().clone());
        assert_eq!(unread(&system), "");
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
