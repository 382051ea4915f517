//! Ranks: how often equal stores are ranked apart, and how often a store's true rank is in its range.

use domain::{
    count::Recommendations,
    report::{Rank, compare_over, ranks},
};
use fastrand::Rng;

use super::{
    SEED,
    days::USUAL,
    draws::{Shares, days, guests, normal, sum},
    head, percent,
};

pub const REPEATS: u32 = 20;
/// The product's window.
const WINDOW: usize = 28;
/// How many stores are ranked, and how often that is repeated.
pub const STORES: [(usize, u32); 2] = [(20, 2_000), (200, 500)];
const ANSWERS_A_DAY: [f64; 2] = [10.0, 40.0];
const CORRELATIONS: [f64; 2] = [0.0, 0.05];

/// How far true scores spread around 40, on the scale −1 to 1.
const SPREAD: f64 = 0.1;
/// The share of passives in each of these stores.
const PASSIVES: f64 = 0.3;

pub fn equal_stores(rng: &mut Rng) {
    println!("| answers a store | ranked apart from some other | changed against the period before |");
    println!("| --: | --: | --: |");
    for n in [5, 20, 100, 300] {
        let (mut ranked, mut changed) = (0, 0);
        for _ in 0..REPEATS {
            let mut stores = || -> Vec<Recommendations> { (0..1000).map(|_| guests(rng, n, USUAL)).collect() };
            let (now, before) = (stores(), stores());
            ranked += apart(&ranks(&now.iter().map(|store| vec![*store]).collect::<Vec<_>>()));
            let differs = |(a, b): (&Recommendations, &Recommendations)| {
                compare_over(&[*a], &[*b]).is_some_and(|d| d.distinguishable)
            };
            changed += now.iter().zip(&before).filter(|pair| differs(*pair)).count();
        }
        let percent = |claims: usize| claims as f64 / f64::from(REPEATS) / 10.0;
        println!("| {n} | {:.1} | {:.1} |", percent(ranked), percent(changed));
    }
    println!();
}

/// How many differ from some other.
fn apart(ranks: &[Rank]) -> usize {
    ranks.iter().filter(|rank| rank.low > 1 || rank.high < ranks.len()).count()
}

/// The ranks by guests alone, and over days.
fn both(stores: &[Vec<Recommendations>]) -> [Vec<Rank>; 2] {
    [ranks(&stores.iter().map(|days| vec![sum(days)]).collect::<Vec<_>>()), ranks(stores)]
}

pub fn equal_stores_over_days() {
    let mut rng = Rng::with_seed(SEED);
    head("stores", &["answers a day", "correlation within a day", "ranked apart: plain", "over days"]);
    for (stores, repeats) in STORES {
        for a_day in ANSWERS_A_DAY {
            for correlation in CORRELATIONS {
                let mut ranked = [0; 2];
                for _ in 0..repeats {
                    let drawn: Vec<_> =
                        (0..stores).map(|_| days(&mut rng, WINDOW, a_day, USUAL, correlation)).collect();
                    for (ranked, ranks) in ranked.iter_mut().zip(both(&drawn)) {
                        *ranked += apart(&ranks);
                    }
                }
                let [plain, over_days] = ranked.map(|ranked| percent(ranked as f64, repeats) / stores as f64);
                println!("| {stores} | {a_day} | {correlation:.2} | {plain:.1} | {over_days:.1} |");
            }
        }
    }
    println!();
}

/// How good ranges are where true scores differ. That is the number of stores whose true rank they cover, how often
/// they cover all of a repeat, and their width in ranks.
#[derive(Default, Clone, Copy)]
struct Ranges {
    right: usize,
    all_right: u32,
    width: usize,
}

impl Ranges {
    fn add(&mut self, ranks: &[Rank], true_ranks: &[usize]) {
        let right = ranks.iter().zip(true_ranks).filter(|(rank, truth)| rank.low <= **truth && **truth <= rank.high);
        let right = right.count();
        self.right += right;
        self.all_right += u32::from(right == ranks.len());
        self.width += ranks.iter().map(|rank| rank.high - rank.low + 1).sum::<usize>();
    }
}

pub fn unequal_stores() {
    let mut rng = Rng::with_seed(SEED);
    head(
        "stores",
        &[
            "answers a day",
            "correlation within a day",
            "true rank in the range: plain",
            "over days",
            "all at once: plain",
            "over days",
            "ranks in a range: plain",
            "over days",
        ],
    );
    for (stores, repeats) in STORES {
        for a_day in ANSWERS_A_DAY {
            for correlation in CORRELATIONS {
                let mut found = [Ranges::default(); 2];
                for _ in 0..repeats {
                    let scores: Vec<f64> = (0..stores).map(|_| true_score(&mut rng)).collect();
                    let drawn: Vec<_> = scores
                        .iter()
                        .map(|score| days(&mut rng, WINDOW, a_day, of_score(*score), correlation))
                        .collect();
                    let truth = true_ranks(&scores);
                    for (found, ranks) in found.iter_mut().zip(both(&drawn)) {
                        found.add(&ranks, &truth);
                    }
                }
                let of_stores = |count: usize| count as f64 / stores as f64;
                let right = found.map(|found| percent(of_stores(found.right), repeats));
                let all = found.map(|found| percent(found.all_right, repeats));
                let width = found.map(|found| of_stores(found.width) / f64::from(repeats));
                print!("| {stores} | {a_day} | {correlation:.2} | {:.1} | {:.1} ", right[0], right[1]);
                println!("| {:.0} | {:.0} | {:.1} | {:.1} |", all[0], all[1], width[0], width[1]);
            }
        }
    }
    println!();
}

/// Drawn again where more than 70 % would have to promote or to detract.
fn true_score(rng: &mut Rng) -> f64 {
    loop {
        let score = 0.4 + SPREAD * normal(rng);
        if score.abs() < 1.0 - PASSIVES {
            return score;
        }
    }
}

fn of_score(score: f64) -> Shares {
    let others = 1.0 - PASSIVES;
    [f64::midpoint(others, score), PASSIVES, f64::midpoint(others, -score)]
}

fn true_ranks(scores: &[f64]) -> Vec<usize> {
    scores.iter().map(|score| 1 + scores.iter().filter(|other| *other > score).count()).collect()
}
