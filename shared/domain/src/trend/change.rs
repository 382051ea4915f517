//! How a score changed: which way, since when, by how much, and in which of its parts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    count::Tally,
    report::Meal,
    visit::{Channel, Segment},
    watch::{self, Direction, Part, Windows, first_day, what_changed},
};

/// A part of a scope's guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangedPart {
    /// Those who paid at a part of the day.
    Meal(Meal),
    /// Those who came by a channel.
    Channel(Channel),
    /// Those of a segment.
    Segment(Segment),
}

impl From<Part> for ChangedPart {
    fn from(part: Part) -> Self {
        match part {
            Part::Channel(channel) => Self::Channel(channel),
            Part::Segment(segment) => Self::Segment(segment),
        }
    }
}

/// A part that changed more than all others.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// The part.
    pub part: ChangedPart,
    /// Its change less that of all others, in points.
    pub difference: f64,
}

/// How a score changed, as it stood when it was named first. Later its window would hold less and less of the days
/// before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Which way.
    pub direction: Direction,
    /// The likeliest first day that is different.
    pub since: Date,
    /// The first day of the shortest run that holds the true one nine times out of ten.
    pub earliest: Date,
    /// The last day of it.
    pub latest: Date,
    /// The score of the days since then less that of all days before, as answered. A change that was just found looks
    /// larger than it is.
    pub points: f64,
    /// Whether the three figures are not as answered, but less what was common to all siblings. So it is where a scope
    /// fell behind the others and its own score did not fall, or the other way round.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside: bool,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// The parts that changed more than all others, the furthest first; empty if everywhere alike. None where that was not
    /// worked out.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "known_parts")]
    pub parts: Option<Vec<Moved>>,
}

/// Those parts that this version knows.
fn known_parts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<Moved>>, D::Error> {
    let parts = Option::<Vec<serde_json::Value>>::deserialize(deserializer)?;
    Ok(parts.map(|parts| parts.into_iter().filter_map(|part| serde_json::from_value(part).ok()).collect()))
}

impl Change {
    /// The change that the evidence of a window shows in one direction.
    pub fn of(last: Date, direction: Direction, moved: &watch::Moved) -> Self {
        let watch::Moved { since, plain, adjusted, .. } = moved;
        let beside = (plain.difference < 0.0) != (direction == Direction::Drop);
        let (points, low, high) = match beside {
            true => (adjusted.value, adjusted.low, adjusted.high),
            false => (plain.difference, plain.low, plain.high),
        };
        Self {
            direction,
            since: first_day(last, since.likeliest),
            earliest: first_day(last, since.most),
            latest: first_day(last, since.fewest),
            points,
            low,
            high,
            beside,
            parts: None,
        }
    }
}

/// The parts of a scope that moved further than all others, from its days before a change and since. By part of the day,
/// channel and segment, with false claims over all of them kept to 5 %.
pub fn what_changed_in(days: &BTreeMap<Date, &Tally>, since: Date, direction: Direction) -> Vec<Moved> {
    let mut by_part: BTreeMap<ChangedPart, Windows> = BTreeMap::new();
    for (day, tally) in days {
        let meals = tally.hours.iter().map(|(hour, group)| (ChangedPart::Meal(Meal::of_hour(*hour)), group));
        let channels = tally.channels.iter().map(|(channel, group)| (ChangedPart::Channel(*channel), group));
        let segments = tally.segments.iter().map(|(segment, group)| (ChangedPart::Segment(*segment), group));
        for (part, group) in meals.chain(channels).chain(segments) {
            let windows = by_part.entry(part).or_default();
            let window = if *day < since { &mut windows.before } else { &mut windows.since };
            *window = window.and(group.recommendations);
        }
    }
    let parts: Vec<(ChangedPart, Windows)> = by_part.into_iter().collect();
    // Meals come first, then channels, then segments.
    let dimensions: Vec<&[(ChangedPart, Windows)]> =
        parts.chunk_by(|a, b| std::mem::discriminant(&a.0) == std::mem::discriminant(&b.0)).collect();
    let windows: Vec<Vec<Windows>> =
        dimensions.iter().map(|parts| parts.iter().map(|(_, windows)| *windows).collect()).collect();
    let found = what_changed(&windows, direction);
    let figures = found.dimensions.iter().flatten().zip(&parts).filter(|(figure, _)| figure.is_named);
    let mut moved: Vec<Moved> = figures
        .filter_map(|(figure, (part, _))| Some(Moved { part: *part, difference: figure.against_the_rest?.difference }))
        .collect();
    moved.sort_by(|a, b| b.difference.abs().total_cmp(&a.difference.abs()));
    moved
}
