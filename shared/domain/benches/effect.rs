//! How often actions are said to have helped or harmed where nothing was done, and how much must happen to be seen. All is
//! simulated from a fixed seed.
//!
//! `cargo bench -p domain --bench effect`
#![allow(
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used
)]

#[path = "effect/day_variance.rs"]
mod day_variance;
#[path = "effect/stores.rs"]
mod stores;
#[path = "effect/world.rs"]
mod world;

use domain::action::{Reference, Verdict};
use fastrand::Rng;

use stores::Chain;
use world::{HARSH, USUAL, World};

const SEED: u64 = 2026;

/// Chains of each kind.
const CHAINS: u32 = 2_000;

/// Answers of a store on an average day.
const A_DAY: [f64; 3] = [20.0, 100.0, 500.0];

fn main() {
    // `cargo test --all-targets` runs it too, unoptimized, where it only takes time.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    println!("Nothing was done, {CHAINS} chains each.\n");
    println!("\"Changed\" said of a store, in percent; nominal 5.\n");
    let by_guests = ["before and after", "less siblings, by guests alone"];
    by_kind(&[&by_guests[..], &["5", "10", "24", "99 siblings", "14 days, 24"]].concat(), changed);
    println!("\"Better\" said of the worst store of the four weeks before, in percent; nominal 2.5.\n");
    by_kind(&["before and after", "25: no dip rule", "with it", "100: no dip rule", "with it"], worst);
    println!("The same of the store of 25 that fell most into these weeks, in percent, and \"worse\".\n");
    by_kind(&["before and after", "no dip rule", "with it", "worse than before the fall", "as judged"], fell_most);
    println!("Half of the interval's width, in points, median.\n");
    by_kind(&["5", "10", "24", "99 siblings", "three stores, 20"], half_widths);
    println!("Every guest's score rose by as much at one store of 25; \"better\" said, in percent.\n");
    by_kind(&["5 points", "10", "15", "20"], seen);
}

/// A table with a line for each kind of chain.
fn by_kind<const N: usize>(columns: &[&str], figures: impl Fn(&World, f64) -> [f64; N]) {
    println!("| world | answers a day | {} |", columns.join(" | "));
    println!("| --- | --: |{}", " --: |".repeat(columns.len()));
    for world in [USUAL, HARSH] {
        for a_day in A_DAY {
            let cells = figures(&world, a_day).map(|figure| format!("{figure:.1}"));
            println!("| {} | {a_day} | {} |", world.name, cells.join(" | "));
        }
    }
    println!();
}

fn percent(count: u32) -> f64 {
    100.0 * f64::from(count) / f64::from(CHAINS)
}

fn is_claim(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Better | Verdict::Worse)
}

/// How often something holds of a chain of so many stores.
fn how_often(world: &World, stores: usize, a_day: f64, holds: impl Fn(&Chain) -> bool) -> f64 {
    let mut rng = Rng::with_seed(SEED);
    percent((0..CHAINS).map(|_| u32::from(holds(&Chain::new(&mut rng, world, stores, a_day)))).sum())
}

fn changed(world: &World, a_day: f64) -> [f64; 7] {
    let said = |siblings: usize| how_often(world, siblings + 1, a_day, |chain| is_claim(chain.verdict(&[0])));
    [
        how_often(world, 25, a_day, |chain| chain.before_and_after(0).abs() > 1.96),
        how_often(world, 25, a_day, |chain| chain.less_siblings(0).abs() > 1.96),
        said(5),
        said(10),
        said(24),
        said(99),
        how_often(world, 25, a_day, |chain| is_claim(chain.first_verdict(&[0]))),
    ]
}

fn worst(world: &World, a_day: f64) -> [f64; 5] {
    let of = |stores: usize, holds: fn(&Chain, usize) -> bool| {
        how_often(world, stores, a_day, |chain| holds(chain, chain.worst()))
    };
    let plain = |chain: &Chain, store: usize| chain.before_and_after(store) > 1.96;
    [of(25, plain), of(25, better_than_before), of(25, better), of(100, better_than_before), of(100, better)]
}

fn better_than_before(chain: &Chain, store: usize) -> bool {
    chain.interval(&[store], Reference::Before).is_some_and(|(low, _)| low > 0.0)
}

fn better(chain: &Chain, store: usize) -> bool {
    chain.verdict(&[store]) == Verdict::Better
}

fn fell_most(world: &World, a_day: f64) -> [f64; 5] {
    let of = |holds: fn(&Chain, usize) -> bool| how_often(world, 25, a_day, |chain| holds(chain, chain.fell_most()));
    [
        of(|chain, store| chain.before_and_after(store) > 1.96),
        of(better_than_before),
        of(better),
        of(|chain, store| chain.interval(&[store], Reference::Earlier).is_some_and(|(_, high)| high < 0.0)),
        of(|chain, store| chain.verdict(&[store]) == Verdict::Worse),
    ]
}

fn half_widths(world: &World, a_day: f64) -> [f64; 5] {
    let median = |siblings: usize, acting: &[usize]| {
        let mut rng = Rng::with_seed(SEED);
        let width = |_| Chain::new(&mut rng, world, siblings + acting.len(), a_day).half_width(acting);
        let mut widths: Vec<f64> = (0..CHAINS / 5).map(width).collect();
        widths.sort_by(f64::total_cmp);
        widths[widths.len() / 2]
    };
    [median(5, &[0]), median(10, &[0]), median(24, &[0]), median(99, &[0]), median(20, &[0, 1, 2])]
}

fn seen(world: &World, a_day: f64) -> [f64; 4] {
    [5.0, 10.0, 15.0, 20.0].map(|points| {
        let mut rng = Rng::with_seed(SEED);
        let better = |_| Chain::improved(&mut rng, world, 25, a_day, points).verdict(&[0]) == Verdict::Better;
        percent((0..CHAINS).map(better).map(u32::from).sum())
    })
}
