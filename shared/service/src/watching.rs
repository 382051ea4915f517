//! The watch over a table: the history of every scope as the rollups have it, and what the watch of a night finds there.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    count::{Content, Recommendations, Rollup, Series},
    place::{Path, Scope, Store},
    visit::{Channel, Origin, Segment},
    watch::{DAYS, FEWEST_SIBLINGS, Group, Stream, Watch},
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{ToSpan, civil::Date};

use crate::table::{Table, TableError};

/// So many nodes are read at once.
const AT_ONCE: usize = 8;

/// A part of a node's guests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Those who came by a channel.
    Channel(Channel),
    /// Those of a segment.
    Segment(Segment),
}

/// What is watched: the answers of a scope, or of a part of a node, to one series.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Watched {
    /// The series.
    pub series: Series,
    /// The scope.
    pub scope: Scope,
    /// The part of its guests; none for all.
    pub part: Option<Part>,
}

/// The answers of all that is watched, by business day.
pub struct History {
    stores: Vec<Store>,
    days: BTreeMap<Watched, BTreeMap<Date, Recommendations>>,
}

/// What the watch of a night found.
pub struct Night {
    /// All that was watched, in the order of the evidence.
    pub watched: Vec<Watched>,
    /// What was found.
    pub watch: Watch,
    /// Of each group of the watch: the series, the node under which the siblings lie (none for topmost nodes), whether
    /// they are stores, and how many there are.
    pub groups: Vec<(Series, Option<Path>, bool, usize)>,
}

impl History {
    /// Reads what nights need whose last days are these, both ends included. Each is a day that is over for every store.
    /// A day that a store spent in a node which has no store any more is not known here.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn read(table: &Table, from: Date, to: Date) -> Result<Self, TableError> {
        let stores = table.stores().await?.stores;
        let first = from.saturating_sub((i64::try_from(DAYS).unwrap_or(0) - 1).days());
        let lowest: BTreeSet<Path> = stores.iter().map(|store| store.details.path.clone()).collect();
        let reads = lowest.into_iter().map(|path| async move {
            let rollups = table.rollups(&Scope::Node(path.clone()), first, to).await?;
            Ok::<_, TableError>((path, rollups))
        });
        let mut read = stream::iter(reads).buffer_unordered(AT_ONCE);
        let mut history = Self { stores, days: BTreeMap::new() };
        while let Some((path, rollups)) = read.try_next().await? {
            for (day, Rollup { content, .. }) in rollups {
                history.add(&path, day, &content);
            }
        }
        Ok(history)
    }

    /// Adds a day of a lowest node: of each of its stores, and of all nodes above.
    fn add(&mut self, path: &Path, day: Date, content: &Content) {
        for (child, by_series) in &content.children {
            let Ok(store @ Scope::Store(_)) = child.parse() else { continue };
            for (series, group) in by_series {
                self.add_to(series, &store, None, (day, group.recommendations));
                for node in path.with_ancestors() {
                    self.add_to(series, &Scope::Node(node), None, (day, group.recommendations));
                }
            }
        }
        // Those who came without a payment came by one channel.
        for (series, tally) in content.tallies.iter().filter(|(series, _)| series.origin == Origin::Payment) {
            let channels = tally.channels.iter().map(|(channel, group)| (Part::Channel(*channel), group));
            let segments = tally.segments.iter().map(|(segment, group)| (Part::Segment(*segment), group));
            for (part, group) in channels.chain(segments) {
                for node in path.with_ancestors() {
                    self.add_to(series, &Scope::Node(node), Some(part), (day, group.recommendations));
                }
            }
        }
    }

    fn add_to(&mut self, series: &Series, scope: &Scope, part: Option<Part>, (day, answers): (Date, Recommendations)) {
        // Tests of a survey say nothing of guests, and staff answer by the month.
        if answers.n() == 0 || !matches!(series.origin, Origin::Payment | Origin::Code) {
            return;
        }
        let watched = Watched { series: series.clone(), scope: scope.clone(), part };
        let there = self.days.entry(watched).or_default().entry(day).or_default();
        there.promoters += answers.promoters;
        there.passives += answers.passives;
        there.detractors += answers.detractors;
    }

    /// The watch of the night after a day. False alarms of all that is watched are so many days apart on average, drops
    /// and rises each.
    pub fn watch(&self, last: Date, days_apart: u64) -> Night {
        let first = last.saturating_sub((i64::try_from(DAYS).unwrap_or(0) - 1).days());
        let inside = |days: &BTreeMap<Date, Recommendations>| days.range(first..=last).next().is_some();
        let all = self.days.iter().filter(|(_, days)| inside(days));
        let (watched, streams): (Vec<Watched>, Vec<Stream>) = all
            .map(|(watched, days)| (watched.clone(), Stream::ending(last, days.iter().map(|(day, n)| (*day, *n)))))
            .unzip();
        let mut named = self.stores_beside(&watched);
        named.extend(nodes_beside(&watched));
        let (groups, of): (Vec<_>, Vec<Group>) = named
            .into_iter()
            .map(|(Beside { series, above, stores, .. }, group)| ((series, above, stores, group.siblings.len()), group))
            .unzip();
        Night { watch: Watch::of(&streams, &of, days_apart), watched, groups }
    }

    /// Each store beside those of the nearest node above that has ten of them, or else of the topmost node.
    fn stores_beside(&self, watched: &[Watched]) -> BTreeMap<Beside, Group> {
        let paths: BTreeMap<Scope, &Path> =
            self.stores.iter().map(|store| (Scope::Store(store.number), &store.details.path)).collect();
        let mut below: BTreeMap<(&Series, Path), Vec<usize>> = BTreeMap::new();
        let known = || watched.iter().enumerate().filter_map(|(at, of)| Some((at, &of.series, *paths.get(&of.scope)?)));
        for (at, series, path) in known() {
            for node in path.with_ancestors() {
                below.entry((series, node)).or_default().push(at);
            }
        }
        let mut groups: BTreeMap<Beside, Group> = BTreeMap::new();
        for (at, series, path) in known() {
            let mut nodes: Vec<Path> = path.with_ancestors().collect();
            nodes.sort_by_key(|node| std::cmp::Reverse(node.as_str().len()));
            let enough = |node: &&Path| {
                below.get(&(series, (*node).clone())).is_some_and(|stores| stores.len() >= FEWEST_SIBLINGS)
            };
            let Some(node) = nodes.iter().find(enough).or(nodes.last()) else { continue };
            let beside = Beside { series: series.clone(), part: None, above: Some(node.clone()), stores: true };
            let group = groups.entry(beside).or_insert_with(|| Group {
                siblings: below.get(&(series, node.clone())).cloned().unwrap_or_default(),
                judged: Vec::new(),
            });
            group.judged.push(at);
        }
        groups
    }
}

/// What the scopes of a group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Beside {
    series: Series,
    part: Option<Part>,
    /// The node that they lie below; none for topmost nodes.
    above: Option<Path>,
    /// Whether they are stores.
    stores: bool,
}

/// Each node, and each part of one, beside the same of the nodes that lie directly below the same node.
fn nodes_beside(watched: &[Watched]) -> BTreeMap<Beside, Group> {
    let mut groups: BTreeMap<Beside, Group> = BTreeMap::new();
    for (at, Watched { series, scope, part }) in watched.iter().enumerate() {
        let Scope::Node(path) = scope else { continue };
        let above = path.with_ancestors().take_while(|node| node != path).last();
        let beside = Beside { series: series.clone(), part: *part, above, stores: false };
        let group = groups.entry(beside).or_default();
        group.siblings.push(at);
        group.judged.push(at);
    }
    groups
}
