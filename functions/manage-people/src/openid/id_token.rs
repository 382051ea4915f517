//! ID tokens, checked as OpenID Connect Core 1.0 has it in section 3.1.3.7. The signature is the library's to check, and
//! all that a token says is checked here: time is an argument, and the library would read the machine's clock.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey, Validation,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

/// What tokens may be signed with. `none` signs nothing, and HS256 would make the client's secret a key.
const ALGORITHMS: [Algorithm; 2] = [Algorithm::RS256, Algorithm::ES256];

/// Clocks differ by a little.
const LEEWAY: SignedDuration = SignedDuration::from_mins(1);

/// The longest address that mail can be sent to, in bytes (RFC 5321).
const LONGEST_EMAIL: usize = 254;

/// What a token has to say.
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: Timestamp,
}

/// What is wrong with a token: a sentence's end, about the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotValid {
    /// Not a token, or one that lacks something.
    #[error("it can't be read")]
    Unreadable,
    /// Another algorithm, or an extension that has to be understood.
    #[error("it is not signed with RS256 or ES256")]
    Algorithm,
    /// Another's key, or a forged signature.
    #[error("no key of the provider signed it")]
    Key,
    /// Another provider's.
    #[error("it is from another issuer")]
    Issuer,
    /// For another program of the same provider.
    #[error("it is for another client")]
    Audience,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Of another sign-in, so it may have been stolen.
    #[error("it belongs to another sign-in")]
    Nonce,
}

/// What a token says.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: i64,
    nonce: Option<String>,
    #[serde(flatten)]
    pub(super) address: Address,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A person's address, as a token or the provider's user info has it.
#[derive(Debug, Deserialize)]
pub(super) struct Address {
    email: Option<String>,
    /// A boolean. Some providers write it as text.
    email_verified: Option<Value>,
}

impl Address {
    /// Whether all is said that there is to say. A provider may leave the rest to its user info.
    pub(super) fn is_whole(&self) -> bool {
        self.email.is_some() && self.email_verified.is_some()
    }

    /// The address, in lower case.
    pub(super) fn email(&self) -> Option<String> {
        let email = self.email.as_deref()?;
        let is_address = email.len() <= LONGEST_EMAIL
            && email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
            && !email.chars().any(|c| c.is_control() || c.is_whitespace());
        is_address.then(|| email.to_lowercase())
    }

    /// Whether the provider says that it has verified the address. Saying nothing is no: at some providers, people can
    /// write any address into their account.
    pub(super) fn is_verified(&self) -> bool {
        match &self.email_verified {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }
}

/// What a token says, if one of these keys signed it and all of it is as expected.
///
/// # Errors
/// When anything is not.
pub(super) fn verify(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Claims, NotValid> {
    let claims = signed(token, keys)?;
    if claims.iss != expected.issuer {
        return Err(NotValid::Issuer);
    }
    let (names_client, are_several) = match &claims.aud {
        Audience::One(client) => (client == expected.client_id, false),
        Audience::Several(clients) => (clients.iter().any(|client| client == expected.client_id), clients.len() > 1),
    };
    // Of several, the token says for whom it was made.
    let is_for_us = claims.azp.as_ref().map_or(!are_several, |client| client == expected.client_id);
    if !names_client || !is_for_us {
        return Err(NotValid::Audience);
    }
    let until = Timestamp::from_second(claims.exp).map_err(|_| NotValid::Unreadable)?;
    if expected.now.duration_since(until) > LEEWAY {
        return Err(NotValid::Expired);
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err(NotValid::Nonce);
    }
    Ok(claims)
}

/// What a token says that one of these keys signed.
fn signed(token: &str, keys: &[Jwk]) -> Result<Claims, NotValid> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| NotValid::Unreadable)?;
    if !ALGORITHMS.contains(&header.alg) || header.crit.is_some() {
        return Err(NotValid::Algorithm);
    }
    let mut validation = Validation::new(header.alg);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let is_named = |key: &&Jwk| header.kid.is_none() || key.common.key_id == header.kid;
    let said = keys.iter().filter(|key| fits(key, header.alg)).filter(is_named).find_map(|key| {
        let key = DecodingKey::from_jwk(key).ok()?;
        Some(jsonwebtoken::decode::<Value>(token, &key, &validation).ok()?.claims)
    });
    serde_json::from_value(said.ok_or(NotValid::Key)?).map_err(|_| NotValid::Unreadable)
}

/// Whether a key is one for signatures of this algorithm. The token names the algorithm, so the key has to agree.
fn fits(key: &Jwk, algorithm: Algorithm) -> bool {
    let is_for_signatures = matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let is_for_algorithm = key.common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(algorithm));
    let is_of_kind = match &key.algorithm {
        AlgorithmParameters::RSA(_) => algorithm == Algorithm::RS256,
        AlgorithmParameters::EllipticCurve(key) => algorithm == Algorithm::ES256 && key.curve == EllipticCurve::P256,
        _ => false,
    };
    is_for_signatures && is_for_algorithm && is_of_kind
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
    };
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{EncodingKey, Header};
    use serde_json::json;

    use super::*;

    const NOW: &str = "2026-11-21T04:31:07Z";

    fn expected() -> Expected<'static> {
        Expected {
            issuer: "https://login.example.cn",
            client_id: "aftertaste",
            nonce: "a nonce",
            now: NOW.parse().unwrap(),
        }
    }

    fn claims() -> Value {
        let now: Timestamp = NOW.parse().unwrap();
        json!({"iss": "https://login.example.cn", "aud": "aftertaste", "sub": "7", "nonce": "a nonce",
               "exp": now.as_second() + 300, "iat": now.as_second(),
               "email": "Lin@Example.cn", "email_verified": true})
    }

    fn with(name: &str, value: Value) -> Value {
        let mut claims = claims();
        claims[name] = value;
        claims
    }

    /// A key, and what a provider publishes of it.
    fn key(id: &str) -> (EncodingKey, Jwk) {
        let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let key = EncodingKey::from_ec_der(pair.as_ref());
        let mut jwk = Jwk::from_encoding_key(&key, Algorithm::ES256).unwrap();
        jwk.common.key_id = Some(id.into());
        (key, jwk)
    }

    fn token(claims: &Value, id: &str, key: &EncodingKey) -> String {
        let header = Header { kid: Some(id.into()), ..Header::new(Algorithm::ES256) };
        jsonwebtoken::encode(&header, claims, key).unwrap()
    }

    #[test]
    fn a_token_holds_for_its_issuer_client_sign_in_and_time() {
        let (signing, published) = key("1");
        let keys = [key("0").1, published];
        let verify = |claims: &Value| verify(&token(claims, "1", &signing), &keys, &expected());
        let held = verify(&claims()).unwrap();
        assert_eq!((held.sub.as_str(), held.address.email().as_deref()), ("7", Some("lin@example.cn")));
        assert!(held.address.is_verified());
        assert!(verify(&with("aud", json!(["aftertaste"]))).is_ok());

        let now = expected().now.as_second();
        assert!(verify(&with("exp", json!(now - 60))).is_ok(), "clocks differ by a little");
        for (name, value, wrong) in [
            ("iss", json!("https://login.example.cn/"), NotValid::Issuer),
            ("iss", json!(["https://login.example.cn"]), NotValid::Unreadable),
            ("aud", json!("another"), NotValid::Audience),
            ("aud", json!([]), NotValid::Audience),
            ("aud", json!(["aftertaste", "another"]), NotValid::Audience),
            ("azp", json!("another"), NotValid::Audience),
            ("exp", json!(now - 61), NotValid::Expired),
            ("exp", json!(null), NotValid::Unreadable),
            ("nonce", json!("another nonce"), NotValid::Nonce),
            ("nonce", json!(null), NotValid::Nonce),
            ("sub", json!(null), NotValid::Unreadable),
        ] {
            assert_eq!(verify(&with(name, value.clone())).err(), Some(wrong), "{name} {value}");
        }
        let mut several = with("aud", json!(["another", "aftertaste"]));
        several["azp"] = json!("aftertaste");
        assert!(verify(&several).is_ok());
    }

    #[test]
    fn only_a_key_of_the_provider_signs() {
        let ((signing, published), (_, other)) = (key("1"), key("1"));
        let made = token(&claims(), "1", &signing);
        let verified = |token: &str, keys: &[Jwk]| verify(token, keys, &expected()).err();
        assert_eq!(verified(&made, &[other.clone(), published.clone()]), None);
        assert_eq!(verified(&made, &[other]), Some(NotValid::Key));
        assert_eq!(verified(&made, &[]), Some(NotValid::Key));
        assert_eq!(verified(&token(&claims(), "2", &signing), &[published.clone()]), Some(NotValid::Key));
        let changed = format!("{}A", &made[..made.len() - 1]);
        assert!(changed == made || verified(&changed, &[published.clone()]) == Some(NotValid::Key));

        let mut for_secrets = published.clone();
        for_secrets.common.public_key_use = Some(PublicKeyUse::Encryption);
        assert_eq!(verified(&made, &[for_secrets]), Some(NotValid::Key));
        let mut for_others = published;
        for_others.common.key_algorithm = Some(KeyAlgorithm::ES384);
        assert_eq!(verified(&made, &[for_others]), Some(NotValid::Key));
    }

    #[test]
    fn what_is_not_signed_by_the_provider_is_refused_before_any_key_is_tried() {
        let (signing, published) = key("1");
        let keys = [published];
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        let unsigned = format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims()));
        assert_eq!(verify(&unsigned, &keys, &expected()).err(), Some(NotValid::Unreadable));
        let secret = EncodingKey::from_secret(b"the client's secret");
        let by_secret = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims(), &secret).unwrap();
        assert_eq!(verify(&by_secret, &keys, &expected()).err(), Some(NotValid::Algorithm));
        let extended = Header { crit: Some(vec!["x".into()]), ..Header::new(Algorithm::ES256) };
        let extended = jsonwebtoken::encode(&extended, &claims(), &signing).unwrap();
        assert_eq!(verify(&extended, &keys, &expected()).err(), Some(NotValid::Algorithm));
        for odd in ["", ".", "..", "a.b.c", "é"] {
            assert_eq!(verify(odd, &keys, &expected()).err(), Some(NotValid::Unreadable), "{odd}");
        }
    }

    #[test]
    fn an_address_counts_when_the_provider_says_that_it_is_verified() {
        let address = |json: Value| serde_json::from_value::<Address>(json).unwrap();
        for (said, verified) in [
            (json!(true), true),
            (json!("true"), true),
            (json!(false), false),
            (json!("false"), false),
            (json!(1), false),
            (json!(null), false),
        ] {
            assert_eq!(address(json!({"email": "a@b", "email_verified": said})).is_verified(), verified, "{said}");
        }
        assert!(!address(json!({"email": "a@b"})).is_verified());
        for none in [json!("a"), json!("@b"), json!("a@"), json!("a @b"), json!("a@b\n"), json!(null)] {
            assert_eq!(address(json!({"email": none})).email(), None, "{none}");
        }
    }
}
