//! The answers of few guests, enumerated: how often the interval of a score covers the truth, and how often equals are
//! called different.

use std::ops::RangeInclusive;

use domain::{count::Recommendations, report::Z};
use fastrand::Rng;

use super::head;

/// The numbers of guests that are all tried.
const SIZES: RangeInclusive<usize> = 5..=50;
/// Answers of the large group beside which a small one stands.
pub const LARGE: usize = 1_000;
/// Rarer answers of a group are left out where two groups are compared: together they are less than one in a million.
const RARE: f64 = 1e-12;

/// Shares of promoters and detractors among all guests; the others are passive.
#[derive(Clone, Copy)]
pub struct Shape {
    name: &'static str,
    promoters: f64,
    detractors: f64,
}

const fn shape(name: &'static str, promoters: f64, detractors: f64) -> Shape {
    Shape { name, promoters, detractors }
}

/// Without passives a score is a share. No interval for a share covers alike at every n, so that one stands apart.
const NO_PASSIVES: Shape = shape("50 0 50", 0.50, 0.50);

/// From balanced to one that nearly all praise.
pub const EIGHT: [Shape; 8] = [
    shape("⅓ ⅓ ⅓", 1.0 / 3.0, 1.0 / 3.0),
    shape("40 40 20", 0.40, 0.20),
    NO_PASSIVES,
    shape("60 30 10", 0.60, 0.10),
    shape("20 30 50", 0.20, 0.50),
    shape("80 15 5", 0.80, 0.05),
    shape("5 90 5", 0.05, 0.05),
    shape("95 4 1", 0.95, 0.01),
];

pub const NEARLY_UNANIMOUS: [Shape; 7] = [
    shape("90 10 0", 0.90, 0.0),
    shape("95 5 0", 0.95, 0.0),
    shape("99 1 0", 0.99, 0.0),
    shape("90 5 5", 0.90, 0.05),
    shape("97 2 1", 0.97, 0.01),
    shape("98 1 1", 0.98, 0.01),
    shape("1 98 1", 0.01, 0.01),
];

/// The answers added before the uncertainty is worked out: so many promoters, as many detractors, and so many in all.
#[derive(Clone, Copy)]
struct Added {
    name: &'static str,
    each: f64,
    all: f64,
}

/// That of the first edition, the one in use, and a wider one.
const ADDED: [Added; 3] = [
    Added { name: "¾ and ¾ of 3, as in the first edition", each: 0.75, all: 3.0 },
    Added { name: "1 and 1 of 2, Bonett and Price", each: 1.0, all: 2.0 },
    Added { name: "1½ and 1½ of 3", each: 1.5, all: 3.0 },
];

impl Added {
    /// The adjusted score and its variance, on the scale −1 to 1.
    fn centre_and_variance(self, answers: Recommendations) -> (f64, f64) {
        let n = answers.n() as f64 + self.all;
        let promoters = (answers.promoters as f64 + self.each) / n;
        let detractors = (answers.detractors as f64 + self.each) / n;
        let centre = promoters - detractors;
        (centre, (promoters + detractors - centre * centre) / n)
    }

    fn interval(self, answers: Recommendations) -> (f64, f64) {
        let (centre, variance) = self.centre_and_variance(answers);
        let half_width = Z * variance.sqrt();
        ((100.0 * (centre - half_width)).max(-100.0), (100.0 * (centre + half_width)).min(100.0))
    }
}

/// The interval that reports show.
fn shown(answers: Recommendations) -> (f64, f64) {
    answers.nps().map_or((-100.0, 100.0), |nps| (nps.low, nps.high))
}

/// The logarithms of the factorials up to that of the large group.
pub struct Factorials(Vec<f64>);

impl Factorials {
    pub fn new() -> Self {
        let mut sum = 0.0;
        let mut logarithms = vec![sum];
        for i in 1..=LARGE {
            sum += (i as f64).ln();
            logarithms.push(sum);
        }
        Self(logarithms)
    }

    /// Every way in which n guests of a shape can answer, with how likely it is.
    fn ways(&self, shape: Shape, n: usize) -> Vec<(Recommendations, f64)> {
        let passive = 1.0 - shape.promoters - shape.detractors;
        // Nobody of a share of 0 is certain, where the logarithm would be 0 times infinity.
        let part = |count: usize, share: f64| match count {
            0 => 0.0,
            _ => count as f64 * share.ln() - self.0[count],
        };
        let mut ways = Vec::new();
        for promoters in 0..=n {
            for detractors in 0..=n - promoters {
                let passives = n - promoters - detractors;
                let parts = part(promoters, shape.promoters) + part(passives, passive);
                let likely = (self.0[n] + parts + part(detractors, shape.detractors)).exp();
                let [promoters, passives, detractors] = [promoters, passives, detractors].map(|count| count as u64);
                ways.push((Recommendations { promoters, passives, detractors }, likely));
            }
        }
        ways
    }

    fn covered(&self, shape: Shape, n: usize, interval: impl Fn(Recommendations) -> (f64, f64)) -> Covered {
        let truth = 100.0 * (shape.promoters - shape.detractors);
        let mut covered = Covered { often: 0.0, width: 0.0 };
        for (answers, likely) in self.ways(shape, n) {
            let (low, high) = interval(answers);
            covered.width += likely * (high - low);
            if low <= truth && truth <= high {
                covered.often += 100.0 * likely;
            }
        }
        covered
    }

    /// Of all shapes, at every n.
    fn all(&self, shapes: &[Shape], interval: impl Fn(Recommendations) -> (f64, f64)) -> Vec<Covered> {
        let mut all = Vec::new();
        for shape in shapes {
            for n in SIZES {
                all.push(self.covered(*shape, n, &interval));
            }
        }
        all
    }
}

/// How often an interval covers the truth, in percent, and how wide it is on average.
struct Covered {
    often: f64,
    width: f64,
}

fn mean(all: &[Covered], figure: fn(&Covered) -> f64) -> f64 {
    all.iter().map(figure).sum::<f64>() / all.len() as f64
}

fn least(all: &[Covered]) -> f64 {
    all.iter().map(|covered| covered.often).fold(f64::INFINITY, f64::min)
}

/// How well the interval of reports does, shape by shape.
pub fn by_shape(factorials: &Factorials, shapes: &[Shape]) {
    head("promoters, passives, detractors", &["mean", "least", "at n =", "n = 100", "n = 300", "mean width"]);
    for shape in shapes {
        let all = factorials.all(&[*shape], shown);
        let worst = SIZES.zip(&all).min_by(|a, b| a.1.often.total_cmp(&b.1.often)).map_or(0, |(n, _)| n);
        let [hundred, three] = [100, 300].map(|n| factorials.covered(*shape, n, shown).often);
        println!(
            "| {} | {:.1} | {:.2} | {worst} | {hundred:.1} | {three:.1} | {:.1} |",
            shape.name,
            mean(&all, |covered| covered.often),
            least(&all),
            mean(&all, |covered| covered.width)
        );
    }
    println!();
}

/// How well other intervals would do.
pub fn by_what_is_added(factorials: &Factorials, rng: &mut Rng) {
    let with_passives: Vec<Shape> = EIGHT.into_iter().filter(|shape| shape.name != NO_PASSIVES.name).collect();
    let mut at_random = Vec::new();
    for _ in 0..120 {
        let (a, b) = (rng.f64(), rng.f64());
        at_random.push(shape("", a.min(b), 1.0 - a.max(b)));
    }
    head(
        "added",
        &[
            "eight: mean",
            "least",
            "least without 50 0 50",
            "mean width",
            "nearly unanimous: mean",
            "least",
            "mean width",
            "at random: mean",
            "least",
            "below 93 %",
        ],
    );
    for added in ADDED {
        let of = |shapes: &[Shape]| factorials.all(shapes, |answers| added.interval(answers));
        let (eight, unanimous, random) = (of(&EIGHT), of(&NEARLY_UNANIMOUS), of(&at_random));
        let often = |covered: &Covered| covered.often;
        let width = |covered: &Covered| covered.width;
        print!("| {} | {:.1} | {:.2} ", added.name, mean(&eight, often), least(&eight));
        print!("| {:.2} | {:.1} ", least(&of(&with_passives)), mean(&eight, width));
        print!("| {:.1} | {:.2} | {:.1} ", mean(&unanimous, often), least(&unanimous), mean(&unanimous, width));
        let below = random.iter().filter(|covered| covered.often < 93.0).count();
        let below = 100.0 * below as f64 / random.len() as f64;
        println!("| {:.1} | {:.2} | {below:.1} |", mean(&random, often), least(&random));
    }
    println!();
}

/// How often a small group is called worse and how often better, in percent, than a large one of the same guests.
fn called(small: &[(Recommendations, f64)], large: &[(Recommendations, f64)], added: Added) -> (f64, f64) {
    let large: Vec<_> = large.iter().map(|(answers, likely)| (added.centre_and_variance(*answers), likely)).collect();
    let (mut worse, mut better) = (0.0, 0.0);
    for (answers, likely) in small {
        let (centre, variance) = added.centre_and_variance(*answers);
        for ((large_centre, large_variance), as_likely) in &large {
            let z = (centre - large_centre) / (variance + large_variance).sqrt();
            if z < -Z {
                worse += 100.0 * likely * *as_likely;
            } else if z > Z {
                better += 100.0 * likely * *as_likely;
            }
        }
    }
    (worse, better)
}

pub fn small_beside_large(factorials: &Factorials) {
    head("promoters, passives, detractors", &["n", "worse: first edition", "now", "better: first edition", "now"]);
    for shape in [EIGHT[3], EIGHT[5], EIGHT[7]] {
        let likely = |n| -> Vec<(Recommendations, f64)> {
            factorials.ways(shape, n).into_iter().filter(|(_, likely)| *likely > RARE).collect()
        };
        let large = likely(LARGE);
        for n in [5, 10, 20, 50] {
            let small = likely(n);
            let [first, now] = [ADDED[0], ADDED[1]].map(|added| called(&small, &large, added));
            println!("| {} | {n} | {:.1} | {:.1} | {:.1} | {:.1} |", shape.name, first.0, now.0, first.1, now.1);
        }
    }
    println!();
}
