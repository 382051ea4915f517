//! The evidence that a scope's score changed: for each of the last 28 days, that it did on that day.

use super::{
    Direction,
    likelihood::{Likelihood, log_sum},
    median::median,
    siblings::Siblings,
    since::Since,
    stream::{Answered, Stream, score, sum},
};
use crate::{
    count::Recommendations,
    number,
    report::{Degrees, Difference, Estimate, LARGEST, Z},
};

/// So many days ago a change is looked for at most.
const LONGEST: usize = 28;

/// So many days with answers have to be before it.
const FEWEST_BEFORE: usize = 28;

/// A day is no further from the scope's median day than so many of its own standard deviations. So no single day raises
/// an alarm.
const FURTHEST: f64 = 3.0;

/// The last days of the window against all before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shift {
    /// m: how many days are the last ones, 1 to 28.
    pub days: usize,
    /// d: the weighted mean of the last days less that of the days before, in points, less what was common to all.
    pub difference: f64,
    /// V: the variance of that.
    pub variance: f64,
    /// The logarithm of e for both directions.
    pub log: Likelihood,
}

/// What is known of a change in one direction.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moved {
    /// log M: the logarithm of the evidence, the sum of e over all days on which it may have begun (Shiryaev and
    /// Roberts).
    pub log_evidence: f64,
    /// On which of these it began.
    pub since: Since,
    /// At the likeliest one: the days since then less those before, in points, less what was common to all siblings.
    pub adjusted: Estimate,
    /// The same as answered, with the 95 % interval that good and bad days demand. A change that was just found looks
    /// larger than it is.
    pub plain: Difference,
}

/// The evidence that a scope's score changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// That it is lower than before.
    pub drop: Moved,
    /// That it is higher.
    pub rise: Moved,
    /// Both by how many days ago it may have begun, the fewest first. Those without enough answers are left out.
    pub shifts: Vec<Shift>,
    /// λ: how much more its days vary than those of its siblings, 1 at least. All its variances are as much larger.
    pub scale: f64,
    /// σ²: the variance of a day among its siblings, in points squared.
    pub day_variance: f64,
}

/// The weights of some days, and their scores times these.
#[derive(Debug, Clone, Copy, Default)]
struct Weighed {
    weight: f64,
    score: f64,
    days: usize,
}

impl Weighed {
    fn of(days: &[Option<Answered>]) -> Self {
        days.iter().flatten().fold(Self::default(), |all, day| Self {
            weight: all.weight + 1.0 / day.variance,
            score: all.score + day.score / day.variance,
            days: all.days + 1,
        })
    }
}

impl Evidence {
    /// Of a stream beside its siblings. None where nothing can be said: too few days before, or no answer since.
    pub fn of(stream: &Stream, siblings: &Siblings) -> Option<Self> {
        let mut days = siblings.less_common(stream);
        let (scale, day_variance) = (siblings.scale(&days), siblings.day_variance());
        days.iter_mut().flatten().for_each(|day| day.variance = scale * (day.variance + day_variance));
        draw_in(&mut days);
        let shifts: Vec<Shift> = (1..=LONGEST).filter_map(|last| Shift::of(&days, last)).collect();
        let moved = |direction| Moved::of(direction, &shifts, stream, (scale, day_variance));
        Some(Self { drop: moved(Direction::Drop)?, rise: moved(Direction::Rise)?, shifts, scale, day_variance })
    }

    /// What is known of a change in one direction.
    pub fn towards(&self, direction: Direction) -> &Moved {
        match direction {
            Direction::Drop => &self.drop,
            Direction::Rise => &self.rise,
        }
    }
}

/// Brings days that are far out to where they may be.
fn draw_in(days: &mut [Option<Answered>]) {
    let mut scores: Vec<f64> = days.iter().flatten().map(|day| day.score).collect();
    let Some(middle) = median(&mut scores) else { return };
    for day in days.iter_mut().flatten() {
        let most = FURTHEST * day.variance.sqrt();
        day.score = day.score.clamp(middle - most, middle + most);
    }
}

impl Shift {
    fn of(days: &[Option<Answered>], last: usize) -> Option<Self> {
        let (before, since) = days.split_at_checked(days.len().checked_sub(last)?)?;
        let (before, since) = (Weighed::of(before), Weighed::of(since));
        if before.days < FEWEST_BEFORE || since.days == 0 {
            return None;
        }
        let difference = since.score / since.weight - before.score / before.weight;
        let variance = 1.0 / before.weight + 1.0 / since.weight;
        Some(Self { days: last, difference, variance, log: Likelihood::of(difference, variance) })
    }
}

impl Moved {
    fn of(direction: Direction, shifts: &[Shift], stream: &Stream, variances: (f64, f64)) -> Option<Self> {
        let logs: Vec<(usize, f64)> = shifts.iter().map(|shift| (shift.days, shift.log.towards(direction))).collect();
        let since = Since::of(&logs)?;
        let likeliest = shifts.iter().find(|shift| shift.days == since.likeliest)?;
        let half_width = Z * likeliest.variance.sqrt();
        Some(Self {
            log_evidence: log_sum(logs.iter().map(|(_, log)| *log))?,
            since,
            adjusted: Estimate {
                value: likeliest.difference,
                low: likeliest.difference - half_width,
                high: likeliest.difference + half_width,
            },
            plain: plain(stream, since.likeliest, variances)?,
        })
    }
}

/// The score of the last days less that of all before, as answered. Its error has the days' own variance besides that
/// of the guests who happened to answer.
fn plain(stream: &Stream, last: usize, (scale, day_variance): (f64, f64)) -> Option<Difference> {
    let days = stream.days();
    let (before, since) = days.split_at_checked(days.len().checked_sub(last)?)?;
    let known = |days: &[Recommendations]| {
        let answered = number(days.iter().filter(|day| day.n() > 0).count() as u64);
        let all = sum(days.iter());
        let (centre, error_squared) = all.centre_and_error()?;
        Some((score(all), 100.0 * centre, 1e4 * error_squared + day_variance / answered))
    };
    let ((score_before, centre_before, squared_before), (score_since, centre, squared)) =
        (known(before)?, known(since)?);
    let se = (scale * (squared_before + squared)).sqrt();
    Some(Difference::new(score_since - score_before, centre - centre_before, se, Degrees::NORMAL, LARGEST))
}
