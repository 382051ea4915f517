//! Duty: who answers for a scope.

use serde::{Deserialize, Serialize};

use crate::{
    Id, Mistakes,
    place::{Path, Scope, StoreNumber},
};

/// How many people one duty names at most.
const MOST_PEOPLE: usize = 20;

/// How often whoever is on duty gets a summary, beside what is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Digest {
    /// Each morning at eight, on the store's clock.
    Daily,
    /// Each Monday at eight.
    Weekly,
    /// Never.
    None,
}

/// Who answers for the cases of a scope, and how they are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The people, by their ids. Robots mention them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<Id>,
    /// The robot or the mailbox that they are told by: an endpoint's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Id>,
    /// How often a summary comes. If nothing is said, daily of a store and weekly of a node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

impl Duty {
    /// What a caller sent.
    ///
    /// # Errors
    /// Everything that can't be taken.
    pub fn checked(self) -> Result<Self, Mistakes> {
        let mut mistakes = Mistakes::default();
        if self.people.len() > MOST_PEOPLE {
            mistakes.add(format!("people: {MOST_PEOPLE} at most; these are {}.", self.people.len()));
        }
        if self.people.is_empty() && self.endpoint.is_none() {
            mistakes.add("A duty names people, or an endpoint that tells them.");
        }
        mistakes.unless(self)
    }

    /// How often a summary comes.
    pub fn digest_of(&self, scope: &Scope) -> Digest {
        self.digest.unwrap_or(match scope {
            Scope::Store(_) => Digest::Daily,
            Scope::Node(_) => Digest::Weekly,
        })
    }

    /// The scopes in which a duty for a store may lie, the nearest first.
    pub fn scopes(store: StoreNumber, path: &Path) -> Vec<Scope> {
        let nodes: Vec<Scope> = path.with_ancestors().map(Scope::Node).collect();
        [Scope::Store(store)].into_iter().chain(nodes.into_iter().rev()).collect()
    }

    /// Whose turn it is at a level, of duties from the nearest up: the highest there is, if there are not so many.
    pub fn at_level<T>(duties: &[T], level: u8) -> Option<&T> {
        duties.get(usize::from(level)).or(duties.last())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duties_are_looked_for_from_the_store_up() {
        let path = Path::try_from("cn/east/shanghai".to_owned()).unwrap();
        let scopes: Vec<String> = Duty::scopes(12.try_into().unwrap(), &path).iter().map(Scope::to_string).collect();
        assert_eq!(scopes, ["store/12", "cn/east/shanghai", "cn/east", "cn"]);
        assert_eq!(Duty::at_level(&["a", "b"], 0), Some(&"a"));
        assert_eq!(Duty::at_level(&["a", "b"], 7), Some(&"b"));
        assert_eq!(Duty::at_level::<&str>(&[], 0), None);
    }
}
