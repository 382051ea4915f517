//! Rollups: what is known of one scope on one business day, and how it adds up to the scopes above.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Group, Operations, Series, Tallies, merge_tallies};
use crate::{
    known_keys,
    place::{Path, Scope},
};

/// The stored counts of one scope on one business day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rollup {
    /// What is counted.
    pub content: Content,
    /// When the reading of what was counted began.
    pub counted_at: Timestamp,
    /// Of a store: the node that its day counts towards. It stays when the store moves.
    pub path: Option<Path>,
    /// Of a store: when the first of the responses expires. From then on a recount would lose some.
    pub complete_until: Option<Timestamp>,
}

/// What is counted. It is written as JSON, deflated: a write is billed by the kilobyte, and each rollup is written
/// every hour.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// By series.
    #[serde(deserialize_with = "known_keys")]
    pub tallies: Tallies,
    /// Orders and revenue.
    #[serde(skip_serializing_if = "is_nothing")]
    pub operations: Operations,
    /// Of a node: the responses of each scope directly below, by series. So that a report of two hundred stores is
    /// one query.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "children")]
    pub children: BTreeMap<String, BTreeMap<Series, Group>>,
}

fn children<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, BTreeMap<Series, Group>>, D::Error> {
    #[derive(Deserialize)]
    struct Child(#[serde(deserialize_with = "known_keys")] BTreeMap<Series, Group>);
    let children = BTreeMap::<String, Child>::deserialize(deserializer)?;
    Ok(children.into_iter().map(|(scope, Child(groups))| (scope, groups)).collect())
}

fn is_nothing(operations: &Operations) -> bool {
    operations.store_days == 0
}

impl Content {
    /// Adds what one of the scopes below comes to.
    pub fn merge(&mut self, other: &Self, child: &Scope) {
        merge_tallies(&mut self.tallies, &other.tallies);
        self.operations.merge(&other.operations);
        for (series, tally) in &other.tallies {
            let child = self.children.entry(child.to_string()).or_default();
            child.entry(series.clone()).or_default().merge(&tally.total());
        }
    }
}
