//! Needs that drift: how much each driver matters now, against the window before, for all guests and by segment.
//!
//! The importance of a driver is the swing of satisfaction over it: what separates guests who rate it high from those
//! who rate it low. That is its reward and its penalty together, so that both count.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{
    Counts, Degrees, Difference, DriverFigure, Drivers, Effect, Errors, Estimate, Method, Subject,
    days::length,
    drivers::{NO_ERROR, holm},
    hidden::{TOO_FEW, hidden},
    marginal,
};
use crate::{
    Id,
    count::{Bands, DriverSums, Tally},
    number,
    visit::Segment,
};

/// So many days at least each window has: in fewer, needs hardly change, and chance does.
const FEWEST_DAYS: i32 = 28;

/// How far the importance of drivers has drifted.
#[derive(Debug, Clone, Serialize)]
pub struct Drift {
    /// How the drivers of all guests were worked out, in both windows. By segment each is always on its own.
    pub method: Method,
    /// Each driver that is known in both windows: first of all guests, then of each segment.
    pub figures: Vec<DriftFigure>,
}

/// How far the importance of one driver has drifted, for all guests or for a segment.
#[derive(Debug, Clone, Serialize)]
pub struct DriftFigure {
    /// The question.
    pub question: Id,
    /// The experience theme it is about.
    pub theme: Option<Id>,
    /// The guests' segment; none for all guests.
    pub segment: Option<Segment>,
    /// The brand's name for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How much satisfaction swings over the driver now, in points of its scale: reward plus penalty.
    pub importance: Estimate,
    /// The same in the window before.
    pub importance_before: Estimate,
    /// The importance now less that before.
    pub difference: f64,
    /// The lower end of its 95 % interval.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often chance alone gives one as large, two-sided.
    pub p: f64,
    /// Whether it is more than chance, with false claims over all figures of the report kept to 5 %, and 0 is outside the
    /// interval. Only these are to be spoken of.
    pub distinguishable: bool,
}

/// The importance of a driver, with its variance and how well that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Swing {
    pub value: f64,
    pub variance: f64,
    pub degrees: Degrees,
}

impl Swing {
    /// None of fewer than five answers in a band, and where nothing is known to judge chance by.
    pub fn of(effect: &Effect) -> Option<Self> {
        let Effect { penalty, reward, covariance, bands, errors } = *effect;
        if errors == Errors::Classic || bands.iter().any(|band| *band < TOO_FEW) {
            return None;
        }
        let [low, _, high] = bands;
        let (of_penalty, of_reward) = (penalty.se * penalty.se, reward.se * reward.se);
        let variance = of_penalty + of_reward - 2.0 * covariance;
        // Welch's covariance is what the middle adds to both. Without it, each is the s²/n of its band.
        let degrees = match errors {
            Errors::Welch => satterthwaite((of_penalty - covariance, low - 1), (of_reward - covariance, high - 1)),
            // However many days there are, a band of few answers is no better known than these are.
            _ => {
                let as_if_alike = satterthwaite((1.0 / number(low), low - 1), (1.0 / number(high), high - 1));
                Degrees(penalty.degrees.0.min(as_if_alike.0))
            }
        };
        let value = penalty.value + reward.value;
        (variance > NO_ERROR * NO_ERROR).then_some(Self { value, variance, degrees })
    }

    /// With its 95 % interval.
    pub fn estimate(self) -> Estimate {
        let half_width = self.degrees.quantile() * self.variance.sqrt();
        Estimate { value: self.value, low: self.value - half_width, high: self.value + half_width }
    }

    /// This less another one of other days.
    fn less(self, before: Self) -> Difference {
        let (Degrees(now), Degrees(then)) = (self.degrees, before.degrees);
        let degrees = combined((self.variance, now), (before.variance, then));
        let difference = self.value - before.value;
        Difference::new(difference, difference, (self.variance + before.variance).sqrt(), degrees, f64::INFINITY)
    }
}

fn satterthwaite((a, of_a): (f64, u64), (b, of_b): (f64, u64)) -> Degrees {
    combined((a, number(of_a)), (b, number(of_b)))
}

/// The degrees of the sum of two variances, each known with its own (Satterthwaite 1946).
fn combined((a, of_a): (f64, f64), (b, of_b): (f64, f64)) -> Degrees {
    Degrees((a + b).powi(2) / (a * a / of_a + b * b / of_b))
}

/// A driver as it is in both windows, for all guests or for a segment.
struct Compared<'a> {
    driver: &'a DriverFigure,
    segment: Option<Segment>,
    now: Swing,
    before: Swing,
}

impl Drift {
    /// The `together` are the drivers of the window by one regression, if its answers allow it; the `marginal` are each on
    /// its own. None if a window has fewer than 28 days, and where no driver is known in both.
    pub(super) fn of(
        subject: &Subject<'_>,
        counts: &Counts,
        together: Option<&Drivers>,
        marginal: &Drivers,
    ) -> Option<Self> {
        if length(subject.from, subject.to) < FEWEST_DAYS || counts.before.is_empty() {
            return None;
        }
        let then: Vec<&Tally> = counts.before.values().collect();
        let mut all_then = Tally::default();
        then.iter().for_each(|day| all_then.merge(day));
        let together = together.zip(Drivers::together(subject.survey, &then, &all_then));
        let alike = together.filter(|(now, before)| now.method == before.method && is_judged(now) && is_judged(before));
        let (now, before) = alike.map_or_else(
            || (marginal, Drivers::marginal(subject.survey, &then, &all_then)),
            |(now, before)| (now, before),
        );
        let mut compared: Vec<Compared<'_>> = now.drivers.iter().filter_map(|driver| of_all(driver, &before)).collect();
        compared.extend(by_segment(marginal, counts));
        let figures = figures(&compared, |segment| subject.brand.segments.get(&segment).cloned());
        (!figures.is_empty()).then_some(Self { method: now.method, figures })
    }
}

/// Whether chance can be judged for each driver whose effect is known.
fn is_judged(drivers: &Drivers) -> bool {
    drivers.drivers.iter().filter_map(|driver| driver.effect).all(|effect| effect.errors != Errors::Classic)
}

fn of_all<'a>(driver: &'a DriverFigure, before: &Drivers) -> Option<Compared<'a>> {
    let before = before.drivers.iter().find(|before| before.question == driver.question)?;
    let (now, before) = (Swing::of(&driver.effect?)?, Swing::of(&before.effect?)?);
    Some(Compared { driver, segment: None, now, before })
}

/// Each driver of each segment that is shown in both windows.
fn by_segment<'a>(drivers: &'a Drivers, counts: &Counts) -> Vec<Compared<'a>> {
    let mut compared = Vec::new();
    for driver in &drivers.drivers {
        let [now, mut before] = [&counts.days, &counts.before].map(|days| swings(days, &driver.question));
        compared.extend(now.into_iter().filter_map(|(segment, now)| {
            Some(Compared { driver, segment: Some(segment), now, before: before.remove(&segment)? })
        }));
    }
    // All drivers of a segment stand together.
    compared.sort_by_key(|compared| compared.segment);
    compared
}

/// The importance of a driver to each segment that may be shown. All other guests are a part like the segments: as the
/// whole less these, their answers could be worked out.
fn swings(days: &BTreeMap<Date, Tally>, driver: &Id) -> BTreeMap<Segment, Swing> {
    let mut by_segment: BTreeMap<Segment, Vec<Bands>> = BTreeMap::new();
    for (segment, drivers) in days.values().flat_map(|day| &day.drivers_by_segment) {
        by_segment.entry(*segment).or_default().extend(drivers.get(driver));
    }
    let whole =
        days.values().filter_map(|day| day.drivers.get(driver)).map(|sums| sums.low.n + sums.middle.n + sums.high.n);
    let mut parts: Vec<u64> = by_segment.values().map(|days| days.iter().map(|bands| bands.n()).sum()).collect();
    parts.push(whole.sum::<u64>().saturating_sub(parts.iter().sum()));
    let shown = by_segment.into_iter().zip(hidden(&parts)).filter(|(_, hidden)| !hidden);
    let swing = |(segment, days): (Segment, Vec<Bands>)| {
        let days: Vec<DriverSums> = days.into_iter().map(DriverSums::from).collect();
        Some((segment, Swing::of(&marginal(&days)?)?))
    };
    shown.filter_map(|(part, _)| swing(part)).collect()
}

fn figures(compared: &[Compared<'_>], name: impl Fn(Segment) -> Option<String>) -> Vec<DriftFigure> {
    let differences: Vec<Difference> = compared.iter().map(|compared| compared.now.less(compared.before)).collect();
    let certain = holm(&differences.iter().map(|difference| difference.p).collect::<Vec<_>>());
    let figure = |((compared, difference), certain): ((&Compared<'_>, Difference), bool)| DriftFigure {
        question: compared.driver.question.clone(),
        theme: compared.driver.theme.clone(),
        segment: compared.segment,
        name: compared.segment.and_then(&name),
        importance: compared.now.estimate(),
        importance_before: compared.before.estimate(),
        difference: difference.difference,
        low: difference.low,
        high: difference.high,
        p: difference.p,
        distinguishable: certain && difference.distinguishable,
    };
    compared.iter().zip(differences).zip(certain).map(figure).collect()
}

#[cfg(test)]
mod tests {
    use fastrand::Rng;
    use jiff::{ToSpan, civil::date};

    use super::*;
    use crate::{
        count::{Band, Group, Series},
        report::{
            Report,
            generated::{near, responses_by_segment, survey},
        },
        survey::{Brand, BrandDetails, Survey},
    };

    const FIRST: Date = date(2026, 7, 1);

    /// The drift of a report whose windows these are, each of 30 days.
    fn drift(survey: &Survey, now: Vec<Tally>, before: Vec<Tally>) -> Option<Drift> {
        drift_over(30, survey, now, before)
    }

    fn drift_over(days: i32, survey: &Survey, now: Vec<Tally>, before: Vec<Tally>) -> Option<Drift> {
        let segments = [(2.try_into().unwrap(), "VIP".to_owned())].into();
        let brand: Brand = BrandDetails { segments, ..BrandDetails::default() }.try_into().unwrap();
        let by_day = |first: Date, days: Vec<Tally>| -> BTreeMap<Date, Tally> {
            (0_i64..).map(|day| first.saturating_add(day.days())).zip(days).collect()
        };
        let (scope, series) = ("store/1".parse().unwrap(), Series::paid(survey.id().clone()));
        let subject = Subject {
            scope: &scope,
            name: "Store",
            from: FIRST,
            to: FIRST.saturating_add((days - 1).days()),
            series: &series,
            survey,
            brand: &brand,
        };
        let before = by_day(FIRST.saturating_sub(days.days()), before);
        Report::new(&subject, Counts { days: by_day(FIRST, now), before, ..Counts::default() }).drift
    }

    const STEADY: fn(u8) -> [i64; 3] = |_| [35, 30, 15];
    /// To guests of segment 2 the first driver hardly matters any more, and the third matters most.
    const MOVED: fn(u8) -> [i64; 3] = |segment| if segment == 2 { [5, 30, 45] } else { [35, 30, 15] };

    fn told(drift: &Drift) -> Vec<(&str, Option<u8>)> {
        let distinguishable = drift.figures.iter().filter(|figure| figure.distinguishable);
        distinguishable.map(|figure| (figure.question.as_str(), figure.segment.map(u8::from))).collect()
    }

    fn check(drift: &Drift, golden: &[(&str, Option<u8>, [f64; 8])]) {
        assert_eq!(drift.figures.len(), golden.len());
        for (figure, (driver, segment, golden)) in drift.figures.iter().zip(golden) {
            assert_eq!((figure.question.as_str(), figure.segment.map(u8::from)), (*driver, *segment));
            let DriftFigure { importance, importance_before, difference, low, high, p, .. } = *figure;
            let shown = [importance.value, importance.low, importance_before.value, importance_before.high];
            near(&[&shown[..], &[difference, low, high, p]].concat(), golden);
        }
    }

    /// By statsmodels, of 1,200 responses a window: OLS without each day in turn, of segments the means of both bands.
    /// Importance and its lower end, that before and its upper end, difference, low, high, p.
    const BY_DAYS: [(&str, Option<u8>, [f64; 8]); 9] = [
        (
            "a",
            None,
            [
                0.777_714_303_998,
                0.634_486_926_134,
                1.188_443_898_335,
                1.328_461_719_868,
                -0.410_729_594_337,
                -0.606_768_083_249,
                -0.214_691_105_425,
                0.000_095_173_861,
            ],
        ),
        (
            "b",
            None,
            [
                1.164_805_167_074,
                1.020_603_456_680,
                0.956_234_839_074,
                1.123_918_928_243,
                0.208_570_328_000,
                -0.007_988_859_545,
                0.425_129_515_545,
                0.058_766_324_433,
            ],
        ),
        (
            "c",
            None,
            [
                0.849_747_286_870,
                0.684_766_590_592,
                0.591_113_745_845,
                0.775_556_228_251,
                0.258_633_541_025,
                0.016_371_990_594,
                0.500_895_091_456,
                0.036_834_364_240,
            ],
        ),
        (
            "a",
            Some(1),
            [
                1.286_416_113_977,
                0.954_800_893_922,
                1.155_052_264_808,
                1.478_963_777_993,
                0.131_363_849_169,
                -0.322_339_162_884,
                0.585_066_861_221,
                0.564_438_568_389,
            ],
        ),
        (
            "b",
            Some(1),
            [
                1.253_925_745_587,
                0.983_329_695_945,
                0.848_901_098_901,
                1.070_950_376_784,
                0.405_024_646_686,
                0.062_153_107_334,
                0.747_896_186_039,
                0.021_451_591_133,
            ],
        ),
        (
            "c",
            Some(1),
            [
                0.612_684_729_064,
                0.313_351_907_881,
                0.415_590_257_696,
                0.763_360_376_093,
                0.197_094_471_369,
                -0.252_206_921_855,
                0.646_395_864_592,
                0.383_367_835_326,
            ],
        ),
        (
            "a",
            Some(2),
            [
                -0.230_920_314_254,
                -0.588_906_545_919,
                1.014_538_920_199,
                1.292_907_969_448,
                -1.245_459_234_453,
                -1.689_865_546_486,
                -0.801_052_922_420,
                0.000_000_675_599,
            ],
        ),
        (
            "b",
            Some(2),
            [
                1.264_653_882_769,
                0.956_323_478_368,
                1.077_955_601_446,
                1.403_803_568_993,
                0.186_698_281_323,
                -0.252_389_534_256,
                0.625_786_096_903,
                0.398_175_746_523,
            ],
        ),
        (
            "c",
            Some(2),
            [
                1.587_085_678_549,
                1.318_024_682_965,
                0.508_598_945_196,
                0.844_841_324_734,
                1.078_486_733_353,
                0.656_574_024_881,
                1.500_399_441_825,
                0.000_003_966_407,
            ],
        ),
    ];

    /// Of six days there is Welch's error: scipy's `ttest_ind` with unequal variances has it, and its degrees.
    const BY_WELCH: [(&str, Option<u8>, [f64; 8]); 9] = [
        (
            "a",
            None,
            [
                0.888_286_713_287,
                0.522_726_459_243,
                1.154_761_904_762,
                1.510_746_915_597,
                -0.266_475_191_475,
                -0.773_594_010_853,
                0.240_643_627_902,
                0.301_370_080_967,
            ],
        ),
        (
            "b",
            None,
            [
                1.222_816_995_651,
                0.896_919_234_302,
                1.094_252_873_563,
                1.439_864_151_821,
                0.128_564_122_088,
                -0.344_242_936_105,
                0.601_371_180_280,
                0.592_784_645_583,
            ],
        ),
        (
            "c",
            None,
            [
                0.573_807_380_738,
                0.155_644_409_752,
                0.504_571_095_118,
                0.905_269_818_460,
                0.069_236_285_620,
                -0.505_809_609_219,
                0.644_282_180_459,
                0.812_419_891_713,
            ],
        ),
        (
            "a",
            Some(1),
            [
                1.178_861_788_618,
                0.537_594_872_958,
                1.286_363_636_364,
                1.901_480_681_000,
                -0.107_501_847_746,
                -0.970_843_513_845,
                0.755_839_818_353,
                0.802_997_895_503,
            ],
        ),
        (
            "b",
            Some(1),
            [
                1.203_735_144_312,
                0.661_140_253_038,
                0.790_043_290_043,
                1.513_303_792_121,
                0.413_691_854_269,
                -0.471_252_640_714,
                1.298_636_349_252,
                0.351_713_714_274,
            ],
        ),
        (
            "c",
            Some(1),
            [
                0.153_409_090_909,
                -0.553_363_516_339,
                -0.028_673_835_125,
                0.660_772_802_649,
                0.182_082_926_035,
                -0.784_611_797_461,
                1.148_777_649_530,
                0.707_585_001_429,
            ],
        ),
        (
            "a",
            Some(2),
            [
                -0.090_225_563_910,
                -0.801_361_360_790,
                0.901_098_901_099,
                1.617_771_717_453,
                -0.991_324_465_009,
                -1.978_726_968_941,
                -0.003_921_961_076,
                0.049_128_450_252,
            ],
        ),
        (
            "b",
            Some(2),
            [
                1.240_641_711_230,
                0.665_995_902_753,
                1.412_698_412_698,
                1.978_616_765_619,
                -0.172_056_701_468,
                -0.967_617_723_783,
                0.623_504_320_846,
                0.668_491_950_147,
            ],
        ),
        (
            "c",
            Some(2),
            [
                1.521_839_080_460,
                0.841_333_326_868,
                0.983_333_333_333,
                1.629_432_439_112,
                0.538_505_747_126,
                -0.381_133_454_068,
                1.458_144_948_321,
                0.246_189_049_095,
            ],
        ),
    ];

    #[test]
    fn drift_agrees_with_statsmodels() {
        let now = responses_by_segment(2027, 1_200, 40, MOVED);
        let before = responses_by_segment(2026, 1_200, 40, STEADY);
        let drift = drift(&survey(), now, before).unwrap();
        assert_eq!(drift.method, Method::Joint);
        check(&drift, &BY_DAYS);
        assert_eq!(told(&drift), [("a", None), ("a", Some(2)), ("c", Some(2))]);
        let names: Vec<Option<&str>> = drift.figures.iter().map(|figure| figure.name.as_deref()).collect();
        assert_eq!((&names[3..6], &names[6..]), (&[None; 3][..], &[Some("VIP"); 3][..]));
    }

    #[test]
    fn of_few_days_each_driver_is_judged_on_its_own() {
        let now = responses_by_segment(2027, 240, 40, MOVED);
        let before = responses_by_segment(2026, 240, 40, STEADY);
        let drift = drift(&survey(), now, before).unwrap();
        // The regression has no errors by which anything can be judged.
        assert_eq!(drift.method, Method::Marginal);
        check(&drift, &BY_WELCH);
        assert!(told(&drift).is_empty());
    }

    #[test]
    fn a_regression_of_one_window_alone_is_compared_with_nothing() {
        let now = || responses_by_segment(2027, 1_200, 40, STEADY);
        let mut before = responses_by_segment(2026, 1_200, 40, STEADY);
        before.iter_mut().for_each(|day| (day.joint, day.pairs) = (BTreeMap::new(), BTreeMap::new()));
        let drift = |before| drift(&survey(), now(), before).unwrap();
        assert_eq!(drift(before.clone()).method, Method::Marginal);
        // An earlier version kept no drivers by segment.
        before.iter_mut().for_each(|day| day.drivers_by_segment = BTreeMap::new());
        assert!(drift(before).figures.iter().all(|figure| figure.segment.is_none()));
    }

    #[test]
    fn windows_of_less_than_four_weeks_have_no_drift() {
        let window = |seed| responses_by_segment(seed, 1_200, 50, STEADY);
        assert!(drift_over(28, &survey(), window(1), window(2)).is_some());
        assert!(drift_over(27, &survey(), window(1), window(2)).is_none());
        assert!(drift(&survey(), window(1), Vec::new()).is_none());
    }

    fn bands(n: u64) -> Bands {
        Bands {
            low: Band { n, y: 2 * n, yy: 5 * n },
            middle: Band { n, y: 3 * n, yy: 10 * n },
            high: Band { n, y: 4 * n, yy: 17 * n },
        }
    }

    #[test]
    fn a_segment_that_could_be_worked_out_by_subtraction_is_hidden() {
        let id: Id = "a".parse().unwrap();
        let day = |segments: &[(u8, u64)], whole: u64| {
            let of = |(segment, n): &(u8, u64)| ((*segment).try_into().unwrap(), [(id.clone(), bands(*n))].into());
            let drivers = [(id.clone(), bands(whole).into())].into();
            let tally = Tally { drivers, drivers_by_segment: segments.iter().map(of).collect(), ..Tally::default() };
            [(FIRST, tally)].into()
        };
        let shown = |days: BTreeMap<Date, Tally>| swings(&days, &id).into_keys().map(u8::from).collect::<Vec<_>>();
        assert_eq!(shown(day(&[(1, 20), (2, 30)], 60)), [1, 2]);
        // Three guests have no segment: the whole less both would be theirs.
        assert_eq!(shown(day(&[(1, 20), (2, 30)], 51)), [2]);
        assert_eq!(shown(day(&[(1, 1), (2, 30)], 60)), [2], "a segment of three, and 29 times as many without one");
        assert_eq!(shown(day(&[(2, 4)], 60)), [0_u8; 0], "four in each band");
    }

    #[test]
    fn classic_errors_and_answers_that_do_not_vary_are_not_judged() {
        let effect = marginal(&[bands(20).into()]).unwrap();
        let swing = Swing::of(&effect).unwrap();
        // Each variance is 20/19, so that the degrees are those of a pooled t.
        near(&[swing.value, swing.variance, swing.degrees.0], &[2.0, 2.0 / 19.0, 38.0]);
        assert_eq!(Swing::of(&Effect { errors: Errors::Classic, ..effect }), None);
        assert_eq!(Swing::of(&Effect { bands: [4, 20, 20], ..effect }), None);
        assert_eq!(
            Swing::of(&Effect { covariance: effect.penalty.se.powi(2), ..effect }).map(|swing| swing.value),
            None
        );
    }

    const DRIVERS: usize = 10;

    /// Ten drivers, of which each guest rates three.
    fn ten_drivers() -> Survey {
        let question = |id: String, measures: &str| serde_json::json!({"id": id, "kind": "scale", "min": 1, "max": 5, "measures": measures, "text": {"en": "?"}});
        let mut questions = vec![question("y".into(), "satisfaction")];
        questions.extend((0..DRIVERS).map(|driver| question(format!("d{driver}"), "driver")));
        let survey = serde_json::json!({"id": "s", "title": {"en": "S"}, "questions": questions});
        Survey::new(serde_json::from_value(survey).unwrap()).unwrap()
    }

    /// Four weeks of guests of three segments and of none. Days are good and bad, and the unhappy differ more.
    fn month(rng: &mut Rng, weight: impl Fn(usize, u8) -> f64) -> Vec<Tally> {
        let ids: [Id; DRIVERS] = std::array::from_fn(|driver| format!("d{driver}").parse().unwrap());
        let normal = |rng: &mut Rng| (0..12).map(|_| rng.f64()).sum::<f64>() - 6.0;
        let day = |rng: &mut Rng| {
            let (mut tally, mood) = (Tally::default(), 0.3 * normal(rng));
            let mut order: [usize; DRIVERS] = std::array::from_fn(|driver| driver);
            for guest in 0..80 {
                rng.shuffle(&mut order);
                let segment = guest % 4;
                let asked: Vec<(usize, u8)> = order.iter().take(3).map(|driver| (*driver, rng.u8(1..=5))).collect();
                let swing: f64 = asked.iter().map(|(driver, x)| weight(*driver, segment) * (f64::from(*x) - 3.0)).sum();
                let exact = 3.7 + mood + swing + normal(rng) * if swing < 0.0 { 1.2 } else { 0.7 };
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 5")]
                let y = exact.round().clamp(1.0, 5.0) as u64;
                for (driver, x) in asked {
                    let one = Band { n: 1, y, yy: y * y };
                    let mut bands = Bands::default();
                    *[&mut bands.low, &mut bands.middle, &mut bands.high][usize::from(x > 2) + usize::from(x > 4)] =
                        one;
                    tally.drivers.entry(ids[driver].clone()).or_default().merge(&bands.into());
                    if let Some(segment) = segment.try_into().ok().filter(|of| *of != Segment::default()) {
                        let sums: &mut BTreeMap<Id, Bands> = tally.drivers_by_segment.entry(segment).or_default();
                        sums.entry(ids[driver].clone()).or_default().merge(&bands);
                    }
                }
            }
            tally.running = Group { responses: 80, ..Group::default() };
            tally
        };
        (0..28).map(|_| day(rng)).collect()
    }

    #[test]
    fn chance_says_something_in_one_report_of_twenty_and_a_planted_change_is_named() {
        const REPORTS: u64 = 300;
        let survey = ten_drivers();
        let told_of = |seed: u64, planted: f64| -> Vec<(String, Option<u8>)> {
            let mut rng = Rng::with_seed(seed);
            let before = month(&mut rng, |_, _| 0.25);
            let now =
                month(&mut rng, |driver, segment| if (driver, segment) == (4, 2) { 0.25 + planted } else { 0.25 });
            let drift = drift_over(28, &survey, now, before).unwrap();
            assert_eq!(drift.figures.len(), 4 * DRIVERS);
            told(&drift).into_iter().map(|(driver, segment)| (driver.to_owned(), segment)).collect()
        };
        let false_claims = (0..REPORTS).filter(|seed| !told_of(*seed, 0.0).is_empty()).count();
        let found = (0..100).filter(|seed| told_of(*seed, 0.5).contains(&("d4".to_owned(), Some(2)))).count();
        assert!(false_claims <= 21, "{false_claims} of {REPORTS}: more than 7 %");
        assert!(found >= 75, "{found} of 100");
    }
}
