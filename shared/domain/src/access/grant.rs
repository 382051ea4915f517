//! Grants: what their holder may do, who that is, and until when.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::{
    Invalid,
    place::{Path, Scope},
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

impl Grant {
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
    use super::*;

    fn grant(permissions: &[&str]) -> Grant {
        Grant {
            permissions: permissions.iter().map(|text| text.parse().unwrap()).collect(),
            subject: "till".into(),
            expires: "2026-12-01T00:00:00Z".parse().unwrap(),
        }
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
