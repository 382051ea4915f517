//! Two worlds in which nothing changes but what is made to: answers of a chain's stores, drawn from a seed. How large
//! their swings are is assumed; the day variance that the watch finds in a chain says which of them it is like.

use fastrand::Rng;

/// Promoters, passives and detractors of a day.
pub type Counts = [u32; 3];

/// How a chain's days swing, in points as standard deviations.
#[derive(Clone, Copy)]
pub struct World {
    pub name: &'static str,
    /// A store's own day.
    own: f64,
    /// Whether that has the tails of Student's t of 4 degrees.
    has_tails: bool,
    /// How much of it goes on the next day, as a correlation.
    carried: f64,
    /// What all stores share on a day.
    shared: f64,
    /// A store's own pattern of the week, beside that of all.
    weekdays: f64,
    /// A step of the random walk that a store's level takes each day.
    drift: f64,
    /// The share of days that are 30 points worse.
    spoilt: f64,
    /// By how much a day's guests are more or fewer, as a part.
    volume: f64,
}

pub const USUAL: World = World {
    name: "usual",
    own: 4.0,
    has_tails: false,
    carried: 0.3,
    shared: 2.0,
    weekdays: 1.5,
    drift: 0.1,
    spoilt: 0.0,
    volume: 0.2,
};

pub const HARSH: World = World {
    name: "harsh",
    own: 6.0,
    has_tails: true,
    carried: 0.5,
    shared: 3.0,
    weekdays: 3.0,
    drift: 0.2,
    spoilt: 0.005,
    volume: 0.4,
};

/// By how many points a day of the week is better than the others, in all stores.
const WEEK: [f64; 7] = [1.5, 1.5, 1.0, 0.5, -1.0, -2.5, -1.0];

/// The score of a store is 45 ± 10.
const LEVEL: [f64; 2] = [45.0, 10.0];

/// Stores differ in how much their days swing: lognormal.
const UNEQUAL: f64 = 0.3;

/// Three quarters of guests promote or detract, where the score allows it.
const DECIDED: f64 = 0.75;

/// The days of so many stores, with so many guests each on average. `moved` says by how many points a store is better
/// on a day than it would be.
pub fn chain(
    rng: &mut Rng,
    world: &World,
    [stores, days]: [usize; 2],
    a_day: f64,
    moved: impl Fn(usize, usize) -> f64,
) -> Vec<Vec<Counts>> {
    let shared: Vec<f64> = (0..days).map(|day| world.shared * normal(rng) + WEEK[day % WEEK.len()]).collect();
    let mut store = |store: usize| {
        let mut level = LEVEL[0] + LEVEL[1] * normal(rng);
        let own = world.own * (UNEQUAL * normal(rng)).exp();
        let weekdays = WEEK.map(|_| world.weekdays * normal(rng));
        let mut day_effect = swing(rng, world);
        let mut of_day = |(day, shared): (usize, &f64)| {
            level += world.drift * normal(rng);
            day_effect = world.carried * day_effect + (1.0 - world.carried.powi(2)).sqrt() * swing(rng, world);
            let spoilt = if rng.f64() < world.spoilt { -30.0 } else { 0.0 };
            let points = level + own * day_effect + shared + weekdays[day % WEEK.len()] + spoilt + moved(store, day);
            let n = volume(rng, world, a_day);
            guests(rng, n, points)
        };
        shared.iter().enumerate().map(&mut of_day).collect()
    };
    (0..stores).map(&mut store).collect()
}

/// A store's own effect on a day, with a standard deviation of 1.
fn swing(rng: &mut Rng, world: &World) -> f64 {
    if !world.has_tails {
        return normal(rng);
    }
    let squares: f64 = (0..4).map(|_| normal(rng).powi(2)).sum();
    // Student's t of 4 degrees has a variance of 2.
    normal(rng) / (squares / 4.0).sqrt() / 2.0_f64.sqrt()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousands at most")]
fn volume(rng: &mut Rng, world: &World, a_day: f64) -> u32 {
    (a_day * (1.0 + world.volume * normal(rng)).max(0.1)).round() as u32
}

/// So many guests, each by lot, where the score is expected to be so many points.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of 2³²")]
pub fn guests(rng: &mut Rng, n: u32, points: f64) -> Counts {
    let score = (points / 100.0).clamp(-1.0, 1.0);
    let decided = DECIDED.max(score.abs());
    let below = |share: f64| (share * f64::from(u32::MAX)) as u32;
    let (promote, decide) = (below(f64::midpoint(decided, score)), below(decided));
    let mut counts = [0; 3];
    for _ in 0..n {
        let lot = rng.u32(..);
        counts[if lot < promote {
            0
        } else if lot < decide {
            2
        } else {
            1
        }] += 1;
    }
    counts
}

/// By the standard normal distribution (Box and Muller 1958).
pub fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (std::f64::consts::TAU * rng.f64()).cos()
}
