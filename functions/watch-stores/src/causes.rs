//! Which changes come of others: one store that falls moves every node above it, most of their channels and segments, and
//! the answers by its codes. Those who answer for it are told once.

use std::cmp::Reverse;

use aftertaste::{
    domain::{
        count::Recommendations,
        place::{Path, Scope},
        trend::Change,
        visit::Origin,
        watch::{Direction, Watched, Windows, what_changed},
    },
    watching::History,
};
use jiff::civil::Date;

/// From this share of a node's change on, it comes of the scopes below that changed themselves.
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

/// The changes that are told by themselves.
pub(crate) struct Causes<'a> {
    all: &'a [Named<'a>],
    history: &'a History,
    last: Date,
    own: Vec<usize>,
}

impl<'a> Causes<'a> {
    pub(crate) fn new(all: &'a [Named<'a>], history: &'a History, last: Date) -> Self {
        Self { all, history, last, own: Vec::new() }
    }

    /// Adds one that is told by itself.
    pub(crate) fn add(&mut self, at: usize) {
        self.own.push(at);
    }

    /// Those that make up a change; none if it is one by itself.
    pub(crate) fn of(&self, named: &Named<'_>) -> Vec<usize> {
        let Watched { series, scope, part } = named.watched;
        let below = self.alike(named, |own| self.lies_within(&own.watched.scope, scope));
        let of_other_guests: Vec<usize> = below
            .iter()
            .copied()
            .filter(|own| self.watched(*own).is_some_and(|own| own.series.origin == Origin::Payment))
            .collect();
        if series.origin != Origin::Payment && !of_other_guests.is_empty() {
            return of_other_guests;
        }
        let same: Vec<usize> =
            below.into_iter().filter(|own| self.watched(*own).is_some_and(|own| own.series == *series)).collect();
        if part.is_some() {
            return same;
        }
        let beneath: Vec<usize> =
            same.into_iter().filter(|own| self.watched(*own).is_some_and(|own| own.scope != *scope)).collect();
        let topmost = self.topmost(&beneath);
        if self.share_of(named, &topmost) >= MOSTLY { topmost } else { Vec::new() }
    }

    fn watched(&self, at: usize) -> Option<&'a Watched> {
        self.all.get(at).map(|named| named.watched)
    }

    /// Whole scopes that are told by themselves and moved the same way.
    fn alike(&self, named: &Named<'_>, is_meant: impl Fn(&Named<'_>) -> bool) -> Vec<usize> {
        let of = |at: &usize| {
            let own = self.all.get(*at);
            own.is_some_and(|own| own.direction == named.direction && own.watched.part.is_none() && is_meant(own))
        };
        self.own.iter().copied().filter(of).collect()
    }

    /// Whether a scope is another or lies below it.
    fn lies_within(&self, scope: &Scope, other: &Scope) -> bool {
        match (scope, other) {
            (Scope::Node(path), Scope::Node(node)) => node.covers(path),
            (Scope::Store(_), Scope::Node(node)) => self.path(scope).is_some_and(|path| node.covers(path)),
            _ => scope == other,
        }
    }

    fn path(&self, scope: &Scope) -> Option<&'a Path> {
        let Scope::Store(number) = scope else { return None };
        self.history.stores().iter().find(|store| store.number == *number).map(|store| &store.details.path)
    }

    /// Those that lie in no other of them: their guests are counted once.
    fn topmost(&self, some: &[usize]) -> Vec<usize> {
        let scope = |at: usize| self.watched(at).map(|watched| &watched.scope);
        let lies_in_another = |at: &usize| {
            let others = some.iter().filter(|other| scope(**other) != scope(*at));
            let within = |other: &usize| Some(self.lies_within(scope(*at)?, scope(*other)?));
            others.into_iter().any(|other| within(other).unwrap_or(false))
        };
        some.iter().copied().filter(|at| !lies_in_another(at)).collect()
    }

    /// How much of a change some scopes below make up, 0 to 1 and more: exactly, by their scores and shares.
    fn share_of(&self, named: &Named<'_>, some: &[usize]) -> f64 {
        let whole = self.windows(named.watched, named.change.since);
        let parts: Vec<Windows> = some
            .iter()
            .filter_map(|at| self.watched(*at))
            .map(|watched| self.windows(watched, named.change.since))
            .collect();
        let rest = parts.iter().fold(whole, |rest, part| Windows {
            before: rest.before.without(part.before),
            since: rest.since.without(part.since),
        });
        let all: Vec<Windows> = parts.into_iter().chain([rest]).collect();
        let figures = what_changed(&[all], named.direction).dimensions;
        let moved: Vec<f64> = figures.iter().flatten().map(|figure| figure.score + figure.mix).collect();
        let total: f64 = moved.iter().sum();
        if total == 0.0 { 0.0 } else { moved.iter().take(some.len()).sum::<f64>() / total }
    }

    /// The answers before a day of the window, and since.
    fn windows(&self, watched: &Watched, since: Date) -> Windows {
        let days = self.history.days_of(watched, self.last);
        let sum = |is_since: bool| {
            let days = days.iter().filter(|(day, _)| (*day >= since) == is_since);
            days.fold(Recommendations::default(), |all, (_, answers)| all.and(*answers))
        };
        Windows { before: sum(false), since: sum(true) }
    }
}
