//! Ten drivers that have nothing to do with satisfaction: how often a report claims something of any.

use domain::report::{Class, Drivers, Method};
use fastrand::Rng;

use super::{
    SEED,
    draws::normal,
    head,
    months::{Asked, Moods, rating},
    percent,
};

pub const REPEATS: u32 = 1_000;
const GUESTS: [usize; 5] = [12, 100, 300, 1_000, 3_000];

/// In how many months there was such a claim, and how the drivers were worked out.
#[derive(Default)]
struct Claims {
    together: u32,
    to_fix_first: u32,
    classed: u32,
    certain: u32,
}

impl Claims {
    fn add(&mut self, drivers: &Drivers) {
        self.together += u32::from(drivers.method != Method::Marginal);
        self.to_fix_first += u32::from(!drivers.fix_first.is_empty());
        self.classed += u32::from(drivers.drivers.iter().any(|driver| driver.class != Class::Unclassified));
        self.certain += u32::from(drivers.drivers.iter().any(|driver| driver.certain));
    }
}

pub fn nothing_matters() {
    let mut rng = Rng::with_seed(SEED);
    head(
        "drivers asked",
        &["their correlation", "guests", "in one regression", "any to fix first", "any class", "any class certain"],
    );
    for (name, rotates) in [("all ten", false), ("three of ten", true)] {
        let asked = Asked::new([1, 5], rotates);
        for (moods, correlation) in [(Moods::Apart, "0"), (Moods::Alike, "½")] {
            for guests in GUESTS {
                let mut claims = Claims::default();
                for _ in 0..REPEATS {
                    let month = asked.month(&mut rng, guests, moods, |rng, _| rating(normal(rng)));
                    claims.add(&asked.report(month).drivers);
                }
                let [together, fix_first, classed, certain] =
                    [claims.together, claims.to_fix_first, claims.classed, claims.certain].map(|n| percent(n, REPEATS));
                print!("| {name} | {correlation} | {guests} | {together:.0} | {fix_first:.1} ");
                println!("| {classed:.1} | {certain:.1} |");
            }
        }
    }
    println!();
}
