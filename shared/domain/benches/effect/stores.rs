//! A chain of stores, and what is said of some of them.

use domain::{
    action::{Circumstances, Evidence, Reference, Sibling, Term, Verdict, Windows, judge},
    count::Recommendations,
};
use fastrand::Rng;
use jiff::civil::{Date, date};

use super::{
    day_variance::day_variance,
    world::{Counts, World},
};

/// Nine weeks before, and four after.
const DAYS: usize = 91;

/// The last of these, from which σ² is estimated.
const ESTIMATED: usize = 63;

/// The first day of an action.
const START: Date = date(2026, 11, 2);

pub struct Chain {
    counts: Vec<Vec<Counts>>,
    days: Vec<Vec<Recommendations>>,
}

impl Chain {
    pub fn new(rng: &mut Rng, world: &World, stores: usize, a_day: f64) -> Self {
        Self::improved(rng, world, stores, a_day, 0.0)
    }

    /// One whose first store is so many points better from the start on.
    pub fn improved(rng: &mut Rng, world: &World, stores: usize, a_day: f64, points: f64) -> Self {
        let mut counts = world.chain(rng, stores, DAYS, a_day);
        for day in &mut counts[0][DAYS - 28..] {
            lift(rng, day, points / 200.0);
        }
        let recommendations = |[promoters, passives, detractors]: &Counts| Recommendations {
            promoters: *promoters,
            passives: *passives,
            detractors: *detractors,
        };
        let days = counts.iter().map(|days| days.iter().map(recommendations).collect()).collect();
        Self { counts, days }
    }

    /// The last verdict on an action of some stores.
    pub fn verdict(&self, acting: &[usize]) -> Verdict {
        self.judged(acting, Term::FourWeeks)
    }

    /// The first one.
    pub fn first_verdict(&self, acting: &[usize]) -> Verdict {
        self.judged(acting, Term::Fortnight)
    }

    fn judged(&self, acting: &[usize], term: Term) -> Verdict {
        let windows = Windows::new(START, 0, term);
        let nothing_else = |_, _| Circumstances::default();
        self.with(acting, |evidence| judge(&windows, windows.last_day(), evidence, None, nothing_else).verdict)
    }

    /// Half of the interval's width against the four weeks before.
    pub fn half_width(&self, acting: &[usize]) -> f64 {
        let (low, high) = self.interval(acting, Reference::Before).unwrap();
        (high - low) / 2.0
    }

    /// The interval against some days before, in whatever state the stores were in them.
    pub fn interval(&self, acting: &[usize], reference: Reference) -> Option<(f64, f64)> {
        let windows = Windows::new(START, 0, Term::FourWeeks);
        let effect = |evidence: &Evidence<'_>| evidence.effect(windows.reference(reference), windows.after());
        self.with(acting, effect).map(|effect| (effect.low, effect.high))
    }

    fn with<T>(&self, acting: &[usize], say: impl FnOnce(&Evidence<'_>) -> T) -> T {
        let beside: Vec<usize> = (0..self.days.len()).filter(|store| !acting.contains(store)).collect();
        let days = |stores: &[usize]| stores.iter().map(|store| self.days[*store].clone()).collect::<Vec<_>>();
        let siblings: Vec<Sibling> =
            days(&beside).into_iter().map(|days| Sibling { days, undisturbed: true }).collect();
        let counts: Vec<Vec<Counts>> =
            beside.iter().map(|store| self.counts[*store][DAYS - ESTIMATED..].to_vec()).collect();
        say(&Evidence { acting: &days(acting), siblings: &siblings, day_variance: day_variance(&counts) })
    }

    /// In standard errors by guests alone: how a store changed.
    pub fn before_and_after(&self, store: usize) -> f64 {
        let (change, variance) = self.change(store, 35..63, 63..91);
        change / variance.sqrt()
    }

    /// The same less what the siblings changed together.
    pub fn less_siblings(&self, store: usize) -> f64 {
        let (own, own_variance) = self.change(store, 35..63, 63..91);
        let beside =
            (0..self.days.len()).filter(|other| *other != store).map(|other| self.change(other, 35..63, 63..91));
        let beside: Vec<(f64, f64)> = beside.collect();
        let k = beside.len() as f64;
        let mean = beside.iter().map(|(change, _)| change).sum::<f64>() / k;
        let variance = beside.iter().map(|(_, variance)| variance).sum::<f64>() / (k * k);
        (own - mean) / (own_variance + variance).sqrt()
    }

    /// The store with the lowest score in the four weeks before.
    pub fn worst(&self) -> usize {
        self.least(|store| self.score(store, 35..63).0)
    }

    /// The store whose score fell most into these weeks.
    pub fn fell_most(&self) -> usize {
        self.least(|store| self.change(store, 0..35, 35..63).0)
    }

    fn least(&self, of: impl Fn(usize) -> f64) -> usize {
        (0..self.days.len()).min_by(|a, b| of(*a).total_cmp(&of(*b))).unwrap()
    }

    fn change(&self, store: usize, from: std::ops::Range<usize>, to: std::ops::Range<usize>) -> (f64, f64) {
        let ((old, old_variance), (new, new_variance)) = (self.score(store, from), self.score(store, to));
        (new - old, old_variance + new_variance)
    }

    /// The score of some days, and its variance by guests alone.
    fn score(&self, store: usize, days: std::ops::Range<usize>) -> (f64, f64) {
        let all = self.counts[store][days].iter().fold([0; 3], |all, day| [0, 1, 2].map(|at: usize| all[at] + day[at]));
        let [promoters, passives, detractors]: [f64; 3] = all.map(|count: u64| count as f64);
        let n = promoters + passives + detractors;
        let score = (promoters - detractors) / n;
        (100.0 * score, 10_000.0 * ((promoters + detractors) / n - score * score) / n)
    }
}

/// Makes guests happier by two steps: so large a part of all, of detractors first and then of those who are passive.
fn lift(rng: &mut Rng, [promoters, passives, detractors]: &mut Counts, part: f64) {
    let n = *promoters + *passives + *detractors;
    let happier = (0..n).filter(|_| rng.f64() < part).count() as u64;
    let from_below = happier.min(*detractors);
    *detractors -= from_below;
    let single_steps = (2 * (happier - from_below)).min(*passives);
    *passives -= single_steps;
    *promoters += from_below + single_steps;
}
