//! Whole chains, simulated as by `cargo watch-bench` but fewer: how often nothing is called something, how soon
//! something is found, and whether its beginning is.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use fastrand::Rng;

#[allow(dead_code, reason = "the bench tells more of it")]
#[path = "../../benches/watch/trials.rs"]
mod trials;
#[allow(dead_code, reason = "the bench draws more from it")]
#[path = "../../benches/watch/world.rs"]
mod world;

use trials::{Cell, Found, LONGEST, changes, false_alarms, part_trial};
use world::{HARSH, USUAL};

use super::{DAYS_APART, WhatChanged};

#[test]
fn where_nothing_changes_hardly_anybody_is_named() {
    let mut rng = Rng::with_seed(2026);
    for (stores, months) in [(1, 40), (50, 6)] {
        let found = false_alarms(&mut rng, Cell { world: &USUAL, stores, a_day: 100.0 }, months, DAYS_APART);
        assert!(2 * found.drops.max(found.rises) <= months, "of {stores} in {months} months: {found:?}");
    }
}

#[test]
fn a_large_drop_is_seen_within_eight_days_and_its_beginning_is() {
    let mut rng = Rng::with_seed(2026);
    for (world, most_days, percent) in [(&USUAL, 8, 85), (&HARSH, LONGEST, 70)] {
        let found = changes(&mut rng, Cell { world, stores: 50, a_day: 100.0 }, -25.0, 20);
        let seen: Vec<Found> = found.iter().flatten().copied().collect();
        let soon = seen.iter().filter(|found| found.days <= most_days).count();
        assert!(10 * soon >= 9 * found.len(), "{found:?}");
        let covered = seen.iter().filter(|found| found.is_covered).count();
        assert!(100 * covered >= percent * seen.len(), "{found:?}");
    }
}

#[test]
fn the_part_that_dropped_is_named_and_others_hardly_ever() {
    let mut rng = Rng::with_seed(2026);
    let (mut right, mut wrong, mut alike) = (0, 0, 0);
    for _ in 0..20 {
        let named =
            |found: WhatChanged| -> Vec<bool> { found.dimensions.iter().flatten().map(|part| part.is_named).collect() };
        let evening = named(part_trial(&mut rng, 100, 14, 0.0, -25.0));
        right += usize::from(evening[3]);
        wrong += usize::from((0..14).any(|part| part != 3 && evening[part]));
        alike += usize::from(part_trial(&mut rng, 100, 14, -15.0, 0.0).is_everywhere_alike());
    }
    assert!(right >= 16 && wrong <= 3 && alike >= 17, "{right}, {wrong}, {alike}");
}
