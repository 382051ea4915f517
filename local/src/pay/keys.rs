//! The keys of this machine's payment providers, and what they sign with them.

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    error::Unspecified,
    hmac,
    rand::SystemRandom,
    rsa::{KeyPair, KeySize},
    signature::{KeyPair as _, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{Data, Failure};

/// The name of their file.
const FILE: &str = "payments";

/// The keys that providers and merchants have. No provider but those of this machine knows any of them.
pub(crate) struct Keys {
    /// The key of providers who sign by RSA.
    rsa: KeyPair,
    secrets: Secrets,
}

/// How they are kept.
#[derive(Serialize, Deserialize)]
struct Secrets {
    /// The private key, as PKCS#8 in base64.
    rsa: String,
    /// WeChat Pay's name for the public key.
    public_key_id: String,
    /// The merchant's key of API v3 at WeChat Pay: 32 characters.
    api_v3_key: String,
    /// The secret of the endpoint at Stripe.
    stripe: String,
    /// The signature key of the subscription at Square.
    square: String,
    /// The secret of Standard Webhooks.
    standard: String,
    /// The key of a provider that a file describes and that does not sign by RSA: 32 bytes in base64.
    mapped: String,
}

impl Keys {
    /// The keys in a folder, made at first use.
    ///
    /// # Errors
    /// When they can't be made, kept or understood.
    pub fn of(data: &Data) -> Result<Self, Failure> {
        let text = data.kept(FILE, Self::drawn)?;
        Self::parse(&text).ok_or_else(|| {
            Failure(format!("{FILE}.json: these are no keys of payments. Remove the file, and new ones are made."))
        })
    }

    /// Keys drawn at random, as they are kept.
    pub fn drawn() -> Result<String, Failure> {
        let none = |_: Unspecified| Failure("The keys of the payment providers can't be made.".to_owned());
        let rsa: Pkcs8V1Der = KeyPair::generate(KeySize::Rsa2048).and_then(|pair| pair.as_der()).map_err(none)?;
        let secrets = Secrets {
            rsa: STANDARD.encode(rsa.as_ref()),
            public_key_id: format!("PUB_KEY_ID_0119000001092026{:016}", u64::from_be_bytes(random()?) >> 11),
            api_v3_key: in_hex(&random::<16>()?),
            stripe: format!("whsec_{}", in_hex(&random::<16>()?)),
            square: in_hex(&random::<16>()?),
            standard: format!("whsec_{}", STANDARD.encode(random::<32>()?)),
            mapped: STANDARD.encode(random::<32>()?),
        };
        serde_json::to_string(&secrets).map_err(|error| Failure(error.to_string()))
    }

    /// Keys as they are kept; none when they are not.
    pub fn parse(text: &str) -> Option<Self> {
        let secrets: Secrets = serde_json::from_str(text).ok()?;
        let rsa = KeyPair::from_pkcs8(&STANDARD.decode(&secrets.rsa).ok()?).ok()?;
        STANDARD.decode(&secrets.mapped).ok().filter(|bytes| !bytes.is_empty())?;
        Some(Self { rsa, secrets })
    }

    /// A signature by RSA with SHA-256, in base64.
    pub fn rsa_signature(&self, message: &[u8]) -> Result<String, Failure> {
        let mut signature = vec![0; self.rsa.public_modulus_len()];
        self.rsa
            .sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_: Unspecified| Failure("The notice can't be signed.".to_owned()))?;
        Ok(STANDARD.encode(signature))
    }

    /// The public key in base64, as Alipay's console shows one.
    pub fn public_key(&self) -> Result<String, Failure> {
        let der: Result<PublicKeyX509Der, Unspecified> = self.rsa.public_key().as_der();
        der.map(|der| STANDARD.encode(der.as_ref())).map_err(|_| Failure("The public key can't be written.".to_owned()))
    }

    /// The public key as a PEM.
    pub fn public_pem(&self) -> Result<String, Failure> {
        let mut pem = "-----BEGIN PUBLIC KEY-----\n".to_owned();
        for (at, letter) in self.public_key()?.chars().enumerate() {
            if at > 0 && at % 64 == 0 {
                pem.push('\n');
            }
            pem.push(letter);
        }
        Ok(pem + "\n-----END PUBLIC KEY-----\n")
    }

    /// WeChat Pay's name for the public key.
    pub fn public_key_id(&self) -> &str {
        &self.secrets.public_key_id
    }

    /// The merchant's key of API v3 at WeChat Pay.
    pub fn api_v3_key(&self) -> &str {
        &self.secrets.api_v3_key
    }

    /// The secret of the endpoint at Stripe.
    pub fn stripe(&self) -> &str {
        &self.secrets.stripe
    }

    /// The signature key of the subscription at Square.
    pub fn square(&self) -> &str {
        &self.secrets.square
    }

    /// The secret of Standard Webhooks.
    pub fn standard(&self) -> &str {
        &self.secrets.standard
    }

    /// The secret of a provider that is described by a file.
    pub fn mapped(&self) -> Vec<u8> {
        STANDARD.decode(&self.secrets.mapped).unwrap_or_default()
    }
}

/// HMAC with SHA-256.
pub(crate) fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message).as_ref().to_vec()
}

/// Bytes as hexadecimal digits.
pub(crate) fn in_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random bytes that nobody can guess.
fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map(|()| bytes)
        .map_err(|error| Failure(format!("The system gives no random numbers: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_made_at_first_use_and_stay_the_owners() {
        let folder = std::env::temp_dir().join(format!("aftertaste-pay-{}", uuid::Uuid::new_v4()));
        let data = Data::open(&folder).unwrap();
        let first = Keys::of(&data).unwrap();
        let again = Keys::of(&data).unwrap();
        assert_eq!(first.public_key().unwrap(), again.public_key().unwrap());
        assert_eq!((first.stripe(), first.mapped()), (again.stripe(), again.mapped()));
        let path = folder.join("payments.json");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // Nothing else is left, such as the draft.
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
        std::fs::write(&path, "{}").unwrap();
        let refused = Keys::of(&data).err().unwrap();
        assert_eq!(
            refused.to_string(),
            "payments.json: these are no keys of payments. Remove the file, and new ones are made."
        );
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
