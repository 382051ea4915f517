//! Grants as signed bearer tokens: JWT, HS256.

use domain::{
    Invalid,
    access::{Grant, GrantKeys, Issue, Permission},
};
use jiff::{Timestamp, ToSpan};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a token is no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotGranted {
    /// Not a token signed with one of these keys, or one without the claims it needs.
    Unreadable,
    /// It was a grant once.
    Expired,
    /// It is not one yet.
    Early,
}

/// The token's claims (RFC 7519). `exp` and `nbf` are in seconds of the Unix epoch, `paid_within` in hours.
#[derive(Serialize, Deserialize)]
struct Claims {
    scope: String,
    sub: String,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_within: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jti: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
}

/// Writes the grant as a token.
///
/// # Errors
/// When the token library can't sign; with a 32-byte key it can.
pub fn sign(grant: &Grant, keys: &GrantKeys) -> Result<String, Invalid> {
    let scope: Vec<String> = grant.permissions.iter().map(Permission::to_string).collect();
    let claims = Claims {
        scope: scope.join(" "),
        sub: grant.subject.clone(),
        exp: grant.expires.as_second(),
        paid_within: grant.paid_within,
        jti: grant.issue.map(|issue| issue.id),
        nbf: grant.issue.map(|issue| issue.from.as_second()),
        aud: keys.audience().filter(|_| grant.issue.is_some()).map(str::to_owned),
    };
    let key = EncodingKey::from_secret(keys.signing().bytes());
    jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|error| Invalid(error.to_string()))
}

/// Reads a token.
///
/// # Errors
/// When the token is not signed with one of these keys, or has ended.
pub fn verify(token: &str, keys: &GrantKeys, now: Timestamp) -> Result<Grant, NotGranted> {
    let mut validation = Validation::new(Algorithm::HS256);
    // The library would read the machine's clock; here time is an argument, checked below.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.set_required_spec_claims(&["exp", "sub"]);
    let mut read = keys.verifying().filter_map(|key| {
        jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(key.bytes()), &validation).ok()
    });
    let claims = read.next().ok_or(NotGranted::Unreadable)?.claims;
    let instant = |second| Timestamp::from_second(second).map_err(|_| NotGranted::Unreadable);
    let expires = instant(claims.exp)?;
    let from = claims.nbf.map(instant).transpose()?;
    // A token from before this claim has none.
    if claims.aud.is_some() && claims.aud.as_deref() != keys.audience() {
        return Err(NotGranted::Unreadable);
    }
    // A permission that this version doesn't know allows nothing; the others stand.
    let permissions = claims.scope.split_whitespace().filter_map(|text| text.parse().ok()).collect();
    if now >= expires {
        return Err(NotGranted::Expired);
    }
    // Clocks differ by a little.
    if from.is_some_and(|from| now.saturating_add(1.minute()).is_ok_and(|soon| soon < from)) {
        return Err(NotGranted::Early);
    }
    // One that can be ended has a beginning, by which its life is measured: both or none.
    let issue = match (claims.jti, from) {
        (Some(id), Some(from)) => Some(Issue { id, from }),
        (None, None) => None,
        _ => return Err(NotGranted::Unreadable),
    };
    Ok(Grant { permissions, subject: claims.sub, expires, paid_within: claims.paid_within, issue })
}

#[cfg(test)]
mod tests {
    use domain::access::Key;

    use super::*;

    fn keys(byte: u8) -> GrantKeys {
        GrantKeys::new(Key::from([byte; 32]))
    }

    fn grant(permissions: &[&str]) -> Grant {
        Grant {
            permissions: permissions.iter().map(|text| text.parse().unwrap()).collect(),
            subject: "till".into(),
            expires: "2026-12-01T00:00:00Z".parse().unwrap(),
            paid_within: Some(24),
            issue: Some(Issue { id: Uuid::nil(), from: "2026-11-01T00:00:00Z".parse().unwrap() }),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_grant_survives_being_a_token_until_it_ends() {
        let token = sign(&grant(&["issue", "report:cn/east"]), &keys(7)).unwrap();
        let read = |now, key| verify(&token, &keys(key), at(now));
        assert_eq!(read("2026-11-30T23:59:59Z", 7), Ok(grant(&["issue", "report:cn/east"])));
        assert_eq!(read("2026-12-01T00:00:00Z", 7), Err(NotGranted::Expired));
        assert_eq!(read("2026-11-30T23:59:59Z", 8), Err(NotGranted::Unreadable));
    }

    #[test]
    fn a_grant_holds_from_its_beginning_and_for_its_own_keyring() {
        let ring = |id: &str| {
            let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
            let id = if id.is_empty() { String::new() } else { format!(r#","id":"{id}""#) };
            GrantKeys::parse(&format!(r#"{{"grants":"{key}"{id}}}"#)).unwrap()
        };
        let token = sign(&grant(&["issue"]), &ring("production")).unwrap();
        let now = at("2026-11-21T00:00:00Z");
        assert!(verify(&token, &ring("production"), now).is_ok());
        assert_eq!(verify(&token, &ring("staging"), now), Err(NotGranted::Unreadable), "the same keys, copied");
        assert_eq!(verify(&token, &ring(""), now), Err(NotGranted::Unreadable));
        assert_eq!(verify(&token, &ring("production"), at("2026-10-31T23:58:59Z")), Err(NotGranted::Early));
        // One from before it had an id, a beginning and an audience goes on until its end.
        let old = sign(&Grant { issue: None, ..grant(&["issue"]) }, &ring("")).unwrap();
        assert!(verify(&old, &ring("production"), now).is_ok());
    }

    #[test]
    fn during_a_rotation_what_the_key_before_signed_still_holds() {
        let [old, new] =
            ["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8="];
        let ring = |json: String| GrantKeys::parse(&json).unwrap();
        let (before, during, after) = (
            ring(format!(r#"{{"grants":"{old}"}}"#)),
            ring(format!(r#"{{"grants":"{new}","before":"{old}"}}"#)),
            ring(format!(r#"{{"grants":"{new}"}}"#)),
        );
        let now = at("2026-11-21T00:00:00Z");
        let token = sign(&grant(&["issue"]), &before).unwrap();
        assert!(verify(&token, &during, now).is_ok() && verify(&token, &after, now) == Err(NotGranted::Unreadable));
        assert!(verify(&sign(&grant(&["issue"]), &during).unwrap(), &after, now).is_ok());
    }

    #[test]
    fn a_token_has_an_id_and_a_beginning_or_neither() {
        let now = at("2026-11-21T00:00:00Z");
        for missing in ["jti", "nbf"] {
            let mut claims = serde_json::json!({"scope": "issue", "sub": "x", "jti": Uuid::nil(), "nbf": 0, "exp": 4_102_444_800_u64});
            claims.as_object_mut().unwrap().remove(missing);
            let key = EncodingKey::from_secret(keys(7).signing().bytes());
            let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap();
            assert_eq!(verify(&token, &keys(7), now), Err(NotGranted::Unreadable), "no {missing}");
        }
    }

    #[test]
    fn a_token_that_names_another_algorithm_is_no_grant() {
        // {"alg":"none"} . {"scope":"admin","sub":"x","exp":4102444800} . (no signature)
        let none = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFkbWluIiwic3ViIjoieCIsImV4cCI6NDEwMjQ0NDgwMH0.";
        assert_eq!(verify(none, &keys(7), at("2026-11-21T00:00:00Z")), Err(NotGranted::Unreadable));
    }
}
