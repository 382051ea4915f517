//! The things that are watched, and what a lowest node keeps of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    count::{Content, Group, Recommendations, Series},
    known_keys,
    place::{Scope, StoreNumber},
    visit::{Channel, Origin, Segment},
};

/// A part of a node's guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// Those who came by a channel.
    Channel(Channel),
    /// Those of a segment.
    Segment(Segment),
}

/// What is watched: the answers of a scope, or of a part of a node, to one series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Watched {
    /// The series.
    pub series: Series,
    /// The scope.
    pub scope: Scope,
    /// The part of its guests; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Part>,
}

/// The counts that the watch needs of a day of a lowest node: those of each of its stores, and its own by channel and by
/// segment. They are a small part of its rollup, however much that holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeDay(#[serde(deserialize_with = "known_keys")] pub BTreeMap<Series, SeriesDay>);

/// The counts of one series.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SeriesDay {
    /// Of each store directly below.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub stores: BTreeMap<StoreNumber, Counted>,
    /// By channel.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub channels: BTreeMap<Channel, Counted>,
    /// By segment.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_keys")]
    pub segments: BTreeMap<Segment, Counted>,
}

/// Promoters, passives and detractors, written in a row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "[u64; 3]", into = "[u64; 3]")]
pub struct Counted(pub Recommendations);

impl From<[u64; 3]> for Counted {
    fn from([promoters, passives, detractors]: [u64; 3]) -> Self {
        Self(Recommendations { promoters, passives, detractors })
    }
}

impl From<Counted> for [u64; 3] {
    fn from(Counted(Recommendations { promoters, passives, detractors }): Counted) -> Self {
        [promoters, passives, detractors]
    }
}

/// Whether a series is watched. Tests of a survey say nothing of guests, and staff answer by the month.
pub fn is_watched(series: &Series) -> bool {
    matches!(series.origin, Origin::Payment | Origin::Code)
}

impl NodeDay {
    /// From the counts of a node's day. Nodes below it are left out. The channels and segments of a node that has some are
    /// theirs too, and left to them.
    pub fn of(content: &Content) -> Self {
        let mut day = Self::default();
        let mut has_nodes = false;
        for (child, by_series) in &content.children {
            let Ok(Scope::Store(store)) = child.parse() else {
                has_nodes = true;
                continue;
            };
            for (series, group) in by_series {
                day.add(series, group, |of| &mut of.stores, store);
            }
        }
        // Those who came without a payment came by one channel, and belong to no segment.
        let tallies = content.tallies.iter().filter(|(series, _)| !has_nodes && series.origin == Origin::Payment);
        for (series, tally) in tallies {
            for (channel, group) in &tally.channels {
                day.add(series, group, |of| &mut of.channels, *channel);
            }
            for (segment, group) in &tally.segments {
                day.add(series, group, |of| &mut of.segments, *segment);
            }
        }
        day
    }

    fn add<K: Ord>(
        &mut self,
        series: &Series,
        group: &Group,
        of: impl FnOnce(&mut SeriesDay) -> &mut BTreeMap<K, Counted>,
        key: K,
    ) {
        if is_watched(series) && group.recommendations.n() > 0 {
            of(self.0.entry(series.clone()).or_default()).insert(key, Counted(group.recommendations));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_node_keeps_of_its_day_what_is_watched() {
        let content: Content = serde_json::from_value(json!({
            "tallies": {
                "dine-in": {"channels": {"table": [9, 4, 3, 2, 9, 8]}, "segments": {"3": [2, 1, 1, 0, 2, 2], "4": [1, 0, 0, 0, 1, 1]}},
                "dine-in@table": {"channels": {"table": [1, 1, 0, 0, 1, 1]}},
                "pulse@staff": {"channels": {"staff": [3, 1, 1, 1, 3, 3]}},
            },
            "children": {
                "store/12": {"dine-in": [9, 4, 3, 2, 9, 8], "dine-in@table": [1, 1, 0, 0, 1, 1], "pulse@staff": [3, 1, 1, 1, 3, 3]},
                "store/13": {"dine-in": [1, 0, 0, 0, 1, 1]},
            },
        }))
        .unwrap();
        let day = NodeDay::of(&content);
        let mut mixed = content;
        mixed.children.insert("cn/east/shanghai".into(), mixed.children["store/12"].clone());
        let without_parts =
            json!({"dine-in": {"stores": {"12": [4, 3, 2]}}, "dine-in@table": {"stores": {"12": [1, 0, 0]}}});
        assert_eq!(serde_json::to_value(NodeDay::of(&mixed)).unwrap(), without_parts);
        let written = json!({
            "dine-in": {"stores": {"12": [4, 3, 2]}, "channels": {"table": [4, 3, 2]}, "segments": {"3": [1, 1, 0]}},
            "dine-in@table": {"stores": {"12": [1, 0, 0]}},
        });
        assert_eq!(serde_json::to_value(&day).unwrap(), written);
        assert_eq!(serde_json::from_value::<NodeDay>(written).unwrap(), day);
        // A later version may watch more.
        let later =
            json!({"dine-in@door": {}, "dine-in": {"hours": {"1": [1, 1, 1]}, "channels": {"balloon": [1, 1, 1]}}});
        let read: NodeDay = serde_json::from_value(later).unwrap();
        assert_eq!(read.0.values().cloned().collect::<Vec<_>>(), [SeriesDay::default()]);
    }

    #[test]
    fn a_part_is_written_by_its_name() {
        let watched = Watched {
            series: "dine-in".parse().unwrap(),
            scope: "cn/east".parse().unwrap(),
            part: Some(Part::Segment(serde_json::from_value(json!(3)).unwrap())),
        };
        let written = json!({"series": "dine-in", "scope": "cn/east", "part": {"segment": 3}});
        assert_eq!(serde_json::to_value(&watched).unwrap(), written);
        assert_eq!(serde_json::from_value::<Watched>(written).unwrap(), watched);
    }
}
