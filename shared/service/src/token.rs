//! Grants as signed bearer tokens: JWT, HS256.

use domain::{
    Invalid,
    access::{Grant, Keyring, Permission},
};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// Why a token is no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotGranted {
    /// Not a token signed with this keyring's key, or one without the claims it needs.
    Unreadable,
    /// It was a grant once.
    Expired,
}

/// The token's claims (RFC 7519). `exp` is in seconds of the Unix epoch, `paid_within` in hours.
#[derive(Serialize, Deserialize)]
struct Claims {
    scope: String,
    sub: String,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_within: Option<u32>,
}

/// Writes the grant as a token.
///
/// # Errors
/// When the token library can't sign; with a 32-byte key it can.
pub fn sign(grant: &Grant, keyring: &Keyring) -> Result<String, Invalid> {
    let scope: Vec<String> = grant.permissions.iter().map(Permission::to_string).collect();
    let claims = Claims {
        scope: scope.join(" "),
        sub: grant.subject.clone(),
        exp: grant.expires.as_second(),
        paid_within: grant.paid_within,
    };
    let key = EncodingKey::from_secret(keyring.grants().bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|error| Invalid(error.to_string()))
}

/// Reads a token.
///
/// # Errors
/// When the token is not signed with this keyring's key, or has ended.
pub fn verify(token: &str, keyring: &Keyring, now: Timestamp) -> Result<Grant, NotGranted> {
    let mut validation = Validation::new(Algorithm::HS256);
    // The library would read the machine's clock; here time is an argument, checked below.
    validation.validate_exp = false;
    validation.set_required_spec_claims(&["exp", "sub"]);
    let key = DecodingKey::from_secret(keyring.grants().bytes());
    let claims = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| NotGranted::Unreadable)?.claims;
    let expires = Timestamp::from_second(claims.exp).map_err(|_| NotGranted::Unreadable)?;
    // A permission that this version doesn't know allows nothing; the others stand.
    let permissions = claims.scope.split_whitespace().filter_map(|text| text.parse().ok()).collect();
    if now >= expires {
        return Err(NotGranted::Expired);
    }
    Ok(Grant { permissions, subject: claims.sub, expires, paid_within: claims.paid_within })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use domain::access::Key;

    use super::*;

    fn keyring(byte: u8) -> Keyring {
        let key = || Key::from([byte; 32]);
        Keyring::new(1, BTreeMap::from([(1, key())]), key(), key()).unwrap()
    }

    fn grant(permissions: &[&str]) -> Grant {
        Grant {
            permissions: permissions.iter().map(|text| text.parse().unwrap()).collect(),
            subject: "till".into(),
            expires: "2026-12-01T00:00:00Z".parse().unwrap(),
            paid_within: Some(24),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_grant_survives_being_a_token_until_it_ends() {
        let token = sign(&grant(&["issue", "report:cn/east"]), &keyring(7)).unwrap();
        let read = |now, key| verify(&token, &keyring(key), at(now));
        assert_eq!(read("2026-11-30T23:59:59Z", 7), Ok(grant(&["issue", "report:cn/east"])));
        assert_eq!(read("2026-12-01T00:00:00Z", 7), Err(NotGranted::Expired));
        assert_eq!(read("2026-11-30T23:59:59Z", 8), Err(NotGranted::Unreadable));
    }

    #[test]
    fn a_token_that_names_another_algorithm_is_no_grant() {
        // {"alg":"none"} . {"scope":"admin","sub":"x","exp":4102444800} . (no signature)
        let none = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFkbWluIiwic3ViIjoieCIsImV4cCI6NDEwMjQ0NDgwMH0.";
        assert_eq!(verify(none, &keyring(7), at("2026-11-21T00:00:00Z")), Err(NotGranted::Unreadable));
    }
}
