//! People who sign in, with roles by scope.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::{Grant, Permission};
use crate::{
    Id, Invalid, Mistakes, check_line,
    place::{Path, Scope},
    shortened,
    visible::{check_visible, is_invisible},
};

/// How many roles a person has at most: a manager of three hundred stores has that many.
pub const MOST_ROLES: usize = 400;

/// How many robots a person is known to at most.
const MOST_MENTIONS: usize = 10;

/// The longest e-mail address, in bytes (RFC 5321, section 4.5.3.1.3, without its brackets).
const LONGEST_EMAIL: usize = 254;

/// A person who signs in: a manager, a head office, an operator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// In which language they read, as a tag such as `zh-CN`; none for what their browser says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Their e-mail address, in lower case. No two people have the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Under which id a group's robot mentions them, by the robot's kind.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub mentions: BTreeMap<Id, String>,
    /// Their roles, each with its scope.
    pub roles: Vec<Role>,
}

/// A role in a scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Which.
    pub role: RoleKind,
    /// Where.
    pub scope: Reach,
    /// Of who owns cases: that they may also see how a guest wants to be reached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub contact: bool,
    /// For one who looks: that they may also ask staff, and read their answers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pulse: bool,
}

/// The roles that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoleKind {
    /// Reads reports: `report:`.
    Looks,
    /// Reads reports and follows up on answers: `report: follow:`.
    OwnsCases,
    /// Sets up stores, tills and people: `admin:`.
    SetsUp,
    /// All of these.
    Everything,
}

impl RoleKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Looks, Self::OwnsCases, Self::SetsUp, Self::Everything];
}

/// How far a role reaches: a scope and all below it, or `*`, every store there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reach(pub Option<Scope>);

impl FromStr for Reach {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text {
            "*" => Ok(Self(None)),
            scope => scope.parse().map(|scope| Self(Some(scope))),
        }
    }
}

impl TryFrom<String> for Reach {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Reach> for String {
    fn from(reach: Reach) -> Self {
        reach.to_string()
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(scope) => scope.fmt(f),
            None => f.write_str("*"),
        }
    }
}

impl Role {
    /// The permissions that it gives.
    pub fn permissions(&self) -> Vec<Permission> {
        let Reach(scope) = &self.scope;
        let (report, follow) = (Permission::Report(scope.clone()), Permission::Follow(scope.clone()));
        let (admin, contact) = (Permission::Admin(scope.clone()), Permission::Contact(scope.clone()));
        let pulse = Permission::Pulse(scope.clone());
        match self.role {
            RoleKind::Looks if self.pulse => vec![report, pulse],
            RoleKind::Looks => vec![report],
            RoleKind::OwnsCases if self.contact => vec![report, follow, contact],
            RoleKind::OwnsCases => vec![report, follow],
            RoleKind::SetsUp => vec![admin],
            RoleKind::Everything => vec![admin, report, follow, contact, pulse],
        }
    }
}

impl Person {
    /// The person that a caller sent, with the e-mail address in lower case.
    ///
    /// # Errors
    /// Says everything that can't be taken.
    pub fn checked(mut self) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        mistakes.check(check_line("name", &self.name));
        mistakes.check(check_visible("name", &self.name));
        if let Some(language) = self.language.as_ref().filter(|language| !is_tag(language)) {
            mistakes.add(format!("language is a tag such as zh-CN; this is {:?}.", shortened(language)));
        }
        self.email = self.email.map(|email| email.trim().to_lowercase());
        if let Some(email) = self.email.as_ref().filter(|email| !is_email(email)) {
            mistakes.add(format!("email is an address such as lin@example.cn; this is {:?}.", shortened(email)));
        }
        if self.mentions.len() > MOST_MENTIONS {
            mistakes.add(format!("mentions names {MOST_MENTIONS} robots at most."));
        }
        for (robot, id) in &self.mentions {
            mistakes.check(check_line(&format!("mentions.{robot}"), id));
        }
        if self.roles.is_empty() || self.roles.len() > MOST_ROLES {
            mistakes.add(format!("roles are 1 to {MOST_ROLES}; these are {}.", self.roles.len()));
        }
        if self.roles.iter().any(|role| role.contact && role.role != RoleKind::OwnsCases) {
            mistakes.add("contact is for the role owns-cases: looks has no cases, and everything has it already.");
        }
        if self.roles.iter().any(|role| role.pulse && role.role != RoleKind::Looks) {
            mistakes.add("pulse is for the role looks, which stands beside others; everything has it already.");
        }
        mistakes.unless(self)
    }

    /// The permissions of all roles together, each once.
    pub fn permissions(&self) -> Vec<Permission> {
        let mut permissions: Vec<Permission> = Vec::new();
        for permission in self.roles.iter().flat_map(Role::permissions) {
            if !permissions.contains(&permission) {
                permissions.push(permission);
            }
        }
        permissions
    }

    /// Whether they follow up on what guests of a scope answered, which lies at a path where that is known.
    pub fn follows(&self, scope: &Scope, path: Option<&Path>) -> bool {
        let grant = Grant {
            permissions: self.permissions(),
            subject: String::new(),
            expires: Timestamp::MAX,
            paid_within: None,
            issue: None,
        };
        grant.allows_follow(scope, path)
    }

    /// How long their session lasts.
    pub fn session_lives(&self) -> SessionLives {
        let sets_up = self.roles.iter().any(|role| matches!(role.role, RoleKind::SetsUp | RoleKind::Everything));
        if sets_up { SessionLives::OF_ADMIN } else { SessionLives::USUAL }
    }
}

/// How long a session lasts, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLives {
    /// Without being used.
    pub unused: i64,
    /// At the longest.
    pub longest: i64,
}

impl SessionLives {
    /// Half a day unused, thirty days in all.
    pub const USUAL: Self = Self { unused: 12 * 60, longest: 30 * 24 * 60 };
    /// Of a person who sets something up: an hour unused, half a day in all.
    pub const OF_ADMIN: Self = Self { unused: 60, longest: 12 * 60 };

    /// The same by a clock that runs so many times as fast as people live.
    #[must_use]
    pub fn at_pace(self, pace: u32) -> Self {
        let pace = i64::from(pace);
        Self { unused: self.unused * pace, longest: self.longest * pace }
    }

    /// When a session ends that began and was used last at these moments.
    pub fn end(self, began: Timestamp, used: Timestamp) -> Timestamp {
        let after = |at: Timestamp, minutes: i64| at.saturating_add(minutes.minutes()).unwrap_or(Timestamp::MAX);
        after(began, self.longest).min(after(used, self.unused))
    }
}

/// Whether a text has the shape of a language tag (RFC 5646): a browser or a robot decides what it knows.
fn is_tag(text: &str) -> bool {
    text.len() <= 35
        && text.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Whether a text may be an e-mail address. Only sending a message shows whether it is one.
fn is_email(text: &str) -> bool {
    let parts = text.rsplit_once('@');
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c) || matches!(c, '。' | '＠' | '．');
    let is_plain = text.len() <= LONGEST_EMAIL && !text.chars().any(is_odd);
    is_plain && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(roles: &str) -> Person {
        let json = format!(r#"{{"name":"林","email":"Lin@Example.CN","roles":{roles}}}"#);
        serde_json::from_str::<Person>(&json).unwrap()
    }

    fn allowed(roles: &str) -> Vec<String> {
        person(roles).permissions().iter().map(Permission::to_string).collect()
    }

    #[test]
    fn a_role_allows_what_its_name_says() {
        assert_eq!(allowed(r#"[{"role":"looks","scope":"cn/east"}]"#), ["report:cn/east"]);
        assert_eq!(allowed(r#"[{"role":"owns-cases","scope":"store/12"}]"#), ["report:store/12", "follow:store/12"]);
        let contact =
            r#"[{"role":"owns-cases","scope":"store/12","contact":true},{"role":"looks","scope":"store/12"}]"#;
        assert_eq!(allowed(contact), ["report:store/12", "follow:store/12", "contact:store/12"]);
        let pulse = r#"[{"role":"looks","scope":"cn/east","pulse":true}]"#;
        assert_eq!(allowed(pulse), ["report:cn/east", "pulse:cn/east"]);
        assert_eq!(allowed(r#"[{"role":"sets-up","scope":"cn"}]"#), ["admin:cn"]);
        assert_eq!(
            allowed(r#"[{"role":"everything","scope":"*"}]"#),
            ["admin", "report:", "follow:", "contact:", "pulse:"]
        );
        for permission in allowed(r#"[{"role":"everything","scope":"*"},{"role":"everything","scope":"cn"}]"#) {
            assert_eq!(permission.parse::<Permission>().unwrap().to_string(), permission);
        }
    }

    #[test]
    fn a_person_is_checked_and_every_mistake_is_named() {
        let good = person(r#"[{"role":"looks","scope":"cn"}]"#).checked().unwrap();
        assert_eq!(good.email.as_deref(), Some("lin@example.cn"));
        let bad = Person {
            name: "\n".into(),
            language: Some("zh_CN".into()),
            email: Some("lin at example".into()),
            mentions: [("wecom".parse().unwrap(), String::new())].into(),
            roles: vec![],
        };
        let said = bad.checked().unwrap_err().to_string();
        for part in ["name is", "language is", "email is", "mentions.wecom is", "roles are 1 to 400"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let contact = person(r#"[{"role":"looks","scope":"cn","contact":true}]"#).checked().unwrap_err().to_string();
        assert!(contact.contains("contact is for"), "{contact}");
    }

    #[test]
    fn nobody_has_a_name_that_can_not_be_seen() {
        for name in ["林夏", "Grace O'Neil", "نادية", "👩‍🍳", "می‌خواهم"] {
            assert!(check_visible("name", name).is_ok(), "{name}");
        }
        for name in ["\u{200b}", "\u{feff}", "\u{2066}", "\u{3164}", "\u{202e}nimda", "\u{200d}", " ", "a\u{200b}b"] {
            assert!(check_visible("name", name).is_err(), "{name:?}");
        }
        for email in ["l\u{200b}in@example.cn", "lin@example。cn", "lin＠example.cn", "a b@example.cn"] {
            assert!(!is_email(email), "{email}");
        }
    }

    #[test]
    fn a_session_ends_unused_and_at_the_latest() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let lives = |roles: &str| person(roles).session_lives();
        let usual = lives(r#"[{"role":"owns-cases","scope":"cn"}]"#);
        assert_eq!(usual.end(at("2026-11-01T00:00:00Z"), at("2026-11-01T03:00:00Z")), at("2026-11-01T15:00:00Z"));
        assert_eq!(usual.end(at("2026-11-01T00:00:00Z"), at("2026-11-30T23:00:00Z")), at("2026-12-01T00:00:00Z"));
        let admin = lives(r#"[{"role":"looks","scope":"cn"},{"role":"sets-up","scope":"cn"}]"#);
        assert_eq!(admin.end(at("2026-11-01T00:00:00Z"), at("2026-11-01T03:00:00Z")), at("2026-11-01T04:00:00Z"));
        assert_eq!(admin.end(at("2026-11-01T00:00:00Z"), at("2026-11-01T11:30:00Z")), at("2026-11-01T12:00:00Z"));
    }
}
