//! Scopes: a store, by its number, or a node above it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Invalid, shortened};

/// A store's number, 1 to 1,048,575 (the 20 bits that a link has for it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct StoreNumber(u32);

impl StoreNumber {
    /// The number itself.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for StoreNumber {
    type Error = Invalid;

    fn try_from(number: u32) -> Result<Self, Invalid> {
        if (1..1 << 20).contains(&number) {
            Ok(Self(number))
        } else {
            Err(Invalid(format!("A store number is 1 to 1048575; this is {number}.")))
        }
    }
}

impl From<StoreNumber> for u32 {
    fn from(store: StoreNumber) -> Self {
        store.0
    }
}

impl FromStr for StoreNumber {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        // A number has one spelling, so that a store has one address: no sign, no leading zero.
        text.parse()
            .ok()
            .and_then(|number: u32| Self::try_from(number).ok())
            .filter(|store| store.to_string() == text)
            .ok_or_else(|| Invalid(format!("A store number is 1 to 1048575; this is {:?}.", shortened(text))))
    }
}

impl fmt::Display for StoreNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A node above stores, such as `cn/east/shanghai`: 1 to 6 segments of 1 to 32 characters `a-z 0-9 -`, the first not
/// `store`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Path(String);

impl Path {
    /// The path as it was given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This node and every node above it, the topmost first: `cn`, `cn/east`, `cn/east/shanghai`.
    pub fn with_ancestors(&self) -> impl Iterator<Item = Self> + '_ {
        let cuts = self.0.match_indices('/').map(|(at, _)| at);
        cuts.chain([self.0.len()]).map(|cut| Self(self.0.chars().take(cut).collect()))
    }

    /// This node and every node above it, each with the scope directly below it, for a store of this node.
    pub fn nodes_above(&self, store: StoreNumber) -> Vec<(Self, Scope)> {
        let nodes: Vec<Self> = self.with_ancestors().collect();
        let below = nodes.iter().skip(1).cloned().map(Scope::Node).chain([Scope::Store(store)]);
        nodes.iter().cloned().zip(below).collect()
    }

    /// Whether `other` is this node or lies below it.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.strip_prefix(self.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl TryFrom<String> for Path {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        let segment_fits = |s: &str| {
            (1..=32).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let segments: Vec<&str> = text.split('/').collect();
        if segments.len() <= 6 && segments.iter().all(|s| segment_fits(s)) && segments.first() != Some(&"store") {
            return Ok(Self(text));
        }
        Err(Invalid(format!(
            "A path is 1 to 6 segments of 'a-z', '0-9' and '-' joined by '/', such as cn/east/shanghai, and does not \
             begin with store; this is {:?}.",
            shortened(&text)
        )))
    }
}

impl From<Path> for String {
    fn from(path: Path) -> Self {
        path.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The scope of a report: one store (`store/12`) or a node and all below it (`cn/east`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scope {
    /// One store.
    Store(StoreNumber),
    /// A node above stores.
    Node(Path),
}

impl FromStr for Scope {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match text.strip_prefix("store/") {
            Some(number) => number.parse().map(Self::Store),
            None => Path::try_from(text.to_owned()).map(Self::Node),
        }
    }
}

impl TryFrom<String> for Scope {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.to_string()
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(number) => write!(f, "store/{number}"),
            Self::Node(path) => path.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Path {
        Path::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_store_number_has_one_spelling() {
        assert_eq!("12".parse::<StoreNumber>().unwrap().get(), 12);
        for wrong in ["0", "012", "+12", "1048576", "-1", "", "1e3", "99999999999999"] {
            assert!(wrong.parse::<StoreNumber>().is_err(), "{wrong:?} was taken");
        }
    }

    #[test]
    fn a_path_names_every_node_above_it() {
        let all: Vec<String> = path("cn/east/shanghai").with_ancestors().map(String::from).collect();
        assert_eq!(all, ["cn", "cn/east", "cn/east/shanghai"]);
    }

    #[test]
    fn each_node_above_a_store_knows_what_lies_directly_below() {
        let all = path("cn/east/shanghai").nodes_above(12.try_into().unwrap());
        let all: Vec<String> = all.into_iter().map(|(node, below)| format!("{node} {below}")).collect();
        assert_eq!(all, ["cn cn/east", "cn/east cn/east/shanghai", "cn/east/shanghai store/12"]);
    }

    #[test]
    fn a_node_covers_what_is_below_it_and_not_what_only_begins_alike() {
        assert!(path("cn/east").covers(&path("cn/east")));
        assert!(path("cn/east").covers(&path("cn/east/shanghai")));
        assert!(!path("cn/east").covers(&path("cn/eastern")));
        assert!(!path("cn/east").covers(&path("cn")));
    }

    #[test]
    fn a_scope_is_a_store_or_a_path() {
        assert_eq!("store/12".parse::<Scope>().unwrap().to_string(), "store/12");
        assert_eq!("cn/east".parse::<Scope>().unwrap(), Scope::Node(path("cn/east")));
        for wrong in
            ["", "/", "cn/", "/cn", "CN", "store", "store/0", "store/x", "store/1/2", "cn//east", "a/b/c/d/e/f/g"]
        {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong:?} was taken");
        }
    }
}
