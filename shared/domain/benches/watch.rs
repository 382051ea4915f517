//! How often the watch names a store that has not changed, how soon it finds one that has, and whether it says since
//! when: simulated chains from a fixed seed, in two worlds. Also what it takes for 20,000 stores.
//!
//! `cargo watch-bench`
#![allow(clippy::print_stdout, clippy::cast_precision_loss, clippy::indexing_slicing, clippy::unwrap_used)]

#[path = "watch/trials.rs"]
mod trials;
#[path = "watch/world.rs"]
mod world;

use std::time::Instant;

use domain::watch::{DAYS, DAYS_APART, Siblings, WhatChanged};
use fastrand::Rng;

use trials::{Cell, Found, changes, false_alarms, part_trial, streams, watch};
use world::{HARSH, USUAL, World, chain};

const SEED: u64 = 2026;

const WORLDS: [&World; 2] = [&USUAL, &HARSH];

/// So many stores, and in how many months false alarms are counted.
const CHAINS: [(usize, u32); 4] = [(1, 1_000), (10, 400), (50, 200), (1_000, 30)];

fn main() {
    // `cargo test --all-targets` runs it too, unoptimized, where it only takes time.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    effort();
    day_variances();
    nothing_changes();
    one_store_drops();
    parts();
}

fn head(columns: &[&str]) {
    println!("| {} |", columns.join(" | "));
    println!("|{}", " --: |".repeat(columns.len()));
}

/// First, because the kernel's figure for memory is the most that the process ever had.
fn effort() {
    const STORES: usize = 20_000;
    let mut rng = Rng::with_seed(SEED);
    let streams = streams(&chain(&mut rng, &USUAL, [STORES, DAYS], 20.0, |_, _| 0.0), DAYS - 1);
    let before = most_memory();
    let began = Instant::now();
    let found = watch(&streams, DAYS_APART);
    let took = began.elapsed();
    println!("{STORES} stores in one group: {took:.1?}, {} judged.", found.evidence.iter().flatten().count());
    println!(
        "The most memory of this process: {} then, and {before} with the simulated answers alone.\n",
        most_memory()
    );
}

/// The kernel's figure; none on a system that keeps none.
fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or(" not known").trim().to_owned()
}

fn day_variances() {
    println!(
        "The day variance that is found (its root), in 40 chains each: the middle, the tenth and the ninetieth percent.\n"
    );
    head(&["world", "stores", "20 a day", "100", "500"]);
    let mut rng = Rng::with_seed(SEED);
    for world in WORLDS {
        for stores in [1, 10, 100] {
            let cells = [20.0, 100.0, 500.0].map(|a_day| {
                let mut of_chain = || {
                    let chain = chain(&mut rng, world, [stores, DAYS], a_day, |_, _| 0.0);
                    Siblings::of(&streams(&chain, DAYS - 1)).day_variance()
                };
                let mut found: Vec<f64> = (0..40).map(|_| of_chain()).collect();
                found.sort_by(f64::total_cmp);
                format!("{:.0} ({:.1}): {:.0} to {:.0}", found[20], found[20].sqrt(), found[4], found[36])
            });
            println!("| {} | {stores} | {} |", world.name, cells.join(" | "));
        }
    }
    println!();
}

fn nothing_changes() {
    println!("Months in which anybody is named where nothing changed, a month: drops / rises / either.\n");
    head(&["world", "stores", "months", "20 a day", "100", "500"]);
    let mut rng = Rng::with_seed(SEED);
    for world in WORLDS {
        for (stores, months) in CHAINS {
            let cells = [20.0, 100.0, 500.0].map(|a_day| {
                let found = false_alarms(&mut rng, Cell { world, stores, a_day }, months, DAYS_APART);
                let share = |count: u32| f64::from(count) / f64::from(months);
                format!("{:.2} / {:.2} / {:.2}", share(found.drops), share(found.rises), share(found.either))
            });
            println!("| {} | {stores} | {months} | {} |", world.name, cells.join(" | "));
        }
    }
    println!();
}

fn one_store_drops() {
    println!(
        "One store drops: after how many days it is named (the middle), how many percent are within 42 days. Of these, \
         how many percent began within the days shown, and how many on the likeliest day or one beside it. The last \
         column is how large the drop is said to be.\n"
    );
    head(&["world", "stores", "drop", "a day", "chains", "days", "seen %", "since holds %", "likeliest ± 1 %", "said"]);
    let mut rng = Rng::with_seed(SEED);
    for world in WORLDS {
        for (stores, repeats) in [(1, 200), (10, 200), (50, 100), (1_000, 25)] {
            for points in [-15.0, -25.0] {
                for a_day in [20.0, 100.0, 500.0] {
                    let found = changes(&mut rng, Cell { world, stores, a_day }, points, repeats);
                    println!("| {} | {stores} | {points} | {a_day} | {repeats} | {} |", world.name, told(&found));
                }
            }
        }
    }
    println!();
}

fn told(trials: &[Option<Found>]) -> String {
    let mut days: Vec<usize> = trials.iter().map(|found| found.map_or(usize::MAX, |found| found.days)).collect();
    days.sort_unstable();
    let middle = days[days.len() / 2];
    let middle = if middle == usize::MAX { "> 42".to_owned() } else { middle.to_string() };
    let seen: Vec<Found> = trials.iter().flatten().copied().collect();
    let percent = |count: usize, of: usize| format!("{:.0}", 100.0 * count as f64 / of.max(1) as f64);
    let covered = seen.iter().filter(|found| found.is_covered).count();
    let near = seen.iter().filter(|found| found.off_by <= 1).count();
    let said = seen.iter().map(|found| found.said).sum::<f64>() / seen.len().max(1) as f64;
    let shares = [percent(seen.len(), trials.len()), percent(covered, seen.len()), percent(near, seen.len())];
    format!("{middle} | {} | {said:.1}", shares.join(" | "))
}

fn parts() {
    const REPEATS: u32 = 1_000;
    println!("Which of 14 parts are named, in percent of {REPEATS} stores: the evening, and any other.\n");
    head(&["moved", "a day", "days since", "evening named", "another named"]);
    let mut rng = Rng::with_seed(SEED);
    for (moved, [everywhere, evening]) in
        [("all by −15", [-15.0, 0.0]), ("evening by −15", [0.0, -15.0]), ("evening by −25", [0.0, -25.0])]
    {
        for (a_day, days) in [(100, 7), (100, 14), (500, 7)] {
            let (mut right, mut wrong) = (0_u32, 0_u32);
            for _ in 0..REPEATS {
                let WhatChanged { dimensions } = part_trial(&mut rng, a_day, days, everywhere, evening);
                let named: Vec<bool> = dimensions.iter().flatten().map(|part| part.is_named).collect();
                right += u32::from(named[3]);
                wrong += u32::from((0..named.len()).any(|at| at != 3 && named[at]));
            }
            let percent = |count| 100.0 * f64::from(count) / f64::from(REPEATS);
            println!("| {moved} | {a_day} | {days} | {:.1} | {:.1} |", percent(right), percent(wrong));
        }
    }
    println!();
}
