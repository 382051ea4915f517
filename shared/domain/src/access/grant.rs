//! Grants: what their holder may do, who that is, and until when.

use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, ToSpan};
use uuid::Uuid;

use crate::{
    Invalid,
    place::{Path, Scope, StoreNumber},
    shortened,
};

/// One thing that a grant allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permission {
    /// `issue:<scope>`: ask for links and codes of a scope and of all below it; none stands for every scope, written
    /// `issue`.
    Issue(Option<Scope>),
    /// `admin:<scope>`: set up the stores of a scope, and give others grants for them; none stands for everything, also
    /// surveys and the brand, written `admin`.
    Admin(Option<Scope>),
    /// `report:<scope>`: read the reports of a scope and of all below it; none stands for every scope.
    Report(Option<Scope>),
    /// `follow:<scope>`: follow up on the answers of a scope and of all below it; none stands for every scope.
    Follow(Option<Scope>),
    /// `contact:<scope>`: see how guests of a scope want to be reached; none stands for every scope.
    Contact(Option<Scope>),
    /// `pulse:<scope>`: ask for links for the staff of a scope, and read what they answered; none stands for every scope.
    Pulse(Option<Scope>),
}

/// The subject of a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Issue,
    Admin,
    Report,
    Follow,
    Contact,
    Pulse,
}

impl Kind {
    const ALL: [Self; 6] = [Self::Issue, Self::Admin, Self::Report, Self::Follow, Self::Contact, Self::Pulse];

    fn name(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Admin => "admin",
            Self::Report => "report",
            Self::Follow => "follow",
            Self::Contact => "contact",
            Self::Pulse => "pulse",
        }
    }

    /// Whether everything is written without a colon.
    fn is_bare(self) -> bool {
        matches!(self, Self::Issue | Self::Admin)
    }

    fn of(self, scope: Option<Scope>) -> Permission {
        match self {
            Self::Issue => Permission::Issue(scope),
            Self::Admin => Permission::Admin(scope),
            Self::Report => Permission::Report(scope),
            Self::Follow => Permission::Follow(scope),
            Self::Contact => Permission::Contact(scope),
            Self::Pulse => Permission::Pulse(scope),
        }
    }
}

impl Permission {
    fn parts(&self) -> (Kind, Option<&Scope>) {
        match self {
            Self::Issue(scope) => (Kind::Issue, scope.as_ref()),
            Self::Admin(scope) => (Kind::Admin, scope.as_ref()),
            Self::Report(scope) => (Kind::Report, scope.as_ref()),
            Self::Follow(scope) => (Kind::Follow, scope.as_ref()),
            Self::Contact(scope) => (Kind::Contact, scope.as_ref()),
            Self::Pulse(scope) => (Kind::Pulse, scope.as_ref()),
        }
    }

    /// The scope that it is for; none for everything.
    pub fn scope(&self) -> Option<&Scope> {
        self.parts().1
    }

    /// Whether another is the same, or the same of less: of a node below. Where stores belong is not known here.
    pub fn covers(&self, other: &Self) -> bool {
        let ((kind, own), (other, asked)) = (self.parts(), other.parts());
        kind == other && asked.map_or(own.is_none(), |asked| covers(own, asked, None))
    }
}

impl FromStr for Permission {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let (name, scope) = text.split_once(':').map_or((text, None), |(name, scope)| (name, Some(scope)));
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        match (kind, scope) {
            (Some(kind), None) if kind.is_bare() => Ok(kind.of(None)),
            // Everything is never what is left when a scope was forgotten.
            (Some(Kind::Admin), Some("")) | (_, None) | (None, _) => Err(Invalid(format!(
                "A grant allows issue, issue:<scope>, admin, admin:<scope>, report:<scope>, follow:<scope>, \
                 contact:<scope> or pulse:<scope>; this is {:?}.",
                shortened(text)
            ))),
            (Some(kind), Some("")) => Ok(kind.of(None)),
            (Some(kind), Some(scope)) => scope.parse().map(|scope| kind.of(Some(scope))),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parts() {
            (kind, None) if kind.is_bare() => f.write_str(kind.name()),
            (kind, None) => write!(f, "{}:", kind.name()),
            (kind, Some(scope)) => write!(f, "{}:{scope}", kind.name()),
        }
    }
}

/// Permissions, the person or program that has them, and their end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// All that is allowed.
    pub permissions: Vec<Permission>,
    /// The person or program it was given to.
    pub subject: String,
    /// When it ends.
    pub expires: Timestamp,
    /// How many hours ago a payment may have been made whose link it asks for; none for as long as a link lives.
    pub paid_within: Option<u32>,
    /// Its id and when it begins; none of grants from before they had one. Those can't be ended, only outlived.
    pub issue: Option<Issue>,
}

/// The further fields of a grant that can be ended alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// Its id.
    pub id: Uuid,
    /// When it begins.
    pub from: Timestamp,
}

/// The longest lives of grants by what they allow, in days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// `admin`: a day.
    pub admin: u16,
    /// `report:`, `follow:`, `contact:` and `pulse:`: a quarter.
    pub report: u16,
    /// `issue`: a till's, a year and some.
    pub issue: u16,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self { admin: 1, report: 90, issue: 400 }
    }
}

impl Lifetimes {
    /// How many days a grant of these permissions lives at most: as long as the one of them that lives least.
    pub fn longest(self, permissions: &[Permission]) -> u16 {
        let days = permissions.iter().map(|permission| match permission.parts().0 {
            Kind::Admin => self.admin,
            Kind::Report | Kind::Follow | Kind::Contact | Kind::Pulse => self.report,
            Kind::Issue => self.issue,
        });
        days.min().unwrap_or(self.admin)
    }
}

impl FromStr for Lifetimes {
    type Err = Invalid;

    /// `admin=1 report=90 issue=400`; what is not named is as built in.
    fn from_str(text: &str) -> Result<Self, Invalid> {
        let mut lifetimes = Self::default();
        for part in text.split_whitespace() {
            let days =
                part.split_once('=').and_then(|(kind, days)| Some((kind, days.parse().ok().filter(|days| *days > 0)?)));
            match days {
                Some(("admin", days)) => lifetimes.admin = days,
                Some(("report", days)) => lifetimes.report = days,
                Some(("issue", days)) => lifetimes.issue = days,
                _ => {
                    return Err(Invalid(format!(
                        "longest lives of grants are written admin=1 report=90 issue=400, in days; this is {:?}",
                        shortened(part)
                    )));
                }
            }
        }
        Ok(lifetimes)
    }
}

impl Grant {
    /// Its id, if it has one.
    pub fn id(&self) -> Option<Uuid> {
        self.issue.map(|issue| issue.id)
    }

    /// Whether it lives longer than it may. One without an id is from before there was a limit.
    pub fn lives_too_long(&self, lifetimes: Lifetimes) -> bool {
        let longest = i64::from(lifetimes.longest(&self.permissions)) * 24;
        self.issue.is_some_and(|issue| issue.from.saturating_add(longest.hours()).is_ok_and(|end| end < self.expires))
    }

    /// Whether it allows to set up everything: every store, surveys and the brand.
    pub fn allows_admin(&self) -> bool {
        self.permissions.contains(&Permission::Admin(None))
    }

    /// Whether it allows to set up any store at all.
    pub fn allows_some_admin(&self) -> bool {
        self.allows_some(Kind::Admin)
    }

    /// Whether it allows to set up a scope. `path` is the node a store belongs to, when the scope is a store.
    pub fn allows_admin_of(&self, scope: &Scope, path: Option<&Path>) -> bool {
        self.allows(Kind::Admin, scope, path)
    }

    /// Whether its holder may give a permission to others. Nobody gives rights that they do not have. A holder who sets
    /// up a store also gives tills its links. For a permission about a store, `path` is the node it belongs to.
    pub fn may_give(&self, permission: &Permission, path: Option<&Path>) -> bool {
        if self.allows_admin() {
            return true;
        }
        let may = match permission.parts() {
            (Kind::Issue | Kind::Admin, None) => false,
            (Kind::Issue | Kind::Admin, Some(scope)) => self.allows(Kind::Admin, scope, path),
            (kind, Some(scope)) => self.allows(kind, scope, path),
            (_, None) => self.permissions.contains(permission),
        };
        may && self.allows_some_admin()
    }

    /// Whether it allows links and codes of any store at all.
    pub fn allows_some_issue(&self) -> bool {
        self.allows_some(Kind::Issue)
    }

    /// Whether it allows links and codes of a store, which belongs to the node `path`.
    pub fn allows_issue(&self, store: StoreNumber, path: &Path) -> bool {
        self.allows(Kind::Issue, &Scope::Store(store), Some(path))
    }

    /// Whether it allows the report of a scope. `path` is the node a store belongs to, when the scope is a store.
    pub fn allows_report(&self, scope: &Scope, path: Option<&Path>) -> bool {
        self.allows(Kind::Report, scope, path)
    }

    /// The same of following up on answers.
    pub fn allows_follow(&self, scope: &Scope, path: Option<&Path>) -> bool {
        self.allows(Kind::Follow, scope, path)
    }

    /// The same of seeing how guests want to be reached.
    pub fn allows_contact(&self, scope: &Scope, path: Option<&Path>) -> bool {
        self.allows(Kind::Contact, scope, path)
    }

    /// Whether it allows links for the staff of any store at all.
    pub fn allows_some_pulse(&self) -> bool {
        self.allows_some(Kind::Pulse)
    }

    /// Whether it allows links for the staff of a scope, and to read what they answered.
    pub fn allows_pulse(&self, scope: &Scope, path: Option<&Path>) -> bool {
        self.allows(Kind::Pulse, scope, path)
    }

    fn allows(&self, kind: Kind, scope: &Scope, path: Option<&Path>) -> bool {
        let mut permissions = self.permissions.iter().map(Permission::parts);
        permissions.any(|(granted, within)| granted == kind && covers(within, scope, path))
    }

    fn allows_some(&self, kind: Kind) -> bool {
        self.permissions.iter().any(|permission| permission.parts().0 == kind)
    }
}

/// Whether a granted scope, none for every one, is the scope or a node above it.
fn covers(granted: Option<&Scope>, scope: &Scope, path: Option<&Path>) -> bool {
    match (granted, scope) {
        (None, _) => true,
        (Some(granted), scope) if granted == scope => true,
        (Some(Scope::Node(granted)), Scope::Node(asked)) => granted.covers(asked),
        (Some(Scope::Node(granted)), Scope::Store(_)) => path.is_some_and(|path| granted.covers(path)),
        _ => false,
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
            paid_within: None,
            issue: None,
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
        assert!(!allows("admin", "store/12") && !allows("issue:cn", "store/12"));
    }

    #[test]
    fn nobody_gives_what_they_do_not_have() {
        let shanghai = Path::try_from("cn/east/shanghai".to_owned()).unwrap();
        let gives = |permissions: &[&str], given: &str| {
            grant(permissions).may_give(&given.parse().unwrap(), given.contains("store/12").then_some(&shanghai))
        };
        let east: &[&str] = &["admin:cn/east"];
        for given in ["issue:cn/east", "admin:cn/east/shanghai", "issue:store/12", "admin:store/12"] {
            assert!(gives(east, given) && gives(&["admin"], given), "{given}");
            assert!(!gives(&["issue", "report:"], given), "{given}: only whoever sets up gives");
        }
        for given in ["issue", "admin", "report:", "report:cn/east", "report:store/12", "issue:cn", "admin:cn/eas"] {
            assert!(!gives(east, given) && gives(&["admin"], given), "{given}");
        }
        assert!(!gives(east, "issue:store/13"), "nobody knows where it is");
        for word in ["follow", "contact", "pulse"] {
            let given = format!("{word}:cn/east/shanghai");
            assert!(!gives(&["admin:cn/east", "report:cn/east"], &given), "{given}");
            assert!(gives(&["admin:cn/east", &format!("{word}:cn")], &given) && gives(&["admin"], &given), "{given}");
        }
        assert!(gives(&["admin:cn/east", "report:cn"], "report:cn/north") && !gives(&["report:cn"], "report:cn"));
        assert!(!gives(&["admin:store/12"], "issue:store/13") && gives(&["admin:store/12"], "issue:store/12"));
    }

    #[test]
    fn a_permission_covers_itself_and_less_of_its_kind() {
        let covers = |own: &str, asked: &str| own.parse::<Permission>().unwrap().covers(&asked.parse().unwrap());
        for (own, asked) in
            [("report:", "report:cn"), ("report:cn", "report:cn/east"), ("admin", "admin:store/12"), ("issue", "issue")]
        {
            assert!(covers(own, asked) && covers(own, own), "{own} {asked}");
        }
        for (own, asked) in [
            ("report:cn/east", "report:cn"),
            ("report:cn", "report:"),
            ("report:cn", "follow:cn"),
            ("admin:cn", "admin"),
            ("report:cn/east", "report:store/12"),
            ("report:store/12", "report:store/13"),
        ] {
            assert!(!covers(own, asked), "{own} {asked}");
        }
    }

    #[test]
    fn a_grant_lives_as_long_as_what_it_allows_that_lives_least() {
        let lifetimes: Lifetimes = "report=30".parse().unwrap();
        let longest = |permissions: &[&str]| lifetimes.longest(&grant(permissions).permissions);
        assert_eq!(
            (longest(&["issue"]), longest(&["issue", "report:cn"]), longest(&["report:", "admin"])),
            (400, 30, 1)
        );
        for wrong in ["report", "report=0", "report=x", "till=3", "report=99999"] {
            assert!(wrong.parse::<Lifetimes>().is_err(), "{wrong}");
        }
        let from: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let lived = |days: i64| Grant {
            expires: from + (days * 24).hours(),
            issue: Some(Issue { id: Uuid::nil(), from }),
            ..grant(&["report:cn"])
        };
        assert!(!lived(30).lives_too_long(lifetimes) && lived(31).lives_too_long(lifetimes));
        assert!(!Grant { issue: None, ..lived(3650) }.lives_too_long(lifetimes), "from before there was a limit");
    }

    #[test]
    fn a_till_asks_for_links_of_its_store_and_no_other() {
        let shanghai = Path::try_from("cn/east/shanghai".to_owned()).unwrap();
        let allows =
            |permission: &str, store: u32| grant(&[permission]).allows_issue(store.try_into().unwrap(), &shanghai);
        assert!(
            allows("issue", 12) && allows("issue:", 12) && allows("issue:store/12", 12) && allows("issue:cn/east", 12)
        );
        assert!(!allows("issue:store/13", 12) && !allows("issue:cn/north", 12) && !allows("report:store/12", 12));
        for wrong in ["admin:CN", "issue:store/0", "issued", "admin:", "report", "issue:CN"] {
            assert!(wrong.parse::<Permission>().is_err(), "{wrong}");
        }
    }
}
