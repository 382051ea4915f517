//! The drivers of a report: how each was worked out, and which claims are certain.

use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{
    Class, Coefficient, Degrees, Effect, Estimate, Joint, Method, correlation,
    drivers::{Errors, holm},
    estimate::as_impact_asymmetry,
    hidden::TOO_FEW,
    joint, marginal,
    pairs::{PairSums, pairs},
};
use crate::{
    Id,
    count::{Band, DriverSums, JointSums, Tally},
    number,
    survey::{Measure, Question, Scale, Survey},
};

/// So many drivers at most are named to be fixed first.
const NAMED: usize = 3;

/// The drivers of satisfaction. Low, middle and high answers are coded by the survey's cuts.
#[derive(Debug, Clone, Serialize)]
pub struct Drivers {
    /// How they were worked out.
    pub method: Method,
    /// Responses in the regression; of pairs and of the marginal method, those of the driver with most.
    pub n: u64,
    /// The share of the variance that the joint regression explains.
    pub r_squared: Option<f64>,
    /// Satisfaction where every driver is in the middle, in the joint regression.
    pub intercept: Option<f64>,
    /// Which to fix first: up to three whose low answers cost something for certain, and which are weak. The one that
    /// matters most comes first; the others cost as much, as far as the answers show.
    pub fix_first: Vec<Id>,
    /// Each driver.
    pub drivers: Vec<DriverFigure>,
}

/// A driver.
#[derive(Debug, Clone, Serialize)]
pub struct DriverFigure {
    /// The question.
    pub question: Id,
    /// The experience theme it is about.
    pub theme: Option<Id>,
    /// Answers to it beside an answer to satisfaction.
    pub n: u64,
    /// The mean of these.
    pub mean: Option<f64>,
    /// The mean on 0 to 1: how well the store does.
    pub performance: Option<f64>,
    /// The correlation with satisfaction: how much it matters.
    pub correlation: Option<f64>,
    /// The cost of a low answer and the gain of a high one, in points of the satisfaction scale.
    #[serde(flatten, serialize_with = "as_effect")]
    pub effect: Option<Effect>,
    /// Whether a low answer costs something, with false claims over all drivers kept to 5 %.
    pub penalty_certain: bool,
    /// Whether a high answer gains something, in the same sense.
    pub reward_certain: bool,
    /// (reward − penalty)/(reward + penalty).
    #[serde(flatten, serialize_with = "as_impact_asymmetry")]
    pub impact_asymmetry: Option<Estimate>,
    /// The kind of driver that it is.
    pub class: Class,
    /// Whether the interval lies within the class.
    pub certain: bool,
    /// Where it stands among the drivers shown.
    pub quadrant: Option<Quadrant>,
    /// The advice about it; none where nothing is known.
    pub advice: Option<Advice>,
}

/// Importance and performance against the means of the drivers shown (Martilla and James 1977).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Quadrant {
    /// Important and weak.
    #[serde(rename = "concentrate here")]
    ConcentrateHere,
    /// Important and strong.
    #[serde(rename = "keep up")]
    KeepUp,
    /// Neither.
    #[serde(rename = "low priority")]
    LowPriority,
    /// Strong, where it matters little.
    #[serde(rename = "possible overkill")]
    PossibleOverkill,
}

/// The advice about a driver. Weak is below the mean of the drivers shown, strong is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Advice {
    /// Weak, and one of those to be fixed first.
    #[serde(rename = "fix first")]
    FixFirst,
    /// Strong, and basic for certain: its lack would punish.
    #[serde(rename = "protect")]
    Protect,
    /// Strong, and it costs or gains something for certain.
    #[serde(rename = "keep")]
    Keep,
    /// Weak, and not one of those to be fixed first.
    #[serde(rename = "watch")]
    Watch,
}

/// The cost and the gain of a driver, each with its standard error and its interval.
fn as_effect<S: Serializer>(effect: &Option<Effect>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(9))?;
    let names = [
        ["penalty", "se_penalty", "penalty_low", "penalty_high"],
        ["reward", "se_reward", "reward_low", "reward_high"],
    ];
    let coefficients = [effect.map(|effect| effect.penalty), effect.map(|effect| effect.reward)];
    for ([name, se, low, high], coefficient) in names.into_iter().zip(coefficients) {
        let estimate = coefficient.map(|coefficient| coefficient.estimate());
        map.serialize_entry(name, &estimate.map(|estimate| estimate.value))?;
        map.serialize_entry(se, &coefficient.map(|coefficient| coefficient.se))?;
        map.serialize_entry(low, &estimate.map(|estimate| estimate.low))?;
        map.serialize_entry(high, &estimate.map(|estimate| estimate.high))?;
    }
    map.serialize_entry("errors", &effect.map(|effect| effect.errors))?;
    map.end()
}

impl Drivers {
    /// One regression on all drivers, when the answers allow it: from the responses that answered each, else from pairs.
    pub(super) fn together(survey: &Survey, days: &[&Tally], all: &Tally) -> Option<Self> {
        Self::joint(survey, days, all).or_else(|| Self::pairs(survey, days, all))
    }

    fn joint(survey: &Survey, days: &[&Tally], all: &Tally) -> Option<Self> {
        let sums: Vec<JointSums> =
            days.iter().map(|day| day.joint_sums(survey)).filter(|sums| !sums.xx.is_empty()).collect();
        let Joint { n, r_squared, intercept, effects } = joint(&sums)?;
        let drivers = Self::of(Method::Joint, survey, all, |question| effect_of(question, survey, &effects));
        Some(Self { n, r_squared: Some(r_squared), intercept: Some(intercept), ..drivers })
    }

    fn pairs(survey: &Survey, days: &[&Tally], all: &Tally) -> Option<Self> {
        let satisfaction = survey.measuring(Measure::Satisfaction)?;
        let together: Vec<&Id> = survey.drivers_together().iter().map(|(question, _)| question.id()).collect();
        // Versions before 0.2 counted no pairs.
        let with_pairs = days.iter().filter(|day| !day.pairs.is_empty());
        let sums: Vec<PairSums> = with_pairs.map(|day| pair_sums(day, &together, satisfaction.id())).collect();
        let effects = pairs(&sums)?;
        Some(Self::of(Method::Pairs, survey, all, |question| effect_of(question, survey, &effects)))
    }

    /// Each driver on its own.
    pub(super) fn marginal(survey: &Survey, days: &[&Tally], all: &Tally) -> Self {
        Self::of(Method::Marginal, survey, all, |question| {
            let sums: Vec<DriverSums> = days.iter().filter_map(|day| day.drivers.get(question.id()).copied()).collect();
            marginal(&sums)
        })
    }

    fn of(method: Method, survey: &Survey, all: &Tally, effect: impl Fn(&Question) -> Option<Effect>) -> Self {
        let drivers: Vec<DriverFigure> =
            survey.drivers().map(|(question, scale)| driver_figure(question, scale, all, effect(question))).collect();
        let n = drivers.iter().map(|driver| driver.n).max().unwrap_or(0);
        let mut drivers = Self { method, n, r_squared: None, intercept: None, fix_first: Vec::new(), drivers };
        drivers.set_apart();
        drivers.claim();
        drivers
    }

    /// Sets each driver against the means of all that are shown.
    fn set_apart(&mut self) {
        let known: Vec<(f64, f64)> = self.drivers.iter().filter_map(|d| d.correlation.zip(d.performance)).collect();
        if known.len() < 2 {
            return;
        }
        let mean = |part: fn(&(f64, f64)) -> f64| known.iter().map(part).sum::<f64>() / number(known.len() as u64);
        let (importance, performance) = (mean(|driver| driver.0), mean(|driver| driver.1));
        for driver in &mut self.drivers {
            driver.quadrant =
                driver.correlation.zip(driver.performance).map(|(c, p)| match (c >= importance, p >= performance) {
                    (true, false) => Quadrant::ConcentrateHere,
                    (true, true) => Quadrant::KeepUp,
                    (false, false) => Quadrant::LowPriority,
                    (false, true) => Quadrant::PossibleOverkill,
                });
        }
    }

    /// Makes those claims that are certain over all drivers together.
    fn claim(&mut self) {
        let judged: Vec<(usize, Effect)> =
            (0..).zip(&self.drivers).filter_map(|(i, d)| Some((i, d.judged()?))).collect();
        let penalties = holm(&judged.iter().map(|(_, effect)| effect.penalty.p()).collect::<Vec<_>>());
        let rewards = holm(&judged.iter().map(|(_, effect)| effect.reward.p()).collect::<Vec<_>>());
        for ((i, effect), (penalty, reward)) in judged.iter().zip(penalties.into_iter().zip(rewards)) {
            if let Some(driver) = self.drivers.get_mut(*i) {
                driver.penalty_certain = penalty && effect.penalty.value > 0.0;
                driver.reward_certain = reward && effect.reward.value > 0.0;
            }
        }
        self.fix_first = self.to_fix_first();
        for driver in &mut self.drivers {
            driver.advice = driver.advice(self.fix_first.contains(&driver.question));
        }
    }

    /// The most important of the weak ones whose low answers certainly cost something. With it come others of them that
    /// do not certainly cost less.
    fn to_fix_first(&self) -> Vec<Id> {
        let mut weak: Vec<(&DriverFigure, Coefficient)> = self
            .drivers
            .iter()
            .filter(|driver| driver.penalty_certain && driver.is_weak())
            .filter_map(|driver| Some((driver, driver.effect?.penalty)))
            .collect();
        weak.sort_by(|(a, _), (b, _)| b.correlation.unwrap_or(0.0).total_cmp(&a.correlation.unwrap_or(0.0)));
        let Some((_, first)) = weak.first().copied() else { return Vec::new() };
        // Taken as independent: of two that hang together, fewer are found to differ.
        let as_much = |other: &Coefficient| {
            let degrees = Degrees(first.degrees.0.min(other.degrees.0));
            first.value - other.value <= degrees.quantile() * first.se.hypot(other.se)
        };
        let named = weak.iter().filter(|(_, penalty)| as_much(penalty)).take(NAMED);
        named.map(|(driver, _)| driver.question.clone()).collect()
    }
}

impl DriverFigure {
    /// Its effect, where errors are known well enough to claim something.
    fn judged(&self) -> Option<Effect> {
        self.effect.filter(|effect| effect.errors != Errors::Classic)
    }

    fn is_weak(&self) -> bool {
        matches!(self.quadrant, Some(Quadrant::ConcentrateHere | Quadrant::LowPriority))
    }

    fn advice(&self, first: bool) -> Option<Advice> {
        self.quadrant?;
        self.effect?;
        match (self.is_weak(), self.class == Class::Basic && self.certain) {
            (true, _) if first => Some(Advice::FixFirst),
            (true, _) => Some(Advice::Watch),
            (false, true) => Some(Advice::Protect),
            (false, false) => (self.penalty_certain || self.reward_certain).then_some(Advice::Keep),
        }
    }
}

/// Of the effects in the order of the drivers' ids the one of a question.
fn effect_of(question: &Question, survey: &Survey, effects: &[Effect]) -> Option<Effect> {
    let at = survey.drivers_together().iter().position(|(driver, _)| driver.id() == question.id())?;
    effects.get(at).copied()
}

/// A day's sums for the regression from pairs of these drivers, which are in order.
fn pair_sums(day: &Tally, drivers: &[&Id], satisfaction: &Id) -> PairSums {
    let bands = |driver: &&Id| day.drivers.get(*driver).map_or_else(Default::default, |d| [d.low, d.middle, d.high]);
    let of_first = |(i, first): (usize, &&Id)| {
        let pairs = day.pairs.get(*first);
        let counts = |second: &&Id| pairs.and_then(|pairs| pairs.get(*second)).copied().unwrap_or_default();
        drivers.iter().skip(i + 1).map(counts).collect::<Vec<_>>()
    };
    let mut rated = Band::default();
    for (value, count) in day.scales.get(satisfaction).into_iter().flatten() {
        let y = u64::from(*value);
        rated = rated.with(&Band { n: *count, y: count * y, yy: count * y * y });
    }
    PairSums {
        drivers: drivers.iter().map(bands).collect(),
        pairs: drivers.iter().enumerate().flat_map(of_first).collect(),
        rated,
    }
}

fn driver_figure(question: &Question, scale: Scale, tally: &Tally, effect: Option<Effect>) -> DriverFigure {
    let sums = tally.drivers.get(question.id()).copied().unwrap_or_default();
    let n = sums.low.n + sums.middle.n + sums.high.n;
    // An effect of one guest is that guest's answer.
    let effect = effect.filter(|effect| effect.bands.iter().all(|band| *band >= TOO_FEW));
    let enough = n >= TOO_FEW;
    let mean = enough.then(|| number(sums.x) / number(n));
    let asymmetry = effect.map(|effect| effect.asymmetry());
    DriverFigure {
        question: question.id().clone(),
        theme: question.definition.theme.clone(),
        n,
        mean,
        performance: mean.map(|mean| (mean - f64::from(scale.min)) / f64::from(scale.max - scale.min)),
        correlation: correlation(&sums).filter(|_| enough),
        effect,
        penalty_certain: false,
        reward_certain: false,
        impact_asymmetry: asymmetry.and_then(|asymmetry| asymmetry.value),
        class: asymmetry.map_or(Class::Unclassified, |asymmetry| asymmetry.class),
        certain: asymmetry.is_some_and(|asymmetry| asymmetry.certain),
        quadrant: None,
        advice: None,
    }
}
