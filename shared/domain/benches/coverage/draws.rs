//! Draws: guests by lot, good and bad days, and how many answer on which day of the week.

use std::f64::consts::TAU;

use domain::count::Recommendations;
use fastrand::Rng;

/// How many guests come on each day of a week that begins on Monday, as parts of an average day.
pub const WEEK: [f64; 7] = [0.8, 0.8, 0.8, 0.8, 1.2, 1.4, 1.2];

/// Shares of promoters, passives and detractors.
pub type Shares = [f64; 3];

/// So many guests, each by lot.
pub fn guests(rng: &mut Rng, n: u32, [promoters, _, detractors]: Shares) -> Recommendations {
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

/// A store's days, with so many answers on average. How many come on a day is Poisson's, around the week's volumes.
///
/// The shares of each day are drawn by Dirichlet's distribution around those of the store. With the parameters
/// α · share, any two guests of a day have the correlation 1/(α + 1), whatever values their answers are given. So it is
/// that of +1, 0 and −1.
pub fn days(rng: &mut Rng, count: usize, a_day: f64, shares: Shares, correlation: f64) -> Vec<Recommendations> {
    let of_day = |volume: &f64| {
        let shares = if correlation > 0.0 { good_or_bad(rng, shares, 1.0 / correlation - 1.0) } else { shares };
        let n = poisson(rng, volume * a_day);
        guests(rng, n, shares)
    };
    WEEK.iter().cycle().take(count).map(of_day).collect()
}

fn good_or_bad(rng: &mut Rng, shares: Shares, alpha: f64) -> Shares {
    let drawn = shares.map(|share| gamma(rng, alpha * share));
    let sum: f64 = drawn.iter().sum();
    drawn.map(|part| part / sum)
}

/// All answers of some days.
pub fn sum(days: &[Recommendations]) -> Recommendations {
    days.iter().fold(Recommendations::default(), |all, day| Recommendations {
        promoters: all.promoters + day.promoters,
        passives: all.passives + day.passives,
        detractors: all.detractors + day.detractors,
    })
}

/// By the standard normal distribution (Box and Muller 1958).
pub fn normal(rng: &mut Rng) -> f64 {
    (-2.0 * (1.0 - rng.f64()).ln()).sqrt() * (TAU * rng.f64()).cos()
}

/// By the gamma distribution of a shape (Marsaglia and Tsang 2000).
fn gamma(rng: &mut Rng, shape: f64) -> f64 {
    if shape < 1.0 {
        return gamma(rng, shape + 1.0) * rng.f64().powf(1.0 / shape);
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let x = normal(rng);
        let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
        if v > 0.0 && (1.0 - rng.f64()).ln() < x * x / 2.0 + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
}

/// By Poisson's distribution, by multiplying (Knuth). Good for some dozens.
fn poisson(rng: &mut Rng, mean: f64) -> u32 {
    let least = (-mean).exp();
    let (mut count, mut product) = (0, rng.f64());
    while product > least {
        count += 1;
        product *= rng.f64();
    }
    count
}

/// On which of so many days a guest comes, by the day of the week.
pub fn day_of_month(rng: &mut Rng, days: usize) -> usize {
    loop {
        let day = rng.usize(..days);
        if rng.f64() * 1.4 < WEEK[day % WEEK.len()] {
            return day;
        }
    }
}
