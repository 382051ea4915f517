//! Good and bad days: how often the interval of a store's score covers the truth, by guests alone and over days. Also
//! how often a store that is as it was is called changed.

use domain::{
    count::Recommendations,
    report::{Difference, Nps, compare_over, nps_over},
};
use fastrand::Rng;

use super::{
    SEED,
    draws::{Shares, days, sum},
    head, percent,
};

pub const REPEATS: u32 = 10_000;

/// Those of a usual store.
pub const USUAL: Shares = [0.6, 0.3, 0.1];
const TRUTH: f64 = 50.0;

/// How often something was so, by guests alone and over days.
#[derive(Default)]
struct Both {
    plain: u32,
    over_days: u32,
}

impl Both {
    fn add(&mut self, plain: bool, over_days: bool) {
        self.plain += u32::from(plain);
        self.over_days += u32::from(over_days);
    }
}

pub fn good_and_bad_days() {
    let mut rng = Rng::with_seed(SEED);
    head(
        "days",
        &[
            "answers a day",
            "correlation within a day",
            "covers: plain",
            "over days",
            "called changed: plain",
            "over days",
        ],
    );
    for window in [30, 28, 7] {
        for a_day in [5.0, 10.0, 40.0] {
            for correlation in [0.0, 0.02, 0.05, 0.10] {
                let (covers, changed) = repeated(&mut rng, window, a_day, correlation);
                println!(
                    "| {window} | {a_day} | {correlation:.2} | {:.1} | {:.1} | {:.1} | {:.1} |",
                    percent(covers.plain, REPEATS),
                    percent(covers.over_days, REPEATS),
                    percent(changed.plain, REPEATS),
                    percent(changed.over_days, REPEATS)
                );
            }
        }
    }
    println!();
}

/// The truth is that of all days, not of those that were.
fn repeated(rng: &mut Rng, window: usize, a_day: f64, correlation: f64) -> (Both, Both) {
    let (mut covers, mut changed) = (Both::default(), Both::default());
    for _ in 0..REPEATS {
        let mut drawn = || days(rng, window, a_day, USUAL, correlation);
        let (now, before) = (drawn(), drawn());
        covers.add(sum(&now).nps().is_some_and(holds), nps_over(&now).is_some_and(holds));
        let plain = |days: &[Recommendations]| [sum(days)];
        changed.add(claims(compare_over(&plain(&now), &plain(&before))), claims(compare_over(&now, &before)));
    }
    (covers, changed)
}

fn holds(nps: Nps) -> bool {
    nps.low <= TRUTH && TRUTH <= nps.high
}

fn claims(difference: Option<Difference>) -> bool {
    difference.is_some_and(|difference| difference.distinguishable)
}
