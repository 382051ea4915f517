//! Worlds in which stores have good and bad days, and nothing is done. How large each part is is assumed.

use fastrand::Rng;

/// A day's promoters, passives and detractors.
pub type Counts = [u64; 3];

/// The part of the guests who are passive, whatever the score.
const PASSIVE: f64 = 0.25;

/// How far the score of an average store goes up and down with the days of the week, in points.
const WEEK: [f64; 7] = [2.0, 2.0, 1.0, 0.0, -2.0, -3.0, 0.0];

/// How many guests come on the days of a week, as parts of an average day.
const VOLUMES: [f64; 7] = [0.8, 0.8, 0.8, 0.8, 1.2, 1.4, 1.2];

/// How stores' days differ: standard deviations in points of the score, if nothing else is said.
#[derive(Debug, Clone, Copy)]
pub struct World {
    pub name: &'static str,
    /// A store's own days.
    day: f64,
    /// Whether these have the tails of Student's t with four degrees of freedom.
    tails: bool,
    /// How much of a day's effect is there the day after.
    persistence: f64,
    /// Days that all stores share.
    shared: f64,
    /// A store's own days of the week.
    weekday: f64,
    /// A step a day of a store's level, which goes on for ever.
    drift: f64,
    /// The part of the days that are 30 points worse.
    disasters: f64,
    /// How much the number of guests varies, as a part of it.
    volume: f64,
}

/// As chains may be.
pub const USUAL: World = World {
    name: "usual",
    day: 4.0,
    tails: false,
    persistence: 0.3,
    shared: 2.0,
    weekday: 1.5,
    drift: 0.1,
    disasters: 0.0,
    volume: 0.2,
};

/// As one would not wish them to be.
pub const HARSH: World = World {
    name: "harsh",
    day: 6.0,
    tails: true,
    persistence: 0.5,
    shared: 3.0,
    weekday: 3.0,
    drift: 0.2,
    disasters: 0.005,
    volume: 0.4,
};

impl World {
    /// So many stores over so many days, each with so many answers on an average day.
    pub fn chain(&self, rng: &mut Rng, stores: usize, days: usize, a_day: f64) -> Vec<Vec<Counts>> {
        let shared: Vec<f64> = (0..days).map(|_| self.shared * normal(rng)).collect();
        (0..stores).map(|_| self.store(rng, &shared, a_day)).collect()
    }

    fn store(&self, rng: &mut Rng, shared: &[f64], a_day: f64) -> Vec<Counts> {
        let spread = self.day * (0.3 * normal(rng)).exp();
        let weekdays: Vec<f64> = (0..7).map(|_| self.weekday * normal(rng)).collect();
        let mut level = 45.0 + 10.0 * normal(rng);
        let mut own = spread * self.step(rng);
        let mut day = |(at, shared): (usize, &f64)| {
            level += self.drift * normal(rng);
            let fresh = (1.0 - self.persistence * self.persistence).sqrt();
            own = self.persistence * own + fresh * spread * self.step(rng);
            let disaster = if rng.f64() < self.disasters { -30.0 } else { 0.0 };
            let score = level + own + shared + WEEK[at % 7] + weekdays[at % 7] + disaster;
            let volume = a_day * VOLUMES[at % 7] * (self.volume * normal(rng)).exp();
            guests(rng, volume, score / 100.0)
        };
        shared.iter().enumerate().map(&mut day).collect()
    }

    /// A step with a standard deviation of 1.
    fn step(&self, rng: &mut Rng) -> f64 {
        if !self.tails {
            return normal(rng);
        }
        // Student's t with four degrees of freedom, the variance of which is 2.
        let squares = -2.0 * ((1.0 - rng.f64()) * (1.0 - rng.f64())).ln();
        normal(rng) / (squares / 4.0).sqrt() / 2.0_f64.sqrt()
    }
}

fn guests(rng: &mut Rng, volume: f64, score: f64) -> Counts {
    let n = whole(volume + volume.sqrt() * normal(rng));
    let apart = (1.0 - PASSIVE) * 0.99;
    let promoters = (1.0 - PASSIVE + score.clamp(-apart, apart)) / 2.0;
    let promoting = binomial(rng, n, promoters);
    let detracting = binomial(rng, n - promoting, (1.0 - PASSIVE - promoters) / (1.0 - promoters));
    [promoting, n - promoting - detracting, detracting]
}

/// How many of n, each by lot; of very many, by the normal distribution.
fn binomial(rng: &mut Rng, n: u64, share: f64) -> u64 {
    let mean = n as f64 * share;
    let variance = mean * (1.0 - share);
    if variance < 25.0 {
        return (0..n).map(|_| u64::from(rng.f64() < share)).sum();
    }
    whole(mean + variance.sqrt() * normal(rng)).min(n)
}

fn whole(number: f64) -> u64 {
    number.round().max(0.0) as u64
}

/// By the standard normal distribution (Box and Muller 1958).
fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}
