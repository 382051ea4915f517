//! The watch over a table: the history of every scope as the rollups have it, and what the watch of a night finds there.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    count::{Recommendations, Series},
    place::{Path, Scope, Store, StoreNumber},
    visit::Origin,
    watch::{Counted, DAYS, FEWEST_SIBLINGS, Group, NodeDay, Part, Stream, Watch, Watched},
};
use futures::stream::{self, StreamExt, TryStreamExt};
use jiff::{ToSpan, civil::Date};

use crate::table::{Table, TableError};

/// So many nodes are read at once.
const AT_ONCE: usize = 8;

/// How far back it is searched for the last night, which knows nodes that no store is in any more.
const NIGHTS_BACK: i64 = 63;

/// A node whose last answers are so many days old may be without any.
const QUIET_DAYS: i64 = 14;

/// With so many answers a store asked a survey.
const A_SURVEY: u64 = 30;

/// The answers of all that is watched, by business day.
#[derive(Default)]
pub struct History {
    stores: Vec<Store>,
    /// The lowest nodes with answers, and the last day on which each has some.
    nodes: BTreeMap<Path, Date>,
    /// The lowest nodes whose last day was counted, whether or not it has answers.
    counted: BTreeSet<Path>,
    /// The nodes of store-days that lie in another node than the store does now.
    elsewhere: BTreeMap<(StoreNumber, Date), Path>,
    /// The series of guests who paid.
    paid: BTreeSet<Series>,
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

/// The last day that is over for every store; none without a store.
pub fn over_for_all(stores: &[Store], now: jiff::Timestamp) -> Option<Date> {
    stores.iter().map(|store| store.calendar.day_of(now)).min()?.yesterday().ok()
}

/// The first day of the window that ends with a day.
pub fn first_of_window(last: Date) -> Date {
    last.saturating_sub((i64::try_from(DAYS).unwrap_or(0) - 1).days())
}

impl History {
    /// Reads the days from one to another, both ends included. Each is a day that is over for every store.
    ///
    /// # Errors
    /// When the table can't be read.
    pub async fn read(table: &Table, stores: Vec<Store>, (first, last): (Date, Date)) -> Result<Self, TableError> {
        let mut lowest: BTreeSet<Path> = stores.iter().map(|store| store.details.path.clone()).collect();
        // A store that moved has its days before in the node that it left, though no store may be there any more.
        lowest.extend(nodes_before(table, last).await?);
        let reads: Vec<_> = lowest
            .into_iter()
            .map(|path| async move { Ok::<_, TableError>((days_of_node(table, &path, (first, last)).await?, path)) })
            .collect();
        let mut read = stream::iter(reads).buffer_unordered(AT_ONCE);
        let paths = stores.iter().map(|store| (store.number, store.details.path.clone())).collect();
        let mut history = Self { stores, ..Self::default() };
        while let Some((days, path)) = read.try_next().await? {
            if days.contains_key(&last) {
                history.counted.insert(path.clone());
            }
            for (day, node_day) in days {
                history.add((&path, &paths), day, &node_day);
            }
        }
        Ok(history)
    }

    /// The answers of what is watched on the days with any of the window that ends with a day.
    pub fn days_of(&self, watched: &Watched, last: Date) -> Vec<(Date, Recommendations)> {
        let days = self.days.get(watched).into_iter();
        days.flat_map(|days| days.range(first_of_window(last)..=last)).map(|(day, answers)| (*day, *answers)).collect()
    }

    /// The answers of what is watched on each day of the window that ends with a day; none without any.
    pub fn stream(&self, watched: &Watched, last: Date) -> Option<Stream> {
        Some(Stream::ending(last, self.days.get(watched)?.iter().map(|(day, answers)| (*day, *answers))))
    }

    /// The stores there are.
    pub fn stores(&self) -> &[Store] {
        &self.stores
    }

    /// The lowest nodes with answers.
    pub fn nodes(&self) -> impl Iterator<Item = &Path> {
        self.nodes.keys()
    }

    /// Whether the last day was counted of every node that had answers lately. A day that is still to be counted looks
    /// like one on which nobody answered.
    pub fn is_counted(&self, last: Date) -> bool {
        let lately = last.saturating_sub(QUIET_DAYS.days());
        let has_stores = |node: &Path| self.stores.iter().any(|store| store.details.path == *node);
        let mut active = self.nodes.iter().filter(|(node, day)| **day >= lately && has_stores(node));
        active.all(|(node, _)| self.counted.contains(node))
    }

    /// The stores that lie below a node, or did on a day with answers.
    pub fn stores_below(&self, node: &Path) -> BTreeSet<StoreNumber> {
        let now = self.stores.iter().filter(|store| node.covers(&store.details.path)).map(|store| store.number);
        let then = self.elsewhere.iter().filter(|(_, path)| node.covers(path)).map(|((store, _), _)| *store);
        now.chain(then).collect()
    }

    /// The answers of a store to a series, on the days of the window on which it counted towards a node.
    pub fn days_within(
        &self,
        node: &Path,
        store: StoreNumber,
        series: &Series,
        last: Date,
    ) -> Vec<(Date, Recommendations)> {
        let watched = Watched { series: series.clone(), scope: Scope::Store(store), part: None };
        let now = self.stores.iter().find(|known| known.number == store).map(|store| &store.details.path);
        let mut days = self.days_of(&watched, last);
        days.retain(|(day, _)| self.elsewhere.get(&(store, *day)).or(now).is_some_and(|path| node.covers(path)));
        days
    }

    /// The answers of a store's guests after their payments, to whatever survey, from one day to another.
    pub fn paid_days(&self, store: StoreNumber, first: Date, last: Date) -> Vec<Recommendations> {
        let scope = Scope::Store(store);
        let watched = |series: &Series| Watched { series: series.clone(), scope: scope.clone(), part: None };
        let of_store: Vec<_> = self.paid.iter().filter_map(|series| self.days.get(&watched(series))).collect();
        let days = first.series(1.day()).take_while(|day| *day <= last);
        days.map(|day| {
            let answers = of_store.iter().filter_map(|days| days.get(&day));
            answers.fold(Recommendations::default(), |all, of_series| all.and(*of_series))
        })
        .collect()
    }

    /// Whether a store's guests answered two surveys after their payments on some days, each more than by a late link.
    pub fn asked_another(&self, store: StoreNumber, first: Date, last: Date) -> bool {
        let watched = |series: &Series| Watched { series: series.clone(), scope: Scope::Store(store), part: None };
        let answers = self.paid.iter().filter_map(|series| self.days.get(&watched(series))).map(|days| {
            let days = days.range(first..=last);
            days.fold(Recommendations::default(), |all, (_, answers)| all.and(*answers)).n()
        });
        answers.filter(|n| *n >= A_SURVEY).count() > 1
    }

    /// Adds a day of a lowest node: of each of its stores, and of all nodes above.
    fn add(&mut self, (path, paths): (&Path, &BTreeMap<StoreNumber, Path>), day: Date, NodeDay(by_series): &NodeDay) {
        if !by_series.is_empty() {
            let latest = self.nodes.entry(path.clone()).or_insert(day);
            *latest = day.max(*latest);
        }
        for store in by_series.values().flat_map(|counts| counts.stores.keys()) {
            if paths.get(store) != Some(path) {
                self.elsewhere.insert((*store, day), path.clone());
            }
        }
        for (series, counts) in by_series {
            if series.origin == Origin::Payment && !self.paid.contains(series) {
                self.paid.insert(series.clone());
            }
            for (store, Counted(answers)) in &counts.stores {
                self.add_to(series, &Scope::Store(*store), None, (day, *answers));
                for node in path.with_ancestors() {
                    self.add_to(series, &Scope::Node(node), None, (day, *answers));
                }
            }
            let channels = counts.channels.iter().map(|(channel, answers)| (Part::Channel(*channel), answers));
            let segments = counts.segments.iter().map(|(segment, answers)| (Part::Segment(*segment), answers));
            for (part, Counted(answers)) in channels.chain(segments) {
                for node in path.with_ancestors() {
                    self.add_to(series, &Scope::Node(node), Some(part), (day, *answers));
                }
            }
        }
    }

    fn add_to(&mut self, series: &Series, scope: &Scope, part: Option<Part>, (day, answers): (Date, Recommendations)) {
        let watched = Watched { series: series.clone(), scope: scope.clone(), part };
        let there = self.days.entry(watched).or_default().entry(day).or_default();
        *there = there.and(answers);
    }

    /// The watch of the night after a day. False alarms of all that is watched are so many days apart on average, drops
    /// and rises each.
    pub fn watch(&self, last: Date, days_apart: u64) -> Night {
        let first = first_of_window(last);
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

/// The lowest nodes that the last night had answers of. One that can't be read is passed over for the one before it.
async fn nodes_before(table: &Table, last: Date) -> Result<Vec<Path>, TableError> {
    for back in 1..=NIGHTS_BACK {
        match table.last_night(last.saturating_sub(back.days()), NIGHTS_BACK).await {
            Ok(night) => return Ok(night.map(|night| night.nodes).unwrap_or_default()),
            Err(error @ TableError::Unreadable { .. }) => error.log_left_out(),
            Err(error) => return Err(error),
        }
    }
    Ok(Vec::new())
}

/// The days of a lowest node. Those that an earlier version counted are read from its rollups.
async fn days_of_node(
    table: &Table,
    path: &Path,
    (first, last): (Date, Date),
) -> Result<BTreeMap<Date, NodeDay>, TableError> {
    let mut days = table.node_days(path, first, last).await?;
    let all = first.series(1.day()).take_while(|day| *day <= last);
    let missing: Vec<Date> = all.filter(|day| !days.contains_key(day)).collect();
    if let (Some(from), Some(to)) = (missing.first(), missing.last()) {
        for (day, rollup) in table.rollups(&Scope::Node(path.clone()), *from, *to).await? {
            days.entry(day).or_insert_with(|| NodeDay::of(&rollup.content));
        }
    }
    Ok(days)
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
