//! Three of ten drivers asked of each guest: how far penalties are from the truth, each driver on its own and from
//! pairs. Beside them, the result of one regression where all ten are asked.

use domain::report::{Coefficient, DriverFigure, Drivers, Method};
use fastrand::Rng;

use super::{
    SEED,
    draws::normal,
    head,
    months::{Asked, DRIVERS, Moods, band},
};

pub const REPEATS: u32 = 300;
/// So many guests are asked every driver, for the truth.
pub const MANY: usize = 400_000;
const GUESTS: [usize; 3] = [1_000, 3_000, 10_000];

const CENTRE: f64 = 6.8;
const PENALTIES: [f64; DRIVERS] = [0.7, 0.6, 0.5, 0.1, 0.1, 0.1, 0.4, 0.4, 0.0, 0.0];
const REWARDS: [f64; DRIVERS] = [0.3, 0.3, 0.25, 0.1, 0.1, 0.1, 0.2, 0.2, 0.0, 0.0];
/// The first driver of those without any effect, which are the last.
const WITHOUT_EFFECT: usize = 8;

/// On a scale from 0 to 10, whose ends cut some of it off.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is on the scale")]
fn satisfaction(rng: &mut Rng, ratings: &[u8; DRIVERS]) -> u8 {
    let effects = ratings.iter().zip(PENALTIES).zip(REWARDS);
    let effects: f64 = effects.map(|((rating, penalty), reward)| [-penalty, 0.0, reward][band(*rating)]).sum();
    (CENTRE + effects + normal(rng)).round().clamp(0.0, 10.0) as u8
}

/// Penalty and reward of each driver.
type Truth = Vec<[f64; 2]>;

fn coefficients(driver: &DriverFigure) -> Option<[Coefficient; 2]> {
    driver.effect.map(|effect| [effect.penalty, effect.reward])
}

/// From one regression on all drivers, which many guests answered.
fn truth(rng: &mut Rng, moods: Moods) -> Truth {
    let asked = Asked::new([0, 10], false);
    let report = asked.report(asked.month(rng, MANY, moods, satisfaction));
    assert!(report.drivers.method == Method::Joint, "all were asked");
    report
        .drivers
        .drivers
        .iter()
        .filter_map(coefficients)
        .map(|both| both.map(|coefficient| coefficient.value))
        .collect()
}

/// How one way of working drivers out did.
#[derive(Default)]
struct Found {
    months: u32,
    penalties: u32,
    squares: f64,
    covered: [u32; 2],
    /// Of the drivers without effect: whether 0 is outside the interval of the penalty, and whether it is claimed.
    significant: u32,
    certain: u32,
    without_effect: u32,
}

impl Found {
    fn add(&mut self, drivers: &Drivers, truth: &Truth) {
        self.months += 1;
        for (at, (driver, truth)) in drivers.drivers.iter().zip(truth).enumerate() {
            let Some(found) = coefficients(driver) else { continue };
            self.penalties += 1;
            self.squares += (found[0].value - truth[0]).powi(2);
            for ((covered, coefficient), truth) in self.covered.iter_mut().zip(found).zip(truth) {
                let estimate = coefficient.estimate();
                *covered += u32::from(estimate.low <= *truth && *truth <= estimate.high);
            }
            if at >= WITHOUT_EFFECT {
                let estimate = found[0].estimate();
                self.without_effect += 1;
                self.significant += u32::from(estimate.low > 0.0 || estimate.high < 0.0);
                self.certain += u32::from(driver.penalty_certain);
            }
        }
    }

    fn print(&self, name: &str, guests: usize) {
        let percent = |count: u32, of: u32| 100.0 * f64::from(count) / f64::from(of);
        let [penalty, reward] = self.covered.map(|covered| percent(covered, self.penalties));
        let [significant, certain] = [self.significant, self.certain].map(|n| percent(n, self.without_effect));
        let far = (self.squares / f64::from(self.penalties)).sqrt();
        let known = percent(self.months, REPEATS);
        print!("| {name} | {guests} | {known:.0} | {far:.2} ");
        println!("| {penalty:.1} | {reward:.1} | {significant:.1} | {certain:.1} |");
    }
}

pub fn some_of_the_drivers() {
    let mut rng = Rng::with_seed(SEED);
    head(
        "drivers, worked out",
        &[
            "guests",
            "in months",
            "penalty is off by",
            "covers: penalty",
            "reward",
            "without effect: significant",
            "certain",
        ],
    );
    let [all, some] = [false, true].map(|rotates| Asked::new([0, 10], rotates));
    for (moods, name) in [(Moods::Alike, "alike"), (Moods::Clustered, "in clusters")] {
        let truth = truth(&mut rng, moods);
        for guests in GUESTS {
            let (mut alone, mut from_pairs, mut joint) = (Found::default(), Found::default(), Found::default());
            for _ in 0..REPEATS {
                let report = some.report(some.month(&mut rng, guests, moods, satisfaction));
                alone.add(&report.marginal, &truth);
                if report.drivers.method == Method::Pairs {
                    from_pairs.add(&report.drivers, &truth);
                }
                joint.add(&all.report(all.month(&mut rng, guests, moods, satisfaction)).drivers, &truth);
            }
            alone.print(&format!("{name}, three asked, each on its own"), guests);
            from_pairs.print(&format!("{name}, three asked, from pairs"), guests);
            joint.print(&format!("{name}, all ten asked"), guests);
        }
    }
    println!();
}
