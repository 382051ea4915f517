//! Keys that a provider's signatures are checked with, read once: RSA PKCS#1 v1.5 with SHA-256.

use aws_lc_rs::{
    digest::{SHA256, digest},
    encoding::{AsDer, PublicKeyX509Der},
    rsa::PublicEncryptingKey,
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256},
};
use rustls_pki_types::{CertificateDer, SubjectPublicKeyInfoDer, pem::PemObject};
use webpki::EndEntityCert;

/// How many keys an account has. Each costs a check, and providers have two at a time.
pub(crate) const MOST_KEYS: usize = 4;

/// A provider's public key.
pub(crate) struct RsaKey(ParsedPublicKey);

/// The parts of a certificate that are needed. Whether it has expired is not checked: the person who configured it
/// chose to trust it.
pub(crate) struct Certificate {
    /// Its serial as the certificate writes it: big-endian, perhaps with a zero byte in front.
    pub serial: Vec<u8>,
    /// Its subject, as DER.
    pub subject: Vec<u8>,
    /// The key that it certifies.
    pub key: RsaKey,
}

impl RsaKey {
    /// The key in a `SubjectPublicKeyInfo`; none for anything else, and for keys below 2048 bits.
    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        // The key for signatures checks its length only when it is used, which would refuse every notice without a
        // reason. The key for encryption checks at once. Both pass over what follows, as another key would.
        let checked: PublicKeyX509Der = PublicEncryptingKey::from_der(der).ok()?.as_der().ok()?;
        if checked.as_ref() != der {
            return None;
        }
        ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der).ok().map(Self)
    }

    /// The first `PUBLIC KEY` of a PEM.
    pub(crate) fn from_pem(pem: &str) -> Option<Self> {
        Self::from_der(&SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).ok()?)
    }

    /// Whether a signature is this key's, of this very message.
    pub(crate) fn fits(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

/// Whether a signature is any key's, of this very message. The message is gone through once, however many there are.
pub(crate) fn fits_any(keys: &[RsaKey], message: &[u8], signature: &[u8]) -> bool {
    let digest = digest(&SHA256, message);
    keys.iter().any(|key| key.0.verify_digest_sig(&digest, signature).is_ok())
}

/// All certificates of a PEM, which may contain a chain; none when it has none, or one that can't be read.
pub(crate) fn certificates(pem: &str) -> Option<Vec<Certificate>> {
    let read = |der: &CertificateDer| {
        let certificate = EndEntityCert::try_from(der).ok()?;
        Some(Certificate {
            serial: certificate.serial().to_vec(),
            subject: certificate.subject().to_vec(),
            key: RsaKey::from_der(&certificate.subject_public_key_info())?,
        })
    };
    let all: Option<Vec<_>> = CertificateDer::pem_slice_iter(pem.as_bytes()).map(|der| read(&der.ok()?)).collect();
    all.filter(|certificates| !certificates.is_empty())
}
