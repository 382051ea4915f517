//! What the watch says of simulated chains, night by night.

use domain::{
    count::Recommendations,
    watch::{DAYS, DAYS_APART, Direction, Group, Stream, Watch, WhatChanged, Windows, what_changed},
};
use fastrand::Rng;

use super::world::{Counts, World, chain, guests, normal};

/// Nights of a month.
pub const MONTH: usize = 30;

/// So long a drop is waited for.
pub const LONGEST: usize = 42;

/// What is simulated.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    pub world: &'a World,
    pub stores: usize,
    pub a_day: f64,
}

/// Each store's window that ends with a day.
pub fn streams(chain: &[Vec<Counts>], last: usize) -> Vec<Stream> {
    let first = last + 1 - DAYS;
    chain.iter().map(|days| Stream::new(std::array::from_fn(|t| recommendations(days[first + t])))).collect()
}

fn recommendations([promoters, passives, detractors]: Counts) -> Recommendations {
    let [promoters, passives, detractors] = [promoters, passives, detractors].map(u64::from);
    Recommendations { promoters, passives, detractors }
}

/// All stores beside each other.
pub fn watch(streams: &[Stream], days_apart: u64) -> Watch {
    let all: Vec<usize> = (0..streams.len()).collect();
    Watch::of(streams, &[Group { siblings: all.clone(), judged: all }], days_apart)
}

/// In how many months somebody was named where nothing changed.
#[derive(Debug, Clone, Copy, Default)]
pub struct FalseAlarms {
    pub drops: u32,
    pub rises: u32,
    pub either: u32,
}

/// Each month is that of another chain.
pub fn false_alarms(rng: &mut Rng, cell: Cell<'_>, months: u32, days_apart: u64) -> FalseAlarms {
    let mut found = FalseAlarms::default();
    for _ in 0..months {
        let chain = chain(rng, cell.world, [cell.stores, DAYS + MONTH - 1], cell.a_day, |_, _| 0.0);
        let (mut drops, mut rises) = (false, false);
        for night in 0..MONTH {
            let watch = watch(&streams(&chain, DAYS - 1 + night), days_apart);
            drops |= !watch.drops.named.is_empty();
            rises |= !watch.rises.named.is_empty();
        }
        found.drops += u32::from(drops);
        found.rises += u32::from(rises);
        found.either += u32::from(drops || rises);
    }
    found
}

/// When a change of one store was found, and what was said of it then.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    /// How many days it had lasted.
    pub days: usize,
    /// Whether it began within the days that are shown.
    pub is_covered: bool,
    /// How far from its beginning the likeliest day is.
    pub off_by: usize,
    /// How large it is said to be, in points.
    pub said: f64,
}

/// One store of each chain drops by so many points and stays there. None where that was not seen in 42 days.
pub fn changes(rng: &mut Rng, cell: Cell<'_>, points: f64, repeats: u32) -> Vec<Option<Found>> {
    let before = DAYS - 1;
    let changed = |store: usize, day: usize| if store == 0 && day >= before { points } else { 0.0 };
    let mut trial = || {
        let chain = chain(rng, cell.world, [cell.stores, before + LONGEST], cell.a_day, changed);
        (1..=LONGEST).find_map(|days| {
            let watch = watch(&streams(&chain, before + days - 1), DAYS_APART);
            let drop = watch.evidence[0].as_ref().filter(|_| watch.drops.named.contains(&0))?.drop;
            let is_covered = (drop.since.fewest..=drop.since.most).contains(&days);
            Some(Found { days, is_covered, off_by: drop.since.likeliest.abs_diff(days), said: drop.plain.difference })
        })
    };
    (0..repeats).map(|_| trial()).collect()
}

/// The shares of guests in four hour bands, five channels and five segments.
const DIMENSIONS: [&[f64]; 3] = [&[0.1, 0.35, 0.15, 0.4], &[0.5, 0.2, 0.15, 0.1, 0.05], &[0.3, 0.25, 0.2, 0.15, 0.1]];

/// What is said of a store's last days against those before, where all guests or those of the evening moved. Parts
/// differ by 5 points as a standard deviation, and days by 4.
pub fn part_trial(rng: &mut Rng, a_day: u32, days: usize, everywhere: f64, evening: f64) -> WhatChanged {
    let own: Vec<Vec<f64>> = DIMENSIONS.iter().map(|parts| parts.iter().map(|_| 5.0 * normal(rng)).collect()).collect();
    let mut windows: Vec<Vec<[Counts; 2]>> = DIMENSIONS.iter().map(|parts| vec![[[0; 3]; 2]; parts.len()]).collect();
    for day in 0..DAYS {
        let is_after = usize::from(day >= DAYS - days);
        let of_day = 45.0 + 4.0 * normal(rng);
        for _ in 0..a_day {
            let parts: Vec<usize> = DIMENSIONS.iter().map(|shares| part(rng, shares)).collect();
            let of_parts: f64 = parts.iter().zip(&own).map(|(part, own)| own[*part]).sum();
            let moved = if is_after == 1 { everywhere + if parts[0] == 3 { evening } else { 0.0 } } else { 0.0 };
            let guest = guests(rng, 1, of_day + of_parts + moved);
            for (part, windows) in parts.iter().zip(&mut windows) {
                windows[*part][is_after].iter_mut().zip(guest).for_each(|(all, one)| *all += one);
            }
        }
    }
    let both =
        |[before, since]: &[Counts; 2]| Windows { before: recommendations(*before), since: recommendations(*since) };
    let dimensions: Vec<Vec<Windows>> = windows.iter().map(|parts| parts.iter().map(both).collect()).collect();
    what_changed(&dimensions, Direction::Drop)
}

fn part(rng: &mut Rng, shares: &[f64]) -> usize {
    let mut lot = rng.f64();
    let found = shares.iter().position(|share| {
        lot -= share;
        lot < 0.0
    });
    found.unwrap_or(shares.len() - 1)
}
