//! Errors of drivers: how often the 95 % interval of a penalty and of a reward covers the truth, where unhappy guests
//! differ more than others.

use domain::{
    count::{Band, DriverSums, JointSums},
    report::{Coefficient, Degrees, Effect, Errors, joint, marginal},
};
use fastrand::Rng;

use super::{
    SEED,
    draws::{day_of_month, normal},
    head, percent,
};

pub const REPEATS: u32 = 10_000;
const DAYS: usize = 30;
const DRIVERS: usize = 3;
/// Which part of the guests rates a driver low, and which part middle; the others rate it high. Drivers are independent,
/// so that each on its own costs what it costs beside the others.
const LOW: f64 = 0.1;
const MIDDLE: f64 = 0.4;
const PENALTY: f64 = 0.6;
const REWARD: f64 = 0.4;
/// Far from both ends, so that no answer is cut off, and from 0, because sums are of counts. Rounding to whole numbers
/// leaves the means where they are when guests differ by a point or more.
const CENTRE: f64 = 30.0;

/// A month, by day: the first driver on its own, and all together.
struct Month {
    alone: Vec<DriverSums>,
    together: Vec<JointSums>,
}

/// Where the errors of an effect come from, in the order of the columns.
#[derive(Clone, Copy)]
enum Source {
    /// One variance for all bands, as in the first edition.
    Classic,
    Welch,
    Days,
}

/// How often penalty and reward were covered, and how often there was an interval.
#[derive(Default, Clone, Copy)]
struct Covered {
    penalty: u32,
    reward: u32,
    of: u32,
}

impl Covered {
    fn add(&mut self, effect: &Effect) {
        let holds = |coefficient: Coefficient, truth: f64| {
            let estimate = coefficient.estimate();
            u32::from(estimate.low <= truth && truth <= estimate.high)
        };
        self.penalty += holds(effect.penalty, PENALTY);
        self.reward += holds(effect.reward, REWARD);
        self.of += 1;
    }
}

pub fn errors_of_drivers() {
    let mut rng = Rng::with_seed(SEED);
    head(
        "first driver",
        &["spread of the low", "guests", "penalty: classic", "Welch", "days", "reward: classic", "Welch", "days"],
    );
    for spread in [1.0, 1.5] {
        for guests in [100, 300] {
            let (mut alone, mut together) = ([Covered::default(); 3], [Covered::default(); 3]);
            for _ in 0..REPEATS {
                let month = Month::draw(&mut rng, guests, spread);
                for source in [Source::Classic, Source::Welch, Source::Days] {
                    let at = source as usize;
                    month.alone_by(source).iter().for_each(|effect| alone[at].add(effect));
                    month.together_by(source).iter().for_each(|effect| together[at].add(effect));
                }
            }
            for (name, covered) in [("on its own", alone), ("beside two others", together)] {
                let often = |count: fn(&Covered) -> u32| covered.map(|covered| of_those(count(&covered), covered.of));
                let (penalty, reward) = (often(|covered| covered.penalty), often(|covered| covered.reward));
                println!("| {name} | {spread} | {guests} | {} | {} |", penalty.join(" | "), reward.join(" | "));
            }
        }
    }
    println!();
}

fn of_those(count: u32, of: u32) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.1}", percent(count, of)) }
}

impl Month {
    /// The spread of those who rate the first driver low, where that of all others is a point.
    fn draw(rng: &mut Rng, guests: u32, spread: f64) -> Self {
        let columns = 2 * DRIVERS + 1;
        let none = JointSums { yy: 0, xy: vec![0; columns], xx: vec![0; columns * (columns + 1) / 2] };
        let mut month = Self { alone: vec![DriverSums::default(); DAYS], together: vec![none; DAYS] };
        for _ in 0..guests {
            let bands: [usize; DRIVERS] = std::array::from_fn(|_| match rng.f64() {
                u if u < LOW => 0,
                u if u < LOW + MIDDLE => 1,
                _ => 2,
            });
            let effects: f64 = bands.iter().map(|band| [-PENALTY, 0.0, REWARD][*band]).sum();
            let differs = if bands[0] == 0 { spread } else { 1.0 };
            let y = whole(CENTRE + effects + differs * normal(rng));
            month.add(day_of_month(rng, DAYS), bands, y);
        }
        month
    }

    fn add(&mut self, day: usize, bands: [usize; DRIVERS], y: u64) {
        let alone = &mut self.alone[day];
        let band = match bands[0] {
            0 => &mut alone.low,
            1 => &mut alone.middle,
            _ => &mut alone.high,
        };
        *band = band.with(&Band { n: 1, y, yy: y * y });
        let indicators = bands.iter().flat_map(|band| [u64::from(*band == 0), u64::from(*band == 2)]);
        let row: Vec<u64> = std::iter::once(1).chain(indicators).collect();
        let triangle = row.iter().enumerate().flat_map(|(at, a)| row[at..].iter().map(move |b| a * b)).collect();
        let one = JointSums { yy: y * y, xy: row.iter().map(|x| x * y).collect(), xx: triangle };
        self.together[day].merge(&one);
    }

    fn alone_by(&self, source: Source) -> Option<Effect> {
        let mut all = DriverSums::default();
        self.alone.iter().for_each(|day| all.merge(day));
        match source {
            Source::Classic => classic(&all),
            Source::Welch => marginal(&[all]),
            Source::Days => marginal(&self.alone).filter(|effect| effect.errors == Errors::Days),
        }
    }

    /// The first driver beside the others. There is no Welch's of a regression.
    fn together_by(&self, source: Source) -> Option<Effect> {
        let mut all = JointSums::default();
        self.together.iter().for_each(|day| all.merge(day));
        let found = match source {
            Source::Classic => joint(&[all]),
            Source::Welch => None,
            Source::Days => joint(&self.together),
        };
        found?.effects.first().copied()
    }
}

/// With one variance for all bands, as reports had it before.
fn classic(all: &DriverSums) -> Option<Effect> {
    let welch = marginal(&[*all])?;
    let bands = [all.low, all.middle, all.high];
    let n: u64 = bands.iter().map(|band| band.n).sum();
    let squares: f64 = bands.iter().map(|band| band.variance_of_all() * band.n as f64).sum();
    let variance = squares / (n as f64 - 3.0);
    let error = |band: Band| (variance * (1.0 / band.n as f64 + 1.0 / all.middle.n as f64)).sqrt();
    let of = |coefficient: Coefficient, band| Coefficient { se: error(band), degrees: Degrees::NORMAL, ..coefficient };
    Some(Effect { penalty: of(welch.penalty, all.low), reward: of(welch.reward, all.high), ..welch })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is dozens of points above 0")]
fn whole(y: f64) -> u64 {
    y.round() as u64
}
