//! How often the interval of the NPS covers the truth, and how often equal stores are told apart. Simulated from a
//! fixed seed; prints the tables of docs/statistics-simulation.md.
//!
//! `cargo coverage`
#![allow(clippy::print_stdout, clippy::cast_precision_loss, clippy::indexing_slicing)]

use domain::{count::Recommendations, report::ranks};
use fastrand::Rng;

const SEED: u64 = 2026;
const DRAWS: u32 = 20_000;
const REPEATS: u32 = 20;

/// Shares of promoters and detractors, from balanced to nearly unanimous.
const SHAPES: [(&str, f64, f64); 8] = [
    ("⅓ ⅓ ⅓", 1.0 / 3.0, 1.0 / 3.0),
    ("40 40 20", 0.40, 0.20),
    ("50 0 50", 0.50, 0.50),
    ("60 30 10", 0.60, 0.10),
    ("20 30 50", 0.20, 0.50),
    ("80 15 5", 0.80, 0.05),
    ("5 90 5", 0.05, 0.05),
    ("95 4 1", 0.95, 0.01),
];

const SIZES: [u32; 9] = [5, 8, 12, 19, 20, 30, 50, 100, 300];

fn draw(rng: &mut Rng, n: u32, promoters: f64, detractors: f64) -> Recommendations {
    let mut counts = Recommendations::default();
    for _ in 0..n {
        match rng.f64() {
            u if u < promoters => counts.promoters += 1,
            u if u < promoters + detractors => counts.detractors += 1,
            _ => counts.passives += 1,
        }
    }
    counts
}

fn main() {
    let mut rng = Rng::with_seed(SEED);
    println!("Draws in which the 95 % interval covers the true NPS, in percent, of {DRAWS} each.\n");
    let sizes: Vec<String> = SIZES.iter().map(|n| format!("n = {n}")).collect();
    println!("| promoters, passives, detractors | {} |", sizes.join(" | "));
    println!("| --- |{}", " --: |".repeat(SIZES.len()));
    let mut worst = [(f64::INFINITY, 0.88, "n of 5 to 19"), (f64::INFINITY, 0.93, "n of 20 and more")];
    for (name, promoters, detractors) in SHAPES {
        let truth = 100.0 * (promoters - detractors);
        let shares = SIZES.map(|n| {
            let covered = (0..DRAWS).filter(|_| {
                let nps = draw(&mut rng, n, promoters, detractors).nps();
                nps.is_some_and(|nps| nps.low <= truth && truth <= nps.high)
            });
            let share = covered.count() as f64 / f64::from(DRAWS);
            let bound = &mut worst[usize::from(n >= 20)];
            bound.0 = bound.0.min(share);
            format!("{:.1}", 100.0 * share)
        });
        println!("| {name} | {} |", shares.join(" | "));
    }
    println!();
    for (share, bound, sizes) in worst {
        let verdict = if share >= bound { "held" } else { "NOT held" };
        println!("- {sizes}: {:.1} % at the least; at least {:.0} % is {verdict}.", 100.0 * share, 100.0 * bound);
    }

    println!(
        "\nFalse claims among 1,000 equal stores (60 30 10), in percent of the stores, mean of {REPEATS} repeats.\n"
    );
    println!("| answers a store | ranked apart from some other | changed against the period before |");
    println!("| --: | --: | --: |");
    for n in [5, 20, 100, 300] {
        let (mut ranked, mut changed) = (0, 0);
        for _ in 0..REPEATS {
            let mut stores = || -> Vec<Recommendations> { (0..1000).map(|_| draw(&mut rng, n, 0.6, 0.1)).collect() };
            let (now, before) = (stores(), stores());
            ranked += ranks(&now).iter().filter(|rank| rank.low > 1 || rank.high < now.len()).count();
            let differs =
                |(a, b): (&Recommendations, &Recommendations)| a.compare(*b).is_some_and(|d| d.distinguishable);
            changed += now.iter().zip(&before).filter(|pair| differs(*pair)).count();
        }
        let percent = |claims: usize| claims as f64 / f64::from(REPEATS) / 10.0;
        println!("| {n} | {:.1} | {:.1} |", percent(ranked), percent(changed));
    }
}
