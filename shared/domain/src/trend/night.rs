//! What the watch of a night found.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Change, TrendId};
use crate::{
    place::{Path, Scope},
    watch::Watched,
};

/// A scope, or a part of one, that changed or may have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// Whose score it is.
    #[serde(flatten)]
    pub watched: Watched,
    /// How it changed. Of a trend it stays as it was when that was named first.
    #[serde(flatten)]
    pub change: Change,
    /// The trend, if it changed for certain and by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<TrendId>,
    /// The trends that make up its change, if it changed for certain, and mostly because of them. Their owners are told
    /// of these alone: one store that falls moves every node above it, and most of their parts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<TrendId>,
}

impl Found {
    /// Whether it changed for certain. Of others, the suspects, nobody is told.
    pub fn is_certain(&self) -> bool {
        self.trend.is_some() || !self.because.is_empty()
    }
}

/// The result of a night's watch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Night {
    /// The last day of its window.
    pub day: Date,
    /// How many scopes and parts of scopes were watched.
    pub watched: u64,
    /// How many days false alarms are apart on average, over all of these.
    pub days_apart: u64,
    /// The lowest nodes that had answers in the window. The next night reads them too, although a node's last store may
    /// have moved away.
    #[serde(default)]
    pub nodes: Vec<Path>,
    /// All that changed or may have: trends first, then what changed because of them, then suspects.
    #[serde(default, deserialize_with = "known_ones")]
    pub found: Vec<Found>,
}

/// Those that this version knows.
fn known_ones<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Found>, D::Error> {
    let all = Vec::<serde_json::Value>::deserialize(deserializer)?;
    Ok(all.into_iter().filter_map(|found| serde_json::from_value(found).ok()).collect())
}

impl Night {
    /// What was found of the guests of a scope, all of them together.
    pub fn of<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Found> {
        self.found.iter().filter(move |found| found.watched.scope == *scope && found.watched.part.is_none())
    }
}
