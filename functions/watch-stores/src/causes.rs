//! Which changes come of others: one store that falls moves every node above it, most of their channels and segments, and
//! the answers by its codes. Those who answer for it are told once. And a node with other stores has another score, though
//! none of them changed.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use aftertaste::{
    domain::{
        count::{Recommendations, Series},
        place::{Path, Scope, StoreNumber},
        trend::Change,
        visit::Origin,
        watch::{Direction, Watched, Windows, what_changed},
    },
    watching::History,
};
use jiff::civil::Date;

/// From this share of a change on, it comes of those below that changed themselves, or came or went.
const MOSTLY: f64 = 0.5;

/// What the watch found of one scope in one direction.
pub(crate) struct Named<'a> {
    pub(crate) watched: &'a Watched,
    pub(crate) direction: Direction,
    pub(crate) change: Change,
}

/// Causes before what may come of them: guests who paid before those of codes, whole scopes before parts, stores before
/// nodes, and of nodes the lowest first. Otherwise the order stays: the surest first.
pub(crate) fn in_order(mut all: Vec<Named<'_>>) -> Vec<Named<'_>> {
    let depth = |scope: &Scope| match scope {
        Scope::Store(_) => usize::MAX,
        Scope::Node(path) => path.with_ancestors().count(),
    };
    all.sort_by_key(|named| {
        let Watched { series, scope, part } = named.watched;
        (series.origin != Origin::Payment, part.is_some(), Reverse(depth(scope)))
    });
    all
}

/// What a change comes of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Comes {
    /// It is one by itself.
    OfItself,
    /// It comes mostly of these, by their places.
    Of(Vec<usize>),
    /// It comes mostly of stores that answer only before it, or only since.
    OfOtherStores,
}

/// The changes that were met so far, each after all that it may come of.
pub(crate) struct Causes<'a> {
    all: &'a [Named<'a>],
    history: &'a History,
    last: Date,
    paths: BTreeMap<StoreNumber, &'a Path>,
    /// Those that are told by themselves.
    own: Vec<usize>,
    /// What each whole scope's change comes of: of itself, or of others.
    wholes: BTreeMap<usize, Vec<usize>>,
}

impl<'a> Causes<'a> {
    pub(crate) fn new(all: &'a [Named<'a>], history: &'a History, last: Date) -> Self {
        let paths = history.stores().iter().map(|store| (store.number, &store.details.path)).collect();
        Self { all, history, last, paths, own: Vec::new(), wholes: BTreeMap::new() }
    }

    /// Adds one that is told by itself, and may be what others come of.
    pub(crate) fn add(&mut self, at: usize) {
        self.own.push(at);
        self.add_whole(at, vec![at]);
    }

    /// Adds one that comes of others.
    pub(crate) fn add_whole(&mut self, at: usize, of: Vec<usize>) {
        if self.all.get(at).is_some_and(|named| named.watched.part.is_none()) {
            self.wholes.insert(at, of);
        }
    }

    pub(crate) fn of(&self, named: &Named<'_>) -> Comes {
        let Watched { series, scope, part } = named.watched;
        let is_alike = |own: &Named<'_>| own.direction == named.direction && own.watched.series.survey == series.survey;
        let is_of_payments = |own: &Named<'_>| own.watched.series.origin == Origin::Payment;
        let is_lesser = part.is_some() || series.origin != Origin::Payment;
        if is_lesser {
            let is_its_whole = |own: &Named<'_>| is_alike(own) && is_of_payments(own) && own.watched.scope == *scope;
            let whole = self.wholes.iter().find(|(at, _)| self.all.get(**at).is_some_and(is_its_whole));
            if let Some((_, of)) = whole {
                return Comes::Of(of.clone());
            }
        }
        let Scope::Node(node) = scope else { return Comes::OfItself };
        let is_beneath = |own: &Named<'_>| {
            let is_whole = own.watched.part.is_none() && own.watched.scope != *scope;
            is_alike(own) && is_of_payments(own) && is_whole && self.lies_within(&own.watched.scope, node)
        };
        let beneath: Vec<usize> =
            self.own.iter().copied().filter(|at| self.all.get(*at).is_some_and(is_beneath)).collect();
        let within = |at: usize| {
            let scope = self.all.get(at).map(|own| &own.watched.scope)?;
            let windows = self.windows_within(node, scope, series, named.change.since);
            // One that has just moved in counts elsewhere.
            (windows.before.n() + windows.since.n() > 0).then_some((at, windows))
        };
        let (causes, parts): (Vec<usize>, Vec<Windows>) = self.topmost(&beneath).into_iter().filter_map(within).unzip();
        let whole = self.sum(&self.history.days_of(&whole_of(named.watched), self.last), named.change.since);
        if share_of(&parts, whole, named.direction) >= MOSTLY {
            return Comes::Of(causes);
        }
        if self.comes_of_other_stores(node, named, whole) { Comes::OfOtherStores } else { Comes::OfItself }
    }

    /// Whether a node's change comes mostly of stores that came or went.
    fn comes_of_other_stores(&self, node: &Path, named: &Named<'_>, whole: Windows) -> bool {
        let stores = self.history.stores_below(node).into_iter();
        let series = &named.watched.series;
        let windows = stores.map(|store| self.windows_within(node, &Scope::Store(store), series, named.change.since));
        let others: Vec<Windows> =
            windows.filter(|windows| (windows.before.n() == 0) != (windows.since.n() == 0)).collect();
        share_of(&others, whole, named.direction) >= MOSTLY
    }

    /// Whether a scope is a node or lies below it.
    fn lies_within(&self, scope: &Scope, node: &Path) -> bool {
        match scope {
            Scope::Node(path) => node.covers(path),
            Scope::Store(store) => self.paths.get(store).is_some_and(|path| node.covers(path)),
        }
    }

    /// Those that lie in no other of them: their guests are counted once.
    fn topmost(&self, some: &[usize]) -> Vec<usize> {
        let scope = |at: usize| self.all.get(at).map(|named| &named.watched.scope);
        let nodes: Vec<&Path> = some
            .iter()
            .filter_map(|at| match scope(*at) {
                Some(Scope::Node(path)) => Some(path),
                _ => None,
            })
            .collect();
        let is_topmost = |at: &usize| {
            scope(*at).is_some_and(|scope| {
                let others = nodes.iter().filter(|node| *scope != Scope::Node((**node).clone()));
                !others.into_iter().any(|node| self.lies_within(scope, node))
            })
        };
        some.iter().copied().filter(is_topmost).collect()
    }

    /// The answers of a scope below a node that count towards it, before a day and since.
    fn windows_within(&self, node: &Path, scope: &Scope, series: &Series, since: Date) -> Windows {
        let days = match scope {
            Scope::Store(store) => self.history.days_within(node, *store, series, self.last),
            Scope::Node(_) => {
                let watched = Watched { series: series.clone(), scope: scope.clone(), part: None };
                self.history.days_of(&watched, self.last)
            }
        };
        self.sum(&days, since)
    }

    fn sum(&self, days: &[(Date, Recommendations)], since: Date) -> Windows {
        let sum = |is_since: bool| {
            let days = days.iter().filter(|(day, _)| (*day >= since) == is_since);
            days.fold(Recommendations::default(), |all, (_, answers)| all.and(*answers))
        };
        Windows { before: sum(false), since: sum(true) }
    }
}

/// The scope of which something is a part; of a whole scope itself.
fn whole_of(watched: &Watched) -> Watched {
    Watched { part: None, ..watched.clone() }
}

/// How much of a change some parts make up, 0 to 1 and more: exactly, by their scores and shares. 0 where the whole moved
/// the other way as answered.
fn share_of(parts: &[Windows], whole: Windows, direction: Direction) -> f64 {
    let rest = parts.iter().fold(whole, |rest, part| Windows {
        before: rest.before.without(part.before),
        since: rest.since.without(part.since),
    });
    let all: Vec<Windows> = parts.iter().copied().chain([rest]).collect();
    let figures = what_changed(&[all], direction).dimensions;
    let moved: Vec<f64> = figures.iter().flatten().map(|figure| figure.score + figure.mix).collect();
    let total: f64 = moved.iter().sum();
    let is_its_way = if direction == Direction::Drop { total < 0.0 } else { total > 0.0 };
    if is_its_way { moved.iter().take(parts.len()).sum::<f64>() / total } else { 0.0 }
}
