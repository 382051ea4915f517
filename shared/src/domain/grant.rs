//! Grants: signed bearer tokens (JWT, HS256) that say what their holder may do.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use super::{
    Invalid,
    keyring::Keyring,
    scope::{Path, Scope},
    shortened,
};

/// One thing that a grant allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// `issue`: ask for links.
    Issue,
    /// `admin`: set up stores, surveys and the brand.
    Admin,
    /// `report:<scope>`: read the reports of a scope and of all below it; none stands for every scope.
    Report(Option<Scope>),
}

impl FromStr for Permission {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match (text, text.strip_prefix("report:")) {
            ("issue", _) => Ok(Self::Issue),
            ("admin", _) => Ok(Self::Admin),
            (_, Some("")) => Ok(Self::Report(None)),
            (_, Some(scope)) => scope.parse().map(|scope| Self::Report(Some(scope))),
            _ => Err(Invalid(format!("A grant allows issue, admin or report:<scope>; this is {:?}.", shortened(text)))),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Issue => f.write_str("issue"),
            Self::Admin => f.write_str("admin"),
            Self::Report(None) => f.write_str("report:"),
            Self::Report(Some(scope)) => write!(f, "report:{scope}"),
        }
    }
}

/// What its holder may do, who that is, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// All that is allowed.
    pub permissions: Vec<Permission>,
    /// Whom it was given to.
    pub subject: String,
    /// When it ends.
    pub expires: Timestamp,
}

/// Why a token is no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotGranted {
    /// Not a token signed with this keyring's key, or one without the claims it needs.
    Unreadable,
    /// It was a grant once.
    Expired,
}

/// The token's claims. `exp` is in seconds of the Unix epoch.
#[derive(Serialize, Deserialize)]
struct Claims {
    scope: String,
    sub: String,
    exp: i64,
}

impl Grant {
    /// Writes the grant as a token.
    ///
    /// # Errors
    /// When the token library can't sign; with a 32-byte key it can.
    pub fn sign(&self, keyring: &Keyring) -> Result<String, Invalid> {
        let scope: Vec<String> = self.permissions.iter().map(Permission::to_string).collect();
        let claims = Claims { scope: scope.join(" "), sub: self.subject.clone(), exp: self.expires.as_second() };
        let key = EncodingKey::from_secret(keyring.grants().bytes());
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(|error| Invalid(error.to_string()))
    }

    /// Reads a token.
    ///
    /// # Errors
    /// When the token is not signed with this keyring's key, or has ended.
    pub fn verify(token: &str, keyring: &Keyring, now: Timestamp) -> Result<Self, NotGranted> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The library would read the machine's clock; here time is an argument, checked below.
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["exp", "sub"]);
        let key = DecodingKey::from_secret(keyring.grants().bytes());
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| NotGranted::Unreadable)?.claims;
        let expires = Timestamp::from_second(claims.exp).map_err(|_| NotGranted::Unreadable)?;
        // A permission that this version doesn't know allows nothing; the others stand.
        let permissions = claims.scope.split_whitespace().filter_map(|text| text.parse().ok()).collect();
        if now >= expires {
            return Err(NotGranted::Expired);
        }
        Ok(Self { permissions, subject: claims.sub, expires })
    }

    /// Whether it allows what `permission` allows. For a report on a scope ask [`Self::allows_report`].
    pub fn allows(&self, permission: &Permission) -> bool {
        self.permissions.contains(permission)
    }

    /// Whether it allows the report of a scope. `path` is the node a store belongs to, when the scope is a store.
    pub fn allows_report(&self, scope: &Scope, path: Option<&Path>) -> bool {
        self.permissions.iter().any(|permission| match permission {
            Permission::Report(None) => true,
            Permission::Report(Some(granted)) if granted == scope => true,
            Permission::Report(Some(Scope::Node(granted))) => match scope {
                Scope::Node(asked) => granted.covers(asked),
                Scope::Store(_) => path.is_some_and(|path| granted.covers(path)),
            },
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::keyring::Key;

    fn keyring(byte: u8) -> Keyring {
        let key = || Key::from([byte; 32]);
        Keyring::new(1, BTreeMap::from([(1, key())]), key(), key()).unwrap()
    }

    fn grant(permissions: &[&str]) -> Grant {
        Grant {
            permissions: permissions.iter().map(|text| text.parse().unwrap()).collect(),
            subject: "till".into(),
            expires: "2026-12-01T00:00:00Z".parse().unwrap(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_grant_survives_being_a_token_until_it_ends() {
        let token = grant(&["issue", "report:cn/east"]).sign(&keyring(7)).unwrap();
        let read = |now, key| Grant::verify(&token, &keyring(key), at(now));
        assert_eq!(read("2026-11-30T23:59:59Z", 7), Ok(grant(&["issue", "report:cn/east"])));
        assert_eq!(read("2026-12-01T00:00:00Z", 7), Err(NotGranted::Expired));
        assert_eq!(read("2026-11-30T23:59:59Z", 8), Err(NotGranted::Unreadable));
    }

    #[test]
    fn a_token_that_names_another_algorithm_is_no_grant() {
        // {"alg":"none"} . {"scope":"admin","sub":"x","exp":4102444800} . (no signature)
        let none = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6ImFkbWluIiwic3ViIjoieCIsImV4cCI6NDEwMjQ0NDgwMH0.";
        assert_eq!(Grant::verify(none, &keyring(7), at("2026-11-21T00:00:00Z")), Err(NotGranted::Unreadable));
    }

    #[test]
    fn a_report_grant_covers_its_scope_and_all_below() {
        let shanghai = Path::try_from("cn/east/shanghai".to_owned()).unwrap();
        let store: Scope = "store/12".parse().unwrap();
        let allows = |permission: &str, scope: &str| {
            let scope: Scope = scope.parse().unwrap();
            grant(&[permission]).allows_report(&scope, (scope == store).then_some(&shanghai))
        };
        assert!(allows("report:", "store/12") && allows("report:", "cn"));
        assert!(allows("report:cn/east", "store/12") && allows("report:cn/east", "cn/east/shanghai"));
        assert!(allows("report:store/12", "store/12"));
        assert!(!allows("report:store/13", "store/12"));
        assert!(!allows("report:cn/east", "cn"));
        assert!(!allows("report:cn/eas", "cn/east"));
        assert!(!allows("admin", "store/12"));
    }
}
